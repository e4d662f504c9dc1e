//! Keys of one object, of which none may stand twice.

use std::borrow::Cow;

use super::cursor::unescape;

/// Keys that are compared each with each; more of them are sorted.
const FEW_KEYS: usize = 12;

/// Where a key stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// Its first quote.
    at: usize,
    /// Its last quote.
    end: usize,
    /// Its first eight bytes, in which most keys differ.
    start: u64,
    has_escapes: bool,
}

impl Key {
    pub(super) fn new(bytes: &[u8], at: usize, end: usize, has_escapes: bool) -> Self {
        let from = at.saturating_add(1);
        let length = end.saturating_sub(from);
        let start = if let Some(word) = bytes.get(from..).and_then(<[u8]>::first_chunk) {
            first_bytes(u64::from_le_bytes(*word), length)
        } else {
            // Near the end of the text.
            let inside = bytes.get(from..end).unwrap_or_default();
            inside.iter().rev().fold(0, |start, byte| start << 8 | u64::from(*byte))
        };
        Self { at, end, start, has_escapes }
    }

    /// The key as it is spelled, between its quotes.
    fn spelled(self, input: &str) -> &str {
        input.get(self.at.saturating_add(1)..self.end).unwrap_or_default()
    }

    fn text(self, input: &str) -> Cow<'_, str> {
        let spelled = self.spelled(input);
        if self.has_escapes { unescape(spelled) } else { Cow::Borrowed(spelled) }
    }
}

/// The first `count` bytes of a word, the lowest first, and zeros for the others.
fn first_bytes(word: u64, count: usize) -> u64 {
    let others = u32::try_from(8_usize.saturating_sub(count)).unwrap_or_default();
    u64::MAX.checked_shr(others.saturating_mul(8)).map_or(0, |mask| word & mask)
}

/// The first key that stands twice, by its position in the text.
pub(super) fn first_duplicate(input: &str, keys: &[Key]) -> Option<(String, usize)> {
    if keys.len() <= FEW_KEYS && !keys.iter().any(|key| key.has_escapes) {
        let is_known = |(index, key): &(usize, &Key)| {
            let mut alike = keys.iter().take(*index).filter(|known| known.start == key.start);
            alike.any(|known| known.spelled(input) == key.spelled(input))
        };
        let found = keys.iter().enumerate().find(is_known);
        return found.map(|(_, key)| (key.spelled(input).to_owned(), key.at));
    }
    let mut keys: Vec<_> = keys.iter().map(|key| (key.text(input), key.at)).collect();
    keys.sort_unstable();
    keys.windows(2)
        .filter_map(|pair| match pair {
            [(first, _), (second, at)] if first == second => Some((second.to_string(), *at)),
            _ => None,
        })
        .min_by_key(|(_, at)| *at)
}

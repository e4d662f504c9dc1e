//! Finding the bytes that end a string, eight at a time. Strings in JSON are short: a call into a search with wider
//! steps would cost more than it saves.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Where the first backslash is.
pub(super) fn find_backslash(bytes: &[u8]) -> Option<usize> {
    find(bytes, |word| equal(word, b'\\'), |byte| *byte == b'\\')
}

/// Where the first quote or backslash is.
pub(super) fn find_quote(bytes: &[u8]) -> Option<usize> {
    let is_one = |byte: &u8| matches!(byte, b'"' | b'\\');
    find(bytes, |word| equal(word, b'"') | equal(word, b'\\'), is_one)
}

/// Where the first quote, backslash or control character is.
pub(super) fn find_string_byte(bytes: &[u8]) -> Option<usize> {
    let is_one = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    find(bytes, |word| (quotes_and_controls(word) | backslashes(word)) & !word & HIGHS, is_one)
}

/// Marks quotes and control characters among bytes below 128: told apart from 2, a quote is 32, what is a control
/// character is less, and everything else is more.
const fn quotes_and_controls(word: u64) -> u64 {
    (word ^ ONES.wrapping_mul(0x02)).wrapping_sub(ONES.wrapping_mul(0x21))
}

/// Marks backslashes among bytes below 128: told apart from one, only they are zero.
const fn backslashes(word: u64) -> u64 {
    (word ^ ONES.wrapping_mul(wide(b'\\'))).wrapping_sub(ONES)
}

/// How many bytes from the start on stand in a string as they are.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    find_string_byte(bytes).unwrap_or(bytes.len())
}

/// Where the first byte is that `is_one` says; `mark` sets the highest bit of the first such byte of a word, and may
/// set those of bytes behind it.
fn find(bytes: &[u8], mark: impl Fn(u64) -> u64, is_one: impl Fn(&u8) -> bool) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = mark(u64::from_le_bytes(*word));
        if marks != 0 {
            let bits = usize::try_from(marks.trailing_zeros()).unwrap_or(0);
            return Some(index.saturating_mul(8).saturating_add(bits >> 3));
        }
    }
    let at = rest.iter().position(is_one)?;
    Some(words.len().saturating_mul(8).saturating_add(at))
}

/// Marks bytes that equal `byte`: what is equal is zero when taken apart, and only zero borrows from its highest bit
/// (Knuth, The Art of Computer Programming 4A, 7.1.3).
const fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ ONES.wrapping_mul(wide(byte));
    difference.wrapping_sub(ONES) & !difference & HIGHS
}

#[expect(clippy::as_conversions, reason = "From is not const")]
const fn wide(byte: u8) -> u64 {
    byte as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let quote = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(find_quote(&bytes), quote);
            prop_assert_eq!(find_backslash(&bytes), bytes.iter().position(|byte| *byte == b'\\'));
            let any = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            prop_assert_eq!(find_string_byte(&bytes), any);
        }

        #[test]
        fn finds_it_among_its_neighbours(bytes in prop::collection::vec(0x1e..0x24_u8, 0..40)) {
            let any = bytes.iter().position(|byte| matches!(byte, b'"' | 0..=0x1f));
            prop_assert_eq!(find_string_byte(&bytes), any);
        }
    }
}

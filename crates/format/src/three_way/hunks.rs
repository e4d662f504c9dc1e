//! Where two texts differ, found by lines: a guess at what was edited, and a proof of what was not.

/// Lines that are looked ahead for a place from which both go on alike: few at first, since most edits are short.
const AHEAD: [usize; 2] = [4, 64];

/// A part of the first text, from and to, and what stands there in the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) was: (usize, usize),
    pub(super) is: (usize, usize),
}

/// The differences in order; what stands between them is the same in both, byte by byte. `None` if more lines in a
/// row differ than are looked ahead.
pub(super) fn hunks(was: &[u8], is: &[u8]) -> Option<Vec<Hunk>> {
    let mut hunks = Vec::new();
    let (mut a, mut b) = (0_usize, 0_usize);
    loop {
        let (rest_a, rest_b) = (was.get(a..)?, is.get(b..)?);
        let same = common_prefix(rest_a, rest_b);
        if same == rest_a.len() && same == rest_b.len() {
            return Some(hunks);
        }
        // Whole lines are compared from here on, as far as the one that differs starts alike.
        let line = memchr::memrchr(b'\n', rest_a.get(..same)?).map_or(0, |at| at.saturating_add(1));
        let (rest_a, rest_b) = (rest_a.get(line..)?, rest_b.get(line..)?);
        let (to_a, to_b) = AHEAD.iter().find_map(|ahead| meet(rest_a, rest_b, *ahead))?;
        let (part_a, part_b) = (rest_a.get(..to_a)?, rest_b.get(..to_b)?);
        let from = common_prefix(part_a, part_b);
        let behind = common_suffix(part_a.get(from..)?, part_b.get(from..)?);
        (a, b) = (a.checked_add(line)?, b.checked_add(line)?);
        let span = |start: usize, part: &[u8]| {
            Some((start.checked_add(from)?, start.checked_add(part.len())?.checked_sub(behind)?))
        };
        hunks.push(Hunk { was: span(a, part_a)?, is: span(b, part_b)? });
        (a, b) = (a.checked_add(to_a)?, b.checked_add(to_b)?);
    }
}

/// How far to go in both texts to the nearest place where the same two lines follow, or the end.
fn meet(a: &[u8], b: &[u8], ahead: usize) -> Option<(usize, usize)> {
    let (a, b) = (Lines::of(a, ahead), Lines::of(b, ahead));
    (1..=ahead).find_map(|lines| {
        let mut ways = (0..=lines).map(|of_a| (of_a, lines.saturating_sub(of_a)));
        let (of_a, of_b) = ways.find(|(of_a, of_b)| {
            let pairs = a.pair(*of_a).zip(b.pair(*of_b));
            pairs.is_some_and(|(a, b)| a == b)
        })?;
        a.starts.get(of_a).copied().zip(b.starts.get(of_b).copied())
    })
}

/// The first lines of a text.
struct Lines<'a> {
    text: &'a [u8],
    /// Where they start, and where the text ends, if that is near.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8], ahead: usize) -> Self {
        let ends = memchr::memchr_iter(b'\n', text).map(|at| at.saturating_add(1));
        let end = text.last().filter(|last| **last != b'\n').map(|_| text.len());
        let starts = std::iter::once(0).chain(ends).chain(end);
        Self { text, starts: starts.take(ahead.saturating_add(3)).collect() }
    }

    /// A line and the next one, as far as there are any; `None` behind the end.
    fn pair(&self, line: usize) -> Option<&'a [u8]> {
        let from = *self.starts.get(line)?;
        let to = self.starts.get(line.saturating_add(2)).copied().unwrap_or(self.text.len());
        self.text.get(from..to)
    }
}

/// How many bytes from the start on are the same: looked at in large pieces, then in small ones, then one by one.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let mut same = 0_usize;
    for step in [4096, 64, 1] {
        let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
        let pieces = a.chunks_exact(step).zip(b.chunks_exact(step)).take_while(|(a, b)| a == b).count();
        same = same.saturating_add(pieces.saturating_mul(step));
    }
    same
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_edits_insertions_and_deletions() {
        let found = |was: &str, is: &str| -> Vec<(String, String)> {
            let cut = |text: &str, (from, to): (usize, usize)| text.get(from..to).unwrap().to_owned();
            let hunks = hunks(was.as_bytes(), is.as_bytes()).unwrap();
            hunks.iter().map(|hunk| (cut(was, hunk.was), cut(is, hunk.is))).collect()
        };
        let pair = |was: &str, is: &str| (was.to_owned(), is.to_owned());
        assert_eq!(found("a\nb\nc\nd\n", "a\nb\nc\nd\n"), []);
        assert_eq!(found("a\nb1\nc\nd\n", "a\nb22\nc\nd\n"), [pair("1", "22")]);
        assert_eq!(found("a\nc\nd\ne", "a\nb\nc\nd\ne"), [pair("", "b\n")]);
        assert_eq!(found("a\nb\nc\nd", "a\nd"), [pair("b\nc\n", "")]);
        assert_eq!(found("a", "a\n"), [pair("", "\n")]);
        assert_eq!(found("", "a"), [pair("", "a")]);
        assert_eq!(found("1\nb\nc\nd\n2", "3\nb\nc\nd\n4"), [pair("1", "3"), pair("2", "4")]);
    }

    proptest! {
        #[test]
        fn what_stands_between_is_the_same(was in "[ab\n]{0,60}", is in "[ab\n]{0,60}") {
            let (was, is) = (was.as_bytes(), is.as_bytes());
            let (mut at, mut made) = (0, Vec::<u8>::new());
            for hunk in hunks(was, is).unwrap() {
                made.extend(&was[at..hunk.was.0]);
                prop_assert_eq!(made.len(), hunk.is.0);
                made.extend(&is[hunk.is.0..hunk.is.1]);
                at = hunk.was.1;
            }
            made.extend(&was[at..]);
            prop_assert_eq!(made, is);
        }

        #[test]
        fn prefixes_end_where_bytes_differ(length in 0..9000_usize, at in 0..9000_usize) {
            let a = vec![7; length];
            let mut b = vec![7; 9000];
            b[at] = 8;
            prop_assert_eq!(common_prefix(&a, &b), at.min(length));
        }
    }
}

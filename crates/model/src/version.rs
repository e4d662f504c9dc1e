//! Causality: which write came from whom, and which writes somebody had seen (MERGE.md §1).

use crate::{ParseIdError, ReplicaId};
use std::fmt;
use std::str::FromStr;

/// Unique name of one write: the copy that made it and that copy's Lamport counter.
///
/// Dots order by counter, then replica: an order that respects causality on every copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// The writer's Lamport counter, from 1, below 2^53.
    pub counter: u64,
    /// The copy that wrote.
    pub replica: ReplicaId,
}

impl Dot {
    /// The largest counter: what a JSON number carries exactly everywhere (RFC 7493 §2.2).
    pub const COUNTER_MAX: u64 = (1 << 53) - 1;
}

impl fmt::Display for Dot {
    /// Writes `replica:counter`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.replica, self.counter)
    }
}

impl FromStr for Dot {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let error = || ParseIdError::new(text, "revision (replica:counter)");
        let (replica, counter) = text.split_once(':').ok_or_else(error)?;
        let counter = parse_counter(counter).ok_or_else(error)?;
        Ok(Self { counter, replica: replica.parse()? })
    }
}

/// Reads a counter: decimal, no sign, no leading zero, in range.
pub fn parse_counter(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let counter = text.parse().ok()?;
    (plain && counter <= Dot::COUNTER_MAX).then_some(counter)
}

/// The writes of one entity that a copy knows: per replica, the highest counter (a version vector).
///
/// A replica's writes of an entity are known without gaps (MERGE.md §2, L1), so one counter per
/// replica says it all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen(Vec<(ReplicaId, u64)>);

impl Seen {
    /// Knows nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether the write `dot` is known.
    pub fn covers(&self, dot: Dot) -> bool {
        dot.counter <= self.get(dot.replica)
    }

    /// The highest known counter of `replica`, 0 if none.
    pub fn get(&self, replica: ReplicaId) -> u64 {
        let found = self.0.binary_search_by_key(&replica, |(id, _)| *id).ok();
        found.and_then(|index| self.0.get(index)).map_or(0, |(_, counter)| *counter)
    }

    /// Adds the write `dot` and, with it, all earlier ones of its replica.
    pub fn add(&mut self, dot: Dot) {
        match self.0.binary_search_by_key(&dot.replica, |(id, _)| *id) {
            Ok(index) => {
                if let Some((_, counter)) = self.0.get_mut(index) {
                    *counter = dot.counter.max(*counter);
                }
            }
            Err(index) => self.0.insert(index, (dot.replica, dot.counter)),
        }
    }

    /// Adds everything that `other` knows.
    pub fn join(&mut self, other: &Self) {
        other.iter().for_each(|dot| self.add(dot));
    }

    /// Whether everything that `other` knows is known here.
    pub fn dominates(&self, other: &Self) -> bool {
        other.iter().all(|dot| self.covers(dot))
    }

    /// The highest known write of each replica, by replica.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Dot> + '_ {
        self.0.iter().map(|&(replica, counter)| Dot { counter, replica })
    }
}

impl FromIterator<Dot> for Seen {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> Self {
        let mut seen = Self::new();
        dots.into_iter().for_each(|dot| seen.add(dot));
        seen
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dot(replica: u8, counter: u64) -> Dot {
        Dot { counter, replica: ReplicaId::from_bytes([replica; 16]) }
    }

    #[test]
    fn dots_have_one_spelling() {
        let written = dot(7, 12);
        assert_eq!(written.to_string().parse(), Ok(written));
        for bad in ["", ":", "x:1"] {
            assert!(bad.parse::<Dot>().is_err(), "{bad}");
        }
        for bad in ["0", "01", "+1", "9007199254740992", "", "1.0"] {
            assert_eq!(parse_counter(bad), None, "{bad}");
        }
        assert_eq!(parse_counter("9007199254740991"), Some(Dot::COUNTER_MAX));
    }

    prop_compose! {
        fn seen()(dots in prop::collection::vec((0..5_u8, 1..9_u64), 0..8)) -> Seen {
            dots.into_iter().map(|(replica, counter)| dot(replica, counter)).collect()
        }
    }

    proptest! {
        #[test]
        fn join_is_the_least_upper_bound(a in seen(), b in seen(), c in seen()) {
            let join = |x: &Seen, y: &Seen| { let mut z = x.clone(); z.join(y); z };
            prop_assert_eq!(join(&a, &b), join(&b, &a));
            prop_assert_eq!(join(&a, &join(&b, &c)), join(&join(&a, &b), &c));
            prop_assert_eq!(join(&a, &a), a.clone());
            prop_assert!(join(&a, &b).dominates(&a));
            prop_assert_eq!(a.dominates(&b), join(&a, &b) == a);
        }
    }
}

//! Dice that fall the same way everywhere.

/// `SplitMix64` (Steele, Lea, Flood 2014): small, fast, good enough for test data.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// One of them.
    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = self.below(u64::try_from(from.len()).unwrap_or(0));
        usize::try_from(index).ok().and_then(|index| from.get(index)).copied().unwrap_or_default()
    }
}

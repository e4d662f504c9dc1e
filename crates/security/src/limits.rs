//! How much is too much: every quantity of an archive has a limit with a name and a unit.

const MIB: u64 = 1024 * 1024;

/// Upper bounds that are checked before anything is allocated for what they bound.
///
/// A limit can be raised, never removed. The defaults are for untrusted uploads; the presets
/// [`Limits::conservative`], [`Limits::balanced`] and [`Limits::aggressive`] are those of DSS.
///
/// ```
/// use dss_security::Limits;
/// let limits = Limits::default().with_archive_bytes(8 << 20).with_entries(500);
/// assert_eq!(limits.entries, 500);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Limits {
    /// Length of the whole file, in bytes (rule A1).
    pub archive_bytes: u64,
    /// Number of entries, directories included (rule A5).
    pub entries: u64,
    /// Uncompressed size of one entry, in bytes (rule B7).
    pub entry_bytes: u64,
    /// Uncompressed size of all entries together, in bytes (rule B7).
    pub total_bytes: u64,
    /// Uncompressed bytes per compressed byte, for one entry and for the whole archive (rule B7).
    pub ratio: u64,
    /// Entries up to this many uncompressed bytes may exceed the ratio: small JSON easily does.
    pub ratio_floor_entry_bytes: u64,
    /// Archives up to this many uncompressed bytes may exceed the ratio.
    pub ratio_floor_total_bytes: u64,
    /// Length of one name, in bytes of UTF-8 (rule N8).
    pub name_bytes: u64,
    /// Length of one segment of a name, in bytes of UTF-8 (rule N8).
    pub segment_bytes: u64,
    /// Number of segments of a name (rule N8).
    pub depth: u64,
    /// Length of the archive comment, in bytes (rule P-comment).
    pub comment_bytes: u64,
}

impl Default for Limits {
    /// 64 MiB, 10 000 entries, 64 MiB each, 256 MiB together, 200:1 beyond 4 MiB (entry) or 16 MiB (archive).
    fn default() -> Self {
        Self {
            archive_bytes: 64 * MIB,
            entries: 10_000,
            entry_bytes: 64 * MIB,
            total_bytes: 256 * MIB,
            ratio: 200,
            ratio_floor_entry_bytes: 4 * MIB,
            ratio_floor_total_bytes: 16 * MIB,
            name_bytes: 1024,
            segment_bytes: 255,
            depth: 32,
            comment_bytes: 4096,
        }
    }
}

impl Limits {
    /// 50 MiB archives: 10 000 entries of up to 64 MiB, 256 MiB in all.
    pub fn conservative() -> Self {
        Self { archive_bytes: 50 * MIB, ..Self::default() }
    }

    /// 100 MiB archives: 20 000 entries of up to 128 MiB, 512 MiB in all.
    pub fn balanced() -> Self {
        Self {
            archive_bytes: 100 * MIB,
            entries: 20_000,
            entry_bytes: 128 * MIB,
            total_bytes: 512 * MIB,
            ..Self::default()
        }
    }

    /// 500 MiB archives: 50 000 entries of up to 512 MiB, 2560 MiB in all.
    pub fn aggressive() -> Self {
        Self {
            archive_bytes: 500 * MIB,
            entries: 50_000,
            entry_bytes: 512 * MIB,
            total_bytes: 2560 * MIB,
            ..Self::default()
        }
    }
}

macro_rules! setters {
    ($($setter:ident $field:ident),+ $(,)?) => {
        impl Limits {
            $(
                #[doc = concat!("Sets [`Limits::", stringify!($field), "`].")]
                #[must_use]
                pub fn $setter(mut self, $field: u64) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
}

setters! {
    with_archive_bytes archive_bytes,
    with_entries entries,
    with_entry_bytes entry_bytes,
    with_total_bytes total_bytes,
    with_ratio ratio,
    with_ratio_floor_entry_bytes ratio_floor_entry_bytes,
    with_ratio_floor_total_bytes ratio_floor_total_bytes,
    with_name_bytes name_bytes,
    with_segment_bytes segment_bytes,
    with_depth depth,
    with_comment_bytes comment_bytes,
}

/// A value that reached 80 % of its limit: the archive was accepted, the next one may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LimitWarning {
    /// The field of [`Limits`] that is nearly used up.
    pub limit: &'static str,
    /// What the archive has.
    pub value: u64,
    /// What the limit allows.
    pub max: u64,
}

impl std::fmt::Display for LimitWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}, close to its limit of {}", self.limit, self.value, self.max)
    }
}

impl LimitWarning {
    /// Warns when `value` is at least four fifths of `max`.
    pub(crate) fn near(limit: &'static str, value: u64, max: u64) -> Option<Self> {
        let near = u128::from(value).saturating_mul(5) >= u128::from(max).saturating_mul(4);
        (near && value > 0).then_some(Self { limit, value, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_from_eighty_percent() {
        assert!(LimitWarning::near("entries", 79, 100).is_none());
        assert!(LimitWarning::near("entries", 80, 100).is_some());
        assert!(LimitWarning::near("entries", 0, 0).is_none());
        assert!(LimitWarning::near("entries", u64::MAX, u64::MAX).is_some());
    }

    #[test]
    fn presets_grow() {
        let [small, middle, large] = [Limits::conservative(), Limits::balanced(), Limits::aggressive()];
        assert_eq!(
            [small.archive_bytes, middle.archive_bytes, large.archive_bytes],
            [50, 100, 500].map(|m| m * MIB)
        );
        assert!(small.total_bytes < middle.total_bytes && middle.total_bytes < large.total_bytes);
    }
}

//! What one operation may cost, in the words every layer uses.

/// Bounds on one import, export or merge (DESIGN.md §6).
///
/// ```
/// use dss_model::Limits;
/// let limits = Limits { tokens: 1_000_000, ..Limits::balanced() };
/// assert_eq!(limits.components, 1_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an archive or token file.
    pub archive_bytes: u64,
    /// Entries of an archive, directories included.
    pub entries: u64,
    /// Bytes of one entry of an archive, uncompressed.
    pub entry_bytes: u64,
    /// Bytes of all entries of an archive, uncompressed.
    pub total_bytes: u64,
    /// Uncompressed bytes for each compressed one, for large entries and archives.
    pub ratio: u64,
    /// Tokens of one project.
    pub tokens: u64,
    /// Components of one project.
    pub components: u64,
    /// Bytes of one token, group, theme or component.
    pub item_bytes: usize,
    /// Milliseconds to wait for a store that somebody else is writing to.
    pub busy_timeout_ms: u64,
    /// Findings that are reported one by one; the others are counted.
    pub diagnostics: usize,
}

impl Limits {
    /// 50 MiB (10,000 entries of 64 MiB, 256 MiB in all), 5,000 tokens, 500 components, 10 s.
    pub const fn conservative() -> Self {
        Self {
            archive_bytes: 50 << 20,
            entries: 10_000,
            entry_bytes: 64 << 20,
            total_bytes: 256 << 20,
            tokens: 5_000,
            components: 500,
            busy_timeout_ms: 10_000,
            ..Self::balanced()
        }
    }

    /// 100 MiB (20,000 entries of 128 MiB, 512 MiB in all), 10,000 tokens, 1,000 components, 5 s: the default.
    pub const fn balanced() -> Self {
        Self {
            archive_bytes: 100 << 20,
            entries: 20_000,
            entry_bytes: 128 << 20,
            total_bytes: 512 << 20,
            ratio: 200,
            tokens: 10_000,
            components: 1_000,
            item_bytes: 1 << 20,
            busy_timeout_ms: 5_000,
            diagnostics: 1_000,
        }
    }

    /// 500 MiB (50,000 entries of 512 MiB, 2,560 MiB in all), 50,000 tokens, 5,000 components, 30 s.
    pub const fn aggressive() -> Self {
        Self {
            archive_bytes: 500 << 20,
            entries: 50_000,
            entry_bytes: 512 << 20,
            total_bytes: 2_560 << 20,
            tokens: 50_000,
            components: 5_000,
            busy_timeout_ms: 30_000,
            ..Self::balanced()
        }
    }

    /// Files of up to that many bytes, and what an honest archive of that size may hold: the limits of its entries are
    /// raised with it, and never lowered.
    #[must_use]
    pub fn with_archive_bytes(self, bytes: u64) -> Self {
        Self {
            archive_bytes: bytes,
            entries: self.entries.max(bytes.checked_div(4_096).unwrap_or(0)),
            entry_bytes: self.entry_bytes.max(bytes),
            total_bytes: self.total_bytes.max(bytes.saturating_mul(8)),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::balanced()
    }
}

/// A limit that is nearly reached: at least 80 % of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearLimit {
    /// Which limit, by its field's name.
    pub limit: &'static str,
    /// How much of it is used.
    pub used: u64,
    /// How much there is.
    pub max: u64,
}

impl NearLimit {
    /// The warning for `used` out of `max`, if one is due.
    pub fn check(limit: &'static str, used: u64, max: u64) -> Option<Self> {
        let near = u128::from(used).saturating_mul(5) >= u128::from(max).saturating_mul(4);
        near.then_some(Self { limit, used, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_from_four_fifths_on() {
        assert_eq!(NearLimit::check("tokens", 79, 100), None);
        assert!(NearLimit::check("tokens", 80, 100).is_some());
        assert!(NearLimit::check("tokens", u64::MAX, u64::MAX).is_some());
    }
}

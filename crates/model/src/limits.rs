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
    /// 50 MiB, 5,000 tokens, 500 components, 10 s.
    pub const fn conservative() -> Self {
        Self::preset(50, 5_000, 500, 10_000)
    }

    /// 100 MiB, 10,000 tokens, 1,000 components, 5 s: the default.
    pub const fn balanced() -> Self {
        Self::preset(100, 10_000, 1_000, 5_000)
    }

    /// 500 MiB, 50,000 tokens, 5,000 components, 30 s.
    pub const fn aggressive() -> Self {
        Self::preset(500, 50_000, 5_000, 30_000)
    }

    const fn preset(archive_mib: u64, tokens: u64, components: u64, busy_timeout_ms: u64) -> Self {
        Self {
            archive_bytes: archive_mib << 20,
            tokens,
            components,
            item_bytes: 1 << 20,
            busy_timeout_ms,
            diagnostics: 1_000,
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

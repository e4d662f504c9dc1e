//! Questions to ask before an import is accepted.

use dss_model::Entity;

use crate::Integrity;

/// From when on deletions that arrive at once deserve a question: more than `items`, and more than `percent` of what exists
/// here (MERGE.md §11). By default ten and a fifth.
///
/// Counted are entities that exist here and would not afterwards ([`Outcome::FastForwardDelete`](crate::Outcome),
/// and what a full replace deletes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MassDeletion {
    /// So many may always be deleted.
    pub items: u64,
    /// So much of what exists may always be deleted, in hundredths.
    pub percent: u64,
}

impl Default for MassDeletion {
    fn default() -> Self {
        Self { items: 10, percent: 20 }
    }
}

impl MassDeletion {
    /// Whether deleting `deletions_count` of `live_count` entities goes beyond both.
    pub const fn is_exceeded(self, deletions_count: u64, live_count: u64) -> bool {
        deletions_count > self.items
            && deletions_count.saturating_mul(100) > live_count.saturating_mul(self.percent)
    }
}

/// Refuses an archive's entity that knows writes above the archive's high-water mark (MERGE.md §10):
/// the importer's clock would fall behind writes it knows.
///
/// # Errors
/// [`Integrity::AboveMark`].
pub fn check_mark(entity: &Entity, mark: u64) -> Result<(), Integrity> {
    match entity.seen().iter().find(|dot| dot.counter > mark) {
        Some(dot) => Err(Integrity::AboveMark { entity: entity.id(), dot, mark }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_or_a_fifth_are_no_mass_deletion() {
        let is_mass_deletion = |deletions, live| MassDeletion::default().is_exceeded(deletions, live);
        assert!(!is_mass_deletion(10, 10));
        assert!(is_mass_deletion(11, 11));
        assert!(is_mass_deletion(11, 54));
        assert!(!is_mass_deletion(11, 55));
        assert!(!is_mass_deletion(1_000, 5_000));
        assert!(is_mass_deletion(1_001, 5_000));
        assert!(is_mass_deletion(u64::MAX, 1));
    }

    #[test]
    fn both_bounds_can_be_set() {
        let none = MassDeletion { items: 0, percent: 0 };
        assert!(!none.is_exceeded(0, 5));
        assert!(none.is_exceeded(1, 5));
        let all = MassDeletion { items: 0, percent: 100 };
        assert!(!all.is_exceeded(5, 5));
    }
}

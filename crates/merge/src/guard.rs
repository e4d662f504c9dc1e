//! Questions to ask before an import is accepted.

use dss_model::Entity;

use crate::Integrity;

/// Whether so many deletions arriving at once deserve a question: more than ten, and more than a
/// fifth of the `live_count` entities that exist here (MERGE.md §11).
///
/// Counted are entities that exist here and would not afterwards ([`Outcome::FastForwardDelete`](crate::Outcome),
/// and what a full replace deletes).
pub const fn is_mass_deletion(deletions_count: u64, live_count: u64) -> bool {
    deletions_count > 10 && deletions_count.saturating_mul(5) > live_count
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
        assert!(!is_mass_deletion(10, 10));
        assert!(is_mass_deletion(11, 11));
        assert!(is_mass_deletion(11, 54));
        assert!(!is_mass_deletion(11, 55));
        assert!(!is_mass_deletion(1_000, 5_000));
        assert!(is_mass_deletion(1_001, 5_000));
        assert!(is_mass_deletion(u64::MAX, 1));
    }
}

//! By which ids a project is known.

use std::collections::BTreeSet;

use crate::EntityId;

/// The ids of one project: more than one where projects that were begun apart were joined (MERGE.md §10).
///
/// It goes by the smallest, which is the oldest, since new ids begin with the time (`UUIDv7`, RFC 9562 §5.7). Ids are
/// only ever added (a grow-only set), so that all copies come to go by the same, in whatever order they hear of them.
///
/// ```
/// use dss_model::{EntityId, ProjectIds};
/// let [older, newer] = [1, 2].map(|byte| EntityId::from_bytes([byte; 16]));
/// let joined = ProjectIds::from(newer).joined(&ProjectIds::from(older));
/// assert_eq!((joined.id(), joined.also_known_as()), (older, [newer].as_slice()));
/// assert!(joined.meets(&ProjectIds::from(newer)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectIds {
    id: EntityId,
    /// Sorted, each once, all of them larger than `id`.
    others: Vec<EntityId>,
}

impl ProjectIds {
    /// More others than this are no history of a design system, and would be carried along for ever.
    pub const OTHERS_MAX: usize = 1_000;

    /// One id and any others, in any order.
    pub fn new(id: EntityId, others: impl IntoIterator<Item = EntityId>) -> Self {
        let mut all: BTreeSet<EntityId> = others.into_iter().collect();
        all.insert(id);
        let mut all = all.into_iter();
        Self { id: all.next().unwrap_or(id), others: all.collect() }
    }

    /// The one that it goes by.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// The others, sorted: it went by them before, or another copy did.
    pub fn also_known_as(&self) -> &[EntityId] {
        &self.others
    }

    /// Whether it is one project with the other.
    pub fn meets(&self, other: &Self) -> bool {
        let mut ids = other.all();
        ids.any(|id| id == self.id || self.others.binary_search(&id).is_ok())
    }

    /// The ids of both.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self::new(self.id, self.others.iter().copied().chain(other.all()))
    }

    fn all(&self) -> impl Iterator<Item = EntityId> {
        std::iter::once(self.id).chain(self.others.iter().copied())
    }
}

impl From<EntityId> for ProjectIds {
    fn from(id: EntityId) -> Self {
        Self { id, others: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> impl Strategy<Value = ProjectIds> {
        let id = || (0_u8..6).prop_map(|byte| EntityId::from_bytes([byte; 16]));
        (id(), prop::collection::vec(id(), 0..4)).prop_map(|(id, others)| ProjectIds::new(id, others))
    }

    proptest! {
        #[test]
        fn joining_is_the_join_of_a_lattice(a in ids(), b in ids(), c in ids()) {
            prop_assert_eq!(a.joined(&a), a.clone());
            prop_assert_eq!(a.joined(&b), b.joined(&a));
            prop_assert_eq!(a.joined(&b).joined(&c), a.joined(&b.joined(&c)));
        }

        #[test]
        fn it_goes_by_the_smallest_and_has_each_once(a in ids(), b in ids()) {
            let joined = a.joined(&b);
            prop_assert!(joined.all().collect::<Vec<_>>().is_sorted_by(|a, b| a < b));
            prop_assert_eq!(joined.id(), a.id().min(b.id()));
        }

        #[test]
        fn what_meets_has_an_id_in_common(a in ids(), b in ids()) {
            let common = a.all().any(|id| b.all().any(|other| id == other));
            prop_assert_eq!((a.meets(&b), b.meets(&a)), (common, common));
            prop_assert!(a.joined(&b).meets(&a));
        }
    }
}

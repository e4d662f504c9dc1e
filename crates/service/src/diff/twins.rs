//! Which set, layer or theme group of one side is which of the other.

use std::collections::BTreeMap;

use dss_model::{EntityId, Kind};

use super::side::{Extent, Side};

/// Which of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Old,
    New,
}

/// Pairs of token sets, layers and theme groups.
#[derive(Debug, Default)]
pub(super) struct Twins {
    to_new: BTreeMap<EntityId, EntityId>,
    to_old: BTreeMap<EntityId, EntityId>,
}

impl Twins {
    /// Pairs what has the same id, and then, if wanted, what has the same name. Of a single file only
    /// its content counts: if it meets a single set, they are a pair, whatever they are called.
    pub(super) fn new(old: &Side<'_>, new: &Side<'_>, is_by_path: bool) -> Self {
        let mut twins = Self::default();
        for (id, named) in old.named() {
            if new.living_kind(id) == Some(named.kind) {
                twins.pair(id, id);
            }
        }
        if is_by_path {
            let mut free: BTreeMap<(Kind, &str), EntityId> = BTreeMap::new();
            for (id, named) in new.named().filter(|(id, _)| !twins.to_old.contains_key(id)) {
                free.entry((named.kind, &named.name)).or_insert(id);
            }
            for (id, named) in old.named() {
                if !twins.to_new.contains_key(&id)
                    && let Some(twin) = free.remove(&(named.kind, named.name.as_str()))
                {
                    twins.pair(id, twin);
                }
            }
            let is_file = [old, new].iter().any(|side| side.extent == Extent::OneSet);
            if let (true, Some(old), Some(new)) = (is_file, only_set(old), only_set(new))
                && !twins.to_new.contains_key(&old)
            {
                twins.pair(old, new);
            }
        }
        twins
    }

    fn pair(&mut self, old: EntityId, new: EntityId) {
        self.to_new.insert(old, new);
        self.to_old.insert(new, old);
    }

    /// Whether these two are one.
    pub(super) fn are_one(&self, old: Option<EntityId>, new: Option<EntityId>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.to_new.get(&old) == Some(&new),
            (None, None) => true,
            _ => false,
        }
    }

    /// What the other side has in its place.
    pub(super) fn of(&self, which: Which, id: EntityId) -> Option<EntityId> {
        match which {
            Which::Old => self.to_new.get(&id).copied(),
            Which::New => self.to_old.get(&id).copied(),
        }
    }
}

/// The one token set of a side that has only one.
fn only_set(side: &Side<'_>) -> Option<EntityId> {
    let mut sets = side.named().filter(|(_, named)| named.kind == Kind::TokenSet);
    let only = sets.next()?.0;
    sets.next().is_none().then_some(only)
}

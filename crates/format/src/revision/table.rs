//! What the revisions of one file share.

use std::collections::BTreeMap;

use dss_model::{
    Dot, Entity, EntityId, Kind, Pair, RegName, Register, ReplicaId, Seen, Stamp, Value, parse_counter,
};

use super::Body;

/// The copies whose writes a file names, so that a dot can be written `3:17`.
///
/// Sorted by id: the same state gives the same table, whoever writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replicas(Vec<ReplicaId>);

impl Replicas {
    /// The table of these copies.
    pub fn new(ids: impl IntoIterator<Item = ReplicaId>) -> Self {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// The table that a file lists, in its order.
    pub(crate) fn listed(ids: impl IntoIterator<Item = ReplicaId>) -> Self {
        Self(ids.into_iter().collect())
    }

    /// The copies, by index.
    pub fn ids(&self) -> &[ReplicaId] {
        &self.0
    }

    /// The copy's place in a table that is sorted.
    pub(crate) fn index_of(&self, id: ReplicaId) -> Option<usize> {
        self.0.binary_search(&id).ok()
    }

    /// Spells a dot: `index:counter`, or `replica:counter` for a copy that is not in the table.
    pub fn dot_text(&self, dot: Dot) -> String {
        match self.index_of(dot.replica) {
            Some(index) => format!("{index}:{}", dot.counter),
            None => dot.to_string(),
        }
    }

    /// Reads either spelling of a dot.
    pub fn parse_dot(&self, text: &str) -> Option<Dot> {
        let (replica, counter) = text.split_once(':')?;
        let is_index = !replica.is_empty() && replica.bytes().all(|byte| byte.is_ascii_digit());
        if !is_index {
            return text.parse().ok();
        }
        let replica = self.0.get(replica.parse::<usize>().ok()?)?;
        Some(Dot { counter: parse_counter(counter)?, replica: *replica })
    }
}

/// The write that made most of a file: what a revision does not say is said here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Which write.
    pub dot: Dot,
    /// When and by whom.
    pub stamp: Stamp,
}

impl Defaults {
    /// The entity that this write alone made, whole.
    ///
    /// # Errors
    /// What contradicts what, for people.
    pub(crate) fn entity(&self, id: EntityId, kind: Kind, body: Body) -> Result<Entity, String> {
        let pair = |value: Value| Pair::written(self.dot, value, self.stamp.clone());
        let registers: BTreeMap<RegName, Register> =
            body.into_iter().map(|(name, value)| (name, Register::single(pair(value)))).collect();
        let seen: Seen = [self.dot].into_iter().collect();
        Entity::new(id, kind, seen, registers).map_err(|error| error.to_string())
    }
}

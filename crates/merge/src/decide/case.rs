//! Both sides of one entity with what is in question between them.

use dss_model::{Entity, Pair, RegName, Value};

use super::{Choice, Source};
use crate::plan::unknown_to;
use crate::values::pairs_of;
use crate::{Conflict, ConflictKind, Plan};

/// One of the two states that were joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Local,
    Imported,
}

/// One entity's sides and its new conflicts.
pub(crate) struct Case<'a> {
    pub(crate) local: &'a Entity,
    pub(crate) imported: &'a Entity,
    joined: &'a Entity,
    pub(crate) conflicts: Vec<&'a Conflict>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(local: &'a Entity, imported: &'a Entity, plan: &'a Plan) -> Self {
        Self { local, imported, joined: &plan.joined, conflicts: plan.new_conflicts().collect() }
    }

    /// The joined state.
    pub(crate) const fn state(&self) -> &'a Entity {
        self.joined
    }

    /// The live writes of a register.
    pub(crate) fn joined(&self, register: &RegName) -> &'a [Pair] {
        pairs_of(self.joined.register(register))
    }

    /// The live writes that only `side` knew.
    pub(crate) fn only_on(&self, side: Side, register: &RegName) -> impl Iterator<Item = &'a Pair> {
        let other = match side {
            Side::Local => self.imported,
            Side::Imported => self.local,
        };
        unknown_to(self.joined(register), other.seen())
    }

    /// Whether a person wrote one of the values in question, and not only strategies.
    pub(crate) fn is_human(&self, register: &RegName) -> bool {
        let mut writes = self.only_on(Side::Local, register).chain(self.only_on(Side::Imported, register));
        writes.any(|pair| pair.origin == pair.dot)
    }

    pub(crate) fn is_listed(&self, register: &RegName) -> bool {
        self.conflicts.iter().any(|conflict| conflict.register == *register)
    }

    pub(crate) fn is_whole_entity(&self, register: &RegName) -> bool {
        let whole = |conflict: &&Conflict| conflict.kind == ConflictKind::Entity;
        self.conflicts.iter().copied().filter(whole).any(|conflict| conflict.register == *register)
    }

    /// Chooses `value`, copied from the write that shows it.
    pub(crate) fn choose(&self, register: &RegName, value: Value) -> Choice {
        let states = [self.joined, self.local, self.imported];
        let pairs = states.into_iter().flat_map(|state| pairs_of(state.register(register)));
        let source = pairs.filter(|pair| pair.value == value).max_by_key(|pair| (pair.origin, pair.dot));
        let source = source.map(|pair| Source { origin: pair.origin, stamp: pair.stamp.clone() });
        Choice { register: register.clone(), value, source }
    }
}

//! The oracle: every write with its explicit past, instead of counters.

use std::collections::{BTreeMap, BTreeSet};

use dss_merge::{Outcome, Plan};
use dss_model::{Dot, EntityId, Life, RegName, Value};

use crate::importer::Entities;

/// The writes of one entity that somebody knows.
pub(crate) type Known = BTreeSet<Dot>;

#[derive(Clone, Debug, PartialEq)]
struct Event {
    writes: BTreeMap<RegName, Value>,
    past: Known,
}

#[derive(Debug, Default)]
pub(crate) struct Oracle {
    events: BTreeMap<(EntityId, Dot), Event>,
}

impl Oracle {
    /// Records the write `dot`, made by somebody who knew `known` and knows it now.
    pub(crate) fn add(
        &mut self,
        id: EntityId,
        dot: Dot,
        writes: BTreeMap<RegName, Value>,
        known: &mut Known,
    ) {
        let event = Event { writes, past: known.clone() };
        let previous = self.events.insert((id, dot), event.clone());
        assert!(previous.is_none_or(|previous| previous == event), "write {dot} was issued twice");
        known.insert(dot);
    }

    /// What writing `changes` would write: what differs, and the entity's life; `None` for nothing.
    pub(crate) fn changed(
        &self,
        id: EntityId,
        known: &Known,
        changes: &[(RegName, Value)],
    ) -> Option<BTreeMap<RegName, Value>> {
        let last: BTreeMap<RegName, Value> = changes.iter().cloned().collect();
        let differs = |(name, value): &(&RegName, &Value)| {
            let current = self.maximal(id, known, name);
            let values: Vec<&Value> = current.iter().map(|dot| self.value(id, *dot, name)).collect();
            if values.is_empty() { **value != Value::Absent } else { values.iter().any(|at| at != value) }
        };
        let mut writes: BTreeMap<RegName, Value> =
            last.iter().filter(differs).map(|(name, value)| (name.clone(), value.clone())).collect();
        if writes.is_empty() && !known.is_empty() {
            return None;
        }
        let life = last.get(&RegName::LIFE).cloned().unwrap_or(Value::Life(Life::Alive));
        writes.insert(RegName::LIFE, life);
        Some(writes)
    }

    fn value(&self, id: EntityId, dot: Dot, name: &RegName) -> &Value {
        &self.events[&(id, dot)].writes[name]
    }

    /// The known writes of a register that no other known write of it has seen.
    fn maximal(&self, id: EntityId, known: &Known, name: &RegName) -> Known {
        let writes = |dot: &&Dot| self.events[&(id, **dot)].writes.contains_key(name);
        let of_register: Vec<Dot> = known.iter().filter(writes).copied().collect();
        let superseded =
            |dot: &Dot| of_register.iter().any(|other| self.events[&(id, *other)].past.contains(dot));
        of_register.iter().filter(|dot| !superseded(dot)).copied().collect()
    }

    fn registers(&self, id: EntityId, known: &Known) -> BTreeSet<RegName> {
        known.iter().flat_map(|dot| self.events[&(id, *dot)].writes.keys().cloned()).collect()
    }

    /// P2: the live pairs are the maximal known writes, and `seen` covers exactly the known ones.
    pub(crate) fn check(&self, entities: &Entities, known: &BTreeMap<EntityId, Known>) {
        for (id, known) in known.iter().filter(|(_, known)| !known.is_empty()) {
            let entity = entities.get(id).expect("P2: an entity whose writes are known exists");
            let names = self.registers(*id, known);
            assert!(names.iter().eq(entity.registers().keys()), "P2: registers of {id}");
            for name in names {
                let pairs = entity.register(&name).unwrap().pairs();
                let live: Known = pairs.iter().map(|pair| pair.dot).collect();
                assert_eq!(live, self.maximal(*id, known, &name), "P2: {name} of {id}");
                for pair in pairs {
                    assert_eq!(pair.value, *self.value(*id, pair.dot, &name));
                }
            }
            for (_, dot) in self.events.keys().filter(|(of, _)| of == id) {
                assert_eq!(entity.seen().covers(*dot), known.contains(dot), "L1: {dot} of {id}");
            }
        }
        assert!(entities.keys().all(|id| known.contains_key(id)), "phantom entity");
    }

    /// P3: outcomes are set relations; a conflict is new exactly if neither side had seen the other's
    /// write, the values differ, and the entity is visible.
    pub(crate) fn check_plan(&self, id: EntityId, plan: &Plan, ours: Option<&Known>, theirs: &Known) {
        let Some(ours) = ours else {
            assert!(matches!(plan.outcome, Outcome::Added | Outcome::AddedDeleted));
            assert_eq!(plan.new_conflicts().count(), 0);
            return;
        };
        let joined: Known = ours.union(theirs).copied().collect();
        let values = |dots: &[Dot], name: &RegName| -> Vec<Value> {
            dots.iter().map(|dot| self.value(id, *dot, name).clone()).collect()
        };
        let heads = |name: &RegName| self.maximal(id, &joined, name);
        let is_alive = |dots: &Known| {
            let life = self.maximal(id, dots, &RegName::LIFE);
            life.iter().any(|dot| *self.value(id, *dot, &RegName::LIFE) == Value::Life(Life::Alive))
        };
        let mut expected = BTreeSet::new();
        for name in self.registers(id, &joined).into_iter().filter(|_| is_alive(&joined)) {
            let only = |side: &Known| -> Vec<Dot> {
                heads(&name).into_iter().filter(|dot| !side.contains(dot)).collect()
            };
            let (local, imported) = (values(&only(theirs), &name), values(&only(ours), &name));
            if local.iter().any(|value| imported.iter().any(|other| value != other)) {
                expected.insert(name);
            }
        }
        let reported: BTreeSet<RegName> =
            plan.new_conflicts().map(|conflict| conflict.register.clone()).collect();
        assert_eq!(reported, expected, "P3: conflicts of {id}");
        let outcome = match (ours.is_superset(theirs), theirs.is_superset(ours)) {
            (true, true) => Outcome::Identical,
            (true, false) => Outcome::Stale,
            (false, true) => match (is_alive(ours), is_alive(theirs)) {
                (true, false) => Outcome::FastForwardDelete,
                (false, true) => Outcome::FastForwardRestore,
                _ => Outcome::FastForward,
            },
            (false, false) if expected.is_empty() => Outcome::AutoMerged,
            (false, false) => Outcome::Conflict,
        };
        assert_eq!(plan.outcome, outcome, "P3: outcome of {id}");
    }
}

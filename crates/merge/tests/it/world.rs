//! Executions: copies that write, delete, export, import, replace, are duplicated and restored from
//! backups, in any order, with an oracle beside them that remembers what every copy knows.

use std::collections::{BTreeMap, BTreeSet};

use dss_merge::{Clock, Clocks, Granularity, Strategy, View, create, derive, from_legacy, write};
use dss_model::{Dot, Entity, EntityId, JsonText, Kind, Life, RegName, ReplicaId, Seen, Value};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

use crate::importer::{Archive, Copy, Entities, How, Report, check_session, export, import, replace_all};
use crate::mutants::{self, Mutation};
use crate::names::stamp;
use crate::oracle::{Known, Oracle};

/// One thing that happens. Indexes wrap around.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write { copy: usize, entity: u8, changes: Vec<(u8, u8)>, skew: i64 },
    Delete { copy: usize, entity: u8 },
    Resolve { copy: usize, pick: usize },
    Export { copy: usize, scope: Option<u8> },
    Import { copy: usize, archive: usize, strategy: Strategy, by_entity: bool, hold: u8 },
    Replace { copy: usize, archive: usize },
    Legacy { entity: u8, value: u8, skew: i64 },
    Duplicate { copy: usize },
    Restore { copy: usize, backup: usize },
}

pub(crate) fn strategy() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop::sample::select(Strategy::ALL.to_vec())
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    let copy = 0..4_usize;
    // Few entities, so that writes meet.
    let entity = prop_oneof![3 => Just(0), 2 => Just(1), 1 => 2..4_u8];
    let archive = prop_oneof![3 => 0..2_usize, 1 => any::<usize>()];
    let import_strategy = prop_oneof![1 => Just(Strategy::Manual), 1 => strategy()];
    let skew = prop::sample::select(vec![0, 0, -7_200_000, 18_000_000]);
    let changes = prop::collection::vec((0..4_u8, 0..6_u8), 1..3);
    let hold = prop_oneof![4 => Just(0), 1 => any::<u8>()];
    prop_oneof![
        10 => (copy.clone(), entity.clone(), changes, skew.clone())
            .prop_map(|(copy, entity, changes, skew)| Step::Write { copy, entity, changes, skew }),
        3 => (copy.clone(), entity.clone()).prop_map(|(copy, entity)| Step::Delete { copy, entity }),
        1 => (copy.clone(), any::<usize>()).prop_map(|(copy, pick)| Step::Resolve { copy, pick }),
        7 => (copy.clone(), prop::option::weighted(0.4, any::<u8>()))
            .prop_map(|(copy, scope)| Step::Export { copy, scope }),
        9 => (copy.clone(), archive.clone(), import_strategy, any::<bool>(), hold).prop_map(
            |(copy, archive, strategy, by_entity, hold)| Step::Import {
                copy, archive, strategy, by_entity, hold
            }
        ),
        1 => (copy.clone(), archive).prop_map(|(copy, archive)| Step::Replace { copy, archive }),
        1 => (entity, 0..6_u8, skew)
            .prop_map(|(entity, value, skew)| Step::Legacy { entity, value, skew }),
        1 => copy.clone().prop_map(|copy| Step::Duplicate { copy }),
        1 => (copy, any::<usize>()).prop_map(|(copy, backup)| Step::Restore { copy, backup }),
    ]
}

/// Random executions of up to `length` steps.
pub(crate) fn execution(length: usize) -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), length / 3..length)
}

pub(crate) fn entity_id(index: u8) -> EntityId {
    EntityId::from_bytes([index % 4 + 1; 16])
}

fn text(text: &str) -> Value {
    Value::Json(JsonText::string(text))
}

/// A copy of the project, and what the oracle says it knows.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) copy: Copy,
    pub(crate) known: BTreeMap<EntityId, Known>,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) members: Vec<Member>,
    pub(crate) archives: Vec<(Archive, BTreeMap<EntityId, Known>)>,
    backups: Vec<Member>,
    pub(crate) oracle: Oracle,
    /// How often each outcome, decision and fork came up.
    pub(crate) counts: BTreeMap<&'static str, u32>,
    replicas: u8,
    now_ms: i64,
    unique: u64,
    mutation: Option<Mutation>,
}

impl World {
    /// Runs an execution, checking every step.
    pub(crate) fn run(steps: &[Step]) -> Self {
        Self::run_mutant(steps, None)
    }

    /// Runs an execution of a design with one rule broken.
    pub(crate) fn run_mutant(steps: &[Step], mutation: Option<Mutation>) -> Self {
        let mut world = Self { now_ms: 1_700_000_000_000, mutation, ..Self::default() };
        for _ in 0..2 {
            let clock = Clock::new(world.mint(), 0);
            let copy = Copy { clock, entities: Entities::new() };
            world.members.push(Member { copy, known: BTreeMap::new() });
        }
        for step in steps {
            world.step(step);
        }
        world
    }

    fn step(&mut self, step: &Step) {
        self.now_ms += 7_000;
        let at = |copy: usize| copy % self.members.len();
        match *step {
            Step::Write { copy, entity, ref changes, skew } => {
                let copy = at(copy);
                let changes = changes.iter().map(|change| self.change(*change)).collect();
                self.write(copy, entity_id(entity), changes, skew);
            }
            Step::Delete { copy, entity } => {
                let (copy, id) = (at(copy), entity_id(entity));
                if self.members[copy].copy.entities.contains_key(&id) {
                    self.write(copy, id, vec![(RegName::LIFE, Value::Life(Life::Deleted))], 0);
                }
            }
            Step::Resolve { copy, pick } => self.resolve(at(copy), pick),
            Step::Export { copy, scope } => self.export(at(copy), scope),
            Step::Import { copy, archive, strategy, by_entity, hold } => {
                let hold = (0..8).filter(|bit| hold & (1 << bit) != 0).map(entity_id).collect();
                let granularity = if by_entity { Granularity::Entity } else { Granularity::Register };
                let how = self.how(strategy, granularity, hold);
                if !self.archives.is_empty() {
                    self.import(at(copy), self.recent(archive), &how);
                }
            }
            Step::Replace { copy, archive } => {
                if !self.archives.is_empty() {
                    self.replace(at(copy), self.recent(archive));
                }
            }
            Step::Legacy { entity, value, skew } => self.legacy(entity_id(entity), value, skew),
            Step::Duplicate { copy } => {
                let mut member = self.members[at(copy)].clone();
                self.backups.push(member.clone());
                if self.members.len() < 4 {
                    member.copy.clock = Clock::new(self.mint(), member.copy.clock.counter());
                    self.members.push(member);
                }
            }
            Step::Restore { copy, backup } => {
                if !self.backups.is_empty() {
                    let copy = at(copy);
                    let mut member = self.backups[backup % self.backups.len()].clone();
                    member.copy.clock = Clock::new(self.mint(), member.copy.clock.counter());
                    self.members[copy] = member;
                }
            }
        }
    }

    /// Archives count from the newest: people import what they have just got.
    const fn recent(&self, archive: usize) -> usize {
        self.archives.len() - 1 - archive % self.archives.len()
    }

    /// A new replica id, in no particular order.
    fn mint(&mut self) -> ReplicaId {
        self.replicas += 1;
        ReplicaId::from_bytes([self.replicas.wrapping_mul(0x9d); 16])
    }

    pub(crate) fn how(&self, strategy: Strategy, granularity: Granularity, hold: BTreeSet<EntityId>) -> How {
        let now_ms = self.now_ms;
        How { strategy, granularity, hold, clocks: Clocks::at(now_ms), now_ms, mutation: self.mutation }
    }

    fn change(&mut self, (register, value): (u8, u8)) -> (RegName, Value) {
        self.unique += 1;
        let plain = match value {
            0 => Value::Absent,
            1 => text("x"),
            2 => text("y"),
            _ => text(&format!("u{}", self.unique)),
        };
        match register {
            0 => (RegName::PATH, text(["Color.a", "color.A", "color.b"][usize::from(value) % 3])),
            1 => (RegName::new("theme").unwrap(), Value::Ref(entity_id(value))),
            2 => (RegName::DESCRIPTION, plain),
            _ => (RegName::VALUE, plain),
        }
    }

    fn write(&mut self, at: usize, id: EntityId, changes: Vec<(RegName, Value)>, skew: i64) {
        let member = &mut self.members[at];
        let known = member.known.entry(id).or_default();
        let expected = self.oracle.changed(id, known, &changes);
        let stamp = stamp(self.now_ms + skew);
        let mut clock = member.copy.clock.clone();
        let dot = clock.tick().unwrap();
        let written = match member.copy.entities.get(&id) {
            Some(entity) => write(entity, dot, changes, &stamp).unwrap(),
            None => Some(create(id, Kind::Token, dot, changes, &stamp).unwrap()),
        };
        assert_eq!(written.is_some(), expected.is_some(), "a write is made exactly if it changes something");
        if let (Some(entity), Some(expected)) = (written, expected) {
            self.oracle.add(id, dot, expected, known);
            member.copy.clock = clock;
            let entity = mutants::after_write(self.mutation, member.copy.entities.get(&id), entity);
            member.copy.entities.insert(id, entity);
        }
        self.oracle.check(&member.copy.entities, &member.known);
    }

    fn resolve(&mut self, at: usize, pick: usize) {
        let entities = self.members[at].copy.entities.values();
        let open = entities.filter(|entity| entity.is_alive()).find_map(|entity| {
            let (name, register) = entity.registers().iter().find(|(_, register)| register.is_conflict())?;
            let pair = &register.pairs()[pick % register.pairs().len()];
            Some((entity.id(), name.clone(), pair.value.clone()))
        });
        if let Some((id, name, value)) = open {
            self.write(at, id, vec![(name, value)], 0);
        }
    }

    fn export(&mut self, at: usize, scope: Option<u8>) {
        let member = &self.members[at];
        let mut archive = export(&member.copy);
        if let Some(scope) = scope {
            let in_scope = |entity: &Entity| scope & (1 << (entity.id().to_bytes()[0] % 8)) != 0;
            archive.is_full = false;
            archive.entities.retain(in_scope);
        }
        mutants::after_export(self.mutation, &mut archive);
        let ids: BTreeSet<EntityId> = archive.entities.iter().map(Entity::id).collect();
        let known = member.known.iter().filter(|(id, _)| ids.contains(id));
        let known = known.map(|(id, known)| (*id, known.clone())).collect();
        self.archives.push((archive, known));
    }

    fn legacy(&mut self, id: EntityId, value: u8, skew: i64) {
        let value = text(["x", "y", "legacy"][usize::from(value) % 3]);
        let fields = [(RegName::PATH, text("color.b")), (RegName::VALUE, value)];
        let entity = from_legacy(id, Kind::Token, fields.clone(), &stamp(self.now_ms + skew)).unwrap();
        let dot = entity.seen().iter().next().unwrap();
        let mut known = Known::new();
        let expected = self.oracle.changed(id, &known, &fields).unwrap();
        self.oracle.add(id, dot, expected, &mut known);
        let archive = Archive {
            is_full: false,
            mark: 0,
            exported_at_ms: None,
            entities: vec![entity],
            everything: Seen::new(),
        };
        self.archives.push((archive, BTreeMap::from([(id, known)])));
    }

    /// Imports, and checks P2 to P6, P8, P12 and P13 on the way.
    pub(crate) fn import(&mut self, at: usize, archive: usize, how: &How) {
        let (archive, archive_known) = &self.archives[archive];
        let member = &mut self.members[at];
        let before = member.copy.clone();
        let (next, report) = import(&|_, fork| fork.id, &before, archive, how);
        check_session(&before, archive, how, &next, &report, true);
        assert!(report.flags.is_empty(), "P13: {:?}", report.flags);
        assert!(how.strategy != Strategy::Manual || report.writes.is_empty(), "P8");
        let forks = report.writes.iter().filter(|(id, ..)| !archive.entities.iter().any(|e| e.id() == *id));
        for name in forks.map(|_| "fork").chain(report.writes.iter().map(|_| how.strategy.name())) {
            *self.counts.entry(name).or_default() += 1;
        }
        let nothing = Known::new();
        for (id, plan, held) in &report.items {
            *self.counts.entry(held.unwrap_or(plan.outcome).name()).or_default() += 1;
            let ours = member.known.get(id).unwrap_or(&nothing);
            let exists = before.entities.contains_key(id);
            if how.granularity == Granularity::Register {
                self.oracle.check_plan(*id, plan, exists.then_some(ours), &archive_known[id]);
            }
            if held.is_some() {
                assert_eq!(next.entities.get(id), before.entities.get(id), "P6: held");
            } else {
                member.known.entry(*id).or_default().extend(archive_known[id].iter().copied());
            }
        }
        let listed: BTreeSet<EntityId> = archive.entities.iter().map(Entity::id).collect();
        let written: BTreeSet<EntityId> = report.writes.iter().map(|(id, ..)| *id).collect();
        for (id, entity) in before.entities.iter().filter(|(id, _)| !listed.contains(id)) {
            assert!(written.contains(id) || next.entities.get(id) == Some(entity), "P6");
        }
        Self::remember(&mut self.oracle, member, &next, report);
        let (again, repeated) = import(&|_, fork| fork.id, &next, archive, how);
        assert!(repeated.writes.is_empty() && again.entities == next.entities, "P5");
    }

    /// Replaces, and checks P9.
    fn replace(&mut self, at: usize, archive: usize) {
        let (archive, archive_known) = &self.archives[archive];
        let member = &mut self.members[at];
        let how = How {
            strategy: Strategy::Manual,
            granularity: Granularity::Register,
            hold: BTreeSet::new(),
            clocks: Clocks::default(),
            now_ms: self.now_ms,
            mutation: None,
        };
        let (next, report) = replace_all(&member.copy, archive, &how);
        for (id, known) in archive_known {
            member.known.entry(*id).or_default().extend(known.iter().copied());
        }
        Self::remember(&mut self.oracle, member, &next, report);
        for theirs in &archive.entities {
            let ours = &next.entities[&theirs.id()];
            assert_eq!(ours.is_alive(), theirs.is_alive(), "P9");
            for name in ours.registers().keys().filter(|_| theirs.is_alive()) {
                assert_eq!(ours.value(name), theirs.value(name), "P9: {name}");
            }
        }
        let listed: BTreeSet<EntityId> = archive.entities.iter().map(Entity::id).collect();
        let mut others = next.entities.values().filter(|entity| !listed.contains(&entity.id()));
        assert!(!archive.is_full || others.all(|entity| !entity.is_alive()), "P9: extra live entity");
        let (again, repeated) = replace_all(&next, archive, &how);
        assert!(repeated.writes.is_empty() && again.entities == next.entities, "P9: twice");
    }

    /// Tells the oracle about the writes of an import and checks the copy.
    fn remember(oracle: &mut Oracle, member: &mut Member, next: &Copy, report: Report) {
        for (id, dot, changes) in report.writes {
            assert!(changes.iter().any(|(name, _)| *name == RegName::LIFE), "every write rewrites @life");
            oracle.add(id, dot, changes.into_iter().collect(), member.known.entry(id).or_default());
        }
        member.copy = next.clone();
        oracle.check(&member.copy.entities, &member.known);
    }

    /// Every state of every entity that exists anywhere, by entity.
    pub(crate) fn states(&self) -> BTreeMap<EntityId, Vec<Entity>> {
        let of_members = self.members.iter().flat_map(|member| member.copy.entities.values());
        let of_archives = self.archives.iter().flat_map(|(archive, _)| &archive.entities);
        let mut states: BTreeMap<EntityId, Vec<Entity>> = BTreeMap::new();
        for entity in of_members.chain(of_archives) {
            let known = states.entry(entity.id()).or_default();
            if !known.contains(entity) {
                known.push(entity.clone());
            }
        }
        states
    }
}

/// Everybody imports everybody's archive until nothing changes; the number of rounds that changed something.
pub(crate) fn settle(
    world: &World,
    strategies: &[Strategy],
    granularity: Granularity,
    cross: bool,
) -> (usize, Vec<Copy>) {
    let mut copies: Vec<Copy> = world.members.iter().map(|member| member.copy.clone()).collect();
    for round in 0..9 {
        let snapshot = copies.clone();
        let mut writes = 0;
        for to in 0..copies.len() {
            let how = world.how(strategies[to % strategies.len()], granularity, BTreeSet::new());
            for from in (0..copies.len()).filter(|from| *from != to) {
                let archive = export(if cross { &snapshot[from] } else { &copies[from] });
                let (next, report) = import(&|_, fork| fork.id, &copies[to], &archive, &how);
                writes += report.writes.len();
                copies[to] = next;
            }
        }
        let is_same = |(before, after): (&Copy, &Copy)| before.entities == after.entities;
        if writes == 0 && snapshot.iter().zip(&copies).all(is_same) {
            return (round, copies);
        }
    }
    panic!("P7: ping-pong of {strategies:?}");
}

/// What is wrong in the view of a copy.
pub(crate) fn findings(copy: &Copy) -> Vec<dss_merge::Finding> {
    derive(copy.entities.values().map(View::of), &|_| true)
}

/// Dots for tests that need some.
pub(crate) fn dot(replica: u8, counter: u64) -> Dot {
    Dot { counter, replica: ReplicaId::from_bytes([replica; 16]) }
}

//! An in-memory importer, written after MERGE.md §11 on `plan` and `decide` alone.

use std::collections::{BTreeMap, BTreeSet};

use dss_merge::{
    Clock, Clocks, Fork, Granularity, Import, ImportOptions, Integrity, Outcome, Plan, Strategy, decide,
    delete, plan, replace, split_collisions,
};
use dss_model::{Dot, Entity, EntityId, RegName, Seen, Value};

use crate::mutants::{self, Mutation};
use crate::names::stamp;

/// Names the fork of an entity.
pub(crate) type Namer<'a> = &'a dyn Fn(EntityId, &Fork) -> EntityId;

pub(crate) type Entities = BTreeMap<EntityId, Entity>;

/// One copy of a project.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) clock: Clock,
    pub(crate) entities: Entities,
}

#[derive(Clone, Debug)]
pub(crate) struct Archive {
    pub(crate) is_full: bool,
    pub(crate) mark: u64,
    pub(crate) exported_at_ms: Option<i64>,
    pub(crate) entities: Vec<Entity>,
    /// All that the exporter knows of anything: no archive has it, but mutants need it.
    pub(crate) everything: Seen,
}

/// A write that an import made: of which entity, as what, with which values.
pub(crate) type Written = (EntityId, Dot, Vec<(RegName, Value)>);

#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) items: Vec<(EntityId, Plan, Option<Outcome>)>,
    pub(crate) writes: Vec<Written>,
    pub(crate) flags: BTreeSet<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct How {
    pub(crate) strategy: Strategy,
    pub(crate) granularity: Granularity,
    pub(crate) hold: BTreeSet<EntityId>,
    pub(crate) clocks: Clocks,
    pub(crate) now_ms: i64,
    pub(crate) mutation: Option<Mutation>,
}

/// The importer of MERGE.md §11, with forks under the ids that `namer` gives them.
pub(crate) fn import(namer: Namer<'_>, copy: &Copy, archive: &Archive, how: &How) -> (Copy, Report) {
    let mut report = Report::default();
    if archive.entities.iter().any(|entity| copy.clock.check_own(entity.seen()).is_err()) {
        report.flags.insert("own_rid_ahead");
        return (copy.clone(), report);
    }
    let mut next = copy.clone();
    next.clock.observe(archive.mark);
    archive.entities.iter().for_each(|entity| next.clock.observe_entity(entity));
    let mut forks = Vec::new();
    for theirs in &archive.entities {
        let id = theirs.id();
        let mut theirs = theirs.clone();
        let mut ours = next.entities.get(&id).cloned();
        let mut planned = plan(ours.as_ref(), &theirs, how.granularity);
        if let (Err(Integrity::DotCollision { .. }), Some(local)) = (&planned, &ours) {
            report.flags.insert("dot_collision");
            let (a, b) = split_collisions(local, &theirs).unwrap();
            planned = plan(Some(&a), &b, how.granularity);
            (ours, theirs) = (Some(a), b);
        }
        let mut planned = planned.unwrap();
        planned.joined = mutants::after_join(how.mutation, planned.joined);
        if how.hold.contains(&id) {
            report.items.push((id, planned, Some(Outcome::Held)));
            continue;
        }
        if mutants::skips(how.mutation, how.strategy, &planned) {
            report.items.push((id, planned, None));
            continue;
        }
        next.entities.insert(id, planned.joined.clone());
        let decision =
            ours.as_ref().and_then(|ours| decide(ours, &theirs, &planned, how.strategy, &how.clocks));
        if let Some(mut decision) = decision {
            let fork = decision.fork.as_mut();
            let held = fork.is_some_and(|fork| {
                fork.id = namer(id, fork);
                how.hold.contains(&fork.id)
            });
            if !held {
                let dot = next.clock.tick().unwrap();
                let base = mutants::decision_base(how.mutation, ours.as_ref(), &planned.joined);
                let entity = decision.apply(base, dot, &stamp(how.now_ms)).unwrap();
                let entity = mutants::after_decision(how.mutation, &planned.joined, &decision, entity);
                report.writes.push((id, dot, written(&entity, dot)));
                next.entities.insert(id, entity);
                forks.extend(decision.fork);
            }
        }
        report.items.push((id, planned, None));
    }
    for fork in forks {
        if !next.entities.contains_key(&fork.id) {
            let dot = next.clock.tick().unwrap();
            let entity = fork.create(dot, &stamp(how.now_ms)).unwrap();
            report.writes.push((fork.id, dot, written(&entity, dot)));
            next.entities.insert(fork.id, entity);
        }
    }
    mutants::after_import(how.mutation, archive, &mut next.entities);
    (next, report)
}

/// The streaming session does the same (P12). Its forks have the crate's own ids, and are only compared
/// `with_forks` of these.
pub(crate) fn check_session(
    copy: &Copy,
    archive: &Archive,
    how: &How,
    next: &Copy,
    report: &Report,
    with_forks: bool,
) {
    if how.mutation.is_some() || (how.strategy == Strategy::Fork && !with_forks) {
        return;
    }
    let options = ImportOptions::new(how.strategy)
        .with_granularity(how.granularity)
        .with_hold(how.hold.iter().copied())
        .with_clocks(how.clocks)
        .with_stamp(stamp(how.now_ms));
    let mut session = Import::new(copy.clock.clone(), archive.mark, &options);
    let mut entities = copy.entities.clone();
    for theirs in &archive.entities {
        let local = entities.get(&theirs.id());
        let Ok(imported) = session.entity(local, theirs) else {
            assert!(report.flags.contains("own_rid_ahead"));
            return;
        };
        assert_eq!(imported.integrity.is_some(), report.flags.contains("dot_collision"));
        assert!(imported.entity.is_none() || imported.entity.as_ref() != local);
        entities.extend(imported.entity.map(|entity| (entity.id(), entity)));
    }
    let (forks, clock) = session.finish(|id| entities.contains_key(&id)).unwrap();
    entities.extend(forks.into_iter().map(|entity| (entity.id(), entity)));
    assert_eq!(clock, next.clock);
    assert_eq!(entities, next.entities);
}

pub(crate) fn replace_all(copy: &Copy, archive: &Archive, how: &How) -> (Copy, Report) {
    let (mut next, mut report) = (copy.clone(), Report::default());
    next.clock.observe(archive.mark);
    archive.entities.iter().for_each(|entity| next.clock.observe_entity(entity));
    for theirs in &archive.entities {
        let id = theirs.id();
        let local = copy.entities.get(&id);
        report.items.push((id, plan(local, theirs, Granularity::Register).unwrap(), None));
        let mut clock = next.clock.clone();
        let dot = clock.tick().unwrap();
        let replaced = replace(local, theirs, dot, &stamp(how.now_ms)).unwrap();
        if replaced.wrote {
            next.clock = clock;
            report.writes.push((id, dot, written(&replaced.entity, dot)));
        }
        next.entities.insert(id, replaced.entity);
    }
    let listed: BTreeSet<EntityId> = archive.entities.iter().map(Entity::id).collect();
    let extra: Vec<Entity> =
        next.entities.values().filter(|entity| !listed.contains(&entity.id())).cloned().collect();
    for entity in extra.iter().filter(|entity| archive.is_full && entity.is_alive()) {
        let dot = next.clock.tick().unwrap();
        let deleted = delete(entity, dot, &stamp(how.now_ms)).unwrap().unwrap();
        report.writes.push((entity.id(), dot, written(&deleted, dot)));
        next.entities.insert(entity.id(), deleted);
    }
    (next, report)
}

fn written(entity: &Entity, dot: Dot) -> Vec<(RegName, Value)> {
    let pairs = entity.registers().iter().flat_map(|(name, register)| {
        register.pairs().iter().filter(|pair| pair.dot == dot).map(|pair| (name.clone(), pair.value.clone()))
    });
    pairs.collect()
}

pub(crate) fn export(copy: &Copy) -> Archive {
    let entities: Vec<Entity> = copy.entities.values().cloned().collect();
    let everything = entities.iter().flat_map(|entity| entity.seen().iter()).collect();
    Archive { is_full: true, mark: copy.clock.counter(), exported_at_ms: None, entities, everything }
}

//! The model's twelve mutants: designs with one rule broken, each of which the laws must refute.
//!
//! They show that the oracle has teeth. Mutations of the crate's own code are cargo-mutants' business
//! (MUTANTS.md); these break rules that importers, exporters and the design as a whole keep.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use dss_merge::{Decision, Granularity, Plan, Strategy};
use dss_model::{Entity, Pair, RegName, Register, Seen};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::importer::{Archive, Entities};
use crate::world::{World, execution, settle};

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// A partial archive carries the live dots, not the entity's causal past.
    PartialBareDots,
    /// An archive claims the exporter's project-wide knowledge for every entity.
    ProjectSeen,
    /// What a full archive does not have, and its exporter knew, is deleted.
    AbsenceDelete,
    /// The same with partial archives.
    AbsenceDeleteAny,
    /// An edit does not rewrite `@life`.
    EditSkipsLife,
    /// A decision removes the losing write instead of writing.
    ResolveRemoval,
    /// A decision does not cover the imported state.
    DecisionForgetsImport,
    /// Keeping the local side is implemented as skipping the entity.
    ResolveIgnore,
    /// Concurrent values are reduced to the one with the highest dot.
    LastWriterWins,
    /// Of equal concurrent values, only one dot is kept.
    CollapseEqual,
    /// Bulk decisions may re-decide bulk decisions.
    NoBulkGuard,
}

fn rebuilt(entity: &Entity, seen: Seen, change: impl Fn(&RegName, &[Pair]) -> Vec<Pair>) -> Entity {
    let registers = entity.registers().iter();
    let registers = registers
        .map(|(name, register)| (name.clone(), Register::new(change(name, register.pairs())).unwrap()));
    Entity::new(entity.id(), entity.kind(), seen, registers.collect()).unwrap()
}

pub(crate) fn after_write(mutation: Option<Mutation>, before: Option<&Entity>, entity: Entity) -> Entity {
    let Some(before) = before.filter(|before| before.is_alive() && entity.is_alive()) else {
        return entity;
    };
    if mutation != Some(Mutation::EditSkipsLife) {
        return entity;
    }
    let life = before.register(&RegName::LIFE).unwrap().pairs();
    let old = |name: &RegName, pairs: &[Pair]| if *name == RegName::LIFE { life } else { pairs }.to_vec();
    rebuilt(&entity, entity.seen().clone(), old)
}

pub(crate) fn after_export(mutation: Option<Mutation>, archive: &mut Archive) {
    let same = |_: &RegName, pairs: &[Pair]| pairs.to_vec();
    for entity in &mut archive.entities {
        let seen = match mutation {
            Some(Mutation::PartialBareDots) if !archive.is_full => {
                entity.registers().values().flat_map(Register::pairs).map(|pair| pair.dot).collect()
            }
            Some(Mutation::ProjectSeen) => archive.everything.clone(),
            _ => return,
        };
        *entity = rebuilt(entity, seen, same);
    }
}

pub(crate) fn after_join(mutation: Option<Mutation>, joined: Entity) -> Entity {
    let seen = joined.seen().clone();
    match mutation {
        Some(Mutation::LastWriterWins) => {
            rebuilt(&joined, seen, |_, pairs| pairs.last().cloned().into_iter().collect())
        }
        Some(Mutation::CollapseEqual) => rebuilt(&joined, seen, |_, pairs| {
            let mut kept: Vec<Pair> = Vec::new();
            for pair in pairs {
                kept.retain(|other| other.value != pair.value);
                kept.push(pair.clone());
            }
            kept
        }),
        _ => joined,
    }
}

pub(crate) fn skips(mutation: Option<Mutation>, strategy: Strategy, plan: &Plan) -> bool {
    mutation == Some(Mutation::ResolveIgnore)
        && strategy == Strategy::KeepLocal
        && plan.new_conflicts().next().is_some()
}

pub(crate) fn decision_base<'a>(
    mutation: Option<Mutation>,
    local: Option<&'a Entity>,
    joined: &'a Entity,
) -> &'a Entity {
    match (mutation, local) {
        (Some(Mutation::DecisionForgetsImport), Some(local)) => local,
        _ => joined,
    }
}

pub(crate) fn after_decision(
    mutation: Option<Mutation>,
    joined: &Entity,
    decision: &Decision,
    entity: Entity,
) -> Entity {
    let chosen: BTreeMap<_, _> =
        decision.choices.iter().map(|choice| (&choice.register, &choice.value)).collect();
    match mutation {
        Some(Mutation::ResolveRemoval) => rebuilt(joined, joined.seen().clone(), |name, pairs| {
            let is_kept = |pair: &&Pair| chosen.get(name).is_none_or(|value| pair.value == **value);
            let kept: Vec<Pair> = pairs.iter().filter(is_kept).cloned().collect();
            if kept.is_empty() { pairs.to_vec() } else { kept }
        }),
        Some(Mutation::NoBulkGuard) => rebuilt(&entity, entity.seen().clone(), |_, pairs| {
            pairs.iter().map(|pair| Pair { origin: pair.dot, ..pair.clone() }).collect()
        }),
        _ => entity,
    }
}

pub(crate) fn after_import(mutation: Option<Mutation>, archive: &Archive, entities: &mut Entities) {
    let applies = match mutation {
        Some(Mutation::AbsenceDelete) => archive.is_full,
        Some(Mutation::AbsenceDeleteAny) => true,
        _ => false,
    };
    let listed: BTreeSet<_> = archive.entities.iter().map(Entity::id).collect();
    let known = |entity: &Entity| {
        let mut pairs = entity.registers().values().flat_map(Register::pairs);
        pairs.all(|pair| archive.everything.covers(pair.dot))
    };
    entities.retain(|id, entity| !applies || listed.contains(id) || !known(entity));
}

/// The law that refutes a mutant, as its message says it.
fn refutation(mutation: Mutation, granularity: Granularity) -> Option<String> {
    let mut runner = TestRunner::deterministic();
    (0..500).find_map(|_| {
        let steps = execution(40).new_tree(&mut runner).unwrap().current();
        let refuted = catch_unwind(AssertUnwindSafe(|| {
            let world = World::run_mutant(&steps, Some(mutation));
            for strategies in [[Strategy::KeepLocal; 2], [Strategy::KeepLocal, Strategy::TakeImported]] {
                settle(&world, &strategies, granularity, true);
            }
        }));
        let message = refuted.err()?;
        let literal = message.downcast_ref::<&str>().map(|text| (*text).to_owned());
        message.downcast_ref::<String>().cloned().or(literal)
    })
}

#[track_caller]
fn refuted(mutation: Mutation, granularity: Granularity) {
    let laws = ["L1", "P2", "P3", "P5", "P6", "P7", "RegisterAnnihilated", "CoveredButDifferent"];
    let message = refutation(mutation, granularity).unwrap_or_else(|| panic!("{mutation:?} survives"));
    assert!(laws.iter().any(|law| message.contains(law)), "{mutation:?} refuted otherwise: {message}");
}

#[test]
fn the_designs_own_rules_are_not_refuted_by_the_same_search() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..100 {
        let steps = execution(40).new_tree(&mut runner).unwrap().current();
        let world = World::run(&steps);
        settle(&world, &[Strategy::KeepLocal], Granularity::Entity, true);
    }
}

#[test]
fn archives_that_do_not_carry_whole_entities_are_refuted() {
    refuted(Mutation::PartialBareDots, Granularity::Register);
    refuted(Mutation::ProjectSeen, Granularity::Register);
}

#[test]
fn inferring_deletions_from_absence_is_refuted() {
    refuted(Mutation::AbsenceDelete, Granularity::Register);
    refuted(Mutation::AbsenceDeleteAny, Granularity::Register);
}

#[test]
fn edits_that_do_not_rewrite_life_are_refuted() {
    refuted(Mutation::EditSkipsLife, Granularity::Register);
}

#[test]
fn decisions_that_are_no_writes_over_the_join_are_refuted() {
    refuted(Mutation::ResolveRemoval, Granularity::Register);
    refuted(Mutation::DecisionForgetsImport, Granularity::Register);
    refuted(Mutation::ResolveIgnore, Granularity::Register);
}

#[test]
fn reducing_concurrent_writes_is_refuted() {
    refuted(Mutation::LastWriterWins, Granularity::Register);
    refuted(Mutation::CollapseEqual, Granularity::Register);
}

#[test]
fn strategies_without_the_bulk_guard_are_refuted() {
    refuted(Mutation::NoBulkGuard, Granularity::Register);
    refuted(Mutation::NoBulkGuard, Granularity::Entity);
}

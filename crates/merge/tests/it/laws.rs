//! The laws P1–P15 of MERGE.md §14, on random executions: only reachable states obey them.
//!
//! [`World::run`] checks P2, P3, P4 (as outcomes), P5, P6, P8, P9, P12 and P13 at every step.

use std::collections::{BTreeMap, BTreeSet};

use dss_merge::{
    Clocks, Granularity, Outcome, Recommendation, Strategy, View, decide, derive, join, plan, recommend,
};
use dss_model::{Entity, RegName, Register, Seen, Value};
use proptest::prelude::*;

use crate::world::{World, execution, findings, settle, strategy};

proptest! {
    #[test]
    fn every_step_of_every_execution_obeys_the_oracle(steps in execution(60)) {
        World::run(&steps);
    }

    #[test]
    fn p1_join_is_a_semilattice(steps in execution(40)) {
        for states in World::run(&steps).states().values() {
            let join = |a: &Entity, b: &Entity| join(a, b).unwrap();
            for a in states {
                prop_assert_eq!(&join(a, a), a);
                for b in states {
                    let ab = join(a, b);
                    prop_assert_eq!(&ab, &join(b, a));
                    prop_assert_eq!(&join(&ab, b), &ab);
                    for c in states.iter().take(6) {
                        prop_assert_eq!(join(&ab, c), join(a, &join(b, c)));
                    }
                }
            }
        }
    }

    #[test]
    fn p4_knowing_as_much_is_being_the_same(steps in execution(40)) {
        for states in World::run(&steps).states().values() {
            for (local, imported) in states.iter().flat_map(|a| states.iter().map(move |b| (a, b))) {
                let plan = plan(Some(local), imported, Granularity::Register).unwrap();
                if local.seen() == imported.seen() {
                    prop_assert_eq!(local, imported);
                    prop_assert_eq!(plan.outcome, Outcome::Identical);
                }
                if local.seen().dominates(imported.seen()) {
                    prop_assert_eq!(&plan.joined, local);
                }
                if imported.seen().dominates(local.seen()) {
                    prop_assert_eq!(&plan.joined, imported);
                }
            }
        }
    }

    #[test]
    fn p5_p8_p15_any_order_of_archives_ends_in_the_same_state(
        steps in execution(40),
        order in prop::collection::vec((any::<usize>(), any::<usize>()), 0..12),
    ) {
        let mut world = World::run(&steps);
        let how = world.how(Strategy::Manual, Granularity::Register, BTreeSet::new());
        let (_, plain) = settle(&world, &[Strategy::Manual], Granularity::Register, true);
        for (copy, archive) in order {
            if !world.archives.is_empty() {
                let (copy, archive) = (copy % world.members.len(), archive % world.archives.len());
                world.import(copy, archive, &how);
            }
        }
        for cross in [true, false] {
            let (rounds, copies) = settle(&world, &[Strategy::Manual], Granularity::Register, cross);
            prop_assert!(rounds <= 2);
            let first = findings(&copies[0]);
            for copy in &copies {
                prop_assert_eq!(&copy.entities, &copies[0].entities);
                let backwards = derive(copy.entities.values().rev().map(View::of), &|_| true);
                prop_assert_eq!(&backwards, &first);
            }
            // Archives may have brought what no copy had; whatever all copies had, they still know.
            for (id, entity) in &plain[0].entities {
                prop_assert!(copies[0].entities[id].seen().dominates(entity.seen()));
            }
        }
    }

    #[test]
    fn p7_strategies_come_to_rest(
        steps in execution(40),
        strategies in prop::collection::vec(strategy(), 4),
        by_entity in any::<bool>(),
        cross in any::<bool>(),
    ) {
        let world = World::run(&steps);
        let granularity = if by_entity { Granularity::Entity } else { Granularity::Register };
        let (rounds, copies) = settle(&world, &strategies, granularity, cross);
        prop_assert!(rounds <= 4, "{} rounds", rounds);
        for copy in &copies {
            prop_assert_eq!(&copy.entities, &copies[0].entities);
        }
    }

    #[test]
    fn p10_both_sides_make_the_same_fork(steps in execution(40)) {
        for states in World::run(&steps).states().values() {
            for (a, b) in states.iter().flat_map(|a| states.iter().map(move |b| (a, b))) {
                let fork = |local: &Entity, imported: &Entity| {
                    let plan = plan(Some(local), imported, Granularity::Register).unwrap();
                    let decided = decide(local, imported, &plan, Strategy::Fork, &Clocks::default())?;
                    let values = |choices: Vec<dss_merge::Choice>| -> Vec<(RegName, Value)> {
                        choices.into_iter().map(|choice| (choice.register, choice.value)).collect()
                    };
                    let fork = decided.fork.map(|fork| (fork.id, values(fork.choices)));
                    Some((values(decided.choices), fork))
                };
                prop_assert_eq!(fork(a, b), fork(b, a));
            }
        }
    }

    #[test]
    fn p11_states_do_not_depend_on_the_order_of_their_parts(steps in execution(30)) {
        for entity in World::run(&steps).states().into_values().flatten() {
            let seen: Vec<_> = entity.seen().iter().collect();
            let registers = entity.registers().iter().rev().map(|(name, register)| {
                let pairs = register.pairs().iter().rev().cloned().collect();
                (name.clone(), Register::new(pairs).unwrap())
            });
            let seen: Seen = seen.into_iter().rev().collect();
            let again = Entity::new(entity.id(), entity.kind(), seen, registers.collect());
            prop_assert_eq!(again.as_ref(), Ok(&entity));
        }
    }

    #[test]
    fn p14_advice_does_not_depend_on_the_side(
        local in prop::option::of(-20_000_000..20_000_000_i64),
        imported in prop::option::of(-20_000_000..20_000_000_i64),
        now in prop::option::of(-20_000_000..20_000_000_i64),
    ) {
        let clocks = now.map_or_else(Clocks::default, Clocks::at);
        let (one, other) = (recommend(local, imported, &clocks), recommend(imported, local, &clocks));
        let swapped = match other.recommendation {
            Recommendation::Local => Recommendation::Imported,
            Recommendation::Imported => Recommendation::Local,
            Recommendation::Unknown => Recommendation::Unknown,
        };
        prop_assert_eq!(one.recommendation, swapped);
        prop_assert_eq!(one.warnings.len(), other.warnings.len());
    }
}

/// The generator reaches what the laws are about.
#[test]
fn executions_are_interesting() {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = BTreeMap::new();
    for _ in 0..200 {
        let steps = execution(60).new_tree(&mut runner).unwrap().current();
        for (name, count) in World::run(&steps).counts {
            *counts.entry(name).or_insert(0) += count;
        }
    }
    println!("{counts:?}");
    let outcomes = [
        "added",
        "added_deleted",
        "identical",
        "stale",
        "fast_forward",
        "fast_forward_delete",
        "fast_forward_restore",
        "auto_merged",
        "conflict",
        "held",
    ];
    let decisions = ["keep-local", "take-imported", "newest", "fork"];
    for name in outcomes.into_iter().chain(decisions) {
        assert!(counts.contains_key(name), "{name}: {counts:?}");
    }
}

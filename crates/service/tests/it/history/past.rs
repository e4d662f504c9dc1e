//! Earlier states, entity by entity: exactly what was there.

use std::collections::BTreeMap;
use std::sync::Arc;

use dss_service::model::{Entity, EntityId};
use dss_service::store::{LifeFilter, MemoryStore, Scan, SqliteStore, Store, StoreOptions, Visit};
use dss_service::{DiffOptions, DiffSource, FixedClock, Moment, ProjectService, UndoOptions};
use dss_testkit::{TempDir, TestResult};
use proptest::prelude::*;

use super::{BASE, project};
use crate::laws::{Step, copy, play, step};
use crate::support::{Fixture, NOW_MS, options};

type State = BTreeMap<EntityId, Entity>;

fn now(store: &dyn Store) -> TestResult<State> {
    let mut state = State::new();
    let scan = Scan { life: LifeFilter::Any, ..Scan::default() };
    store.read(&project())?.scan(&scan, &mut |row| {
        state.insert(row.entity.id(), row.entity);
        Visit::Continue(())
    })?;
    Ok(state)
}

fn then(fixture: &Fixture, moment: Moment) -> TestResult<State> {
    let mut state = State::new();
    fixture.service.entities_at(&project(), moment, &mut |entity| {
        state.insert(entity.id(), entity);
        Ok(())
    })?;
    Ok(state)
}

/// Plays steps on two copies that exchange after each; then looks back at every import.
fn look_back(store: &Arc<dyn Store>, steps: &[(usize, Step)]) -> TestResult<Option<String>> {
    let service = ProjectService::new(Arc::clone(store), Arc::new(FixedClock(NOW_MS)), "ann");
    let copies = [Fixture { dir: TempDir::new()?, service }, copy()?];
    let [one, two] = &copies;
    let file = one.file("base.tokens.json", BASE)?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    let mut past: Vec<(u64, State, State)> = vec![(1, State::new(), now(&**store)?)];
    for (at, step) in steps {
        play(&copies, *at % 2, step)?;
        let before = now(&**store)?;
        let import = if *at == 3 {
            // An undo is an import, too.
            let done = one.service.undo(&project(), &UndoOptions::default(), &());
            done.ok().and_then(|done| done.number)
        } else {
            let archive = two.export("p", "step.dss")?;
            one.service.import_project(&archive, &options("p"), &())?.number
        };
        past.extend(
            import.map(|number| -> TestResult<_> { Ok((number, before, now(&**store)?)) }).transpose()?,
        );
    }
    for (number, before, after) in past {
        if then(one, Moment::Before(number))? != before {
            return Ok(Some(format!("before import {number}")));
        }
        if then(one, Moment::After(number))? != after {
            return Ok(Some(format!("after import {number}")));
        }
    }
    Ok(None)
}

proptest! {
    #![proptest_config(dss_testkit::cases(32))]

    #[test]
    fn every_earlier_state_can_be_told(steps in prop::collection::vec((0..4_usize, step()), 1..10)) {
        let dir = TempDir::new().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let sqlite = SqliteStore::open(StoreOptions::new(dir.path()));
        let sqlite = sqlite.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let stores: [Arc<dyn Store>; 2] = [Arc::new(sqlite), Arc::new(MemoryStore::new(1_000))];
        for store in stores {
            match look_back(&store, &steps) {
                Ok(None) => {}
                Ok(Some(what)) => prop_assert!(false, "{}", what),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}

/// An earlier state is a side of a comparison like any other: no difference to an archive made then, and all
/// that came later is one.
#[test]
fn the_past_can_be_compared() -> TestResult {
    let (one, two) = super::two_copies()?;
    super::set(&one, "a.y", "21")?;
    one.service.set_component(&project(), br#"{"name": "Button", "category": "actions"}"#)?;
    super::set(&two, "a.x", "10")?;
    super::set(&two, "new.t", "7")?;
    super::remove(&two, "b.z")?;
    let before = one.export("p", "before.dss")?;
    let number = super::bring(&two, &one)?.number.ok_or("no number")?;
    let after = one.export("p", "after.dss")?;
    super::set(&one, "a.x", "99")?;
    let now = DiffSource::Project(project());
    let diff = |old: &DiffSource, new: &DiffSource| -> TestResult<_> {
        Ok(one.service.diff(old, new, &DiffOptions::default(), &(), &mut ())?)
    };
    for (moment, archive) in [(Moment::Before(number), &before), (Moment::After(number), &after)] {
        let past = DiffSource::Past(project(), moment);
        let then = diff(&past, &DiffSource::File(archive.clone()))?;
        assert!(then.is_empty(), "{moment:?}: {then:?}");
        let summary = diff(&past, &now)?;
        let (was, is) = (diff(&DiffSource::File(archive.clone()), &now)?.total, summary.total);
        assert_eq!(format!("{is:?}"), format!("{was:?}"));
        assert!(!summary.is_empty());
    }
    // Types are those of then, so that a selection finds what it found then.
    let numbers = DiffOptions { types: vec!["number".to_owned()], ..DiffOptions::default() };
    let past = DiffSource::Past(project(), Moment::After(number));
    let summary = one.service.diff(&past, &now, &numbers, &(), &mut ())?;
    assert_eq!(summary.total.changed, 1);
    let none = DiffSource::Past(project(), Moment::After(9));
    assert_eq!(
        diff(&none, &now).unwrap_err().to_string(),
        "the old side, p after import 9: there is no import \"9\""
    );
    Ok(())
}

#[test]
fn moments_are_those_of_imports() -> TestResult {
    let (one, _) = super::two_copies()?;
    assert_eq!(then(&one, Moment::Before(1))?.len(), 0, "there was no project");
    assert!(then(&one, Moment::After(1))?.len() > 5);
    let none = one.service.entities_at(&project(), Moment::After(2), &mut |_| Ok(())).unwrap_err();
    assert_eq!(none.code(), "not_found");
    Ok(())
}

//! The ids that a project is known by.

use std::ops::ControlFlow;

use dss_model::{Entity, EntityId, Kind, ProjectIds, RegName};
use dss_store::{
    ChangeFilter, DecisionRecord, Delivery, HistoryRecord, NewProject, ReadTx, Row, Store, StoreError,
};
use dss_testkit::{TestResult, replica, set, token};

use crate::support::{change, color, make, name, read_back, row};

super::on_every_backend!(
    a_new_project_has_the_ids_that_it_is_given,
    ids_are_added_and_the_smallest_counts,
    everything_about_the_project_goes_with_its_entity,
    another_entitys_id_is_refused,
);

/// What [`make`] gives to a project.
const OWN: EntityId = EntityId::from_bytes([9; 16]);
const OLDER: EntityId = EntityId::from_bytes([3; 16]);
const NEWER: EntityId = EntityId::from_bytes([12; 16]);

/// The project's entity in its `counter`th version.
fn project_entity(id: EntityId, counter: u64) -> TestResult<Row> {
    let (_, _, seen, registers) = set("p").written_by(replica(1), counter).build().into_parts();
    Ok(row(Entity::new(id, Kind::Project, seen, registers)?))
}

fn a_new_project_has_the_ids_that_it_is_given(store: &dyn Store) -> TestResult {
    let ids = ProjectIds::new(OWN, [NEWER, OLDER]);
    store.create(&name("p")?, &NewProject::copy_of(ids.clone(), 0))?.commit()?;
    assert_eq!(store.read(&name("p")?)?.header()?.ids, ids);
    assert_eq!((ids.id(), ids.also_known_as()), (OLDER, [OWN, NEWER].as_slice()));
    Ok(())
}

fn ids_are_added_and_the_smallest_counts(store: &dyn Store) -> TestResult {
    make(store, "p", &[project_entity(OWN, 1)?, color("base", "a")])?;
    for (id, also) in [(NEWER, vec![NEWER]), (OWN, vec![NEWER])] {
        change(store, "p", |tx| tx.join_ids(&id.into()))?;
        assert_eq!(store.read(&name("p")?)?.header()?.ids, ProjectIds::new(OWN, also));
    }
    {
        let mut tx = store.write(&name("p")?)?;
        tx.join_ids(&OLDER.into())?;
        assert_eq!(tx.header()?.ids.id(), OLDER);
        // Dropped, it has not happened.
    }
    assert_eq!(store.read(&name("p")?)?.header()?.ids.id(), OWN);
    change(store, "p", |tx| tx.join_ids(&OLDER.into()))?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.header()?.ids, ProjectIds::new(OLDER, [OWN, NEWER]));
    assert_eq!(tx.get(OWN)?, None);
    assert_eq!(tx.get(OLDER)?, Some(read_back(&project_entity(OLDER, 1)?)));
    check(&*tx)
}

fn everything_about_the_project_goes_with_its_entity(store: &dyn Store) -> TestResult {
    make(store, "p", &[project_entity(OWN, 1)?])?;
    change(store, "p", |tx| {
        let source = tx.source("file")?.id;
        tx.put_delivery(source, &Delivery { item: OWN, entity: OWN, place: None, statement: None })?;
        tx.put(&project_entity(OWN, 2).map_err(|_| StoreError::Aborted)?)?;
        let record = DecisionRecord {
            entity: OWN,
            register: RegName::NAME,
            at_ms: 1,
            by: String::new(),
            strategy: "manual".to_owned(),
            record: "{}".to_owned(),
        };
        tx.log_decision(&record)
    })?;
    let told = history(&*store.read(&name("p")?)?, OWN)?;
    change(store, "p", |tx| {
        for write in &told {
            tx.tell(write)?;
        }
        tx.join_ids(&OLDER.into())
    })?;
    let tx = store.read(&name("p")?)?;
    let source = tx.sources()?.first().ok_or("a source")?.id;
    assert_eq!(tx.delivery(source, OLDER)?.map(|delivery| delivery.entity), Some(OLDER));
    assert_eq!((history(&*tx, OWN)?.len(), history(&*tx, OLDER)?.len()), (0, told.len()));
    assert!(!told.is_empty());
    let (mut decisions, mut changes, mut again) = (0, 0, 0);
    tx.decisions(Some(OLDER), &mut |_| count(&mut decisions))?;
    tx.changes(&ChangeFilter { import: None, entity: Some(OLDER), after: 0 }, &mut |_| count(&mut changes))?;
    tx.told(OLDER, &mut |_| count(&mut again))?;
    assert_eq!((decisions, changes, again), (1, 1, told.len()));
    check(&*tx)
}

fn another_entitys_id_is_refused(store: &dyn Store) -> TestResult {
    let taken = row(token("base", "a").build().with_id(OLDER));
    make(store, "p", &[project_entity(OWN, 1)?, taken.clone()])?;
    let refused = store.write(&name("p")?)?.join_ids(&OLDER.into());
    assert!(matches!(refused, Err(StoreError::DuplicateEntity { id: OLDER })), "{refused:?}");
    let tx = store.read(&name("p")?)?;
    assert_eq!((tx.header()?.ids.id(), tx.get(OLDER)?), (OWN, Some(read_back(&taken))));
    check(&*tx)
}

fn history(tx: &dyn ReadTx, entity: EntityId) -> TestResult<Vec<HistoryRecord>> {
    let mut all = Vec::new();
    tx.history(Some(entity), &mut |write| {
        all.push(write);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

fn count(number: &mut usize) -> ControlFlow<()> {
    *number += 1;
    ControlFlow::Continue(())
}

fn check(tx: &dyn ReadTx) -> TestResult {
    let mut damage = Vec::new();
    tx.check(&mut |found| {
        damage.push(found);
        ControlFlow::Continue(())
    })?;
    if damage.is_empty() { Ok(()) } else { Err(format!("{damage:?}").into()) }
}

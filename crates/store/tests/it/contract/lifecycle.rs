//! Projects and transactions come and go.

use dss_model::{Dot, Kind};
use dss_store::{AuditFilter, AuditRecord, NewProject, Store, StoreError, Visit};
use dss_testkit::{TestResult, replica};

use crate::support::{change, color, make, name, new_project, version, write_version};

super::on_every_backend!(
    names_are_unique,
    nothing_is_visible_before_the_commit,
    dropping_leaves_nothing,
    a_snapshot_does_not_change,
    writers_wait_for_each_other,
    scratch_projects_stay_private,
    projects_are_listed_renamed_and_deleted,
    a_project_in_use_is_not_renamed,
    dots_are_issued_once,
    the_clock_is_ahead_of_everything,
    an_identity_can_be_given_up,
    the_audit_is_kept,
);

fn names_are_unique(store: &dyn Store) -> TestResult {
    let first = store.create(&name("p")?, &NewProject::fresh(0))?;
    let second = store.create(&name("p")?, &NewProject::fresh(0))?;
    first.commit()?;
    assert!(matches!(second.commit(), Err(StoreError::AlreadyExists { .. })));
    assert!(matches!(
        store.create(&name("p")?, &NewProject::fresh(0)),
        Err(StoreError::AlreadyExists { .. })
    ));
    Ok(())
}

fn nothing_is_visible_before_the_commit(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("p")?, &new_project())?;
    tx.put(&color("base", "a"))?;
    assert!(matches!(store.read(&name("p")?), Err(StoreError::NotFound { .. })));
    assert!(matches!(store.write(&name("p")?), Err(StoreError::NotFound { .. })));
    assert!(store.projects()?.is_empty());
    assert_eq!(tx.counts()?.alive(Kind::Token), 1, "but to itself");
    tx.commit()?;
    assert_eq!(store.read(&name("p")?)?.counts()?.alive(Kind::Token), 1);
    Ok(())
}

fn dropping_leaves_nothing(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("gone")?, &new_project())?;
    tx.put(&color("base", "a"))?;
    drop(tx);
    assert!(store.projects()?.is_empty());
    make(store, "p", &[color("base", "a")])?;
    let before = store.read(&name("p")?)?.header()?;
    let mut tx = store.write(&name("p")?)?;
    tx.put(&color("base", "b"))?;
    tx.set_last_change(77)?;
    tx.next_dot()?;
    drop(tx);
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.counts()?.alive(Kind::Token), 1);
    assert_eq!(tx.header()?, before);
    Ok(())
}

fn a_snapshot_does_not_change(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    write_version(store, "p", "one")?;
    let before = store.read(&name("p")?)?;
    let mut tx = store.write(&name("p")?)?;
    tx.put(&color("base", "b"))?;
    let during = store.read(&name("p")?)?;
    tx.commit()?;
    write_version(store, "p", "two")?;
    for tx in [&before, &during] {
        assert_eq!(version(&**tx)?.as_deref(), Some("one"));
        assert_eq!(tx.find(Kind::Token, None, "b")?, []);
    }
    assert_eq!(version(&*store.read(&name("p")?)?)?.as_deref(), Some("two"));
    Ok(())
}

fn writers_wait_for_each_other(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|number: u32| {
                scope.spawn(move || {
                    write_version(store, "p", &number.to_string()).map_err(|error| error.to_string())
                })
            })
            .collect();
        let mut dots: Vec<Dot> = Vec::new();
        for writer in writers {
            dots.push(writer.join().map_err(|_| "a writer panicked")??);
        }
        dots.sort();
        dots.dedup();
        assert_eq!(dots.len(), 4, "each has its own");
        Ok(())
    })
}

fn scratch_projects_stay_private(store: &dyn Store) -> TestResult {
    let mut tx = store.scratch(&new_project())?;
    tx.put(&color("base", "a"))?;
    tx.finish_load()?;
    assert_eq!(tx.find(Kind::Token, None, "a")?.len(), 1);
    tx.commit()?;
    assert!(store.projects()?.is_empty());
    Ok(())
}

fn projects_are_listed_renamed_and_deleted(store: &dyn Store) -> TestResult {
    make(store, "b", &[color("base", "a")])?;
    make(store, "a", &[])?;
    let names = |store: &dyn Store| -> TestResult<Vec<String>> {
        Ok(store.projects()?.into_iter().map(|project| project.name.to_string()).collect())
    };
    assert_eq!(names(store)?, ["a", "b"]);
    let details = store.projects()?.remove(1).details?;
    assert_eq!((details.counts.alive(Kind::Token), details.header.created_at_ms), (1, 1_000));
    assert!(matches!(store.rename(&name("a")?, &name("b")?), Err(StoreError::AlreadyExists { .. })));
    assert!(matches!(store.rename(&name("x")?, &name("y")?), Err(StoreError::NotFound { .. })));
    store.rename(&name("b")?, &name("c d.e")?)?;
    assert_eq!(names(store)?, ["a", "c d.e"]);
    assert_eq!(store.read(&name("c d.e")?)?.counts()?.alive(Kind::Token), 1);
    store.delete(&name("a")?)?;
    assert!(matches!(store.delete(&name("a")?), Err(StoreError::NotFound { .. })));
    assert_eq!(names(store)?, ["c d.e"]);
    make(store, "a", &[])
}

fn a_project_in_use_is_not_renamed(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    tx.put(&color("base", "a"))?;
    assert!(matches!(store.rename(&name("p")?, &name("q")?), Err(StoreError::Locked { .. })));
    assert!(matches!(store.delete(&name("p")?), Err(StoreError::Locked { .. })));
    tx.commit()?;
    store.rename(&name("p")?, &name("q")?)?;
    assert_eq!(store.read(&name("q")?)?.counts()?.alive(Kind::Token), 1);
    Ok(())
}

fn dots_are_issued_once(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(tx.own_replica()?, None);
    let first = tx.next_dot()?;
    let second = tx.next_dot()?;
    assert_eq!(tx.replicas()?, [], "nothing is written yet");
    tx.commit()?;
    let third = write_version(store, "p", "x")?;
    assert_eq!([first.counter, second.counter, third.counter], [1, 2, 3]);
    assert!(first.replica == second.replica && second.replica == third.replica);
    let mut tx = store.write(&name("p")?)?;
    let own = tx.own_replica()?.ok_or("an identity")?;
    assert_eq!((own.replica, own.issued), (third.replica, 3));
    assert_eq!(tx.replicas()?, [(third.replica, 3)]);
    Ok(())
}

fn the_clock_is_ahead_of_everything(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    change(store, "p", |tx| tx.observe(&[(replica(7), 40), (replica(8), 41)]))?;
    assert_eq!(write_version(store, "p", "x")?.counter, 42);
    let mut tx = store.write(&name("p")?)?;
    let beyond = tx.observe(&[(replica(7), Dot::COUNTER_MAX + 1)]);
    assert!(matches!(beyond, Err(StoreError::CounterOutOfRange { .. })));
    tx.observe(&[(replica(7), Dot::COUNTER_MAX)])?;
    assert!(matches!(tx.next_dot(), Err(StoreError::CounterOutOfRange { .. })));
    drop(tx);
    assert_eq!(write_version(store, "p", "y")?.counter, 43);
    Ok(())
}

fn an_identity_can_be_given_up(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let old = write_version(store, "p", "x")?;
    change(store, "p", |tx| tx.forget_identity())?;
    let new = write_version(store, "p", "y")?;
    assert_ne!(new.replica, old.replica);
    assert_eq!(new.counter, 2);
    Ok(())
}

fn the_audit_is_kept(store: &dyn Store) -> TestResult {
    let record = |at_ms, project: &str| AuditRecord {
        at_ms,
        who: "Ada".to_owned(),
        action: "import".to_owned(),
        project: Some(project.to_owned()),
        outcome: "refused".to_owned(),
        error_code: Some("store_damaged".to_owned()),
        detail: "{}".to_owned(),
    };
    for (at_ms, project) in [(1, "p"), (2, "q"), (3, "p")] {
        store.append_audit(&record(at_ms, project))?;
    }
    let visit = |filter: &AuditFilter| -> TestResult<Vec<AuditRecord>> {
        let mut found = Vec::new();
        store.audit(filter, &mut |record| {
            found.push(record);
            Visit::Continue(())
        })?;
        Ok(found)
    };
    assert_eq!(visit(&AuditFilter::default())?, [record(3, "p"), record(2, "q"), record(1, "p")]);
    let of_p = AuditFilter { project: Some("p".to_owned()), since_ms: Some(2) };
    assert_eq!(visit(&of_p)?, [record(3, "p")]);
    Ok(())
}

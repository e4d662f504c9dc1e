//! Several at once: threads, stores in one process, processes.

use std::thread;

use dss_model::Kind;
use dss_store::{SqliteStore, Store, StoreError};
use dss_testkit::TestResult;

use crate::process::Player;
use crate::support::{Folder, change, color, make, name, version, write_version};

#[test]
fn projects_do_not_block_each_other() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[])?;
    make(&store, "q", &[])?;
    // Nobody could go on if one of these had to wait for another.
    let mut first = store.write(&name("p")?)?;
    first.put(&color("base", "a"))?;
    let mut new = store.create(&name("r")?, &dss_store::NewProject::fresh(0))?;
    new.put(&color("base", "a"))?;
    write_version(&store, "q", "meanwhile")?;
    write_version(&folder.open()?, "q", "from elsewhere")?;
    make(&store, "s", &[color("base", "a")])?;
    new.commit()?;
    first.commit()?;
    assert_eq!(store.projects()?.len(), 4);
    Ok(())
}

#[test]
fn a_writer_that_waits_too_long_is_told() -> TestResult {
    let folder = Folder::new()?;
    make(&folder.open()?, "p", &[])?;
    let hasty = SqliteStore::open(folder.options().with_busy_timeout_ms(60))?;
    let other = folder.open()?;
    // In the same store, and in another one.
    for holder in [&hasty, &other] {
        let tx = holder.write(&name("p")?)?;
        let refused = hasty.write(&name("p")?).map(drop);
        let Err(error @ StoreError::Locked { .. }) = refused else { return Err("it is locked".into()) };
        assert!(error.to_string().starts_with("Database locked"), "{error}");
        assert!(error.retryable());
        drop(tx);
        hasty.write(&name("p")?)?;
    }
    Ok(())
}

#[test]
fn a_writer_waits_for_another_process() -> TestResult {
    let folder = Folder::new()?;
    make(&folder.open()?, "p", &[])?;
    let mut player = Player::start("hold", &folder.dir.join("store"))?;
    assert_eq!(player.says()?.as_deref(), Some("held"));
    let patient = SqliteStore::open(folder.options().with_busy_timeout_ms(60_000))?;
    let hasty = SqliteStore::open(folder.options().with_busy_timeout_ms(60))?;
    assert!(matches!(hasty.write(&name("p")?), Err(StoreError::Locked { .. })));
    // A reader does not wait, and does not see what is not committed.
    assert_eq!(hasty.read(&name("p")?)?.counts()?.alive(Kind::Token), 0);
    thread::scope(|scope| {
        let waiting =
            scope.spawn(|| write_version(&patient, "p", "second").map_err(|error| error.to_string()));
        player.go_on()?;
        assert_eq!(player.says()?.as_deref(), Some("committed"));
        waiting.join().map_err(|_| "the writer panicked")??;
        TestResult::Ok(())
    })?;
    let tx = patient.read(&name("p")?)?;
    assert_eq!(tx.counts()?.alive(Kind::Token), 2, "nothing is lost");
    assert_eq!(version(&*tx)?.as_deref(), Some("second"));
    Ok(())
}

#[test]
fn readers_beside_a_writer() -> TestResult {
    let folder = Folder::new()?;
    let store = SqliteStore::open(folder.options().with_busy_timeout_ms(60))?;
    make(&store, "p", &[])?;
    write_version(&store, "p", "old")?;
    let mut writer = store.write(&name("p")?)?;
    // More than the cache holds, so that the writer has to write to the file before it commits.
    for number in 0..6_000 {
        writer.put(&color("base", &format!("some.long.path.to.a.token.{number}")))?;
        if number % 500 == 0 {
            for reader in [&store, &folder.open()?] {
                assert_eq!(version(&*reader.read(&name("p")?)?)?.as_deref(), Some("old"));
            }
        }
    }
    writer.commit()?;
    assert_eq!(store.read(&name("p")?)?.counts()?.alive(Kind::Token), 6_001);
    Ok(())
}

#[test]
fn a_project_that_others_have_open_stays() -> TestResult {
    let folder = Folder::new()?;
    let (ours, theirs) = (SqliteStore::open(folder.options().with_busy_timeout_ms(60))?, folder.open()?);
    make(&ours, "p", &[color("base", "a")])?;
    let reading = theirs.read(&name("p")?)?;
    assert!(matches!(ours.rename(&name("p")?, &name("q")?), Err(StoreError::Locked { .. })));
    assert!(matches!(ours.delete(&name("p")?), Err(StoreError::Locked { .. })));
    assert_eq!(reading.counts()?.alive(Kind::Token), 1);
    drop(reading);
    drop(theirs);
    ours.rename(&name("p")?, &name("q")?)?;
    change(&ours, "q", |tx| tx.put(&color("base", "b")))
}

#[test]
fn a_project_that_was_replaced_by_others_is_opened_anew() -> TestResult {
    let folder = Folder::new()?;
    let (ours, theirs) = (folder.open()?, folder.open()?);
    make(&ours, "p", &[color("base", "a")])?;
    write_version(&ours, "p", "ours")?;
    drop(ours);
    let ours = folder.open()?;
    theirs.delete(&name("p")?)?;
    assert!(matches!(ours.read(&name("p")?), Err(StoreError::NotFound { .. })));
    make(&theirs, "p", &[])?;
    assert_eq!(ours.read(&name("p")?)?.counts()?.alive(Kind::Token), 0);
    Ok(())
}

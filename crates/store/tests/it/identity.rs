//! A copy writes under an id of its own, and no two copies under the same (MERGE.md §7).

use std::fs;

use dss_model::Dot;
use dss_store::{SqliteStore, Store};
use dss_testkit::TestResult;

use crate::process::Player;
use crate::support::{Folder, make, name, write_version};

/// A project that was written to, its store closed.
fn written() -> TestResult<(Folder, Dot)> {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[])?;
    drop(store);
    let dot = folder.write("p", "first")?;
    Ok((folder, dot))
}

#[test]
fn the_same_file_keeps_its_id() -> TestResult {
    let (folder, first) = written()?;
    let second = folder.write("p", "second")?;
    assert_eq!((second.replica, second.counter), (first.replica, 2));
    // Also in another process, and under another name.
    let mut player = Player::start("write", &folder.dir.join("store"))?;
    assert_eq!(player.says()?, Some(Dot { counter: 3, ..first }.to_string()));
    drop(player);
    let store = folder.open()?;
    store.rename(&name("p")?, &name("q")?)?;
    assert_eq!(write_version(&store, "q", "fourth")?, Dot { counter: 4, ..first });
    Ok(())
}

#[test]
fn a_new_project_with_writes_keeps_its_id() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    let mut tx = store.create(&name("p")?, &dss_store::NewProject::fresh(0))?;
    let first = tx.next_dot()?;
    tx.commit()?;
    assert_eq!(write_version(&store, "p", "x")?.replica, first.replica);
    Ok(())
}

#[test]
fn a_copied_file_mints_one() -> TestResult {
    let (folder, first) = written()?;
    fs::copy(folder.file("p"), folder.file("copy"))?;
    let store = folder.open()?;
    let copied = write_version(&store, "copy", "second")?;
    assert_ne!(copied.replica, first.replica);
    assert_eq!(copied.counter, 2, "its clock goes on");
    assert_eq!(write_version(&store, "p", "second")?.replica, first.replica);
    assert_eq!(write_version(&store, "copy", "third")?.replica, copied.replica);
    Ok(())
}

#[test]
fn a_restored_backup_mints_one() -> TestResult {
    let (folder, first) = written()?;
    fs::copy(folder.file("p"), folder.dir.join("backup"))?;
    folder.write("p", "lost")?;
    // Written into the same file, so that nothing but the last write tells them apart.
    fs::write(folder.file("p"), fs::read(folder.dir.join("backup"))?)?;
    let restored = folder.write("p", "again")?;
    assert_ne!(restored.replica, first.replica, "or two writes would be called 2");
    assert_eq!(restored.counter, 2);
    Ok(())
}

#[test]
fn a_moved_file_mints_one() -> TestResult {
    let (folder, first) = written()?;
    // Another file at the same place, with the same content.
    fs::copy(folder.file("p"), folder.dir.join("copy"))?;
    fs::rename(folder.dir.join("copy"), folder.file("p"))?;
    assert_ne!(folder.write("p", "x")?.replica, first.replica);
    Ok(())
}

#[test]
fn without_a_witness_one_is_minted() -> TestResult {
    let (folder, first) = written()?;
    fs::remove_dir_all(folder.dir.join("witness"))?;
    let second = folder.write("p", "x")?;
    assert_ne!(second.replica, first.replica);
    for entry in fs::read_dir(folder.dir.join("witness"))? {
        fs::write(entry?.path(), "nonsense")?;
    }
    assert_ne!(folder.write("p", "y")?.replica, second.replica);
    Ok(())
}

#[test]
fn without_a_folder_for_witnesses_each_store_mints_one() -> TestResult {
    let (folder, first) = written()?;
    let mut options = folder.options();
    options.witness_dir = None;
    let store = SqliteStore::open(options.clone())?;
    let second = write_version(&store, "p", "x")?;
    assert_ne!(second.replica, first.replica);
    assert_eq!(write_version(&store, "p", "y")?.replica, second.replica);
    assert_ne!(write_version(&SqliteStore::open(options)?, "p", "z")?.replica, second.replica);
    Ok(())
}

#[test]
fn a_rolled_back_write_was_never_issued() -> TestResult {
    let (folder, first) = written()?;
    let store = folder.open()?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(tx.next_dot()?, Dot { counter: 2, ..first });
    drop(tx);
    assert_eq!(write_version(&store, "p", "x")?, Dot { counter: 2, ..first });
    Ok(())
}

/// Issues a write for the source `a`, and only for it.
fn write_for_source(folder: &Folder, project: &str) -> TestResult<Dot> {
    let store = folder.open()?;
    let mut tx = store.write(&name(project)?)?;
    let source = tx.source("a")?.id;
    let dot = tx.next_source_dot(source)?;
    tx.commit()?;
    drop(store);
    folder.wait_until_closed(project)?;
    Ok(dot)
}

#[test]
fn copies_write_for_their_sources_under_ids_of_their_own() -> TestResult {
    let (folder, own) = written()?;
    let first = write_for_source(&folder, "p")?;
    assert_eq!(write_for_source(&folder, "p")?, Dot { counter: 3, ..first });
    fs::copy(folder.file("p"), folder.file("copy"))?;
    let copied = write_for_source(&folder, "copy")?;
    assert!(copied.replica != first.replica && copied.counter == 4);
    assert_eq!(write_for_source(&folder, "p")?, Dot { counter: 4, ..first });
    assert_ne!(folder.write("copy", "x")?.replica, own.replica, "its own went with it");
    assert_eq!(folder.write("p", "x")?.replica, own.replica);
    Ok(())
}

#[test]
fn a_restored_backup_is_noticed_though_only_a_source_wrote() -> TestResult {
    let (folder, own) = written()?;
    fs::copy(folder.file("p"), folder.dir.join("backup"))?;
    let lost = write_for_source(&folder, "p")?;
    fs::write(folder.file("p"), fs::read(folder.dir.join("backup"))?)?;
    let again = write_for_source(&folder, "p")?;
    assert!(again.replica != lost.replica, "or two writes would be called 2");
    assert_ne!(folder.write("p", "x")?.replica, own.replica);
    Ok(())
}

#[test]
fn a_backup_from_between_two_writes_of_a_source_is_noticed() -> TestResult {
    let (folder, _) = written()?;
    let first = write_for_source(&folder, "p")?;
    fs::copy(folder.file("p"), folder.dir.join("backup"))?;
    let lost = write_for_source(&folder, "p")?;
    assert_eq!(lost.replica, first.replica);
    fs::write(folder.file("p"), fs::read(folder.dir.join("backup"))?)?;
    assert_ne!(write_for_source(&folder, "p")?.replica, lost.replica);
    Ok(())
}

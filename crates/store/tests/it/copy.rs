//! Copies of projects, and several files that get their names together.

use std::fs;
use std::ops::ControlFlow;

use dss_model::{Kind, ProjectName};
use dss_store::{Restored, SqliteStore, Store, StoreError, Visit, open_copy};
use dss_testkit::{TestResult, token};

use crate::support::{Folder, change, color, make, name, row, version, write_version};

fn copy(store: &SqliteStore, folder: &Folder, project: &str, file: &str) -> TestResult<std::path::PathBuf> {
    let target = folder.dir.join(file);
    store.copy_project(&name(project)?, &target, &mut |_, _| ControlFlow::Continue(()))?;
    Ok(target)
}

#[test]
fn a_copy_is_a_snapshot_without_an_identity() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[color("base", "a")])?;
    let own = write_version(&store, "p", "first")?;
    let writing = store.write(&name("p")?)?;
    let target = copy(&store, &folder, "p", "copy.db")?;
    drop(writing);
    write_version(&store, "p", "second")?;
    let opened = open_copy(&target)?;
    assert_eq!(version(opened.project())?.as_deref(), Some("first"));
    opened.project().check(&mut |damage| panic!("{damage:?}"))?;
    drop(opened);
    assert!(matches!(
        store.copy_project(&name("p")?, &target, &mut |_, _| Visit::Continue(())),
        Err(StoreError::Access { .. })
    ));
    let refused = store.copy_project(&name("q")?, &target, &mut |_, _| Visit::Continue(()));
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    // Nothing lies beside it, and nothing is left of looking at it.
    let beside = fs::read_dir(folder.dir.path())?.flatten();
    let beside: Vec<_> =
        beside.filter(|entry| entry.file_name().to_string_lossy().starts_with("copy")).collect();
    assert_eq!(beside.len(), 1);

    let (restored, q) = (name("p")?, name("q")?);
    let wanted = [Restored { copy: &target, name: &q }];
    store.restore(&wanted, None, false)?;
    assert!(matches!(store.restore(&wanted, None, false), Err(StoreError::AlreadyExists { .. })));
    let again = write_version(&store, "q", "third")?;
    assert!(again.replica != own.replica && again.counter == own.counter + 1);
    store.restore(&[Restored { copy: &target, name: &restored }], None, true)?;
    assert_eq!(version(&*store.read(&restored)?)?.as_deref(), Some("first"));
    assert_ne!(write_version(&store, "p", "fourth")?.replica, own.replica);
    assert_eq!(folder.files()?, ["p.db", "q.db"]);
    Ok(())
}

#[test]
fn a_project_in_use_does_not_give_way() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[color("base", "a")])?;
    make(&store, "q", &[color("base", "a")])?;
    let target = copy(&store, &folder, "p", "copy.db")?;
    change(&store, "p", |tx| tx.put(&color("base", "b")))?;
    let other = folder.open()?;
    let reading = other.read(&name("p")?)?;
    let (p, q) = (name("p")?, name("q")?);
    let wanted: Vec<Restored<'_>> = [&q, &p].map(|name| Restored { copy: &target, name }).into();
    let refused = store.restore(&wanted, None, true);
    assert!(matches!(refused, Err(StoreError::Locked { .. })), "{refused:?}");
    drop(reading);
    drop(other);
    assert_eq!(folder.files()?, ["p.db", "q.db"]);
    assert_eq!(store.read(&p)?.counts()?.alive(Kind::Token), 2);
    store.restore(&wanted, None, true)?;
    assert_eq!(store.read(&p)?.counts()?.alive(Kind::Token), 1);
    Ok(())
}

#[test]
fn a_damaged_project_gives_way_and_a_damaged_copy_does_not_come() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[color("base", "a")])?;
    let target = copy(&store, &folder, "p", "copy.db")?;
    drop(store);
    fs::write(folder.file("p"), "no database at all")?;
    let store = folder.open()?;
    let p = name("p")?;
    let bad = folder.dir.join("bad.db");
    fs::write(&bad, "neither")?;
    assert!(store.restore(&[Restored { copy: &bad, name: &p }], None, true).is_err());
    assert_eq!(fs::read(folder.file("p"))?, b"no database at all");
    store.restore(&[Restored { copy: &target, name: &p }], None, true)?;
    assert_eq!(store.read(&p)?.counts()?.alive(Kind::Token), 1);
    Ok(())
}

/// As a crash in the middle leaves it: the list is there, and some of its files have their names already.
#[test]
fn whoever_opens_the_store_finishes_a_restore() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[color("base", "a")])?;
    let target = copy(&store, &folder, "p", "copy.db")?;
    drop(store);
    let projects = folder.dir.join("store/projects");
    fs::copy(&target, projects.join(".new-1.db"))?;
    fs::write(projects.join(".new-1.lock"), "")?;
    fs::write(projects.join(".new-2.db"), "not listed")?;
    fs::write(projects.join(".new-2.lock"), "")?;
    fs::write(projects.join(".restore"), ".new-0.db\tgone.db\n.new-1.db\tq.db\n")?;
    let store = folder.open()?;
    let names: Vec<ProjectName> = store.projects()?.into_iter().map(|project| project.name).collect();
    assert_eq!(names, [name("p")?, name("q")?]);
    assert_eq!(store.read(&name("q")?)?.counts()?.alive(Kind::Token), 1);
    assert_eq!(folder.files()?, ["p.db", "q.db"]);
    fs::write(projects.join(".restore"), ".new-1.db\t../../q.db\n")?;
    assert!(matches!(SqliteStore::open(folder.options()), Err(StoreError::Damaged { .. })));
    Ok(())
}

#[test]
fn a_copy_that_is_stopped() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    let big = "x".repeat(1 << 20);
    let rows: Vec<_> =
        (0..20).map(|n| row(token("base", &format!("t{n}")).description(&big).build())).collect();
    make(&store, "p", &rows)?;
    let mut asked = 0;
    let stopped = store.copy_project(&name("p")?, &folder.dir.join("copy.db"), &mut |done, total| {
        asked += 1;
        assert!(done < total);
        Visit::Break(())
    });
    assert!(matches!(stopped, Err(StoreError::Aborted)) && asked == 1, "{stopped:?}");
    write_version(&store, "p", "nobody was stopped")?;
    Ok(())
}

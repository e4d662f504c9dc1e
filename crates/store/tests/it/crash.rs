//! A process is killed at any instant: the old state or the new one, and no leftovers.

use std::collections::BTreeSet;
use std::time::Duration;

use dss_model::{Kind, RegName};
use dss_store::{Scan, Store};
use dss_testkit::{TestResult, token};

use crate::process::Player;
use crate::support::{Folder, make, name, row, scan_all};

/// Instants to be killed at, spread unevenly.
fn instants() -> impl Iterator<Item = Duration> {
    (0..24_u64).map(|n| Duration::from_micros(n * n * 180 + n * 37))
}

#[test]
fn killed_while_making_projects() -> TestResult {
    let folder = Folder::new()?;
    let root = folder.dir.join("store");
    for instant in instants() {
        let mut player = Player::start("create", &root)?;
        assert_eq!(player.says()?.as_deref(), Some("starting 0"));
        std::thread::sleep(instant);
        player.kill()?;
        let mut promised = 0;
        while let Some(said) = player.says()? {
            promised += usize::from(said.starts_with("made"));
        }
        let store = folder.open()?;
        let projects = store.projects()?;
        assert!(projects.len() >= promised, "what was said to be done is there");
        for project in projects {
            assert_eq!(project.details?.counts.alive(Kind::Token), 400, "whole or not at all");
            store.delete(&project.name)?;
        }
        assert_eq!(folder.files()?, Vec::<String>::new(), "nothing is left behind");
    }
    Ok(())
}

#[test]
fn killed_while_changing_a_project() -> TestResult {
    let folder = Folder::new()?;
    let root = folder.dir.join("store");
    let rows: Vec<_> =
        (0..60).map(|n| row(token("base", &format!("t{n}")).description("1").build())).collect();
    make(&folder.open()?, "p", &rows)?;
    for instant in instants() {
        let mut player = Player::start("change", &root)?;
        let first = player.says()?.ok_or("it changed something")?;
        std::thread::sleep(instant);
        player.kill()?;
        let mut promised = first;
        while let Some(said) = player.says()? {
            promised = said;
        }
        let promised: u64 = promised.trim_start_matches("changed ").parse()?;
        let store = folder.open()?;
        let tx = store.read(&name("p")?)?;
        let rows = scan_all(&*tx, &Scan::kinds(&[Kind::Token]))?;
        let versions: BTreeSet<String> = rows
            .iter()
            .filter_map(|row| row.entity.string(&RegName::DESCRIPTION).map(std::borrow::Cow::into_owned))
            .collect();
        assert_eq!((rows.len(), versions.len()), (60, 1), "all of a change or nothing: {versions:?}");
        let version: u64 = versions.first().ok_or("a version")?.parse()?;
        assert!(version == promised || version == promised + 1, "{version}, {promised}");
        assert_eq!(folder.files()?, ["p.db"]);
    }
    Ok(())
}

/// SQLite would take them for the new project's own, and write into it what they hold.
#[test]
fn what_another_file_left_beside_a_name_is_not_taken_over() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "old", &[])?;
    let rows: Vec<_> = (0..60).map(|n| crate::support::color("base", &format!("t{n}"))).collect();
    // A log of changes that were never written into the file, as a kill leaves it.
    crate::support::change(&store, "old", |tx| rows.iter().try_for_each(|row| tx.put(row)))?;
    let log = std::fs::read(folder.dir.join("store/projects/old.db-wal"))?;
    assert!(log.len() > 1_000);
    let beside = |name: &str| folder.dir.join(format!("store/projects/{name}.db-wal"));
    for name in ["made", "renamed"] {
        std::fs::write(beside(name), &log)?;
    }
    make(&store, "made", &[])?;
    make(&store, "q", &[])?;
    store.rename(&name("q")?, &name("renamed")?)?;
    for project in ["made", "renamed"] {
        assert_eq!(store.read(&name(project)?)?.counts()?.alive(Kind::Token), 0, "{project}");
    }
    Ok(())
}

#[test]
fn what_lies_beside_databases_that_are_gone_is_swept_up() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    make(&store, "p", &[])?;
    // Held open, it keeps its own.
    crate::support::change(&store, "p", |tx| tx.put(&crate::support::color("base", "a")))?;
    let projects = folder.dir.join("store/projects");
    for left in ["gone.db-wal", "gone.db-shm", ".new-0.db-journal", "notes-wal"] {
        std::fs::write(projects.join(left), "left")?;
    }
    let again = folder.open()?;
    let lies = |name: &str| projects.join(name).exists();
    assert!(!lies("gone.db-wal") && !lies("gone.db-shm") && !lies(".new-0.db-journal"));
    assert!(lies("p.db-wal") && lies("notes-wal"), "it is no file of ours");
    assert_eq!(again.read(&name("p")?)?.counts()?.alive(Kind::Token), 1);
    Ok(())
}

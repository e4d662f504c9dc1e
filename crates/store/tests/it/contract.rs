//! What every backend promises. The suite runs on each of them.

use dss_model::{Kind, RegName};
use dss_store::{NewProject, Scan, Store, StoreError};
use dss_testkit::{TestResult, group, replica, set, token};

use crate::support::{Folder, at, change, color, make, name, paths, read_back, row, scan_all, set_id};

macro_rules! on_every_backend {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            use super::*;
            $(#[test] fn $test() -> TestResult {
                let folder = Folder::new()?;
                super::$test(&folder.open()?)
            })*
        }
    };
}

on_every_backend!(rows_come_back, names_are_unique, history_keeps_what_was_superseded);

fn rows_come_back(store: &dyn Store) -> TestResult {
    let rows = [
        row(set("base").build()),
        row(group("base", "color").build()),
        at(color("base", "color.red"), 2),
        at(color("base", "color.blue"), 1),
    ];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    for row in &rows {
        assert_eq!(tx.get(row.entity.id())?, Some(read_back(row)));
    }
    let tokens = scan_all(&*tx, &Scan::kinds(&[Kind::Token]).in_set(set_id("base")))?;
    assert_eq!(paths(&tokens), ["color.blue", "color.red"]);
    assert_eq!(tx.counts()?.alive(Kind::Token), 2);
    assert_eq!(tx.replicas()?, [(replica(1), 1)]);
    Ok(())
}

fn names_are_unique(store: &dyn Store) -> TestResult {
    let first = store.create(&name("p")?, &NewProject::fresh(0))?;
    let second = store.create(&name("p")?, &NewProject::fresh(0))?;
    assert!(matches!(store.read(&name("p")?), Err(StoreError::NotFound { .. })));
    first.commit()?;
    assert!(matches!(second.commit(), Err(StoreError::AlreadyExists { .. })));
    assert!(matches!(
        store.create(&name("p")?, &NewProject::fresh(0)),
        Err(StoreError::AlreadyExists { .. })
    ));
    Ok(())
}

fn history_keeps_what_was_superseded(store: &dyn Store) -> TestResult {
    let old = token("base", "a").description("old");
    make(store, "p", &[row(old.clone().build())])?;
    let new = old.then(replica(2), 5, 9).description("new").build();
    change(store, "p", |tx| tx.put(&row(new.clone())))?;
    let tx = store.read(&name("p")?)?;
    let mut kept = Vec::new();
    tx.history(None, &mut |record| {
        kept.push((record.register, record.superseded_by.map(|dot| dot.counter)));
        std::ops::ControlFlow::Continue(())
    })?;
    assert_eq!(kept, [(RegName::LIFE, Some(5)), (RegName::DESCRIPTION, Some(5))]);
    assert_eq!(tx.replicas()?, [(replica(1), 1), (replica(2), 5)]);
    assert_eq!(tx.header()?.clock, 5);
    Ok(())
}

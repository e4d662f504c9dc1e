//! Contents, history and imports.

use std::io::{self, Read};

use dss_model::{ContentHash, RegName};
use dss_store::{
    ChangeFilter, ChangeRecord, DecisionRecord, HistoryRecord, ImportRecord, ReadTx, Store, StoreError, Visit,
};
use dss_testkit::{TestResult, replica, token};

use crate::support::{change, color, make, name, new_project, row};

super::on_every_backend!(
    contents_are_stored_once,
    a_wrong_content_is_refused,
    changes_tell_what_was_seen_before,
    history_keeps_what_was_superseded,
    what_was_told_is_kept_once,
    imports_are_logged,
    decisions_are_logged,
);

/// SHA-256 of `abc` (FIPS 180-2, B.1).
fn abc() -> TestResult<ContentHash> {
    Ok("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse()?)
}

fn contents_are_stored_once(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("p")?, &new_project())?;
    tx.put_blob(abc()?, 3, &mut "abc".as_bytes())?;
    tx.put_blob(abc()?, 3, &mut "abc".as_bytes())?;
    tx.commit()?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.blob_len(abc()?)?, Some(3));
    let mut out = Vec::new();
    assert_eq!(tx.read_blob(abc()?, &mut out)?, Some(3));
    assert_eq!(out, b"abc");
    let unknown = ContentHash::from_bytes([0; 32]);
    assert_eq!((tx.blob_len(unknown)?, tx.read_blob(unknown, &mut out)?), (None, None));
    let counts = tx.counts()?;
    assert_eq!((counts.blobs, counts.blob_bytes), (1, 3));
    let mut full: [u8; 1] = [0];
    let cut = tx.read_blob(abc()?, &mut full.as_mut_slice());
    assert!(matches!(cut, Err(StoreError::Stream { .. })));
    Ok(())
}

/// A reader that breaks off.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the other side is gone"))
    }
}

fn a_wrong_content_is_refused(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("p")?, &new_project())?;
    for (len, text) in [(3, "abd"), (2, "abc"), (4, "abc"), (0, "abc"), (3, "")] {
        let refused = tx.put_blob(abc()?, len, &mut text.as_bytes());
        assert!(matches!(refused, Err(StoreError::ContentMismatch { .. })), "{len} {text} {refused:?}");
    }
    assert!(matches!(tx.put_blob(abc()?, 3, &mut Broken), Err(StoreError::Stream { .. })));
    assert_eq!(tx.blob_len(abc()?)?, None);
    tx.put_blob(abc()?, 3, &mut "abc".as_bytes())?;
    let again = tx.put_blob(abc()?, 3, &mut "xyz".as_bytes());
    assert!(matches!(again, Err(StoreError::ContentMismatch { .. })));
    tx.put(&color("base", "a"))?;
    tx.commit()?;
    assert_eq!(store.read(&name("p")?)?.counts()?.blobs, 1);
    Ok(())
}

fn history(tx: &dyn ReadTx, entity: Option<dss_model::EntityId>) -> TestResult<Vec<HistoryRecord>> {
    let mut records = Vec::new();
    tx.history(entity, &mut |record| {
        records.push(record);
        Visit::Continue(())
    })?;
    Ok(records)
}

fn history_keeps_what_was_superseded(store: &dyn Store) -> TestResult {
    let old = token("base", "a").description("old").stamped(3, "Ada");
    make(store, "p", &[row(old.clone().build()), color("base", "b")])?;
    let new = row(old.clone().then(replica(2), 5, 9).description("new").build());
    change(store, "p", |tx| tx.put(&new))?;
    // Writing the same again supersedes nothing.
    change(store, "p", |tx| tx.put(&new))?;
    let tx = store.read(&name("p")?)?;
    let records = history(&*tx, Some(new.entity.id()))?;
    assert_eq!(records, history(&*tx, None)?);
    let registers: Vec<_> = records.iter().map(|record| record.register.clone()).collect();
    assert_eq!(registers, [RegName::LIFE, RegName::DESCRIPTION]);
    let description = &records[1];
    let superseded = old.build();
    let pair = superseded.register(&RegName::DESCRIPTION).map(|register| register.pairs()[0].clone());
    assert_eq!(Some(&description.pair), pair.as_ref());
    assert_eq!(description.superseded_by.map(|dot| (dot.replica, dot.counter)), Some((replica(2), 5)));
    assert_eq!(description.import, None);
    assert_eq!(tx.replicas()?, [(replica(1), 1), (replica(2), 5)]);
    Ok(())
}

fn changes(tx: &dyn ReadTx, filter: ChangeFilter) -> TestResult<Vec<ChangeRecord>> {
    let mut records = Vec::new();
    tx.changes(&filter, &mut |record| {
        records.push(record);
        Visit::Continue(())
    })?;
    Ok(records)
}

/// With what each change had seen before, every earlier state can be told: also what was not there yet.
fn changes_tell_what_was_seen_before(store: &dyn Store) -> TestResult {
    let old = token("base", "a").description("old");
    make(store, "p", &[row(old.clone().build())])?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(changes(&*tx, ChangeFilter::default())?, [], "what a bulk load brings is no change");
    let new = row(old.clone().then(replica(2), 5, 9).description("new").build());
    let added = color("base", "b");
    change(store, "p", |tx| tx.put(&new))?;
    change(store, "p", |tx| tx.put(&added))?;
    change(store, "p", |tx| tx.put(&added))?;
    let tx = store.read(&name("p")?)?;
    let all = changes(&*tx, ChangeFilter::default())?;
    let told = |change: &ChangeRecord| (change.number, change.entity, change.seen.clone(), change.import);
    assert_eq!(
        all.iter().map(told).collect::<Vec<_>>(),
        [(1, new.entity.id(), Some(old.build().seen().clone()), None), (2, added.entity.id(), None, None)]
    );
    let only = |entity, after| ChangeFilter { entity, after, import: None };
    assert_eq!(changes(&*tx, only(Some(added.entity.id()), 0))?, all[1..]);
    assert_eq!(changes(&*tx, only(None, 1))?, all[1..]);
    assert_eq!(changes(&*tx, only(None, 2))?, []);
    let kept: Vec<_> = history(&*tx, None)?.iter().map(|record| record.change).collect();
    assert_eq!(kept, [Some(1), Some(1)]);
    Ok(())
}

/// What an archive tells is kept once, and is no history of our own.
fn what_was_told_is_kept_once(store: &dyn Store) -> TestResult {
    let old = token("base", "a").description("old").stamped(3, "Ada").build();
    make(store, "p", &[color("base", "b")])?;
    let record = HistoryRecord {
        entity: old.id(),
        register: RegName::DESCRIPTION,
        pair: old.register(&RegName::DESCRIPTION).ok_or("no description")?.pairs()[0].clone(),
        superseded_by: Some(dss_model::Dot { counter: 7, replica: replica(9) }),
        change: None,
        import: None,
    };
    let import = ImportRecord {
        at_ms: 5,
        by: "Ada".to_owned(),
        action: "import".to_owned(),
        source: "a.dss".to_owned(),
        hash: None,
        report: "not kept".to_owned(),
    };
    for is_news in [true, false] {
        change(store, "p", |tx| {
            assert_eq!(tx.tell(&record)?, is_news);
            assert_eq!(tx.tell_import(&import)?, is_news);
            Ok(())
        })?;
    }
    let tx = store.read(&name("p")?)?;
    let mut told = Vec::new();
    tx.told(old.id(), &mut |record| {
        told.push(record);
        Visit::Continue(())
    })?;
    assert_eq!(told, [record]);
    let mut imports = Vec::new();
    tx.told_imports(&mut |import| {
        imports.push(import);
        Visit::Continue(())
    })?;
    assert_eq!(imports, [ImportRecord { report: String::new(), ..import }]);
    assert_eq!(history(&*tx, None)?, []);
    assert_eq!(tx.replicas()?.iter().find(|(id, _)| *id == replica(9)), None);
    Ok(())
}

fn imports_are_logged(store: &dyn Store) -> TestResult {
    let first = token("base", "a").description("1");
    let second = first.clone().then(replica(1), 2, 0).description("2");
    let third = second.clone().then(replica(1), 3, 0).description("3");
    make(store, "p", &[row(first.build())])?;
    change(store, "p", |tx| tx.put(&row(second.build())))?;
    let record = ImportRecord {
        at_ms: 5,
        by: "Ada".to_owned(),
        action: "import".to_owned(),
        source: "a.dss".to_owned(),
        hash: Some(abc()?),
        report: "{}".to_owned(),
    };
    change(store, "p", |tx| {
        tx.put(&row(third.build()))?;
        assert_eq!(tx.log_import(&record)?, 1);
        tx.set_last_change(6)
    })?;
    change(store, "p", |tx| {
        assert_eq!(tx.log_import(&record)?, 2);
        Ok(())
    })?;
    let tx = store.read(&name("p")?)?;
    let imports: Vec<_> = history(&*tx, None)?.iter().map(|record| record.import).collect();
    assert_eq!(imports, [None, None, Some(1), Some(1)]);
    let mut logged = Vec::new();
    tx.imports(&mut |entry| {
        assert_eq!((entry.number, &entry.record, entry.is_first), (entry.number, &record, false));
        logged.push((entry.number, entry.change_before, entry.change_after));
        Visit::Continue(())
    })?;
    assert_eq!(logged, [(1, 1, 2), (2, 2, 2)]);
    assert_eq!(tx.header()?.last_change_ms, 6);
    Ok(())
}

fn decisions_are_logged(store: &dyn Store) -> TestResult {
    let entity = token("base", "a").build().id();
    let decision = |strategy: &str, at_ms| DecisionRecord {
        entity,
        register: RegName::VALUE,
        at_ms,
        by: "ann".to_owned(),
        strategy: strategy.to_owned(),
        record: "{}".to_owned(),
    };
    let import = ImportRecord {
        at_ms: 1,
        by: "ann".to_owned(),
        action: "import".to_owned(),
        source: "x.dss".to_owned(),
        hash: None,
        report: "{}".to_owned(),
    };
    make(store, "p", &[color("base", "a")])?;
    change(store, "p", |tx| tx.log_decision(&decision("by hand", 1)))?;
    change(store, "p", |tx| {
        tx.log_decision(&decision("manual", 2))?;
        tx.log_import(&import).map(drop)
    })?;
    drop(store.write(&name("p")?)?.log_decision(&decision("never", 3)));
    let tx = store.read(&name("p")?)?;
    for about in [None, Some(entity)] {
        let mut found = Vec::new();
        tx.decisions(about, &mut |entry| {
            found.push((entry.import, entry.decision));
            Visit::Continue(())
        })?;
        assert_eq!(found, [(None, decision("by hand", 1)), (Some(1), decision("manual", 2))]);
    }
    let mut others = 0;
    tx.decisions(Some(token("base", "b").build().id()), &mut |_| {
        others += 1;
        Visit::Continue(())
    })?;
    assert_eq!(others, 0);
    Ok(())
}

//! A check finds every kind of damage, and nothing else.

use dss_model::{Kind, Pair, RegName, Stamp};
use dss_store::{
    Damage, DamageKind, DecisionRecord, Delivery, HistoryRecord, ImportRecord, MemoryStore, Store, Visit,
};
use dss_testkit::{TestResult, entity, replica, token};
use rusqlite::Connection;

use crate::support::{Folder, alias, change, color, json, make, name, row, set_id};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A project with something in every table.
fn fill(store: &dyn Store) -> TestResult {
    let icon = entity(Kind::Asset, "icon.svg").content(ABC.parse()?).build();
    let rows = [
        row(icon),
        color("base", "red"),
        color("base", "blue"),
        alias("base", "brand", "red"),
        alias("base", "accent", "brand"),
        alias("base", "lost", "nowhere"),
        row(token("base", "edited").description("old").stamped(1, "Ada").build()),
    ];
    let mut tx = store.create(&name("p")?, &crate::support::new_project())?;
    for row in &rows {
        tx.put(row)?;
    }
    tx.put_blob(ABC.parse()?, 3, &mut "abc".as_bytes())?;
    tx.resolve_references(&mut |_| Visit::Continue(()))?;
    tx.commit()?;
    change(store, "p", |tx| {
        let dot = tx.next_dot()?;
        let edited = token("base", "edited").then(dot.replica, dot.counter, 2).description("new").build();
        let told = HistoryRecord {
            entity: edited.id(),
            register: RegName::DESCRIPTION,
            pair: Pair::written(dot, json("older"), Stamp::default()),
            superseded_by: None,
            change: None,
            import: None,
        };
        tx.put(&row(edited.clone()))?;
        tx.tell(&told)?;
        let import = ImportRecord {
            at_ms: 5,
            by: "Ada".to_owned(),
            action: "import".to_owned(),
            source: "p.dss".to_owned(),
            hash: None,
            report: "{}".to_owned(),
        };
        tx.tell_import(&import)?;
        tx.log_decision(&DecisionRecord {
            entity: edited.id(),
            register: RegName::VALUE,
            at_ms: 5,
            by: String::new(),
            strategy: "manual".to_owned(),
            record: "{}".to_owned(),
        })?;
        let source = tx.source("tokens/")?.id;
        tx.next_source_dot(source)?;
        let item = edited.id();
        tx.put_delivery(source, &Delivery { item, entity: item, place: None, statement: None })?;
        tx.log_import(&import)?;
        tx.resolve_references(&mut |_| Visit::Continue(()))
    })
}

fn check(store: &dyn Store) -> TestResult<Vec<Damage>> {
    let mut found = Vec::new();
    store.read(&name("p")?)?.check(&mut |damage| {
        found.push(damage);
        Visit::Continue(())
    })?;
    Ok(found)
}

#[test]
fn what_is_whole_checks_clean() -> TestResult {
    let folder = Folder::new()?;
    let sqlite = folder.open()?;
    let memory = MemoryStore::new(50);
    let stores: [&dyn Store; 2] = [&sqlite, &memory];
    for store in stores {
        fill(store)?;
        assert_eq!(check(store)?, []);
        make(store, "empty", &[])?;
        store.read(&name("empty")?)?.check(&mut |damage| panic!("{damage:?}"))?;
        // Within a change, too, and with the references as they were before it.
        let mut tx = store.write(&name("p")?)?;
        tx.put(&alias("base", "more", "accent"))?;
        drop(tx);
        assert_eq!(check(store)?, []);
    }
    // A check leaves the connection as it was, and the file.
    let tx = sqlite.read(&name("p")?)?;
    assert_eq!(
        tx.find(Kind::Token, Some(set_id("base")), "accent")?[0].columns.token_type.as_deref(),
        Some("color")
    );
    drop(tx);
    drop(sqlite);
    let before = std::fs::read(folder.file("p"))?;
    assert_eq!(check(&folder.open()?)?, []);
    assert!(std::fs::read(folder.file("p"))? == before);
    Ok(())
}

/// What was done to the file, and what a check says.
type Case = (&'static str, DamageKind, &'static str);

const CASES: [Case; 27] = [
    ("DROP INDEX entity_path", DamageKind::File, "lacks table or index \"entity_path\""),
    ("CREATE TABLE mine (x)", DamageKind::File, "its own table or index \"mine\""),
    ("UPDATE entity SET set_number = 9", DamageKind::Orphan, "rows of entity name a set_name"),
    ("DELETE FROM type_name", DamageKind::Orphan, "rows of entity name a type_name"),
    ("DELETE FROM source", DamageKind::Orphan, "1 rows of delivery name a source"),
    ("DELETE FROM import", DamageKind::Orphan, "rows of change name a import"),
    ("DELETE FROM change", DamageKind::Orphan, "rows of history name a change"),
    ("UPDATE change SET row = NULL", DamageKind::History, "changes do not name the row of their entity"),
    ("UPDATE change SET row = row + 1", DamageKind::History, "changes do not name the row of their entity"),
    (
        "UPDATE reference SET source = 99 WHERE source = 4",
        DamageKind::Orphan,
        "rows of reference name a entity",
    ),
    ("UPDATE entity SET state = X'11' WHERE path = 'red'", DamageKind::State, "does not have its hash"),
    ("UPDATE entity SET path = 'green' WHERE path = 'red'", DamageKind::State, "does not have its hash"),
    ("UPDATE entity SET flags = flags & ~1 WHERE path = 'red'", DamageKind::Columns, "whether it is alive"),
    ("UPDATE entity SET flags = flags | 4 WHERE path = 'red'", DamageKind::Columns, "whether it refers"),
    ("UPDATE entity SET conflicts = 3 WHERE path = 'red'", DamageKind::Columns, "number of its conflicts"),
    ("UPDATE entity SET updated_ms = 77 WHERE path = 'red'", DamageKind::Columns, "time of its last change"),
    ("UPDATE tally SET count = count + 1", DamageKind::Counts, "are counted"),
    ("UPDATE author SET live = 7", DamageKind::Counts, "name the author \"Ada\""),
    ("UPDATE replica SET live = live + 1", DamageKind::Counts, "name replica"),
    ("UPDATE replica SET highest = 0", DamageKind::Counts, "highest write"),
    ("UPDATE project SET clock = 0", DamageKind::Clock, "not come to yet"),
    ("UPDATE project SET own_issued = 0", DamageKind::Clock, "not come to yet"),
    ("DELETE FROM resolved_type", DamageKind::References, "another resolved_type"),
    ("DELETE FROM fault", DamageKind::References, "another fault"),
    ("UPDATE blob SET content = X'00'", DamageKind::Content, "is stored as"),
    ("DELETE FROM blob", DamageKind::Content, "is not stored"),
    ("UPDATE history SET value = X'01'", DamageKind::History, "history of entity"),
];

#[test]
fn every_damage_is_found() -> TestResult {
    let folder = Folder::new()?;
    fill(&folder.open()?)?;
    let whole = folder.read("p")?;
    let mut kinds: Vec<DamageKind> = Vec::new();
    for (sql, kind, text) in CASES {
        folder.replace("p", &whole)?;
        let connection = Connection::open(folder.file("p"))?;
        connection.execute_batch(sql)?;
        connection.close().map_err(|(_, error)| error)?;
        let found = check(&folder.open()?)?;
        let is_it = |damage: &Damage| damage.kind == kind && damage.detail.contains(text);
        assert!(found.iter().any(is_it), "{sql}: {found:?}");
        kinds.push(kind);
    }
    let open = [DamageKind::Unreadable];
    assert!(DamageKind::ALL.iter().all(|kind| open.contains(kind) || kinds.contains(kind)));
    Ok(())
}

#[test]
fn a_row_told_of_is_named_and_a_visitor_may_have_enough() -> TestResult {
    let folder = Folder::new()?;
    fill(&folder.open()?)?;
    let connection = Connection::open(folder.file("p"))?;
    connection.execute("UPDATE entity SET conflicts = 3", [])?;
    drop(connection);
    let store = folder.open()?;
    let found = check(&store)?;
    let places: Vec<_> = found.iter().map(|damage| damage.path.as_str()).collect();
    assert!(places.contains(&"brand") && found.iter().all(|damage| damage.entity.is_some()), "{found:?}");
    let mut count = 0;
    store.read(&name("p")?)?.check(&mut |_| {
        count += 1;
        Visit::Break(())
    })?;
    assert_eq!(count, 1);
    Ok(())
}

#[test]
fn pages_that_are_torn() -> TestResult {
    let folder = Folder::new()?;
    let store = folder.open()?;
    let rows: Vec<_> = (0..3_000).map(|n| color("base", &format!("group.token-{n}"))).collect();
    make(&store, "p", &rows)?;
    assert_eq!(check(&store)?, []);
    drop(store);
    let whole = folder.read("p")?;
    let mut found = 0;
    for page in (3..whole.len() / 16_384).step_by(5) {
        let mut torn = whole.clone();
        torn[page * 16_384..][..16_384].fill(0);
        folder.replace("p", &torn)?;
        // It may be so bad that it does not even open.
        let damage = folder.open()?.read(&name("p")?).map(drop).err().map(|error| error.code());
        let damage =
            damage.map_or_else(|| check(&folder.open()?).map(|found| !found.is_empty()), |_| Ok(true));
        assert!(damage?, "page {page}");
        found += 1;
    }
    assert!(found >= 5, "{found}");
    Ok(())
}

#[test]
fn concurrent_writes_and_deletions_are_no_damage() -> TestResult {
    let store = MemoryStore::new(50);
    let folder = Folder::new()?;
    let sqlite = folder.open()?;
    let stores: [&dyn Store; 2] = [&store, &sqlite];
    for store in stores {
        make(store, "p", &[color("base", "red"), alias("base", "brand", "red")])?;
        change(store, "p", |tx| {
            let value = dss_model::Value::Json(dss_testkit::json(r#"{"$value": 1}"#));
            let red = token("base", "red").value(r#"{"$value": 2}"#);
            tx.put(&row(red.concurrent(RegName::VALUE, replica(2), 3, value).build()))?;
            tx.put(&row(token("base", "brand").deleted().build()))?;
            tx.resolve_references(&mut |_| Visit::Continue(()))
        })?;
        assert_eq!(check(store)?, []);
    }
    Ok(())
}

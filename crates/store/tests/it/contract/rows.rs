//! Rows in and out.

use std::ops::ControlFlow;

use dss_model::{EntityId, Kind, Plain, RegName, TokenPath};
use dss_store::{LifeFilter, Placed, PlainRow, ReadTx, Row, Scan, ScanOrder, Store, StoreError};
use dss_testkit::{TestResult, component, entity, group, reachable_entity, replica, set, token};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::{
    alias, at, change, color, json, make, name, new_project, paths, read_back, row, scan_all, set_id,
};

super::on_every_backend!(
    rows_come_back,
    any_reachable_entity_comes_back,
    what_one_write_made_is_put_like_anything,
    a_bulk_load_keeps_the_order,
    a_row_is_replaced_by_id,
    document_order_is_the_callers,
    scans_filter,
    conflicts_below_a_deletion_do_not_count,
    a_state_hash_tells_every_change,
    a_scan_by_id_goes_on_where_it_stopped,
    a_visitor_may_stop,
    counts_follow_the_rows,
    who_wrote_is_a_function_of_the_rows,
    find_by_place,
    where_things_stand,
    what_was_read_last_is_read_again,
    derived_columns_can_be_set,
    a_bulk_load_takes_an_id_once,
    duplicates_share_set_and_path,
);

fn rows_come_back(store: &dyn Store) -> TestResult {
    let rows = [row(set("base").build()), row(group("base", "color").build()), color("base", "color.red")];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    for row in &rows {
        assert_eq!(tx.get(row.entity.id())?, Some(read_back(row)));
    }
    assert_eq!(tx.get(EntityId::from_bytes([0; 16]))?, None);
    let header = tx.header()?;
    assert_eq!((header.ids.id(), header.created_at_ms), (EntityId::from_bytes([9; 16]), 1_000));
    assert_eq!(header.last_change_ms, 1_000);
    Ok(())
}

fn any_reachable_entity_comes_back(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let project = name("p")?;
    let mut runner = TestRunner::new(dss_testkit::cases(40));
    let strategy = (reachable_entity(), reachable_entity());
    runner.run(&strategy, |(first, second)| {
        // The second one replaces the first: states may differ in anything.
        let (id, kind, ..) = first.clone().into_parts();
        let (_, _, seen, registers) = second.into_parts();
        let second = dss_model::Entity::new(id, kind, seen, registers)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let fail = |error: StoreError| TestCaseError::fail(format!("{error:?}"));
        let mut tx = store.write(&project).map_err(fail)?;
        for entity in [first, second] {
            let row = row(entity);
            tx.put(&row).map_err(fail)?;
            prop_assert_eq!(tx.get(id).map_err(fail)?, Some(read_back(&row)));
        }
        tx.commit().map_err(fail)
    })?;
    Ok(())
}

/// Into a new project, and, where it replaces something, into one that exists.
fn what_one_write_made_is_put_like_anything(store: &dyn Store) -> TestResult {
    let rows = [
        row(group("base", "color").build()),
        row(token("base", "color.red")
            .value(r##"{"$type":"color","$value":"#f00"}"##)
            .description("Red")
            .stamped(5, "Ada")
            .written_by(replica(3), 7)
            .build()),
        row(token("base", "color.also").value(r#"{"$value":"{color.red}"}"#).build()),
    ];
    let plain = |row: &Row| {
        let plain = Plain::of(&row.entity).ok_or("several writes")?;
        TestResult::Ok(PlainRow::new(&plain, row.columns.clone(), row.references.clone()))
    };
    make(store, "whole", &rows)?;
    let mut tx = store.create(&name("plain")?, &new_project())?;
    for row in &rows {
        tx.put_plain(plain(row)?)?;
    }
    tx.commit()?;
    let (whole, other) = (store.read(&name("whole")?)?, store.read(&name("plain")?)?);
    for row in &rows {
        assert_eq!(plain(row)?.to_row()?, *row);
        let id = row.entity.id();
        assert_eq!(other.get(id)?, Some(read_back(row)));
        assert_eq!(other.state_hash(id)?, whole.state_hash(id)?);
    }
    assert_eq!(other.replicas()?, whole.replicas()?);
    assert_eq!(other.authors()?, whole.authors()?);
    assert_eq!(other.header()?.clock, whole.header()?.clock);
    assert_eq!(format!("{:?}", other.counts()?), format!("{:?}", whole.counts()?));
    let referrers = |tx: &dyn ReadTx| {
        let mut found = Vec::new();
        tx.referrers("color.red", &mut |referrer| {
            found.push(format!("{referrer:?}"));
            ControlFlow::Continue(())
        })?;
        TestResult::Ok(found)
    };
    assert_eq!(referrers(&*other)?, referrers(&*whole)?);
    assert_eq!(referrers(&*other)?.len(), 1);
    drop((whole, other));
    let changed = row(token("base", "color.red").description("Reddish").written_by(replica(4), 9).build());
    let replacing = plain(&changed)?;
    change(store, "plain", |tx| tx.put_plain(replacing.clone()))?;
    assert_eq!(store.read(&name("plain")?)?.get(changed.entity.id())?, Some(read_back(&changed)));
    Ok(())
}

/// However many rows are written at a time, and whichever way they came.
fn a_bulk_load_keeps_the_order(store: &dyn Store) -> TestResult {
    let one = |number: u32| {
        let mut row = color("base", &format!("group.c{number}"));
        let refer = |target: u32| alias("base", "from", &format!("group.c{target}")).references;
        row.references = (0..number % 3).flat_map(|further| refer(number + further)).collect();
        row
    };
    let rows: Vec<Row> = (0..1_003).map(one).collect();
    let mut tx = store.create(&name("p")?, &new_project())?;
    for (number, row) in rows.iter().enumerate() {
        match Plain::of(&row.entity).filter(|_| number % 5 != 0) {
            Some(plain) => {
                tx.put_plain(PlainRow::new(&plain, row.columns.clone(), row.references.clone()))?
            }
            None => tx.put(row)?,
        }
    }
    tx.commit()?;
    let tx = store.read(&name("p")?)?;
    let read = scan_all(&*tx, &Scan::default().by(ScanOrder::Insertion))?;
    assert_eq!(paths(&read), paths(&rows));
    for row in &rows {
        assert_eq!(tx.references(row.entity.id())?, row.references);
    }
    Ok(())
}

fn a_row_is_replaced_by_id(store: &dyn Store) -> TestResult {
    let old = token("base", "a").description("old");
    make(store, "p", &[row(old.clone().build())])?;
    let moved = row(old.then(replica(2), 5, 9).string(RegName::PATH, "b").build());
    change(store, "p", |tx| tx.put(&moved))?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.get(moved.entity.id())?, Some(moved.clone()));
    assert_eq!(tx.find(Kind::Token, None, "a")?, []);
    assert_eq!(tx.find(Kind::Token, None, "b")?, [moved]);
    assert_eq!(tx.counts()?.alive(Kind::Token), 1);
    Ok(())
}

fn document_order_is_the_callers(store: &dyn Store) -> TestResult {
    let same_place = [at(color("b", "x"), 5), at(color("b", "y"), 5)];
    let mut by_id: Vec<_> =
        same_place.iter().map(|row| (row.entity.id(), row.columns.path.clone())).collect();
    by_id.sort();
    let rows = [
        at(color("b", "later"), 70),
        at(color("a", "second"), 2),
        same_place[1].clone(),
        same_place[0].clone(),
        at(color("a", "first"), 1),
        row(component("button").build()),
    ];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    let all = scan_all(&*tx, &Scan::default())?;
    // No set first, then sets as they were first heard of: b, then a. Ties go by id.
    assert_eq!(paths(&all), ["button", &by_id[0].1, &by_id[1].1, "later", "first", "second"]);
    let in_set = scan_all(&*tx, &Scan::kinds(&[Kind::Token]).in_set(set_id("a")))?;
    assert_eq!(paths(&in_set), ["first", "second"]);
    let inserted = scan_all(&*tx, &Scan::default().by(ScanOrder::Insertion))?;
    assert_eq!(paths(&inserted), ["later", "second", "y", "x", "first", "button"]);
    Ok(())
}

fn scans_filter(store: &dyn Store) -> TestResult {
    let conflicted = token("base", "a.b").description("one").concurrent(
        RegName::DESCRIPTION,
        replica(2),
        2,
        json("other"),
    );
    let rows = [
        row(group("base", "a").build()),
        row(conflicted.build()),
        row(token("base", "a.b.c").deleted().build()),
        color("base", "a-b"),
        color("base", "ab.c"),
        row(set("base").build()),
    ];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    let found = |scan: Scan| -> TestResult<Vec<String>> {
        let rows = scan_all(&*tx, &scan)?;
        Ok(rows.iter().map(|row| row.columns.path.clone()).collect())
    };
    let below = |path: &str| Scan { below: Some(TokenPath::from_alias(path)), ..Scan::default() };
    assert_eq!(found(below("a"))?, ["a.b"]);
    assert_eq!(found(below("a").life(LifeFilter::Any))?, ["a.b", "a.b.c"]);
    assert_eq!(found(below("a").life(LifeFilter::Deleted))?, ["a.b.c"]);
    assert_eq!(found(below("ab"))?, ["ab.c"]);
    assert_eq!(found(Scan { below: Some(TokenPath::root()), ..Scan::kinds(&[Kind::Group]) })?, ["a"]);
    assert_eq!(found(Scan { only_conflicts: true, ..Scan::default() })?, ["a.b"]);
    assert_eq!(found(Scan::kinds(&[Kind::TokenSet, Kind::Group]))?, ["base", "a"]);
    assert_eq!(found(Scan::default().in_set(set_id("unheard of")))?, Vec::<String>::new());
    Ok(())
}

fn a_scan_by_id_goes_on_where_it_stopped(store: &dyn Store) -> TestResult {
    let rows: Vec<_> = (0..20).map(|number| color("base", &format!("t{number}"))).collect();
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    let mut seen = Vec::new();
    let mut scan = Scan::default().by(ScanOrder::Id);
    loop {
        let before = seen.len();
        tx.scan(&scan, &mut |row| {
            seen.push(row.entity.id());
            if seen.len() >= before + 7 {
                dss_store::Visit::Break(())
            } else {
                dss_store::Visit::Continue(())
            }
        })?;
        if seen.len() == before {
            break;
        }
        scan.after = seen.last().copied();
    }
    let mut ids: Vec<_> = rows.iter().map(|row| row.entity.id()).collect();
    ids.sort();
    assert_eq!(seen, ids);
    Ok(())
}

fn a_visitor_may_stop(store: &dyn Store) -> TestResult {
    make(store, "p", &[color("base", "a"), color("base", "b")])?;
    let tx = store.read(&name("p")?)?;
    let mut visited = 0;
    tx.scan(&Scan::default(), &mut |_| {
        visited += 1;
        dss_store::Visit::Break(())
    })?;
    assert_eq!(visited, 1);
    Ok(())
}

fn counts_follow_the_rows(store: &dyn Store) -> TestResult {
    let mut invalid = color("base", "bad");
    invalid.columns.valid = false;
    let rows = [invalid, color("base", "good"), row(set("base").build())];
    make(store, "p", &rows)?;
    let deleted = row(token("base", "good").then(replica(1), 2, 0).deleted().build());
    change(store, "p", |tx| tx.put(&deleted))?;
    let counts = store.read(&name("p")?)?.counts()?;
    let tokens = counts.kinds.iter().find(|counts| counts.kind == Kind::Token).copied();
    let expected = dss_store::KindCounts { kind: Kind::Token, alive: 1, deleted: 1, invalid: 1 };
    assert_eq!(tokens, Some(expected));
    assert_eq!((counts.alive(Kind::TokenSet), counts.alive(Kind::Asset)), (1, 0));
    Ok(())
}

fn who_wrote_is_a_function_of_the_rows(store: &dyn Store) -> TestResult {
    let first = token("base", "a").stamped(5, "Ada");
    make(store, "p", &[row(first.clone().build())])?;
    let read = |store: &dyn Store| -> TestResult<_> {
        let tx = store.read(&name("p")?)?;
        Ok((
            tx.replicas()?,
            tx.authors()?,
            tx.header()?.clock,
            tx.newest_write_ms(&Scan::default().life(LifeFilter::Any))?,
        ))
    };
    assert_eq!(read(store)?, (vec![(replica(1), 1)], vec!["Ada".to_owned()], 1, Some(5)));
    // Bob's write supersedes all of Ada's: who sees only the result must find the same names.
    let second = first.then(replica(2), 7, 6).stamped(6, "Bob").written_by(replica(2), 7);
    change(store, "p", |tx| {
        tx.observe(&[(replica(4), 90)])?;
        tx.put(&row(second.build()))
    })?;
    assert_eq!(read(store)?, (vec![(replica(2), 7)], vec!["Bob".to_owned()], 90, Some(6)));
    Ok(())
}

fn find_by_place(store: &dyn Store) -> TestResult {
    let rows = [
        color("light", "a"),
        color("dark", "a"),
        row(group("dark", "a").build()),
        row(entity(Kind::Theme, "a").build()),
    ];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.find(Kind::Token, None, "a")?.len(), 2);
    assert_eq!(tx.find(Kind::Token, Some(set_id("dark")), "a")?, [read_back(&rows[1])]);
    assert_eq!(tx.find(Kind::Theme, None, "a")?, [read_back(&rows[3])]);
    assert_eq!(tx.find(Kind::Token, Some(set_id("none")), "a")?, []);
    Ok(())
}

fn where_things_stand(store: &dyn Store) -> TestResult {
    let at = |mut row: Row, sort: &str| {
        row.columns.sort = sort.into();
        row
    };
    let red = at(color("base", "a"), "1");
    let gone = at(row(group("base", "a").deleted().build()), "2");
    let elsewhere = [color("other", "a"), color("base", "b"), row(set("base").build())];
    make(store, "p", &[&[red.clone(), gone.clone()], elsewhere.as_slice()].concat())?;
    let tx = store.read(&name("p")?)?;
    let mut expected = [red, gone].map(|Row { entity, columns, .. }| Placed {
        id: entity.id(),
        kind: entity.kind(),
        is_alive: entity.is_alive(),
        sort: columns.sort,
    });
    expected.sort_by_key(|placed| placed.id);
    assert_eq!(tx.placed(set_id("base"), "a")?, expected);
    assert_eq!(tx.placed(set_id("none"), "a")?, []);
    Ok(())
}

/// What was read is not what is there any more once something was written.
fn what_was_read_last_is_read_again(store: &dyn Store) -> TestResult {
    let first = token("base", "a").description("one");
    let second = first.clone().then(replica(2), 5, 9).description("two").build();
    make(store, "p", &[row(first.build()), color("base", "b")])?;
    change(store, "p", |tx| {
        let b = color("base", "b").entity.id();
        tx.get(second.id())?;
        tx.put(&row(second.clone()))?;
        assert_eq!(tx.get(second.id())?.map(|row| row.entity), Some(second.clone()));
        tx.set_columns(second.id(), Some("color"), false)?;
        tx.get(b)?;
        tx.put(&row(second.clone()))
    })?;
    let tx = store.read(&name("p")?)?;
    assert_eq!(tx.get(second.id())?, Some(read_back(&row(second))));
    let mut changes = 0;
    tx.changes(&dss_store::ChangeFilter::default(), &mut |_| {
        changes += 1;
        dss_store::Visit::Continue(())
    })?;
    assert_eq!(changes, 1, "putting the same again changes nothing");
    Ok(())
}

fn derived_columns_can_be_set(store: &dyn Store) -> TestResult {
    let token = color("base", "a");
    make(store, "p", std::slice::from_ref(&token))?;
    change(store, "p", |tx| tx.set_columns(token.entity.id(), Some("dimension"), false))?;
    let tx = store.read(&name("p")?)?;
    let mut expected = read_back(&token);
    expected.columns.token_type = Some("dimension".to_owned());
    expected.columns.valid = false;
    assert_eq!(tx.get(token.entity.id())?, Some(expected));
    Ok(())
}

fn a_bulk_load_takes_an_id_once(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("p")?, &new_project())?;
    tx.put(&color("base", "a"))?;
    tx.put(&color("base", "b"))?;
    tx.put(&color("base", "a"))?;
    let id = color("base", "a").entity.id();
    assert!(matches!(tx.finish_load(), Err(StoreError::DuplicateEntity { id: found }) if found == id));
    assert!(matches!(tx.put(&color("base", "c")), Err(StoreError::Aborted)));
    assert!(matches!(tx.commit(), Err(StoreError::Aborted)));
    assert!(store.projects()?.is_empty());
    // Afterwards rows are replaced, as in every other transaction.
    let mut tx = store.create(&name("p")?, &new_project())?;
    tx.put(&color("base", "a"))?;
    tx.finish_load()?;
    tx.put(&color("base", "a"))?;
    assert_eq!(tx.counts()?.alive(Kind::Token), 1);
    Ok(tx.commit()?)
}

fn duplicates_share_set_and_path(store: &dyn Store) -> TestResult {
    let rows = [
        color("base", "a"),
        row(token("base", "a").id(EntityId::from_bytes([1; 16])).build()),
        color("other", "a"),
        color("base", "b"),
        color("base", "deep.down"),
        color("base", "deeper.x"),
        row(token("base", "gone").deleted().build()),
        row(group("base", "b").build()),
        row(token("base", "b").id(EntityId::from_bytes([2; 16])).deleted().build()),
        row(set("b").build()),
    ];
    make(store, "p", &rows)?;
    let tx = store.read(&name("p")?)?;
    let mut found = Vec::new();
    tx.duplicates(&mut |duplicate| {
        assert_eq!(duplicate.set, Some(set_id("base")));
        found.push((duplicate.path, duplicate.kind));
        dss_store::Visit::Continue(())
    })?;
    for (path, taken) in [
        ("a", true),
        ("b", true),
        ("c", false),
        ("gone", false),
        ("deep", true),
        ("dee", false),
        ("deep.down", true),
        ("a.x", false),
    ] {
        assert_eq!(tx.is_taken(Some(set_id("base")), path)?, taken, "{path}");
    }
    assert!(!tx.is_taken(Some(set_id("other")), "b")? && !tx.is_taken(None, "a")?);
    assert!(!tx.is_taken(Some(set_id("nowhere")), "a")?);
    found.sort();
    let expected = [("a", Kind::Token), ("a", Kind::Token), ("b", Kind::Group), ("b", Kind::Token)];
    assert_eq!(found, expected.map(|(path, kind)| (path.to_owned(), kind)));
    Ok(())
}

fn conflicts_below_a_deletion_do_not_count(store: &dyn Store) -> TestResult {
    let clash = |path: &str| {
        let token = token("base", path).description("one").string(RegName::PATH, path);
        token.concurrent(RegName::DESCRIPTION, replica(2), 2, json("other")).concurrent(
            RegName::PATH,
            replica(3),
            3,
            json(&format!("{path}x")),
        )
    };
    make(store, "p", &[row(clash("a").build()), row(clash("b").deleted().build())])?;
    let counts = store.read(&name("p")?)?.counts()?;
    assert_eq!((counts.conflicted, counts.conflicts), (1, 2));
    Ok(())
}

fn a_state_hash_tells_every_change(store: &dyn Store) -> TestResult {
    let before = token("base", "a").description("one");
    let id = before.clone().build().id();
    make(store, "p", &[row(before.clone().build())])?;
    let hash = || -> TestResult<_> { Ok(store.read(&name("p")?)?.state_hash(id)?) };
    let first = hash()?;
    assert!(first.is_some());
    change(store, "p", |tx| tx.put(&row(before.clone().build())))?;
    assert_eq!(hash()?, first, "the same state");
    change(store, "p", |tx| tx.put(&color("base", "b")))?;
    assert_eq!(hash()?, first, "nobody touched it");
    change(store, "p", |tx| tx.put(&row(before.clone().then(replica(2), 2, 5).description("one").build())))?;
    assert_ne!(hash()?, first, "the same value, written again");
    assert_eq!(store.read(&name("p")?)?.state_hash(set_id("unheard of"))?, None);
    Ok(())
}

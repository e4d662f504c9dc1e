//! Outside sources: replicas of their own, and what each stated last.

use std::ops::ControlFlow;

use dss_model::{Dot, EntityId, OrderKey};
use dss_store::{Delivery, ReadTx, SourceId, Store, StoreError};
use dss_testkit::{TestResult, replica};

use crate::support::{change, color, make, name, new_project, write_version};

super::on_every_backend!(
    sources_are_told_apart_by_name,
    sources_write_under_identities_of_their_own,
    the_identities_of_sources_go_with_the_copys,
    the_last_statement_counts,
    statements_are_visited_by_item,
    what_a_source_stated_survives_or_is_rolled_back,
    a_bulk_load_remembers_too,
);

fn delivery(number: u8, text: &str) -> Delivery {
    let item = EntityId::from_bytes([number; 16]);
    Delivery { item, entity: item, place: Some(OrderKey::nth(3)), statement: Some(text.as_bytes().to_vec()) }
}

fn items(tx: &(impl ReadTx + ?Sized), source: SourceId, after: Option<u8>) -> TestResult<Vec<Delivery>> {
    let mut found = Vec::new();
    tx.deliveries(source, after.map(|number| EntityId::from_bytes([number; 16])), &mut |delivery| {
        found.push(delivery);
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

fn sources_are_told_apart_by_name(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    let (b, a) = (tx.source("/tokens/b.json")?, tx.source("a")?);
    assert_ne!(a.id, b.id);
    assert_eq!(tx.source("/tokens/b.json")?, b);
    assert_eq!(b.delivered_at_ms, None);
    tx.end_delivery(b.id, 77, None)?;
    tx.commit()?;
    let found = store.read(&name("p")?)?.sources()?;
    let told: Vec<_> = found.iter().map(|source| (source.name.as_str(), source.delivered_at_ms)).collect();
    assert_eq!(told, [("/tokens/b.json", Some(77)), ("a", None)]);
    Ok(())
}

fn sources_write_under_identities_of_their_own(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let own = write_version(store, "p", "x")?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(tx.source_replicas()?, []);
    let (a, b) = (tx.source("a")?.id, tx.source("b")?.id);
    let dots = [tx.next_source_dot(a)?, tx.next_source_dot(b)?, tx.next_source_dot(a)?, tx.next_dot()?];
    assert_eq!(dots.map(|dot| dot.counter), [2, 3, 4, 5], "one clock for all");
    assert_eq!((dots[0].replica, dots[3].replica), (dots[2].replica, own.replica));
    assert!(dots[0].replica != dots[1].replica && dots[0].replica != own.replica);
    tx.commit()?;
    let mut tx = store.write(&name("p")?)?;
    let known: Vec<_> = tx.source_replicas()?.iter().map(|own| (own.replica, own.issued)).collect();
    assert_eq!(known, [(dots[0].replica, 4), (dots[1].replica, 3)]);
    let a = tx.source("a")?.id;
    assert_eq!(tx.next_source_dot(a)?, Dot { counter: 6, ..dots[0] });
    tx.observe(&[(replica(7), Dot::COUNTER_MAX)])?;
    assert!(matches!(tx.next_source_dot(a), Err(StoreError::CounterOutOfRange { .. })));
    Ok(())
}

fn the_identities_of_sources_go_with_the_copys(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut dots: Vec<Dot> = Vec::new();
    change(store, "p", |tx| {
        let source = tx.source("a")?.id;
        tx.put_delivery(source, &delivery(1, "said"))?;
        dots.push(tx.next_source_dot(source)?);
        Ok(())
    })?;
    change(store, "p", |tx| tx.forget_identity())?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(tx.source_replicas()?, []);
    let source = tx.source("a")?.id;
    let dot = tx.next_source_dot(source)?;
    assert!(dot.replica != dots[0].replica && dot.counter > dots[0].counter);
    assert_eq!(items(&*tx, source, None)?, [delivery(1, "said")], "what it said is remembered");
    Ok(())
}

fn the_last_statement_counts(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    let (a, b) = (tx.source("a")?.id, tx.source("b")?.id);
    assert_eq!(tx.delivery(a, delivery(1, "").item)?, None);
    let other = Delivery { entity: EntityId::from_bytes([9; 16]), place: None, ..delivery(1, "two") };
    let only_place = Delivery { statement: None, ..delivery(2, "") };
    tx.put_delivery(a, &delivery(1, "one"))?;
    tx.put_delivery(a, &other)?;
    tx.put_delivery(a, &only_place)?;
    assert_eq!(tx.delivery(a, other.item)?, Some(other.clone()));
    assert_eq!(tx.delivery(a, only_place.item)?, Some(only_place));
    assert_eq!(tx.delivery(b, other.item)?, None, "each source speaks for itself");
    Ok(())
}

fn statements_are_visited_by_item(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    let source = tx.source("a")?.id;
    for number in [5, 1, 3] {
        tx.put_delivery(source, &delivery(number, "x"))?;
    }
    assert_eq!(items(&*tx, source, None)?, [delivery(1, "x"), delivery(3, "x"), delivery(5, "x")]);
    assert_eq!(items(&*tx, source, Some(1))?, [delivery(3, "x"), delivery(5, "x")]);
    assert_eq!(items(&*tx, source, Some(2))?.len(), 2);
    Ok(())
}

fn what_a_source_stated_survives_or_is_rolled_back(store: &dyn Store) -> TestResult {
    make(store, "p", &[])?;
    let mut tx = store.write(&name("p")?)?;
    let source = tx.source("gone")?.id;
    tx.put_delivery(source, &delivery(1, "x"))?;
    drop(tx);
    assert_eq!(store.read(&name("p")?)?.sources()?, []);
    change(store, "p", |tx| {
        let source = tx.source("kept")?.id;
        tx.put_delivery(source, &delivery(1, "x"))
    })?;
    let tx = store.read(&name("p")?)?;
    let kept = tx.sources()?.pop().ok_or("a source")?;
    assert_eq!(tx.delivery(kept.id, delivery(1, "").item)?, Some(delivery(1, "x")));
    Ok(())
}

fn a_bulk_load_remembers_too(store: &dyn Store) -> TestResult {
    let mut tx = store.create(&name("p")?, &new_project())?;
    let source = tx.source("a")?.id;
    let dot = tx.next_source_dot(source)?;
    tx.put(&color("base", "a"))?;
    tx.put_delivery(source, &delivery(2, "x"))?;
    tx.put_delivery(source, &delivery(1, "x"))?;
    tx.finish_load()?;
    tx.put_delivery(source, &delivery(1, "y"))?;
    tx.end_delivery(source, 5, Some(dot))?;
    tx.end_delivery(source, 6, None)?;
    tx.commit()?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(items(&*tx, source, None)?, [delivery(1, "y"), delivery(2, "x")]);
    let source = tx.source("a")?;
    assert_eq!((source.delivered_at_ms, source.made), (Some(6), Some(dot)));
    assert_eq!(tx.next_source_dot(source.id)?, Dot { counter: dot.counter + 1, ..dot });
    Ok(())
}

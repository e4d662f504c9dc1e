use dss_model::{JsonText, ReplicaId, Stamp};

use super::*;
use crate::{create, delete, write};

fn id(byte: u8) -> EntityId {
    EntityId::from_bytes([byte; 16])
}

fn dot(counter: u64) -> Dot {
    Dot { counter, replica: ReplicaId::from_bytes([1; 16]) }
}

fn token(byte: u8, counter: u64, changes: Vec<(RegName, Value)>) -> Entity {
    create(id(byte), Kind::Token, dot(counter), changes, &Stamp::default()).unwrap()
}

fn text(text: &str) -> Value {
    Value::Json(JsonText::string(text))
}

fn refers(name: &str, to: u8) -> (RegName, Value) {
    (RegName::new(name).unwrap(), Value::Ref(id(to)))
}

fn codes(entities: &[Entity]) -> Vec<&'static str> {
    derive(entities.iter().map(View::of), &|_| false).iter().map(Finding::code).collect()
}

#[test]
fn the_oldest_claim_keeps_the_place() {
    let older = token(2, 1, vec![(RegName::PATH, text("color.STRASSE"))]);
    let newer = token(1, 2, vec![(RegName::PATH, text("color.straße"))]);
    let elsewhere = token(3, 3, vec![(RegName::PATH, text("color.strasse")), refers("set", 9)]);
    let views = [&elsewhere, &newer, &older].map(View::of);
    let findings = derive(views, &|_| true);
    let unknown = Finding::UnknownRef { entity: id(3), register: RegName::SET, target: id(9) };
    let collision = Finding::PathCollision {
        kind: Kind::Token,
        scope: None,
        key: "color.strasse".to_owned(),
        keeps: id(2),
        shown_as: vec![ShownAs {
            entity: id(1),
            text: "color.straße".to_owned(),
            suffix: format!("~{}", short(id(1))),
        }],
    };
    assert_eq!(findings, [collision, unknown]);
}

#[test]
fn references_are_checked() {
    let set = token(4, 1, vec![]);
    let gone = delete(&token(5, 1, vec![(RegName::VALUE, text("red"))]), dot(2), &Stamp::default());
    let gone = gone.unwrap().unwrap();
    let blob = Value::Blob(ContentHash::from_bytes([7; 32]));
    let from = token(6, 3, vec![refers("set", 4), refers("value", 5), (RegName::CONTENT, blob)]);
    let views = [&set, &gone, &from].map(View::of);
    let findings = derive(views.clone(), &|_| false);
    let dangling = Finding::DanglingRef {
        entity: id(6),
        register: RegName::VALUE,
        target: id(5),
        last_value: Some(text("red")),
    };
    assert!(findings.contains(&dangling));
    assert_eq!(codes(&[set, gone, from]), ["type_mismatch", "dangling_ref", "missing_blob"]);
    assert_eq!(derive(views, &|_| true).len(), 2);
}

#[test]
fn sets_and_groups_are_what_they_should_be() {
    let entity = |byte, kind, changes: Vec<(RegName, Value)>| {
        create(id(byte), kind, dot(1), changes, &Stamp::default()).unwrap()
    };
    let (set, group) = (entity(1, Kind::TokenSet, vec![]), entity(2, Kind::ThemeGroup, vec![]));
    let fitting = entity(3, Kind::Token, vec![refers("set", 1), refers("group", 2)]);
    assert!(codes(&[set.clone(), group.clone(), fitting]).is_empty());
    let swapped = entity(3, Kind::Theme, vec![refers("set", 2), refers("group", 1)]);
    let mismatch = |register, target, expected, found| Finding::TypeMismatch {
        entity: id(3),
        register,
        target: id(target),
        expected,
        found,
    };
    let expected = [
        mismatch(RegName::GROUP, 1, Kind::ThemeGroup, Kind::TokenSet),
        mismatch(RegName::SET, 2, Kind::TokenSet, Kind::ThemeGroup),
    ];
    assert_eq!(derive([&set, &group, &swapped].map(View::of), &|_| true), expected);
}

#[test]
fn circles_are_cut_at_their_youngest_reference() {
    let a = token(1, 5, vec![refers("value", 2)]);
    let b = token(2, 9, vec![refers("value", 3)]);
    let c = token(3, 2, vec![refers("value", 1)]);
    let into = token(4, 1, vec![refers("value", 1)]);
    let findings = derive([&a, &b, &c, &into].map(View::of), &|_| true);
    let cycle = Finding::RefCycle { entities: vec![id(1), id(2), id(3)], cut: vec![(id(2), RegName::VALUE)] };
    assert_eq!(findings, [cycle]);
    let broken = write(&c, dot(10), [(RegName::VALUE, Value::Absent)], &Stamp::default());
    assert!(codes(&[a, b, broken.unwrap().unwrap(), into]).is_empty());
    let own = token(1, 1, vec![refers("value", 1)]);
    let findings = derive([View::of(&own)], &|_| true);
    let cycle = Finding::RefCycle { entities: vec![id(1)], cut: vec![(id(1), RegName::VALUE)] };
    assert_eq!(findings, [cycle]);
}

#[test]
fn two_circles_sharing_an_edge_are_both_cut() {
    let a = token(1, 1, vec![refers("value", 2)]);
    let b = token(2, 2, vec![refers("x", 3), refers("y", 4)]);
    let (c, d) = (token(3, 3, vec![refers("value", 1)]), token(4, 4, vec![refers("value", 1)]));
    let findings = derive([&a, &b, &c, &d].map(View::of), &|_| true);
    let [Finding::RefCycle { entities, cut }] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(entities.len(), 4);
    assert_eq!(*cut, [(id(3), RegName::VALUE), (id(4), RegName::VALUE)]);
}

#[test]
fn ways_that_meet_again_are_walked_once_and_circles_are_listed_in_order() {
    let fork = token(1, 1, vec![refers("x", 2), refers("y", 3)]);
    let (left, right) = (token(2, 2, vec![refers("x", 4)]), token(3, 3, vec![refers("x", 4)]));
    let back = token(4, 9, vec![refers("x", 1)]);
    // Two more circles: one is reached from the first, the other stands alone.
    let own = token(5, 4, vec![refers("x", 5)]);
    let other = token(6, 5, vec![refers("x", 6), refers("y", 1)]);
    let findings = derive([&other, &own, &back, &right, &left, &fork].map(View::of), &|_| true);
    let x = RegName::new("x").unwrap();
    let cycle = |ids: &[u8], at: u8| Finding::RefCycle {
        entities: ids.iter().copied().map(id).collect(),
        cut: vec![(id(at), x.clone())],
    };
    assert_eq!(findings, [cycle(&[1, 2, 3, 4], 4), cycle(&[5], 5), cycle(&[6], 6)]);
}

#[test]
fn long_chains_do_not_overflow() {
    let chain = (1..20_000_u32).map(|index| {
        let id = |index: u32| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&index.to_be_bytes());
            EntityId::from_bytes(bytes)
        };
        let target = id((index + 1) % 20_000);
        let reference = Reference { register: RegName::VALUE, target, origin: dot(u64::from(index)) };
        let references = vec![reference];
        let (kind, alive) = (Kind::Token, true);
        View { id: id(index), kind, alive, place: None, references, blobs: vec![], value: None }
    });
    let findings = derive(chain, &|_| true);
    assert_eq!(findings.len(), 1);
}

#![expect(clippy::arithmetic_side_effects, reason = "a test's own small numbers")]

use std::collections::BTreeMap;

use dss_model::{
    Author, Dot, Entity, EntityId, JsonText, Kind, Life, OrderKey, Pair, RegName, Register, ReplicaId, Seen,
    Stamp, TokenPath, Value,
};
use proptest::prelude::*;

use super::*;
use crate::FormatError;
use crate::dtcg::{self, Node, ReadLimits, SortKey, Spacing};
use crate::revision::{Body, Replicas};

fn replica(n: u8) -> ReplicaId {
    ReplicaId::from_bytes([n; 16])
}

fn dot(n: u8, counter: u64) -> Dot {
    Dot { counter, replica: replica(n) }
}

fn stamp(wall_ms: i64) -> Stamp {
    Stamp { wall_ms, author: Author::new("ann") }
}

/// The entity that one write makes of `body`.
fn written(id: EntityId, kind: Kind, body: Body, dot: Dot, stamp: &Stamp) -> Entity {
    let pair = |value| Register::single(Pair::written(dot, value, stamp.clone()));
    let registers = body.into_iter().map(|(name, value)| (name, pair(value))).collect();
    Entity::new(id, kind, [dot].into_iter().collect(), registers).unwrap()
}

/// Entities of a set, in document order, and the set itself.
struct Set {
    rows: Vec<(SortKey, Entity)>,
    set: Entity,
}

/// Reads a document; what says no revision is written by replica 1.
fn read(parts: &[Vec<u8>]) -> Set {
    let mut reader = SetReader::new("test", "base", 3, ReadLimits::default());
    let mut rows = Vec::new();
    let mut set = None;
    let mut take = |node: Node, decoded: Decoded| {
        let entity = match decoded {
            Decoded::Entity(entity) => entity,
            Decoded::Foreign { id, kind, body } => written(id, kind, body, dot(1, 1), &stamp(1_000)),
            Decoded::Implicit => return Ok(()),
            Decoded::Damaged { reason, .. } => panic!("{reason}"),
        };
        if node.path.is_root() {
            set = Some(entity)
        } else {
            rows.push((node.sort, entity))
        }
        Ok::<(), FormatError>(())
    };
    for part in parts {
        reader.read_part("test", part.as_slice(), &mut take).unwrap();
    }
    reader.finish(&mut take).unwrap();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    Set { rows, set: set.unwrap() }
}

/// Writes a set, cut into parts of about `part_bytes`.
fn write(set: &Set, revisions: Revisions, part_bytes: u64) -> Vec<Vec<u8>> {
    let replicas = Replicas::new([replica(1), replica(2), replica(3)]);
    let mut parts = Vec::new();
    let mut writer = SetWriter::new(Vec::new(), &set.set, 3, &replicas, revisions, Spacing::Lines).unwrap();
    for (sort, entity) in &set.rows {
        let path = dtcg::path_of(entity).unwrap();
        if writer.bytes() > part_bytes && writer.can_split_before(path.as_str()) {
            parts.push(writer.next_part(Vec::new()).unwrap());
        }
        writer.node(entity, path, sort).unwrap();
    }
    parts.push(writer.finish().unwrap());
    parts
}

/// The text of a document, parsed with order kept, without white space.
fn compact(bytes: &[u8]) -> String {
    JsonText::parse(bytes, &dss_model::JsonLimits::default()).unwrap().as_str().to_owned()
}

const ODD: &str = r##"{
  "$description": "early", "stray": null,
  "color": {
    "$type": "color",
    "brand": {"$value": "#fff", "$extensions": {"z.b": 1, "a.b": {"x": 1.50}}, "$description": "d\u00e9"},
    "empty": {},
    "on": {"$value": "{color.brand}", "$extensions": {}, "$deprecated": false},
    "hybrid": {"$value": 1, "small": {"$value": 2e0, "$type": "number"}, "note": "between", "large": {"$ref": "#/a"}},
    "$extends": "{base}",
    "$root": {"$type": "color", "$value": "x"}
  },
  "1.5": {"": {"$value": [1], "$extensions": "odd"}},
  "$extensions": {"late.vendor": true}
}"##;

#[test]
fn a_document_survives_unchanged() {
    let set = read(&[ODD.as_bytes().to_vec()]);
    let again = write(&set, Revisions::Omitted, u64::MAX);
    assert_eq!(compact(&again[0]), compact(ODD.as_bytes()));
}

/// Found by the fuzzer: registers spell DEL as `%7F`, which sorts before letters.
#[test]
fn vendors_keep_their_order_whatever_their_names_are_made_of() {
    for vendors in ["\"cil\":1,\"c\u{7f}\":2", "\"c\u{7f}\":1,\"cil\":2", r#""c%":1,"c\u0001":2,"cil":3"#] {
        let document = format!(r#"{{"a":{{"$value":1,"$extensions":{{{vendors}}}}}}}"#).into_bytes();
        let set = read(std::slice::from_ref(&document));
        for revisions in [Revisions::Omitted, Revisions::Written] {
            let again = read(&write(&set, revisions, u64::MAX));
            assert_eq!(compact(&write(&again, Revisions::Omitted, u64::MAX)[0]), compact(&document));
        }
    }
}

#[test]
fn entities_survive_with_their_revisions() {
    let set = read(&[ODD.as_bytes().to_vec()]);
    let once = write(&set, Revisions::Written, u64::MAX);
    let again = read(&once);
    assert_eq!(again.set, set.set);
    assert_eq!(again.rows, set.rows);
    assert_eq!(write(&again, Revisions::Written, u64::MAX), once);
}

#[test]
fn a_token_written_once_says_it_briefly() {
    let set = read(&[br#"{"color":{"a":{"$type":"number","$value":1}}}"#.to_vec()]);
    let text = String::from_utf8(write(&set, Revisions::Written, u64::MAX).remove(0)).unwrap();
    let id = set.rows[1].1.id();
    let line = format!(
        r#""a":{{"$type":"number","$value":1,"$extensions":{{"org.dss":{{"id":"{id}","rev":"0:1"}}}}}}"#
    );
    assert!(text.contains(&line), "{text}");
    assert!(text.contains("\"color\":{\n\"a\""), "a group without members says nothing: {text}");
}

#[test]
fn parts_are_valid_alone_and_join_to_the_same() {
    let mut document = String::from("{\"a\":{\"$type\":\"number\",\"b\":{\"$description\":\"d\"");
    for n in 0..40 {
        document.push_str(&format!(",\"t{n}\":{{\"$value\":{n},\"$description\":\"{}\"}}", "x".repeat(n)));
    }
    document
        .push_str(",\"$extensions\":{\"v\":1}},\"c\":{\"$value\":1}},\"z\":{\"y\":{\"$value\":\"{a.c}\"}}}");
    let set = read(&[document.clone().into_bytes()]);
    let whole = write(&set, Revisions::Written, u64::MAX);
    for size in [1, 300, 2_000] {
        let parts = write(&set, Revisions::Written, size);
        assert!(parts.len() > 1);
        let again = read(&parts);
        assert_eq!(again.rows, set.rows);
        assert_eq!(again.set, set.set);
        assert_eq!(write(&again, Revisions::Written, u64::MAX), whole);
        for part in &parts {
            let mut reader = SetReader::new("part", "base", 0, ReadLimits::default());
            let mut check = |node: Node, _: Decoded| {
                assert!(!node.is_token() || node.path.as_str() == "z.y" || node.inherited_type.is_some());
                Ok::<(), FormatError>(())
            };
            reader.read_part("part", part.as_slice(), &mut check).unwrap();
        }
    }
    let mut reader = SetReader::new("twice", "base", 0, ReadLimits::default());
    let part = br#"{"a":{"b":{"$value":1}}}"#;
    let ignore = |_: Node, _: Decoded| Ok::<(), FormatError>(());
    reader.read_part("1", part.as_slice(), ignore).unwrap();
    let error = reader.read_part("2", br#"{"a":{"b":{"$value":2}}}"#.as_slice(), ignore).unwrap_err();
    assert_eq!(error.code(), "json_duplicate_key");
}

#[test]
fn deleted_groups_do_not_come_back() {
    let mut set = read(&[br#"{"a":{"b":{"c":{"$value":1}},"d":{"$value":2}},"e":{"$value":3}}"#.to_vec()]);
    set.rows.retain(|(_, entity)| entity.kind() == Kind::Token);
    let text = write(&set, Revisions::Written, u64::MAX);
    let again = read(&text);
    assert_eq!(again.rows, set.rows);
    assert_eq!(write(&again, Revisions::Written, u64::MAX), text);
}

#[test]
fn refuses_what_no_document_is() {
    for (text, code, line) in [
        (&b"[]"[..], "json_invalid", 1),
        (b"{\n\"a\":{\"$value\":1},\n\"a\":{\"$value\":2}}", "json_duplicate_key", 3),
        (b"{\"a\":{\"b\":{\"$value\":1},\n\"c\":1,\"c\":2}}", "json_duplicate_key", 2),
        (b"{\"a\":{\"$value\":1,\"$value\":2}}", "json_duplicate_key", 1),
        (b"{\"a\":{\"b\":{\"$value\":1}", "json_invalid", 1),
        (b"{\"a\":{\"$value\":1},}", "json_invalid", 1),
        (b"{} {}", "json_invalid", 1),
        (b"", "json_invalid", 1),
        (b"{\"a\":{\"$value\":\"\xff\"}}", "json_invalid", 1),
        (b"{\"a\" {\"$value\":1}}", "json_invalid", 1),
    ] {
        let mut reader = SetReader::new("bad.json", "bad", 0, ReadLimits::default());
        let error = reader.read_part("bad.json", text, |_, _| Ok::<(), FormatError>(())).unwrap_err();
        assert_eq!((error.code(), error.line()), (code, Some(line)), "{}", String::from_utf8_lossy(text));
        assert_eq!(error.entry(), "bad.json");
    }
    let deep = format!("{}{}", "{\"a\":".repeat(80), "}".repeat(80));
    let mut reader = SetReader::new("deep", "deep", 0, ReadLimits::default());
    let error = reader.read_part("deep", deep.as_bytes(), |_, _| Ok::<(), FormatError>(())).unwrap_err();
    assert!(matches!(error.code(), "item_over_limit" | "json_invalid"), "{error}");
}

fn a_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Absent),
        (0..9_i64).prop_map(|n| Value::Json(JsonText::integer(n))),
        any::<[u8; 16]>().prop_map(|id| Value::Ref(EntityId::from_bytes(id))),
    ]
}

prop_compose! {
    fn a_pair(value: BoxedStrategy<Value>)(
        n in 1..4_u8, counter in 1..5_u64, value in value, wall in 0..3_i64, is_copy in any::<bool>(), author in "[a-b]{0,1}",
    ) -> Pair {
        let stamp = Stamp { wall_ms: wall * 1_000, author: Author::new(&author) };
        let origin = if is_copy { dot(1, 1) } else { dot(n, counter) };
        Pair { dot: dot(n, counter), value, stamp, origin }
    }
}

fn a_register(value: BoxedStrategy<Value>) -> impl Strategy<Value = Register> {
    prop::collection::vec(a_pair(value), 1..4).prop_map(|mut pairs| {
        pairs.sort_by_key(|pair| pair.dot);
        pairs.dedup_by_key(|pair| pair.dot);
        Register::new(pairs).unwrap()
    })
}

/// Any mixture of registers that a token may have, conflicts and removals included.
fn a_token() -> impl Strategy<Value = Entity> {
    let life = prop_oneof![Just(Value::Life(Life::Alive)), Just(Value::Life(Life::Deleted))].boxed();
    let names = prop::sample::select(vec![
        "description",
        "deprecated",
        "x/stray",
        "ext/v",
        "layout",
        "tag/t",
        "value",
    ]);
    let json =
        (0..4_i64).prop_map(|n| Value::Json(JsonText::object(|o| o.integer("$value", n.unsigned_abs()))));
    let others = prop::collection::btree_map(names, a_register(prop_oneof![a_value(), json].boxed()), 0..6);
    let order = (0..4_u64).prop_map(|n| Value::Json(JsonText::string(OrderKey::nth(n).as_str())));
    let seen = prop::collection::vec((1..4_u8, 5..9_u64), 0..3);
    (a_register(life), a_register(order.boxed()), others, seen).prop_map(|(life, order, others, seen)| {
        let mut registers: BTreeMap<RegName, Register> =
            others.into_iter().map(|(name, register)| (RegName::new(name).unwrap(), register)).collect();
        let text = |text: &str| Value::Json(JsonText::string(text));
        let single = |value: Value| Register::single(Pair::written(dot(2, 2), value, Stamp::default()));
        registers.insert(RegName::LIFE, life);
        registers.insert(RegName::ORDER, order);
        registers.insert(RegName::PATH, single(text("a.b")));
        registers.insert(
            RegName::SET,
            single(Value::Ref(EntityId::derived(Kind::TokenSet, "base", &TokenPath::root()))),
        );
        let mut known: Seen = registers.values().flat_map(Register::pairs).map(|pair| pair.dot).collect();
        known.join(&seen.into_iter().map(|(n, counter)| dot(n, counter)).collect());
        Entity::new(EntityId::from_bytes([7; 16]), Kind::Token, known, registers).unwrap()
    })
}

proptest! {
    #[test]
    fn any_token_survives(token in a_token()) {
        let mut set = read(&[br#"{"a":{"x":{"$value":1}}}"#.to_vec()]);
        let sort = set.rows[0].0.child(&dtcg::order_of(&token).unwrap(), "b");
        set.rows.push((sort, token));
        set.rows.sort_by(|a, b| a.0.cmp(&b.0));
        let text = write(&set, Revisions::Written, u64::MAX);
        let again = read(&text);
        for (read, written) in again.rows.iter().zip(&set.rows) {
            for (name, register) in written.1.registers() {
                prop_assert_eq!(read.1.register(name), Some(register), "{}", name);
            }
        }
        prop_assert_eq!(&again.rows, &set.rows, "{}", String::from_utf8_lossy(&text[0]));
        prop_assert_eq!(write(&again, Revisions::Written, u64::MAX), text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in r#"[{}\[\]",:a$ \\u0-9.]{0,60}"#) {
        let mut reader = SetReader::new("any", "any", 0, ReadLimits::default());
        if reader.read_part("any", text.as_bytes(), |_, _| Ok::<(), FormatError>(())).is_ok() {
            prop_assert!(JsonText::parse(text.as_bytes(), &dss_model::JsonLimits::default()).is_ok());
        }
    }
}

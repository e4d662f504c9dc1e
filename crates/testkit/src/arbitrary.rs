//! Random values for property tests.

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{
    Author, ContentHash, Dot, Entity, EntityId, JsonLimits, JsonText, Kind, Life, Pair, RegName, Register,
    Seen, Stamp, TokenPath, Value,
};
use proptest::prelude::*;

use crate::replica;

/// Any JSON value, spelled in any way: nested, with escapes, odd numbers and foreign letters.
pub fn json_text() -> impl Strategy<Value = JsonText> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i32>().prop_map(|value| value.to_string()),
        (-999..999_i32, 0..999_u32, -9..9_i32).prop_map(|(a, b, c)| format!("{a}.{b}e{c}")),
        json_string(),
    ];
    let tree = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::btree_map("[a-z$]{1,6}", inner, 0..4).prop_map(|members| {
                let members: Vec<_> =
                    members.into_iter().map(|(key, value)| format!("\"{key}\" : {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    tree.prop_filter_map("is JSON", |text| JsonText::parse(text.as_bytes(), &JsonLimits::default()).ok())
}

/// A JSON string, some of its characters escaped.
fn json_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9 ./#{}~-]{0,8}",
        "[äß漢🎨\u{e000}]{1,2}",
        prop::sample::select(vec!["\\n", "\\u0000", "\\\"", "\\\\", "\\/", "\\ud83c\\udfa8", "\\u00e9"])
            .prop_map(ToOwned::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A path of up to five names, some of them with the characters that paths have to escape.
pub fn token_path() -> impl Strategy<Value = TokenPath> {
    let name = prop_oneof![8 => "[a-z][a-z0-9-]{0,7}", 1 => "[a-z.~ $/]{0,4}", 1 => "[äß漢🎨]{1,2}"];
    prop::collection::vec(name, 1..=5)
        .prop_map(|names| TokenPath::from_segments(names.iter().map(String::as_str)))
}

/// A register's name other than `@life`.
pub fn register_name() -> impl Strategy<Value = RegName> {
    let known = vec![
        RegName::NAME,
        RegName::PATH,
        RegName::SET,
        RegName::ORDER,
        RegName::VALUE,
        RegName::DESCRIPTION,
        RegName::CONTENT,
    ];
    prop_oneof![
        4 => prop::sample::select(known),
        1 => "[a-z.\n%]{1,12}".prop_map(|member| RegName::member("ext", &member)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => json_text().prop_map(Value::Json),
        1 => Just(Value::Absent),
        1 => any::<[u8; 16]>().prop_map(|bytes| Value::Ref(EntityId::from_bytes(bytes))),
        1 => any::<[u8; 32]>().prop_map(|bytes| Value::Blob(ContentHash::from_bytes(bytes))),
    ]
}

/// What somebody does to an entity in a random history.
#[derive(Clone, Debug)]
enum Step {
    Write { copy: u8, life: Life, registers: Vec<(RegName, Value)>, wall_ms: i64, author: String, bulk: bool },
    Exchange { from: u8, to: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let write = (
        0..3_u8,
        prop_oneof![4 => Just(Life::Alive), 1 => Just(Life::Deleted)],
        prop::collection::vec((register_name(), value()), 0..4),
        prop_oneof![Just(1_700_000_000_000_i64), any::<i64>()],
        "[a-c]{0,1}",
        prop::bool::weighted(0.1),
    );
    let write = write.prop_map(|(copy, life, registers, wall_ms, author, bulk)| Step::Write {
        copy,
        life,
        registers,
        wall_ms,
        author,
        bulk,
    });
    prop_oneof![2 => write, 1 => (0..3_u8, 0..3_u8).prop_map(|(from, to)| Step::Exchange { from, to })]
}

/// One write of a random history, and what its writer knew.
#[derive(Clone, Debug)]
struct Written {
    dot: Dot,
    origin: Dot,
    stamp: Stamp,
    registers: BTreeMap<RegName, Value>,
    past: BTreeSet<Dot>,
}

/// An entity that a sequence of writes and exchanges between three copies can reach (MERGE.md §2):
/// with conflicts, deletions and old knowledge, but never contradicting itself.
pub fn reachable_entity() -> impl Strategy<Value = Entity> {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    (any::<[u8; 16]>(), kind, prop::collection::vec(step(), 1..10)).prop_filter_map(
        "somebody wrote",
        |(id, kind, steps)| {
            let known = run(steps);
            let known = known.into_values().max_by_key(BTreeMap::len)?;
            entity_of(EntityId::from_bytes(id), kind, &known)
        },
    )
}

/// Plays the history; returns the writes that each copy knows.
fn run(steps: Vec<Step>) -> BTreeMap<u8, BTreeMap<Dot, Written>> {
    let mut copies: BTreeMap<u8, BTreeMap<Dot, Written>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Exchange { from, to } => {
                let sent = copies.get(&from).cloned().unwrap_or_default();
                copies.entry(to).or_default().extend(sent);
            }
            Step::Write { copy, life, registers, wall_ms, author, bulk } => {
                let known = copies.entry(copy).or_default();
                let counter = known.keys().map(|dot| dot.counter).max().unwrap_or(0).saturating_add(1);
                let dot = Dot { counter, replica: replica(copy) };
                let mut registers: BTreeMap<_, _> = registers.into_iter().collect();
                registers.insert(RegName::LIFE, Value::Life(life));
                // A bulk decision copies somebody's value, and says whose it was.
                let copied = known.keys().next().copied().filter(|_| bulk);
                let written = Written {
                    dot,
                    origin: copied.unwrap_or(dot),
                    stamp: Stamp { wall_ms, author: Author::new(&author) },
                    registers,
                    past: known.keys().copied().collect(),
                };
                known.insert(dot, written);
            }
        }
    }
    copies
}

/// What MERGE.md §2 says of these writes: per register, those that no other one had seen.
fn entity_of(id: EntityId, kind: Kind, known: &BTreeMap<Dot, Written>) -> Option<Entity> {
    let seen: Seen = known.keys().copied().collect();
    let names: BTreeSet<&RegName> = known.values().flat_map(|written| written.registers.keys()).collect();
    let mut registers = BTreeMap::new();
    for name in names {
        let writes: Vec<_> = known.values().filter(|written| written.registers.contains_key(name)).collect();
        let newest =
            writes.iter().filter(|write| !writes.iter().any(|other| other.past.contains(&write.dot)));
        let pairs = newest.filter_map(|write| {
            let value = write.registers.get(name)?.clone();
            Some(Pair { dot: write.dot, value, stamp: write.stamp.clone(), origin: write.origin })
        });
        registers.insert(name.clone(), Register::new(pairs.collect())?);
    }
    Entity::new(id, kind, seen, registers).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn reachable_entities_are_whole(entity in reachable_entity()) {
            prop_assert!(entity.register(&RegName::LIFE).is_some());
            prop_assert!(entity.newest().is_some());
        }

        #[test]
        fn paths_have_one_spelling(path in token_path()) {
            prop_assert_eq!(TokenPath::parse(path.as_str()), Some(path));
        }
    }
}

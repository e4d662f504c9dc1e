//! From an entity to its extension.

use std::collections::HashMap;

use dss_model::{
    Dot, Entity, EntityId, JsonText, ObjectBuilder, Pair, PlainWrite, RegName, Register, Seen, Stamp, Value,
};

use super::{Body, Defaults, Replicas, is_same_spelling};
use crate::time;

/// Adds to `out` what `body` does not say about `entity`.
///
/// Members: `id`; `rev`, the dot of everything that is not listed; `at` and `by`, where they differ
/// from `defaults`; `origin`, where it differs from `rev`; `regs`, the registers that differ; `seen`,
/// knowledge beyond the dots.
pub fn encode(
    out: &mut ObjectBuilder<'_>,
    entity: &Entity,
    body: &Body,
    replicas: &Replicas,
    defaults: Option<&Defaults>,
) {
    let Some(main) = main_pair(entity) else { return };
    encode_write(out, entity.id(), main.into(), replicas, defaults);
    let differing = differing(entity, body, main);
    if !differing.is_empty() {
        out.object("regs", |regs| {
            for (name, register, shown) in differing {
                match register {
                    None => regs.raw(name.as_str(), JsonText::null().get_ref()),
                    Some(register) => write_register(regs, name, register, shown, main, replicas),
                }
            }
        });
    }
    write_seen(out, entity, replicas);
}

/// The beginning of an extension, and all of it where one write made everything that the body says.
pub(crate) fn encode_write(
    out: &mut ObjectBuilder<'_>,
    id: EntityId,
    main: PlainWrite<'_>,
    replicas: &Replicas,
    defaults: Option<&Defaults>,
) {
    out.string("id", id.encode(&mut [0; 36]));
    write_dot(out, "rev", main.dot, replicas);
    write_stamp(out, main, defaults.map(|defaults| &defaults.stamp));
    if main.origin != main.dot {
        write_dot(out, "origin", main.origin, replicas);
    }
}

fn write_dot(out: &mut ObjectBuilder<'_>, key: &str, dot: Dot, replicas: &Replicas) {
    match replicas.index_of(dot.replica) {
        Some(index) => out.display(key, &format_args!("{index}:{}", dot.counter)),
        None => out.display(key, &dot),
    }
}

/// Whether `body` and `defaults` say everything there is to say about `entity` except its id.
pub(crate) fn is_default(entity: &Entity, body: &Body, defaults: &Defaults) -> bool {
    main_pair(entity).is_some_and(|main| {
        main.dot == defaults.dot
            && main.origin == main.dot
            && main.stamp == defaults.stamp
            && differing(entity, body, main).is_empty()
            && beyond_dots(entity).next().is_none()
    })
}

/// The write that the others are compared with: the newest one of `@life`, which every write makes.
fn main_pair(entity: &Entity) -> Option<&Pair> {
    entity.register(&RegName::LIFE)?.pairs().last()
}

type Differing<'a> = Vec<(&'a RegName, Option<&'a Register>, Option<&'a Value>)>;

/// The registers that are not simply "what the body shows, written by `main`", with what it shows.
fn differing<'a>(entity: &'a Entity, body: &'a Body, main: &Pair) -> Differing<'a> {
    let by_name: HashMap<&RegName, &Value> = body.iter().map(|(name, value)| (name, value)).collect();
    let mut all: Differing<'a> = Vec::new();
    for (name, register) in entity.registers() {
        let shown = by_name.get(name).copied();
        let is_plain = matches!(register.pairs(), [pair]
            if is_written_like(pair, main) && shown.is_some_and(|value| is_same_spelling(value, &pair.value)));
        if !is_plain {
            all.push((name, Some(register), shown));
        }
    }
    for (name, _) in body {
        if entity.register(name).is_none() {
            all.push((name, None, None));
        }
    }
    all.sort_by_key(|(name, ..)| *name);
    all
}

fn is_written_like(pair: &Pair, main: &Pair) -> bool {
    pair.dot == main.dot && pair.origin == main.origin && pair.stamp == main.stamp
}

fn write_register(
    out: &mut ObjectBuilder<'_>,
    name: &RegName,
    register: &Register,
    shown: Option<&Value>,
    main: &Pair,
    replicas: &Replicas,
) {
    // The body carries one value at most; the others are spelled out.
    let carried = register
        .shown()
        .filter(|pair| shown.is_some_and(|value| is_same_spelling(value, &pair.value)))
        .map(|pair| pair.dot);
    let write = |out: &mut ObjectBuilder<'_>, pair: &Pair| {
        write_pair(out, pair, carried == Some(pair.dot), main, replicas);
    };
    match register.pairs() {
        [pair] => out.object(name.as_str(), |out| write(out, pair)),
        pairs => out.array(name.as_str(), |list| {
            for pair in pairs {
                list.object(|out| write(out, pair));
            }
        }),
    }
}

fn write_pair(out: &mut ObjectBuilder<'_>, pair: &Pair, is_carried: bool, main: &Pair, replicas: &Replicas) {
    if pair.dot != main.dot {
        write_dot(out, "rev", pair.dot, replicas);
    }
    write_stamp(out, pair.into(), Some(&main.stamp));
    // Left out, it is the main write's origin for the main write, and the dot itself for others.
    let implied = if pair.dot == main.dot { main.origin } else { pair.dot };
    if pair.origin != implied {
        write_dot(out, "origin", pair.origin, replicas);
    }
    if !is_carried {
        out.object("value", |out| write_value(out, &pair.value));
    }
}

/// A value with its kind: `{"json": …}`, `{"ref": id}`, `{"sha256": hash}`, `{"life": …}`, `{"absent": true}`.
pub(crate) fn write_value(out: &mut ObjectBuilder<'_>, value: &Value) {
    match value {
        Value::Absent => out.boolean("absent", true),
        Value::Json(text) => out.raw("json", text.get_ref()),
        Value::Ref(id) => out.string("ref", &id.to_string()),
        Value::Blob(hash) => out.string("sha256", &hash.to_string()),
        Value::Life(dss_model::Life::Alive) => out.string("life", "alive"),
        Value::Life(dss_model::Life::Deleted) => out.string("life", "deleted"),
    }
}

fn write_stamp(out: &mut ObjectBuilder<'_>, write: PlainWrite<'_>, implied: Option<&Stamp>) {
    if implied.is_none_or(|implied| implied.wall_ms != write.wall_ms) {
        out.string("at", &time::format(write.wall_ms));
    }
    let implied_author = implied.map(|implied| implied.author.as_str()).unwrap_or_default();
    if implied_author != write.author.as_str() {
        out.string("by", write.author.as_str());
    }
}

fn write_seen(out: &mut ObjectBuilder<'_>, entity: &Entity, replicas: &Replicas) {
    let mut beyond = beyond_dots(entity).peekable();
    if beyond.peek().is_some() {
        out.array("seen", |list| beyond.for_each(|dot| list.string(&replicas.dot_text(dot))));
    }
}

/// What the entity has seen beyond its own live writes.
fn beyond_dots(entity: &Entity) -> impl Iterator<Item = Dot> + '_ {
    let live: Seen = entity.registers().values().flat_map(Register::pairs).map(|pair| pair.dot).collect();
    entity.seen().iter().filter(move |dot| !live.covers(*dot))
}

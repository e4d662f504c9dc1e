//! Writing states.

use dss_model::{Dot, Entity, JsonText, Life, Pair, Plain, PlainValue, PlainWrite, Register, Seen, Value};

use super::{Context, KNOWN_NAMES, Names, SEEN_IS_JOIN, SEVERAL, Tag, VERSION, varint};

/// Replaces `out` by the entity's state, giving numbers to names that have none yet.
pub(crate) fn encode(entity: &Entity, context: Context<'_>, names: &mut Names, out: &mut Vec<u8>) {
    out.clear();
    let stamps = stamps(entity);
    let join: Seen = stamps.iter().map(|pair| pair.dot).collect();
    if join == *entity.seen() {
        out.push(VERSION | SEEN_IS_JOIN);
    } else {
        out.push(VERSION);
        push_seen(out, entity.seen(), names);
    }
    push_count(out, stamps.len());
    stamps.iter().for_each(|pair| push_stamp(out, (*pair).into(), names));
    push_count(out, entity.registers().len());
    for (name, register) in entity.registers() {
        match register.pairs() {
            [pair] => {
                let value = PlainValue::from(&pair.value);
                let tag = tag_in(context, value);
                push_name(out, name.as_str(), tag.code());
                if stamps.len() > 1 {
                    push_stamp_number(out, &stamps, pair);
                }
                push_value(out, tag, value);
            }
            pairs => {
                push_name(out, name.as_str(), SEVERAL);
                push_count(out, pairs.len());
                for pair in pairs {
                    let value = PlainValue::from(&pair.value);
                    let tag = tag_in(context, value);
                    out.push(tag.code());
                    push_stamp_number(out, &stamps, pair);
                    push_value(out, tag, value);
                }
            }
        }
    }
}

/// Appends the part of a state that does not depend on the project's names: the registers of what one write made.
pub(crate) fn encode_registers(plain: &Plain<'_>, context: Context<'_>, out: &mut Vec<u8>) {
    push_count(out, plain.registers().len());
    for (name, value) in plain.registers() {
        let tag = tag_in(context, *value);
        push_name(out, name, tag.code());
        push_value(out, tag, *value);
    }
}

/// Replaces `out` by the state of what `write` made, given its registers as [`encode_registers`] has written them.
pub(crate) fn encode_plain(write: PlainWrite<'_>, registers: &[u8], names: &mut Names, out: &mut Vec<u8>) {
    out.clear();
    out.push(VERSION | SEEN_IS_JOIN);
    push_count(out, 1);
    push_stamp(out, write, names);
    out.extend_from_slice(registers);
}

/// A value on its own, as the history keeps it.
pub(crate) fn encode_value(value: &Value) -> Vec<u8> {
    let value = PlainValue::from(value);
    let tag = tag_of(value);
    let mut out = vec![tag.code()];
    push_value(&mut out, tag, value);
    out
}

/// A version vector on its own, as changes keep it.
pub(crate) fn encode_seen(seen: &Seen, names: &mut Names) -> Vec<u8> {
    let mut out = Vec::new();
    push_seen(&mut out, seen, names);
    out
}

/// One write of each distinct stamp, in the order of their first use.
fn stamps(entity: &Entity) -> Vec<&Pair> {
    let mut stamps: Vec<&Pair> = Vec::with_capacity(2);
    for pair in entity.registers().values().flat_map(Register::pairs) {
        if !stamps.iter().any(|known| same_stamp(known, pair)) {
            stamps.push(pair);
        }
    }
    stamps
}

fn same_stamp(a: &Pair, b: &Pair) -> bool {
    a.dot == b.dot && a.origin == b.origin && a.stamp == b.stamp
}

fn push_stamp(out: &mut Vec<u8>, write: PlainWrite<'_>, names: &mut Names) {
    let PlainWrite { dot, origin, wall_ms, author } = write;
    push_dot(out, dot, names);
    varint::push(out, varint::zigzag(wall_ms));
    let has_origin = origin != dot;
    let author = names.author_number(author);
    varint::push(out, author.saturating_mul(2).saturating_add(u64::from(has_origin)));
    if has_origin {
        push_dot(out, origin, names);
    }
}

fn push_stamp_number(out: &mut Vec<u8>, stamps: &[&Pair], pair: &Pair) {
    let number = stamps.iter().position(|known| same_stamp(known, pair));
    push_count(out, number.unwrap_or_default());
}

/// How a value is written beside its row.
fn tag_in(context: Context<'_>, value: PlainValue<'_>) -> Tag {
    match value {
        PlainValue::Json(text) if is_string(text.as_str(), context.path) => Tag::Path,
        PlainValue::Text(text) if text == context.path => Tag::Path,
        PlainValue::Ref(id) if Some(id) == context.set => Tag::Set,
        other => tag_of(other),
    }
}

/// Whether that is how [`JsonText::string`] spells the string.
fn is_string(json: &str, text: &str) -> bool {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => false,
        // What stands there as it is needs no escape, unless it is one.
        Some(inside) if inside.len() == text.len() => inside == text && !text.contains('\\'),
        Some(inside) => inside.len() > text.len() && json == JsonText::string(text).as_str(),
    }
}

fn tag_of(value: PlainValue<'_>) -> Tag {
    match value {
        PlainValue::Absent => Tag::Absent,
        PlainValue::Json(_) | PlainValue::Text(_) => Tag::Json,
        PlainValue::Ref(_) => Tag::Ref,
        PlainValue::Blob(_) => Tag::Blob,
        PlainValue::Life(Life::Alive) => Tag::Alive,
        PlainValue::Life(Life::Deleted) => Tag::Deleted,
    }
}

fn push_value(out: &mut Vec<u8>, tag: Tag, value: PlainValue<'_>) {
    match (tag, value) {
        (Tag::Json, PlainValue::Json(text)) => push_text(out, text.as_str()),
        (Tag::Json, PlainValue::Text(text)) => push_text(out, JsonText::string(text).as_str()),
        (Tag::Ref, PlainValue::Ref(id)) => out.extend_from_slice(&id.to_bytes()),
        (Tag::Blob, PlainValue::Blob(hash)) => out.extend_from_slice(&hash.to_bytes()),
        _ => {}
    }
}

fn push_name(out: &mut Vec<u8>, name: &str, low_bits: u8) {
    let known = KNOWN_NAMES.iter().position(|known| known.as_str() == name);
    let code = known.and_then(|index| u8::try_from(index.checked_add(1)?).ok()).unwrap_or(0);
    out.push((code << 4) | low_bits);
    if code == 0 {
        push_text(out, name);
    }
}

fn push_seen(out: &mut Vec<u8>, seen: &Seen, names: &mut Names) {
    push_count(out, seen.iter().len());
    seen.iter().for_each(|dot| push_dot(out, dot, names));
}

fn push_dot(out: &mut Vec<u8>, dot: Dot, names: &mut Names) {
    varint::push(out, names.replica_number(dot.replica));
    varint::push(out, dot.counter);
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    push_count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    varint::push(out, u64::try_from(count).unwrap_or(u64::MAX));
}

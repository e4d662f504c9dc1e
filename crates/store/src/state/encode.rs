//! Writing states.

use dss_model::{Dot, Entity, JsonText, Life, Pair, RegName, Register, Seen, Value};

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
    for pair in &stamps {
        push_dot(out, pair.dot, names);
        varint::push(out, varint::zigzag(pair.stamp.wall_ms));
        let has_origin = pair.origin != pair.dot;
        let author = names.author_number(&pair.stamp.author);
        varint::push(out, author.saturating_mul(2).saturating_add(u64::from(has_origin)));
        if has_origin {
            push_dot(out, pair.origin, names);
        }
    }
    push_count(out, entity.registers().len());
    for (name, register) in entity.registers() {
        let writer = Writer { stamps: &stamps, context };
        match register.pairs() {
            [pair] => {
                let tag = writer.tag(&pair.value);
                push_name(out, name, tag.code());
                if stamps.len() > 1 {
                    writer.push_stamp_number(out, pair);
                }
                push_value(out, tag, &pair.value);
            }
            pairs => {
                push_name(out, name, SEVERAL);
                push_count(out, pairs.len());
                for pair in pairs {
                    let tag = writer.tag(&pair.value);
                    out.push(tag.code());
                    writer.push_stamp_number(out, pair);
                    push_value(out, tag, &pair.value);
                }
            }
        }
    }
}

/// A value on its own, as the history keeps it.
pub(crate) fn encode_value(value: &Value) -> Vec<u8> {
    let tag = plain_tag(value);
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

struct Writer<'a> {
    stamps: &'a [&'a Pair],
    context: Context<'a>,
}

impl Writer<'_> {
    fn tag(&self, value: &Value) -> Tag {
        match value {
            Value::Json(text) if is_string(text.as_str(), self.context.path) => Tag::Path,
            Value::Ref(id) if Some(*id) == self.context.set => Tag::Set,
            other => plain_tag(other),
        }
    }

    fn push_stamp_number(&self, out: &mut Vec<u8>, pair: &Pair) {
        let number = self.stamps.iter().position(|known| same_stamp(known, pair));
        push_count(out, number.unwrap_or_default());
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

fn plain_tag(value: &Value) -> Tag {
    match value {
        Value::Absent => Tag::Absent,
        Value::Json(_) => Tag::Json,
        Value::Ref(_) => Tag::Ref,
        Value::Blob(_) => Tag::Blob,
        Value::Life(Life::Alive) => Tag::Alive,
        Value::Life(Life::Deleted) => Tag::Deleted,
    }
}

fn push_value(out: &mut Vec<u8>, tag: Tag, value: &Value) {
    match (tag, value) {
        (Tag::Json, Value::Json(text)) => push_text(out, text.as_str()),
        (Tag::Ref, Value::Ref(id)) => out.extend_from_slice(&id.to_bytes()),
        (Tag::Blob, Value::Blob(hash)) => out.extend_from_slice(&hash.to_bytes()),
        _ => {}
    }
}

fn push_name(out: &mut Vec<u8>, name: &RegName, low_bits: u8) {
    let known = KNOWN_NAMES.iter().position(|known| known == name);
    let code = known.and_then(|index| u8::try_from(index.checked_add(1)?).ok()).unwrap_or(0);
    out.push((code << 4) | low_bits);
    if code == 0 {
        push_text(out, name.as_str());
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

//! The common token: one write made all of it, and the document around it says the rest.
//!
//! Most of a project is made of such tokens, and telling them apart is far cheaper than finding out,
//! register by register, what a document would not say about one.

use dss_model::{Entity, EntityId, JsonText, Kind, Life, OrderKey, Pair, RegName, Register, Value};

use crate::dtcg::{self, Node};
use crate::revision::VENDOR;

/// The write that made `entity`, if its members (those of `node`, as [`dtcg::members_of`] gives them)
/// and its place say everything else about it. `None` says nothing: the long way finds out.
pub(super) fn only_write<'a>(entity: &'a Entity, node: &Node, set: EntityId) -> Option<&'a Pair> {
    let only = |register: &'a Register| match register.pairs() {
        [pair] => Some(pair),
        _ => None,
    };
    let main = only(entity.register(&RegName::LIFE)?)?;
    let is_all_seen = entity.seen().iter().eq([main.dot]);
    let is_plain = |(name, register): (&'a RegName, &'a Register)| {
        only(register).is_some_and(|pair| {
            pair.dot == main.dot
                && pair.origin == main.origin
                && pair.stamp == main.stamp
                && is_shown(name, &pair.value, node, set)
        })
    };
    let has_place = [&RegName::PATH, &RegName::SET, &RegName::ORDER, &RegName::VALUE];
    let is_whole = has_place.into_iter().all(|name| entity.register(name).is_some());
    let is_token = entity.kind() == Kind::Token && node.is_token();
    (is_token && is_all_seen && is_whole && entity.registers().iter().all(is_plain)).then_some(main)
}

/// Whether reading the document would give the register that very value, spelled the same.
fn is_shown(name: &RegName, value: &Value, node: &Node, set: EntityId) -> bool {
    match (name.as_str(), value) {
        ("@life", Value::Life(life)) => *life == Life::Alive,
        ("set", Value::Ref(id)) => *id == set,
        ("path", Value::Json(text)) => is_spelled(text, node.path.as_str()),
        ("order", Value::Json(text)) => is_spelled(text, OrderKey::nth(node.index).as_str()),
        ("value", Value::Json(text)) => is_usual_value(text),
        ("description" | "deprecated", Value::Json(_)) => true,
        (name, Value::Json(_)) => {
            let vendor = name.strip_prefix(dtcg::EXTENSION_PREFIX);
            vendor.is_some_and(|vendor| vendor != VENDOR && !vendor.contains('%'))
        }
        _ => false,
    }
}

/// Whether the text is the string that holds `value`, without escapes.
fn is_spelled(text: &JsonText, value: &str) -> bool {
    let inner = text.as_str().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner == Some(value)
}

/// Whether the members of a token's value stand in their usual order and are spelled without escapes.
fn is_usual_value(text: &JsonText) -> bool {
    let mut names = ["$type", "$value", "$ref"].iter();
    let mut length = 1_usize;
    for (name, value) in text.get_ref().members() {
        if !names.any(|usual| *usual == name) {
            return false;
        }
        // Quotes, colon, and a comma or the brace at the end.
        let member = name.len().saturating_add(value.as_str().len()).saturating_add(4);
        length = length.saturating_add(member);
    }
    text.as_str().len() == length
}

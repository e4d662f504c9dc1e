//! The common token or group: one write made all of it, and the document around it says the rest.
//!
//! Most of a project is made of these. What a document shows of one is in its registers already, spelled
//! as it will be written; telling it apart from the others is far cheaper than finding out, register by
//! register, what a document would not say about it.

use dss_model::{EntityId, JsonRef, Kind, Life, ObjectBuilder, OrderKey, Plain, PlainValue, TokenPath};

use crate::dtcg;
use crate::revision::{self, Defaults, EXTENSIONS, Replicas, VENDOR};

/// Life, path, set and order.
const GROUP_REGISTERS: usize = 4;

/// What a document shows of a token or of a group that says nothing itself, and where.
pub(super) struct Shown<'t, 'a> {
    node: &'t Plain<'a>,
    /// A token's.
    value: Option<JsonRef<'a>>,
    description: Option<JsonRef<'a>>,
    deprecated: Option<JsonRef<'a>>,
    /// The key that tells its place.
    pub(super) order: &'a str,
}

impl<'t, 'a> Shown<'t, 'a> {
    /// What is shown of `node` as the `index`-th child at `path` of `set`, if reading that would give
    /// the very same registers, spelled the same. `None` says nothing: the long way finds out.
    pub(super) fn of(node: &'t Plain<'a>, path: &str, index: u64, set: EntityId) -> Option<Self> {
        let (mut shown_path, mut shown_set, mut order, mut value) = (false, false, None, None);
        let (mut description, mut deprecated) = (None, None);
        for (name, held) in node.registers() {
            match (*name, *held) {
                ("@life", PlainValue::Life(Life::Alive)) => {}
                ("path", PlainValue::Text(text)) if text == path => shown_path = true,
                ("path", PlainValue::Json(text)) if plain_string(text) == Some(path) => shown_path = true,
                ("set", PlainValue::Ref(id)) if id == set => shown_set = true,
                ("order", PlainValue::Json(text)) => order = plain_string(text),
                ("value", PlainValue::Json(text)) if is_usual_value(text) => value = Some(text),
                ("description", PlainValue::Json(text)) => description = Some(text),
                ("deprecated", PlainValue::Json(text)) => deprecated = Some(text),
                (name, PlainValue::Json(_)) if vendor(name).is_some_and(|vendor| vendor != VENDOR) => {}
                _ => return None,
            }
        }
        let order = order.filter(|order| OrderKey::nth_in(order) == Some(index))?;
        let is_usual = match node.kind() {
            Kind::Token => value.is_some(),
            Kind::Group => node.registers().len() == GROUP_REGISTERS,
            _ => false,
        };
        let is_there = is_usual && shown_path && shown_set;
        is_there.then_some(Self { node, value, description, deprecated, order })
    }

    /// Whether this is a group that need not say anything: its path names it, and the write that made
    /// most of the set made it as well.
    pub(super) fn is_silent(&self, path: &str, set_name: &str, defaults: Option<&Defaults>) -> bool {
        let (node, write) = (self.node, self.node.write());
        node.kind() == Kind::Group
            && write.origin == write.dot
            && defaults.is_some_and(|defaults| {
                let Defaults { dot, stamp } = defaults;
                (*dot, stamp.wall_ms, &stamp.author) == (write.dot, write.wall_ms, write.author)
            })
            && TokenPath::parse(path)
                .is_some_and(|path| EntityId::derived(Kind::Group, set_name, &path) == node.id())
    }

    /// Writes its members, in their usual order.
    pub(super) fn write(
        &self,
        out: &mut ObjectBuilder<'_>,
        replicas: &Replicas,
        defaults: Option<&Defaults>,
    ) {
        self.value.into_iter().for_each(|value| out.members(value));
        for (name, text) in [("$description", self.description), ("$deprecated", self.deprecated)] {
            text.into_iter().for_each(|text| out.raw(name, text));
        }
        out.object(EXTENSIONS, |out| {
            for (name, value) in self.node.registers() {
                if let (Some(vendor), PlainValue::Json(value)) = (vendor(name), value) {
                    out.raw(vendor, *value);
                }
            }
            out.object(VENDOR, |out| {
                revision::encode_write(out, self.node.id(), self.node.write(), replicas, defaults);
            });
        });
    }
}

/// Whose extension a register holds, if its name is spelled without escapes.
fn vendor(name: &str) -> Option<&str> {
    name.strip_prefix(dtcg::EXTENSION_PREFIX).filter(|vendor| !vendor.contains('%'))
}

/// The string's text, if it is one and is spelled without escapes.
fn plain_string(text: JsonRef<'_>) -> Option<&str> {
    let inner = text.as_str().strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then_some(inner)
}

/// Whether this is a token's value whose members stand in their usual order and are spelled without escapes.
fn is_usual_value(text: JsonRef<'_>) -> bool {
    let mut names = ["$type", "$value", "$ref"].iter();
    let mut length = 1_usize;
    let mut is_value = false;
    for (name, value) in text.members() {
        if !names.any(|usual| *usual == name) {
            return false;
        }
        is_value |= name != "$type";
        // Quotes, colon, and a comma or the brace at the end.
        let member = name.len().saturating_add(value.as_str().len()).saturating_add(4);
        length = length.saturating_add(member);
    }
    is_value && text.as_str().len() == length
}

//! Entities that are plain JSON objects: the project, components, assets, and deleted entities
//! (docs/archive-format.md §9).

mod check;
mod list;

pub use check::{RECORD_INVALID, RecordFault, check, tokens_of};
pub use list::{ListReader, ListWriter};

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use dss_model::{
    ContentHash, Entity, EntityId, JsonKind, JsonRef, JsonText, Kind, Life, ObjectBuilder, OrderKey, RegName,
    Value,
};

use crate::revision::{self, Body, EXTENSIONS, Extension, Replicas, Revision, VENDOR};

/// Members that are arrays of names, with one register for each name.
const NAME_LISTS: [(&str, &str); 1] = [("tags", "tag")];
/// Members that are objects, with one register for each of their members.
const MAPS: [(&str, &str); 3] = [("props", "prop"), ("variants", "variant"), ("slots", "slot")];
/// The map of members that this version does not know.
const OTHER: &str = "x";
/// The map of `$extensions`.
const EXTENSION: &str = "ext";

/// Members with a register of their own, by kind.
fn plain_members(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Project => &["name", "description"],
        Kind::Component => &["name", "description", "status", "category", "tokens", "links", "docs"],
        Kind::Asset => &["name", "description", "mediaType"],
        _ => &[],
    }
}

/// What a record says, register by register; `index` is its place among its siblings, from 0, if they have one.
///
/// # Errors
/// What is wrong with it, for people.
pub fn body_of(kind: Kind, record: JsonRef<'_>, index: Option<u64>) -> Result<Body, String> {
    if record.kind() != JsonKind::Object {
        return Err("expected an object".to_owned());
    }
    let mut body: Body = vec![(RegName::LIFE, Value::Life(Life::Alive))];
    let stated = extension_of(record).and_then(|ours| OrderKey::parse(&ours.get("order")?.string()?));
    if let Some(order) = stated.or_else(|| index.map(OrderKey::nth)) {
        body.push((RegName::ORDER, Value::Json(JsonText::string(order.as_str()))));
    }
    for (name, value) in record.members() {
        read_member(&mut body, kind, &name, value)?;
    }
    Ok(body)
}

fn read_member(body: &mut Body, kind: Kind, name: &str, value: JsonRef<'_>) -> Result<(), String> {
    let list = NAME_LISTS.iter().find(|(list, _)| *list == name);
    let map = MAPS.iter().find(|(member, _)| *member == name).filter(|_| value.kind() == JsonKind::Object);
    if let Some(((_, map), names)) = list.zip(names_of(value)) {
        for item in names {
            body.push((RegName::member(map, &item), Value::Json(JsonText::boolean(true))));
        }
    } else if let Some((_, map)) = map {
        body.extend(
            value.members().map(|(key, item)| (RegName::member(map, &key), Value::Json(item.to_text()))),
        );
    } else if kind == Kind::Asset && name == "sha256" {
        let hash: ContentHash =
            value.string().and_then(|text| text.parse().ok()).ok_or("\"sha256\" is no hash")?;
        body.push((RegName::CONTENT, Value::Blob(hash)));
    } else if kind == Kind::Asset && name == "size" {
        // Told by the content itself.
    } else if name == EXTENSIONS && value.kind() == JsonKind::Object {
        let vendors = value.members().filter(|(vendor, _)| vendor != VENDOR);
        body.extend(
            vendors.map(|(vendor, item)| (RegName::member(EXTENSION, &vendor), Value::Json(item.to_text()))),
        );
    } else if plain_members(kind).contains(&name) {
        let register = RegName::new(name).ok_or("a member without a proper name")?;
        body.push((register, Value::Json(value.to_text())));
    } else {
        // Also what should be a list or an object and is none: it is kept as it is.
        body.push((RegName::member(OTHER, name), Value::Json(value.to_text())));
    }
    Ok(())
}

/// The names in a list without repetitions; `None` if it is none.
fn names_of(value: JsonRef<'_>) -> Option<BTreeSet<Cow<'_, str>>> {
    if value.kind() != JsonKind::Array || value.elements().next().is_none() {
        return None;
    }
    let mut names = BTreeSet::new();
    value.elements().all(|item| item.string().is_some_and(|item| names.insert(item))).then_some(names)
}

/// Writes what the registers of `entity` show as a record.
pub fn write_members(out: &mut ObjectBuilder<'_>, entity: &Entity) {
    let mut written: HashSet<&str> = ["sha256", "size", EXTENSIONS].into();
    for name in plain_members(entity.kind()) {
        if let Some(value) = RegName::new(name).and_then(|register| entity.json(&register)) {
            out.raw(name, value.get_ref());
            written.insert(name);
        }
    }
    if let Some(Value::Blob(hash)) = entity.value(&RegName::CONTENT) {
        out.string("sha256", &hash.to_string());
    }
    for (member, map) in NAME_LISTS {
        let mut names = entity.members(map).peekable();
        if names.peek().is_some() {
            out.array(member, |list| names.for_each(|(name, _)| list.string(&name)));
            written.insert(member);
        }
    }
    for (member, map) in MAPS {
        let mut items = entity.members(map).filter_map(|(key, value)| Some((key, value.json()?))).peekable();
        if items.peek().is_some() {
            out.object(member, |out| items.for_each(|(key, value)| out.raw(&key, value.get_ref())));
            written.insert(member);
        }
    }
    for (name, value) in entity.members(OTHER) {
        // A stranger's registers may say a member twice; a record must not.
        if let Some(value) = value.json().filter(|_| !written.contains(name.as_ref())) {
            out.raw(&name, value.get_ref());
        }
    }
}

/// The foreign extensions that an entity shows.
pub fn extensions_of(entity: &Entity) -> impl Iterator<Item = (Cow<'_, str>, &JsonText)> {
    let foreign = entity.members(EXTENSION).filter(|(vendor, _)| vendor != VENDOR);
    foreign.filter_map(|(vendor, value)| Some((vendor, value.json()?)))
}

/// A record with its revision. `index` is its place among its siblings, from 0, if they have one; `extra` are members
/// that stand in the record and are no registers, such as an asset's `size` in bytes.
pub fn encode(entity: &Entity, index: Option<u64>, replicas: &Replicas, extra: &[(&str, u64)]) -> JsonText {
    let order = entity.string(&RegName::ORDER).and_then(|order| OrderKey::parse(&order));
    let order = order.filter(|order| index.map(OrderKey::nth).as_ref() != Some(order));
    let write = |out: &mut ObjectBuilder<'_>, revision: Option<&Body>| {
        write_members(out, entity);
        for (name, value) in extra {
            out.integer(name, *value);
        }
        out.object(EXTENSIONS, |out| {
            extensions_of(entity).for_each(|(vendor, value)| out.raw(&vendor, value.get_ref()));
            out.object(VENDOR, |out| {
                if let Some(body) = revision {
                    revision::encode(out, entity, body, replicas, None);
                }
                if let Some(order) = &order {
                    out.string("order", order.as_str());
                }
            });
        });
    };
    let plain = JsonText::object(|out| write(out, None));
    let body = body_of(entity.kind(), plain.get_ref(), index).unwrap_or_default();
    JsonText::object(|out| write(out, Some(&body)))
}

/// Reads a record with its revision, whose dots count in `replicas`; `index` is what [`encode`] was told.
///
/// # Errors
/// What is wrong with it, for people.
pub fn decode(
    kind: Kind,
    record: JsonRef<'_>,
    index: Option<u64>,
    replicas: &Replicas,
) -> Result<Entity, String> {
    let body = body_of(kind, record, index)?;
    let extension = extension_of(record).ok_or("no $extensions[\"org.dss\"]")?;
    Revision::new(extension, replicas, None)?.entity(kind, body)
}

/// An entity whole, every register spelled out: how deleted ones travel.
pub fn encode_whole(entity: &Entity, replicas: &Replicas) -> JsonText {
    JsonText::object(|out| {
        out.string("kind", entity.kind().name());
        revision::encode(out, entity, &Body::new(), replicas, None);
    })
}

/// Reads an entity that was spelled out whole.
///
/// # Errors
/// What is wrong with it, for people.
pub fn decode_whole(record: JsonRef<'_>, replicas: &Replicas) -> Result<Entity, String> {
    let kind = record.get("kind").and_then(|kind| Kind::from_name(&kind.string()?)).ok_or("unknown kind")?;
    let extension = Extension::new(record).ok_or("expected an object")?;
    Revision::new(extension, replicas, None)?.entity(kind, Body::new())
}

/// The identity of what a file calls `name` and no revision identifies.
pub fn derived_id(kind: Kind, name: &str) -> EntityId {
    EntityId::derived(kind, "", &dss_model::TokenPath::from_segments([name]))
}

pub(crate) fn extension_of(record: JsonRef<'_>) -> Option<Extension<'_>> {
    Extension::new(record.get(EXTENSIONS)?.get(VENDOR)?)
}

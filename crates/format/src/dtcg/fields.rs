//! Between an object's members, as files spell them, and an entity's registers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use dss_model::{
    ArrayBuilder, Entity, EntityId, JsonKind, JsonRef, JsonText, Kind, Life, OrderKey, RegName, TokenPath,
    Value,
};

use super::node::{Member, Node, member};
use crate::revision::{Body, EXTENSIONS, Extension, VENDOR, ours_in};
use crate::scan::is_child_name;
use crate::three_way::CONFLICTS;

/// The map of members that the format does not know (and of groups' `$type` and `$extends`).
const OTHER: &str = "x";
/// The map of `$extensions`.
const EXTENSION: &str = "ext";
/// What names of registers of that map start with.
pub(crate) const EXTENSION_PREFIX: &str = "ext/";
/// The map of tags.
const TAG: &str = "tag";
/// The members that make up a token's value, in their usual order.
const VALUE_MEMBERS: [&str; 3] = ["$type", "$value", "$ref"];

/// What the members of `node` say, register by register, and where it stands: in `set`, unless it is
/// the set itself.
pub fn body_of(node: &Node, set: Option<EntityId>) -> Body {
    body_with(node, set, extension_of(&node.members))
}

/// The same, given our extension among the members.
pub(crate) fn body_with(node: &Node, set: Option<EntityId>, extension: Option<Extension<'_>>) -> Body {
    let mut body: Body = Vec::with_capacity(node.members.len().saturating_add(4));
    body.push((RegName::LIFE, Value::Life(Life::Alive)));
    if let Some(set) = set {
        body.push((RegName::PATH, Value::Json(JsonText::string(node.path.as_str()))));
        body.push((RegName::SET, Value::Ref(set)));
    }
    let order = extension.and_then(|extension| OrderKey::parse(&extension.get("order")?.string()?));
    let order = order.unwrap_or_else(|| OrderKey::nth(node.index));
    body.push((RegName::ORDER, Value::Json(JsonText::string(order.as_str()))));
    let is_token = node.is_token();
    if is_token {
        body.push((RegName::VALUE, Value::Json(value_of(&node.members))));
    }
    for Member { name, value, .. } in &node.members {
        let is_value = is_token && VALUE_MEMBERS.contains(&name.as_str());
        if is_value {
            continue;
        }
        match name.as_str() {
            "$description" => body.push((RegName::DESCRIPTION, Value::Json(value.clone()))),
            "$deprecated" => body.push((RegName::DEPRECATED, Value::Json(value.clone()))),
            EXTENSIONS if value.get_ref().kind() == JsonKind::Object => {
                read_extensions(&mut body, value.get_ref());
            }
            _ => body.push((RegName::member(OTHER, name), Value::Json(value.clone()))),
        }
    }
    let layout = match extension.and_then(|extension| extension.get("layout")) {
        Some(layout) => (!layout.is_null()).then(|| layout.to_text()),
        None => implied_layout(&node.members),
    };
    body.extend(layout.map(|layout| (RegName::LAYOUT, Value::Json(layout))));
    body
}

/// The members that show `entity`, in its order; without our own extension.
pub fn members_of(entity: &Entity) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    // A stranger's registers may say a member twice; a document must not.
    let mut add = |name: &str, value: JsonText| {
        if names.insert(name.to_owned()) {
            members.push(Member { name: name.to_owned(), value, after: None });
        }
    };
    if let Some(value) = entity.json(&RegName::VALUE) {
        value.get_ref().members().for_each(|(name, value)| add(&name, value.to_text()));
    }
    if let Some(description) = entity.json(&RegName::DESCRIPTION) {
        add("$description", description.clone());
    }
    if let Some(deprecated) = entity.json(&RegName::DEPRECATED) {
        add("$deprecated", deprecated.clone());
    }
    for (name, value) in entity.members(OTHER) {
        // An object under a plain name would read as a child.
        let is_child = |value: &JsonText| value.get_ref().kind() == JsonKind::Object && is_child_name(&name);
        if let Some(value) = value.json().filter(|value| !is_child(value)) {
            add(&name, value.clone());
        }
    }
    let layout = Layout::of(entity);
    let vendors: Vec<_> = layout.sorted_vendors(
        entity
            .members(EXTENSION)
            .filter(|(vendor, _)| vendor != VENDOR)
            .filter_map(|(vendor, value)| Some((vendor, value.json()?)))
            .collect(),
    );
    let has_bare = vendors.is_empty()
        && layout.items.iter().any(|(_, item)| item == EXTENSIONS)
        && entity.register(&RegName::member(OTHER, EXTENSIONS)).is_none();
    if !vendors.is_empty() || has_bare {
        add(
            EXTENSIONS,
            JsonText::object(|out| {
                vendors.iter().for_each(|(vendor, value)| out.raw(vendor, value.get_ref()))
            }),
        );
    }
    layout.arrange(members)
}

/// The tags of an entity.
pub(crate) fn tags_of(entity: &Entity) -> Vec<Cow<'_, str>> {
    entity.members(TAG).map(|(tag, _)| tag).collect()
}

/// The register of a tag.
pub fn tag_register(tag: &str) -> RegName {
    RegName::member(TAG, tag)
}

/// The register of a vendor's extension.
pub fn extension_register(vendor: &str) -> RegName {
    RegName::member(EXTENSION, vendor)
}

/// The register of a member that the format does not know, or of a group's `$type` or `$extends`.
pub fn other_register(name: &str) -> RegName {
    RegName::member(OTHER, name)
}

/// The register of what a merge of files left open: it is kept as it stands until a file without it comes.
fn conflicts_register() -> RegName {
    RegName::member("file", CONFLICTS)
}

/// Our extension among an object's members.
pub(crate) fn extension_of(members: &[Member]) -> Option<Extension<'_>> {
    Extension::new(ours_in(member(members, EXTENSIONS)?.get_ref())?)
}

/// The path that an entity's register shows.
pub fn path_of(entity: &Entity) -> Option<TokenPath> {
    TokenPath::parse(&entity.string(&RegName::PATH)?)
}

/// The place among siblings that an entity's register shows.
pub fn order_of(entity: &Entity) -> Option<OrderKey> {
    OrderKey::parse(&entity.string(&RegName::ORDER)?)
}

fn value_of(members: &[Member]) -> JsonText {
    let of_value = members.iter().filter(|member| VALUE_MEMBERS.contains(&member.name.as_str()));
    let bytes = of_value.map(|member| member.value.as_str().len().saturating_add(12)).sum();
    JsonText::sized_object(bytes, |out| {
        for name in VALUE_MEMBERS {
            if let Some(value) = member(members, name) {
                out.raw(name, value.get_ref());
            }
        }
    })
}

fn read_extensions(body: &mut Body, extensions: JsonRef<'_>) {
    for (vendor, value) in extensions.members() {
        if vendor != VENDOR {
            body.push((RegName::member(EXTENSION, &vendor), Value::Json(value.to_text())));
            continue;
        }
        for tag in value.get("tags").into_iter().flat_map(JsonRef::elements).filter_map(JsonRef::string) {
            body.push((RegName::member(TAG, &tag), Value::Json(JsonText::boolean(true))));
        }
        if let Some(conflicts) = value.get(CONFLICTS) {
            body.push((conflicts_register(), Value::Json(conflicts.to_text())));
        }
        if let Some(was) = value.get("was") {
            body.push((RegName::member(OTHER, EXTENSIONS), Value::Json(was.to_text())));
        }
    }
}

/// What the members of `entity` cannot say and its place does not imply, for our extension: tags, an
/// `$extensions` that was no object, a kind, order or layout that the document does not imply.
///
/// `node` is the entity as written so far; its members get the extension.
pub(crate) fn add_extras(node: &mut Node, entity: &Entity) {
    let foreign = std::mem::take(&mut node.members);
    let mut extras = JsonText::object(|out| {
        let tags = tags_of(entity);
        if !tags.is_empty() {
            out.array("tags", |list| tags.iter().for_each(|tag| list.string(tag)));
        }
        if let Some(was) = entity.json(&RegName::member(OTHER, EXTENSIONS)) {
            out.raw("was", was.get_ref());
        }
        if let Some(conflicts) = entity.json(&conflicts_register()) {
            out.raw(CONFLICTS, conflicts.get_ref());
        }
        let order = order_of(entity);
        if let Some(order) = order.filter(|order| *order != OrderKey::nth(node.index)) {
            out.string("order", order.as_str());
        }
    });
    node.members = with_extension(foreign.clone(), &extras);
    let is_token = entity.kind() == Kind::Token;
    let implied = implied_layout(&node.members);
    let layout = entity.json(&RegName::LAYOUT);
    // Behind which child a member stands is not told by a document that is cut into parts.
    let has_late_members = node.members.iter().any(|member| member.after.is_some());
    let has_other_layout =
        has_late_members || layout.map(JsonText::as_str) != implied.as_ref().map(JsonText::as_str);
    if has_other_layout || is_token != node.is_token() {
        extras = JsonText::object(|out| {
            extras.get_ref().members().for_each(|(name, value)| out.raw(&name, value));
            if has_other_layout {
                let none = JsonText::null();
                out.raw("layout", layout.unwrap_or(&none).get_ref());
            }
            if is_token != node.is_token() {
                out.string("kind", entity.kind().name());
            }
        });
        node.members = with_extension(foreign, &extras);
    }
}

/// `members` with our extension: in their `$extensions`, or in one of its own before the children.
pub(crate) fn with_extension(mut members: Vec<Member>, ours: &JsonText) -> Vec<Member> {
    let value = |foreign: Option<JsonRef<'_>>| {
        JsonText::object(|out| {
            let foreign =
                foreign.into_iter().flat_map(JsonRef::members).filter(|(vendor, _)| vendor != VENDOR);
            foreign.for_each(|(vendor, value)| out.raw(&vendor, value));
            out.raw(VENDOR, ours.get_ref());
        })
    };
    if let Some(member) = members.iter_mut().find(|member| member.name == EXTENSIONS) {
        member.value = value(Some(member.value.get_ref()));
    } else {
        let at = members.iter().position(|member| member.after.is_some()).unwrap_or(members.len());
        members.insert(at, Member { name: EXTENSIONS.to_owned(), value: value(None), after: None });
    }
    members
}

/// `members` without our extension, and without the `$extensions` that held nothing else.
pub fn without_extension(mut members: Vec<Member>) -> Vec<Member> {
    members.retain_mut(|member| {
        let value = member.value.get_ref();
        let Some(ours) = (member.name == EXTENSIONS).then(|| value.get(VENDOR)).flatten() else {
            return true;
        };
        let was = ours.get("was").map(JsonRef::to_text);
        let is_bare = ours
            .get("layout")
            .is_some_and(|layout| layout.elements().any(|item| item.string().as_deref() == Some(EXTENSIONS)));
        let foreign = JsonText::object(|out| {
            let others = value.members().filter(|(vendor, _)| vendor != VENDOR);
            others.for_each(|(vendor, value)| out.raw(&vendor, value));
        });
        let is_kept = was.is_some() || is_bare || foreign.as_str() != "{}";
        member.value = was.unwrap_or(foreign);
        is_kept
    });
    members
}

/// The order of members that the usual one would not give; `None` if it would.
///
/// An array of names, `$extensions/vendor` for each extension, and `{"after": key}` where the members
/// that follow stand behind a child.
fn implied_layout(members: &[Member]) -> Option<JsonText> {
    if is_usual(members) {
        return None;
    }
    let mut items: Vec<(Option<&OrderKey>, Cow<'_, str>)> = Vec::new();
    for Member { name, value, after } in members {
        if name == EXTENSIONS {
            items.extend(extension_items(value.get_ref()).into_iter().map(|item| (after.as_ref(), item)));
        } else {
            items.push((after.as_ref(), Cow::Borrowed(name.as_str())));
        }
    }
    Some(JsonText::array(|list| {
        let mut place: Option<&OrderKey> = None;
        for (after, item) in &items {
            if *after != place {
                place = *after;
                write_after(list, place);
            }
            list.string(item);
        }
    }))
}

fn write_after(list: &mut ArrayBuilder<'_>, place: Option<&OrderKey>) {
    list.object(|out| out.string("after", place.map(OrderKey::as_str).unwrap_or_default()));
}

/// The layout items of an `$extensions` member. Ours is not one: it stands in files, not in entities.
fn extension_items(value: JsonRef<'_>) -> Vec<Cow<'_, str>> {
    let ours = value.get(VENDOR);
    let mut vendors = value
        .members()
        .filter(|(vendor, _)| vendor != VENDOR)
        .map(|(vendor, _)| Cow::Owned(vendor_item(&vendor)));
    let items: Vec<_> = vendors.by_ref().collect();
    let is_only_ours = ours.is_some_and(|ours| ours.get("was").is_none());
    if items.is_empty() && !is_only_ours { vec![Cow::Borrowed(EXTENSIONS)] } else { items }
}

fn vendor_item(vendor: &str) -> String {
    format!("{EXTENSIONS}/{vendor}")
}

/// What [`usual_place`] says of extensions.
const EXTENSIONS_PLACE: u8 = 7;

/// Whether the members stand in the usual order: those of the format first, as they are listed here, then the
/// extensions and the other members, each by name; and all before the children.
fn is_usual(members: &[Member]) -> bool {
    let mut last: (u8, Cow<'_, str>) = (0, Cow::Borrowed(""));
    for Member { name, value, after } in members {
        if name != EXTENSIONS {
            let (rank, name) = usual_place(name);
            let place = (rank, Cow::Borrowed(name));
            if after.is_some() || place < last {
                return false;
            }
            last = place;
            continue;
        }
        let (mut is_bare, mut is_ours) = (true, false);
        for (vendor, content) in value.get_ref().members() {
            if vendor == VENDOR {
                is_ours = content.get("was").is_none();
                continue;
            }
            is_bare = false;
            let place = (EXTENSIONS_PLACE, vendor);
            if after.is_some() || place < last {
                return false;
            }
            last = place;
        }
        // Without an extension, what is to be remembered is that there were none; ours is not one.
        if is_bare && !is_ours {
            return false;
        }
    }
    true
}

fn usual_place(item: &str) -> (u8, &str) {
    let rank = match item {
        "$schema" => 0,
        "$type" => 1,
        "$value" => 2,
        "$ref" => 3,
        "$extends" => 4,
        "$description" => 5,
        "$deprecated" => 6,
        _ => match item.strip_prefix("$extensions/") {
            Some(vendor) => return (EXTENSIONS_PLACE, vendor),
            None => 8,
        },
    };
    (rank, item)
}

/// The order in which an entity's members are spelled.
struct Layout {
    items: Vec<(Option<OrderKey>, String)>,
    /// Where each item first stands.
    places: HashMap<String, usize>,
    /// Where the first item stands that is about extensions.
    extensions: Option<usize>,
}

impl Layout {
    fn of(entity: &Entity) -> Self {
        let mut items = Vec::new();
        let mut place = None;
        let layout = entity.json(&RegName::LAYOUT);
        for item in layout.into_iter().flat_map(|layout| layout.get_ref().elements()) {
            match item.string() {
                Some(name) => items.push((place.clone(), name.into_owned())),
                None => place = item.get("after").and_then(|key| OrderKey::parse(&key.string()?)),
            }
        }
        let mut places = HashMap::with_capacity(items.len());
        for (place, (_, item)) in items.iter().enumerate() {
            places.entry(item.clone()).or_insert(place);
        }
        let is_extension = |(_, item): &(_, String)| {
            item.strip_prefix(EXTENSIONS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let extensions = items.iter().position(is_extension);
        Self { items, places, extensions }
    }

    /// Where a member stands; `$extensions` stands where its first extension does.
    fn position(&self, name: &str) -> Option<usize> {
        if name == EXTENSIONS { self.extensions } else { self.places.get(name).copied() }
    }

    fn sorted_vendors<'a>(
        &self,
        mut vendors: Vec<(Cow<'a, str>, &'a JsonText)>,
    ) -> Vec<(Cow<'a, str>, &'a JsonText)> {
        // Registers spell control characters in a way of their own, which sorts differently.
        vendors.sort_by(|(one, _), (other, _)| one.cmp(other));
        if !self.items.is_empty() {
            let place = |vendor: &str| self.places.get(&vendor_item(vendor)).copied().unwrap_or(usize::MAX);
            vendors.sort_by_cached_key(|(vendor, _)| place(vendor));
        }
        vendors
    }

    /// Sorts members by the layout; what it does not know follows in the usual order, before children.
    fn arrange(&self, mut members: Vec<Member>) -> Vec<Member> {
        if self.items.is_empty() {
            members.sort_by(|a, b| usual_member_place(&a.name).cmp(&usual_member_place(&b.name)));
            return members;
        }
        for member in &mut members {
            let item = self.position(&member.name).and_then(|at| self.items.get(at));
            member.after = item.and_then(|(after, _)| after.clone());
        }
        members.sort_by_cached_key(|member| {
            let position = self.position(&member.name).unwrap_or(usize::MAX);
            let (rank, name) = usual_member_place(&member.name);
            (member.after.is_some(), position, rank, name.to_owned())
        });
        members
    }
}

fn usual_member_place(name: &str) -> (u8, &str) {
    if name == EXTENSIONS { (7, "") } else { usual_place(name) }
}

#[cfg(test)]
mod tests;

//! Between a resolver document and the entities it stands for: layers, theme groups, themes.

use std::collections::{BTreeMap, HashMap, HashSet};

use dss_model::{Entity, EntityId, JsonRef, JsonText, Kind, Life, OrderKey, RegName, TokenPath, Value};

use super::{Layer, LayerView, Resolver, ResolverView, Source, ThemeGroup, ThemeGroupView, ThemeView, uri};
use crate::revision::{self, Body, Extension, Replicas, Revision, VENDOR};

/// The register of a theme group's `default`.
const DEFAULT: &str = "default";
/// The map of foreign extensions.
const EXTENSION: &str = "ext";
/// The map of resolver members without meaning here, kept with the project.
const RESOLVER: &str = "resolver";

/// What a layer or theme is made of, as its register holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceItem {
    /// A token set, and members that override its own shallowly.
    Set(EntityId, Option<JsonText>),
    /// Everything that another layer is made of.
    Layer(EntityId),
    /// Something this build does not follow.
    Other(JsonText),
}

/// Which file is which set, and the other way round.
#[derive(Clone, Debug, Default)]
pub struct Names {
    sets: HashMap<String, EntityId>,
    files: BTreeMap<EntityId, Vec<String>>,
}

impl Names {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// `path` is (a part of) that set's document.
    pub fn add(&mut self, path: &str, set: EntityId) {
        if self.sets.insert(path.to_owned(), set).is_none() {
            self.files.entry(set).or_default().push(path.to_owned());
        }
    }

    /// The set whose document that is.
    pub fn set(&self, path: &str) -> Option<EntityId> {
        self.sets.get(path.strip_prefix("./").unwrap_or(path)).copied()
    }
}

/// What a resolver document says about one entity.
#[derive(Debug)]
pub struct Stated<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its name in the document; for themes behind the name of their group.
    pub name: (Option<String>, String),
    /// Where it stands in the document, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The id of what has no revision.
    pub derived: EntityId,
    /// What the document says about it.
    pub body: Body,
    /// Its revision, if it has one.
    pub extension: Option<Extension<'a>>,
}

/// What `resolver` says about every layer, theme group and theme.
pub fn bodies<'a>(resolver: &'a Resolver, names: &Names) -> Vec<Stated<'a>> {
    let layers: HashMap<&str, EntityId> =
        resolver.layers.iter().map(|layer| (layer.name.as_str(), layer_id(layer))).collect();
    let mut all = Vec::new();
    for layer in &resolver.layers {
        let mut body = start(&layer.name, layer.place, extension(layer.extensions.as_ref()));
        body.push((RegName::SOURCES, sources_value(&layer.sources, names, &layers)));
        common(&mut body, layer.description.as_ref(), layer.extensions.as_ref());
        all.push(Stated {
            kind: Kind::Layer,
            name: (None, layer.name.clone()),
            pointer: layer.pointer.clone(),
            derived: derived(Kind::Layer, "", &layer.name),
            body,
            extension: extension(layer.extensions.as_ref()).filter(|ours| ours.has_revision()),
        });
    }
    for group in &resolver.groups {
        let ours = extension(group.extensions.as_ref());
        let mut body = start(&group.name, group.place, ours);
        if let (Some(default), Some(name)) = (&group.default, RegName::new(DEFAULT)) {
            body.push((name, Value::Json(default.clone())));
        }
        common(&mut body, group.description.as_ref(), group.extensions.as_ref());
        let id = group_id(group);
        all.push(Stated {
            kind: Kind::ThemeGroup,
            name: (None, group.name.clone()),
            pointer: group.pointer.clone(),
            derived: derived(Kind::ThemeGroup, "", &group.name),
            body,
            extension: ours.filter(|ours| ours.has_revision()),
        });
        let contexts = ours.and_then(|ours| ours.get("contexts"));
        let contexts: HashMap<_, _> = contexts.into_iter().flat_map(JsonRef::members).collect();
        for ((theme, sources), place) in group.themes.iter().zip(0_u64..) {
            let ours = contexts.get(theme.as_str()).and_then(|ours| Extension::new(*ours));
            let mut body = start(theme, Some(place), ours);
            body.push((RegName::GROUP, Value::Ref(id)));
            body.push((RegName::SOURCES, sources_value(sources, names, &layers)));
            all.push(Stated {
                kind: Kind::Theme,
                name: (Some(group.name.clone()), theme.clone()),
                pointer: format!("{}{}", group.pointer, super::pointer(&["contexts", theme])),
                derived: derived(Kind::Theme, &group.name, theme),
                body,
                extension: ours.filter(|ours| ours.has_revision()),
            });
        }
    }
    all
}

/// What `resolver` says about its project: name, description, and what has no meaning here.
pub fn project_body(resolver: &Resolver) -> Body {
    let mut body = Body::new();
    if let Some(name) = &resolver.name {
        body.push((RegName::NAME, Value::Json(JsonText::string(name))));
    }
    if let Some(description) = &resolver.description {
        body.push((RegName::DESCRIPTION, Value::Json(description.clone())));
    }
    for (name, value) in &resolver.other {
        body.push((RegName::member(RESOLVER, name), Value::Json(value.clone())));
    }
    body
}

/// The entity with its revision, if `stated` has one.
///
/// # Errors
/// What is wrong with the revision, for people.
pub fn decode(stated: &Stated<'_>) -> Result<Option<Entity>, String> {
    let none = Replicas::default();
    let Some(extension) = stated.extension else { return Ok(None) };
    Revision::new(extension, &none, None)?.entity(stated.kind, stated.body.clone()).map(Some)
}

/// The resolver document of a project: `entities` are its live layers, theme groups and themes.
///
/// Entities that share a name, which a merge can bring about, are told apart by their ids.
pub fn view(project: &Entity, entities: &[Entity], names: &Names) -> ResolverView {
    let mut view = ResolverView {
        name: project.string(&RegName::NAME).map(std::borrow::Cow::into_owned),
        description: project.json(&RegName::DESCRIPTION).cloned(),
        other: project
            .members(RESOLVER)
            .filter_map(|(member, value)| Some((member.into_owned(), value.json()?.clone())))
            .collect(),
        ..ResolverView::default()
    };
    let mut siblings: HashMap<(Kind, Option<EntityId>), Vec<&Entity>> = HashMap::new();
    for entity in entities {
        let group = entity.value(&RegName::GROUP).and_then(Value::entity);
        let group = group.filter(|_| entity.kind() == Kind::Theme);
        siblings.entry((entity.kind(), group)).or_default().push(entity);
    }
    let mut named = |kind, group| named(siblings.remove(&(kind, group)).unwrap_or_default());
    let layers = named(Kind::Layer, None);
    let layer_names: BTreeMap<EntityId, String> =
        layers.iter().map(|(name, layer)| (layer.id(), name.clone())).collect();
    let references = |entity: &Entity| {
        sources_of(entity).iter().flat_map(|item| reference(item, names, &layer_names)).collect::<Vec<_>>()
    };
    let mut shown: Shown<'_> = HashMap::new();
    for (name, layer) in layers {
        view.layers.push(LayerView {
            name: name.clone(),
            order: order(layer),
            description: layer.json(&RegName::DESCRIPTION).cloned(),
            extensions: Some(extensions(layer, |out| out.string("id", &layer.id().to_string()))),
            sources: references(layer),
        });
        shown.insert((Kind::Layer, (None, name)), layer);
    }
    for (name, group) in named(Kind::ThemeGroup, None) {
        let themes = named(Kind::Theme, Some(group.id()));
        view.groups.push(ThemeGroupView {
            name: name.clone(),
            order: order(group),
            description: group.json(&RegName::DESCRIPTION).cloned(),
            default: RegName::new(DEFAULT).and_then(|default| group.json(&default).cloned()),
            extensions: Some(extensions(group, |out| out.string("id", &group.id().to_string()))),
            themes: themes
                .iter()
                .map(|(theme, entity)| ThemeView { name: theme.clone(), sources: references(entity) })
                .collect(),
        });
        let key = |theme| (Kind::Theme, (Some(name.clone()), theme));
        shown.extend(themes.into_iter().map(|(theme, entity)| (key(theme), entity)));
        shown.insert((Kind::ThemeGroup, (None, name)), group);
    }
    add_revisions(&mut view, &shown, names);
    view
}

/// What stands in a document, by kind and by its name there: a theme's is that of its group and its own.
type Shown<'a> = HashMap<(Kind, (Option<String>, String)), &'a Entity>;

/// Siblings in order, with names that are their own.
fn named(mut siblings: Vec<&Entity>) -> Vec<(String, &Entity)> {
    siblings.sort_by_cached_key(|entity| (order(entity), entity.id()));
    let mut taken: HashSet<String> = HashSet::new();
    let mut all: Vec<(String, &Entity)> = Vec::new();
    for entity in siblings {
        let mut own = name(entity);
        while !taken.insert(own.clone()) {
            own = format!("{own}~{}", entity.id());
        }
        all.push((own, entity));
    }
    all
}

/// Adds the revisions, told relative to what a reader of the document will see. It states ids already.
fn add_revisions(view: &mut ResolverView, shown: &Shown<'_>, names: &Names) {
    let none = Replicas::default();
    let Ok(resolver) = super::read(&super::write(view), "") else { return };
    let mut revisions: HashMap<(Kind, (Option<String>, String)), JsonText> = HashMap::new();
    for stated in bodies(&resolver, names) {
        let key = (stated.kind, stated.name);
        let Some(entity) = shown.get(&key) else { continue };
        let mut body = stated.body;
        let own_order = order(entity);
        set_order(&mut body, own_order.as_deref());
        let text = JsonText::object(|out| {
            revision::encode(out, entity, &body, &none, None);
            if let Some(order) = &own_order {
                out.string("order", order);
            }
        });
        revisions.insert(key, text);
    }
    let ours = |kind: Kind, name: &str| revisions.get(&(kind, (None, name.to_owned())));
    let entity = |kind: Kind, name: &str| shown.get(&(kind, (None, name.to_owned()))).copied();
    for layer in &mut view.layers {
        let revision = ours(Kind::Layer, &layer.name);
        layer.extensions = entity(Kind::Layer, &layer.name)
            .map(|entity| extensions(entity, |out| copy_members(out, revision)));
    }
    for group in &mut view.groups {
        let revision = ours(Kind::ThemeGroup, &group.name);
        let own = |theme: &str| revisions.get(&(Kind::Theme, (Some(group.name.clone()), theme.to_owned())));
        let contexts: Vec<_> =
            group.themes.iter().filter_map(|theme| Some((&theme.name, own(&theme.name)?))).collect();
        group.extensions = entity(Kind::ThemeGroup, &group.name).map(|entity| {
            extensions(entity, |out| {
                copy_members(out, revision);
                out.object("contexts", |out| {
                    contexts.iter().for_each(|(theme, ours)| out.raw(theme, ours.get_ref()));
                });
            })
        });
    }
}

fn copy_members(out: &mut dss_model::ObjectBuilder<'_>, from: Option<&JsonText>) {
    let members = from.map(JsonText::get_ref).into_iter().flat_map(JsonRef::members);
    members.for_each(|(name, value)| out.raw(&name, value));
}

fn extensions(entity: &Entity, ours: impl FnOnce(&mut dss_model::ObjectBuilder<'_>)) -> JsonText {
    JsonText::object(|out| {
        for (vendor, value) in entity.members(EXTENSION) {
            if let Some(value) = value.json().filter(|_| vendor != VENDOR) {
                out.raw(&vendor, value.get_ref());
            }
        }
        out.object(VENDOR, ours);
    })
}

/// Puts the entity's own order into what the document says: it will be stated.
fn set_order(body: &mut Body, order: Option<&str>) {
    if let Some(order) = order {
        body.retain(|(name, _)| *name != RegName::ORDER);
        body.push((RegName::ORDER, Value::Json(JsonText::string(order))));
    }
}

fn start(name: &str, place: Option<u64>, ours: Option<Extension<'_>>) -> Body {
    let stated = ours.and_then(|ours| OrderKey::parse(&ours.get("order")?.string()?));
    let mut body: Body =
        vec![(RegName::LIFE, Value::Life(Life::Alive)), (RegName::NAME, Value::Json(JsonText::string(name)))];
    if let Some(order) = stated.or_else(|| place.map(OrderKey::nth)) {
        body.push((RegName::ORDER, Value::Json(JsonText::string(order.as_str()))));
    }
    body
}

fn common(body: &mut Body, description: Option<&JsonText>, extensions: Option<&JsonText>) {
    body.extend(description.map(|text| (RegName::DESCRIPTION, Value::Json(text.clone()))));
    let vendors = extensions.map(JsonText::get_ref).into_iter().flat_map(JsonRef::members);
    body.extend(
        vendors
            .filter(|(vendor, _)| vendor != VENDOR)
            .map(|(vendor, value)| (RegName::member(EXTENSION, &vendor), Value::Json(value.to_text()))),
    );
}

fn sources_value(sources: &[Source], names: &Names, layers: &HashMap<&str, EntityId>) -> Value {
    let mut items: Vec<SourceItem> = Vec::new();
    for source in sources {
        let item = match source {
            Source::File { path, overrides } => match names.set(path) {
                Some(set) => SourceItem::Set(set, overrides.clone()),
                None => SourceItem::Other(JsonText::object(|out| out.string("$ref", &uri::encode(path)))),
            },
            Source::Layer(name) => match layers.get(name.as_str()) {
                Some(id) => SourceItem::Layer(*id),
                None => {
                    SourceItem::Other(JsonText::object(|out| out.string("$ref", &format!("#/sets/{name}"))))
                }
            },
            Source::Inline(value) | Source::Other(value) => SourceItem::Other(value.clone()),
        };
        // The parts of one set are one source.
        if items.last() != Some(&item) || !matches!(item, SourceItem::Set(..)) {
            items.push(item);
        }
    }
    Value::Json(sources_text(&items))
}

/// The register of what a layer or theme is made of.
pub fn sources_text(items: &[SourceItem]) -> JsonText {
    JsonText::array(|list| {
        for item in items {
            match item {
                SourceItem::Set(id, None) => list.string(&id.to_string()),
                SourceItem::Set(id, Some(overrides)) => list.object(|out| {
                    out.string("set", &id.to_string());
                    out.raw("overrides", overrides.get_ref());
                }),
                SourceItem::Layer(id) => list.object(|out| out.string("layer", &id.to_string())),
                SourceItem::Other(value) => list.object(|out| out.raw("other", value.get_ref())),
            }
        }
    })
}

/// What a layer or theme is made of.
pub fn sources_of(entity: &Entity) -> Vec<SourceItem> {
    entity.json(&RegName::SOURCES).into_iter().flat_map(|list| sources_in(list.get_ref())).collect()
}

/// The same, from the register's value.
pub fn sources_in(list: JsonRef<'_>) -> impl Iterator<Item = SourceItem> {
    list.elements().filter_map(source_item)
}

fn source_item(item: JsonRef<'_>) -> Option<SourceItem> {
    if let Some(id) = item.string() {
        return id.parse().ok().map(|id| SourceItem::Set(id, None));
    }
    if let Some(id) = item.get("set").and_then(JsonRef::string) {
        return id.parse().ok().map(|id| SourceItem::Set(id, item.get("overrides").map(JsonRef::to_text)));
    }
    if let Some(id) = item.get("layer").and_then(JsonRef::string) {
        return id.parse().ok().map(SourceItem::Layer);
    }
    item.get("other").map(|value| SourceItem::Other(value.to_text()))
}

/// The references that show an item; none for a set that is not in the archive.
fn reference(item: &SourceItem, names: &Names, layers: &BTreeMap<EntityId, String>) -> Vec<JsonText> {
    let to = |reference: &str, overrides: Option<&JsonText>| {
        JsonText::object(|out| {
            out.string("$ref", reference);
            copy_members(out, overrides);
        })
    };
    match item {
        SourceItem::Set(id, overrides) => {
            let files = names.files.get(id).into_iter().flatten();
            files.map(|file| to(&uri::encode(file), overrides.as_ref())).collect()
        }
        SourceItem::Layer(id) => {
            let name = layers.get(id).map(|name| uri::encode(&name.replace('~', "~0").replace('/', "~1")));
            name.map(|name| to(&format!("#/sets/{name}"), None)).into_iter().collect()
        }
        SourceItem::Other(value) => vec![value.clone()],
    }
}

fn derived(kind: Kind, group: &str, name: &str) -> EntityId {
    EntityId::derived(kind, group, &TokenPath::from_segments([name]))
}

fn stated_id(extensions: Option<&JsonText>) -> Option<EntityId> {
    extension(extensions)?.get("id")?.string()?.parse().ok()
}

fn layer_id(layer: &Layer) -> EntityId {
    stated_id(layer.extensions.as_ref()).unwrap_or_else(|| derived(Kind::Layer, "", &layer.name))
}

fn group_id(group: &ThemeGroup) -> EntityId {
    stated_id(group.extensions.as_ref()).unwrap_or_else(|| derived(Kind::ThemeGroup, "", &group.name))
}

fn extension(extensions: Option<&JsonText>) -> Option<Extension<'_>> {
    Extension::new(extensions?.get_ref().get(VENDOR)?)
}

fn name(entity: &Entity) -> String {
    entity.string(&RegName::NAME).unwrap_or_default().into_owned()
}

fn order(entity: &Entity) -> Option<String> {
    entity.string(&RegName::ORDER).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests;

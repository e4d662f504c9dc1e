//! What files state beside token sets: the project itself, layers, theme groups and themes.

use std::collections::{HashMap, HashSet};

use dss_format::dtcg;
use dss_format::resolver::{self, Names, Resolver, SourceItem, Stated};
use dss_format::revision::Body;
use dss_model::{
    Entity, EntityId, JsonText, Kind, Life, OrderKey, ProjectName, RegName, Register, TokenPath, Value,
};
use dss_store::Scan;

use super::facts::Facts;
use super::files::{Origin, body_of};
use super::judge::Judge;
use super::order::{self, Sibling};
use super::sink::{Mode, Sink};
use super::stated::{Said, set_order};
use super::statement::Statement;
use crate::ServiceError;
use crate::input::Files;

/// The layer of a project that came without a resolver document.
pub(crate) const LAYER: &str = "tokens";

/// Takes everything but the sets, whose ids are `sets`.
pub(super) fn take(
    files: &Files,
    sets: &[EntityId],
    sink: &mut Sink<'_>,
    project: &ProjectName,
) -> Result<(), ServiceError> {
    let mut names = Names::new();
    files.sets.iter().zip(sets).for_each(|(set, id)| set.register(&mut names, *id));
    let Some((resolver, label)) = &files.resolver else {
        take_project(sink, project, Body::new())?;
        return if sink.mode == Mode::Merge { add_to_layer(sink) } else { take_layer(sink, sets) };
    };
    sink.resolver = Some(label.clone());
    resolver.findings.iter().for_each(|finding| sink.resolver_finding(label, finding));
    take_project(sink, project, resolver::project_body(resolver))?;
    take_resolver(sink, resolver, label, &names)
}

/// The project itself: of a new one all of it, of an existing one what the input says.
fn take_project(sink: &mut Sink<'_>, name: &ProjectName, stated: Body) -> Result<(), ServiceError> {
    let id = sink.project_id;
    let statement = Statement::of(Kind::Project, &stated);
    let origin = match sink.mode {
        Mode::New => None,
        _ => Some(Origin::find(sink, id, Kind::Project, None, name.as_str(), true)?),
    };
    let mut body: Body = match (&origin, sink.mode) {
        (Some(Origin { local: Some(local), .. }), Mode::Replace) => body_of(local),
        (_, Mode::Merge) => Body::new(),
        _ => vec![
            (RegName::LIFE, Value::Life(Life::Alive)),
            (RegName::NAME, Value::Json(JsonText::string(name.as_str()))),
        ],
    };
    body.retain(|(name, _)| stated.iter().all(|(other, _)| other != name));
    body.extend(stated);
    let mut said = Said::new(id);
    if let Some(origin) = origin {
        // A document that the project was not made from does not name it.
        if origin.delivery.is_none() && sink.mode == Mode::Merge {
            body.retain(|(name, _)| *name != RegName::NAME);
        }
        said = origin.said(id);
    }
    said.statement = Some(statement);
    sink.record(said.about(id, Kind::Project, body))
}

/// A folder without resolver document is one fixed layer, in file order.
fn take_layer(sink: &mut Sink<'_>, sets: &[EntityId]) -> Result<(), ServiceError> {
    let body: Body = vec![
        (RegName::LIFE, Value::Life(Life::Alive)),
        (RegName::NAME, Value::Json(JsonText::string(LAYER))),
        (RegName::ORDER, Value::Json(JsonText::string(OrderKey::nth(0).as_str()))),
        sources(sets.iter().map(|id| SourceItem::Set(*id, None))),
    ];
    let id = layer_id();
    // What is implied is nobody's statement.
    let said = Said { statement: Some(Statement::default()), ..Said::new(id) };
    sink.record(said.about(id, Kind::Layer, body))
}

/// In a project that exists, files say nothing about layers; but a set that is new is to be in one.
fn add_to_layer(sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let new: Vec<EntityId> = std::mem::take(&mut sink.speaker()?.new_sets);
    if new.is_empty() {
        return Ok(());
    }
    let Some(local) = sink.tx.get(layer_id())?.map(|row| row.entity).filter(Entity::is_alive) else {
        let mut has_layers = false;
        sink.tx.scan(&Scan::kinds(&[Kind::Layer, Kind::ThemeGroup]), &mut |_| {
            has_layers = true;
            std::ops::ControlFlow::Break(())
        })?;
        return if has_layers { Ok(()) } else { take_layer(sink, &new) };
    };
    let mut items = resolver::sources_of(&local);
    items.extend(new.into_iter().map(|id| SourceItem::Set(id, None)));
    let dot = sink.informed_dot()?;
    match dss_merge::write(&local, dot, [sources(items)], &sink.stamp)? {
        Some(written) => sink.join(&local, written, Facts { is_valid: true, ..Facts::default() }),
        None => Ok(()),
    }
}

fn sources(items: impl IntoIterator<Item = SourceItem>) -> (RegName, Value) {
    let items: Vec<_> = items.into_iter().collect();
    (RegName::SOURCES, Value::Json(resolver::sources_text(&items)))
}

fn layer_id() -> EntityId {
    EntityId::derived(Kind::Layer, "", &TokenPath::from_segments([LAYER]))
}

/// A layer, theme group or theme that a resolver document states.
struct Entry<'a> {
    stated: Stated<'a>,
    item: EntityId,
    origin: Origin,
    revision: Option<Entity>,
}

/// Takes the layers, theme groups and themes of a resolver document.
fn take_resolver(
    sink: &mut Sink<'_>,
    resolver: &Resolver,
    label: &str,
    names: &Names,
) -> Result<(), ServiceError> {
    let all = resolver::bodies(resolver, names);
    if sink.mode != Mode::Merge {
        for Stated { kind, derived, body, extension, .. } in all {
            let stated_id = extension.and_then(|ours| ours.get("id")?.string()?.parse().ok());
            let id = stated_id.unwrap_or(derived);
            sink.record(Said::new(id).about(id, kind, body))?;
        }
        return Ok(());
    }
    let mut entries: Vec<Entry<'_>> = Vec::with_capacity(all.len());
    // Documents refer to items by ids that only their names gave them.
    let mut meant: HashMap<EntityId, EntityId> = HashMap::new();
    let mut new: HashSet<EntityId> = HashSet::new();
    for stated in all {
        let revision = resolver::decode(&stated).unwrap_or_else(|reason| {
            sink.damaged_revision(label, &stated.pointer, None, &reason);
            None
        });
        let item = revision.as_ref().map_or(stated.derived, Entity::id);
        let name = stated.body.iter().find(|(name, _)| *name == RegName::NAME);
        let name = name.and_then(|(_, value)| value.json()?.get_ref().string()).unwrap_or_default();
        let group = stated.body.iter().find(|(name, _)| *name == RegName::GROUP);
        let group = group.and_then(|(_, value)| value.entity()).map(|id| *meant.get(&id).unwrap_or(&id));
        let fits = |row: &dss_store::Row| {
            group.is_none_or(|group| row.entity.value(&RegName::GROUP) == Some(&Value::Ref(group)))
        };
        let place = (None, name.as_ref());
        // Nothing is in a group that is new; and themes of one name may be many.
        let is_known = revision.is_some() || group.is_some_and(|group| new.contains(&group));
        let origin = Origin::find_among(sink, item, stated.kind, place, is_known, fits)?;
        meant.insert(item, origin.entity);
        if origin.local.is_none() {
            new.insert(origin.entity);
        }
        entries.push(Entry { stated, item, origin, revision });
    }
    for entry in &mut entries {
        translate(&mut entry.stated.body, &meant);
    }
    let orders = places(sink, &entries)?;
    for (Entry { stated: Stated { kind, mut body, extension, .. }, item, origin, revision }, order) in
        entries.into_iter().zip(orders)
    {
        if let Some(order) = order {
            set_order(&mut body, &order);
        }
        let is_ours = extension.is_some();
        if let Some(revision) = &revision {
            add_unsaid(&mut body, revision);
        }
        let said = Said { revision, is_ours, ..origin.said(item) };
        sink.record(said.about(origin.entity, kind, body))?;
    }
    Ok(())
}

/// Adds what only the revision has a place for.
fn add_unsaid(body: &mut Body, revision: &Entity) {
    let mut all = body_of(revision);
    all.retain(|(name, _)| body.iter().all(|(other, _)| other != name));
    body.extend(all);
}

/// Replaces ids that only names gave by those of the entities that go by these names.
fn translate(body: &mut Body, meant: &HashMap<EntityId, EntityId>) {
    let real = |id: EntityId| *meant.get(&id).unwrap_or(&id);
    for (name, value) in body {
        match value {
            Value::Ref(id) => *id = real(*id),
            Value::Json(text) if *name == RegName::SOURCES => {
                let items = resolver::sources_in(text.get_ref());
                let items: Vec<_> = items
                    .map(|item| match item {
                        SourceItem::Layer(id) => SourceItem::Layer(real(id)),
                        other => other,
                    })
                    .collect();
                *text = resolver::sources_text(&items);
            }
            _ => {}
        }
    }
}

/// The places of layers and groups in the resolution order, and of themes in their groups.
fn places(sink: &Sink<'_>, entries: &[Entry<'_>]) -> Result<Vec<Option<OrderKey>>, ServiceError> {
    let mut sequences: HashMap<Option<EntityId>, Vec<(OrderKey, usize)>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let body = &entry.stated.body;
        let Some(order) = super::stated::order_in(body) else { continue };
        let group =
            body.iter().find(|(name, _)| *name == RegName::GROUP).and_then(|(_, value)| value.entity());
        sequences.entry(group).or_default().push((order, at));
    }
    let mut places: Vec<Option<OrderKey>> = vec![None; entries.len()];
    for mut sequence in sequences.into_values() {
        sequence.sort();
        let mut siblings = Vec::with_capacity(sequence.len());
        for ((_, at), index) in sequence.iter().zip(0_u64..) {
            let Some(entry) = entries.get(*at) else { continue };
            let (id, before) = (entry.origin.entity, before(sink, entry)?);
            siblings.push(Sibling { name: String::new(), id, index, before });
        }
        for ((_, at), key) in sequence.iter().zip(order::keys(&siblings, None)) {
            if let Some(place) = places.get_mut(*at) {
                *place = Some(key);
            }
        }
    }
    Ok(places)
}

fn before(sink: &Sink<'_>, entry: &Entry<'_>) -> Result<Option<OrderKey>, ServiceError> {
    let delivered = entry.origin.delivery.as_ref().and_then(|delivery| delivery.place.clone());
    let Some(local) = &entry.origin.local else { return Ok(delivered) };
    let pair = entry.revision.as_ref().and_then(|revision| revision.register(&RegName::ORDER));
    if let Some(pair) = pair.and_then(Register::shown)
        && let Some(value) = Judge::new(&*sink.tx, local).value_at(&RegName::ORDER, pair.dot)?
    {
        return Ok(value.json().and_then(|text| OrderKey::parse(&text.get_ref().string()?)));
    }
    Ok(delivered.or_else(|| dtcg::order_of(local)))
}

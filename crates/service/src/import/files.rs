//! Importing from token files.

use std::path::Path;

use dss_format::revision::Body;
use dss_format::set::Decoded;
use dss_model::{Entity, EntityId, Kind, ProjectName, RegName, Severity, Stage, Value};
use dss_store::{Delivery, Row};

use super::document::{self, Common, Item, Next};
use super::homes::Homes;
use super::reorder::Reorder;
use super::sink::{Mode, Sink};
use super::stated::{Said, set_order};
use super::{layers, missing};
use crate::ServiceError;
use crate::input::{Files, SetInput};
use crate::summary::Finding;

/// Puts everything in the files into `sink`; returns the bytes that were read.
pub(super) fn fill(
    files: &Files,
    sink: &mut Sink<'_>,
    project: &ProjectName,
    input: &Path,
) -> Result<u64, ServiceError> {
    files.findings.iter().for_each(|finding| sink.findings.add(finding.clone()));
    sink.begin_source(files, input)?;
    let mut homes = Homes::new(files, sink, input)?;
    let mut sets = Vec::with_capacity(files.sets.len());
    for (set, index) in files.sets.iter().zip(0_u64..) {
        sets.push(take_set(set, index, sink, &mut homes)?);
    }
    layers::take(files, &sets, sink, project)?;
    if sink.mode == Mode::Merge {
        missing::take(files, sink)?;
    }
    Ok(files.bytes())
}

/// Reads one token document; returns the set's id.
fn take_set(
    set: &SetInput,
    index: u64,
    sink: &mut Sink<'_>,
    homes: &mut Homes,
) -> Result<EntityId, ServiceError> {
    let label = set.label.as_str();
    if sink.mode == Mode::Merge {
        let mut reader = homes.reader(set, index)?;
        let mut order = Reorder::default();
        let id = reader.set();
        document::read_part(&mut reader, label, set.open()?, Common::TakenApart, |next| match next {
            Next::Token(_) => Ok(()),
            Next::Item(item) => order.node(sink, item, id),
        })?;
        document::finish(reader, |item| order.node(sink, item, id))?;
        order.renames.settle(sink, id)?;
    }
    let mut reader = homes.reader(set, index)?;
    let take = |sink: &mut Sink<'_>, homes: &mut Homes, mut item: Item| {
        item.node.line = set.lines.of(item.node.path.as_str(), item.node.line);
        take_item(sink, label, item, homes)
    };
    let stamp = sink.stamp.clone();
    let common =
        if sink.takes_plain() { Common::StoredAs(sink.informed_dot()?, &stamp) } else { Common::TakenApart };
    document::read_part(&mut reader, label, set.open()?, common, |next| match next {
        Next::Token(mut token) => {
            token.line = set.lines.of(token.path(), token.line);
            sink.plain(label, token)
        }
        Next::Item(item) => take(sink, homes, item),
    })?;
    if reader.has_bom() {
        sink.findings.add(Finding {
            code: "byte_order_mark",
            stage: Stage::Schema,
            severity: Severity::Warning,
            file: label.to_owned(),
            path: String::new(),
            line: Some(1),
            message: "the file starts with a byte order mark, which JSON does not allow; it was left out"
                .to_owned(),
        });
    }
    let id = reader.set();
    document::finish(reader, |item| take(sink, homes, item))?;
    sink.speaker()?.sets.insert(id);
    missing::take_set(sink, id)?;
    Ok(id)
}

/// A file may have been edited anywhere, so it is a statement of what should be; its revisions say what
/// its editor had seen.
fn take_item(sink: &mut Sink<'_>, label: &str, item: Item, homes: &mut Homes) -> Result<(), ServiceError> {
    let Item { node, decoded, report } = item;
    let (id, kind, mut body, revision) = match decoded {
        Decoded::Implicit => return Ok(()),
        Decoded::Foreign { id, kind, body } => (id, kind, body, None),
        Decoded::Entity(entity) => (entity.id(), entity.kind(), body_of(&entity), Some(entity)),
        Decoded::Damaged { reason, id, kind, body } => {
            sink.damaged_revision(label, node.path.as_str(), Some(node.line), &reason);
            (id, kind, body, None)
        }
    };
    if sink.mode != Mode::Merge {
        return sink.node(label, &node, report, Said::new(id).about(id, kind, body));
    }
    if let Some(revision) = &revision {
        sink.speaker()?.seen.join(revision.seen());
    }
    let set = body.iter().find(|(name, _)| *name == RegName::SET).and_then(|(_, value)| value.entity());
    let is_named = revision.is_some() || kind == Kind::TokenSet;
    let origin = Origin::find(sink, id, kind, set, node.path.as_str(), is_named)?;
    let place = origin.delivery.as_ref().and_then(|delivery| delivery.place.clone());
    let is_new_set = kind == Kind::TokenSet && origin.local.is_none();
    let place = if is_new_set { Some(homes.next_place()) } else { place };
    if let Some(place) = place {
        set_order(&mut body, &place);
    }
    let extension = node.member("$extensions").and_then(|value| value.get_ref().get("org.dss"));
    let said = Said { revision, is_ours: extension.is_some(), ..origin.said(id) };
    sink.node(label, &node, report, said.about(origin.entity, kind, body))
}

impl Sink<'_> {
    /// Tells that a revision cannot be read: the item is judged as if it had none.
    pub(super) fn damaged_revision(&mut self, file: &str, path: &str, line: Option<u64>, reason: &str) {
        self.findings.add(Finding {
            code: "revision_invalid",
            stage: Stage::Schema,
            severity: Severity::Warning,
            file: file.to_owned(),
            path: path.to_owned(),
            line,
            message: format!("its org.dss extension was left out: {reason}"),
        });
    }
}

/// What an entity shows.
pub(super) fn body_of(entity: &Entity) -> Body {
    let shown = dss_merge::project(entity).map(|(name, value)| (name.clone(), value.clone()));
    shown.filter(|(_, value)| *value != Value::Absent).collect()
}

/// What is known about an item of a source.
#[derive(Debug)]
pub(super) struct Origin {
    /// The entity that it is.
    pub(super) entity: EntityId,
    /// What the source said about it last.
    pub(super) delivery: Option<Delivery>,
    /// What is here.
    pub(super) local: Option<Entity>,
}

impl Origin {
    /// Finds out which entity an item is: the one that it was the last time; the one of its id; or, for
    /// an item whose id is only derived from its place, the one that lives at that place.
    pub(super) fn find(
        sink: &Sink<'_>,
        item: EntityId,
        kind: Kind,
        set: Option<EntityId>,
        path: &str,
        is_named: bool,
    ) -> Result<Self, ServiceError> {
        Self::find_among(sink, item, kind, (set, path), is_named, |_| true)
    }

    /// The same, among those entities of that place only that fit.
    pub(super) fn find_among(
        sink: &Sink<'_>,
        item: EntityId,
        kind: Kind,
        (set, path): (Option<EntityId>, &str),
        is_named: bool,
        fits: impl Fn(&Row) -> bool,
    ) -> Result<Self, ServiceError> {
        let delivery = sink.delivery(item)?;
        let known = delivery.as_ref().map_or(item, |delivery| delivery.entity);
        let local = sink.tx.get(known)?;
        let is_there = local
            .as_ref()
            .is_some_and(|row| row.entity.is_alive() && row.columns.path == path && row.columns.set == set);
        let is_said = delivery.as_ref().is_some_and(|delivery| delivery.statement.is_some() || known != item);
        if is_there || is_named || is_said {
            return Ok(Self { entity: known, delivery, local: local.map(|row| row.entity) });
        }
        let living = |row: &Row| row.entity.is_alive() && fits(row);
        let at_place = sink.tx.find(kind, set, path)?.into_iter().find(living);
        let entity = at_place.as_ref().map_or(item, |row| row.entity.id());
        Ok(Self { entity, delivery, local: at_place.or(local).map(|row| row.entity) })
    }

    /// A statement about the item.
    pub(super) fn said(&self, item: EntityId) -> Said {
        Said { delivery: self.delivery.clone(), local: self.local.clone(), ..Said::new(item) }
    }
}

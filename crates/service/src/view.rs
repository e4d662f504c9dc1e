//! From what is stored to what is shown.

use std::collections::BTreeMap;

use dss_format::dtcg::alias::{self, ReferenceKind as Found};
use dss_format::{dtcg, record, time};
use dss_model::{Entity, JsonText, Kind, ProjectName, RegName, Value};
use dss_store::{ReadTx, Reference, ReferenceKind, Row};
use serde_json::value::RawValue;

use crate::{AssetView, ProjectView, RecordView, ServiceError, TokenView};

type Result<T> = std::result::Result<T, ServiceError>;

/// The references that a check found, as the store keeps them.
pub(crate) fn references(found: &[alias::Reference]) -> Vec<Reference> {
    let reference = |found: &alias::Reference| Reference {
        target: found.target.to_string(),
        kind: match found.kind {
            Found::Alias => ReferenceKind::Alias,
            Found::Part => ReferenceKind::Part,
            Found::Pointer => ReferenceKind::Pointer,
            Found::Extends => ReferenceKind::Extends,
        },
        expected_type: found.expected.map(|expected| expected.name().to_owned()),
    };
    found.iter().map(reference).collect()
}

/// JSON text for a report.
pub(crate) fn raw(text: &str) -> Result<Box<RawValue>> {
    RawValue::from_string(text.to_owned())
        .map_err(|error| ServiceError::Internal(format!("stored JSON cannot be read: {error}")))
}

/// A project as it shows.
pub(crate) fn project_view(tx: &dyn ReadTx, name: &ProjectName, bytes: u64) -> Result<ProjectView> {
    let header = tx.header()?;
    let counts = tx.counts()?;
    let row = tx.get(header.ids.id())?;
    let said = |register| {
        let text = row.as_ref().and_then(|row| row.entity.string(&register));
        text.map(std::borrow::Cow::into_owned)
    };
    let shown = counts.kinds.iter().filter(|counts| counts.kind != Kind::Project && counts.alive > 0);
    let invalid = counts.kinds.iter().find(|counts| counts.kind == Kind::Token);
    Ok(ProjectView {
        name: name.to_string(),
        project_id: header.ids.id().to_string(),
        title: said(RegName::NAME).filter(|title| title != name.as_str()),
        description: said(RegName::DESCRIPTION),
        kinds: shown.map(|counts| (counts.kind.name(), counts.alive)).collect(),
        invalid_tokens: invalid.map_or(0, |counts| counts.invalid),
        open_conflicts: counts.conflicts,
        created_at: time::format(header.created_at_ms),
        updated_at: time::format(header.last_change_ms),
        bytes,
        error: None,
    })
}

/// A token as it shows, in the set of that name.
pub(crate) fn token_view(row: &Row, set: &str) -> Result<TokenView> {
    let entity = &row.entity;
    let members = dtcg::members_of(entity);
    let member = |name: &str| members.iter().find(|member| member.name == name).map(|member| &member.value);
    let value = match (member("$value"), member("$ref")) {
        (Some(value), _) => Some(raw(value.as_str())?),
        (None, Some(pointer)) => {
            Some(raw(JsonText::object(|out| out.raw("$ref", pointer.get_ref())).as_str())?)
        }
        (None, None) => None,
    };
    let extensions = record::extensions_of(entity);
    let extensions: Result<BTreeMap<_, _>> =
        extensions.map(|(vendor, value)| Ok((vendor.into_owned(), raw(value.as_str())?))).collect();
    let written = Written::of(entity);
    Ok(TokenView {
        id: entity.id().to_string(),
        set: set.to_owned(),
        path: row.columns.path.clone(),
        token_type: row.columns.token_type.clone(),
        value,
        description: entity.string(&RegName::DESCRIPTION).map(std::borrow::Cow::into_owned),
        deprecated: entity.json(&RegName::DEPRECATED).map(|value| raw(value.as_str())).transpose()?,
        tags: entity.members("tag").map(|(tag, _)| tag.into_owned()).collect(),
        extensions: extensions?,
        valid: row.columns.valid,
        open_conflicts: u64::try_from(entity.open_conflicts()).unwrap_or(u64::MAX),
        revision: written.revision,
        updated_at: written.at,
        updated_by: written.by,
    })
}

/// A component as it shows.
pub(crate) fn record_view(row: &Row) -> Result<RecordView> {
    let entity = &row.entity;
    let all = JsonText::object(|out| {
        record::write_members(out, entity);
        let mut extensions = record::extensions_of(entity).peekable();
        if extensions.peek().is_some() {
            out.object("$extensions", |out| {
                extensions.for_each(|(vendor, value)| out.raw(&vendor, value.get_ref()));
            });
        }
    });
    let written = Written::of(entity);
    Ok(RecordView {
        id: entity.id().to_string(),
        name: row.columns.path.clone(),
        record: raw(all.as_str())?,
        valid: row.columns.valid,
        updated_at: written.at,
        updated_by: written.by,
    })
}

/// An asset as it shows; one whose content is not stored has size 0.
pub(crate) fn asset_view(tx: &dyn ReadTx, row: &Row) -> Result<AssetView> {
    let hash = match row.entity.value(&RegName::CONTENT) {
        Some(Value::Blob(hash)) => Some(*hash),
        _ => None,
    };
    let size = hash.map(|hash| tx.blob_len(hash)).transpose()?.flatten();
    let media_type = RegName::new("mediaType").and_then(|register| row.entity.string(&register));
    Ok(AssetView {
        id: row.entity.id().to_string(),
        path: row.columns.path.clone(),
        media_type: media_type.unwrap_or_default().into_owned(),
        size: size.unwrap_or(0),
        sha256: hash.map(|hash| hash.to_string()).unwrap_or_default(),
    })
}

/// The newest write of an entity.
struct Written {
    revision: String,
    at: String,
    by: String,
}

impl Written {
    fn of(entity: &Entity) -> Self {
        let Some(pair) = entity.newest() else {
            return Self { revision: String::new(), at: String::new(), by: String::new() };
        };
        Self {
            revision: pair.dot.to_string(),
            at: time::format(pair.stamp.wall_ms),
            by: pair.stamp.author.as_str().to_owned(),
        }
    }
}

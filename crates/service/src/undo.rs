//! What an undo reports.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::history::{EntityChange, ImportView};

/// What an undo did, or, as a dry run, would do.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UndoSummary {
    /// The project's name.
    pub project: String,
    /// The import that was taken back.
    pub import: ImportView,
    /// The number of the undo itself, by which it can be taken back; none if nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Whether this was only tried out.
    pub dry_run: bool,
    /// Entities that were written.
    pub changed: u64,
    /// What happened, by kind of entity.
    pub kinds: BTreeMap<&'static str, UndoCounts>,
    /// The first entities that were written, as they were and are now.
    pub entities: Vec<EntityChange>,
    /// How often something was left as it is.
    pub left: u64,
    /// The first ones that were left as they are, and why.
    pub left_alone: Vec<LeftAlone>,
    /// Conflicts that are open now.
    pub open_conflicts: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// What an undo did to the entities of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UndoCounts {
    /// Came back.
    pub restored: u64,
    /// Have their former values again.
    pub changed: u64,
    /// Went, because the import had added them.
    pub deleted: u64,
}

/// Something that an undo did not touch, or that needs a look after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftAlone {
    /// What it is.
    pub kind: &'static str,
    /// The set it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Its path or name.
    pub path: String,
    /// The field, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A stable name for programs: `changed_since`, `deleted_since`, `not_empty`, `shares_its_path`.
    pub reason: &'static str,
    /// Why, for people.
    pub message: String,
}

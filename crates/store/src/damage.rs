//! What a check can find wrong with a project.

use dss_model::{ContentHash, Entity, EntityId, Kind, RegName, Value};

/// One thing in a project's file that contradicts the rest of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What kind of damage it is.
    pub kind: DamageKind,
    /// The entity that it is about, if it is about one.
    pub entity: Option<EntityId>,
    /// That entity's path or name; empty if it is about none.
    pub path: String,
    /// What contradicts what, for people.
    pub detail: String,
}

impl Damage {
    /// Damage to the project as a whole.
    pub fn of_project(kind: DamageKind, detail: impl Into<String>) -> Self {
        Self { kind, entity: None, path: String::new(), detail: detail.into() }
    }

    /// Damage to one entity.
    pub fn of_entity(kind: DamageKind, id: EntityId, path: &str, detail: impl Into<String>) -> Self {
        Self { kind, entity: Some(id), path: path.to_owned(), detail: detail.into() }
    }
}

/// Kinds of damage, by what was hit and so by what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DamageKind {
    /// The project cannot be opened at all.
    Unreadable,
    /// The database itself: pages, indexes, types, or its tables.
    File,
    /// A row that names another one which is not there.
    Orphan,
    /// An entity whose state cannot be believed.
    State,
    /// What is kept beside a state is not what the state says.
    Columns,
    /// References, or what was found out about them, are not what the states say.
    References,
    /// Sums are not what they sum up.
    Counts,
    /// The clock, or the identity of the copy, is behind what was written.
    Clock,
    /// Content is not stored, or is another one than its hash says.
    Content,
    /// What was, or who said what, cannot be read.
    History,
}

const STATES_ARE_WHOLE: &str = "the states themselves are whole: export the project, and import the archive under another name, which \
     works all of this out again";
const TAKE_A_BACKUP: &str = "restore the newest backup that checks clean, or import the newest archive into a new project; keep the \
     damaged file until you have";

impl DamageKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::File,
        Self::Orphan,
        Self::State,
        Self::Columns,
        Self::References,
        Self::Counts,
        Self::Clock,
        Self::Content,
        Self::History,
    ];

    /// The stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "project_unreadable",
            Self::File => "file_damaged",
            Self::Orphan => "row_orphaned",
            Self::State => "state_damaged",
            Self::Columns => "columns_differ",
            Self::References => "references_differ",
            Self::Counts => "counts_differ",
            Self::Clock => "clock_behind",
            Self::Content => "content_damaged",
            Self::History => "history_damaged",
        }
    }

    /// What it means, as a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unreadable => {
                "The project's file cannot be opened: it is no project, is cut off, or is newer."
            }
            Self::File => {
                "SQLite finds the file damaged, or its tables and indexes are not those of a project."
            }
            Self::Orphan => "Rows name others that are not there.",
            Self::State => {
                "An entity's state does not have its hash, cannot be read, or holds a write that it has not seen."
            }
            Self::Columns => {
                "What is kept beside an entity's state for finding and sorting it is not what the state says."
            }
            Self::References => {
                "References, or what resolving them has found, are not what the states of the tokens say."
            }
            Self::Counts => "Sums over all entities are not what they sum up.",
            Self::Clock => {
                "The project's clock or its identity is behind a write that is stored: a later write could get the \
                 name of an earlier one."
            }
            Self::Content => "An asset's content is not stored, or is another one than its hash says.",
            Self::History => "What was superseded, decided, imported or delivered cannot be read.",
        }
    }

    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Columns | Self::References | Self::Counts => STATES_ARE_WHOLE,
            Self::Unreadable | Self::File | Self::Orphan | Self::State => TAKE_A_BACKUP,
            Self::Clock => {
                "the file was changed by something else than dss: restore a backup, which gives the copy a new identity"
            }
            Self::Content => "add the asset again from its file, or restore a backup",
            Self::History => {
                "tokens are not affected; for the past, restore a backup, or go on with an archive of the project"
            }
        }
    }
}

/// The content that a living asset shows. Of those that are in conflict with it, archives carry none.
pub(crate) fn content(entity: &Entity) -> Option<ContentHash> {
    match entity.value(&RegName::CONTENT) {
        Some(Value::Blob(hash)) if entity.kind() == Kind::Asset && entity.is_alive() => Some(*hash),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_is_explained() {
        let codes: BTreeSet<_> = DamageKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), DamageKind::ALL.len());
        assert!(
            DamageKind::ALL.iter().all(|kind| kind.meaning().ends_with('.') && !kind.remedy().is_empty())
        );
    }
}

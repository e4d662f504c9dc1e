//! How operations are asked for.

use std::path::PathBuf;

use dss_interop::Format;
use dss_merge::{Granularity, MassDeletion, SkewOptions, Strategy as Decision};
use dss_model::{Dot, Limits, ProjectName, TokenPath};

/// What an import does with a project that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Joins both: newer writes win over what they had seen; what neither side had seen is a conflict.
    #[default]
    Merge,
    /// Makes the project show what the input shows, by ordinary writes.
    Replace,
}

impl Strategy {
    /// The strategy's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
        }
    }
}

/// What an import does only if somebody has said that it is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// More may be deleted than [`ImportOptions::mass_deletion`] says.
    pub mass_deletion: bool,
    /// The archive of another project is taken in: both were begun apart and are one design system, and one project from
    /// then on, wherever its archives go.
    pub other_project: bool,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Name of the project to import into; by default the input's own name.
    pub project: Option<ProjectName>,
    /// What the input is, if it is not to be found out. Archives are recognized all the same.
    pub from: Option<Format>,
    /// What to do with a project that exists.
    pub strategy: Strategy,
    /// Who decides conflicts.
    pub on_conflict: Decision,
    /// Whether two people may change different fields of one item without a conflict.
    pub granularity: Granularity,
    /// What to leave alone: the ids of items, paths of tokens and groups (with what is below), names of sets (with
    /// their members), themes, components and assets. It can be imported later.
    pub hold: Vec<String>,
    /// From when on the wall clocks of two sides are distrusted.
    pub skew: SkewOptions,
    /// The token of a preview ([`ImportSummary::preview_token`](crate::ImportSummary::preview_token)): do exactly
    /// what it showed, or refuse.
    pub expect: Option<String>,
    /// How much may be deleted at once unasked.
    pub mass_deletion: MassDeletion,
    /// What would be refused otherwise.
    pub allow: Allowed,
    /// What token files are from, if not from the path they are read from: files of one source are judged
    /// against what it said before.
    pub source: Option<String>,
    /// The token set that the input's one file is, if not the one that it says or is called like.
    pub set: Option<String>,
    /// Whether what token files said before and say no more is deleted, instead of listed.
    pub delete_missing: bool,
    /// Whether errors in single items are fatal.
    pub is_strict: bool,
    /// Bounds.
    pub limits: Limits,
    /// How long the caller wants to wait, in milliseconds; `None` for however long it takes.
    pub time_budget_ms: Option<u64>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            project: None,
            from: None,
            strategy: Strategy::default(),
            on_conflict: Decision::Manual,
            granularity: Granularity::Register,
            hold: Vec::new(),
            skew: SkewOptions::default(),
            expect: None,
            mass_deletion: MassDeletion::default(),
            allow: Allowed::default(),
            source: None,
            set: None,
            delete_missing: false,
            is_strict: false,
            limits: Limits::default(),
            time_budget_ms: None,
        }
    }
}

/// What of a project to export: all of it, or what matches everything that is named.
///
/// Tokens are chosen by set, folder, type and tag, components by category and tag. Tags alone choose both;
/// beside a criterion for one kind they narrow that kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Token sets, by name.
    pub sets: Vec<String>,
    /// Tokens and components with one of these tags.
    pub tags: Vec<String>,
    /// Tokens below one of these groups.
    pub folders: Vec<TokenPath>,
    /// Tokens of one of these types.
    pub types: Vec<String>,
    /// Components of one of these categories.
    pub categories: Vec<String>,
}

impl Selection {
    /// Whether this is everything.
    pub const fn is_everything(&self) -> bool {
        !self.names_tokens() && self.categories.is_empty() && self.tags.is_empty()
    }

    const fn names_tokens(&self) -> bool {
        !(self.sets.is_empty() && self.folders.is_empty() && self.types.is_empty())
    }

    /// Whether tokens can match.
    pub const fn selects_tokens(&self) -> bool {
        self.names_tokens() || self.categories.is_empty()
    }

    /// Whether components can match.
    pub const fn selects_components(&self) -> bool {
        !self.categories.is_empty() || !self.names_tokens()
    }
}

/// What the receiver of an export has already, so that only the rest is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// An archive: everything in it. Whatever else was known to whoever made it does not count, so this is
    /// right for partial archives, too.
    Archive(PathBuf),
    /// Everything that was here when the import of that number had been done.
    Import(u64),
    /// Every write of these copies up to their counters. The caller knows that; nobody can check it.
    Context(Vec<Dot>),
}

/// How to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// What to export.
    pub selection: Selection,
    /// Another format than archives and DTCG files with revisions.
    pub to: Option<Format>,
    /// Only what is not known to the receiver yet; archives only.
    pub since: Option<Since>,
    /// Whether the archive carries the audit trail: superseded writes and imports, for display.
    pub history: bool,
    /// The time the archive carries, in milliseconds since 1970; by default the project's last change, so
    /// that the same state gives the same bytes.
    pub exported_at_ms: Option<i64>,
    /// Who exports, if the archive should say.
    pub by: Option<String>,
    /// Whether a file that exists may be replaced.
    pub overwrite: bool,
    /// How long the caller wants to wait, in milliseconds; `None` for however long it takes.
    pub time_budget_ms: Option<u64>,
}

/// What to take back.
#[derive(Clone, Debug)]
pub struct UndoOptions {
    /// The import, by number; by default the last one that changed anything.
    pub import: Option<u64>,
    /// Whether to tell only what would happen.
    pub dry_run: bool,
    /// How many entities to tell about one by one.
    pub details_max: usize,
}

impl Default for UndoOptions {
    fn default() -> Self {
        Self { import: None, dry_run: false, details_max: 100 }
    }
}

/// How to verify a file.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// What the input is, if it is not to be found out. Archives are recognized all the same.
    pub from: Option<Format>,
    /// Bounds.
    pub limits: Limits,
    /// Whether errors in single items count as refusal.
    pub is_strict: bool,
    /// Whether every byte of the container must be as DSS writes it.
    pub is_canonical: bool,
}

/// Which tokens to list.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Only in the set of that name.
    pub set: Option<String>,
    /// Only below this group.
    pub below: Option<TokenPath>,
    /// Only of this type.
    pub token_type: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only those that are marked invalid.
    pub only_invalid: bool,
}

/// What to change about a token. What is `None` stays; `Some(None)` removes it.
#[derive(Clone, Debug, Default)]
pub struct TokenChange {
    /// The value, as JSON text.
    pub value: Option<String>,
    /// `$type`.
    pub token_type: Option<Option<String>>,
    /// `$description`.
    pub description: Option<Option<String>>,
    /// `$deprecated`, as JSON text.
    pub deprecated: Option<Option<String>>,
    /// Tags to add.
    pub add_tags: Vec<String>,
    /// Tags to remove.
    pub remove_tags: Vec<String>,
    /// Whether a token that breaks the rules of the format is kept, marked invalid, instead of refused.
    pub allow_invalid: bool,
}

/// Which operations to list from the log.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only about this project.
    pub project: Option<String>,
    /// Only what happened then or later: milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// At most that many.
    pub limit: Option<usize>,
}

/// Which open conflicts are meant.
#[derive(Clone, Debug, Default)]
pub struct ConflictFilter {
    /// The item: its id, path or name; with `None`, all.
    pub item: Option<String>,
    /// Only in the set (or theme group) of that name.
    pub set: Option<String>,
    /// Only in that field.
    pub field: Option<String>,
    /// From when on the wall clocks of two sides are distrusted.
    pub skew: SkewOptions,
}

/// What to decide a conflict with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// The value that had been in the store.
    Local,
    /// The value that was imported.
    Imported,
    /// The side of that number.
    Side(u64),
    /// Another value, as JSON text; of a token's value, the `$value`.
    Value(String),
}

impl Take {
    /// What is taken, for reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Imported => "imported",
            Self::Side(_) => "a side",
            Self::Value(_) => "a value",
        }
    }
}

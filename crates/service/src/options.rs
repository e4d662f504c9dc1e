//! How operations are asked for.

use dss_merge::{Granularity, SkewOptions, Strategy as Decision};
use dss_model::{Limits, ProjectName, TokenPath};

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

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Name of the project to import into; by default the input's own name.
    pub project: Option<ProjectName>,
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
    /// Whether more than ten items, and more than a fifth of all, may be deleted at once.
    pub allow_mass_deletion: bool,
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
            strategy: Strategy::default(),
            on_conflict: Decision::Manual,
            granularity: Granularity::Register,
            hold: Vec::new(),
            skew: SkewOptions::default(),
            expect: None,
            allow_mass_deletion: false,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Token sets, by name.
    pub sets: Vec<String>,
    /// Tokens with one of these tags.
    pub tags: Vec<String>,
    /// Tokens below one of these groups.
    pub folders: Vec<TokenPath>,
    /// Tokens of one of these types.
    pub types: Vec<String>,
}

impl Selection {
    /// Whether this is everything.
    pub const fn is_everything(&self) -> bool {
        self.sets.is_empty() && self.tags.is_empty() && self.folders.is_empty() && self.types.is_empty()
    }
}

/// How to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// What to export.
    pub selection: Selection,
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

/// How to verify a file.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
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

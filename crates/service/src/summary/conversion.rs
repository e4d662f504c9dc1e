//! What became of things in another format.

use dss_interop::{Format, Report};
use serde::Serialize;

use super::Skipped;

/// A conversion from or to another format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversion {
    /// The format's name, as options take it.
    pub format: &'static str,
    /// Counts per kind of thing, the worst first.
    pub notes: Vec<ConversionNote>,
}

/// Things of one kind that a format has no place for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversionNote {
    /// What became of them: `lost`, `changed`, `assumed`, or `kept` (in `$extensions`).
    pub fate: &'static str,
    /// What they are, for people.
    pub what: &'static str,
    /// How many.
    pub count: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first: String,
}

impl Conversion {
    pub(crate) fn of(format: Format, report: &Report) -> Self {
        let note = |note: dss_interop::Note| ConversionNote {
            fate: note.fate.name(),
            what: note.what,
            count: note.count,
            first: note.first,
        };
        Self { format: format.name(), notes: report.notes().map(note).collect() }
    }
}

/// What a conversion between formats did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConvertSummary {
    /// What was read.
    pub source: String,
    /// What was written.
    pub target: String,
    /// What reading did.
    pub read: Conversion,
    /// What writing did.
    pub written: Conversion,
    /// Token sets.
    pub sets: u64,
    /// Tokens.
    pub tokens: u64,
    /// The files that were written, below the target.
    pub files: Vec<String>,
    /// Bytes written.
    pub bytes: u64,
    /// Files that were not read, and why.
    pub skipped: Vec<Skipped>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

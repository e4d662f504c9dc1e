//! What operations report. Everything here is [`serde::Serialize`].

mod conversion;
mod merge;
mod source;

use std::collections::BTreeMap;

use dss_model::{Diagnostic, NearLimit, Severity, Stage};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

pub use conversion::{Conversion, ConversionNote, ConvertSummary};
pub use merge::{MergeAnalysis, MergeReport, MergeSummary, Outcomes, Resolution};
pub use source::{Missing, MissingItem, SourceSummary};

/// Something wrong with one item of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// A stable name for programs.
    pub code: &'static str,
    /// Where in the pipeline it was found.
    #[serde(serialize_with = "stage_name")]
    pub stage: Stage,
    /// How bad it is.
    #[serde(serialize_with = "severity_name")]
    pub severity: Severity,
    /// The file or archive entry.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The token, group, theme or component.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Line in the file, from 1, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong, for people.
    pub message: String,
}

impl Finding {
    /// A finding about a resolver document, which has no lines.
    pub(crate) fn of_resolver(file: &str, finding: &dss_format::resolver::Finding) -> Self {
        Self {
            code: finding.code,
            stage: Stage::Referential,
            severity: if finding.is_warning { Severity::Warning } else { Severity::Error },
            file: file.to_owned(),
            path: finding.path.clone(),
            line: None,
            message: finding.message.clone(),
        }
    }
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        let Diagnostic { code, stage, severity, file, path, line, message } = diagnostic;
        Self { code, stage, severity, file, path, line, message }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, stage, severity, file, path, line, message } = self.clone();
        Diagnostic { code, stage, severity, file, path, line, message }.fmt(f)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn stage_name<S: Serializer>(stage: &Stage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(stage.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn severity_name<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

/// All findings of an operation: counted, and the first ones in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// How many errors: items that are invalid, kept and marked.
    pub errors: u64,
    /// How many warnings.
    pub warnings: u64,
    /// How many of each code.
    pub by_code: BTreeMap<&'static str, u64>,
    /// The first ones, up to the limit.
    pub items: Vec<Finding>,
    /// The first error, whether it is among them or not.
    #[serde(skip)]
    pub first_error: Option<Box<Finding>>,
}

/// A limit that is nearly reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitUse {
    /// Which limit.
    pub limit: &'static str,
    /// How much of it is used.
    pub used: u64,
    /// How much there is.
    pub max: u64,
}

impl From<NearLimit> for LimitUse {
    fn from(near: NearLimit) -> Self {
        Self { limit: near.limit, used: near.used, max: near.max }
    }
}

/// What happened to the entities of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindSummary {
    /// In the input.
    pub read: u64,
    /// New in the project.
    pub added: u64,
    /// Changed in the project.
    pub changed: u64,
    /// The same as before.
    pub unchanged: u64,
    /// Deleted from the project.
    pub deleted: u64,
    /// Left alone: because the caller asked for it, or because both sides contradict each other.
    pub held: u64,
}

/// An input file, or part of one, that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Which file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What an import did, or, as an analysis, would do.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportSummary {
    /// The project's name.
    pub project: String,
    /// The project's identity.
    pub project_id: String,
    /// The identity of the other project that is one with it from now on ([`Allowed::other_project`](crate::Allowed::other_project)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<String>,
    /// What was imported.
    pub source: String,
    /// What kind of input that is: `archive`, `resolver`, `folder`, `file`, or another tool's format (`tokens-studio`, …).
    pub source_kind: &'static str,
    /// The import's number among the project's, by which it can be looked at and taken back; none for one
    /// that was only tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Whether the project is new.
    pub created: bool,
    /// Whether this was only tried out.
    pub dry_run: bool,
    /// What was done with an existing project.
    pub strategy: &'static str,
    /// What happened, by kind of entity.
    pub kinds: BTreeMap<&'static str, KindSummary>,
    /// Tokens that are kept and marked invalid.
    pub invalid_tokens: u64,
    /// Conflicts that are open now: fields with more than one value.
    pub open_conflicts: u64,
    /// What became of both sides, if there were two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<MergeReport>,
    /// Of a dry run: what [`ImportOptions::expect`](crate::ImportOptions::expect) takes, so that exactly this is
    /// done, or nothing. None if the copy's identity would have to be renewed, which no two runs do alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_token: Option<String>,
    /// Of a dry run: whether so much would be deleted that the import asks for
    /// [`Allowed::mass_deletion`](crate::Allowed::mass_deletion).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_mass_deletion: bool,
    /// What the caller may have meant instead, if this made a project that nobody had named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What was said by whom, if token files were imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<SourceSummary>,
    /// What became of what DTCG has no place for, if the input is another tool's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// What is wrong with single items.
    pub findings: Findings,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// Limits of which at least 80 % are used.
    pub near_limits: Vec<LimitUse>,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The archive's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_hash: Option<String>,
}

/// What an export did.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportSummary {
    /// The project's name.
    pub project: String,
    /// The project's identity.
    pub project_id: String,
    /// Where it went.
    pub target: String,
    /// Whether it is all of the project.
    pub full: bool,
    /// Live entities in it, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Deleted entities in it.
    pub deleted: u64,
    /// What became of what the format has no place for, if it is another tool's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// What was left out, and why: token files cannot hold everything.
    pub skipped: Vec<Skipped>,
    /// Entries of the archive, or files of the folder.
    pub entries: u64,
    /// Bytes before compression.
    pub bytes: u64,
    /// Bytes written.
    pub file_bytes: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The archive's identity; a folder has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_hash: Option<String>,
}

/// What a verification found.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifySummary {
    /// The file.
    pub source: String,
    /// What kind of input it is.
    pub source_kind: &'static str,
    /// Stages that were passed, in order.
    pub stages: Vec<&'static str>,
    /// Entities in it, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Tokens that are invalid.
    pub invalid_tokens: u64,
    /// What is wrong with single items.
    pub findings: Findings,
    /// Limits of which at least 80 % are used.
    pub near_limits: Vec<LimitUse>,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The archive's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_hash: Option<String>,
}

/// What is in an archive, by its manifest alone.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The file.
    pub source: String,
    /// The project's name.
    pub name: String,
    /// The project's identity.
    pub project_id: String,
    /// The archive's identity.
    pub export_hash: String,
    /// What wrote it.
    pub generator: String,
    /// The version of its payloads.
    pub schema_version: u64,
    /// `full` or `partial`.
    pub kind: &'static str,
    /// When it was exported, RFC 3339.
    pub exported_at: String,
    /// Who exported it, if it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Live entities by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Copies of the project whose writes are in it.
    pub replicas: Vec<ReplicaView>,
    /// Its entries.
    pub entries: Vec<EntryView>,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Limits of which at least 80 % are used, or more than there is: an import would be refused.
    pub near_limits: Vec<LimitUse>,
}

/// A copy of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplicaView {
    /// Its identity.
    pub id: String,
    /// Its highest write.
    pub counter: u64,
}

/// An entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// Its name.
    pub path: String,
    /// What it is for.
    pub role: &'static str,
    /// Bytes, uncompressed.
    pub size: u64,
    /// Items in it.
    pub count: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A project of the store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectView {
    /// Its name in this store.
    pub name: String,
    /// Its identity, the same in all copies.
    pub project_id: String,
    /// Its title, if it has another name than here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Live entities by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Tokens that are marked invalid.
    pub invalid_tokens: u64,
    /// Open conflicts: fields with more than one value.
    pub open_conflicts: u64,
    /// When this copy was created, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Why it cannot be opened, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A token, as it shows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    /// Its identity.
    pub id: String,
    /// The set it is in.
    pub set: String,
    /// Its path.
    pub path: String,
    /// Its type: its own, its groups', or its target's.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// Its value, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<RawValue>>,
    /// `$description`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `$deprecated`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Box<RawValue>>,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Other tools' extensions, as written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, Box<RawValue>>,
    /// Whether it keeps the rules of the format.
    pub valid: bool,
    /// Registers with an open conflict.
    pub open_conflicts: u64,
    /// The newest write, `replica:counter`.
    pub revision: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// By whom.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub updated_by: String,
}

/// A token set.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetView {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many tokens are in it.
    pub tokens: u64,
}

/// A layer or theme group of the resolution order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerView {
    /// Its identity.
    pub id: String,
    /// `layer` (fixed) or `themeGroup` (a choice).
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What a fixed layer is made of: set names, `#layer` for another layer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The themes of a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<ThemeView>,
    /// The theme that applies when none is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// One theme of a group.
#[derive(Clone, Debug, Serialize)]
pub struct ThemeView {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is made of, in order: later sets win.
    pub sources: Vec<String>,
}

/// A component, or any entity that is a plain record.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// All of it, as JSON.
    pub record: Box<RawValue>,
    /// Whether it keeps the rules of the format.
    pub valid: bool,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// By whom.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub updated_by: String,
}

/// An asset.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetView {
    /// Its identity.
    pub id: String,
    /// Its path.
    pub path: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

//! Why a file or archive was refused.

use std::error::Error;
use std::fmt;
use std::io;

use dss_model::{JsonError, Stage};

use crate::source::SourceError;

/// What went wrong, as a fact that programs can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// The bytes could not be read.
    ReadFailed,
    /// The bytes could not be written.
    WriteFailed,
    /// The container was refused; the error's source says why.
    Archive,
    /// The archive is sound, and not byte for byte what its writer made.
    NotCanonical,
    /// The first entry does not say that this is a DSS project.
    NotAProject,
    /// There is no manifest, or it does not say what it must.
    ManifestInvalid,
    /// The manifest's own hash does not hold.
    ManifestIntegrity,
    /// The manifest lists an entry that is not there.
    EntryMissing,
    /// An entry is there that the manifest does not list.
    EntryExtra,
    /// An entry's bytes are not those that the manifest lists.
    EntryChanged,
    /// The archive was written by a newer version.
    VersionNewer,
    /// JSON that is malformed, ambiguous or over a limit.
    Json,
    /// JSON that names a key twice.
    JsonDuplicateKey,
    /// A token document, or one of its items, is over a limit.
    Limit,
    /// A payload does not match its schema.
    Schema,
    /// A revision contradicts itself.
    RevisionInvalid,
    /// A resolver document that cannot be used.
    ResolverInvalid,
    /// A file that is none of the formats known here.
    NotTokens,
    /// A bug in DSS.
    Internal,
}

impl FormatErrorKind {
    /// Every kind, for the list in docs/errors.md.
    pub const ALL: [Self; 19] = [
        Self::ReadFailed,
        Self::WriteFailed,
        Self::Archive,
        Self::NotCanonical,
        Self::NotAProject,
        Self::ManifestInvalid,
        Self::ManifestIntegrity,
        Self::EntryMissing,
        Self::EntryExtra,
        Self::EntryChanged,
        Self::VersionNewer,
        Self::Json,
        Self::JsonDuplicateKey,
        Self::Limit,
        Self::Schema,
        Self::RevisionInvalid,
        Self::ResolverInvalid,
        Self::NotTokens,
        Self::Internal,
    ];

    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReadFailed => "read_failed",
            Self::WriteFailed => "write_failed",
            Self::Archive => "archive_refused",
            Self::NotCanonical => "not_canonical",
            Self::NotAProject => "not_a_project",
            Self::ManifestInvalid => "manifest_invalid",
            Self::ManifestIntegrity => "manifest_integrity",
            Self::EntryMissing => "entry_missing",
            Self::EntryExtra => "entry_extra",
            Self::EntryChanged => "entry_changed",
            Self::VersionNewer => "schema_version_newer",
            Self::Json => "json_invalid",
            Self::JsonDuplicateKey => "json_duplicate_key",
            Self::Limit => "item_over_limit",
            Self::Schema => "schema_invalid",
            Self::RevisionInvalid => "revision_invalid",
            Self::ResolverInvalid => "resolver_invalid",
            Self::NotTokens => "not_tokens",
            Self::Internal => "internal",
        }
    }

    /// What it means, as a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::ReadFailed => "The bytes of a file or archive could not be read.",
            Self::WriteFailed => "An archive could not be written; nothing stands under its name.",
            Self::Archive => "The container was refused; the cause carries a code of its own.",
            Self::NotCanonical => "The archive is not byte for byte what its writer made.",
            Self::NotAProject => "The zip's first entry does not say that this is a DSS project.",
            Self::ManifestInvalid => "There is no manifest.json, or it does not say what it must.",
            Self::ManifestIntegrity => "The manifest's own hash does not hold.",
            Self::EntryMissing => "The manifest lists an entry, or an asset a content, that is not there.",
            Self::EntryExtra => "An entry is there that the manifest does not list.",
            Self::EntryChanged => "An entry's size or SHA-256 is not what the manifest lists.",
            Self::VersionNewer => "The archive has a newer format or schema version than this program reads.",
            Self::Json => "JSON is malformed, ambiguous, or over a limit such as depth.",
            Self::JsonDuplicateKey => {
                "A JSON object names a key twice; most readers would drop one of the two."
            }
            Self::Limit => "A token, group, path or record is over a limit, which the message names.",
            Self::Schema => "A payload is not what its schema or the manifest says.",
            Self::RevisionInvalid => "A revision contradicts itself, the manifest, or what may stand there.",
            Self::ResolverInvalid => "A resolver document cannot be used: no version, no usable order.",
            Self::NotTokens => "The file is none of the formats known here.",
            Self::Internal => "A bug in DSS.",
        }
    }

    /// The stages of an import in which it comes up, the most frequent first.
    pub const fn stages(self) -> &'static [Stage] {
        match self {
            Self::ReadFailed | Self::WriteFailed | Self::Archive | Self::NotCanonical => &[Stage::Archive],
            Self::NotAProject | Self::ManifestInvalid | Self::ManifestIntegrity | Self::EntryExtra => {
                &[Stage::Manifest]
            }
            Self::EntryMissing => &[Stage::Manifest, Stage::Referential],
            Self::EntryChanged => &[Stage::Structure, Stage::Manifest],
            Self::VersionNewer
            | Self::Json
            | Self::JsonDuplicateKey
            | Self::ResolverInvalid
            | Self::NotTokens => &[Stage::Schema],
            Self::RevisionInvalid => &[Stage::Schema, Stage::Manifest],
            Self::Limit | Self::Schema | Self::Internal => &[Stage::Structure],
        }
    }

    /// What to do next.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::ReadFailed => "check that the file exists and may be read",
            Self::WriteFailed => "check the free space and the permissions of the target folder",
            Self::Archive => "ask for the archive again; do not unpack it with other tools",
            Self::NotCanonical => {
                "if it was only zipped again, check it without --canonical; or export it again"
            }
            Self::NotAProject => "pass a .dss archive made by `dss export`, or a DTCG token file",
            Self::ManifestInvalid | Self::ManifestIntegrity | Self::EntryChanged => {
                "the archive was damaged or edited after it was exported; ask for it again"
            }
            Self::EntryMissing | Self::EntryExtra => {
                "the archive was repacked with other files; export it again instead of zipping it by hand"
            }
            Self::VersionNewer => "update DSS, or ask for an export in the older version",
            Self::Json => "correct the file at the named line; DSS reads strict JSON (RFC 8259)",
            Self::JsonDuplicateKey => "remove or rename one of the two members: one of them would be lost",
            Self::Limit => "split the item, or raise the limit if you trust the source",
            Self::Schema => "correct the named item; schemas/ has the JSON Schema it must match",
            Self::RevisionInvalid => {
                "the org.dss extension was edited by hand; remove it to import the item as new"
            }
            Self::ResolverInvalid => "correct the resolver document (DTCG resolver module 2025.10)",
            Self::NotTokens => {
                "pass a DTCG token file, a resolver document, a folder of them, or a .dss archive"
            }
            Self::Internal => "this is a bug in DSS; please report it with the file at hand",
        }
    }
}

/// A refused file or archive: what is wrong, in which stage, in which entry, at which line.
#[derive(Debug)]
pub struct FormatError {
    kind: FormatErrorKind,
    stage: Stage,
    entry: String,
    line: Option<u64>,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl FormatError {
    /// An error about `entry` (a file or archive entry; empty for the whole).
    pub fn new(kind: FormatErrorKind, stage: Stage, entry: &str, message: impl Into<String>) -> Self {
        Self { kind, stage, entry: entry.to_owned(), line: None, message: message.into(), source: None }
    }

    /// The same error, caused by another one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The same error, in another entry.
    #[must_use]
    pub fn in_entry(mut self, entry: &str) -> Self {
        entry.clone_into(&mut self.entry);
        self
    }

    /// The same error, at a line (from 1).
    #[must_use]
    pub const fn at_line(mut self, line: Option<u64>) -> Self {
        self.line = line;
        self
    }

    /// JSON that was refused: [`FormatErrorKind::Json`] or [`FormatErrorKind::JsonDuplicateKey`], of the stage `schema`, at
    /// the line of the fault.
    pub fn malformed(entry: &str, error: JsonError) -> Self {
        Self::json(entry, error)
    }

    /// Bytes that could not be read, of the stage `archive`: [`FormatErrorKind::Archive`] if the container's reader refused
    /// them, [`FormatErrorKind::ReadFailed`] otherwise.
    pub fn unreadable(entry: &str, error: io::Error) -> Self {
        Self::read(entry, error)
    }

    pub(crate) fn json(entry: &str, error: JsonError) -> Self {
        let kind = match error.kind {
            dss_model::JsonErrorKind::DuplicateKey(_) => FormatErrorKind::JsonDuplicateKey,
            _ => FormatErrorKind::Json,
        };
        let message = format!("{} (column {})", error.kind, error.column);
        Self::new(kind, Stage::Schema, entry, message).at_line(Some(error.line)).caused_by(error)
    }

    pub(crate) fn read(entry: &str, error: io::Error) -> Self {
        let refused =
            error.get_ref().and_then(|inner| inner.downcast_ref::<dss_security::ReadError>()).is_some();
        let (kind, stage) = if refused {
            (FormatErrorKind::Archive, Stage::Archive)
        } else {
            (FormatErrorKind::ReadFailed, Stage::Archive)
        };
        Self::new(kind, stage, entry, error.to_string()).caused_by(error)
    }

    pub(crate) fn source(entry: &str, error: SourceError) -> Self {
        match error {
            SourceError::Io(error) => Self::read(entry, error),
            SourceError::Json(error) => Self::json(entry, error),
            SourceError::TooLarge { limit, line } => Self::limit(
                entry,
                Some(line),
                "item_bytes",
                &format!("one item is larger than {limit} bytes"),
            ),
        }
    }

    pub(crate) fn limit(entry: &str, line: Option<u64>, limit: &str, message: &str) -> Self {
        Self::new(FormatErrorKind::Limit, Stage::Structure, entry, format!("{message} (limit {limit})"))
            .at_line(line)
    }

    pub(crate) fn internal(message: &str) -> Self {
        Self::new(FormatErrorKind::Internal, Stage::Structure, "", message)
    }

    /// What went wrong.
    pub const fn kind(&self) -> FormatErrorKind {
        self.kind
    }

    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Where in the pipeline it went wrong.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The file or archive entry at fault; empty for the whole.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// The line at fault, from 1.
    pub const fn line(&self) -> Option<u64> {
        self.line
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        self.kind.hint()
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.entry.is_empty() {
            write!(f, "{}", self.entry.escape_debug())?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl Error for FormatError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

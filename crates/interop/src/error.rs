//! Why files were refused, or could not be written.

use std::fmt;

use dss_format::FormatError;
use dss_model::{JsonError, Stage};

use crate::format::Format;

/// A format that was tried, and why it did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The format.
    pub format: Format,
    /// Why it is not that, for people.
    pub reason: String,
}

/// What went wrong, as a fact that programs can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InteropErrorKind {
    /// The files are none of the formats known here.
    Unrecognized,
    /// The files may be of several formats, and mean different things in each.
    Ambiguous,
    /// The files are not of the format that was named.
    NotThisFormat,
    /// More than is read at once.
    OverLimit,
    /// The format is only written, or only read.
    OneWay,
    /// The design cannot be written in the format.
    NotWritable,
    /// A bug in DSS.
    Internal,
}

impl InteropErrorKind {
    /// Every kind, for the list in docs/errors.md.
    pub const ALL: [Self; 7] = [
        Self::Unrecognized,
        Self::Ambiguous,
        Self::NotThisFormat,
        Self::OverLimit,
        Self::OneWay,
        Self::NotWritable,
        Self::Internal,
    ];

    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unrecognized => "not_tokens",
            Self::Ambiguous => "format_ambiguous",
            Self::NotThisFormat => "format_mismatch",
            Self::OverLimit => "document_over_limit",
            Self::OneWay => "format_one_way",
            Self::NotWritable => "not_writable",
            Self::Internal => "internal",
        }
    }

    /// The stage of an import that it comes up in; none if it is no refusal of input.
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::Unrecognized | Self::Ambiguous | Self::NotThisFormat => Some(Stage::Schema),
            Self::OverLimit => Some(Stage::Structure),
            Self::OneWay | Self::NotWritable | Self::Internal => None,
        }
    }

    /// What it means, as a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unrecognized => "The files are none of the formats known here; the message says why not.",
            Self::Ambiguous => {
                "The files may be of several formats, and would mean something else in each of them."
            }
            Self::NotThisFormat => "The files are not of the format that was named.",
            Self::OverLimit => {
                "Documents of other tools are read whole, and these are larger than that allows."
            }
            Self::OneWay => "The format can only be written, or only be read.",
            Self::NotWritable => {
                "The design holds something that keeps it from being written in that format."
            }
            Self::Internal => "A bug in DSS.",
        }
    }

    /// What to do next.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Unrecognized => {
                "if you know what it is, name it with --from; docs/formats.md lists the formats"
            }
            Self::Ambiguous => "name the format with --from",
            Self::NotThisFormat => "leave --from out to have it found, or name another one",
            Self::OverLimit => "split the document, or convert it to DTCG with the tool that it comes from",
            Self::OneWay => "choose another format; docs/formats.md says what is read and what is written",
            Self::NotWritable => "change what the message names, or choose another format",
            Self::Internal => "this is a bug in DSS; please report it with the file at hand",
        }
    }
}

/// Files that were refused, or a design that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InteropError {
    /// The bytes are not the JSON that the format is made of.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// What it says.
    #[error("{}{message}{}", place(entry), listed(tried))]
    Told {
        /// What went wrong.
        kind: InteropErrorKind,
        /// The file at fault; empty for all of them.
        entry: String,
        /// What is wrong, for people.
        message: String,
        /// The formats that were tried.
        tried: Vec<Tried>,
    },
}

impl InteropError {
    /// An error about `entry` (a file; empty for all of them).
    pub fn new(kind: InteropErrorKind, entry: &str, message: impl Into<String>) -> Self {
        Self::Told { kind, entry: entry.to_owned(), message: message.into(), tried: Vec::new() }
    }

    /// JSON that was refused.
    pub(crate) fn json(entry: &str, error: JsonError) -> Self {
        FormatError::malformed(entry, error).into()
    }

    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format(error) => error.code(),
            Self::Told { kind, .. } => kind.code(),
        }
    }

    /// What went wrong; JSON that is malformed is [`InteropErrorKind::NotThisFormat`].
    pub const fn kind(&self) -> InteropErrorKind {
        match self {
            Self::Format(_) => InteropErrorKind::NotThisFormat,
            Self::Told { kind, .. } => *kind,
        }
    }

    /// The file at fault; empty for all of them.
    pub fn entry(&self) -> &str {
        match self {
            Self::Format(error) => error.entry(),
            Self::Told { entry, .. } => entry,
        }
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Format(error) => error.hint(),
            Self::Told { kind, .. } => kind.hint(),
        }
    }
}

fn place(entry: &str) -> String {
    if entry.is_empty() { String::new() } else { format!("{}: ", entry.escape_debug()) }
}

fn listed(tried: &[Tried]) -> String {
    let tried: Vec<String> = tried.iter().map(ToString::to_string).collect();
    if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.format, self.reason)
    }
}

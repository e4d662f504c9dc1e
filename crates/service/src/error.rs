//! What can go wrong, over all layers.

mod codes;
mod container;

use std::io;
use std::path::PathBuf;

use dss_format::resolve::SelectError;
use dss_format::{FormatError, FormatErrorKind};
use dss_interop::{InteropError, InteropErrorKind};
use dss_merge::{ImportError, Integrity, ReplaceError, WriteError};
use dss_model::Stage;
use dss_store::StoreError;

use crate::summary::Finding;

use container::{archive_refusal, archive_source};

pub use codes::{ErrorCode, FINDING_CODES, Layer, codes};

/// Which kind of failure it is: what a program does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The call makes no sense: change it.
    Usage,
    /// The input was refused: get another one.
    Refused,
    /// Something named is not there, or is there already.
    Missing,
    /// The store is busy or failed: try again, or look after it.
    Store,
    /// The caller stopped it.
    Cancelled,
    /// A bug in DSS.
    Bug,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Usage, Self::Refused, Self::Missing, Self::Store, Self::Cancelled, Self::Bug];

    /// What the command line ends with.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Missing => 4,
            Self::Store => 5,
            Self::Bug => 70,
            Self::Cancelled => 130,
        }
    }
}

/// Why an operation failed. Whatever it was, nothing stored was lost or changed; only
/// [`Self::AuditFailed`] tells of an operation that was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A file or archive was refused.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Another tool's files were refused, or cannot be written.
    #[error(transparent)]
    Interop(InteropError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Two states of an entity contradict each other.
    #[error("{0}")]
    Integrity(#[from] Integrity),
    /// A write could not be made.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// A limit was exceeded.
    #[error("{what} exceeds limit: {found}{0}, the limit is {limit}{0}", unit(code))]
    OverLimit {
        /// "File size" (in bytes), "File count", "Token count", "Component count".
        what: &'static str,
        /// The error's code.
        code: &'static str,
        /// What was found, at least.
        found: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The input has errors, and the caller asked for none.
    #[error("{count} errors in the input, the first: {first}")]
    Strict {
        /// How many.
        count: u64,
        /// The first one.
        first: Box<Finding>,
    },
    /// Two items of the input claim the same place.
    #[error("{entry}: two items stand at \"{path}\"{}", listed(places))]
    DuplicatePath {
        /// The token set.
        entry: String,
        /// The place.
        path: String,
        /// Files and lines (from 1) of the two, as far as known.
        places: Vec<(String, u64)>,
    },
    /// Two items of the input carry the same id.
    #[error("two items of the input carry the id {id}{}", listed(places))]
    DuplicateId {
        /// The id.
        id: String,
        /// Files and lines (from 1) of the two, as far as known.
        places: Vec<(String, u64)>,
    },
    /// The store, the input or the options are not what a preview was made of.
    #[error("project \"{project}\" is not as it was previewed: what would happen now is something else")]
    PreviewStale {
        /// The project.
        project: String,
    },
    /// So much would be deleted that it is probably a mistake.
    #[error("this import would delete {deletions} of {live} items")]
    MassDeletion {
        /// How many items would be deleted.
        deletions: u64,
        /// How many there are.
        live: u64,
    },
    /// The import made the project: there is nothing before it.
    #[error("import {import} made project \"{project}\": there is nothing before it")]
    UndoOfCreation {
        /// The project.
        project: String,
        /// The import's number.
        import: u64,
    },
    /// Something that was named does not exist.
    #[error("there is no {what} \"{name}\"")]
    NotFound {
        /// "project", "token", "token set", "file", …
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Themes were chosen that the input does not offer, or none where one has to be.
    #[error("{0}")]
    Theme(SelectError),
    /// Something of that name exists already.
    #[error("{what} \"{name}\" exists already")]
    Exists {
        /// "token", "theme", …
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The call makes no sense.
    #[error("{message}")]
    Usage {
        /// Why, for people.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// A token that would break the rules of the format.
    #[error("token \"{path}\" would be invalid: {}", reasons.join("; "))]
    InvalidToken {
        /// Where it stands.
        path: String,
        /// What is wrong with it, for people.
        reasons: Vec<String>,
    },
    /// The operation was done, and the log could not be told.
    #[error("{action} was done, but could not be logged")]
    AuditFailed {
        /// What was done.
        action: &'static str,
        /// Why the log could not be written.
        #[source]
        cause: StoreError,
    },
    /// One side of a comparison could not be read.
    #[error("the {side} side, {name}: {cause}")]
    OneSide {
        /// `old` or `new`.
        side: &'static str,
        /// What was to be compared.
        name: String,
        /// Why it could not be read.
        #[source]
        cause: Box<Self>,
    },
    /// The archive is another project than the one it should go into.
    #[error("the archive holds project {archive}, \"{project}\" is project {existing}")]
    OtherProject {
        /// The local name.
        project: String,
        /// The local project's id.
        existing: String,
        /// The archive's project id.
        archive: String,
    },
    /// Doing it now would take longer than the caller's time budget.
    #[error("Background job required: about {estimate_ms} ms, the budget is {budget_ms} ms")]
    BackgroundJobRequired {
        /// How long it would take, roughly.
        estimate_ms: u64,
        /// How long the caller wants to wait.
        budget_ms: u64,
    },
    /// A backup is not whole.
    #[error("{path} is no whole backup: {detail}")]
    BackupDamaged {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The store holds projects, and the caller named none that it should bring back.
    #[error("the store is not empty: it holds {projects} {}", if *projects == 1 { "project" } else { "projects" })]
    StoreNotEmpty {
        /// How many.
        projects: usize,
    },
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
    /// A file could not be read or written.
    #[error("cannot access {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A bug.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<InteropError> for ServiceError {
    fn from(error: InteropError) -> Self {
        match error {
            InteropError::Format(error) => Self::Format(error),
            error => Self::Interop(error),
        }
    }
}

impl From<ImportError> for ServiceError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Integrity(error) => Self::Integrity(error),
            ImportError::Write(error) => Self::Write(error),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<ReplaceError> for ServiceError {
    fn from(error: ReplaceError) -> Self {
        match error {
            ReplaceError::Integrity(error) => Self::Integrity(error),
            ReplaceError::Write(error) => Self::Write(error),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl ServiceError {
    /// A stable name for programs, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format(error) => archive_refusal(error).map_or_else(|| error.code(), |(code, _)| code),
            Self::Interop(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Integrity(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::OverLimit { code, .. } => code,
            Self::Strict { .. } => "strict_errors",
            Self::DuplicatePath { .. } => "duplicate_path",
            Self::DuplicateId { .. } => "duplicate_id",
            Self::PreviewStale { .. } => "preview_stale",
            Self::MassDeletion { .. } => "mass_deletion",
            Self::UndoOfCreation { .. } => "undo_of_creation",
            Self::NotFound { .. } => "not_found",
            Self::Theme(SelectError::Unchosen { .. }) => "theme_unchosen",
            Self::Theme(_) => "theme_unknown",
            Self::Exists { .. } => "already_exists",
            Self::Usage { .. } => "usage",
            Self::InvalidToken { .. } => "token_invalid",
            Self::AuditFailed { .. } => "audit_failed",
            Self::OneSide { cause, .. } => cause.code(),
            Self::OtherProject { .. } => "other_project",
            Self::BackgroundJobRequired { .. } => "background_job_required",
            Self::BackupDamaged { .. } => "backup_damaged",
            Self::StoreNotEmpty { .. } => "store_not_empty",
            Self::Cancelled => "cancelled",
            Self::File { .. } => "file_access",
            Self::Internal(_) => "internal",
        }
    }

    /// The pipeline stage that refused the input, if one did.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Format(error) => Some(error.stage()),
            Self::Interop(error) => error.kind().stage(),
            Self::OverLimit { code: "file_too_large", .. } => Some(Stage::Archive),
            Self::OverLimit { .. } | Self::DuplicatePath { .. } | Self::DuplicateId { .. } => {
                Some(Stage::Structure)
            }
            Self::Strict { first, .. } => Some(first.stage),
            Self::OneSide { cause, .. } => cause.stage(),
            Self::OtherProject { .. } => Some(Stage::Manifest),
            Self::Integrity(_) => Some(Stage::Structure),
            Self::InvalidToken { .. } => Some(Stage::Schema),
            _ => None,
        }
    }

    /// The file or archive entry at fault.
    pub fn entry(&self) -> Option<&str> {
        match self {
            Self::Format(error) => Some(error.entry()).filter(|entry| !entry.is_empty()),
            Self::Interop(error) => Some(error.entry()).filter(|entry| !entry.is_empty()),
            Self::DuplicatePath { entry, places, .. } => {
                Some(places.last().map_or(entry.as_str(), |(file, _)| file))
            }
            Self::DuplicateId { places, .. } => places.last().map(|(file, _)| file.as_str()),
            Self::OneSide { cause, .. } => cause.entry(),
            Self::Strict { first, .. } => Some(first.file.as_str()).filter(|file| !file.is_empty()),
            _ => None,
        }
    }

    /// The line at fault, from 1.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Format(error) => error.line(),
            Self::DuplicatePath { places, .. } | Self::DuplicateId { places, .. } => {
                places.last().map(|(_, line)| *line).filter(|line| *line > 0)
            }
            Self::Strict { first, .. } => first.line,
            Self::OneSide { cause, .. } => cause.line(),
            _ => None,
        }
    }

    /// The token, theme or component at fault.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::DuplicatePath { path, .. } | Self::InvalidToken { path, .. } => Some(path),
            Self::Strict { first, .. } => Some(&first.path),
            Self::OneSide { cause, .. } => cause.path(),
            _ => None,
        }
    }

    /// The rule of the container that was broken (SECURITY.md), if one was.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Format(error) => archive_source(error).map(|error| error.rule),
            Self::OneSide { cause, .. } => cause.rule(),
            _ => None,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        let fixed = match self {
            Self::Format(error) => archive_refusal(error).map_or_else(|| error.hint(), |(_, hint)| hint),
            Self::Interop(error) => error.hint(),
            Self::Store(error) => return error.hint().to_owned(),
            Self::Integrity(_) => {
                "a copy of the project was duplicated with its identity; run the import again, and keep both copies"
            }
            Self::Write(WriteError::ClockExhausted) => "do not import this source",
            Self::Write(_) => "run the command again; if it fails again, report it",
            Self::OverLimit { code, .. } => match *code {
                "file_too_large" => "raise it with --max-file-size or --limits if you trust the source",
                "too_many_tokens" => "raise it with --max-tokens or --limits if you trust the source",
                "too_many_files" => "import a folder further down, or a resolver document that names fewer",
                _ => "raise it with --max-components or --limits if you trust the source",
            },
            Self::Strict { .. } => "correct them, or import without --strict to keep and mark them",
            Self::DuplicatePath { .. } => "rename one of the two",
            Self::DuplicateId { .. } => {
                "one of them is a copy of the other: remove the copy's $extensions[\"org.dss\"]"
            }
            Self::PreviewStale { .. } => {
                "preview again with --dry-run and the same options, and pass the new token"
            }
            Self::MassDeletion { .. } => {
                "look at it with --dry-run; if it is meant, allow it with --allow-mass-delete"
            }
            Self::UndoOfCreation { .. } => {
                "to be rid of it, delete the project: `dss project delete PROJECT`"
            }
            Self::NotFound { what, .. } => match *what {
                "import" => "`dss log PROJECT` shows the imports with their numbers",
                "project" => "`dss project list` shows what there is",
                "store" => "`dss import` makes one; --store DIR or DSS_STORE names another",
                "token" => "`dss token list PROJECT` shows what there is",
                "file" => "check the path",
                _ => "check the name; names are case-sensitive",
            },
            Self::Theme(SelectError::Unchosen { .. }) => "choose with --theme MODIFIER=CONTEXT",
            Self::Theme(_) => "choose one of those, as --theme MODIFIER=CONTEXT",
            Self::Exists { .. } => "choose another name, or change what exists",
            Self::Usage { hint, .. } => return hint.clone(),
            Self::InvalidToken { .. } => "correct it, or allow invalid tokens to keep it, marked",
            Self::AuditFailed { .. } => "the change is kept; make room in the store for its log",
            Self::OneSide { cause, .. } => return cause.hint(),
            Self::OtherProject { .. } => {
                "import it under a name of its own with --project, or join both with --adopt"
            }
            Self::BackgroundJobRequired { .. } => {
                "run it in the background, raise the time budget, or split the project"
            }
            Self::BackupDamaged { .. } => {
                "take an earlier backup, and look after the disk that holds this one"
            }
            Self::StoreNotEmpty { .. } => {
                "name the projects to bring back, restore into another store with --store DIR, or replace with --force"
            }
            Self::Cancelled => "nothing was changed; run it again when you like",
            Self::File { .. } => "check that it exists, may be accessed, and that there is room",
            Self::Internal(_) => "this is a bug in DSS; please report it with the command and its input",
        };
        fixed.to_owned()
    }

    /// Which kind of failure it is.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Format(error) => match error.kind() {
                FormatErrorKind::ReadFailed => ErrorClass::Missing,
                FormatErrorKind::WriteFailed => ErrorClass::Store,
                FormatErrorKind::Internal => ErrorClass::Bug,
                _ => ErrorClass::Refused,
            },
            Self::Interop(error) => match error.kind() {
                InteropErrorKind::OneWay => ErrorClass::Usage,
                InteropErrorKind::Internal => ErrorClass::Bug,
                _ => ErrorClass::Refused,
            },
            Self::Store(error) => match error {
                StoreError::NotFound { .. } | StoreError::AlreadyExists { .. } => ErrorClass::Missing,
                StoreError::DuplicateEntity { .. } | StoreError::ContentMismatch { .. } => {
                    ErrorClass::Refused
                }
                _ => ErrorClass::Store,
            },
            Self::Integrity(_)
            | Self::OverLimit { .. }
            | Self::Strict { .. }
            | Self::DuplicatePath { .. }
            | Self::DuplicateId { .. }
            | Self::PreviewStale { .. }
            | Self::MassDeletion { .. }
            | Self::OtherProject { .. }
            | Self::InvalidToken { .. }
            | Self::BackupDamaged { .. }
            | Self::BackgroundJobRequired { .. } => ErrorClass::Refused,
            Self::Usage { .. }
            | Self::UndoOfCreation { .. }
            | Self::Theme(SelectError::Unchosen { .. } | SelectError::ChosenTwice { .. }) => {
                ErrorClass::Usage
            }
            Self::NotFound { .. } | Self::Exists { .. } | Self::StoreNotEmpty { .. } | Self::Theme(_) => {
                ErrorClass::Missing
            }
            Self::OneSide { cause, .. } => cause.class(),
            Self::Cancelled => ErrorClass::Cancelled,
            // The store says the same of its own counters.
            Self::AuditFailed { .. } | Self::Write(WriteError::ClockExhausted) => ErrorClass::Store,
            Self::File { cause, .. } => match cause.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists => ErrorClass::Missing,
                _ => ErrorClass::Store,
            },
            Self::Write(_) | Self::Internal(_) => ErrorClass::Bug,
        }
    }
}

/// The unit of a limit, told by its code.
fn unit(code: &str) -> &'static str {
    if code == "file_too_large" { " bytes" } else { "" }
}

/// ` (a.json:3, b.json:9)`; nothing where nothing is known.
fn listed(places: &[(String, u64)]) -> String {
    let place = |(file, line): &(String, u64)| match line {
        0 => file.escape_debug().to_string(),
        line => format!("{}:{line}", file.escape_debug()),
    };
    let places: Vec<_> = places.iter().map(place).collect();
    if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) }
}

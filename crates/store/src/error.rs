//! What can go wrong, in the words a person needs.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use dss_model::{ContentHash, EntityId, ProjectName};

mod codes;

pub use codes::{ErrorCode, codes};

/// A cause from a library that is no part of this crate's interface.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why the store refused or failed. Unless a variant says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no project of that name.
    #[error("there is no project \"{project}\"")]
    NotFound {
        /// Its name.
        project: ProjectName,
    },
    /// A project of that name exists, and is never overwritten.
    #[error("project \"{project}\" exists already")]
    AlreadyExists {
        /// Its name.
        project: ProjectName,
    },
    /// Somebody else was writing for longer than the busy timeout.
    #[error("Database locked: {path} was in use for more than {waited_ms} ms")]
    Locked {
        /// The file that is locked.
        path: PathBuf,
        /// How long the store waited.
        waited_ms: u64,
    },
    /// No room is left for the data, or for a temporary file.
    #[error("no space left for {path}")]
    Full {
        /// The file that could not grow.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: Cause,
    },
    /// The file is no project, or is not whole.
    #[error("{path} is damaged: {detail}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What contradicts what.
        detail: String,
    },
    /// The file was written by a newer version of this program.
    #[error("{path} has schema version {found}; this program knows schema versions up to {supported}")]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// The newest schema version this program knows.
        supported: i64,
    },
    /// The store's files may not be read or written.
    #[error("cannot access {path}")]
    Access {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: Cause,
    },
    /// Content does not have the hash or the length it was announced with.
    #[error("content {expected_hash} ({expected_bytes} bytes) arrived as {found_hash} ({found_bytes} bytes)")]
    ContentMismatch {
        /// The announced hash.
        expected_hash: ContentHash,
        /// The announced length.
        expected_bytes: u64,
        /// The hash of what was read.
        found_hash: ContentHash,
        /// How many bytes were read, at most one more than announced.
        found_bytes: u64,
    },
    /// Reading content from the caller's reader, or writing it to the caller's writer, failed.
    #[error("the content could not be streamed")]
    Stream {
        /// What the reader or writer said.
        #[source]
        cause: io::Error,
    },
    /// One value is larger than the database can hold in one piece.
    #[error("a value of {bytes} bytes is too large for {path}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The value's size, 0 if unknown.
        bytes: u64,
    },
    /// A bulk load brought the same entity twice.
    #[error("entity {id} was loaded twice")]
    DuplicateEntity {
        /// The entity.
        id: EntityId,
    },
    /// The project's counter has reached its end (2^53 - 1), or a counter beyond it was observed.
    #[error("write counter {counter} is out of range")]
    CounterOutOfRange {
        /// The counter.
        counter: u64,
    },
    /// An earlier call failed within this transaction; it can only be dropped.
    #[error("the transaction failed before and can only be dropped")]
    Aborted,
    /// Anything that no other variant names: a bug here or in SQLite.
    #[error("the database failed at {path}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        cause: Cause,
    },
}

impl StoreError {
    /// The error's stable name for programs; [`codes`] lists them all.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "project_not_found",
            Self::AlreadyExists { .. } => "project_exists",
            Self::Locked { .. } => "database_locked",
            Self::Full { .. } => "disk_full",
            Self::Damaged { .. } => "store_damaged",
            Self::NewerSchema { .. } => "store_schema_too_new",
            Self::Access { .. } => "store_not_accessible",
            Self::ContentMismatch { .. } => "content_mismatch",
            Self::Stream { .. } => "content_stream_failed",
            Self::TooLarge { .. } => "value_too_large",
            Self::DuplicateEntity { .. } => "duplicate_entity",
            Self::CounterOutOfRange { .. } => "counter_out_of_range",
            Self::Aborted => "transaction_aborted",
            Self::Database { .. } => "database_failed",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        let code = self.code();
        codes().iter().find(|entry| entry.code == code).map_or("", |entry| entry.remedy)
    }

    /// Whether the same call may succeed later without anything being repaired.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Locked { .. } => true,
            Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::Full { .. }
            | Self::Damaged { .. }
            | Self::NewerSchema { .. }
            | Self::Access { .. }
            | Self::ContentMismatch { .. }
            | Self::Stream { .. }
            | Self::TooLarge { .. }
            | Self::DuplicateEntity { .. }
            | Self::CounterOutOfRange { .. }
            | Self::Aborted
            | Self::Database { .. } => false,
        }
    }
}

//! From the errors of SQLite and the file system to ours.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use rusqlite::{Error, ErrorCode};

use crate::StoreError;

/// Where something happens, for the errors that say so.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) busy_timeout: Duration,
}

impl Place {
    pub(super) fn locked(&self) -> StoreError {
        let waited_ms = u64::try_from(self.busy_timeout.as_millis()).unwrap_or(u64::MAX);
        StoreError::Locked { path: self.path.clone(), waited_ms }
    }

    pub(super) fn damaged(&self, detail: impl Into<String>) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), detail: detail.into() }
    }

    /// What an error of SQLite means here.
    pub(super) fn lift(&self, error: Error) -> StoreError {
        let path = self.path.clone();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => self.locked(),
            Some(ErrorCode::DiskFull) => StoreError::Full { path, cause: error.into() },
            _ if has_no_room(&error) => StoreError::Full { path, cause: error.into() },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => self.damaged(error.to_string()),
            Some(ErrorCode::TooBig) => StoreError::TooLarge { path, bytes: 0 },
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure,
            ) => StoreError::Access { path, cause: error.into() },
            None if is_about_content(&error) => self.damaged(error.to_string()),
            _ => StoreError::Database { path, cause: error.into() },
        }
    }
}

/// Whether the memory that connections share could not grow: SQLite has no code of its own for that.
fn has_no_room(error: &Error) -> bool {
    matches!(error, Error::SqliteFailure(failure, _) if failure.extended_code == SQLITE_IOERR_SHMSIZE)
}

/// Whether a stored value is not what its column promises.
const fn is_about_content(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..)
            | Error::QueryReturnedNoRows
    )
}

/// What an error of the file system means for `path`.
pub(super) fn lift_io(path: &Path, error: io::Error) -> StoreError {
    let path = path.to_path_buf();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StoreError::Full { path, cause: error.into() }
        }
        _ => StoreError::Access { path, cause: error.into() },
    }
}

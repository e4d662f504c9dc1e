//! Giving room back.

use std::fs;
use std::path::Path;

use dss_model::ProjectName;

use super::SqliteStore;
use super::pool::Database;
use crate::StoreError;

/// What compacting a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// Bytes that the file and what SQLite keeps beside it took up before.
    pub bytes_before: u64,
    /// Bytes that they take up now.
    pub bytes_after: u64,
}

impl SqliteStore {
    /// Writes a project's file anew, without room that nothing uses any more, and empties its log of changes to come
    /// (WAL). Readers are not stopped; writers have to wait.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody else writes for longer than the busy timeout, [`StoreError::Full`] and its like:
    /// as much room as the project takes up is needed beside it and in the temporary folder. Nothing was changed.
    pub fn compact(&self, name: &ProjectName) -> Result<Compaction, StoreError> {
        let database = self.database(name)?;
        let (_writer, _) = database.writer()?;
        compact(&database)
    }

    /// The same for the store's log of operations; `None` if there is none.
    ///
    /// # Errors
    /// As [`SqliteStore::compact`].
    pub fn compact_audit(&self) -> Result<Option<Compaction>, StoreError> {
        if !self.audit.path.exists() {
            return Ok(None);
        }
        compact(&*self.store_database()?).map(Some)
    }
}

fn compact(database: &Database) -> Result<Compaction, StoreError> {
    let path = &database.place.path;
    let bytes_before = bytes(path);
    let connection = database.connection()?;
    // Readers that are at work only keep the WAL from being cut, which is no failure.
    connection
        .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
        .map_err(|error| database.place.lift(error))?;
    Ok(Compaction { bytes_before, bytes_after: bytes(path) })
}

/// Bytes of a database and its WAL.
fn bytes(path: &Path) -> u64 {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    length(path).saturating_add(length(Path::new(&wal)))
}

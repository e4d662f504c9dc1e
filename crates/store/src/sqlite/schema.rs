//! The schemas of the two kinds of file, their versions, and how a connection is set up.

use std::time::Duration;

use rusqlite::{Connection, Result};
use rusqlite_migration::{M, Migrations};

use super::fault::Place;
use crate::StoreError;

/// One kind of database file.
#[derive(Debug)]
pub(super) struct Schema {
    /// What the file's header says it is.
    application_id: i32,
    /// Whether an empty file is one of this kind that has not been set up yet.
    may_be_empty: bool,
    /// SQL of each version, from 1.
    versions: &'static [&'static str],
}

/// A project's file. Version 1 is spelled in parts, since a bulk load builds the indexes last.
pub(super) static PROJECT: Schema = Schema {
    application_id: 0x4453_5350,
    may_be_empty: false,
    versions: &[
        concat!(
            include_str!("sql/project_tables.sql"),
            include_str!("sql/change_1.sql"),
            include_str!("sql/project_indexes.sql")
        ),
        include_str!("sql/project_2.sql"),
        include_str!("sql/project_3.sql"),
    ],
};

/// The store's own file.
pub(super) static STORE: Schema = Schema {
    application_id: 0x4453_5353,
    may_be_empty: true,
    versions: &[include_str!("sql/store_tables.sql")],
};

/// A new project's tables, at the newest version.
pub(super) const PROJECT_TABLES: &str = concat!(
    include_str!("sql/project_tables.sql"),
    include_str!("sql/change_3.sql"),
    include_str!("sql/project_2.sql")
);

/// A new project's indexes, at the newest version.
pub(super) const PROJECT_INDEXES: &str = include_str!("sql/project_indexes.sql");

/// While much is sorted. SQLite does that in runs as large as the cache may be: what is near the processor is sorted faster,
/// and reading from end to end needs no cache.
pub(super) const SORTING: &str = "PRAGMA cache_size = -2048";

/// Every connection's again.
pub(super) const SORTED: &str = "PRAGMA cache_size = -8192";

impl Schema {
    /// The newest version.
    pub(super) fn latest(&self) -> i64 {
        i64::try_from(self.versions.len()).unwrap_or(i64::MAX)
    }

    /// Marks an empty database as being of this kind, at the newest version.
    pub(super) fn mark(&self, connection: &Connection) -> Result<()> {
        connection.pragma_update(None, "application_id", self.application_id)?;
        connection.pragma_update(None, "user_version", self.latest())
    }

    /// Refuses what is no file of this kind or of a newer version; tells whether it is older.
    pub(super) fn check(&self, connection: &Connection, place: &Place) -> Result<bool, StoreError> {
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let found = pragma("user_version").map_err(|error| place.lift(error))?;
        let application_id = pragma("application_id").map_err(|error| place.lift(error))?;
        let is_fresh = self.may_be_empty && application_id == 0 && found == 0;
        if application_id != i64::from(self.application_id) && !is_fresh {
            return Err(place.damaged("it was not written by this program"));
        }
        if found > self.latest() {
            let supported = self.latest();
            return Err(StoreError::NewerSchema { path: place.path.clone(), found, supported });
        }
        Ok(found < self.latest())
    }

    /// Brings an older (or empty) file to the newest version, each step in a transaction of its own.
    pub(super) fn migrate(&self, connection: &mut Connection, place: &Place) -> Result<(), StoreError> {
        let lift = |error| place.lift(error);
        let steps = self.versions.iter().map(|sql| M::up(sql)).collect();
        Migrations::new(steps).to_latest(connection).map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => place.lift(err),
            other => StoreError::Database { path: place.path.clone(), cause: other.into() },
        })?;
        connection.pragma_update(None, "application_id", self.application_id).map_err(lift)
    }
}

/// Settings of every connection to a file that others use as well.
///
/// `temp_store` is FILE, not MEMORY: sorting and resolving references would otherwise hold memory
/// in proportion to the project. What is small never leaves the cache of the temporary file.
pub(super) fn set_up(connection: &Connection, busy_timeout: Duration) -> Result<()> {
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE;
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192; PRAGMA trusted_schema = OFF;
         PRAGMA journal_size_limit = 67108864;",
    )
}

/// Settings of a connection to a file that nobody else knows yet, and that is thrown away unless it
/// gets finished: no journal, no waiting for the disk.
pub(super) fn set_up_unshared(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -8192; PRAGMA trusted_schema = OFF;",
    )
}

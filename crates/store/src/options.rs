//! How a store is opened.

use std::path::PathBuf;

/// How to open a [`SqliteStore`](crate::SqliteStore).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The store's folder. It is created if it is missing.
    pub root: PathBuf,
    /// Where the witnesses of this machine's copies lie: a folder of the user's cache, which is
    /// neither backed up nor carried to other machines (MERGE.md §7).
    ///
    /// With `None`, nothing outlives the [`SqliteStore`](crate::SqliteStore) value: each one that
    /// writes to a project mints a replica id of its own. That is always safe, and costs 24 bytes
    /// in every entity that is edited.
    pub witness_dir: Option<PathBuf>,
    /// Milliseconds to wait for a project that somebody else is writing to. Default: 5,000.
    pub busy_timeout_ms: u64,
    /// Connections to one project at the same time, and so the readers beside a writer. At least 2.
    /// Default: 8.
    pub pool_size: u32,
}

impl StoreOptions {
    /// The store in that folder, with the defaults.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), witness_dir: None, busy_timeout_ms: 5_000, pool_size: 8 }
    }

    /// Keeps witnesses in `dir`.
    #[must_use]
    pub fn with_witness_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.witness_dir = Some(dir.into());
        self
    }

    /// Waits for at most that many milliseconds.
    #[must_use]
    pub const fn with_busy_timeout_ms(mut self, busy_timeout_ms: u64) -> Self {
        self.busy_timeout_ms = busy_timeout_ms;
        self
    }

    /// Opens at most that many connections to one project.
    #[must_use]
    pub const fn with_pool_size(mut self, pool_size: u32) -> Self {
        self.pool_size = pool_size;
        self
    }
}

//! Connections to projects: a pool for each project in use, and one writer at a time.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection};
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};

use super::fault::{Place, lift_io};
use super::lock::NameLock;
use super::schema::{self, Schema};
use super::witness::file_identity;
use crate::StoreError;

/// Pools beyond this number are closed again, the longest unused first.
const POOLS_MAX: usize = 16;

/// Opens connections to one file, each checked and set up.
#[derive(Debug)]
pub(super) struct Manager {
    place: Place,
    names: Place,
    schema: &'static Schema,
    inner: SqliteConnectionManager,
    /// The connection that was opened to see that it can be, for the first who wants one. Closing it would cost a small
    /// import more waiting for the disk than what it has to say.
    first: Mutex<Option<Connection>>,
    /// Why the last attempt failed: the pool itself only passes on a text.
    last_error: Arc<Mutex<Option<StoreError>>>,
}

impl Manager {
    fn new(place: Place, names: Place, schema: &'static Schema) -> Self {
        let busy_timeout = place.busy_timeout;
        let inner = SqliteConnectionManager::file(&place.path)
            .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .with_init(move |connection| schema::set_up(connection, busy_timeout));
        Self { place, names, schema, inner, first: Mutex::default(), last_error: Arc::default() }
    }

    /// Opens a connection, or says why not.
    fn open(&self) -> Result<Connection, StoreError> {
        // Held while opening: nobody renames or deletes the file in between.
        let lock = NameLock::shared(&self.names)?;
        if !self.place.path.try_exists().map_err(|error| lift_io(&self.place.path, error))? {
            return Err(StoreError::Access {
                path: self.place.path.clone(),
                cause: "the file is gone".into(),
            });
        }
        let mut connection = self.inner.connect().map_err(|error| self.place.lift(error))?;
        if self.schema.check(&connection, &self.place)? {
            drop(lock);
            let alone = NameLock::exclusive(&self.names)?;
            if self.schema.check(&connection, &self.place)? {
                self.schema.migrate(&mut connection, &self.place)?;
            }
            drop(alone);
        }
        Ok(connection)
    }
}

/// Stands in for the error that [`Manager::last_error`] keeps.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect")]
pub(super) struct CannotConnect;

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = CannotConnect;

    fn connect(&self) -> Result<Connection, CannotConnect> {
        let first = lock(&self.first).take();
        first.map_or_else(|| self.open(), Ok).map_err(|error| {
            *lock(&self.last_error) = Some(error);
            CannotConnect
        })
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), CannotConnect> {
        self.inner.is_valid(connection).map_err(|_| CannotConnect)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        // A connection that comes back inside a transaction would lend it to the next user.
        !connection.is_autocommit()
    }
}

/// One file and the connections to it.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) place: Place,
    /// Which file the connections lead to, should another one get its name.
    file: Option<String>,
    pool: Pool<Manager>,
    last_error: Arc<Mutex<Option<StoreError>>>,
    /// Whether a writer of this process is at work, and who waits for it.
    writing: Mutex<bool>,
    written: Condvar,
}

impl Database {
    /// Opens the file, so that what is wrong with it is known at once.
    pub(super) fn open(
        place: Place,
        names: Place,
        schema: &'static Schema,
        pool_size: u32,
    ) -> Result<Self, StoreError> {
        let file = file_identity(&place.path);
        let manager = Manager::new(place.clone(), names, schema);
        let first = manager.open()?;
        *lock(&manager.first) = Some(first);
        let last_error = Arc::clone(&manager.last_error);
        let pool = Pool::builder()
            .max_size(pool_size.max(2))
            .min_idle(Some(0))
            .connection_timeout(place.busy_timeout.max(Duration::from_millis(1)))
            .test_on_check_out(false)
            .error_handler(Box::new(NopErrorHandler))
            .build(manager)
            .map_err(|error| StoreError::Database { path: place.path.clone(), cause: error.into() })?;
        Ok(Self { place, file, pool, last_error, writing: Mutex::default(), written: Condvar::new() })
    }

    /// Whether the name still leads to the same file.
    pub(super) fn is_current(&self) -> bool {
        self.file == file_identity(&self.place.path)
    }

    /// A connection for reading.
    pub(super) fn connection(&self) -> Result<PooledConnection<Manager>, StoreError> {
        lock(&self.last_error).take();
        self.pool.get().map_err(|_| lock(&self.last_error).take().unwrap_or_else(|| self.place.locked()))
    }

    /// The right to write, among the threads of this process, and how much of the time to wait is
    /// left. So a waiting writer takes no connection away from readers.
    pub(super) fn writer(self: &Arc<Self>) -> Result<(Writer, Duration), StoreError> {
        let start = Instant::now();
        let busy_timeout = self.place.busy_timeout;
        let (mut writing, timeout) = self
            .written
            .wait_timeout_while(lock(&self.writing), busy_timeout, |writing| *writing)
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() && *writing {
            return Err(self.place.locked());
        }
        *writing = true;
        drop(writing);
        Ok((Writer { database: Arc::clone(self) }, busy_timeout.saturating_sub(start.elapsed())))
    }

    fn is_idle(&self) -> bool {
        let state = self.pool.state();
        state.connections == state.idle_connections
    }
}

/// The right to write; ends when dropped.
#[derive(Debug)]
pub(super) struct Writer {
    database: Arc<Database>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        *lock(&self.database.writing) = false;
        self.database.written.notify_one();
    }
}

/// The databases in use, the most recently used last.
#[derive(Debug, Default)]
pub(super) struct Databases {
    open: Mutex<Vec<Arc<Database>>>,
}

impl Databases {
    /// The database at that place, opened by `open` if it is not yet.
    pub(super) fn get(
        &self,
        place: &Place,
        open: impl FnOnce() -> Result<Database, StoreError>,
    ) -> Result<Arc<Database>, StoreError> {
        let known = {
            let mut databases = lock(&self.open);
            let at = databases.iter().position(|known| known.place.path == place.path);
            at.map(|at| {
                let known = databases.remove(at);
                databases.push(Arc::clone(&known));
                known
            })
        };
        match known {
            Some(known) if known.is_current() => return Ok(known),
            Some(_) => self.forget(place),
            None => {}
        }
        let opened = Arc::new(open()?);
        let mut databases = lock(&self.open);
        // Two threads may have opened it at once: one of them wins, or there would be two gates.
        if let Some(known) = databases.iter().find(|known| known.place.path == place.path) {
            return Ok(Arc::clone(known));
        }
        let idle = databases.iter().position(|known| known.is_idle());
        if databases.len() >= POOLS_MAX
            && let Some(oldest) = idle
        {
            databases.remove(oldest);
        }
        databases.push(Arc::clone(&opened));
        Ok(opened)
    }

    /// Closes the database's idle connections, and the others as soon as they are given back.
    pub(super) fn forget(&self, place: &Place) {
        lock(&self.open).retain(|known| known.place.path != place.path);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What reading and writing transactions have in common: a connection and the names behind numbers.

use std::cell::Cell;
use std::ops::Deref;

use dss_model::{EntityId, Kind, ReplicaId};
use rusqlite::{CachedStatement, Connection, ErrorCode};

use super::fault::Place;
use super::names::Registry;
use super::{codes, schema};
use crate::state::{self, Context};
use crate::{Columns, OwnReplica, ProjectHeader, Row, StoreError};

/// A connection of its own, or one of a pool's.
#[derive(Debug)]
pub(super) enum Handle {
    Own(Connection),
    Pooled(r2d2::PooledConnection<super::pool::Manager>),
}

impl Deref for Handle {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Own(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

/// What is known about a project's references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// Nothing: something has changed since.
    No,
    /// What is wrong with them.
    Yes,
    /// The same, and some of them never end, or not soon enough.
    Endless,
}

impl Resolved {
    const fn of(code: i64) -> Self {
        match code {
            1 => Self::Yes,
            2 => Self::Endless,
            _ => Self::No,
        }
    }

    pub(super) const fn code(self) -> i64 {
        match self {
            Self::No => 0,
            Self::Yes => 1,
            Self::Endless => 2,
        }
    }
}

/// An open transaction on a project's file.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) connection: Handle,
    pub(super) place: Place,
    pub(super) registry: Registry,
    /// Rows are still being loaded, and there are no indexes.
    pub(super) loading: Cell<bool>,
    /// What is known about the references.
    pub(super) resolved: Cell<Resolved>,
    /// Whether this transaction has changed something since that the references depend on.
    pub(super) touched: Cell<bool>,
    /// Something failed in a way that SQLite may have answered by rolling back.
    pub(super) failed: Cell<bool>,
}

/// The columns that [`Core::row`] reads, in its order.
pub(super) const ROW_COLUMNS: &str = "id, kind, set_number, path, sort,
    COALESCE(type_number, (SELECT y.type_number FROM resolved_type y WHERE y.row = entity.row)),
    flags, hash, state";

impl Core {
    /// Wraps a connection whose transaction has begun.
    pub(super) fn new(connection: Handle, place: Place, loading: bool) -> Result<Self, StoreError> {
        let registry = Registry::load(&connection).map_err(|error| place.lift(error))?;
        let resolved = connection.query_row("SELECT resolved FROM project", [], |row| row.get(0));
        let resolved = Cell::new(Resolved::of(resolved.map_err(|error| place.lift(error))?));
        let (loading, touched, failed) = (Cell::new(loading), Cell::new(false), Cell::new(false));
        Ok(Self { connection, place, registry, loading, resolved, touched, failed })
    }

    pub(super) fn lift(&self, error: rusqlite::Error) -> StoreError {
        self.place.lift(error)
    }

    pub(super) fn damaged(&self, detail: impl Into<String>) -> StoreError {
        self.place.damaged(detail)
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        self.connection.prepare_cached(sql).map_err(|error| self.lift(error))
    }

    /// Ends a bulk load by building the indexes.
    pub(super) fn ensure_indexes(&self) -> Result<(), StoreError> {
        if !self.loading.get() {
            return Ok(());
        }
        if self.failed.get() {
            return Err(StoreError::Aborted);
        }
        if let Err(error) = self.connection.execute_batch(schema::PROJECT_INDEXES) {
            self.failed.set(true);
            let is_duplicate = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
            return Err(match is_duplicate.then(|| self.first_duplicate_id()).flatten() {
                Some(id) => StoreError::DuplicateEntity { id },
                None => self.lift(error),
            });
        }
        self.loading.set(false);
        Ok(())
    }

    fn first_duplicate_id(&self) -> Option<EntityId> {
        let sql = "SELECT id FROM entity GROUP BY id HAVING COUNT(*) > 1 LIMIT 1";
        let id = self.connection.query_row(sql, [], |row| row.get(0)).ok()?;
        Some(EntityId::from_bytes(id))
    }

    pub(super) fn header(&self) -> Result<ProjectHeader, StoreError> {
        let sql = "SELECT project_id, created_at_ms, last_change_ms, clock FROM project";
        let header = self.connection.query_row(sql, [], |row| {
            Ok(ProjectHeader {
                project_id: EntityId::from_bytes(row.get(0)?),
                created_at_ms: row.get(1)?,
                last_change_ms: row.get(2)?,
                clock: codes::wide(row.get(3)?),
            })
        });
        header.map_err(|error| self.lift(error))
    }

    /// The copy's identity, as the file has it.
    pub(super) fn stored_own(&self) -> Result<Option<OwnReplica>, StoreError> {
        let sql = "SELECT own_replica, own_issued FROM project";
        let own = self.connection.query_row(sql, [], |row| {
            let replica: Option<[u8; 16]> = row.get(0)?;
            let issued = codes::wide(row.get(1)?);
            Ok(replica.map(|bytes| OwnReplica { replica: ReplicaId::from_bytes(bytes), issued }))
        });
        own.map_err(|error| self.lift(error))
    }

    /// Reads the row whose columns, from the first on, are [`ROW_COLUMNS`].
    pub(super) fn row(&self, row: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
        let stored = StoredRow::read(row).map_err(|error| self.lift(error))?;
        let id = EntityId::from_bytes(stored.id);
        let damaged = |what: &str| self.damaged(format!("entity {id}: {what}"));
        let kind = codes::kind(stored.kind).ok_or_else(|| damaged("unknown kind"))?;
        let set = self.set(stored.set_number)?;
        let context = Context { id, kind, path: stored.path, set };
        if state::hash(stored.state, context) != stored.hash {
            return Err(damaged("its content does not have its hash"));
        }
        let entity = state::decode(stored.state, context, &self.registry.names)
            .map_err(|damage| damaged(&damage.to_string()))?;
        if entity.is_alive() != (stored.flags & codes::ALIVE != 0) {
            return Err(damaged("its columns contradict its state"));
        }
        let token_type = match stored.type_number {
            None => None,
            Some(number) => {
                Some(self.registry.types.name(number).ok_or_else(|| damaged("unknown type"))?.clone())
            }
        };
        let columns = Columns {
            set,
            path: stored.path.to_owned(),
            sort: stored.sort.to_vec(),
            token_type,
            valid: stored.flags & codes::VALID != 0,
        };
        Ok(Row { entity, columns, references: Vec::new() })
    }

    /// The set of that number.
    pub(super) fn set(&self, number: Option<i64>) -> Result<Option<EntityId>, StoreError> {
        match number {
            None => Ok(None),
            Some(number) => match self.registry.sets.name(number) {
                Some(set) => Ok(Some(*set)),
                None => Err(self.damaged(format!("there is no set {number}"))),
            },
        }
    }

    pub(super) fn kind(&self, code: i64) -> Result<Kind, StoreError> {
        codes::kind(code).ok_or_else(|| self.damaged(format!("unknown kind {code}")))
    }
}

/// A row as SQLite hands it out, nothing copied yet.
struct StoredRow<'a> {
    id: [u8; 16],
    kind: i64,
    set_number: Option<i64>,
    path: &'a str,
    sort: &'a [u8],
    type_number: Option<i64>,
    flags: i64,
    hash: [u8; 16],
    state: &'a [u8],
}

impl<'a> StoredRow<'a> {
    fn read(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            set_number: row.get(2)?,
            path: row.get_ref(3)?.as_str()?,
            sort: row.get_ref(4)?.as_blob()?,
            type_number: row.get(5)?,
            flags: row.get(6)?,
            hash: row.get(7)?,
            state: row.get_ref(8)?.as_blob()?,
        })
    }
}

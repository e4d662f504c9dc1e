//! What reading and writing transactions have in common: a connection and the names behind numbers.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use dss_model::{Entity, EntityId, Kind, Plain, ReplicaId};
use rusqlite::{CachedStatement, Connection, ErrorCode};

use super::fault::Place;
use super::load::Load;
use super::names::Registry;
use super::write::Stored;
use super::{codes, schema};
use crate::state::{self, Context};
use crate::{Columns, OwnReplica, ProjectHeader, Row, RowInPlace, StoreError};

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
    /// Those that are not written yet.
    pub(super) load: RefCell<Load>,
    /// What was read last, if it may be written: nearly always, what becomes of it is put next.
    pub(super) recent: RefCell<Option<Stored>>,
    pub(super) is_writing: bool,
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
        let (load, recent, is_writing) = (RefCell::default(), RefCell::default(), false);
        Ok(Self { connection, place, registry, loading, load, recent, is_writing, resolved, touched, failed })
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
        self.write_loaded()?;
        self.sorting(|| self.build_indexes())?;
        self.loading.set(false);
        Ok(())
    }

    fn build_indexes(&self) -> Result<(), StoreError> {
        self.connection.execute_batch(schema::PROJECT_INDEXES).map_err(|error| {
            self.failed.set(true);
            let is_duplicate = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
            match is_duplicate.then(|| self.first_duplicate_id()).flatten() {
                Some(id) => StoreError::DuplicateEntity { id },
                None => self.lift(error),
            }
        })
    }

    /// Does what sorts much with the cache that is best for that; the connection has its own again, however it ends.
    pub(super) fn sorting<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.batch(schema::SORTING)?;
        let done = work();
        let sorted = self.batch(schema::SORTED);
        done.and_then(|done| sorted.map(|()| done))
    }

    fn first_duplicate_id(&self) -> Option<EntityId> {
        let sql = "SELECT id FROM entity GROUP BY id HAVING COUNT(*) > 1 LIMIT 1";
        let id = self.connection.query_row(sql, [], |row| row.get(0)).ok()?;
        Some(EntityId::from_bytes(id))
    }

    pub(super) fn header(&self) -> Result<ProjectHeader, StoreError> {
        let sql = "SELECT project_id, created_at_ms, last_change_ms, clock FROM project";
        let row = self.connection.query_row(sql, [], |row| {
            Ok((EntityId::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?, codes::wide(row.get(3)?)))
        });
        let (id, created_at_ms, last_change_ms, clock) = row.map_err(|error| self.lift(error))?;
        Ok(ProjectHeader { ids: self.project_ids(id)?, created_at_ms, last_change_ms, clock })
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
        InPlace::new(self, row)?.to_row()
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
pub(super) struct InPlace<'a> {
    core: &'a Core,
    id: EntityId,
    kind: i64,
    set_number: Option<i64>,
    path: &'a str,
    sort: &'a [u8],
    type_number: Option<i64>,
    flags: i64,
    hash: [u8; 16],
    state: &'a [u8],
}

impl<'a> InPlace<'a> {
    /// The row whose columns, from the first on, are [`ROW_COLUMNS`].
    pub(super) fn new(core: &'a Core, row: &'a rusqlite::Row<'_>) -> Result<Self, StoreError> {
        let read = || {
            Ok(Self {
                core,
                id: EntityId::from_bytes(row.get(0)?),
                kind: row.get(1)?,
                set_number: row.get(2)?,
                path: row.get_ref(3)?.as_str()?,
                sort: row.get_ref(4)?.as_blob()?,
                type_number: row.get(5)?,
                flags: row.get(6)?,
                hash: row.get(7)?,
                state: row.get_ref(8)?.as_blob()?,
            })
        };
        read().map_err(|error| core.lift(error))
    }

    /// What the state leaves to the row; the state is proven to be the one that was written with it.
    fn context(&self) -> Result<Context<'a>, StoreError> {
        let kind = codes::kind(self.kind).ok_or_else(|| self.damaged("unknown kind"))?;
        let set = self.core.set(self.set_number)?;
        let context = Context { id: self.id, kind, path: self.path, set };
        if state::hash(self.state, context) != self.hash {
            return Err(self.damaged("its content does not have its hash"));
        }
        Ok(context)
    }

    /// Which entity it is, and its path or name.
    pub(super) const fn place(&self) -> (EntityId, &'a str) {
        (self.id, self.path)
    }

    /// The entity, whole.
    pub(super) fn entity(&self) -> Result<Entity, StoreError> {
        state::decode(self.state, self.context()?, &self.core.registry.names)
            .map_err(|damage| self.damaged(&damage.to_string()))
    }

    fn check_life(&self, is_alive: bool) -> Result<(), StoreError> {
        let is_same = is_alive == (self.flags & codes::ALIVE != 0);
        if is_same { Ok(()) } else { Err(self.damaged("its columns contradict its state")) }
    }

    fn damaged(&self, what: &str) -> StoreError {
        self.core.damaged(format!("entity {}: {what}", self.id))
    }
}

impl RowInPlace for InPlace<'_> {
    fn path(&self) -> &str {
        self.path
    }

    fn sort(&self) -> &[u8] {
        self.sort
    }

    fn plain(&self) -> Result<Option<Plain<'_>>, StoreError> {
        let plain = state::plain(self.state, self.context()?, &self.core.registry.names);
        plain.as_ref().map_or(Ok(()), |plain| self.check_life(plain.is_alive()))?;
        Ok(plain)
    }

    fn to_row(&self) -> Result<Row, StoreError> {
        let entity = self.entity()?;
        self.check_life(entity.is_alive())?;
        let types = &self.core.registry.types;
        let token_type = match self.type_number {
            None => None,
            Some(number) => Some(types.name(number).ok_or_else(|| self.damaged("unknown type"))?.clone()),
        };
        let columns = Columns {
            set: self.core.set(self.set_number)?,
            path: self.path.to_owned(),
            sort: self.sort.to_vec(),
            token_type,
            valid: self.flags & codes::VALID != 0,
        };
        Ok(Row { entity, columns, references: Vec::new() })
    }
}

//! The two kinds of transaction.

mod own;
mod reading;

use std::io::Read;
use std::sync::Arc;

use dss_model::{ContentHash, Dot, EntityId, ProjectIds, ProjectName, ReplicaId};

use super::SqliteStore;
use super::codes::narrow;
use super::core::{Core, Handle, Resolved};
use super::lock::Building;
use super::pool::{Database, Writer};
use crate::{
    DecisionRecord, Delivery, Duplicate, HistoryRecord, ImportRecord, OwnReplica, PlainRow, ReferenceFinding,
    Row, Source, SourceId, StoreError, Visit, WriteTx,
};
use own::Own;

/// A snapshot.
#[derive(Debug)]
pub(super) struct ReadTransaction {
    core: Core,
}

impl ReadTransaction {
    pub(super) fn begin(database: &Database) -> Result<Self, StoreError> {
        let connection = Handle::Pooled(database.connection()?);
        let place = database.place.clone();
        connection.execute_batch("BEGIN").map_err(|error| place.lift(error))?;
        // Reading the names is what pins the snapshot.
        Ok(Self::over(Core::new(connection, place, false)?))
    }

    /// Wraps a project that nobody changes.
    pub(super) const fn over(core: Core) -> Self {
        Self { core }
    }
}

impl Drop for ReadTransaction {
    fn drop(&mut self) {
        self.core.connection.execute_batch("ROLLBACK").ok();
    }
}

/// What becomes of a writing transaction.
#[derive(Debug)]
pub(super) enum Target<'s> {
    /// Changes to a project that others use.
    Existing {
        store: &'s SqliteStore,
        /// Held to the end.
        _writer: Writer,
    },
    /// A project that gets its name at the end.
    New { store: &'s SqliteStore, name: ProjectName, building: Building },
    /// Nothing.
    Scratch,
}

#[derive(Debug)]
pub(super) struct WriteTransaction<'s> {
    // Closed before the target removes the file that it leads to.
    core: Core,
    target: Target<'s>,
    clock: u64,
    own: Own,
    /// Changes up to this number are older than the transaction.
    change_before: u64,
    /// The same of decisions.
    decisions_before: i64,
}

impl<'s> WriteTransaction<'s> {
    /// Begins to change a project that others use.
    pub(super) fn begin(store: &'s SqliteStore, database: &Arc<Database>) -> Result<Self, StoreError> {
        let (writer, time_left) = database.writer()?;
        let connection = Handle::Pooled(database.connection()?);
        let place = database.place.clone();
        let lift = |error| place.lift(error);
        connection.busy_timeout(time_left).map_err(lift)?;
        let begun = connection.execute_batch("BEGIN IMMEDIATE");
        connection.busy_timeout(place.busy_timeout).map_err(lift)?;
        begun.map_err(lift)?;
        let core = Core::new(connection, place, false)?;
        Self::over(core, Target::Existing { store, _writer: writer })
    }

    /// Wraps a project whose tables were just made and whose transaction has begun.
    pub(super) fn over(mut core: Core, target: Target<'s>) -> Result<Self, StoreError> {
        core.is_writing = true;
        let clock = core.header()?.clock;
        let change_before = core.last_change()?;
        let decisions_before = core.number("SELECT COALESCE(MAX(number), 0) FROM decision", [])?.unwrap_or(0);
        let own = Own::Unchecked;
        Ok(Self { core, target, clock, own, change_before, decisions_before })
    }

    /// Runs a change; a failure spoils the transaction, for SQLite may have rolled it back.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.check()?;
        let changed = change(self);
        if changed.is_err() {
            self.core.failed.set(true);
        }
        changed
    }

    /// Lets the file grow to that many pages only.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: i64) -> Result<(), StoreError> {
        let set = self.core.connection.pragma_update(None, "max_page_count", pages);
        set.map_err(|error| self.core.lift(error))
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.core.failed.get() { Err(StoreError::Aborted) } else { Ok(()) }
    }

    fn raise_clock(&mut self, counter: u64) -> Result<(), StoreError> {
        if counter > Dot::COUNTER_MAX {
            return Err(StoreError::CounterOutOfRange { counter });
        }
        self.clock = self.clock.max(counter);
        Ok(())
    }

    /// Writes what was gathered in memory. What nobody checked stays as it is in the file.
    fn flush(&mut self) -> Result<(), StoreError> {
        let connection = &self.core.connection;
        let lift = |error| self.core.place.lift(error);
        self.core.registry.save(connection).map_err(lift)?;
        let resolved = if self.core.touched.get() { Resolved::No } else { self.core.resolved.get() };
        let state = (narrow(self.clock), resolved.code());
        connection.execute("UPDATE project SET clock = ?1, resolved = ?2", state).map_err(lift)?;
        let own = match self.own {
            Own::Unchecked => return Ok(()),
            Own::None => (None, 0),
            Own::Valid(own) => (Some(own.replica.to_bytes()), narrow(own.issued)),
        };
        connection
            .execute("UPDATE project SET own_replica = ?1, own_issued = ?2", own)
            .map(drop)
            .map_err(lift)
    }

    fn end(mut self) -> Result<(), StoreError> {
        self.check()?;
        self.core.ensure_indexes()?;
        self.flush()?;
        let own = match self.own {
            Own::Valid(own) => Some(OwnReplica { issued: self.issued_at_all(own)?, ..own }),
            Own::Unchecked | Own::None => None,
        };
        if let Target::Existing { store, .. } = &self.target {
            store.vouch(&self.core.place.path, own);
        }
        self.core.connection.execute_batch("COMMIT").map_err(|error| self.core.lift(error))?;
        self.core.failed.set(true);
        match std::mem::replace(&mut self.target, Target::Scratch) {
            Target::New { store, name, building } => {
                // Closes the file.
                drop(self);
                store.publish(&name, &building, own)
            }
            Target::Existing { .. } | Target::Scratch => Ok(()),
        }
    }
}

impl Drop for WriteTransaction<'_> {
    fn drop(&mut self) {
        // Without a journal there is nothing to roll back to: the file itself goes away.
        if matches!(self.target, Target::Existing { .. }) && !self.core.connection.is_autocommit() {
            self.core.connection.execute_batch("ROLLBACK").ok();
        }
    }
}

impl WriteTx for WriteTransaction<'_> {
    fn put(&mut self, row: &Row) -> Result<(), StoreError> {
        self.change(|tx| {
            let highest = row.entity.seen().iter().map(|dot| dot.counter).max().unwrap_or(0);
            tx.raise_clock(highest)?;
            tx.core.put(row)
        })
    }

    fn put_plain(&mut self, row: PlainRow) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.raise_clock(row.write().dot.counter)?;
            tx.core.put_plain(row)
        })
    }

    fn put_blob(&mut self, hash: ContentHash, len: u64, reader: &mut dyn Read) -> Result<(), StoreError> {
        self.check()?;
        let stored = self.core.put_blob(hash, len, reader);
        // What the caller's side did wrong was undone already.
        let is_ours =
            !matches!(stored, Ok(()) | Err(StoreError::ContentMismatch { .. } | StoreError::Stream { .. }));
        if is_ours {
            self.core.failed.set(true);
        }
        stored
    }

    fn next_dot(&mut self) -> Result<Dot, StoreError> {
        let own = self.change(Self::ensure_own)?;
        let counter = self.clock.max(own.issued).saturating_add(1);
        self.raise_clock(counter)?;
        self.own = Own::Valid(OwnReplica { issued: counter, ..own });
        Ok(Dot { counter, replica: own.replica })
    }

    fn observe(&mut self, counters: &[(ReplicaId, u64)]) -> Result<(), StoreError> {
        self.check()?;
        let highest = counters.iter().map(|(_, counter)| *counter).max().unwrap_or(0);
        self.raise_clock(highest)
    }

    fn own_replica(&mut self) -> Result<Option<OwnReplica>, StoreError> {
        self.check()?;
        match self.checked_own()? {
            Own::Valid(own) => Ok(Some(own)),
            Own::Unchecked | Own::None => Ok(None),
        }
    }

    fn forget_identity(&mut self) -> Result<(), StoreError> {
        self.check()?;
        self.own = Own::None;
        Ok(())
    }

    fn log_decision(&mut self, decision: &DecisionRecord) -> Result<(), StoreError> {
        self.change(|tx| {
            let mut statement = tx.core.prepare(
                "INSERT INTO decision (entity, register, at_ms, author, strategy, record)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            let DecisionRecord { entity, register, at_ms, by, strategy, record } = decision;
            let row = (entity.to_bytes(), register.as_str(), at_ms, by, strategy, record);
            statement.execute(row).map(drop).map_err(|error| tx.core.lift(error))
        })
    }

    fn source(&mut self, name: &str) -> Result<Source, StoreError> {
        self.change(|tx| tx.core.source(name))
    }

    fn next_source_dot(&mut self, source: SourceId) -> Result<Dot, StoreError> {
        self.change(|tx| {
            tx.ensure_own()?;
            let dot = tx.core.source_dot(source, tx.clock)?;
            tx.raise_clock(dot.counter)?;
            Ok(dot)
        })
    }

    fn source_replicas(&mut self) -> Result<Vec<OwnReplica>, StoreError> {
        self.check()?;
        match self.checked_own()? {
            Own::Valid(_) => self.core.source_replicas(),
            Own::Unchecked | Own::None => Ok(Vec::new()),
        }
    }

    fn put_delivery(&mut self, source: SourceId, delivery: &Delivery) -> Result<(), StoreError> {
        self.change(|tx| tx.core.put_delivery(source, delivery))
    }

    fn end_delivery(&mut self, source: SourceId, at_ms: i64, made: Option<Dot>) -> Result<(), StoreError> {
        self.change(|tx| tx.core.end_delivery(source, at_ms, made))
    }

    fn log_import(&mut self, record: &ImportRecord) -> Result<u64, StoreError> {
        self.change(|tx| {
            let is_first = !matches!(tx.target, Target::Existing { .. });
            let number = tx.core.log_import(record, tx.change_before, is_first)?;
            let mut statement =
                tx.core.prepare("UPDATE decision SET import = ?1 WHERE number > ?2 AND import IS NULL")?;
            statement.execute((narrow(number), tx.decisions_before)).map_err(|error| tx.core.lift(error))?;
            Ok(number)
        })
    }

    fn tell(&mut self, record: &HistoryRecord) -> Result<bool, StoreError> {
        self.change(|tx| tx.core.tell(record))
    }

    fn tell_import(&mut self, record: &ImportRecord) -> Result<bool, StoreError> {
        self.change(|tx| tx.core.tell_import(record))
    }

    fn join_ids(&mut self, ids: &ProjectIds) -> Result<(), StoreError> {
        self.change(|tx| tx.core.join_ids(ids))
    }

    fn set_last_change(&mut self, at_ms: i64) -> Result<(), StoreError> {
        self.change(|tx| {
            let updated = tx.core.connection.execute("UPDATE project SET last_change_ms = ?1", [at_ms]);
            updated.map(drop).map_err(|error| tx.core.lift(error))
        })
    }

    fn finish_load(&mut self) -> Result<(), StoreError> {
        self.change(|tx| tx.core.ensure_indexes())
    }

    fn new_duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
        self.core.new_duplicates(each)
    }

    fn resolve_references(
        &mut self,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        self.change(|tx| tx.core.resolve_references(each))
    }

    fn set_columns(&mut self, id: EntityId, token_type: Option<&str>, valid: bool) -> Result<(), StoreError> {
        self.change(|tx| tx.core.set_columns(id, token_type, valid))
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.end()
    }
}

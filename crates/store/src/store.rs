//! The interface that every backend implements.

use std::io::{Read, Write};
use std::ops::ControlFlow;

use dss_model::{ContentHash, Dot, EntityId, Kind, ProjectIds, ProjectName, ReplicaId};

use crate::{
    AuditFilter, AuditRecord, ChangeFilter, ChangeRecord, Counts, Damage, DecisionEntry, DecisionRecord,
    Delivery, Duplicate, HistoryRecord, ImportEntry, ImportRecord, NewProject, OwnReplica, Placed, PlainRow,
    ProjectHeader, ProjectInfo, Reference, ReferenceFinding, Referrer, Row, RowInPlace, Scan, Source,
    SourceId, StoreError,
};

/// What a visitor of rows returns: go on, or enough.
pub type Visit = ControlFlow<()>;

/// A place where projects live.
pub trait Store: Send + Sync {
    /// The projects, by name.
    ///
    /// # Errors
    /// [`StoreError::Access`] if the store cannot be listed. A project that cannot be opened is
    /// listed with its error.
    fn projects(&self) -> Result<Vec<ProjectInfo>, StoreError>;

    /// Starts a new project: built out of sight, visible to others only once committed.
    ///
    /// Rows are loaded in bulk: until [`WriteTx::finish_load`], an id may be put only once.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], here and again at the commit.
    fn create(&self, name: &ProjectName, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// Starts a project that nobody will ever see, for trying something out. It is as good as
    /// [`Store::create`] in every other way; its commit checks everything and keeps nothing.
    ///
    /// # Errors
    /// [`StoreError::Full`] and its like.
    fn scratch(&self, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// A snapshot of a project. It never waits for a writer and never sees what is written later.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`], [`StoreError::NewerSchema`].
    fn read(&self, name: &ProjectName) -> Result<Box<dyn ReadTx + '_>, StoreError>;

    /// The one transaction that may change a project. It waits for an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when the busy timeout has passed; and as [`Store::read`].
    fn write(&self, name: &ProjectName) -> Result<Box<dyn WriteTx + '_>, StoreError>;

    /// Gives a project another name. It must not be in use.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::AlreadyExists`], [`StoreError::Locked`].
    fn rename(&self, from: &ProjectName, to: &ProjectName) -> Result<(), StoreError>;

    /// Removes a project, damaged or not. It must not be in use.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Locked`].
    fn delete(&self, name: &ProjectName) -> Result<(), StoreError>;

    /// Adds to the audit of the store.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Full`] and their like.
    fn append_audit(&self, record: &AuditRecord) -> Result<(), StoreError>;

    /// Visits the audit, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its like.
    fn audit(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRecord) -> Visit,
    ) -> Result<(), StoreError>;
}

/// One unchanging view of a project.
///
/// Every method fails with [`StoreError::Damaged`] where the file contradicts itself, and with
/// [`StoreError::Database`] and its like where it cannot be read. Visitors see one row at a time;
/// nothing of the project's size is held in memory.
#[expect(clippy::missing_errors_doc, reason = "said once, for all methods")]
pub trait ReadTx: Send {
    /// Identity, times and clock.
    fn header(&self) -> Result<ProjectHeader, StoreError>;

    /// The copies whose writes the entities know, by id, each with its highest write. A copy that
    /// only the origin of some value names has 0. The project's own copy is there from its first
    /// write on. A function of the entities alone.
    fn replicas(&self) -> Result<Vec<(ReplicaId, u64)>, StoreError>;

    /// The authors of all live writes, by name; nobody is not listed. A function of the entities alone.
    fn authors(&self) -> Result<Vec<String>, StoreError>;

    /// The entity of that id, alive or deleted.
    fn get(&self, id: EntityId) -> Result<Option<Row>, StoreError>;

    /// As [`ReadTx::get`], for those who know where a token or group probably stands: a document's neighbours lie near
    /// each other by path, and ids in no order.
    fn get_at(&self, id: EntityId, set: EntityId, path: &str) -> Result<Option<Row>, StoreError> {
        let _ = (set, path);
        self.get(id)
    }

    /// A hash of the entity's whole state, revisions included: it is the same exactly as long as nothing
    /// about the entity changes. It means something within this project's store only.
    fn state_hash(&self, id: EntityId) -> Result<Option<[u8; 16]>, StoreError>;

    /// The entities of that kind at that path (tokens, groups) or of that name (others), alive or
    /// deleted, by id; in one set or, with `None`, in any.
    fn find(&self, kind: Kind, set: Option<EntityId>, path: &str) -> Result<Vec<Row>, StoreError>;

    /// The tokens and groups at that path of that set, alive or deleted, by id: where they stand, and nothing of what
    /// they are.
    fn placed(&self, set: EntityId, path: &str) -> Result<Vec<Placed>, StoreError>;

    /// Visits rows.
    fn scan(&self, scan: &Scan, each: &mut dyn FnMut(Row) -> Visit) -> Result<(), StoreError> {
        let mut taken = Ok(());
        self.scan_in_place(scan, &mut |row| match row.to_row() {
            Ok(row) => each(row),
            Err(error) => {
                taken = Err(error);
                Visit::Break(())
            }
        })?;
        taken
    }

    /// Visits rows where they lie: for those who need not take them all apart.
    fn scan_in_place(
        &self,
        scan: &Scan,
        each: &mut dyn FnMut(&dyn RowInPlace) -> Visit,
    ) -> Result<(), StoreError>;

    /// When the newest live write of the rows that `scan` visits was made, by its writer's clock:
    /// milliseconds since 1970. Unlike [`ProjectHeader::last_change_ms`], a function of the entities alone.
    fn newest_write_ms(&self, scan: &Scan) -> Result<Option<i64>, StoreError>;

    /// How much of everything there is.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// Bytes of the content, if it is stored.
    fn blob_len(&self, hash: ContentHash) -> Result<Option<u64>, StoreError>;

    /// Writes the content to `out`; `None`, and nothing written, if it is not stored.
    ///
    /// # Errors
    /// [`StoreError::Stream`] if `out` fails, [`StoreError::Damaged`] at the end if the content no
    /// longer has its hash.
    fn read_blob(&self, hash: ContentHash, out: &mut dyn Write) -> Result<Option<u64>, StoreError>;

    /// Visits the superseded writes of an entity or, with `None`, of all, oldest first.
    fn history(
        &self,
        entity: Option<EntityId>,
        each: &mut dyn FnMut(HistoryRecord) -> Visit,
    ) -> Result<(), StoreError>;

    /// Visits the conflicts and decisions of an entity or, with `None`, of all, oldest first.
    fn decisions(
        &self,
        entity: Option<EntityId>,
        each: &mut dyn FnMut(DecisionEntry) -> Visit,
    ) -> Result<(), StoreError>;

    /// The outside sources that the project remembers, by name.
    fn sources(&self) -> Result<Vec<Source>, StoreError>;

    /// What a source stated last about an item.
    fn delivery(&self, source: SourceId, item: EntityId) -> Result<Option<Delivery>, StoreError>;

    /// Visits what a source stated last, by item; only items above `after`, to go on where an earlier
    /// visit was stopped.
    fn deliveries(
        &self,
        source: SourceId,
        after: Option<EntityId>,
        each: &mut dyn FnMut(Delivery) -> Visit,
    ) -> Result<(), StoreError>;

    /// Visits what changed since the project was made, oldest first.
    fn changes(
        &self,
        filter: &ChangeFilter,
        each: &mut dyn FnMut(ChangeRecord) -> Visit,
    ) -> Result<(), StoreError>;

    /// Visits the superseded writes of an entity that archives told of ([`WriteTx::tell`]), by register and
    /// write. They are for display; some of them may be in the history as well.
    fn told(&self, entity: EntityId, each: &mut dyn FnMut(HistoryRecord) -> Visit) -> Result<(), StoreError>;

    /// Visits the imports into other copies that archives told of, oldest first.
    fn told_imports(&self, each: &mut dyn FnMut(ImportRecord) -> Visit) -> Result<(), StoreError>;

    /// Visits the imports, oldest first.
    fn imports(&self, each: &mut dyn FnMut(ImportEntry) -> Visit) -> Result<(), StoreError>;

    /// Visits the living entities that refer to a path, by id and path.
    fn referrers(&self, path: &str, each: &mut dyn FnMut(Referrer) -> Visit) -> Result<(), StoreError>;

    /// Whether a living token or group stands at a path of a set, or below it.
    fn is_taken(&self, set: Option<EntityId>, path: &str) -> Result<bool, StoreError>;

    /// Visits living tokens and groups that share their path within their set: by path and set, then by id.
    fn duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError>;

    /// The references of the entity of that id, as they were put.
    fn references(&self, id: EntityId) -> Result<Vec<Reference>, StoreError>;

    /// Visits what contradicts the rest of what is stored. It looks at everything, and changes nothing; damage is
    /// visited, and is no error here. What [`Columns`](crate::Columns) the caller derived only the caller can check.
    fn check(&self, each: &mut dyn FnMut(Damage) -> Visit) -> Result<(), StoreError>;
}

/// A transaction: all of it becomes visible at [`WriteTx::commit`], or nothing ever does.
///
/// Dropping it rolls back and leaves nothing behind. After a failed change the transaction can only
/// be dropped ([`StoreError::Aborted`]), except where a method says otherwise. Methods fail as
/// those of [`ReadTx`] do, and with [`StoreError::Full`].
#[expect(clippy::missing_errors_doc, reason = "said once, for all methods")]
pub trait WriteTx: ReadTx {
    /// Inserts the row, or replaces the one of the same id with its references. Writes that the old
    /// state held and the new one does not go to the history.
    ///
    /// # Errors
    /// [`StoreError::DuplicateEntity`] (at [`WriteTx::finish_load`]) if a bulk load brings an id twice.
    fn put(&mut self, row: &Row) -> Result<(), StoreError>;

    /// As [`WriteTx::put`], of what one write made.
    fn put_plain(&mut self, row: PlainRow) -> Result<(), StoreError> {
        self.put(&row.to_row()?)
    }

    /// Stores content of that hash and length, once. The reader is read either way, up to one byte
    /// more than announced.
    ///
    /// # Errors
    /// [`StoreError::ContentMismatch`], [`StoreError::Stream`]; nothing of this content is kept then,
    /// and the transaction goes on.
    fn put_blob(&mut self, hash: ContentHash, len: u64, reader: &mut dyn Read) -> Result<(), StoreError>;

    /// Issues the next write of this copy. It may be used for many entities of this transaction,
    /// once for each, and for nothing else.
    ///
    /// The copy's identity is only used if its witness outside the store vouches for it; otherwise
    /// a new one is minted first (MERGE.md §7).
    ///
    /// # Errors
    /// [`StoreError::CounterOutOfRange`] at the end of all counters.
    fn next_dot(&mut self) -> Result<Dot, StoreError>;

    /// Raises the clock to counters seen elsewhere, such as an archive's.
    ///
    /// # Errors
    /// [`StoreError::CounterOutOfRange`] for a counter above [`Dot::COUNTER_MAX`]; nothing was
    /// changed, and the transaction goes on.
    fn observe(&mut self, counters: &[(ReplicaId, u64)]) -> Result<(), StoreError>;

    /// The identity that [`WriteTx::next_dot`] will use, if it will not mint one: for the guard
    /// against archives that know more of our writes than we ever made (MERGE.md §7.3).
    fn own_replica(&mut self) -> Result<Option<OwnReplica>, StoreError>;

    /// Gives the copy's identity up for good, and those of its sources: the next write mints a new one.
    fn forget_identity(&mut self) -> Result<(), StoreError>;

    /// Notes a conflict, and what was decided about it.
    fn log_decision(&mut self, decision: &DecisionRecord) -> Result<(), StoreError>;

    /// The source of that name; from now on it is remembered.
    fn source(&mut self, name: &str) -> Result<Source, StoreError>;

    /// Issues the next write of a source, under an identity that this copy has minted for it. As good
    /// as [`WriteTx::next_dot`] in every other way: two copies of a store never issue the same write
    /// for a source, either.
    ///
    /// # Errors
    /// [`StoreError::CounterOutOfRange`] at the end of all counters.
    fn next_source_dot(&mut self, source: SourceId) -> Result<Dot, StoreError>;

    /// The identities that [`WriteTx::next_source_dot`] will use, as far as it will not mint any: for the
    /// same guard as [`WriteTx::own_replica`].
    fn source_replicas(&mut self) -> Result<Vec<OwnReplica>, StoreError>;

    /// Remembers what a source states about an item, instead of what it stated before. In a bulk load
    /// an item may come only once.
    fn put_delivery(&mut self, source: SourceId, delivery: &Delivery) -> Result<(), StoreError>;

    /// Notes when a source has delivered, in milliseconds since 1970-01-01 UTC, and, if it has made the
    /// project, with which write. Sources that have not delivered for longest are forgotten if there is
    /// more to remember than four items per entity.
    fn end_delivery(&mut self, source: SourceId, at_ms: i64, made: Option<Dot>) -> Result<(), StoreError>;

    /// Notes an import and ascribes to it what this transaction has superseded and decided so far; returns
    /// its number.
    fn log_import(&mut self, record: &ImportRecord) -> Result<u64, StoreError>;

    /// Keeps a superseded write that an archive tells of, for display; returns whether it was news.
    fn tell(&mut self, record: &HistoryRecord) -> Result<bool, StoreError>;

    /// Keeps an import into another copy that an archive tells of, for display; returns whether it was
    /// news. Its report is not kept.
    fn tell_import(&mut self, record: &ImportRecord) -> Result<bool, StoreError>;

    /// Makes the project known by these ids, too. If one of them is smaller than all of its own, it goes by that one from
    /// now on, and so does its entity, with all that is kept about it.
    ///
    /// # Errors
    /// [`StoreError::DuplicateEntity`] if another entity has that id.
    fn join_ids(&mut self, ids: &ProjectIds) -> Result<(), StoreError>;

    /// Sets the time of the last change: milliseconds since 1970-01-01 UTC.
    fn set_last_change(&mut self, at_ms: i64) -> Result<(), StoreError>;

    /// Ends the bulk load of a new project by building the indexes; does nothing otherwise.
    ///
    /// Commit and everything that has to look rows up does it as well. Call it once, after the last
    /// row: afterwards each row costs more.
    ///
    /// # Errors
    /// [`StoreError::DuplicateEntity`].
    fn finish_load(&mut self) -> Result<(), StoreError>;

    /// Visits living tokens and groups that share their path within their set, as [`ReadTx::duplicates`] does: at
    /// least those at paths where this transaction has put something since references were resolved.
    fn new_duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError>;

    /// Resolves all references of the project, writes the types of untyped aliases, and visits what
    /// is wrong.
    ///
    /// References go by path over the living tokens and groups of all sets, for a theme may choose
    /// any of them. An untyped alias takes the type of its target; where sets disagree, that of its
    /// own set, else the first by name.
    fn resolve_references(
        &mut self,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError>;

    /// Sets the derived columns of a row that the caller has found out about, and nothing else.
    fn set_columns(&mut self, id: EntityId, token_type: Option<&str>, valid: bool) -> Result<(), StoreError>;

    /// Makes everything visible and durable.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if a new project's name was taken meanwhile,
    /// [`StoreError::Full`] and its like; nothing of the transaction was kept then.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

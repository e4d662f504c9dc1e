//! What the store tells about projects, and what it keeps beside the entities.

use dss_model::{
    ContentHash, Dot, EntityId, Kind, OrderKey, Pair, ProjectIds, ProjectName, RegName, ReplicaId, Seen,
};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{ReferenceKind, StoreError};

/// A new project's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// Identity of the project, the same in all its copies.
    pub ids: ProjectIds,
    /// When it was created: milliseconds since 1970-01-01 UTC.
    pub created_at_ms: i64,
}

impl NewProject {
    /// A project of its own, no copy of another one.
    pub fn fresh(created_at_ms: i64) -> Self {
        Self { ids: fresh_id(created_at_ms).into(), created_at_ms }
    }

    /// One more copy of an existing project.
    pub fn copy_of(ids: impl Into<ProjectIds>, created_at_ms: i64) -> Self {
        Self { ids: ids.into(), created_at_ms }
    }
}

/// A new random id for what a person creates at that time (`UUIDv7`).
pub fn fresh_id(now_ms: i64) -> EntityId {
    let now_ms = u64::try_from(now_ms).unwrap_or(0);
    let seconds = now_ms.checked_div(1_000).unwrap_or(0);
    let millis = u32::try_from(now_ms.checked_rem(1_000).unwrap_or(0)).unwrap_or(0);
    let time = Timestamp::from_unix(ContextV7::new(), seconds, millis.saturating_mul(1_000_000));
    EntityId::from_bytes(Uuid::new_v7(time).into_bytes())
}

/// What a project's file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectHeader {
    /// Identity of the project, the same in all its copies.
    pub ids: ProjectIds,
    /// When this copy was created: milliseconds since 1970-01-01 UTC.
    pub created_at_ms: i64,
    /// When an entity was last changed, as the caller told; before that, the time of creation.
    pub last_change_ms: i64,
    /// The highest write counter that was issued or observed here (Lamport clock).
    pub clock: u64,
}

/// How many entities of each kind there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// For each kind that occurs, by kind.
    pub kinds: Vec<KindCounts>,
    /// Living entities with an open conflict.
    pub conflicted: u64,
    /// Open conflicts of living entities: an entity may have several.
    pub conflicts: u64,
    /// Contents stored.
    pub blobs: u64,
    /// Bytes of all contents.
    pub blob_bytes: u64,
}

impl Counts {
    /// How many entities of that kind exist.
    pub fn alive(&self, kind: Kind) -> u64 {
        self.kinds.iter().find(|counts| counts.kind == kind).map_or(0, |counts| counts.alive)
    }
}

/// How many entities of one kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindCounts {
    /// The kind.
    pub kind: Kind,
    /// Those that exist.
    pub alive: u64,
    /// Those that were deleted.
    pub deleted: u64,
    /// Those that exist and are marked invalid.
    pub invalid: u64,
}

/// One project of a store.
#[derive(Debug)]
pub struct ProjectInfo {
    /// Its name.
    pub name: ProjectName,
    /// Bytes it takes up.
    pub bytes: u64,
    /// What it says about itself; a project that cannot be opened is listed with the reason.
    pub details: Result<ProjectDetails, StoreError>,
}

/// What an open project says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectDetails {
    /// Identity and times.
    pub header: ProjectHeader,
    /// What it holds.
    pub counts: Counts,
}

/// The identity under which a copy writes, and how far it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnReplica {
    /// The copy's id.
    pub replica: ReplicaId,
    /// The highest counter it has issued.
    pub issued: u64,
}

/// An outside source of a project: a file, a folder, another tool's export. Each is a replica of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How the store calls it, within one project.
    pub id: SourceId,
    /// How people call it.
    pub name: String,
    /// When it last delivered: milliseconds since 1970-01-01 UTC; `None` if it never did.
    pub delivered_at_ms: Option<i64>,
    /// The write with which it made the project, if it did. What that wrote it has stated: so a bulk
    /// load need not remember it a second time.
    pub made: Option<Dot>,
}

/// The number of a source in one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(crate) i64);

/// What a source stated last about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The item's identity in the source.
    pub item: EntityId,
    /// The entity it was taken for, whose id may be another.
    pub entity: EntityId,
    /// Its place among its siblings in the source.
    pub place: Option<OrderKey>,
    /// What it said, in the caller's own words; `None` if only its place is known yet.
    pub statement: Option<Vec<u8>>,
}

/// A write that a later one superseded: for display and undo; merging does not use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRecord {
    /// Whose register.
    pub entity: EntityId,
    /// Which register.
    pub register: RegName,
    /// The write.
    pub pair: Pair,
    /// The write that took its place, where the store could tell.
    pub superseded_by: Option<Dot>,
    /// The change that superseded it here, by [`ChangeRecord::number`]; `None` if an archive told of it.
    pub change: Option<u64>,
    /// The import that brought the superseding write, by [`ImportEntry::number`]; `None` for edits.
    pub import: Option<u64>,
}

/// An entity's state became another one, after the project was made.
///
/// What was live before it is what [`ChangeRecord::seen`] covers and no earlier change has superseded, so
/// that any earlier state can be put together again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRecord {
    /// Counts the project's changes, from 1, in the order in which they were made here.
    pub number: u64,
    /// Whose state.
    pub entity: EntityId,
    /// What had been seen of the entity until then; `None` if it was not there.
    pub seen: Option<Seen>,
    /// The import that made the change, by [`ImportEntry::number`]; `None` for edits.
    pub import: Option<u64>,
}

/// Which changes to visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Only those of this entity.
    pub entity: Option<EntityId>,
    /// Only those that this import made.
    pub import: Option<u64>,
    /// Only those with a number above this one.
    pub after: u64,
}

/// An import into a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// When: milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Who imported; empty for nobody in particular.
    pub by: String,
    /// What was done: `import`, or `undo` for an import that was taken back.
    pub action: String,
    /// What was imported: a file's name, a source.
    pub source: String,
    /// Hash of what was imported (an archive's `exportHash`), if it has one.
    pub hash: Option<ContentHash>,
    /// The import's report: JSON text.
    pub report: String,
}

/// An import that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportEntry {
    /// Counts the project's imports, from 1.
    pub number: u64,
    /// What was logged.
    pub record: ImportRecord,
    /// The project's newest change before the import, by [`ChangeRecord::number`]; 0 for none.
    pub change_before: u64,
    /// The newest change when the import was done.
    pub change_after: u64,
    /// Whether the import made the project. What it brought then is no change.
    pub is_first: bool,
}

/// A conflict and what was decided about it: who, when, and between which writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    /// The entity in conflict.
    pub entity: EntityId,
    /// Its register.
    pub register: RegName,
    /// When: milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Who imported or decided; empty for nobody in particular.
    pub by: String,
    /// What decided, as the caller names it.
    pub strategy: String,
    /// Both sides, and which one was taken: JSON text.
    pub record: String,
}

/// A decision that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionEntry {
    /// The import that brought the conflict up, by [`ImportEntry::number`]; `None` for what a person
    /// decided later.
    pub import: Option<u64>,
    /// What was logged.
    pub decision: DecisionRecord,
}

/// An operation on the store, for the audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRecord {
    /// When: milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Who.
    pub who: String,
    /// What was done: `import`, `export`, …
    pub action: String,
    /// To which project, if to one. Any text: failed attempts may name what cannot exist.
    pub project: Option<String>,
    /// How it ended: `done`, `refused`, …
    pub outcome: String,
    /// The error's code, if it failed.
    pub error_code: Option<String>,
    /// More about it: JSON text.
    pub detail: String,
}

/// Which audit records to visit, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only operations on this project.
    pub project: Option<String>,
    /// Only what happened at this time or later.
    pub since_ms: Option<i64>,
}

/// Who refers to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// The entity that refers.
    pub source: EntityId,
    /// Its set.
    pub set: Option<EntityId>,
    /// Its path or name.
    pub path: String,
    /// What the reference is for.
    pub kind: ReferenceKind,
}

/// One of several entities that stand at the same path of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The entity.
    pub id: EntityId,
    /// Token or group.
    pub kind: Kind,
    /// The set.
    pub set: Option<EntityId>,
    /// The path they share.
    pub path: String,
}

/// Where a token or group stands in its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Which one.
    pub id: EntityId,
    /// Token or group.
    pub kind: Kind,
    /// Whether it exists.
    pub is_alive: bool,
    /// Its [`Columns::sort`](crate::Columns::sort).
    pub sort: Vec<u8>,
}

/// Where a reference starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceSource {
    /// The entity that refers.
    pub id: EntityId,
    /// Its set.
    pub set: Option<EntityId>,
    /// Its path.
    pub path: String,
}

/// Something wrong with the project's references.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceFinding {
    /// Nothing stands at the path, in any set.
    Dangling {
        /// Who refers.
        source: ReferenceSource,
        /// To which path.
        target: String,
        /// What for.
        kind: ReferenceKind,
    },
    /// References that lead back to their start.
    Cycle {
        /// The entity at the first of the paths (of the lowest id, if several sets define it).
        source: ReferenceSource,
        /// The paths in order, from the smallest on; at most 64 of them.
        paths: Vec<String>,
        /// How many paths there are.
        length: u64,
        /// Every path is defined in exactly one set. Otherwise a theme may break the cycle.
        certain: bool,
    },
    /// An alias that needs more than 64 steps to reach a value.
    TooDeep {
        /// The first alias beyond the bound.
        source: ReferenceSource,
    },
    /// No definition of the target has the type that is needed here.
    TypeMismatch {
        /// Who refers.
        source: ReferenceSource,
        /// To which path.
        target: String,
        /// The type needed.
        expected: String,
        /// The type found; of several, the first by name.
        found: String,
    },
}

/// How many steps an alias may take to its value, and how many paths of a cycle are spelled out.
pub const ALIAS_DEPTH_MAX: u32 = 64;

#![doc = include_str!("../README.md")]

mod damage;
mod error;
mod memory;
mod options;
mod plain_row;
mod record;
mod row;
mod sqlite;
mod state;
mod store;

pub use damage::{Damage, DamageKind};
pub use error::{Cause, ErrorCode, StoreError, codes};
pub use memory::MemoryStore;
pub use options::StoreOptions;
pub use plain_row::PlainRow;
pub use record::{
    ALIAS_DEPTH_MAX, AuditFilter, AuditRecord, ChangeFilter, ChangeRecord, Counts, DecisionEntry,
    DecisionRecord, Delivery, Duplicate, HistoryRecord, ImportEntry, ImportRecord, KindCounts, NewProject,
    OwnReplica, Placed, ProjectDetails, ProjectHeader, ProjectInfo, ReferenceFinding, ReferenceSource,
    Referrer, Source, SourceId, fresh_id,
};
pub use row::{Columns, LifeFilter, Reference, ReferenceKind, Row, RowInPlace, Scan, ScanOrder};
pub use sqlite::{Compaction, OpenedCopy, Restored, SqliteStore, open_copy, scratch};
pub use store::{ReadTx, Store, Visit, WriteTx};

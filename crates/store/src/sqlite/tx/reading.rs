//! What reading and writing transactions answer alike.

use std::io::Write;

use dss_model::{ContentHash, EntityId, Kind, ReplicaId};

use super::{ReadTransaction, WriteTransaction};
use crate::{
    ChangeFilter, ChangeRecord, Counts, Damage, DecisionEntry, Delivery, Duplicate, HistoryRecord,
    ImportEntry, ImportRecord, Placed, ProjectHeader, ReadTx, Reference, Referrer, Row, RowInPlace, Scan,
    Source, SourceId, StoreError, Visit,
};

/// Both kinds of transaction answer questions the same way.
macro_rules! read_through_core {
    ($transaction:ty) => {
        impl ReadTx for $transaction {
            fn header(&self) -> Result<ProjectHeader, StoreError> {
                let header = self.core.header()?;
                Ok(ProjectHeader { clock: header.clock.max(self.raised_clock()), ..header })
            }

            fn replicas(&self) -> Result<Vec<(ReplicaId, u64)>, StoreError> {
                Ok(self.core.registry.live_replicas())
            }

            fn authors(&self) -> Result<Vec<String>, StoreError> {
                Ok(self.core.registry.live_authors())
            }

            fn get(&self, id: EntityId) -> Result<Option<Row>, StoreError> {
                self.core.get(id)
            }

            fn get_at(&self, id: EntityId, set: EntityId, path: &str) -> Result<Option<Row>, StoreError> {
                self.core.get_at(id, set, path)
            }

            fn state_hash(&self, id: EntityId) -> Result<Option<[u8; 16]>, StoreError> {
                self.core.state_hash(id)
            }

            fn find(&self, kind: Kind, set: Option<EntityId>, path: &str) -> Result<Vec<Row>, StoreError> {
                self.core.find(kind, set, path)
            }

            fn placed(&self, set: EntityId, path: &str) -> Result<Vec<Placed>, StoreError> {
                self.core.placed(set, path)
            }

            fn scan_in_place(
                &self,
                scan: &Scan,
                each: &mut dyn FnMut(&dyn RowInPlace) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.scan_in_place(scan, each)
            }

            fn newest_write_ms(&self, scan: &Scan) -> Result<Option<i64>, StoreError> {
                self.core.newest_write_ms(scan)
            }

            fn counts(&self) -> Result<Counts, StoreError> {
                self.core.counts()
            }

            fn blob_len(&self, hash: ContentHash) -> Result<Option<u64>, StoreError> {
                self.core.blob_len(hash)
            }

            fn read_blob(&self, hash: ContentHash, out: &mut dyn Write) -> Result<Option<u64>, StoreError> {
                self.core.read_blob(hash, out)
            }

            fn history(
                &self,
                entity: Option<EntityId>,
                each: &mut dyn FnMut(HistoryRecord) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.history(entity, each)
            }

            fn decisions(
                &self,
                entity: Option<EntityId>,
                each: &mut dyn FnMut(DecisionEntry) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.decisions(entity, each)
            }

            fn sources(&self) -> Result<Vec<Source>, StoreError> {
                self.core.sources()
            }

            fn delivery(&self, source: SourceId, item: EntityId) -> Result<Option<Delivery>, StoreError> {
                self.core.delivery(source, item)
            }

            fn deliveries(
                &self,
                source: SourceId,
                after: Option<EntityId>,
                each: &mut dyn FnMut(Delivery) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.deliveries(source, after, each)
            }

            fn changes(
                &self,
                filter: &ChangeFilter,
                each: &mut dyn FnMut(ChangeRecord) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.changes(filter, each)
            }

            fn told(
                &self,
                entity: EntityId,
                each: &mut dyn FnMut(HistoryRecord) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.told(entity, each)
            }

            fn told_imports(&self, each: &mut dyn FnMut(ImportRecord) -> Visit) -> Result<(), StoreError> {
                self.core.told_imports(each)
            }

            fn imports(&self, each: &mut dyn FnMut(ImportEntry) -> Visit) -> Result<(), StoreError> {
                self.core.imports(each)
            }

            fn referrers(
                &self,
                path: &str,
                each: &mut dyn FnMut(Referrer) -> Visit,
            ) -> Result<(), StoreError> {
                self.core.referrers(path, each)
            }

            fn is_taken(&self, set: Option<EntityId>, path: &str) -> Result<bool, StoreError> {
                self.core.is_taken(set, path)
            }

            fn duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
                self.core.duplicates(each)
            }

            fn references(&self, id: EntityId) -> Result<Vec<Reference>, StoreError> {
                self.core.references_of(id)
            }

            fn check(&self, each: &mut dyn FnMut(Damage) -> Visit) -> Result<(), StoreError> {
                self.core.check(each)
            }
        }
    };
}

read_through_core!(ReadTransaction);
read_through_core!(WriteTransaction<'_>);

impl ReadTransaction {
    /// Reading raises nothing.
    #[expect(clippy::unused_self, reason = "the counterpart of the writing transaction's")]
    const fn raised_clock(&self) -> u64 {
        0
    }
}

impl WriteTransaction<'_> {
    /// The clock as this transaction has raised it.
    const fn raised_clock(&self) -> u64 {
        self.clock
    }
}

//! Transactions of the store in memory.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::sync::Arc;

use dss_model::{ContentHash, Dot, EntityId, Kind, ProjectIds, ProjectName, ReplicaId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::MemoryStore;
use super::project::Project;
use crate::{
    ChangeFilter, ChangeRecord, Counts, Damage, DecisionEntry, DecisionRecord, Delivery, Duplicate,
    HistoryRecord, ImportEntry, ImportRecord, OwnReplica, Placed, ProjectHeader, ReadTx, Reference,
    ReferenceFinding, Referrer, Row, RowInPlace, Scan, Source, SourceId, StoreError, Visit, WriteTx,
};

/// A snapshot.
#[derive(Debug)]
pub(super) struct MemoryRead {
    project: Arc<Project>,
}

impl MemoryRead {
    pub(super) const fn new(project: Arc<Project>) -> Self {
        Self { project }
    }
}

/// What becomes of a writing transaction.
#[derive(Debug)]
pub(super) enum Target<'s> {
    Existing { store: &'s MemoryStore, name: ProjectName },
    New { store: &'s MemoryStore, name: ProjectName },
    Scratch,
}

#[derive(Debug)]
pub(super) struct MemoryWrite<'s> {
    project: Project,
    target: Target<'s>,
    /// Ids that a bulk load has brought; `None` once it has ended.
    loaded: Option<BTreeSet<EntityId>>,
    duplicate: Option<EntityId>,
    has_failed: bool,
    /// Changes up to this number are older than the transaction.
    change_before: u64,
    /// The same of decisions.
    decisions_before: usize,
}

impl<'s> MemoryWrite<'s> {
    pub(super) fn new(project: Project, target: Target<'s>) -> Self {
        let loaded = (!matches!(target, Target::Existing { .. })).then(BTreeSet::new);
        let change_before = project.last_change();
        let decisions_before = project.decisions.len();
        Self { project, target, loaded, duplicate: None, has_failed: false, change_before, decisions_before }
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.has_failed { Err(StoreError::Aborted) } else { Ok(()) }
    }

    fn raise_clock(&mut self, counter: u64) -> Result<(), StoreError> {
        if counter > Dot::COUNTER_MAX {
            return Err(StoreError::CounterOutOfRange { counter });
        }
        self.project.clock = self.project.clock.max(counter);
        Ok(())
    }
}

impl Drop for MemoryWrite<'_> {
    fn drop(&mut self) {
        if let Target::Existing { store, name } = &self.target {
            store.end_write(name, None);
        }
    }
}

impl WriteTx for MemoryWrite<'_> {
    fn put(&mut self, row: &Row) -> Result<(), StoreError> {
        self.check()?;
        let id = row.entity.id();
        if self.loaded.as_mut().is_some_and(|loaded| !loaded.insert(id)) {
            self.duplicate.get_or_insert(id);
        }
        self.raise_clock(row.entity.seen().iter().map(|dot| dot.counter).max().unwrap_or(0))?;
        self.project.put(row, self.loaded.is_some());
        Ok(())
    }

    fn put_blob(&mut self, hash: ContentHash, len: u64, reader: &mut dyn Read) -> Result<(), StoreError> {
        self.check()?;
        let mut content = Vec::new();
        let mut limited = reader.take(len.saturating_add(1));
        limited.read_to_end(&mut content).map_err(|cause| StoreError::Stream { cause })?;
        let found_hash = ContentHash::from_bytes(Sha256::digest(&content).into());
        let found_bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if (found_hash, found_bytes) != (hash, len) {
            let (expected_hash, expected_bytes) = (hash, len);
            return Err(StoreError::ContentMismatch {
                expected_hash,
                expected_bytes,
                found_hash,
                found_bytes,
            });
        }
        self.project.blobs.insert(hash, content.into());
        Ok(())
    }

    fn next_dot(&mut self) -> Result<Dot, StoreError> {
        self.check()?;
        let own = self.project.own.unwrap_or_else(|| OwnReplica {
            replica: ReplicaId::from_bytes(Uuid::new_v4().into_bytes()),
            issued: 0,
        });
        let counter = self.project.clock.max(own.issued).saturating_add(1);
        self.raise_clock(counter)?;
        self.project.own = Some(OwnReplica { issued: counter, ..own });
        Ok(Dot { counter, replica: own.replica })
    }

    fn observe(&mut self, counters: &[(ReplicaId, u64)]) -> Result<(), StoreError> {
        self.check()?;
        self.raise_clock(counters.iter().map(|(_, counter)| *counter).max().unwrap_or(0))
    }

    fn own_replica(&mut self) -> Result<Option<OwnReplica>, StoreError> {
        self.check()?;
        Ok(self.project.own)
    }

    fn forget_identity(&mut self) -> Result<(), StoreError> {
        self.check()?;
        self.project.own = None;
        self.project.sources.forget_replicas();
        Ok(())
    }

    fn source(&mut self, name: &str) -> Result<Source, StoreError> {
        self.check()?;
        Ok(self.project.sources.named(name))
    }

    fn next_source_dot(&mut self, source: SourceId) -> Result<Dot, StoreError> {
        self.check()?;
        let dot = self.project.sources.next_dot(source, self.project.clock);
        self.raise_clock(dot.counter)?;
        Ok(dot)
    }

    fn source_replicas(&mut self) -> Result<Vec<OwnReplica>, StoreError> {
        self.check()?;
        Ok(self.project.sources.replicas())
    }

    fn put_delivery(&mut self, source: SourceId, delivery: &Delivery) -> Result<(), StoreError> {
        self.check()?;
        self.project.sources.put(source, delivery);
        Ok(())
    }

    fn end_delivery(&mut self, source: SourceId, at_ms: i64, made: Option<Dot>) -> Result<(), StoreError> {
        self.check()?;
        self.project.sources.end_delivery(source, at_ms, made, self.project.rows.len());
        Ok(())
    }

    fn log_decision(&mut self, decision: &DecisionRecord) -> Result<(), StoreError> {
        self.check()?;
        self.project.decisions.push(DecisionEntry { import: None, decision: decision.clone() });
        Ok(())
    }

    fn log_import(&mut self, record: &ImportRecord) -> Result<u64, StoreError> {
        self.check()?;
        let number = u64::try_from(self.project.imports.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.project.imports.push(ImportEntry {
            number,
            record: record.clone(),
            change_before: self.change_before,
            change_after: self.project.last_change(),
            is_first: !matches!(self.target, Target::Existing { .. }),
        });
        let before = self.change_before;
        let ours = self.project.changes.iter_mut().filter(|change| change.number > before);
        ours.filter(|change| change.import.is_none()).for_each(|change| change.import = Some(number));
        let ours = self.project.history.iter_mut().filter(|kept| kept.change > Some(before));
        ours.filter(|kept| kept.import.is_none()).for_each(|kept| kept.import = Some(number));
        let ours = self.project.decisions.iter_mut().skip(self.decisions_before);
        ours.filter(|entry| entry.import.is_none()).for_each(|entry| entry.import = Some(number));
        Ok(number)
    }

    fn tell(&mut self, record: &HistoryRecord) -> Result<bool, StoreError> {
        self.check()?;
        let key = (record.entity, record.register.clone(), record.pair.dot);
        let is_news = !self.project.told.contains_key(&key);
        self.project.told.entry(key).or_insert_with(|| HistoryRecord {
            change: None,
            import: None,
            ..record.clone()
        });
        Ok(is_news)
    }

    fn tell_import(&mut self, record: &ImportRecord) -> Result<bool, StoreError> {
        self.check()?;
        let record = ImportRecord { report: String::new(), ..record.clone() };
        let key = |record: &ImportRecord| {
            let ImportRecord { at_ms, by, action, source, hash, .. } = record.clone();
            (at_ms, by, action, source, hash)
        };
        let told = &mut self.project.told_imports;
        let place = told.binary_search_by_key(&key(&record), key);
        if let Err(place) = place {
            told.insert(place, record);
        }
        Ok(place.is_err())
    }

    fn join_ids(&mut self, ids: &ProjectIds) -> Result<(), StoreError> {
        self.finish_load()?;
        let joined = self.project.join_ids(ids);
        self.has_failed |= joined.is_err();
        joined.map_err(|id| StoreError::DuplicateEntity { id })
    }

    fn set_last_change(&mut self, at_ms: i64) -> Result<(), StoreError> {
        self.check()?;
        self.project.last_change_ms = at_ms;
        Ok(())
    }

    fn finish_load(&mut self) -> Result<(), StoreError> {
        self.check()?;
        self.loaded = None;
        match self.duplicate {
            None => Ok(()),
            Some(id) => {
                self.has_failed = true;
                Err(StoreError::DuplicateEntity { id })
            }
        }
    }

    fn new_duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
        self.duplicates(each)
    }

    fn resolve_references(
        &mut self,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        self.finish_load()?;
        for finding in self.project.resolve_references() {
            if each(finding).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn set_columns(&mut self, id: EntityId, token_type: Option<&str>, valid: bool) -> Result<(), StoreError> {
        self.finish_load()?;
        if let Some(stored) = self.project.rows.get_mut(&id) {
            stored.row.columns.token_type = token_type.map(ToOwned::to_owned);
            stored.row.columns.valid = valid;
            stored.is_resolved = false;
        }
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.finish_load()?;
        let project = self.project.clone();
        match std::mem::replace(&mut self.target, Target::Scratch) {
            Target::Existing { store, name } => store.end_write(&name, Some(project)),
            Target::New { store, name } => store.publish(&name, project)?,
            Target::Scratch => {}
        }
        Ok(())
    }
}

/// Shows each item to a visitor until it has had enough.
fn visit<T>(items: impl IntoIterator<Item = T>, each: &mut dyn FnMut(T) -> Visit) {
    for item in items {
        if each(item).is_break() {
            break;
        }
    }
}

/// Both kinds of transaction answer questions the same way.
macro_rules! read_project {
    ($transaction:ty) => {
        impl ReadTx for $transaction {
            fn header(&self) -> Result<ProjectHeader, StoreError> {
                Ok(self.project.header())
            }

            fn replicas(&self) -> Result<Vec<(ReplicaId, u64)>, StoreError> {
                Ok(self.project.replicas())
            }

            fn authors(&self) -> Result<Vec<String>, StoreError> {
                Ok(self.project.authors())
            }

            fn get(&self, id: EntityId) -> Result<Option<Row>, StoreError> {
                Ok(self.project.rows.get(&id).map(|stored| stored.read()))
            }

            fn state_hash(&self, id: EntityId) -> Result<Option<[u8; 16]>, StoreError> {
                Ok(self.project.rows.get(&id).map(|stored| stored.hash))
            }

            fn find(&self, kind: Kind, set: Option<EntityId>, path: &str) -> Result<Vec<Row>, StoreError> {
                Ok(self.project.find(kind, set, path))
            }

            fn placed(&self, set: EntityId, path: &str) -> Result<Vec<Placed>, StoreError> {
                Ok(self.project.placed(set, path))
            }

            fn scan_in_place(
                &self,
                scan: &Scan,
                each: &mut dyn FnMut(&dyn RowInPlace) -> Visit,
            ) -> Result<(), StoreError> {
                visit(self.project.scan(scan), &mut |row| each(&row));
                Ok(())
            }

            fn newest_write_ms(&self, scan: &Scan) -> Result<Option<i64>, StoreError> {
                let rows = self.project.scan(scan);
                Ok(rows.iter().filter_map(|row| Some(row.entity.newest()?.stamp.wall_ms)).max())
            }

            fn counts(&self) -> Result<Counts, StoreError> {
                Ok(self.project.counts())
            }

            fn blob_len(&self, hash: ContentHash) -> Result<Option<u64>, StoreError> {
                let content = self.project.blobs.get(&hash);
                Ok(content.map(|content| u64::try_from(content.len()).unwrap_or(u64::MAX)))
            }

            fn read_blob(&self, hash: ContentHash, out: &mut dyn Write) -> Result<Option<u64>, StoreError> {
                if let Some(content) = self.project.blobs.get(&hash) {
                    out.write_all(content).map_err(|cause| StoreError::Stream { cause })?;
                }
                self.blob_len(hash)
            }

            fn history(
                &self,
                entity: Option<EntityId>,
                each: &mut dyn FnMut(HistoryRecord) -> Visit,
            ) -> Result<(), StoreError> {
                let records = self.project.history.iter();
                visit(records.filter(|kept| entity.is_none_or(|id| kept.entity == id)).cloned(), each);
                Ok(())
            }

            fn decisions(
                &self,
                entity: Option<EntityId>,
                each: &mut dyn FnMut(DecisionEntry) -> Visit,
            ) -> Result<(), StoreError> {
                let entries = self.project.decisions.iter();
                visit(
                    entries.filter(|entry| entity.is_none_or(|id| entry.decision.entity == id)).cloned(),
                    each,
                );
                Ok(())
            }

            fn sources(&self) -> Result<Vec<Source>, StoreError> {
                Ok(self.project.sources.all())
            }

            fn delivery(&self, source: SourceId, item: EntityId) -> Result<Option<Delivery>, StoreError> {
                Ok(self.project.sources.delivery(source, item))
            }

            fn deliveries(
                &self,
                source: SourceId,
                after: Option<EntityId>,
                each: &mut dyn FnMut(Delivery) -> Visit,
            ) -> Result<(), StoreError> {
                visit(self.project.sources.deliveries(source, after), each);
                Ok(())
            }

            fn changes(
                &self,
                filter: &ChangeFilter,
                each: &mut dyn FnMut(ChangeRecord) -> Visit,
            ) -> Result<(), StoreError> {
                let changes = self.project.changes.iter().filter(|change| {
                    change.number > filter.after
                        && filter.entity.is_none_or(|id| change.entity == id)
                        && (filter.import.is_none() || change.import == filter.import)
                });
                visit(changes.cloned(), each);
                Ok(())
            }

            fn told(
                &self,
                entity: EntityId,
                each: &mut dyn FnMut(HistoryRecord) -> Visit,
            ) -> Result<(), StoreError> {
                let told = self.project.told.values().filter(|told| told.entity == entity);
                visit(told.cloned(), each);
                Ok(())
            }

            fn told_imports(&self, each: &mut dyn FnMut(ImportRecord) -> Visit) -> Result<(), StoreError> {
                visit(self.project.told_imports.iter().cloned(), each);
                Ok(())
            }

            fn imports(&self, each: &mut dyn FnMut(ImportEntry) -> Visit) -> Result<(), StoreError> {
                visit(self.project.imports.iter().cloned(), each);
                Ok(())
            }

            fn referrers(
                &self,
                path: &str,
                each: &mut dyn FnMut(Referrer) -> Visit,
            ) -> Result<(), StoreError> {
                visit(self.project.referrers(path), each);
                Ok(())
            }

            fn is_taken(&self, set: Option<EntityId>, path: &str) -> Result<bool, StoreError> {
                Ok(self.project.is_taken(set, path))
            }

            fn duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
                visit(self.project.duplicates(), each);
                Ok(())
            }

            fn references(&self, id: EntityId) -> Result<Vec<Reference>, StoreError> {
                Ok(self.project.rows.get(&id).map(|stored| stored.row.references.clone()).unwrap_or_default())
            }

            fn check(&self, each: &mut dyn FnMut(Damage) -> Visit) -> Result<(), StoreError> {
                visit(self.project.damage(), each);
                Ok(())
            }
        }
    };
}

read_project!(MemoryRead);
read_project!(MemoryWrite<'_>);

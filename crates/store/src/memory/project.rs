//! A project as plain data, and every question about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dss_model::{
    ContentHash, Dot, Entity, EntityId, Kind, ProjectIds, RegName, Register, ReplicaId, TokenPath,
};

use super::sources::Sources;
use crate::state::{self, Context, Names};
use crate::{
    ChangeRecord, Counts, Damage, DamageKind, DecisionEntry, Duplicate, HistoryRecord, ImportEntry,
    ImportRecord, KindCounts, LifeFilter, NewProject, OwnReplica, Placed, ProjectHeader, Referrer, Row, Scan,
    ScanOrder,
};

#[derive(Clone, Debug)]
pub(super) struct Project {
    ids: ProjectIds,
    created_at_ms: i64,
    pub(super) last_change_ms: i64,
    pub(super) clock: u64,
    pub(super) own: Option<OwnReplica>,
    pub(super) rows: BTreeMap<EntityId, StoredRow>,
    /// Sets in the order in which they were first heard of.
    sets: Vec<EntityId>,
    pub(super) blobs: BTreeMap<ContentHash, Arc<[u8]>>,
    pub(super) changes: Vec<ChangeRecord>,
    pub(super) history: Vec<HistoryRecord>,
    pub(super) told: BTreeMap<(EntityId, RegName, Dot), HistoryRecord>,
    pub(super) told_imports: Vec<ImportRecord>,
    pub(super) imports: Vec<ImportEntry>,
    pub(super) decisions: Vec<DecisionEntry>,
    /// The numbers that states are encoded with, for their hashes.
    names: Names,
    pub(super) sources: Sources,
}

#[derive(Clone, Debug)]
pub(super) struct StoredRow {
    pub(super) row: Row,
    /// Its type came through an alias.
    pub(super) is_resolved: bool,
    /// Of the state with its revisions.
    pub(super) hash: [u8; 16],
    /// Counts the insertions.
    number: usize,
}

impl StoredRow {
    pub(super) fn is_alive(&self) -> bool {
        self.row.entity.is_alive()
    }

    /// The row as it is read: without references.
    pub(super) fn read(&self) -> Row {
        Row { references: Vec::new(), ..self.row.clone() }
    }
}

impl Project {
    pub(super) fn new(project: &NewProject) -> Self {
        Self {
            ids: project.ids.clone(),
            created_at_ms: project.created_at_ms,
            last_change_ms: project.created_at_ms,
            clock: 0,
            own: None,
            rows: BTreeMap::new(),
            sets: Vec::new(),
            blobs: BTreeMap::new(),
            changes: Vec::new(),
            history: Vec::new(),
            told: BTreeMap::new(),
            told_imports: Vec::new(),
            imports: Vec::new(),
            decisions: Vec::new(),
            names: Names::default(),
            sources: Sources::default(),
        }
    }

    pub(super) fn header(&self) -> ProjectHeader {
        ProjectHeader {
            ids: self.ids.clone(),
            created_at_ms: self.created_at_ms,
            last_change_ms: self.last_change_ms,
            clock: self.clock,
        }
    }

    /// Takes these ids; fails with the one that another entity has.
    pub(super) fn join_ids(&mut self, ids: &ProjectIds) -> Result<(), EntityId> {
        let joined = self.ids.joined(ids);
        let (old, new) = (self.ids.id(), joined.id());
        if old != new {
            if self.rows.contains_key(&new) {
                return Err(new);
            }
            self.move_entity(old, new);
        }
        self.ids = joined;
        Ok(())
    }

    /// Gives an entity another id, and all that is kept about it.
    fn move_entity(&mut self, old: EntityId, new: EntityId) {
        if let Some(mut stored) = self.rows.remove(&old) {
            stored.row.entity = stored.row.entity.with_id(new);
            stored.hash = self.hash_of(&stored.row);
            self.rows.insert(new, stored);
        }
        let in_changes = self.changes.iter_mut().map(|change| &mut change.entity);
        let in_history = self.history.iter_mut().map(|write| &mut write.entity);
        let in_decisions = self.decisions.iter_mut().map(|entry| &mut entry.decision.entity);
        in_changes.chain(in_history).chain(in_decisions).filter(|id| **id == old).for_each(|id| *id = new);
        let told = std::mem::take(&mut self.told);
        let moved = |id: EntityId| if id == old { new } else { id };
        self.told = told
            .into_iter()
            .map(|((entity, register, dot), write)| {
                ((moved(entity), register, dot), HistoryRecord { entity: moved(write.entity), ..write })
            })
            .collect();
        self.sources.move_item(old, new);
    }

    /// Replaces a row. Unless it is part of a bulk load, that is a change, and superseded writes go to the
    /// history.
    pub(super) fn put(&mut self, row: &Row, is_load: bool) {
        let id = row.entity.id();
        self.sets.extend(row.columns.set.filter(|set| !self.sets.contains(set)));
        let old = self.rows.get(&id);
        let number = old.map_or(self.rows.len(), |old| old.number);
        let is_changed = old.is_none_or(|old| old.row.entity != row.entity);
        if !is_load && is_changed {
            let change = self.last_change().saturating_add(1);
            let superseded = old.map(|old| superseded(&old.row.entity, &row.entity, change));
            let seen = old.map(|old| old.row.entity.seen().clone());
            self.history.extend(superseded.into_iter().flatten());
            self.changes.push(ChangeRecord { number: change, entity: id, seen, import: None });
        }
        let hash = self.hash_of(row);
        self.rows.insert(id, StoredRow { row: row.clone(), is_resolved: false, hash, number });
    }

    fn hash_of(&mut self, row: &Row) -> [u8; 16] {
        let (entity, columns) = (&row.entity, &row.columns);
        let context = Context { id: entity.id(), kind: entity.kind(), path: &columns.path, set: columns.set };
        let mut encoded = Vec::new();
        state::encode(entity, context, &mut self.names, &mut encoded);
        state::hash(&encoded, context)
    }

    /// The number of the newest change; 0 if there is none.
    pub(super) fn last_change(&self) -> u64 {
        self.changes.last().map_or(0, |change| change.number)
    }

    pub(super) fn replicas(&self) -> Vec<(ReplicaId, u64)> {
        let mut replicas: BTreeMap<ReplicaId, u64> = BTreeMap::new();
        for stored in self.rows.values() {
            for dot in stored.row.entity.seen().iter() {
                let highest = replicas.entry(dot.replica).or_default();
                *highest = dot.counter.max(*highest);
            }
            for pair in stored.row.entity.registers().values().flat_map(Register::pairs) {
                replicas.entry(pair.origin.replica).or_default();
            }
        }
        replicas.into_iter().collect()
    }

    pub(super) fn authors(&self) -> Vec<String> {
        let pairs = self.rows.values().flat_map(|stored| stored.row.entity.registers().values());
        let names = pairs.flat_map(Register::pairs).map(|pair| pair.stamp.author.as_str());
        let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
        names.into_iter().map(ToOwned::to_owned).collect()
    }

    pub(super) fn find(&self, kind: Kind, set: Option<EntityId>, path: &str) -> Vec<Row> {
        let found = self.rows.values().filter(|stored| {
            let columns = &stored.row.columns;
            let fits = set.is_none() || columns.set == set;
            stored.row.entity.kind() == kind && fits && columns.path == path
        });
        found.map(StoredRow::read).collect()
    }

    pub(super) fn placed(&self, set: EntityId, path: &str) -> Vec<Placed> {
        let here = self.rows.values().filter(|stored| {
            let (kind, columns) = (stored.row.entity.kind(), &stored.row.columns);
            matches!(kind, Kind::Group | Kind::Token) && columns.set == Some(set) && columns.path == path
        });
        let placed = here.map(|stored| {
            let (entity, sort) = (&stored.row.entity, stored.row.columns.sort.clone());
            Placed { id: entity.id(), kind: entity.kind(), is_alive: stored.is_alive(), sort }
        });
        placed.collect()
    }

    pub(super) fn scan(&self, scan: &Scan) -> Vec<Row> {
        let mut rows: Vec<&StoredRow> = self.rows.values().filter(|stored| wants(scan, stored)).collect();
        let place =
            |set: Option<EntityId>| set.and_then(|set| self.sets.iter().position(|known| *known == set));
        match scan.order {
            // The map's own order.
            ScanOrder::Id => {}
            ScanOrder::Insertion => rows.sort_by_key(|stored| stored.number),
            ScanOrder::Document => {
                rows.sort_by_key(|stored| (place(stored.row.columns.set), stored.row.columns.sort.clone()));
            }
        }
        rows.into_iter().map(StoredRow::read).collect()
    }

    pub(super) fn counts(&self) -> Counts {
        let mut kinds: BTreeMap<Kind, KindCounts> = BTreeMap::new();
        for stored in self.rows.values() {
            let kind = stored.row.entity.kind();
            let counts = kinds.entry(kind).or_insert(KindCounts { kind, alive: 0, deleted: 0, invalid: 0 });
            let is_alive = stored.is_alive();
            counts.alive = counts.alive.saturating_add(u64::from(is_alive));
            counts.deleted = counts.deleted.saturating_add(u64::from(!is_alive));
            let is_invalid = is_alive && !stored.row.columns.valid;
            counts.invalid = counts.invalid.saturating_add(u64::from(is_invalid));
        }
        let open = self.rows.values().filter(|stored| stored.is_alive());
        let open = open.map(|stored| stored.row.entity.open_conflicts()).filter(|open| *open > 0);
        let conflicts = open.clone().fold(0_usize, usize::saturating_add);
        let size = |content: &Arc<[u8]>| u64::try_from(content.len()).unwrap_or(u64::MAX);
        Counts {
            kinds: kinds.into_values().collect(),
            conflicted: u64::try_from(open.count()).unwrap_or(u64::MAX),
            conflicts: u64::try_from(conflicts).unwrap_or(u64::MAX),
            blobs: u64::try_from(self.blobs.len()).unwrap_or(u64::MAX),
            blob_bytes: self.blobs.values().map(size).fold(0, u64::saturating_add),
        }
    }

    pub(super) fn referrers(&self, path: &str) -> Vec<Referrer> {
        let mut found = BTreeSet::new();
        for stored in self.rows.values().filter(|stored| stored.is_alive()) {
            for reference in stored.row.references.iter().filter(|reference| reference.target == path) {
                let columns = &stored.row.columns;
                found.insert((columns.path.clone(), stored.row.entity.id(), reference.kind, columns.set));
            }
        }
        let referrers = found.into_iter();
        referrers.map(|(path, source, kind, set)| Referrer { source, set, path, kind }).collect()
    }

    pub(super) fn is_taken(&self, set: Option<EntityId>, path: &str) -> bool {
        self.rows.values().filter(|stored| stored.is_alive()).any(|stored| {
            let columns = &stored.row.columns;
            let is_below = |rest: &str| rest.is_empty() || (rest.len() > 1 && rest.starts_with('.'));
            matches!(stored.row.entity.kind(), Kind::Token | Kind::Group)
                && columns.set == set
                && columns.path.strip_prefix(path).is_some_and(is_below)
        })
    }

    /// Assets whose content is not stored: all else is worked out when it is asked for, and cannot be damaged.
    pub(super) fn damage(&self) -> Vec<Damage> {
        let missing = self.rows.values().filter_map(|stored| {
            let hash =
                crate::damage::content(&stored.row.entity).filter(|hash| !self.blobs.contains_key(hash))?;
            let Row { entity, columns, .. } = &stored.row;
            let detail = format!("its content {hash} is not stored");
            Some(Damage::of_entity(DamageKind::Content, entity.id(), &columns.path, detail))
        });
        missing.collect()
    }

    pub(super) fn duplicates(&self) -> Vec<Duplicate> {
        let mut places: BTreeMap<(&str, Option<usize>), Vec<Duplicate>> = BTreeMap::new();
        for stored in self.rows.values().filter(|stored| stored.is_alive()) {
            let (kind, columns) = (stored.row.entity.kind(), &stored.row.columns);
            if !matches!(kind, Kind::Token | Kind::Group) {
                continue;
            }
            let place = columns.set.and_then(|set| self.sets.iter().position(|known| *known == set));
            let id = stored.row.entity.id();
            let duplicate = Duplicate { id, kind, set: columns.set, path: columns.path.clone() };
            places.entry((&columns.path, place)).or_default().push(duplicate);
        }
        places.into_values().filter(|found| found.len() > 1).flatten().collect()
    }
}

fn wants(scan: &Scan, stored: &StoredRow) -> bool {
    let Row { entity, columns, .. } = &stored.row;
    let is_below = |group: &TokenPath| {
        // Names are no paths, but the question is the same.
        match columns.path.strip_prefix(group.as_str()) {
            Some(rest) if group.is_root() => !rest.is_empty(),
            Some(rest) => rest.len() > 1 && rest.starts_with('.'),
            None => false,
        }
    };
    let life = match scan.life {
        LifeFilter::Alive => entity.is_alive(),
        LifeFilter::Deleted => !entity.is_alive(),
        LifeFilter::Any => true,
    };
    life && (scan.kinds.is_empty() || scan.kinds.contains(&entity.kind()))
        && (scan.set.is_none() || columns.set == scan.set)
        && scan.below.as_ref().is_none_or(is_below)
        && (!scan.only_conflicts || entity.open_conflicts() > 0)
        && (scan.order != ScanOrder::Id || scan.after.is_none_or(|after| entity.id() > after))
}

/// Writes of the old state that the new one does not hold.
fn superseded(old: &Entity, new: &Entity, change: u64) -> Vec<HistoryRecord> {
    let mut records = Vec::new();
    for (name, register) in old.registers() {
        let now = new.register(name).map(Register::pairs).unwrap_or_default();
        let is_new = |pair: &&dss_model::Pair| register.pairs().iter().all(|old| old.dot != pair.dot);
        let superseded_by = now.iter().filter(is_new).map(|pair| pair.dot).max();
        let gone = register.pairs().iter().filter(|pair| now.iter().all(|kept| kept.dot != pair.dot));
        records.extend(gone.map(|pair| HistoryRecord {
            entity: new.id(),
            register: name.clone(),
            pair: pair.clone(),
            superseded_by,
            change: Some(change),
            import: None,
        }));
    }
    records
}

//! Who changed what about a token, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use dss_format::time;
use dss_model::{Dot, Entity, Kind, Pair, ProjectName, RegName, Seen, TokenPath};
use dss_store::{ChangeFilter, HistoryRecord, ReadTx, Row};

use super::super::{Result, newest, not_found};
use super::{SetRef, find, find_one};
use crate::history::{Labels, is_quiet, nearest};
use crate::{ProjectService, TokenHistoryEntry};

impl ProjectService {
    /// A token's changes, newest first; those of a deleted token if none stands at the path.
    ///
    /// All writes that are known here, with what each one replaced: what was written here, what imports
    /// brought, and what archives told of. Fields that say where the token stands or that it exists are only
    /// listed for writes that changed nothing else.
    ///
    /// # Errors
    /// If there is no such token, several sets have one and none is named, or it cannot be read.
    pub fn token_history(
        &self,
        project: &ProjectName,
        set: Option<&str>,
        path: &TokenPath,
    ) -> Result<Vec<TokenHistoryEntry>> {
        let tx = self.store.read(project)?;
        let is_gone = find(&*tx, set, path)?.is_empty();
        let row = if is_gone { deleted(&*tx, set, path)? } else { find_one(&*tx, set, path)?.1 };
        let labels = Labels::new(&*tx)?;
        let mut writes = writes(&*tx, &row.entity)?;
        let telling: BTreeSet<Dot> =
            writes.iter().filter(|write| !is_quiet(&write.name)).map(|write| write.pair.dot).collect();
        let arrivals = Arrivals::of(&*tx, &row.entity)?;
        writes.sort_by(|a, b| b.pair.dot.cmp(&a.pair.dot).then_with(|| a.name.cmp(&b.name)));
        let shown =
            writes.iter().filter(|write| !is_quiet(&write.name) || !telling.contains(&write.pair.dot));
        shown.map(|write| write.entry(&writes, &arrivals, &labels)).collect()
    }
}

/// A write to one register.
struct Write {
    name: RegName,
    pair: Pair,
    superseded_by: Option<Dot>,
    is_current: bool,
    is_open: bool,
    is_told: bool,
}

impl Write {
    fn superseded(record: HistoryRecord) -> Self {
        Self {
            is_told: record.change.is_none(),
            name: record.register,
            pair: record.pair,
            superseded_by: record.superseded_by,
            is_current: false,
            is_open: false,
        }
    }

    fn entry(&self, all: &[Self], arrivals: &Arrivals, labels: &Labels) -> Result<TokenHistoryEntry> {
        // Of several that it replaced, the one that showed.
        let replaced = all.iter().filter(|other| {
            other.name == self.name
                && other.superseded_by == Some(self.pair.dot)
                && other.pair.dot < self.pair.dot
        });
        let old = replaced.max_by_key(|other| (other.pair.origin, other.pair.dot));
        Ok(TokenHistoryEntry {
            field: self.name.to_string(),
            old: old.map(|old| labels.field(&self.name, &old.pair.value)).transpose()?.flatten(),
            new: labels.field(&self.name, &self.pair.value)?,
            revision: self.pair.dot.to_string(),
            at: time::format(self.pair.stamp.wall_ms),
            by: self.pair.stamp.author.as_str().to_owned(),
            import: arrivals.import(self.pair.dot),
            is_current: self.is_current,
            is_open: self.is_open,
            is_told: self.is_told,
        })
    }
}

/// Every write of the entity that is known here, each once.
fn writes(tx: &dyn ReadTx, entity: &Entity) -> Result<Vec<Write>> {
    let mut writes: BTreeMap<(RegName, Dot), Write> = BTreeMap::new();
    let mut keep = |write: Write| {
        let superseded_by = write.superseded_by;
        let known = writes.entry((write.name.clone(), write.pair.dot)).or_insert(write);
        known.superseded_by = nearest(known.superseded_by, superseded_by);
        ControlFlow::Continue(())
    };
    for (name, register) in entity.registers() {
        let shown = register.shown().map(|pair| pair.dot);
        for pair in register.pairs() {
            let write = Write {
                name: name.clone(),
                pair: pair.clone(),
                superseded_by: None,
                is_current: Some(pair.dot) == shown,
                is_open: register.is_conflict(),
                is_told: false,
            };
            let _: ControlFlow<()> = keep(write);
        }
    }
    tx.history(Some(entity.id()), &mut |record| keep(Write::superseded(record)))?;
    tx.told(entity.id(), &mut |record| keep(Write::superseded(record)))?;
    Ok(writes.into_values().collect())
}

/// By which import the writes of an entity came here.
struct Arrivals {
    /// What had been seen when the import (or, with `None`, an edit) was done, oldest first.
    steps: Vec<(Seen, Option<u64>)>,
}

impl Arrivals {
    fn of(tx: &dyn ReadTx, entity: &Entity) -> Result<Self> {
        let mut changes: Vec<(Option<Seen>, Option<u64>)> = Vec::new();
        tx.changes(&ChangeFilter { entity: Some(entity.id()), ..ChangeFilter::default() }, &mut |change| {
            changes.push((change.seen, change.import));
            ControlFlow::Continue(())
        })?;
        let mut first = None;
        tx.imports(&mut |import| {
            first = Some(import.number).filter(|_| import.is_first);
            ControlFlow::Break(())
        })?;
        let mut steps = Vec::new();
        // What was there before any change came when the project was made.
        if let Some(seen) = changes.first().map_or(Some(entity.seen().clone()), |(seen, _)| seen.clone()) {
            steps.push((seen, first));
        }
        let afterwards = changes.iter().skip(1).map(|(seen, _)| seen.clone().unwrap_or_default());
        let afterwards = afterwards.chain([entity.seen().clone()]);
        steps.extend(changes.iter().zip(afterwards).map(|((_, import), seen)| (seen, *import)));
        Ok(Self { steps })
    }

    fn import(&self, dot: Dot) -> Option<u64> {
        self.steps.iter().find(|(seen, _)| seen.covers(dot)).and_then(|(_, import)| *import)
    }
}

/// The token that was the last one to be deleted at that path.
fn deleted(tx: &dyn ReadTx, set: Option<&str>, path: &TokenPath) -> Result<Row> {
    let mut rows = Vec::new();
    for set in SetRef::chosen(tx, set)? {
        rows.extend(tx.find(Kind::Token, Some(set.id), path.as_str())?);
    }
    newest(rows).ok_or_else(|| not_found("token", path.as_str()))
}

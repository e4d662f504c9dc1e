//! Taking an import back: an ordinary write, as `git revert` is a commit (MERGE.md §4).
//!
//! What the import superseded is written again, what it added is deleted, what it deleted comes back, and
//! where it brought a conflict, the value that was here is written. What somebody has changed since is left
//! alone, and told. The import's changes are visited page by page; the states before and after it come from
//! [`Past`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::Instant;

use dss_format::dtcg;
use dss_format::resolver::{SourceItem, sources_of};
use dss_merge::Strategy as Decision;
use dss_model::{Entity, EntityId, Kind, Life, Limits, ProjectName, RegName, Register, TokenPath, Value};
use dss_store::{ChangeFilter, ChangeRecord, ImportEntry, ImportRecord, ReadTx, Row, Scan, ScanOrder};

use super::sink::{Mode, Sink};
use crate::ServiceError;
use crate::history::{EntityChange, ImportView, Labels};
use crate::observer::{Observer, Phase, Progress};
use crate::operation::{Subject, observed};
use crate::options::{ImportOptions, UndoOptions};
use crate::past::{Past, find_import, first_change};
use crate::service::ProjectService;
use crate::undo::{LeftAlone, UndoSummary};

type Result<T> = std::result::Result<T, ServiceError>;

/// Changes that are held at a time: rows cannot be written while they are visited.
const PAGE: usize = 1_000;
/// Referring tokens that are looked at again, at most.
const REFERRERS_MAX: usize = 1_000_000;
/// Paths that two items share, at most, that are told.
const SHARED_MAX: usize = 1_000;

impl ProjectService {
    /// Takes an import back, the last one that changed anything unless another one is named. An undo is an
    /// import of its own, and can be taken back as well.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is no such import; [`ServiceError::UndoOfCreation`] if it made the
    /// project. Nothing was changed then.
    pub fn undo(
        &self,
        project: &ProjectName,
        options: &UndoOptions,
        observer: &dyn Observer,
    ) -> Result<UndoSummary> {
        if options.dry_run {
            let subject = Subject { action: "preview", project: Some(project), source: None };
            return observed(subject, || self.run_undo(project, options, observer));
        }
        self.audited(
            "undo",
            Some(project),
            || self.run_undo(project, options, observer),
            |summary| serde_json::to_value(summary).unwrap_or_default(),
        )
    }

    fn run_undo(
        &self,
        project: &ProjectName,
        options: &UndoOptions,
        observer: &dyn Observer,
    ) -> Result<UndoSummary> {
        let started = Instant::now();
        let tx = self.store.write(project)?;
        let target = choose(&*tx, options.import)?;
        if target.is_first {
            return Err(ServiceError::UndoOfCreation { project: project.to_string(), import: target.number });
        }
        let limits = Limits { tokens: u64::MAX, components: u64::MAX, ..Limits::aggressive() };
        let import = ImportOptions { limits, on_conflict: Decision::Manual, ..ImportOptions::default() };
        let labels = Labels::new(&*tx)?;
        let project_id = tx.header()?.ids.id();
        let mut sink = Sink::new(tx, Mode::Merge, project_id, &import, observer, self.stamp());
        // Groups may get their bases back: what they provide has to be looked for.
        sink.has_extends = true;
        let mut undo = Undo {
            sink,
            labels,
            details_max: options.details_max,
            emptied: Vec::new(),
            layers: BTreeSet::new(),
            referrers: BTreeSet::new(),
            summary: UndoSummary { import: ImportView::of(&target), ..UndoSummary::default() },
            target,
        };
        undo.run()?;
        let Undo { mut sink, mut summary, target, referrers, .. } = undo;
        sink.check_referrers(referrers)?;
        sink.finish(false)?;
        let dot = sink.issued();
        let (mut tx, counted) = sink.into_summary()?;
        if let Some(dot) = dot {
            tell_shared_paths(&*tx, dot, &mut summary)?;
        }
        summary.project = project.to_string();
        summary.dry_run = options.dry_run;
        summary.open_conflicts = counted.open_conflicts;
        if !options.dry_run && summary.changed > 0 {
            observer.progress(Progress { phase: Phase::Saving, done: 0, total: None });
            summary.number = Some(tx.log_import(&ImportRecord {
                at_ms: self.clock.now_ms(),
                by: self.actor.clone(),
                action: "undo".to_owned(),
                source: format!("{} {}", target.record.action, target.number),
                hash: None,
                report: serde_json::to_string(&summary).unwrap_or_default(),
            })?);
            if observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            tx.commit()?;
        }
        summary.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(summary)
    }
}

/// The import that is meant: the one of that number, or the last one that changed anything.
fn choose(tx: &dyn ReadTx, number: Option<u64>) -> Result<ImportEntry> {
    if let Some(number) = number {
        return find_import(tx, number);
    }
    let mut last: Option<ImportEntry> = None;
    tx.imports(&mut |entry| {
        if entry.is_first || entry.change_after > entry.change_before {
            last = Some(entry);
        }
        ControlFlow::Continue(())
    })?;
    last.ok_or_else(|| ServiceError::NotFound { what: "import", name: "to take back".to_owned() })
}

/// What is taken back in which order: whatever holds others comes back first, and goes last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Sets, groups, layers and theme groups come back or change.
    Holders,
    /// Everything else comes back, changes or goes. Holders go behind that, once they are empty.
    Members,
}

struct Undo<'a> {
    sink: Sink<'a>,
    labels: Labels,
    target: ImportEntry,
    /// Holders that the import added and nobody has changed since, deepest last.
    emptied: Vec<(Kind, usize, EntityId)>,
    /// The layers among them: what only those are made of can go with them.
    layers: BTreeSet<EntityId>,
    /// Who refers to a place where something comes, goes or changes.
    referrers: BTreeSet<EntityId>,
    summary: UndoSummary,
    details_max: usize,
}

impl Undo<'_> {
    fn run(&mut self) -> Result<()> {
        self.each(Pass::Holders)?;
        self.each(Pass::Members)?;
        let mut emptied = std::mem::take(&mut self.emptied);
        // What stands inside goes before what it stands in, and what is made of others before those.
        let rank = |kind: Kind| match kind {
            Kind::Group => 0,
            Kind::ThemeGroup => 1,
            Kind::Layer => 2,
            _ => 3,
        };
        emptied.sort_unstable_by_key(|(kind, depth, id)| (rank(*kind), Reverse(*depth), *id));
        self.layers =
            emptied.iter().filter(|(kind, ..)| *kind == Kind::Layer).map(|(_, _, id)| *id).collect();
        for (_, _, id) in emptied {
            let Some(row) = self.sink.tx.get(id)? else { continue };
            match self.what_is_inside(&row)? {
                Some(what) => self.leave(&row.entity, None, "not_empty", what),
                None => self.delete(&row)?,
            }
        }
        Ok(())
    }

    /// Visits every entity that the import changed, once.
    fn each(&mut self, pass: Pass) -> Result<()> {
        let (import, mut after) = (Some(self.target.number), 0);
        loop {
            let mut page: Vec<ChangeRecord> = Vec::with_capacity(PAGE);
            self.sink.tx.changes(&ChangeFilter { import, entity: None, after }, &mut |change| {
                page.push(change);
                if page.len() < PAGE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if self.sink.observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            for change in page {
                let first = first_change(&*self.sink.tx, change.entity, self.target.change_before)?;
                if first.is_some_and(|first| first.number == change.number) {
                    self.take_back(change.entity, pass)?;
                }
            }
        }
    }

    fn take_back(&mut self, id: EntityId, pass: Pass) -> Result<()> {
        let Some(row) = self.sink.tx.get(id)? else { return Ok(()) };
        let kind = row.entity.kind();
        let is_holder = matches!(kind, Kind::TokenSet | Kind::Group | Kind::Layer | Kind::ThemeGroup);
        if is_holder != (pass == Pass::Holders) {
            return Ok(());
        }
        let tx = &*self.sink.tx;
        let before = Past::after_change(tx, self.target.change_before).entity(id)?;
        let Some(after) = Past::after_change(tx, self.target.change_after).entity(id)? else {
            return Ok(());
        };
        let now = &row.entity;
        let was_alive = before.as_ref().is_some_and(Entity::is_alive);
        match before.filter(|_| was_alive) {
            None if !after.is_alive() || !now.is_alive() => Ok(()),
            None if !is_untouched(now, &after) => {
                self.leave(now, None, "changed_since", "it was changed since");
                Ok(())
            }
            None if is_holder => {
                let depth = dtcg::path_of(now).map_or(0, |path| path.segments().count());
                self.emptied.push((kind, depth, id));
                Ok(())
            }
            None => self.delete(&row),
            Some(before) => self.restore(&row, &before, &after),
        }
    }

    /// Writes what the import has superseded, where nobody has changed it since.
    fn restore(&mut self, row: &Row, before: &Entity, after: &Entity) -> Result<()> {
        let now = &row.entity;
        let is_gone = !now.is_alive();
        if is_gone && after.is_alive() {
            let is_touched = changed_registers(before, after).next().is_some();
            if is_touched {
                self.leave(now, None, "deleted_since", "it was deleted since");
            }
            return Ok(());
        }
        let mut changes: Vec<(RegName, Value)> = Vec::new();
        for name in changed_registers(before, after) {
            if *name == RegName::LIFE {
                continue;
            }
            if still_holds(now, after, name) {
                let former = before.value(name).cloned().unwrap_or(Value::Absent);
                changes.push((name.clone(), former));
            } else if now.value(name) != before.value(name) {
                let what = "it was changed since";
                self.leave(now, Some(name), "changed_since", what);
            }
        }
        let life = |entity: &Entity| entity.register(&RegName::LIFE).cloned();
        let is_in_conflict = life(now).is_some_and(|life| life.is_conflict());
        if is_gone || (is_in_conflict && life(now) == life(after) && life(now) != life(before)) {
            changes.push((RegName::LIFE, Value::Life(Life::Alive)));
        }
        let dot = self.sink.dot()?;
        match dss_merge::write(now, dot, changes, &self.sink.stamp)? {
            Some(entity) => self.put(row, entity),
            None => Ok(()),
        }
    }

    fn delete(&mut self, row: &Row) -> Result<()> {
        let dot = self.sink.dot()?;
        match dss_merge::delete(&row.entity, dot, &self.sink.stamp)? {
            Some(entity) => self.put(row, entity),
            None => Ok(()),
        }
    }

    /// Stores an entity that was written, and everything that follows from it.
    fn put(&mut self, row: &Row, entity: Entity) -> Result<()> {
        self.summary.changed = self.summary.changed.saturating_add(1);
        if let Some(change) = EntityChange::between(Some(&row.entity), &entity, &self.labels)? {
            let counts = self.summary.kinds.entry(entity.kind().name()).or_default();
            let counter = match change.change {
                "deleted" => &mut counts.deleted,
                "changed" => &mut counts.changed,
                _ => &mut counts.restored,
            };
            *counter = counter.saturating_add(1);
            if self.summary.entities.len() < self.details_max {
                self.summary.entities.push(change);
            }
        }
        if matches!(entity.kind(), Kind::Token | Kind::Group) {
            self.note_referrers(&row.columns.path)?;
            self.note_referrers(&entity.string(&RegName::PATH).unwrap_or_default())?;
        }
        let facts = self.sink.facts(&entity, row.columns.sort.clone())?;
        self.sink.last_write_ms = self.sink.stamp.wall_ms;
        self.sink.settle(Some(&row.entity), entity, facts)
    }

    fn note_referrers(&mut self, path: &str) -> Result<()> {
        let referrers = &mut self.referrers;
        Ok(self.sink.tx.referrers(path, &mut |referrer| {
            referrers.insert(referrer.source);
            if referrers.len() < REFERRERS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?)
    }

    /// What keeps a holder from being deleted: something living that is in it, or made of it.
    fn what_is_inside(&self, row: &Row) -> Result<Option<&'static str>> {
        let id = row.entity.id();
        let tx = &*self.sink.tx;
        let before = Past::after_change(tx, self.target.change_before);
        // What stood there when the holder had been deleted once before needs it as little as then.
        let is_new = |row: &Row| -> Result<bool> {
            let past = before.entity(row.entity.id())?.filter(Entity::is_alive);
            let is_there = |past: &Entity| {
                [RegName::SET, RegName::PATH, RegName::GROUP]
                    .iter()
                    .all(|at| past.value(at) == row.entity.value(at))
            };
            Ok(!past.as_ref().is_some_and(is_there))
        };
        let placed = [Kind::Token, Kind::Group];
        let holds = match (row.entity.kind(), row.columns.set) {
            (Kind::Group, Some(set)) => {
                let below = Some(TokenPath::parse(&row.columns.path).unwrap_or_default());
                let scan = Scan { below, ..Scan::kinds(&placed).in_set(set).by(ScanOrder::Insertion) };
                has_any(tx, &scan, is_new)?
            }
            (Kind::TokenSet, _) => has_any(tx, &Scan::kinds(&placed).in_set(id), is_new)?,
            (Kind::ThemeGroup, _) => has_any(tx, &Scan::kinds(&[Kind::Theme]), |row| {
                let group = row.entity.value(&RegName::GROUP).and_then(Value::entity);
                Ok(group == Some(id) && is_new(row)?)
            })?,
            _ => false,
        };
        if holds {
            return Ok(Some("something stands in it"));
        }
        let is_source = matches!(row.entity.kind(), Kind::TokenSet | Kind::Layer)
            && has_any(tx, &Scan::kinds(&[Kind::Layer, Kind::Theme]), |row| {
                let is_named = sources_of(&row.entity).iter().any(|item| match item {
                    SourceItem::Set(source, _) | SourceItem::Layer(source) => *source == id,
                    SourceItem::Other(_) => false,
                });
                Ok(is_named && !self.layers.contains(&row.entity.id()))
            })?;
        Ok(is_source.then_some("a layer or theme is made of it"))
    }

    fn leave(&mut self, entity: &Entity, field: Option<&RegName>, reason: &'static str, what: &str) {
        self.summary.left = self.summary.left.saturating_add(1);
        if self.summary.left_alone.len() >= self.details_max {
            return;
        }
        let (set, path) = self.labels.place(entity);
        self.summary.left_alone.push(LeftAlone {
            kind: entity.kind().name(),
            set,
            path,
            field: field.map(ToString::to_string),
            reason,
            message: what.to_owned(),
        });
    }
}

/// Whether a register holds what the import left there: the same writes, or, after an undo that was taken
/// back, the same value. Who has decided a conflict for the value that showed has changed it, too.
fn still_holds(now: &Entity, after: &Entity, name: &RegName) -> bool {
    let is_open = |entity: &Entity| entity.register(name).is_some_and(Register::is_conflict);
    let is_settled = !is_open(now) && !is_open(after);
    now.register(name) == after.register(name) || (is_settled && now.value(name) == after.value(name))
}

/// Whether an entity is what the import left, whether it was deleted in between or not.
fn is_untouched(now: &Entity, after: &Entity) -> bool {
    let names: BTreeSet<&RegName> = now.registers().keys().chain(after.registers().keys()).collect();
    names.into_iter().filter(|name| **name != RegName::LIFE).all(|name| still_holds(now, after, name))
}

/// The registers that hold other writes after than before.
fn changed_registers<'e>(before: &'e Entity, after: &'e Entity) -> impl Iterator<Item = &'e RegName> {
    let names: BTreeSet<&RegName> = before.registers().keys().chain(after.registers().keys()).collect();
    names.into_iter().filter(|name| before.register(name) != after.register(name))
}

fn has_any(tx: &dyn ReadTx, scan: &Scan, mut is_wanted: impl FnMut(&Row) -> Result<bool>) -> Result<bool> {
    let mut found = Ok(false);
    tx.scan(scan, &mut |row| {
        found = is_wanted(&row);
        if matches!(found, Ok(false)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    found
}

/// Tells where something that came back stands beside what others have put there since.
fn tell_shared_paths(tx: &dyn ReadTx, dot: dss_model::Dot, summary: &mut UndoSummary) -> Result<()> {
    let mut shared: BTreeMap<(Option<EntityId>, String), (bool, Kind)> = BTreeMap::new();
    let mut failed = None;
    tx.duplicates(&mut |duplicate| {
        match tx.get(duplicate.id) {
            Ok(row) => {
                let is_ours = row.is_some_and(|row| row.entity.seen().covers(dot));
                let entry = shared.entry((duplicate.set, duplicate.path)).or_insert((false, duplicate.kind));
                entry.0 |= is_ours;
            }
            Err(error) => failed = Some(error),
        }
        let goes_on = failed.is_none() && shared.len() < SHARED_MAX;
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    for ((set, path), (_, kind)) in shared.into_iter().filter(|(_, (is_ours, _))| *is_ours) {
        let set = set.map(|set| tx.get(set)).transpose()?.flatten().map(|row| row.columns.path);
        summary.left = summary.left.saturating_add(1);
        summary.left_alone.push(LeftAlone {
            kind: kind.name(),
            set,
            path,
            field: None,
            reason: "shares_its_path",
            message: "it stands where something else was put since; both are kept".to_owned(),
        });
    }
    Ok(())
}

//! Who a plain input comes from.
//!
//! A token file has no revisions of its own, or had them when it was exported and was edited since. So
//! whatever a file is read from counts as a copy of the project with an identity of its own, a
//! *source* (DESIGN.md §5), and the store remembers what each source said last about every item.
//! Importing from it again writes what the source has changed since then, and nothing else.
//!
//! What a source says about an item is kept as a digest of every value ([`Statement`]), but for what a new project was
//! made from: those entities hold what was said themselves, in the writes of the source's first import, live or
//! in the history. So a bulk import stores nothing twice.
//!
//! A source is called by the path of its folder or file, made absolute, or by the name that the
//! caller gives it. A resolver document speaks for its folder, and a file for the nearest folder around
//! it that has delivered before, so that it does not matter whether one imports a folder or the one
//! file in it that was edited.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dss_format::revision::Body;
use dss_model::{Dot, Entity, EntityId, Pair, Seen};
use dss_store::{Delivery, Row, Source, SourceId};

use super::judge::Verdict;
use super::sink::{Mode, Sink, temporary_file};
use super::stated::order_in;
use super::statement::Statement;
use crate::ServiceError;
use crate::input::Files;
use crate::spill::IdSpill;
use crate::summary::SourceSummary;

/// The source that an input comes from.
pub(super) struct Speaker {
    pub(super) id: SourceId,
    /// The write with which it made the project, if it did.
    made: Option<Dot>,
    /// What it writes knowing what is here.
    informed: Option<Dot>,
    /// What it writes without knowing something that is here. Later than the other.
    apart: Option<Dot>,
    /// What the input holds, by its identity there.
    pub(super) items: IdSpill,
    /// The same once more, for what it made.
    pub(super) made_items: IdSpill,
    /// The sets whose documents the input holds.
    pub(super) sets: BTreeSet<EntityId>,
    /// Those of them that are new here.
    pub(super) new_sets: Vec<EntityId>,
    /// The writes that the revisions in the current document know of.
    pub(super) seen: Seen,
    pub(super) summary: SourceSummary,
}

impl Speaker {
    fn new(source: Source) -> Self {
        let Source { id, name, delivered_at_ms, made } = source;
        let last_delivered_at = delivered_at_ms.map(dss_format::time::format);
        let summary = SourceSummary { name, last_delivered_at, ..SourceSummary::default() };
        Self {
            id,
            made,
            informed: None,
            apart: None,
            items: IdSpill::default(),
            made_items: IdSpill::default(),
            sets: BTreeSet::new(),
            new_sets: Vec::new(),
            seen: Seen::new(),
            summary,
        }
    }
}

impl Sink<'_> {
    /// Finds out who speaks, before anything is said.
    pub(super) fn begin_source(&mut self, files: &Files, input: &Path) -> Result<(), ServiceError> {
        let name = match &self.options.source {
            Some(name) => name.clone(),
            None => self.default_name(files, input)?,
        };
        let source = self.tx.source(&name)?;
        self.source = Some(Speaker::new(source));
        Ok(())
    }

    fn default_name(&self, files: &Files, input: &Path) -> Result<String, ServiceError> {
        let mut path = absolute(input);
        if files.kind == "resolver"
            && let Some(folder) = path.parent()
        {
            path = folder.to_owned();
        }
        let known = if self.mode == Mode::New { Vec::new() } else { self.tx.sources()? };
        let has_delivered =
            |name: &str| known.iter().any(|source| source.name == name && source.delivered_at_ms.is_some());
        let mut names = path.ancestors().map(|path| path.display().to_string());
        let found = names.find(|name| has_delivered(name));
        Ok(found.unwrap_or_else(|| path.display().to_string()))
    }

    /// The source's write of this import, for what it changed knowing what is here.
    pub(super) fn informed_dot(&mut self) -> Result<Dot, ServiceError> {
        let speaker = self.source.as_mut().ok_or_else(no_source)?;
        match speaker.informed {
            Some(dot) => Ok(dot),
            None => Ok(*speaker.informed.insert(self.tx.next_source_dot(speaker.id)?)),
        }
    }

    /// The one for what it changed without knowing something that is here. One item may get both: then
    /// this comes second.
    pub(super) fn apart_dot(&mut self) -> Result<Dot, ServiceError> {
        self.informed_dot()?;
        let speaker = self.source.as_mut().ok_or_else(no_source)?;
        match speaker.apart {
            Some(dot) => Ok(dot),
            None => Ok(*speaker.apart.insert(self.tx.next_source_dot(speaker.id)?)),
        }
    }

    /// The changes as states to join: what is here, with what was written knowing it, and the other side.
    pub(super) fn sides(
        &mut self,
        local: &Entity,
        verdict: &Verdict,
    ) -> Result<(Entity, Entity), ServiceError> {
        if self.has_written(local) {
            return Err(ServiceError::DuplicateId { id: local.id().to_string() });
        }
        let informed = self.informed_dot()?;
        if verdict.is_informed() {
            return verdict.written(local, informed, &self.stamp).map(|written| (local.clone(), written));
        }
        let apart = self.apart_dot()?;
        let local = verdict.written(local, informed, &self.stamp)?;
        let other = verdict.other_side(&local, apart, &self.stamp)?;
        Ok((local, other))
    }

    /// Whether this import has written the item already: then it comes twice.
    fn has_written(&self, local: &Entity) -> bool {
        let informed = self.source.as_ref().and_then(|speaker| speaker.informed);
        informed.is_some_and(|dot| local.seen().covers(dot))
    }

    /// The source, which every plain input has.
    pub(super) fn speaker(&mut self) -> Result<&mut Speaker, ServiceError> {
        self.source.as_mut().ok_or_else(no_source)
    }

    /// What the source said last about an item.
    pub(super) fn delivery(&self, item: EntityId) -> Result<Option<Delivery>, ServiceError> {
        let Some(speaker) = &self.source else { return Ok(None) };
        match (self.tx.delivery(speaker.id, item)?, speaker.made) {
            (Some(delivery), _) => Ok(Some(delivery)),
            (None, None) => Ok(None),
            (None, Some(made)) => self.made_by(item, made),
        }
    }

    /// What the source said about an item when it made the project, and has not said otherwise since.
    fn made_by(&self, item: EntityId, made: Dot) -> Result<Option<Delivery>, ServiceError> {
        let Some(Row { entity, .. }) = self.tx.get(item)?.filter(|row| row.entity.seen().covers(made)) else {
            return Ok(None);
        };
        let is_it = |pair: &&Pair| pair.dot == made;
        let live = entity.registers().iter().filter_map(|(name, register)| {
            Some((name.clone(), register.pairs().iter().find(is_it)?.value.clone()))
        });
        let mut body: Body = live.collect();
        if body.len() < entity.registers().len() {
            self.tx.history(Some(item), &mut |record| {
                if is_it(&&record.pair) {
                    body.push((record.register, record.pair.value));
                }
                ControlFlow::Continue(())
            })?;
        }
        if body.is_empty() {
            return Ok(None);
        }
        let statement = Some(Statement::of(entity.kind(), &body).to_bytes());
        Ok(Some(Delivery { item, entity: item, place: order_in(&body), statement }))
    }

    /// Remembers what the source says now; `before` is what it said last.
    pub(super) fn remember(
        &mut self,
        delivery: &Delivery,
        before: Option<&Delivery>,
    ) -> Result<(), ServiceError> {
        let Some(speaker) = &mut self.source else { return Ok(()) };
        if self.mode != Mode::New {
            speaker.items.add(delivery.item).map_err(temporary_file)?;
            if speaker.made.is_some() {
                speaker.made_items.add(delivery.item).map_err(temporary_file)?;
            }
        }
        if before == Some(delivery) {
            return Ok(());
        }
        Ok(self.tx.put_delivery(speaker.id, delivery)?)
    }

    /// The write with which the source made the project, if it did.
    pub(super) fn made(&self) -> Option<Dot> {
        self.source.as_ref()?.made
    }

    /// Notes when the source delivered, and what came of it.
    pub(super) fn end_source(&mut self) -> Result<(), ServiceError> {
        let Some(speaker) = self.source.take() else { return Ok(()) };
        let made = speaker.informed.filter(|_| self.mode == Mode::New);
        self.tx.end_delivery(speaker.id, self.stamp.wall_ms, made)?;
        self.summary.delivered = Some(speaker.summary);
        Ok(())
    }
}

/// What a delivery said, if that is known.
pub(super) fn statement_of(delivery: &Delivery) -> Option<Statement> {
    Statement::from_bytes(delivery.statement.as_deref()?)
}

fn no_source() -> ServiceError {
    ServiceError::Internal("a file without a source".to_owned())
}

/// The path, absolute and without links, as far as the system tells.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let plain = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    std::fs::canonicalize(path).unwrap_or_else(|_| plain())
}

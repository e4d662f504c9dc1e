//! What a source's statement about an item changes here.
//!
//! A statement is a value for each register. What it *changes* is told, register by register:
//!
//! 1. by the item's own revision, if it carries one: a value equal to the one that this revision has is
//!    no edit, whatever has happened here since. The value is looked up here, among the live writes
//!    and in the history, for the file shows only what its editor left;
//! 2. else, or if that write is not known here, by what the same source said last: the same value is
//!    no edit;
//! 3. else by what is here: an equal value is no edit, any other is. Only how a file is spelled is none:
//!    in which order a source that was never seen before lists its items, and their members, is not
//!    held against what is here, for many a tool sorts them as it likes.
//!
//! Writes that only the file's revision speaks of are never taken over under their own name: the file
//! may have been edited, and the same name would then stand for two values. What it shows becomes the
//! source's write instead. If the real write arrives later, equal values merge without a word, and an
//! edited one is a conflict to look at: nothing is lost.
//!
//! A change is the source's write. Whether it *clashes* with a live write depends on whether the source knew
//! it: its file's revision covers it, or it holds what the source itself said last. A change that
//! knew everything it replaces is an ordinary write; one that did not is made on what the source knew,
//! and joined, so that both values stay. An item deleted here is known to be gone only to a source
//! that had it deleted itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use dss_format::revision::Body;
use dss_model::{Dot, Entity, EntityId, Kind, Life, Pair, RegName, Register, Seen, Stamp, Value};
use dss_store::ReadTx;

use super::statement::{Statement, is_stated};
use crate::ServiceError;

/// Everything that a statement is judged by.
pub(super) struct Judge<'a> {
    pub(super) tx: &'a dyn ReadTx,
    /// What is here.
    pub(super) local: &'a Entity,
    /// The item as its file's revision tells it.
    pub(super) revision: Option<&'a Entity>,
    /// What the source said last.
    pub(super) said: Option<&'a Statement>,
    /// Whether the item carries our extension, and so can say what only that has a place for.
    pub(super) is_ours: bool,
    past: Option<BTreeMap<RegName, Vec<Pair>>>,
}

/// What a statement comes to.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Changes that replace only what the source knew.
    informed: Vec<(RegName, Value)>,
    /// Changes that meet something it did not know.
    apart: Vec<(RegName, Value)>,
    /// Writes here that it did not know, in registers that it changes.
    unknown: Vec<Dot>,
    /// Whether the file is back at its revision, while an edit that it once held stands here.
    pub(super) is_taken_back: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(tx: &'a dyn ReadTx, local: &'a Entity) -> Self {
        Self { tx, local, revision: None, said: None, is_ours: false, past: None }
    }

    /// Judges a statement that the item exists and has these values.
    pub(super) fn judge(&mut self, body: &Body) -> Result<Verdict, ServiceError> {
        let mut verdict = Verdict::default();
        let kind = self.local.kind();
        let mut changes: Vec<(RegName, Value)> = Vec::new();
        for (name, value) in body.iter().filter(|(name, _)| is_stated(kind, name)) {
            if self.is_news(name, value, &mut verdict)? && !holds(self.local, name, value) {
                changes.push((name.clone(), value.clone()));
            }
        }
        let mentioned: BTreeSet<&RegName> = body.iter().map(|(name, _)| name).collect();
        for (name, register) in self.local.registers() {
            let is_missing = is_stated(kind, name) && !mentioned.contains(name);
            let is_gone = register.pairs().iter().all(|pair| pair.value == Value::Absent);
            if is_missing && !is_gone && self.is_removed(name)? {
                changes.push((name.clone(), Value::Absent));
            }
        }
        let is_new_here = self.said.is_none() && self.revision.is_none();
        if !self.local.is_alive() && (is_new_here || self.said.is_some_and(|said| said.is_deleted)) {
            changes.push((RegName::LIFE, Value::Life(Life::Alive)));
        }
        self.split(changes, &mut verdict);
        Ok(verdict)
    }

    /// Judges a statement that the item is gone.
    pub(super) fn judge_deletion(&mut self) -> Verdict {
        let mut verdict = Verdict::default();
        let pairs = self.local.registers().iter().filter(|(name, _)| is_stated(self.local.kind(), name));
        let unknown = pairs.flat_map(|(name, register)| {
            register.pairs().iter().filter(|pair| !self.knows(name, pair)).map(|pair| pair.dot)
        });
        verdict.unknown = unknown.collect();
        let change = (RegName::LIFE, Value::Life(Life::Deleted));
        if verdict.unknown.is_empty() {
            verdict.informed.push(change);
        } else {
            // Whoever wrote last wants the item to exist, with what the source has not seen of it, even if that
            // write said nothing new to the source.
            let life = self.local.register(&RegName::LIFE).map(Register::pairs).unwrap_or_default();
            verdict.unknown.extend(life.iter().map(|pair| pair.dot));
            verdict.apart.push(change);
        }
        verdict
    }

    /// Whether the source says something new about a register.
    fn is_news(
        &mut self,
        name: &RegName,
        value: &Value,
        verdict: &mut Verdict,
    ) -> Result<bool, ServiceError> {
        let is_repeated = self.said.is_some_and(|said| said.says(name, value));
        if let Some(seen) = self.value_seen(name)? {
            let is_edit = seen != *value;
            if !is_edit && let Some(said) = self.said {
                let shown = self.local.register(name).and_then(Register::shown);
                let is_here = shown.is_some_and(|pair| pair.value != *value && said.says(name, &pair.value));
                verdict.is_taken_back |= is_here && *name != RegName::ORDER;
            }
            return Ok(is_edit && !is_repeated);
        }
        let is_spelling = *name == RegName::ORDER || *name == RegName::LAYOUT;
        let is_told_apart = self.said.is_some() || !is_spelling;
        Ok(is_told_apart && !is_repeated)
    }

    /// The value that the file's revision has for a register, as it is known here.
    fn value_seen(&mut self, name: &RegName) -> Result<Option<Value>, ServiceError> {
        let pair = self.revision.and_then(|revision| revision.register(name)).and_then(Register::shown);
        match pair.map(|pair| pair.dot) {
            Some(dot) => self.value_at(name, dot),
            None => Ok(None),
        }
    }

    /// What that write wrote, if it is known here.
    pub(super) fn value_at(&mut self, name: &RegName, dot: Dot) -> Result<Option<Value>, ServiceError> {
        let live = self.local.register(name).map(Register::pairs).unwrap_or_default();
        if let Some(pair) = live.iter().find(|pair| pair.dot == dot) {
            return Ok(Some(pair.value.clone()));
        }
        let found = self.past(name)?.iter().find(|pair| pair.dot == dot);
        Ok(found.map(|pair| pair.value.clone()))
    }

    /// Whether the source has taken a register away that it does not mention.
    fn is_removed(&mut self, name: &RegName) -> Result<bool, ServiceError> {
        let said = self.said.map(|said| said.has(name));
        let Some(revision) = self.revision else {
            // Tags have no place but in our extension: who has dropped that says nothing about them.
            let can_say = self.is_ours || name.member_of("tag").is_none();
            return Ok(can_say && said == Some(true));
        };
        if revision.register(name).is_some() || said == Some(false) {
            return Ok(false);
        }
        let (local, seen) = (self.local, revision.seen());
        let live = local.register(name).map(Register::pairs).unwrap_or_default();
        let past = self.past(name)?;
        let newest = live.iter().chain(past).filter(|pair| seen.covers(pair.dot)).max_by_key(|pair| pair.dot);
        Ok(newest.is_some_and(|pair| pair.value != Value::Absent))
    }

    /// The superseded writes of a register.
    fn past(&mut self, name: &RegName) -> Result<&[Pair], ServiceError> {
        if self.past.is_none() {
            let mut past: BTreeMap<RegName, Vec<Pair>> = BTreeMap::new();
            self.tx.history(Some(self.local.id()), &mut |record| {
                past.entry(record.register).or_default().push(record.pair);
                ControlFlow::Continue(())
            })?;
            self.past = Some(past);
        }
        Ok(self.past.as_ref().and_then(|past| past.get(name)).map(Vec::as_slice).unwrap_or_default())
    }

    /// Whether the source knew a live write.
    fn knows(&self, name: &RegName, pair: &Pair) -> bool {
        self.said.is_some_and(|said| said.says(name, &pair.value))
            || self.revision.is_some_and(|revision| revision.seen().covers(pair.dot))
    }

    fn split(&self, changes: Vec<(RegName, Value)>, verdict: &mut Verdict) {
        if changes.is_empty() {
            return;
        }
        let pairs = |name: &RegName| self.local.register(name).map(Register::pairs).unwrap_or_default();
        // Every write says that the item exists; that clashes with a deletion, whatever else it says.
        if !self.said.is_some_and(|said| said.is_deleted) {
            let deletions = pairs(&RegName::LIFE).iter().filter(|pair| pair.value == DELETED);
            verdict.unknown.extend(deletions.map(|pair| pair.dot));
        }
        let is_deleted = !verdict.unknown.is_empty();
        for (name, value) in changes {
            let before = verdict.unknown.len();
            let unknown =
                pairs(&name).iter().filter(|pair| name != RegName::LIFE && !self.knows(&name, pair));
            verdict.unknown.extend(unknown.map(|pair| pair.dot));
            if is_deleted || verdict.unknown.len() > before {
                verdict.apart.push((name, value));
            } else {
                verdict.informed.push((name, value));
            }
        }
    }
}

const DELETED: Value = Value::Life(Life::Deleted);

impl Verdict {
    /// Whether nothing changes.
    pub(super) const fn is_empty(&self) -> bool {
        self.informed.is_empty() && self.apart.is_empty()
    }

    /// Whether the source knew everything that it replaces.
    pub(super) const fn is_informed(&self) -> bool {
        self.apart.is_empty()
    }

    /// What is here, with what was written knowing it.
    pub(super) fn written(&self, local: &Entity, dot: Dot, stamp: &Stamp) -> Result<Entity, ServiceError> {
        let written = dss_merge::write(local, dot, self.informed.clone(), stamp)?;
        Ok(written.unwrap_or_else(|| local.clone()))
    }

    /// The state of somebody who has seen all of `local` but what is unknown, and wrote the rest.
    pub(super) fn other_side(&self, local: &Entity, dot: Dot, stamp: &Stamp) -> Result<Entity, ServiceError> {
        apart(local, dot, self.apart.clone(), &self.unknown, stamp)
    }
}

/// The state of somebody who has seen everything but the writes `unknown`, and made these changes.
fn apart(
    local: &Entity,
    dot: Dot,
    changes: Vec<(RegName, Value)>,
    unknown: &[Dot],
    stamp: &Stamp,
) -> Result<Entity, ServiceError> {
    let known_of = |seen: Dot| {
        let unknown = unknown.iter().filter(|unknown| unknown.replica == seen.replica);
        let below = unknown.map(|unknown| unknown.counter.saturating_sub(1)).min();
        Dot { counter: below.map_or(seen.counter, |below| below.min(seen.counter)), ..seen }
    };
    let seen: Seen = local.seen().iter().map(known_of).filter(|dot| dot.counter > 0).collect();
    let mut registers: BTreeMap<RegName, Register> = local
        .registers()
        .iter()
        .filter_map(|(name, register)| {
            let known = register.pairs().iter().filter(|pair| seen.covers(pair.dot));
            Some((name.clone(), Register::new(known.cloned().collect())?))
        })
        .collect();
    let life = (RegName::LIFE, Value::Life(Life::Alive));
    for (name, value) in std::iter::once(life).chain(changes) {
        registers.insert(name, Register::single(Pair::written(dot, value, stamp.clone())));
    }
    let mut seen = seen;
    seen.add(dot);
    Entity::new(local.id(), local.kind(), seen, registers)
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Whether a register holds that value and no other.
fn holds(entity: &Entity, name: &RegName, value: &Value) -> bool {
    match entity.register(name) {
        Some(register) => register.pairs().iter().all(|pair| pair.value == *value),
        None => *value == Value::Absent,
    }
}

/// An item that a source says nothing about any more, unless it is of another kind than it was.
pub(super) fn is_other_kind(local: &Entity, kind: Kind, id: EntityId) -> Option<dss_merge::Integrity> {
    let (entity, other) = (local.id(), id);
    (local.kind() != kind).then(|| dss_merge::Integrity::NotOneEntity {
        entity,
        kind: local.kind(),
        other,
        other_kind: kind,
    })
}

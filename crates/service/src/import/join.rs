//! What an imported entity becomes: joined with what is here, and, where that clashes, decided or left open.

use std::ops::ControlFlow;

use dss_merge::{Clocks, Conflict, ConflictKind, Decision, Integrity, Outcome, Plan, ReplaceError, Replaced};
use dss_model::{Dot, Entity, RegName, Register, Severity, Stage, Stamp, Value};
use dss_store::DecisionRecord;

use super::facts::Facts;
use super::sink::{Mode, Sink};
use crate::ServiceError;
use crate::conflict::{Candidates, ConflictItem, Decided, Names, SideOf, place_of};
use crate::operation::{tell_conflict, tell_contradiction};
use crate::summary::Finding;

/// What the record of a conflict says that nobody decided.
const OPEN: &str = "open";

/// Both sides of an entity, and what joining them comes to.
struct Case {
    local: Entity,
    imported: Entity,
    plan: Plan,
    /// The sides as they came, if writes of one name had to be told apart.
    unsplit: Option<(Entity, Entity)>,
}

impl Case {
    /// What both sides had in common, and what the clocks say: of writes of one name, nothing.
    fn preview(
        &self,
        register: &RegName,
        history: Option<(Dot, Value)>,
        clocks: &Clocks,
    ) -> dss_merge::Preview {
        let (local, imported) = self
            .unsplit
            .as_ref()
            .map_or((&self.local, &self.imported), |(local, imported)| (local, imported));
        dss_merge::preview(local, imported, register, history, clocks)
    }
}

impl Sink<'_> {
    /// Takes an entity as it was exported.
    pub(super) fn entity(&mut self, entity: Entity, facts: Facts) -> Result<(), ServiceError> {
        let wall = entity.newest().map_or(0, |pair| pair.stamp.wall_ms);
        if self.mode == Mode::New {
            self.last_write_ms = self.last_write_ms.max(wall);
            return self.add(entity, facts);
        }
        let local = self.local(&entity)?;
        if self.mode == Mode::Replace {
            return self.replace(local.as_ref(), &entity, facts);
        }
        let Some(local) = local else {
            self.check_own(&entity)?;
            self.last_write_ms = self.last_write_ms.max(wall);
            let outcome = if entity.is_alive() { Outcome::Added } else { Outcome::AddedDeleted };
            self.merged.outcomes.count(outcome);
            return self.add(entity, facts);
        };
        self.join(&local, entity, facts)
    }

    /// What is here of an entity. Most stand where they stood.
    fn local(&self, entity: &Entity) -> Result<Option<Entity>, ServiceError> {
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let row = match set.zip(entity.string(&RegName::PATH)) {
            Some((set, path)) => self.tx.get_at(entity.id(), set, &path)?,
            None => self.tx.get(entity.id())?,
        };
        Ok(row.map(|row| row.entity))
    }

    fn replace(
        &mut self,
        local: Option<&Entity>,
        archive: &Entity,
        facts: Facts,
    ) -> Result<(), ServiceError> {
        self.check_own(archive)?;
        let dot = self.dot()?;
        local.map_or(Ok(()), |local| self.check_unwritten(local))?;
        let replaced = replace(local, archive, dot, &self.stamp)?;
        let wall = archive.newest().map_or(0, |pair| pair.stamp.wall_ms);
        let wall = if replaced.wrote { self.stamp.wall_ms } else { wall };
        self.last_write_ms = self.last_write_ms.max(wall);
        self.settle(local, replaced.entity, facts)
    }

    /// Joins with what is here, and lets the strategy decide what clashes.
    pub(super) fn join(
        &mut self,
        local: &Entity,
        imported: Entity,
        facts: Facts,
    ) -> Result<(), ServiceError> {
        self.check_own(&imported)?;
        let Some(case) = self.plan(local, imported)? else {
            self.merged.outcomes.count(Outcome::Quarantined);
            let kind = self.kinds.entry(local.kind()).or_default();
            (kind.read, kind.held) = (kind.read.saturating_add(1), kind.held.saturating_add(1));
            return Ok(());
        };
        self.merged.outcomes.count(case.plan.outcome);
        let decision = self.decide(&case);
        self.report_conflicts(&case, decision.as_ref())?;
        let Plan { outcome, joined, .. } = case.plan;
        if outcome == Outcome::Identical || outcome == Outcome::Stale {
            return self.count_unchanged(local);
        }
        let wall = joined.newest().map_or(0, |pair| pair.stamp.wall_ms);
        let entity = match decision {
            Some(decision) => {
                self.check_unwritten(&joined)?;
                let dot = self.dot()?;
                let decided = decision.apply(&joined, dot, &self.stamp)?;
                self.forks.extend(decision.fork);
                self.last_write_ms = self.last_write_ms.max(self.stamp.wall_ms);
                decided
            }
            None => joined,
        };
        self.last_write_ms = self.last_write_ms.max(wall);
        let facts = if entity == case.imported { facts } else { self.facts(&entity, facts.sort)? };
        self.settle(Some(local), entity, facts)
    }

    /// What joining comes to; `None`, and a finding, if the sides contradict each other.
    fn plan(&mut self, local: &Entity, imported: Entity) -> Result<Option<Case>, ServiceError> {
        let granularity = self.options.granularity;
        let error = match dss_merge::plan(Some(local), &imported, granularity) {
            Ok(plan) => return Ok(Some(Case { local: local.clone(), imported, plan, unsplit: None })),
            Err(error) => error,
        };
        self.integrity_finding(local, &error);
        if !matches!(error, Integrity::DotCollision { .. }) {
            return Ok(None);
        }
        let unsplit = Some((local.clone(), imported.clone()));
        let (local, imported) = dss_merge::split_collisions(local, &imported)?;
        let plan = dss_merge::plan(Some(&local), &imported, granularity)?;
        Ok(Some(Case { local, imported, plan, unsplit }))
    }

    /// What the strategy wants to write. A decision that would make something that is held is none.
    fn decide(&mut self, case: &Case) -> Option<Decision> {
        let Case { local, imported, plan, .. } = case;
        let decision = dss_merge::decide(local, imported, plan, self.options.on_conflict, &self.clocks)?;
        let is_held = decision.fork.as_ref().is_some_and(|fork| self.held.has_id(fork.id));
        (!is_held).then_some(decision)
    }

    /// What this import has written already came before, with the same id.
    pub(super) fn check_unwritten(&mut self, local: &Entity) -> Result<(), ServiceError> {
        match self.dot {
            Some(dot) if local.seen().get(dot.replica) >= dot.counter => Err(self.duplicate_id(local.id())),
            _ => Ok(()),
        }
    }

    /// Refuses knowledge of writes that this copy never made and that the input did not announce.
    fn check_own(&self, imported: &Entity) -> Result<(), ServiceError> {
        let Some(own) = self.own else { return Ok(()) };
        let claimed = imported.seen().get(own.replica);
        if claimed <= own.issued {
            return Ok(());
        }
        Err(Integrity::OwnIdAhead { replica: own.replica, issued: own.issued, claimed }.into())
    }

    pub(super) fn integrity_finding(&mut self, local: &Entity, error: &Integrity) {
        let (severity, kept) = match error {
            Integrity::DotCollision { .. } => {
                (Severity::Warning, "two copies share an identity; both values were kept")
            }
            _ => (Severity::Error, "what is here was kept"),
        };
        let path = local.string(&RegName::PATH).or_else(|| local.string(&RegName::NAME));
        let path = path.unwrap_or_default().into_owned();
        let message = format!("{error}; {kept}");
        tell_contradiction(error.code(), &path, &message);
        self.findings.add(Finding {
            code: error.code(),
            stage: Stage::Structure,
            severity,
            file: String::new(),
            path,
            line: None,
            message,
        });
    }

    /// Tells of every conflict, and notes the new ones for good.
    fn report_conflicts(&mut self, case: &Case, decision: Option<&Decision>) -> Result<(), ServiceError> {
        for conflict in &case.plan.conflicts {
            let item = self.conflict_item(case, conflict, decision)?;
            if conflict.new {
                self.merged.new_conflicts = self.merged.new_conflicts.saturating_add(1);
                let decided = u64::from(item.decided.is_some());
                self.merged.decided = self.merged.decided.saturating_add(decided);
                self.observer.conflict(&item);
                tell_conflict(&item);
                self.tx.log_decision(&DecisionRecord {
                    entity: case.local.id(),
                    register: conflict.register.clone(),
                    at_ms: self.stamp.wall_ms,
                    by: self.stamp.author.as_str().to_owned(),
                    strategy: item.decided.as_ref().map_or(OPEN, |decided| decided.strategy).to_owned(),
                    record: serde_json::to_string(&item).unwrap_or_default(),
                })?;
            }
            if self.merged.conflicts.len() < self.options.limits.diagnostics {
                self.merged.conflicts.push(item);
            }
        }
        Ok(())
    }

    fn conflict_item(
        &mut self,
        case: &Case,
        conflict: &Conflict,
        decision: Option<&Decision>,
    ) -> Result<ConflictItem, ServiceError> {
        let Case { local, imported, plan, .. } = case;
        let (register, joined) = (&conflict.register, &plan.joined);
        let history = self.last_common(local, imported, register)?;
        let preview = case.preview(register, history, &self.clocks);
        let mut candidates = Candidates::default();
        candidates.add_all(conflict, local, SideOf::Local);
        candidates.add_all(conflict, imported, SideOf::Imported);
        let mut names = Names::new(&*self.tx, &mut self.names);
        let sides = candidates.sides(joined, register, &mut names)?;
        let choice =
            decision.and_then(|made| made.choices.iter().find(|choice| choice.register == *register));
        let decided = choice.filter(|_| conflict.new).map(|choice| Decided {
            strategy: self.options.on_conflict.name(),
            side: candidates.number_of(&choice.value),
            value: None,
            fork: decision.and_then(|made| made.fork.as_ref()).map(|fork| fork.id.to_string()),
        });
        let (name, set) = place_of(joined, &mut names)?;
        let base = preview.base.as_ref().map(|base| names.value(register, base)).transpose()?.flatten();
        Ok(ConflictItem {
            entity: joined.id().to_string(),
            kind: joined.kind().name(),
            name,
            set,
            field: register.to_string(),
            conflict: conflict.kind.name(),
            is_new: conflict.new,
            sides,
            base,
            recommendation: preview.advice.recommendation,
            warnings: preview.advice.warnings,
            decided,
        })
    }

    /// The newest superseded write of the register that both sides have seen.
    fn last_common(
        &self,
        local: &Entity,
        imported: &Entity,
        register: &RegName,
    ) -> Result<Option<(Dot, Value)>, ServiceError> {
        let mut newest: Option<(Dot, Value)> = None;
        self.tx.history(Some(local.id()), &mut |record| {
            let dot = record.pair.dot;
            let is_newer = newest.as_ref().is_none_or(|(known, _)| dot > *known);
            let is_common = local.seen().covers(dot) && imported.seen().covers(dot);
            if record.register == *register && is_newer && is_common {
                newest = Some((dot, record.pair.value));
            }
            ControlFlow::Continue(())
        })?;
        Ok(newest)
    }
}

impl Candidates {
    /// Adds the values that one side has.
    fn add_all(&mut self, conflict: &Conflict, side: &Entity, of: SideOf) {
        let values = if of == SideOf::Local { &conflict.local } else { &conflict.imported };
        let pairs = side.register(&conflict.register).map(Register::pairs).unwrap_or_default();
        for value in values {
            let written = pairs.iter().filter(|pair| pair.value == *value);
            self.add(value, written.max_by_key(|pair| (pair.stamp.wall_ms, pair.dot)), Some(of));
        }
        if values.is_empty() && conflict.kind == ConflictKind::Entity {
            // This side never had the field.
            self.add(&Value::Absent, None, Some(of));
        }
    }
}

/// Makes a copy show what the archive shows; two values of one write survive under names of their own.
fn replace(
    local: Option<&Entity>,
    archive: &Entity,
    dot: Dot,
    stamp: &Stamp,
) -> Result<Replaced, ServiceError> {
    match (dss_merge::replace(local, archive, dot, stamp), local) {
        (Err(ReplaceError::Integrity(Integrity::DotCollision { .. })), Some(local)) => {
            let (ours, theirs) = dss_merge::split_collisions(local, archive)?;
            Ok(dss_merge::replace(Some(&ours), &theirs, dot, stamp)?)
        }
        (replaced, _) => Ok(replaced?),
    }
}

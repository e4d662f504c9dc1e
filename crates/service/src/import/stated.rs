//! Taking what a source states about an item into the project.

use dss_format::dtcg;
use dss_format::revision::Body;
use dss_model::{Entity, EntityId, Kind, OrderKey, RegName, Severity, Stage, Value};
use dss_store::{Delivery, Row};

use super::facts::Facts;
use super::judge::{Judge, is_other_kind};
use super::sink::{Incoming, Mode, Sink};
use super::source::statement_of;
use super::statement::Statement;
use crate::summary::Finding;
use crate::{ServiceError, edit};

/// What comes with a statement.
#[derive(Debug)]
pub(super) struct Said {
    /// The item's identity in the source.
    pub(super) item: EntityId,
    /// The item as its file's revision tells it.
    pub(super) revision: Option<Entity>,
    /// Whether it carries our extension.
    pub(super) is_ours: bool,
    /// What the source said last.
    pub(super) delivery: Option<Delivery>,
    /// What is here.
    pub(super) local: Option<Entity>,
    /// What it says now, if that is not what the body says.
    pub(super) statement: Option<Statement>,
}

impl Said {
    /// A statement about an item of which nothing else is known.
    pub(super) const fn new(item: EntityId) -> Self {
        Self { item, revision: None, is_ours: false, delivery: None, local: None, statement: None }
    }

    /// The statement, with what it is about.
    pub(super) fn about(self, id: EntityId, kind: Kind, body: Body) -> Incoming {
        Incoming::Stated { id, kind, body, said: Box::new(self) }
    }

    fn delivery(&self, entity: EntityId, kind: Kind, body: &Body) -> Delivery {
        let statement = self.statement.as_ref().map(Statement::to_bytes);
        let statement = statement.unwrap_or_else(|| Statement::of(kind, body).to_bytes());
        Delivery { item: self.item, entity, place: order_in(body), statement: Some(statement) }
    }
}

/// The place that a body states.
pub(super) fn order_in(body: &Body) -> Option<OrderKey> {
    let (_, value) = body.iter().find(|(name, _)| *name == RegName::ORDER)?;
    OrderKey::parse(&value.json()?.get_ref().string()?)
}

/// Puts another place into a body.
pub(super) fn set_order(body: &mut Body, order: &OrderKey) {
    for (_, value) in body.iter_mut().filter(|(name, _)| *name == RegName::ORDER) {
        *value = Value::Json(dss_model::JsonText::string(order.as_str()));
    }
}

impl Sink<'_> {
    /// Takes what a source states.
    pub(super) fn stated(
        &mut self,
        id: EntityId,
        kind: Kind,
        body: Body,
        said: &Said,
        facts: Facts,
    ) -> Result<(), ServiceError> {
        if self.mode == Mode::New && said.statement.is_none() {
            // The entity itself holds what was said.
            return self.create(id, kind, body, facts);
        }
        let delivery = said.delivery(id, kind, &body);
        match self.mode {
            Mode::New => self.create(id, kind, body, facts)?,
            Mode::Replace => self.write_all(id, kind, body, facts)?,
            Mode::Merge => {
                self.merge_statement(id, kind, body, said, facts)?;
                return self.remember(&delivery, said.delivery.as_ref());
            }
        }
        self.remember(&delivery, None)
    }

    /// Creates what was not here, as the source's write.
    fn create(&mut self, id: EntityId, kind: Kind, body: Body, facts: Facts) -> Result<(), ServiceError> {
        let dot = self.informed_dot()?;
        let entity = dss_merge::create(id, kind, dot, body, &self.stamp)?;
        self.last_write_ms = self.stamp.wall_ms;
        if kind == Kind::TokenSet {
            self.speaker()?.new_sets.push(id);
        }
        self.add(entity, facts)
    }

    /// Makes an item show what is stated, whoever knew what: the user has asked for it.
    fn write_all(&mut self, id: EntityId, kind: Kind, body: Body, facts: Facts) -> Result<(), ServiceError> {
        let Some(local) = self.tx.get(id)?.map(|row| row.entity) else {
            let entity = dss_merge::create(id, kind, self.dot()?, body, &self.stamp)?;
            self.last_write_ms = self.stamp.wall_ms;
            return self.add(entity, facts);
        };
        self.check_unwritten(&local)?;
        let gone = local.registers().keys().filter(|name| body.iter().all(|(other, _)| other != *name));
        let removals: Vec<_> = gone.map(|name| (name.clone(), Value::Absent)).collect();
        let changes = body.into_iter().chain(removals);
        let dot = self.dot()?;
        match dss_merge::write(&local, dot, changes, &self.stamp)? {
            None => self.settle(Some(&local), local.clone(), facts),
            Some(entity) => {
                self.last_write_ms = self.stamp.wall_ms;
                self.settle(Some(&local), entity, facts)
            }
        }
    }

    /// Writes what the source has changed, and joins it with what is here.
    fn merge_statement(
        &mut self,
        id: EntityId,
        kind: Kind,
        body: Body,
        said: &Said,
        facts: Facts,
    ) -> Result<(), ServiceError> {
        let previous = said.delivery.as_ref().and_then(statement_of);
        self.count_rule(kind, said, previous.is_some())?;
        let Some(local) = &said.local else { return self.create(id, kind, body, facts) };
        if let Some(error) = is_other_kind(local, kind, id) {
            self.integrity_finding(local, &error);
            return self.count_unchanged(local);
        }
        let mut judge = Judge::new(&*self.tx, local);
        judge.revision = said.revision.as_ref();
        judge.said = previous.as_ref();
        judge.is_ours = said.is_ours;
        let verdict = judge.judge(&body)?;
        if verdict.is_taken_back {
            self.findings.add(taken_back(local));
        }
        if verdict.is_empty() {
            return self.count_unchanged(local);
        }
        let (local, imported) = self.sides(local, &verdict)?;
        self.join(&local, imported, facts)?;
        self.describe_again(id, &body)
    }

    /// Brings what queries need up to date with what shows now, if that is not what the file says.
    pub(super) fn describe_again(&mut self, id: EntityId, body: &Body) -> Result<(), ServiceError> {
        let Some(row) = self.tx.get(id)? else { return Ok(()) };
        if !matches!(row.entity.kind(), Kind::Token | Kind::Group) {
            return Ok(());
        }
        let shown = |name: &RegName| row.entity.value(name);
        let stated = |name: &RegName| body.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        let of_group = ["$type", "$extends", "$ref"].map(dtcg::other_register);
        let names = [RegName::VALUE, RegName::PATH].into_iter().chain(of_group);
        if names.into_iter().all(|name| shown(&name) == stated(&name)) {
            return Ok(());
        }
        let placed = edit::place(&*self.tx, row.entity)?;
        let columns = dss_store::Columns { sort: row.columns.sort, ..placed.row.columns };
        Ok(self.tx.put(&Row { columns, ..placed.row })?)
    }

    /// Counts the rule that a token is judged by.
    fn count_rule(&mut self, kind: Kind, said: &Said, is_known: bool) -> Result<(), ServiceError> {
        if kind != Kind::Token {
            return Ok(());
        }
        let summary = &mut self.speaker()?.summary;
        let counter = match (&said.local, &said.revision) {
            (None, _) => &mut summary.new,
            (_, Some(_)) => &mut summary.by_revision,
            (_, None) if is_known => &mut summary.by_delivery,
            _ => &mut summary.first_time,
        };
        *counter = counter.saturating_add(1);
        Ok(())
    }
}

fn taken_back(local: &Entity) -> Finding {
    Finding {
        code: "edit_not_taken_back",
        stage: Stage::Structure,
        severity: Severity::Warning,
        file: String::new(),
        path: local.string(&RegName::PATH).unwrap_or_default().into_owned(),
        line: None,
        message: "the file is back at what was exported to it, which is no edit; what it said on an earlier import \
                  stays: change it in the project, or in a fresh export"
            .to_owned(),
    }
}

//! Changes that people make: one transaction each, and one write.

mod assets;
mod components;
mod conflicts;
mod log;
mod place;
mod projects;
mod sets;
mod themes;
mod tokens;

pub(crate) use place::{has_children, place};

use std::ops::ControlFlow;

use dss_model::{
    Author, Dot, Entity, EntityId, JsonText, Kind, Life, OrderKey, ProjectName, RegName, Stamp, Value,
};
use dss_store::{Columns, LifeFilter, ReadTx, Row, Scan, ScanOrder, WriteTx};

use crate::{ProjectService, ServiceError};

type Result<T> = std::result::Result<T, ServiceError>;

/// What a write changes: a register, and what it is to hold.
type Changes = Vec<(RegName, Value)>;

/// A change to one project, on its way.
struct Edit<'s> {
    tx: Box<dyn WriteTx + 's>,
    now_ms: i64,
    stamp: Stamp,
    /// The write that all changes are part of, once there is one. Dropped with the transaction, it
    /// was never issued.
    dot: Option<Dot>,
    is_changed: bool,
}

impl<'s> Edit<'s> {
    /// Begins to change a project.
    fn begin(service: &'s ProjectService, project: &ProjectName) -> Result<Self> {
        Ok(Self::over(service, service.store.write(project)?))
    }

    fn over(service: &ProjectService, tx: Box<dyn WriteTx + 's>) -> Self {
        let now_ms = service.clock.now_ms();
        let stamp = Stamp { wall_ms: now_ms, author: Author::new(&service.actor) };
        Self { tx, now_ms, stamp, dot: None, is_changed: false }
    }

    fn dot(&mut self) -> Result<Dot> {
        let dot = match self.dot {
            Some(dot) => dot,
            None => self.tx.next_dot()?,
        };
        self.dot = Some(dot);
        Ok(dot)
    }

    /// A new entity, which is not stored yet.
    fn create(&mut self, id: EntityId, kind: Kind, changes: Changes) -> Result<Entity> {
        let dot = self.dot()?;
        Ok(dss_merge::create(id, kind, dot, changes, &self.stamp)?)
    }

    /// The entity with these changes, which are not stored yet; `None` if they change nothing.
    fn changed(&mut self, entity: &Entity, changes: Changes) -> Result<Option<Entity>> {
        let dot = self.dot()?;
        Ok(dss_merge::write(entity, dot, changes, &self.stamp)?)
    }

    /// Deletes what the row holds; the row stands where it stood.
    fn delete(&mut self, row: Row) -> Result<()> {
        let dot = self.dot()?;
        if let Some(entity) = dss_merge::delete(&row.entity, dot, &self.stamp)? {
            self.put(&Row { entity, ..row })?;
        }
        Ok(())
    }

    /// Stores a row whose entity was written.
    fn put(&mut self, row: &Row) -> Result<()> {
        self.is_changed = true;
        Ok(self.tx.put(row)?)
    }

    /// Creates or changes an entity that has a name and no set.
    fn put_named(&mut self, kind: Kind, place: Named, changes: Changes) -> Result<Entity> {
        let entity = match place.existing {
            Some(row) => match self.changed(&row.entity, changes)? {
                Some(entity) => entity,
                None => return Ok(row.entity),
            },
            None => self.create(place.id, kind, changes)?,
        };
        let name = entity.string(&RegName::NAME).unwrap_or_default().into_owned();
        let sort = entity.string(&RegName::ORDER).unwrap_or_default().as_bytes().to_vec();
        let columns = Columns { set: None, path: name, sort, token_type: None, valid: true };
        let row = Row { entity, columns, references: Vec::new() };
        self.put(&row)?;
        Ok(row.entity)
    }

    /// The entity that goes by that name, alive or deleted; or the identity of a new one.
    fn named(&self, kind: Kind, name: &str, derived: EntityId) -> Result<Named> {
        let existing = newest(self.tx.find(kind, None, name)?);
        self.place(existing, derived)
    }

    /// Where to write: what exists, or a new entity, whose derived id may be in use elsewhere.
    fn place(&self, existing: Option<Row>, derived: EntityId) -> Result<Named> {
        let id = match &existing {
            Some(row) => row.entity.id(),
            None if self.tx.get(derived)?.is_none() => derived,
            None => dss_store::fresh_id(self.now_ms),
        };
        Ok(Named { id, existing })
    }

    /// Brings references up to date, so that views are right.
    fn settle(&mut self) -> Result<()> {
        if !self.is_changed {
            return Ok(());
        }
        self.tx.resolve_references(&mut |_| ControlFlow::Continue(()))?;
        Ok(self.tx.set_last_change(self.now_ms)?)
    }

    /// Makes the changes durable, if there are any.
    fn commit(self) -> Result<()> {
        if self.is_changed {
            self.tx.commit()?;
        }
        Ok(())
    }
}

/// An entity to write: one that exists, or a new one.
struct Named {
    id: EntityId,
    existing: Option<Row>,
}

impl Named {
    fn is_alive(&self) -> bool {
        self.existing.as_ref().is_some_and(|row| row.entity.is_alive())
    }
}

/// The one to write to, of those that claim the same place: the living one of the lowest id, else
/// the one that was deleted last.
fn newest(rows: Vec<Row>) -> Option<Row> {
    let (alive, deleted): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.entity.is_alive());
    let last = |row: &Row| row.entity.newest().map(|pair| (pair.stamp.wall_ms, pair.dot));
    alive.into_iter().next().or_else(|| deleted.into_iter().max_by_key(last))
}

/// The living entity of that name, the one of the lowest id if several claim it.
fn find_alive(tx: &dyn ReadTx, kind: Kind, name: &str, what: &'static str) -> Result<Row> {
    let rows = tx.find(kind, None, name)?;
    let found = rows.into_iter().find(|row| row.entity.is_alive());
    found.ok_or_else(|| not_found(what, name))
}

/// The living entities of these kinds, in document order.
fn collect(tx: &dyn ReadTx, kinds: &[Kind], life: LifeFilter) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    tx.scan(&Scan::kinds(kinds).life(life), &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// The place behind the last living entity of these kinds.
fn next_order(tx: &dyn ReadTx, kinds: &[Kind], is_sibling: impl Fn(&Row) -> bool) -> Result<OrderKey> {
    let mut last: Option<OrderKey> = None;
    tx.scan(&Scan::kinds(kinds).by(ScanOrder::Insertion), &mut |row| {
        if is_sibling(&row) {
            last = last.take().max(dss_format::dtcg::order_of(&row.entity));
        }
        ControlFlow::Continue(())
    })?;
    Ok(OrderKey::between(last.as_ref(), None))
}

fn not_found(what: &'static str, name: &str) -> ServiceError {
    ServiceError::NotFound { what, name: name.to_owned() }
}

fn usage(message: impl Into<String>, hint: impl Into<String>) -> ServiceError {
    ServiceError::Usage { message: message.into(), hint: hint.into() }
}

/// What [`RegName::LIFE`] holds of what exists: writing it restores what was deleted.
const fn alive() -> Value {
    Value::Life(Life::Alive)
}

/// A register that holds a string.
fn text(register: RegName, value: &str) -> (RegName, Value) {
    (register, Value::Json(JsonText::string(value)))
}

/// A name that people can type and see: not empty, not too long, without control characters.
fn check_name(what: &'static str, name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > 500 || name.contains(char::is_control) {
        let hint = "names have 1 to 500 bytes and no control characters";
        return Err(usage(format!("\"{}\" cannot be the name of a {what}", name.escape_debug()), hint));
    }
    Ok(())
}

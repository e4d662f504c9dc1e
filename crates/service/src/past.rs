//! A project as it was: any state that it had since it was made here, entity by entity.
//!
//! A change keeps what had been seen of its entity before. What was live at a moment is what had been seen
//! by then and is live still, or was superseded later: exact, conflicts and deletions included, and read
//! from what is there, so that the past costs nothing but a lookup for each entity that is asked for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_model::{Entity, EntityId, Pair, ProjectName, RegName, Register, Seen};
use dss_store::{ChangeFilter, ChangeRecord, ImportEntry, LifeFilter, ReadTx, Scan, ScanOrder};

use crate::{ProjectService, ServiceError};

type Result<T> = std::result::Result<T, ServiceError>;

/// A moment in a project's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When the import of that number had been done.
    After(u64),
    /// Just before it.
    Before(u64),
}

impl ProjectService {
    /// Visits every entity of a project as it was at that moment, alive or deleted, by id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is no such project or import; whatever `each` returns.
    pub fn entities_at(
        &self,
        project: &ProjectName,
        moment: Moment,
        each: &mut dyn FnMut(Entity) -> Result<()>,
    ) -> Result<()> {
        let tx = self.store.read(project)?;
        Past::at(&*tx, moment)?.entities(each)
    }
}

/// A project as it was at one moment.
pub(crate) struct Past<'t> {
    tx: &'t dyn ReadTx,
    /// The newest change that had been made; `None` before there was a project.
    change: Option<u64>,
}

impl<'t> Past<'t> {
    /// The project as it was at that moment.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is no such import.
    pub(crate) fn at(tx: &'t dyn ReadTx, moment: Moment) -> Result<Self> {
        let (Moment::After(number) | Moment::Before(number)) = moment;
        let import = find_import(tx, number)?;
        Ok(match moment {
            Moment::After(_) => Self::after_change(tx, import.change_after),
            Moment::Before(_) if import.is_first => Self { tx, change: None },
            Moment::Before(_) => Self::after_change(tx, import.change_before),
        })
    }

    /// The project as it was when that change was the newest.
    pub(crate) const fn after_change(tx: &'t dyn ReadTx, change: u64) -> Self {
        Self { tx, change: Some(change) }
    }

    /// An entity as it was, alive or deleted; `None` if it was not there.
    pub(crate) fn entity(&self, id: EntityId) -> Result<Option<Entity>> {
        let now = self.tx.get(id)?.map(|row| row.entity);
        self.of(id, now)
    }

    /// Visits every entity that was there, alive or deleted, by id.
    pub(crate) fn entities(&self, each: &mut dyn FnMut(Entity) -> Result<()>) -> Result<()> {
        let mut outcome = Ok(());
        let scan = Scan { life: LifeFilter::Any, order: ScanOrder::Id, ..Scan::default() };
        self.tx.scan(&scan, &mut |row| {
            let past = self.of(row.entity.id(), Some(row.entity));
            outcome = past.and_then(|past| past.map_or(Ok(()), &mut *each));
            if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        outcome
    }

    /// The entity as it was, given what it is now.
    fn of(&self, id: EntityId, now: Option<Entity>) -> Result<Option<Entity>> {
        let Some(change) = self.change else { return Ok(None) };
        match first_change(self.tx, id, change)? {
            None => Ok(now),
            Some(ChangeRecord { seen: None, .. }) => Ok(None),
            Some(ChangeRecord { seen: Some(seen), number, .. }) => self.rebuild(now, seen, number).map(Some),
        }
    }

    /// Puts the state before the change `number` together, which had seen `seen`.
    fn rebuild(&self, now: Option<Entity>, seen: Seen, number: u64) -> Result<Entity> {
        let now = now.ok_or_else(|| ServiceError::Internal("a changed entity is not there".to_owned()))?;
        let mut pairs: BTreeMap<RegName, Vec<Pair>> = BTreeMap::new();
        for (name, register) in now.registers() {
            let known = register.pairs().iter().filter(|pair| seen.covers(pair.dot));
            known.for_each(|pair| pairs.entry(name.clone()).or_default().push(pair.clone()));
        }
        self.tx.history(Some(now.id()), &mut |record| {
            if record.change >= Some(number) && seen.covers(record.pair.dot) {
                pairs.entry(record.register).or_default().push(record.pair);
            }
            ControlFlow::Continue(())
        })?;
        let registers = pairs.into_iter().filter_map(|(name, mut pairs)| {
            // One write is kept once, even where a damaged identity brought it twice.
            pairs.sort_by_key(|pair| pair.dot);
            pairs.dedup_by_key(|pair| pair.dot);
            Some((name, Register::new(pairs)?))
        });
        Entity::new(now.id(), now.kind(), seen, registers.collect())
            .map_err(|error| ServiceError::Internal(format!("the history of {}: {error}", now.id())))
    }
}

/// The first change of an entity with a number above `after`.
pub(crate) fn first_change(tx: &dyn ReadTx, id: EntityId, after: u64) -> Result<Option<ChangeRecord>> {
    let mut first = None;
    tx.changes(&ChangeFilter { entity: Some(id), import: None, after }, &mut |change| {
        first = Some(change);
        ControlFlow::Break(())
    })?;
    Ok(first)
}

/// The import of that number.
pub(crate) fn find_import(tx: &dyn ReadTx, number: u64) -> Result<ImportEntry> {
    let mut found = None;
    tx.imports(&mut |entry| {
        if entry.number != number {
            return ControlFlow::Continue(());
        }
        found = Some(entry);
        ControlFlow::Break(())
    })?;
    found.ok_or_else(|| ServiceError::NotFound { what: "import", name: number.to_string() })
}

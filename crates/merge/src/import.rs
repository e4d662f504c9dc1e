//! A whole import, one entity at a time: the streaming algorithm of MERGE.md §11 without its I/O.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use dss_model::{Dot, Entity, EntityId, Stamp};

use crate::{
    Clock, Clocks, Conflict, Fork, Granularity, Integrity, Outcome, Plan, Strategy, WriteError, decide, plan,
    split_collisions,
};

/// How to import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// What to do about new conflicts; nothing unless set.
    pub strategy: Strategy,
    /// The unit in which conflicts are reported; registers unless set.
    pub granularity: Granularity,
    /// Entities not to be joined now, nor created as forks. Always safe.
    pub hold: BTreeSet<EntityId>,
    /// The times against which [`Strategy::Newest`] judges.
    pub clocks: Clocks,
    /// Who imports, and when: for decisions that copy nobody's value.
    pub stamp: Stamp,
}

impl ImportOptions {
    /// Imports with `strategy`.
    pub fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            granularity: Granularity::default(),
            hold: BTreeSet::new(),
            clocks: Clocks::default(),
            stamp: Stamp::default(),
        }
    }

    /// Sets the unit in which conflicts are reported.
    #[must_use]
    pub const fn with_granularity(mut self, granularity: Granularity) -> Self {
        self.granularity = granularity;
        self
    }

    /// Sets the entities that are not to be joined now.
    #[must_use]
    pub fn with_hold(mut self, hold: impl IntoIterator<Item = EntityId>) -> Self {
        self.hold = hold.into_iter().collect();
        self
    }

    /// Sets the times to judge against.
    #[must_use]
    pub const fn with_clocks(mut self, clocks: Clocks) -> Self {
        self.clocks = clocks;
        self
    }

    /// Sets who imports, and when.
    #[must_use]
    pub fn with_stamp(mut self, stamp: Stamp) -> Self {
        self.stamp = stamp;
        self
    }
}

/// Why an import cannot go on; what was stored for it must be rolled back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// The archive as a whole contradicts this copy's identity.
    Integrity(Integrity),
    /// A decision could not be written.
    Write(WriteError),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integrity(error) => error.fmt(f),
            Self::Write(error) => error.fmt(f),
        }
    }
}

impl Error for ImportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Integrity(error) => error.source(),
            Self::Write(error) => error.source(),
        }
    }
}

impl From<Integrity> for ImportError {
    fn from(error: Integrity) -> Self {
        Self::Integrity(error)
    }
}

impl From<WriteError> for ImportError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl ImportError {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Integrity(error) => error.code(),
            Self::Write(error) => error.code(),
        }
    }
}

/// What became of one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The entity.
    pub id: EntityId,
    /// How the sides relate.
    pub outcome: Outcome,
    /// Its open conflicts, before the strategy decided any.
    pub conflicts: Vec<Conflict>,
    /// The state to store; `None` if the stored one is to stay.
    pub entity: Option<Entity>,
    /// The write that the strategy made, if it made one.
    pub decided: Option<Dot>,
    /// A contradiction to tell the user: with [`Outcome::Quarantined`] the entity was left alone;
    /// otherwise it is a [`Integrity::DotCollision`], of which both values were kept.
    pub integrity: Option<Integrity>,
}

/// An import under way. The caller feeds every entity of the archive, stores what it gets back, and
/// finally creates the forks; for a preview, it stores nothing.
///
/// Memory: the clock, the options and the forks.
#[derive(Debug)]
pub struct Import<'o> {
    /// The clock before this import: what it issues itself must not hide a clone's writes.
    before: Clock,
    clock: Clock,
    options: &'o ImportOptions,
    forks: Vec<Fork>,
}

impl<'o> Import<'o> {
    /// Starts an import into the copy with this clock. `mark` is the archive's high-water mark.
    pub fn new(clock: Clock, mark: u64, options: &'o ImportOptions) -> Self {
        let before = clock.clone();
        let mut import = Self { before, clock, options, forks: Vec::new() };
        import.clock.observe(mark);
        import
    }

    /// Imports the archive's entity `imported` over the local one.
    ///
    /// # Errors
    /// [`ImportError::Integrity`] with [`Integrity::OwnIdAhead`] if this copy's replica id is in use
    /// elsewhere: nothing of the archive may be joined then. [`ImportError::Write`] if the clock is
    /// exhausted.
    pub fn entity(&mut self, local: Option<&Entity>, imported: &Entity) -> Result<Imported, ImportError> {
        self.before.check_own(imported.seen())?;
        local.into_iter().chain([imported]).for_each(|entity| self.clock.observe_entity(entity));
        let id = imported.id();
        let mut planned = plan(local, imported, self.options.granularity);
        let mut integrity = None;
        let mut split = None;
        if let (Err(error @ Integrity::DotCollision { .. }), Some(ours)) = (&planned, local) {
            integrity = Some(error.clone());
            let (ours, theirs) = split.insert(split_collisions(ours, imported)?);
            planned = plan(Some(ours), theirs, self.options.granularity);
        }
        let planned = match planned {
            Ok(planned) => planned,
            Err(error) => return Ok(kept(id, Outcome::Quarantined, Vec::new(), Some(error))),
        };
        if self.options.hold.contains(&id) {
            return Ok(kept(id, Outcome::Held, planned.conflicts, integrity));
        }
        let sides = split.as_ref().map(|(ours, theirs)| (ours, theirs));
        let (decided, joined) = match sides.or_else(|| local.map(|local| (local, imported))) {
            Some((ours, theirs)) => self.decide(ours, theirs, &planned)?,
            None => (None, None),
        };
        let Plan { outcome, joined: plain, conflicts } = planned;
        let entity = Some(joined.unwrap_or(plain)).filter(|entity| Some(entity) != local);
        Ok(Imported { id, outcome, conflicts, entity, decided, integrity })
    }

    /// Makes the strategy's write, if it wants one.
    fn decide(
        &mut self,
        local: &Entity,
        imported: &Entity,
        plan: &Plan,
    ) -> Result<(Option<Dot>, Option<Entity>), WriteError> {
        let held = |fork: &Fork| self.options.hold.contains(&fork.id);
        let decision = decide(local, imported, plan, self.options.strategy, &self.options.clocks);
        let Some(decision) = decision.filter(|decision| !decision.fork.as_ref().is_some_and(held)) else {
            return Ok((None, None));
        };
        let dot = self.clock.tick()?;
        let entity = decision.apply(&plan.joined, dot, &self.options.stamp)?;
        self.forks.extend(decision.fork);
        Ok((Some(dot), Some(entity)))
    }

    /// The clock as it stands: to be stored with what was stored.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Ends the import: creates the forks whose ids `is_known` does not know by now, and returns them
    /// with the clock to store.
    ///
    /// # Errors
    /// [`WriteError::ClockExhausted`].
    pub fn finish(
        mut self,
        mut is_known: impl FnMut(EntityId) -> bool,
    ) -> Result<(Vec<Entity>, Clock), WriteError> {
        let mut created = Vec::new();
        let mut ids = BTreeSet::new();
        for fork in &self.forks {
            if !is_known(fork.id) && ids.insert(fork.id) {
                let dot = self.clock.tick()?;
                created.push(fork.create(dot, &self.options.stamp)?);
            }
        }
        Ok((created, self.clock))
    }
}

/// The local state stays.
fn kept(id: EntityId, outcome: Outcome, conflicts: Vec<Conflict>, integrity: Option<Integrity>) -> Imported {
    Imported { id, outcome, conflicts, entity: None, decided: None, integrity }
}

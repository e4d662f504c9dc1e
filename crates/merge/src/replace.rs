//! Making a copy look like an archive, as ordinary writes (MERGE.md §5).

use std::error::Error;
use std::fmt;

use dss_model::{Dot, Entity, Life, RegName, Register, Stamp, Value};

use crate::values::{only, pairs_of};
use crate::write::{Change, Changes, put};
use crate::{Granularity, Integrity, Outcome, WriteError, plan};

/// Why an entity was not replaced. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The states contradict each other.
    Integrity(Integrity),
    /// The write could not be made.
    Write(WriteError),
}

impl fmt::Display for ReplaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integrity(error) => error.fmt(f),
            Self::Write(error) => error.fmt(f),
        }
    }
}

impl Error for ReplaceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Integrity(error) => error.source(),
            Self::Write(error) => error.source(),
        }
    }
}

impl From<Integrity> for ReplaceError {
    fn from(error: Integrity) -> Self {
        Self::Integrity(error)
    }
}

impl From<WriteError> for ReplaceError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// The result of [`replace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// How the sides related before.
    pub outcome: Outcome,
    /// The state to store: it shows what the archive shows.
    pub entity: Entity,
    /// Whether a write was needed, and so the dot was used.
    pub wrote: bool,
}

/// Makes an entity show what the archive's state of it shows: joins, then writes `dot` where the
/// view still differs. `git restore`, not `git reset`: knowledge never goes back, and whoever merges
/// later sees an ordinary edit. Replacing twice writes once.
///
/// For a full archive the caller also [`delete`](crate::delete)s the live entities that are not in it.
/// `dot` is unused if [`Replaced::wrote`] is false. It must come after everything both sides have seen.
///
/// # Errors
/// Those of [`plan`] and [`write`](crate::write).
pub fn replace(
    local: Option<&Entity>,
    archive: &Entity,
    dot: Dot,
    stamp: &Stamp,
) -> Result<Replaced, ReplaceError> {
    let plan = plan(local, archive, Granularity::Register)?;
    let outcome = plan.outcome;
    let mut changes = Changes::new();
    for (name, register) in plan.joined.registers() {
        let theirs = archive.register(name);
        let wanted = wanted(name, theirs);
        // The same open conflict on both sides shows the same: pairs are compared, not values.
        let same = theirs.is_some_and(|theirs| same_writes(register, theirs));
        if !same && !only(register.pairs(), &wanted) {
            changes.insert(name.clone(), Change { value: wanted, stamp: stamp.clone(), origin: None });
        }
    }
    if changes.is_empty() {
        return Ok(Replaced { outcome, entity: plan.joined, wrote: false });
    }
    let life = wanted(&RegName::LIFE, archive.register(&RegName::LIFE));
    let change = Change { value: life, stamp: stamp.clone(), origin: None };
    changes.entry(RegName::LIFE).or_insert(change);
    Ok(Replaced { outcome, entity: put(&plan.joined, dot, changes, stamp)?, wrote: true })
}

/// What the archive shows; a register it does not have is to be absent.
fn wanted(name: &RegName, theirs: Option<&Register>) -> Value {
    let nothing = if *name == RegName::LIFE { Value::Life(Life::Deleted) } else { Value::Absent };
    theirs.and_then(Register::shown).map_or(nothing, |pair| pair.value.clone())
}

fn same_writes(a: &Register, b: &Register) -> bool {
    let dots = |register: &Register| pairs_of(Some(register)).iter().map(|pair| pair.dot).collect::<Vec<_>>();
    dots(a) == dots(b)
}

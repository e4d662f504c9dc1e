//! Writes: the only thing that creates revisions (MERGE.md §2).

use std::collections::BTreeMap;

use dss_model::{Dot, Entity, EntityId, Kind, Life, Pair, RegName, Register, Seen, Stamp, Value};

use crate::WriteError;
use crate::values::{only, pairs_of};

/// What one register is to hold, and where the value comes from.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) value: Value,
    pub(crate) stamp: Stamp,
    /// The person's write that the value is a copy of; `None` if this is a person's write itself.
    pub(crate) origin: Option<Dot>,
}

pub(crate) type Changes = BTreeMap<RegName, Change>;

/// Creates an entity with the write `dot`.
///
/// Registers given as [`Value::Absent`] are left out: there is nothing to remove. The entity is alive
/// unless `changes` say otherwise. If a register is given twice, the last value counts.
///
/// # Errors
/// [`WriteError::Impossible`] if a life value is given for another register than
/// [`RegName::LIFE`] (or the reverse), or the counter is out of range.
pub fn create(
    id: EntityId,
    kind: Kind,
    dot: Dot,
    changes: impl IntoIterator<Item = (RegName, Value)>,
    stamp: &Stamp,
) -> Result<Entity, WriteError> {
    if dot.counter > Dot::COUNTER_MAX {
        return Err(WriteError::ClockExhausted);
    }
    let written = |value| Pair::written(dot, value, stamp.clone());
    let mut registers: BTreeMap<RegName, Register> = BTreeMap::new();
    for (name, value) in changes {
        if value == Value::Absent {
            registers.remove(&name);
        } else {
            registers.insert(name, Register::single(written(value)));
        }
    }
    registers.entry(RegName::LIFE).or_insert_with(|| Register::single(written(Value::Life(Life::Alive))));
    Ok(Entity::new(id, kind, [dot].into_iter().collect(), registers)?)
}

/// Changes registers of `entity` with the write `dot`, which supersedes everything `entity` holds
/// there. Returns `None` if nothing would change: a value that equals the current single value is
/// not written, because an edit that changes nothing would be a false conflict elsewhere.
///
/// Every write also rewrites [`RegName::LIFE`], so that a concurrent deletion conflicts with it. It
/// writes `Alive` unless `changes` say otherwise: editing a deleted entity restores it. A field is
/// removed by writing [`Value::Absent`]; erasing for privacy is that for every field, and `Deleted`.
/// Writing one of the values of an open conflict resolves it.
///
/// # Errors
/// [`WriteError::NotNewer`] if the clock had not observed what `entity` has seen;
/// [`WriteError::Impossible`] if a life value is given for another register than [`RegName::LIFE`]
/// (or the reverse).
pub fn write(
    entity: &Entity,
    dot: Dot,
    changes: impl IntoIterator<Item = (RegName, Value)>,
    stamp: &Stamp,
) -> Result<Option<Entity>, WriteError> {
    let mut changes: BTreeMap<_, _> = changes.into_iter().collect();
    let life = changes.remove(&RegName::LIFE);
    changes.retain(|name, value| !holds(entity, name, value));
    if changes.is_empty() && life.as_ref().is_none_or(|life| holds(entity, &RegName::LIFE, life)) {
        return Ok(None);
    }
    if let Some(life) = life {
        changes.insert(RegName::LIFE, life);
    }
    put(entity, dot, human(changes, stamp), stamp).map(Some)
}

/// Deletes `entity` with the write `dot`; its registers are kept. `None` if it is deleted already.
///
/// # Errors
/// [`WriteError::NotNewer`] if the clock had not observed what `entity` has seen.
pub fn delete(entity: &Entity, dot: Dot, stamp: &Stamp) -> Result<Option<Entity>, WriteError> {
    write(entity, dot, [(RegName::LIFE, Value::Life(Life::Deleted))], stamp)
}

/// Restores `entity` with the write `dot`. `None` if it exists and nobody says otherwise.
///
/// # Errors
/// [`WriteError::NotNewer`] if the clock had not observed what `entity` has seen.
pub fn restore(entity: &Entity, dot: Dot, stamp: &Stamp) -> Result<Option<Entity>, WriteError> {
    write(entity, dot, [(RegName::LIFE, Value::Life(Life::Alive))], stamp)
}

/// The writes that are live in `before` and no longer in `after`: what a join or a write superseded,
/// and what a history keeps.
pub fn superseded<'a>(
    before: &'a Entity,
    after: &'a Entity,
) -> impl Iterator<Item = (&'a RegName, &'a Pair)> {
    before.registers().iter().flat_map(|(name, register)| {
        let kept = pairs_of(after.register(name));
        let gone = |pair: &&Pair| kept.binary_search_by_key(&pair.dot, |other| other.dot).is_err();
        register.pairs().iter().filter(gone).map(move |pair| (name, pair))
    })
}

/// Whether writing `value` to the register would change nothing.
fn holds(entity: &Entity, name: &RegName, value: &Value) -> bool {
    match entity.register(name) {
        Some(register) => only(register.pairs(), value),
        None => *value == Value::Absent,
    }
}

fn human(changes: BTreeMap<RegName, Value>, stamp: &Stamp) -> Changes {
    let change = |value| Change { value, stamp: stamp.clone(), origin: None };
    changes.into_iter().map(|(name, value)| (name, change(value))).collect()
}

/// Makes the write `dot` as given, changed or not.
pub(crate) fn put(entity: &Entity, dot: Dot, changes: Changes, stamp: &Stamp) -> Result<Entity, WriteError> {
    let newest = entity.seen().iter().map(|seen| seen.counter).max().unwrap_or(0);
    if dot.counter <= newest {
        return Err(WriteError::NotNewer { entity: entity.id(), dot, newest });
    }
    let (id, kind, seen, registers) = entity.clone().into_parts();
    assemble((id, kind, seen, registers), dot, changes, stamp)
}

/// Creates an entity as given, absent registers included.
pub(crate) fn put_new(
    id: EntityId,
    kind: Kind,
    dot: Dot,
    changes: Changes,
    stamp: &Stamp,
) -> Result<Entity, WriteError> {
    assemble((id, kind, Seen::new(), BTreeMap::new()), dot, changes, stamp)
}

type Parts = (EntityId, Kind, Seen, BTreeMap<RegName, Register>);

/// Whoever makes the write, it rewrites life.
fn assemble(parts: Parts, dot: Dot, mut changes: Changes, stamp: &Stamp) -> Result<Entity, WriteError> {
    let (id, kind, mut seen, mut registers) = parts;
    if dot.counter > Dot::COUNTER_MAX {
        return Err(WriteError::ClockExhausted);
    }
    let alive = || Change { value: Value::Life(Life::Alive), stamp: stamp.clone(), origin: None };
    changes.entry(RegName::LIFE).or_insert_with(alive);
    seen.add(dot);
    for (name, Change { value, stamp, origin }) in changes {
        let pair = Pair { dot, value, stamp, origin: origin.unwrap_or(dot) };
        registers.insert(name, Register::single(pair));
    }
    Ok(Entity::new(id, kind, seen, registers)?)
}

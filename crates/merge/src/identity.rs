//! Ways out when a replica id was in use twice (MERGE.md §7.3).

use std::collections::BTreeMap;

use dss_model::{Dot, Entity, EntityId, Kind, Pair, RegName, Register, ReplicaId, Seen};

use crate::join::find;
use crate::values::{pairs_of, text};
use crate::{Clock, Integrity, WriteError};

/// Gives this copy's live writes of `entity` new names, under the freshly minted replica id of
/// `clock`, and forgets what is known of the replica id `old`, which is in use elsewhere too.
///
/// For every entity of a copy after [`Integrity::OwnIdAhead`], before the import is tried again. May
/// report more conflicts than there are; never loses a value that is held here.
///
/// # Errors
/// [`WriteError::ClockExhausted`].
pub fn rebase_identity(entity: &Entity, old: ReplicaId, clock: &mut Clock) -> Result<Entity, WriteError> {
    clock.observe_entity(entity);
    let mut renamed: BTreeMap<Dot, Dot> = BTreeMap::new();
    let mut registers = BTreeMap::new();
    for (name, register) in entity.registers() {
        let mut pairs = register.pairs().to_vec();
        for pair in pairs.iter_mut().filter(|pair| pair.dot.replica == old) {
            let dot = match renamed.get(&pair.dot) {
                Some(dot) => *dot,
                None => clock.tick()?,
            };
            renamed.insert(pair.dot, dot);
            (pair.dot, pair.origin) = (dot, dot);
        }
        registers.insert(name.clone(), pairs);
    }
    let others = entity.seen().iter().filter(|dot| dot.replica != old);
    let seen = others.chain(renamed.values().copied()).collect();
    Ok(assemble(entity.id(), entity.kind(), seen, registers)?)
}

/// Gives both values of every write that has two ([`Integrity::DotCollision`]) names of their own, so
/// that both survive as an ordinary conflict. The names depend on write and value only: whoever splits
/// the same collision gets the same names.
///
/// Returns `a` and `b` so renamed, to be planned again. The collision should be reported: some copy
/// is using a replica id that is not its own.
///
/// # Errors
/// [`Integrity::Impossible`], which is never seen: renaming keeps states reachable.
pub fn split_collisions(a: &Entity, b: &Entity) -> Result<(Entity, Entity), Integrity> {
    Ok((renamed_against(a, b)?, renamed_against(b, a)?))
}

fn renamed_against(entity: &Entity, other: &Entity) -> Result<Entity, Integrity> {
    let mut seen = entity.seen().clone();
    let mut registers = BTreeMap::new();
    for (name, register) in entity.registers() {
        let theirs = pairs_of(other.register(name));
        let mut pairs = register.pairs().to_vec();
        for pair in &mut pairs {
            if find(theirs, pair.dot).is_some_and(|their| their.value != pair.value) {
                pair.dot = half(name, pair);
                seen.add(pair.dot);
            }
        }
        registers.insert(name.clone(), pairs);
    }
    assemble(entity.id(), entity.kind(), seen, registers)
        .map_err(|source| Integrity::Impossible { entity: entity.id(), source })
}

/// The name of one half of a split write.
fn half(name: &RegName, pair: &Pair) -> Dot {
    let replica = pair.dot.replica.to_string();
    let replica = ReplicaId::derived(&["split", &replica, name.as_str(), &text(&pair.value)]);
    Dot { counter: pair.dot.counter, replica }
}

fn assemble(
    id: EntityId,
    kind: Kind,
    seen: Seen,
    registers: BTreeMap<RegName, Vec<Pair>>,
) -> Result<Entity, dss_model::EntityError> {
    let registers = registers.into_iter().filter_map(|(name, pairs)| Some((name, Register::new(pairs)?)));
    Entity::new(id, kind, seen, registers.collect())
}

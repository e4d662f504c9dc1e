//! The join of two states of one entity (MERGE.md §2; Almeida, Shoker, Baquero: *Delta State
//! Replicated Data Types*, arXiv:1603.01529, the causal `DotMap` of multi-value registers).

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{Dot, Entity, Pair, RegName, Register, Seen};

use crate::Integrity;
use crate::values::pairs_of;

/// Joins two states of one entity: what both know together, and nothing else.
///
/// A write is live in the result if it is live on both sides, or live on one and unknown to the
/// other. Idempotent, commutative and associative; creates no revision. If both sides hold the same
/// write with different stamps (which only a cloned identity can make), `a`'s is kept.
///
/// # Errors
/// [`Integrity::NotOneEntity`], [`Integrity::DotCollision`], [`Integrity::RegisterAnnihilated`].
pub fn join(a: &Entity, b: &Entity) -> Result<Entity, Integrity> {
    if a.id() != b.id() || a.kind() != b.kind() {
        let (entity, kind, other, other_kind) = (a.id(), a.kind(), b.id(), b.kind());
        return Err(Integrity::NotOneEntity { entity, kind, other, other_kind });
    }
    let names: BTreeSet<&RegName> = a.registers().keys().chain(b.registers().keys()).collect();
    let mut registers = BTreeMap::new();
    for name in names {
        let pairs =
            join_register((pairs_of(a.register(name)), a.seen()), (pairs_of(b.register(name)), b.seen()));
        let collision = |dot| Integrity::DotCollision { entity: a.id(), register: name.clone(), dot };
        let register = Register::new(pairs.map_err(collision)?)
            .ok_or_else(|| Integrity::RegisterAnnihilated { entity: a.id(), register: name.clone() })?;
        registers.insert(name.clone(), register);
    }
    let mut seen = a.seen().clone();
    seen.join(b.seen());
    Entity::new(a.id(), a.kind(), seen, registers)
        .map_err(|source| Integrity::Impossible { entity: a.id(), source })
}

/// (A ∩ B) ∪ {p ∈ A : p.dot ∉ seen(B)} ∪ {p ∈ B : p.dot ∉ seen(A)}, or the dot that has two values.
fn join_register((a, seen_a): (&[Pair], &Seen), (b, seen_b): (&[Pair], &Seen)) -> Result<Vec<Pair>, Dot> {
    let mut joined = Vec::with_capacity(a.len().max(b.len()));
    for pair in a {
        match find(b, pair.dot) {
            Some(other) if other.value != pair.value => return Err(pair.dot),
            Some(_) => joined.push(pair.clone()),
            None if !seen_b.covers(pair.dot) => joined.push(pair.clone()),
            None => {}
        }
    }
    let fresh = |pair: &&Pair| !seen_a.covers(pair.dot) && find(a, pair.dot).is_none();
    joined.extend(b.iter().filter(fresh).cloned());
    Ok(joined)
}

/// The pair of the write `dot`, in pairs sorted by dot.
pub(crate) fn find(pairs: &[Pair], dot: Dot) -> Option<&Pair> {
    pairs.binary_search_by_key(&dot, |pair| pair.dot).ok().and_then(|index| pairs.get(index))
}

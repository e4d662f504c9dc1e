//! What importing one entity means: the decision table (MERGE.md §3).

use std::collections::BTreeSet;

use dss_model::{Dot, Entity, Pair, RegName, Register, Seen, Value};

use crate::values::{distinct, pairs_of, same};
use crate::{Integrity, join};

/// The unit in which conflicts are reported. It never changes what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Granularity {
    /// Two people may change different registers of one entity.
    #[default]
    Register,
    /// If both sides changed an entity visibly, all registers they touched are to be looked at.
    Entity,
}

/// How an archive's entity relates to the local one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Not known here, alive there.
    Added,
    /// Not known here, deleted there; the tombstone is kept.
    AddedDeleted,
    /// The same state on both sides.
    Identical,
    /// The archive knows nothing that is not known here.
    Stale,
    /// The archive had seen everything known here, and more.
    FastForward,
    /// The same, and it deletes: whoever deleted had seen the local value.
    FastForwardDelete,
    /// The same, and it restores.
    FastForwardRestore,
    /// Both sides know something of their own, and nothing clashes.
    AutoMerged,
    /// Neither side had seen the other's write, and the values differ.
    Conflict,
    /// The caller asked not to join this entity now.
    Held,
    /// The states contradict each other ([`Integrity`]); the local one is kept.
    Quarantined,
}

impl Outcome {
    /// The outcome's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::AddedDeleted => "added_deleted",
            Self::Identical => "identical",
            Self::Stale => "stale",
            Self::FastForward => "fast_forward",
            Self::FastForwardDelete => "fast_forward_delete",
            Self::FastForwardRestore => "fast_forward_restore",
            Self::AutoMerged => "auto_merged",
            Self::Conflict => "conflict",
            Self::Held => "held",
            Self::Quarantined => "quarantined",
        }
    }
}

/// Why a register is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// Two values of one field.
    Field,
    /// Deleted on one side, edited on the other. The view keeps the entity.
    EditDelete,
    /// Listed because the entity is looked at as a whole ([`Granularity::Entity`]).
    Entity,
}

impl ConflictKind {
    /// The kind's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::EditDelete => "edit_delete",
            Self::Entity => "entity",
        }
    }
}

/// A register on which the joined state has more than one value (or, with [`Granularity::Entity`],
/// that both sides should look at).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The register.
    pub register: RegName,
    /// Why it is listed.
    pub kind: ConflictKind,
    /// Whether this import brought it up. Conflicts that were open on one side already are listed,
    /// and never touched by strategies.
    pub new: bool,
    /// The local values that are still live, each once.
    pub local: Vec<Value>,
    /// The archive's values that are still live, each once.
    pub imported: Vec<Value>,
}

/// What importing one entity would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How the sides relate.
    pub outcome: Outcome,
    /// The state to store: the join of both sides.
    pub joined: Entity,
    /// Open conflicts of the joined state, by register; none while it is deleted.
    pub conflicts: Vec<Conflict>,
}

impl Plan {
    /// The conflicts that this import brought up.
    pub fn new_conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.conflicts.iter().filter(|conflict| conflict.new)
    }
}

/// Plans the import of the archive's entity `imported` over the local one, if there is one.
///
/// Pure: depends on its arguments only, writes nothing, and consults no clock. An entity that is not
/// in an archive is not planned at all: absence means nothing.
///
/// # Errors
/// Those of [`join`], and [`Integrity::CoveredButDifferent`] if one side has seen everything the
/// other has and yet the join is not simply the better informed side.
pub fn plan(local: Option<&Entity>, imported: &Entity, granularity: Granularity) -> Result<Plan, Integrity> {
    let Some(local) = local else {
        return Ok(added(imported));
    };
    // Most of what is imported again is unchanged.
    let joined = if local == imported { local.clone() } else { join(local, imported)? };
    let mut outcome = relate(local, imported, &joined)?;
    let mut conflicts = Vec::new();
    if joined.is_alive() {
        conflicts = open_conflicts(local, imported, &joined);
        if granularity == Granularity::Entity && outcome == Outcome::AutoMerged {
            add_whole_entity(local, imported, &joined, &mut conflicts);
        }
    }
    if conflicts.iter().any(|conflict| conflict.new) {
        outcome = Outcome::Conflict;
    }
    Ok(Plan { outcome, joined, conflicts })
}

fn added(imported: &Entity) -> Plan {
    let alive = imported.is_alive();
    let open = imported.registers().iter().filter(|(_, register)| alive && register.is_conflict());
    let conflicts = open.map(|(name, register)| Conflict {
        register: name.clone(),
        kind: kind_of(name),
        new: false,
        local: Vec::new(),
        imported: distinct(register.pairs()),
    });
    Plan {
        outcome: if alive { Outcome::Added } else { Outcome::AddedDeleted },
        joined: imported.clone(),
        conflicts: conflicts.collect(),
    }
}

fn kind_of(name: &RegName) -> ConflictKind {
    if *name == RegName::LIFE { ConflictKind::EditDelete } else { ConflictKind::Field }
}

/// The row of the decision table, conflicts aside.
fn relate(local: &Entity, imported: &Entity, joined: &Entity) -> Result<Outcome, Integrity> {
    let unless_different = |side: &Entity, outcome| {
        // With honest identities the state is a function of the writes seen (MERGE.md §2, L3).
        let covered = same_writes(side, joined);
        covered.then_some(outcome).ok_or(Integrity::CoveredButDifferent { entity: local.id() })
    };
    if local == imported {
        return Ok(Outcome::Identical);
    }
    if local.seen().dominates(imported.seen()) {
        return unless_different(local, Outcome::Stale);
    }
    if imported.seen().dominates(local.seen()) {
        let outcome = match (local.is_alive(), imported.is_alive()) {
            (true, false) => Outcome::FastForwardDelete,
            (false, true) => Outcome::FastForwardRestore,
            _ => Outcome::FastForward,
        };
        return unless_different(imported, outcome);
    }
    Ok(Outcome::AutoMerged)
}

/// Whether both states hold the same live writes; stamps and spelling aside.
fn same_writes(a: &Entity, b: &Entity) -> bool {
    writes(a).eq(writes(b))
}

fn writes(entity: &Entity) -> impl Iterator<Item = (&RegName, Dot)> {
    entity
        .registers()
        .iter()
        .flat_map(|(name, register)| register.pairs().iter().map(move |pair| (name, pair.dot)))
}

fn open_conflicts(local: &Entity, imported: &Entity, joined: &Entity) -> Vec<Conflict> {
    let open = joined.registers().iter().filter(|(_, register)| register.is_conflict());
    let conflict = |(name, register): (&RegName, &Register)| {
        let live_in = |side: &Entity| {
            let of_side = pairs_of(side.register(name));
            distinct(register.pairs().iter().filter(|pair| join::find(of_side, pair.dot).is_some()))
        };
        Conflict {
            register: name.clone(),
            kind: kind_of(name),
            new: clash(register.pairs(), local.seen(), imported.seen()),
            local: live_in(local),
            imported: live_in(imported),
        }
    };
    open.map(conflict).collect()
}

/// Whether a write that only one side knew and one that only the other knew have different values.
fn clash(pairs: &[Pair], local_seen: &Seen, imported_seen: &Seen) -> bool {
    let mut local_only = unknown_to(pairs, imported_seen);
    let mut imported_only = unknown_to(pairs, local_seen).peekable();
    let (Some(first), true) = (local_only.next(), imported_only.peek().is_some()) else {
        return false;
    };
    local_only.chain(imported_only).any(|pair| pair.value != first.value)
}

/// The writes that somebody with the knowledge `seen` has not seen.
pub(crate) fn unknown_to<'a>(pairs: &'a [Pair], seen: &'a Seen) -> impl Iterator<Item = &'a Pair> {
    pairs.iter().filter(|pair| !seen.covers(pair.dot))
}

/// Lists every touched register if both sides changed the entity visibly.
fn add_whole_entity(local: &Entity, imported: &Entity, joined: &Entity, conflicts: &mut Vec<Conflict>) {
    let by_local = touched(joined, imported.seen());
    let by_imported = touched(joined, local.seen());
    let differs =
        |side: &Entity, name: &RegName| !same(pairs_of(joined.register(name)), pairs_of(side.register(name)));
    let clashing = conflicts.iter().any(|conflict| conflict.new && conflict.kind == ConflictKind::Field);
    // Each side must have something the other does not show, or there is nothing to look at.
    let both_visible = by_imported.iter().any(|name| differs(local, name))
        && by_local.iter().any(|name| differs(imported, name));
    if !clashing && !both_visible {
        return;
    }
    let listed: BTreeSet<RegName> = conflicts.iter().map(|conflict| conflict.register.clone()).collect();
    for name in by_local.union(&by_imported).filter(|name| !listed.contains(**name)) {
        conflicts.push(Conflict {
            register: (*name).clone(),
            kind: ConflictKind::Entity,
            new: true,
            local: distinct(pairs_of(local.register(name))),
            imported: distinct(pairs_of(imported.register(name))),
        });
    }
}

/// The registers, life aside, with live writes that somebody with the knowledge `seen` has not seen.
fn touched<'a>(joined: &'a Entity, seen: &Seen) -> BTreeSet<&'a RegName> {
    let registers = joined.registers().iter().filter(|(name, _)| **name != RegName::LIFE);
    let unseen = registers.filter(|(_, register)| unknown_to(register.pairs(), seen).next().is_some());
    unseen.map(|(name, _)| name).collect()
}

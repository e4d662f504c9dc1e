//! Strategies: writes made after a join, on request, for new conflicts only (MERGE.md §4).

pub(crate) mod case;

use dss_model::{Dot, Entity, EntityId, Kind, Life, RegName, Stamp, Value};

use crate::fork::Fork;
use crate::values::only;
use crate::write::{Change, put};
use crate::{Clocks, ConflictKind, Plan, Recommendation, WriteError, recommend};
use case::{Case, Side};

/// What to do about new conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// Nothing: both values stay, travel along and are listed until somebody edits the register.
    #[default]
    Manual,
    /// The local value, where there is one.
    KeepLocal,
    /// The archive's value, where there is one.
    TakeImported,
    /// The later value by wall clock, where [`recommend`] dares to say. Never decides between an
    /// edit and a deletion: a clock must not delete.
    Newest,
    /// Both: one side's values stay, the other's become a new entity.
    Fork,
}

impl Strategy {
    /// Every strategy.
    pub const ALL: [Self; 5] = [Self::Manual, Self::KeepLocal, Self::TakeImported, Self::Newest, Self::Fork];

    /// The strategy's name on command lines and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::KeepLocal => "keep-local",
            Self::TakeImported => "take-imported",
            Self::Newest => "newest",
            Self::Fork => "fork",
        }
    }

    /// The strategy with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.name() == name)
    }
}

/// Where a chosen value comes from: the decision copies it, and so does not count as a person's write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The person's write that first had the value.
    pub origin: Dot,
    /// When and by whom that was.
    pub stamp: Stamp,
}

/// One register's new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The register.
    pub register: RegName,
    /// The value to write.
    pub value: Value,
    /// Where the value comes from; `None` if nobody wrote it (the removal of a register that the
    /// chosen side never had).
    pub source: Option<Source>,
}

impl Choice {
    pub(crate) fn into_change(self, stamp: &Stamp) -> (RegName, Change) {
        let change = match self.source {
            Some(Source { origin, stamp }) => Change { value: self.value, stamp, origin: Some(origin) },
            None => Change { value: self.value, stamp: stamp.clone(), origin: None },
        };
        (self.register, change)
    }
}

/// One write that a strategy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The entity.
    pub entity: EntityId,
    /// The new values, by register, [`RegName::LIFE`] included.
    pub choices: Vec<Choice>,
    /// The entity to create for the losing side, after everything else is joined and only if its id
    /// is unknown then (an archive may bring it along). If that id is held, drop the whole decision.
    pub fork: Option<Fork>,
}

impl Decision {
    /// Makes the write `dot` over the plan's joined state. `stamp` is used for values that nobody wrote.
    ///
    /// # Errors
    /// [`WriteError::NotNewer`] if the clock had not observed what `joined` has seen.
    pub fn apply(&self, joined: &Entity, dot: Dot, stamp: &Stamp) -> Result<Entity, WriteError> {
        let changes = self.choices.iter().cloned().map(|choice| choice.into_change(stamp));
        put(joined, dot, changes.collect(), stamp)
    }
}

/// Asks `strategy` about the new conflicts of `plan`, which was made of `local` and `imported`.
///
/// `None` if there is nothing to write. Decisions are equal on both sides where the strategy is
/// symmetric, never touch what was open before, and never undo a deletion (or an edit) in passing:
/// while that question is open and undecided, nothing is written. The bulk guard leaves open what two
/// bulk decisions disagree on, so that strategies cannot chase each other (MERGE.md §4).
pub fn decide(
    local: &Entity,
    imported: &Entity,
    plan: &Plan,
    strategy: Strategy,
    clocks: &Clocks,
) -> Option<Decision> {
    let case = Case::new(local, imported, plan);
    if case.conflicts.is_empty() {
        return None;
    }
    let mut fork = None;
    let choices = match strategy {
        Strategy::Manual => return None,
        Strategy::KeepLocal => pick_side(&case, Side::Local),
        Strategy::TakeImported => pick_side(&case, Side::Imported),
        Strategy::Newest => pick_newest(&case, clocks),
        Strategy::Fork => {
            let (choices, made) = split(&case)?;
            fork = made;
            choices
        }
    };
    let mut choices: Vec<Choice> =
        choices.into_iter().filter(|choice| !only(case.joined(&choice.register), &choice.value)).collect();
    let overridden = match strategy {
        Strategy::KeepLocal => Some(Side::Imported),
        Strategy::TakeImported => Some(Side::Local),
        _ => None,
    };
    if let Some(overridden) = overridden {
        guard_whole_entity(&case, &mut choices, overridden);
    }
    if choices.is_empty() {
        return None;
    }
    if choices.iter().all(|choice| choice.register != RegName::LIFE) {
        if plan.joined.register(&RegName::LIFE)?.is_conflict() {
            return None;
        }
        choices.push(case.choose(&RegName::LIFE, Value::Life(Life::Alive)));
    }
    choices.sort_by(|a, b| a.register.cmp(&b.register));
    Some(Decision { entity: local.id(), choices, fork })
}

/// The one value of a side; the removal of what it never had; nothing if it disagrees with itself.
fn pick_side(case: &Case<'_>, side: Side) -> Vec<Choice> {
    let mut choices = Vec::new();
    for conflict in &case.conflicts {
        if conflict.kind != ConflictKind::Entity && !case.is_human(&conflict.register) {
            continue;
        }
        let values = match side {
            Side::Local => &conflict.local,
            Side::Imported => &conflict.imported,
        };
        match values.as_slice() {
            [value] => choices.push(case.choose(&conflict.register, value.clone())),
            // Only with whole entities: a new clash has a value on each side.
            [] => {
                let register = conflict.register.clone();
                choices.push(Choice { register, value: Value::Absent, source: None });
            }
            [_, _, ..] => {}
        }
    }
    choices
}

/// Registers that are only listed because of the whole entity are written only if a person's write
/// is overridden somewhere: else two copies that each keep their own side would never rest.
fn guard_whole_entity(case: &Case<'_>, choices: &mut Vec<Choice>, overridden: Side) {
    let human = |choice: &Choice| {
        case.is_listed(&choice.register)
            && case.only_on(overridden, &choice.register).any(|pair| pair.origin == pair.dot)
    };
    if !choices.iter().any(human) {
        choices.retain(|choice| !case.is_whole_entity(&choice.register));
    }
}

fn pick_newest(case: &Case<'_>, clocks: &Clocks) -> Vec<Choice> {
    let mut choices = Vec::new();
    for conflict in &case.conflicts {
        let register = &conflict.register;
        let latest = |side| case.only_on(side, register).map(|pair| pair.stamp.wall_ms).max();
        let advice = recommend(latest(Side::Local), latest(Side::Imported), clocks);
        if *register == RegName::LIFE || advice.recommendation == Recommendation::Unknown {
            continue;
        }
        let pairs = case.joined(register).iter();
        if let Some(newest) = pairs.max_by_key(|pair| (pair.stamp.wall_ms, pair.origin, pair.dot)) {
            choices.push(case.choose(register, newest.value.clone()));
        }
    }
    choices
}

/// Keeps both sides: `None` if that is not possible, and then nothing is decided.
fn split(case: &Case<'_>) -> Option<(Vec<Choice>, Option<Fork>)> {
    if case.is_listed(&RegName::LIFE) {
        // To keep both an edit and a deletion is to keep the edit.
        return Some((vec![case.choose(&RegName::LIFE, Value::Life(Life::Alive))], None));
    }
    // There is one project entity; a second one would be nobody's.
    let all_human = case.conflicts.iter().all(|conflict| case.is_human(&conflict.register));
    if !all_human || case.local.kind() == Kind::Project {
        return None;
    }
    // Whoever imports, the same side wins: dots settle what copies of one write leave open.
    let top = |side| {
        let writes = case.conflicts.iter().flat_map(|conflict| case.only_on(side, &conflict.register));
        writes.map(|pair| (pair.origin, pair.dot)).max()
    };
    let losing = if top(Side::Local) > top(Side::Imported) { Side::Imported } else { Side::Local };
    let mut kept = Vec::new();
    let mut lost = Vec::new();
    for conflict in &case.conflicts {
        let ([local], [imported]) = (conflict.local.as_slice(), conflict.imported.as_slice()) else {
            return None;
        };
        let (winner, loser) = match losing {
            Side::Local => (imported, local),
            Side::Imported => (local, imported),
        };
        kept.push(case.choose(&conflict.register, winner.clone()));
        lost.push(case.choose(&conflict.register, loser.clone()));
    }
    let origins = case.conflicts.iter().flat_map(|conflict| case.only_on(losing, &conflict.register));
    let fork = Fork::new(case, lost, origins.map(|pair| pair.origin).collect());
    Some((kept, Some(fork)))
}

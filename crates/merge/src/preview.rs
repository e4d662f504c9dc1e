//! What people see of a conflict: both sides, what they had in common, and advice.

use dss_model::{Dot, Entity, Pair, RegName, Value};

use crate::join::find;
use crate::plan::unknown_to;
use crate::values::pairs_of;
use crate::{Advice, Clocks, recommend};

/// A conflict with everything that helps to decide it. None of it changes what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The newest local write that the archive had not seen.
    pub local: Option<Pair>,
    /// The newest write of the archive that was not known here.
    pub imported: Option<Pair>,
    /// The last value that both sides had seen, if this copy's history still has it.
    pub base: Option<Value>,
    /// Which side the clocks speak for.
    pub advice: Advice,
}

/// Shows the register on which `local` and `imported` are in conflict.
///
/// `history` yields the writes of that register which this copy remembers as superseded, in any order.
pub fn preview(
    local: &Entity,
    imported: &Entity,
    register: &RegName,
    history: impl IntoIterator<Item = (Dot, Value)>,
    clocks: &Clocks,
) -> Preview {
    let newest = |side: &Entity, other: &Entity| {
        let fresh = unknown_to(pairs_of(side.register(register)), other.seen());
        fresh.max_by_key(|pair| (pair.stamp.wall_ms, pair.origin, pair.dot)).cloned()
    };
    let (ours, theirs) = (newest(local, imported), newest(imported, local));
    let time = |pair: &Option<Pair>| pair.as_ref().map(|pair| pair.stamp.wall_ms);
    let advice = recommend(time(&ours), time(&theirs), clocks);
    let base = base(local, imported, register, history);
    Preview { local: ours, imported: theirs, base, advice }
}

/// The newest value of the register that both sides have seen: among `history` and the writes that
/// are still live on both. `None` if it is not known any more. Never needed for merging.
pub fn base(
    local: &Entity,
    imported: &Entity,
    register: &RegName,
    history: impl IntoIterator<Item = (Dot, Value)>,
) -> Option<Value> {
    let (ours, theirs) = (pairs_of(local.register(register)), pairs_of(imported.register(register)));
    let shared = ours.iter().filter(|pair| find(theirs, pair.dot).is_some());
    let shared = shared.map(|pair| (pair.dot, pair.value.clone()));
    // A dot with two values says nothing about what they had in common.
    let collides = |dot| match (find(ours, dot), find(theirs, dot)) {
        (Some(a), Some(b)) => a.value != b.value,
        _ => false,
    };
    let common = history
        .into_iter()
        .chain(shared)
        .filter(|&(dot, _)| local.seen().covers(dot) && imported.seen().covers(dot) && !collides(dot));
    common.max_by_key(|(dot, _)| *dot).map(|(_, value)| value)
}

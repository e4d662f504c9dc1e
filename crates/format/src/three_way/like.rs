//! Reading a document that is mostly like one that was read before.
//!
//! What was edited in a document is a few of its values. Each of them is read anew, alone; between them stands what
//! stands in the other document, byte by byte, and so it is what it is there: a text made from JSON by putting other
//! values in the place of values is JSON, and whatever is outside of these has moved by some bytes at most. Where the
//! values begin and end is guessed from how the texts differ; that each is one, and whole, is what reading it proves.

use std::iter::Peekable;
use std::rc::Rc;
use std::vec;

use dss_model::{JsonLimits, JsonPlace};

use super::hunks::{Hunk, hunks};
use super::nodes::{Nodes, narrow, shifted};

/// Values that are read alone, beyond one for each so many bytes: more of them take longer than reading all at once.
const FEW: usize = 16;
const BYTES_PER_VALUE: usize = 256;

/// A value that stands in the place of another one.
#[derive(Debug)]
struct Swap {
    /// The number of the other one.
    id: u32,
    /// By how many bytes what stands before it has moved; around the end of numbers if that is to the front.
    before: u32,
    /// The same for what stands behind it.
    behind: u32,
}

/// The nodes of `text`, as reading all of it would tell. `None` if that has to be done: because this way it is not
/// known to be JSON within `limits`, or it is little like `other`, whose places are `places`.
pub(super) fn nodes(
    text: &str,
    other: &str,
    places: &Rc<Vec<JsonPlace>>,
    limits: &JsonLimits,
) -> Option<Nodes> {
    u32::try_from(text.len()).ok()?;
    let end = wide(places.first()?.value.1)?;
    // White space may stand behind the value, and nothing else does.
    let value = text.trim_end_matches([' ', '\t', '\n', '\r']);
    let swaps = swaps(&hunks(other.as_bytes().get(..end)?, value.as_bytes())?, places)?;
    let mut nodes = Nodes::sharing(Rc::clone(places));
    if swaps.is_empty() {
        nodes.add_shared((0, narrow(places.len())), 0, 0);
        return Some(nodes);
    }
    if swaps.len() > FEW.saturating_add(text.len() / BYTES_PER_VALUE) {
        return None;
    }
    let swaps = swaps.into_iter().peekable();
    let mut reader = Reader { text, places, limits, swaps, shift: 0, nodes };
    reader.read(0, 0, 0)?;
    Some(reader.nodes)
}

/// For each difference the smallest value around it, but none that stands in another one of these.
fn swaps(hunks: &[Hunk], places: &[JsonPlace]) -> Option<Vec<Swap>> {
    let mut swaps: Vec<Swap> = Vec::new();
    for Hunk { was, is } in hunks {
        let (from, to) = (narrow(was.0), narrow(was.1));
        let mut id = narrow(places.partition_point(|place| place.value.0 < from).checked_sub(1)?);
        let mut place = at(places, id)?;
        // Its first and its last byte are what they were.
        while to >= place.value.1 && id > 0 {
            id = place.parent;
            place = at(places, id)?;
        }
        if id == 0 {
            return None;
        }
        let mut before = narrow(is.0).wrapping_sub(from);
        let behind = narrow(is.1).wrapping_sub(to);
        if let Some(last) = swaps.last_mut()
            && id > last.id
            && id < at(places, last.id)?.next
        {
            last.behind = behind;
            continue;
        }
        while let Some(last) = swaps.pop_if(|last| last.id >= id) {
            before = last.before;
        }
        swaps.push(Swap { id, before, behind });
    }
    Some(swaps)
}

struct Reader<'a> {
    text: &'a str,
    places: &'a [JsonPlace],
    limits: &'a JsonLimits,
    /// Those that are still to come, in the order of the text.
    swaps: Peekable<vec::IntoIter<Swap>>,
    /// By how many bytes what comes next has moved.
    shift: u32,
    nodes: Nodes,
}

impl Reader<'_> {
    /// Adds what stands, `depth` objects and arrays deep and in `parent`, where the other document has the value `id`,
    /// which was swapped, or in which another one was.
    ///
    /// Recursion is bounded by the depth the parser allowed.
    fn read(&mut self, id: u32, depth: u32, parent: u32) -> Option<()> {
        let place = at(self.places, id)?;
        if let Some(swap) = self.swaps.next_if(|swap| swap.id == id) {
            return self.read_anew(&swap, place, depth, parent);
        }
        let own = self.nodes.add(JsonPlace { parent, ..shifted(place, self.shift) });
        let mut child = id.checked_add(1)?;
        while let Some(swapped) = self.swaps.peek().map(|swap| swap.id).filter(|swap| *swap < place.next) {
            let changed = self.child_around(swapped, id)?;
            self.nodes.add_shared((child, changed), self.shift, own);
            self.read(changed, depth.checked_add(1)?, own)?;
            child = at(self.places, changed)?.next;
        }
        self.nodes.add_shared((child, place.next), self.shift, own);
        let (next, end) = (self.nodes.count(), place.value.1.wrapping_add(self.shift));
        let own = self.nodes.own_mut(own)?;
        (own.next, own.value.1) = (next, end);
        Some(())
    }

    /// Reads the value that stands in the place of another one.
    fn read_anew(&mut self, swap: &Swap, place: JsonPlace, depth: u32, parent: u32) -> Option<()> {
        let (from, to) = (place.value.0.wrapping_add(swap.before), place.value.1.wrapping_add(swap.behind));
        let value = self.text.get(wide(from)?..wide(to)?)?;
        let mut limits = *self.limits;
        limits.depth = limits.depth.checked_sub(depth)?;
        let (_, anew) = JsonPlace::all(value.as_bytes(), &limits).ok()?;
        let first = self.nodes.count();
        let key = shifted(place, self.shift).key;
        for inner in anew {
            let inner = shifted(inner, from);
            let is_first = self.nodes.count() == first;
            self.nodes.add(JsonPlace {
                key: if is_first { key } else { inner.key },
                parent: if is_first { parent } else { inner.parent.wrapping_add(first) },
                next: inner.next.wrapping_add(first),
                ..inner
            });
        }
        self.shift = swap.behind;
        Some(())
    }

    /// The member of `parent` that the value `id` is, or is in.
    fn child_around(&self, id: u32, parent: u32) -> Option<u32> {
        let mut child = id;
        loop {
            let around = at(self.places, child)?.parent;
            if around == parent {
                return Some(child);
            }
            // Parents come before what is in them.
            child = Some(around).filter(|around| *around < child)?;
        }
    }
}

fn at(places: &[JsonPlace], id: u32) -> Option<JsonPlace> {
    places.get(wide(id)?).copied()
}

fn wide(at: u32) -> Option<usize> {
    usize::try_from(at).ok()
}

#[cfg(test)]
mod tests;

//! Where the values of a document stand: noted for all of it, or shared with a document that it is mostly like.

use std::cell::Cell;
use std::rc::Rc;

use dss_model::JsonPlace;

/// The values of a document, in its order, each with its place.
#[derive(Debug)]
pub(super) struct Nodes {
    /// Those of the document that was read as a whole.
    shared: Rc<Vec<JsonPlace>>,
    /// Those that only this document has.
    own: Vec<JsonPlace>,
    runs: Vec<Run>,
    /// The run that was asked for last: mostly the next one's, too.
    last: Cell<usize>,
    count: u32,
}

/// Nodes in a row that are found in the same way.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The number of the first one.
    first: u32,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// From there on in [`Nodes::own`].
    Own(u32),
    /// From `first` on in [`Nodes::shared`]: members of one object, or elements of one array, and all that is in them.
    Shared {
        first: u32,
        /// What is added to offsets, around the end of numbers where they get smaller.
        shift: u32,
        /// That object or array.
        parent: u32,
    },
}

impl Nodes {
    /// Those of a document that was read as a whole.
    pub(super) fn whole(places: Vec<JsonPlace>) -> Self {
        let count = narrow(places.len());
        let mut nodes = Self::sharing(Rc::new(places));
        nodes.add_shared((0, count), 0, 0);
        nodes
    }

    /// None yet, for a document that is like one that was read as a whole.
    pub(super) fn sharing(shared: Rc<Vec<JsonPlace>>) -> Self {
        Self { shared, own: Vec::new(), runs: Vec::new(), last: Cell::new(0), count: 0 }
    }

    /// All of them, if they are those of a document that was read as a whole.
    pub(super) fn as_whole(&self) -> Option<&Rc<Vec<JsonPlace>>> {
        let is_whole =
            self.own.is_empty() && usize::try_from(self.count).is_ok_and(|count| count == self.shared.len());
        is_whole.then_some(&self.shared)
    }

    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn get(&self, id: u32) -> JsonPlace {
        let Some(Run { first, source }) = self.run(id) else { return JsonPlace::default() };
        let behind = id.wrapping_sub(first);
        match source {
            Source::Own(at) => place(&self.own, at.wrapping_add(behind)),
            Source::Shared { first: from, shift, parent } => {
                let place = place(&self.shared, from.wrapping_add(behind));
                let ids = first.wrapping_sub(from);
                JsonPlace {
                    parent: if place.parent < from { parent } else { place.parent.wrapping_add(ids) },
                    next: place.next.wrapping_add(ids),
                    ..shifted(place, shift)
                }
            }
        }
    }

    /// The run that a node is in: the same as the last one, the next one, or any.
    fn run(&self, id: u32) -> Option<Run> {
        let last = self.last.get();
        let is_in = |at: usize| {
            let starts = |at: usize| self.runs.get(at).is_some_and(|run| run.first <= id);
            starts(at) && !starts(at.saturating_add(1))
        };
        let near = [last, last.saturating_add(1)].into_iter().find(|at| is_in(*at));
        let found = near.or_else(|| self.runs.partition_point(|run| run.first <= id).checked_sub(1))?;
        self.last.set(found);
        self.runs.get(found).copied()
    }

    /// Adds nodes that the other document has, from and to, inside of `parent`.
    pub(super) fn add_shared(&mut self, (from, to): (u32, u32), shift: u32, parent: u32) {
        if from < to {
            let source = Source::Shared { first: from, shift, parent };
            self.runs.push(Run { first: self.count, source });
            self.count = self.count.saturating_add(to.wrapping_sub(from));
        }
    }

    /// Adds a node of the document's own, and tells its number.
    pub(super) fn add(&mut self, place: JsonPlace) -> u32 {
        if !self.runs.last().is_some_and(|run| matches!(run.source, Source::Own(_))) {
            self.runs.push(Run { first: self.count, source: Source::Own(narrow(self.own.len())) });
        }
        self.own.push(place);
        let id = self.count;
        self.count = self.count.saturating_add(1);
        id
    }

    /// Changes one of the document's own nodes.
    pub(super) fn own_mut(&mut self, id: u32) -> Option<&mut JsonPlace> {
        let Run { first, source: Source::Own(at) } = self.run(id)? else { return None };
        self.own.get_mut(usize::try_from(at.wrapping_add(id.wrapping_sub(first))).ok()?)
    }
}

/// A place further behind in the text.
pub(super) fn shifted(place: JsonPlace, shift: u32) -> JsonPlace {
    let by = |(from, to): (u32, u32)| (from.wrapping_add(shift), to.wrapping_add(shift));
    JsonPlace {
        key: if place.key.1 > 0 { by(place.key) } else { place.key },
        value: by(place.value),
        ..place
    }
}

fn place(places: &[JsonPlace], at: u32) -> JsonPlace {
    usize::try_from(at).ok().and_then(|at| places.get(at)).copied().unwrap_or_default()
}

pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

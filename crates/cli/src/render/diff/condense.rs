//! Leaving out what another line says already.

use dss_service::{Change, DiffItem, DiffPlace};

/// Passes items on, without groups that come or go with what is in them, and without what a renamed
/// group takes along.
#[derive(Debug, Default)]
pub(super) struct Condenser {
    /// Whether everything is wanted.
    is_off: bool,
    /// A group without anything of its own, until it is known whether something of it follows.
    held: Option<DiffItem>,
    /// A group that stands elsewhere now, and where it stood.
    moved: Option<(DiffPlace, DiffPlace)>,
}

impl Condenser {
    pub(super) fn new(is_off: bool) -> Self {
        Self { is_off, ..Self::default() }
    }

    /// Takes an item; gives those that can be shown by now.
    pub(super) fn take(&mut self, item: DiffItem) -> Vec<DiffItem> {
        if self.is_off {
            return vec![item];
        }
        let is_plain = item.fields.is_empty() && item.reordered.is_none();
        if is_plain && self.is_taken_along(&item) {
            return Vec::new();
        }
        let held = self.held.take().filter(|held| !says_it_too(held, &item));
        let is_bare =
            is_plain && item.kind == "group" && matches!(item.change, Change::Added | Change::Removed);
        if is_bare {
            self.held = Some(item);
            return held.into_iter().collect();
        }
        if let (true, Some(from)) = (item.kind == "group", &item.from) {
            self.moved = Some((item.place.clone(), from.clone()));
        }
        held.into_iter().chain([item]).collect()
    }

    /// What is left.
    pub(super) fn finish(&mut self) -> Option<DiffItem> {
        self.held.take()
    }

    /// Whether the item stands where a moved group brought it.
    fn is_taken_along(&self, item: &DiffItem) -> bool {
        let (Some((to, from)), Some(own_from)) = (&self.moved, &item.from) else { return false };
        let rest = |place: &DiffPlace, group: &DiffPlace| {
            let rest = place.path.strip_prefix(group.path.as_str()).filter(|rest| rest.starts_with('.'));
            rest.filter(|_| place.set == group.set).map(str::to_owned)
        };
        rest(&item.place, to).is_some_and(|now| rest(own_from, from).as_ref() == Some(&now))
    }
}

/// Whether an item in a group says that the group came or went.
fn says_it_too(group: &DiffItem, item: &DiffItem) -> bool {
    let rest = item.place.path.strip_prefix(group.place.path.as_str());
    let is_inside = item.place.set == group.place.set && rest.is_some_and(|rest| rest.starts_with('.'));
    is_inside && (item.change == group.change || (group.change == Change::Added && item.from.is_some()))
}

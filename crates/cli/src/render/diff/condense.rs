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

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &'static str, change: Change, path: &str, from: Option<&str>) -> DiffItem {
        let place = |path: &str| DiffPlace { set: Some("s".to_owned()), path: path.to_owned() };
        DiffItem {
            kind,
            change,
            id: String::new(),
            old_id: None,
            place: place(path),
            from: from.map(place),
            reordered: None,
            old_type: None,
            new_type: None,
            fields: Vec::new(),
        }
    }

    #[track_caller]
    fn check(items: Vec<DiffItem>, expected: &[&str]) {
        let mut condenser = Condenser::new(false);
        let (count, mut all) = (items.len(), Condenser::new(true));
        let mut shown: Vec<DiffItem> = items.iter().cloned().flat_map(|item| condenser.take(item)).collect();
        shown.extend(condenser.finish());
        assert_eq!(shown.iter().map(|item| item.place.path.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(items.into_iter().flat_map(|item| all.take(item)).count(), count);
    }

    #[test]
    fn groups_that_come_with_something_say_nothing_new() {
        let added = |kind, path| item(kind, Change::Added, path, None);
        check(vec![added("group", "a"), added("group", "a.b"), added("token", "a.b.c")], &["a.b.c"]);
        check(vec![added("group", "a"), added("token", "ab")], &["a", "ab"]);
        check(vec![added("group", "a"), item("token", Change::Removed, "a.x", None)], &["a", "a.x"]);
        check(vec![added("group", "a")], &["a"]);
    }

    #[test]
    fn a_renamed_group_takes_its_members_along() {
        let renamed = item("group", Change::Renamed, "brand", Some("color"));
        let moved = |path, from| item("token", Change::Moved, path, Some(from));
        check(
            vec![
                renamed,
                moved("brand.a", "color.a"),
                moved("brand.b", "color.c"),
                moved("brand.d.e", "color.d.e"),
                moved("brandx", "colorx"),
            ],
            &["brand", "brand.b", "brandx"],
        );
    }
}

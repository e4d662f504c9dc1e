//! Finding what differs: by id, then by place.

use std::collections::VecDeque;

use dss_model::{EntityId, Kind, RegName, TokenPath, Value};
use dss_store::Row;

use super::options::Subject;
use super::order::Suspects;
use super::report::{Change, DiffPlace, Reordered};
use super::side::Extent;
use super::sketch::{STEP, Sketch};
use super::sorter::{Record, Sorted, Sorter};
use super::twins::Which;
use super::{Comparison, key};
use crate::ServiceError;
use crate::import::temporary_file;
use crate::spill::Spill;

/// What differs, by ids, in the order of reports.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) differences: Sorter,
    pub(super) order_not_compared: u64,
}

/// Something that differs: enough to count it and to look it up.
#[derive(Clone, Debug, Default)]
pub(super) struct Difference {
    pub(super) old: Option<EntityId>,
    pub(super) new: Option<EntityId>,
    pub(super) place: PlaceChange,
    pub(super) reordered: Option<Reordered>,
}

/// How a place differs from another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PlaceChange {
    /// Another name.
    pub(super) is_renamed: bool,
    /// Another set or group.
    pub(super) is_moved: bool,
}

impl Difference {
    pub(super) const fn change(&self) -> Change {
        match (self.old, self.new) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ if self.place.is_renamed => Change::Renamed,
            _ if self.place.is_moved || self.reordered.is_some() => Change::Moved,
            _ => Change::Changed,
        }
    }

    /// The ids come first, so that records about one thing are neighbours.
    fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(40);
        for id in [self.old, self.new] {
            payload.push(u8::from(id.is_some()));
            payload.extend(id.map_or([0; 16], EntityId::to_bytes));
        }
        payload.extend([u8::from(self.place.is_renamed), u8::from(self.place.is_moved)]);
        payload.push(u8::from(self.reordered.is_some()));
        for name in self.reordered.iter().flat_map(|order| [&order.was_after, &order.after]) {
            let name = name.as_deref();
            payload.push(u8::from(name.is_some()));
            let bytes = name.unwrap_or_default().as_bytes();
            payload.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
            payload.extend(bytes);
        }
        payload
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let ((has_old, old), (has_new, new)) = (take_id(bytes)?, take_id(bytes)?);
        let place = PlaceChange { is_renamed: take_flag(bytes)?, is_moved: take_flag(bytes)? };
        let mut reordered = None;
        if take_flag(bytes)? {
            let ((had_any, was_after), (has_any, after)) = (take_name(bytes)?, take_name(bytes)?);
            let (was_after, after) = (had_any.then_some(was_after), has_any.then_some(after));
            reordered = Some(Reordered { was_after, after });
        }
        Some(Self { old: has_old.then_some(old), new: has_new.then_some(new), place, reordered })
    }
}

fn take_flag(bytes: &mut &[u8]) -> Option<bool> {
    bytes.split_off_first().map(|flag| *flag == 1)
}

/// Whether there is an id, and its bytes.
fn take_id(bytes: &mut &[u8]) -> Option<(bool, EntityId)> {
    let is_there = take_flag(bytes)?;
    let id = bytes.split_off(..16)?.first_chunk::<16>()?;
    Some((is_there, EntityId::from_bytes(*id)))
}

/// Whether there is a name, and its text.
fn take_name(bytes: &mut &[u8]) -> Option<(bool, String)> {
    let is_there = take_flag(bytes)?;
    let length = u32::from_le_bytes(*bytes.split_off(..4)?.first_chunk::<4>()?);
    let name = bytes.split_off(..usize::try_from(length).ok()?)?;
    Some((is_there, String::from_utf8_lossy(name).into_owned()))
}

fn broken() -> ServiceError {
    ServiceError::Internal("a record of a comparison cannot be read".to_owned())
}

/// Reads differences, those about one thing as one.
pub(super) fn each_difference(
    sorted: &mut Sorted,
    mut each: impl FnMut(Kind, Difference) -> Result<bool, ServiceError>,
) -> Result<(), ServiceError> {
    let mut pass = sorted.pass().map_err(temporary_file)?;
    let mut current: Option<(Kind, Difference)> = None;
    while let Some(Record { key, payload }) = pass.next().map_err(temporary_file)? {
        let next = Difference::decode(&payload).ok_or_else(broken)?;
        let kind = key::kind_of(&key).ok_or_else(broken)?;
        match &mut current {
            Some((_, current)) if (current.old, current.new) == (next.old, next.new) => {
                current.place.is_renamed |= next.place.is_renamed;
                current.place.is_moved |= next.place.is_moved;
                current.reordered = current.reordered.take().or(next.reordered);
            }
            _ => {
                if let Some((kind, difference)) = current.replace((kind, next))
                    && !each(kind, difference)?
                {
                    return Ok(());
                }
            }
        }
    }
    if let Some((kind, difference)) = current {
        each(kind, difference)?;
    }
    Ok(())
}

impl Comparison<'_> {
    /// Finds everything that differs but for the order of siblings, and where that may differ.
    pub(super) fn join(&self, found: &mut Found) -> Result<Sorted, ServiceError> {
        let mut suspects = Suspects::default();
        let mut alone = Spill::default();
        let mut add_alone = |sketch: Sketch| {
            if !sketch.is_compared {
                return Ok(());
            }
            alone.push(sketch.by_place()).map_err(temporary_file)
        };
        let mut waiting: Option<Sketch> = None;
        for (record, count) in self.sketches()?.sorted().map_err(temporary_file)?.zip(1_u64..) {
            if count.is_multiple_of(STEP) {
                self.progress(count)?;
            }
            let next = Sketch::from_id(&record.map_err(temporary_file)?).ok_or_else(broken)?;
            match waiting.take() {
                // Of one id, the old one comes first.
                Some(old) if old.id == next.id && old.kind == next.kind => {
                    self.sketched(&old, &next, found, &mut suspects)?;
                }
                Some(before) => {
                    add_alone(before)?;
                    waiting = Some(next);
                }
                None => waiting = Some(next),
            }
        }
        waiting.map_or(Ok(()), add_alone)?;
        self.join_by_place(alone, found, &mut suspects)?;
        Ok(suspects.sorted())
    }

    /// Brings together what is alone on either side at the same place, and tells of what stays alone.
    fn join_by_place(
        &self,
        alone: Spill<{ Sketch::BYTES }>,
        found: &mut Found,
        suspects: &mut Suspects,
    ) -> Result<(), ServiceError> {
        let mut place = None;
        let mut olds: VecDeque<Sketch> = VecDeque::new();
        for (record, count) in alone.sorted().map_err(temporary_file)?.zip(1_u64..) {
            if count.is_multiple_of(STEP) {
                self.progress(count)?;
            }
            let next = Sketch::from_place(&record.map_err(temporary_file)?).ok_or_else(broken)?;
            if place != Some(next.place) {
                place = Some(next.place);
                self.lonely(Which::Old, olds.drain(..).map(|old| old.id), found)?;
            }
            // Of one place, the old ones come first.
            if next.which == Which::Old {
                olds.push_back(next);
            } else if let Some(old) = olds.pop_front_if(|_| self.is_by_path) {
                self.sketched(&old, &next, found, suspects)?;
            } else {
                self.lonely(Which::New, [next.id], found)?;
            }
        }
        self.lonely(Which::Old, olds.into_iter().map(|old| old.id), found)
    }

    /// Compares two rows that are one thing, if they may differ.
    fn sketched(
        &self,
        old: &Sketch,
        new: &Sketch,
        found: &mut Found,
        suspects: &mut Suspects,
    ) -> Result<(), ServiceError> {
        if old.content == new.content {
            return Ok(());
        }
        self.pair(&self.old.living(old.id)?, &self.new.living(new.id)?, found, suspects)
    }

    /// Tells of what has no counterpart, unless the other side says nothing by its silence.
    fn lonely(
        &self,
        which: Which,
        ids: impl IntoIterator<Item = EntityId>,
        found: &mut Found,
    ) -> Result<(), ServiceError> {
        let other = self.side(if which == Which::Old { Which::New } else { Which::Old });
        for id in ids {
            if other.extent == Extent::Part && other.tx.get(id)?.is_none_or(|row| row.entity.is_alive()) {
                continue;
            }
            let row = self.side(which).living(id)?;
            let (old, new) = if which == Which::Old { (Some(&row), None) } else { (None, Some(&row)) };
            let difference = Difference { old: old.map(id_of), new: new.map(id_of), ..Difference::default() };
            self.tell(old, new, &difference, found)?;
        }
        Ok(())
    }

    /// Compares two rows that are one thing.
    fn pair(
        &self,
        old: &Row,
        new: &Row,
        found: &mut Found,
        suspects: &mut Suspects,
    ) -> Result<(), ServiceError> {
        if !(self.is_compared(Which::Old, old) || self.is_compared(Which::New, new)) {
            return Ok(());
        }
        if let Some(siblings) = self.suspect(old, new) {
            suspects.add(&siblings).map_err(temporary_file)?;
        }
        let place = self.place_change(old, new);
        if place == PlaceChange::default() && self.field_changes(Some(old), Some(new))?.is_empty() {
            return Ok(());
        }
        let difference = Difference { old: Some(id_of(old)), new: Some(id_of(new)), place, reordered: None };
        self.tell(Some(old), Some(new), &difference, found)
    }

    /// Tells that something changed places among its siblings.
    pub(super) fn tell_reordered(
        &self,
        old: EntityId,
        new: EntityId,
        reordered: &Reordered,
        found: &mut Found,
    ) -> Result<(), ServiceError> {
        let (old, new) = (self.old.living(old)?, self.new.living(new)?);
        let difference = Difference {
            old: Some(id_of(&old)),
            new: Some(id_of(&new)),
            reordered: Some(reordered.clone()),
            ..Difference::default()
        };
        self.tell(Some(&old), Some(&new), &difference, found)
    }

    fn tell(
        &self,
        old: Option<&Row>,
        new: Option<&Row>,
        difference: &Difference,
        found: &mut Found,
    ) -> Result<(), ServiceError> {
        let sides = [(Which::Old, old), (Which::New, new)];
        let mut rows = sides.into_iter().filter_map(|(which, row)| Some((which, row?)));
        let is_wanted = rows.clone().any(|(which, row)| self.is_wanted(which, row));
        if let Some((which, row)) = rows.next_back().filter(|_| is_wanted) {
            found.differences.add(self.key(which, row), difference.encode()).map_err(temporary_file)?;
        }
        Ok(())
    }

    /// Whether the options want to hear of a row, by its set's own name or the one that it has now.
    fn is_wanted(&self, which: Which, row: &Row) -> bool {
        let kind = row.entity.kind();
        let set = if kind == Kind::TokenSet { Some(row.entity.id()) } else { row.columns.set };
        let own = set.and_then(|set| self.side(which).name_of(set));
        let common = set.map(|set| self.common_name(which, set));
        let token_type = row.columns.token_type.as_deref();
        let wants = |set| self.options.wants(Subject { kind, set, path: &row.columns.path, token_type });
        wants(own) || wants(common.as_deref())
    }

    /// Whether the other side can say something about the row.
    pub(super) fn is_compared(&self, which: Which, row: &Row) -> bool {
        match row.entity.kind() {
            Kind::TokenSet => self.has_set(which, row.entity.id()),
            Kind::Group | Kind::Token => row.columns.set.is_some_and(|set| self.has_set(which, set)),
            _ => true,
        }
    }

    /// Whether a set is compared: next to a single file, only its counterpart is.
    pub(super) fn has_set(&self, which: Which, set: EntityId) -> bool {
        let is_file = |side: Which| self.side(side).extent == Extent::OneSet;
        is_file(which) || !(is_file(Which::Old) || is_file(Which::New)) || self.twins.of(which, set).is_some()
    }

    /// The name by which both sides know a set or group: the new one's.
    pub(super) fn common_name(&self, which: Which, id: EntityId) -> String {
        let twin = if which == Which::Old { self.twins.of(which, id) } else { None };
        let name = twin.and_then(|twin| self.new.name_of(twin)).or_else(|| self.side(which).name_of(id));
        name.map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The place of a row in the report; what is one thing by its place has the same on both sides.
    pub(super) fn key(&self, which: Which, row: &Row) -> Vec<u8> {
        let kind = row.entity.kind();
        let container = container_of(row).map(|id| self.common_name(which, id));
        match kind {
            Kind::Project => key::key(kind, []),
            Kind::TokenSet => key::key(kind, [self.common_name(which, row.entity.id()).as_str()]),
            Kind::Group | Kind::Token => self.item_key(which, kind, row.columns.set, &row.columns.path),
            _ => key::key(kind, container.iter().map(String::as_str).chain([row.columns.path.as_str()])),
        }
    }

    /// The place of a token or group in the report.
    pub(super) fn item_key(&self, which: Which, kind: Kind, set: Option<EntityId>, path: &str) -> Vec<u8> {
        let set = set.map(|id| self.common_name(which, id));
        let path = TokenPath::parse(path).unwrap_or_default();
        let names: Vec<_> = path.segments().collect();
        key::key(kind, set.iter().map(String::as_str).chain(names.iter().map(AsRef::as_ref)))
    }

    fn place_change(&self, old: &Row, new: &Row) -> PlaceChange {
        let kind = new.entity.kind();
        let has_own_name = !(kind == Kind::TokenSet && self.only_sets.is_some());
        let is_renamed = match kind {
            Kind::Group | Kind::Token => {
                let name = |row: &Row| row.columns.path.rsplit('.').next().unwrap_or_default().to_owned();
                name(old) != name(new)
            }
            _ => has_own_name && old.columns.path != new.columns.path,
        };
        let parent = |row: &Row| row.columns.path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        let has_path = matches!(kind, Kind::Group | Kind::Token);
        let is_moved = !self.twins.are_one(container_of(old), container_of(new))
            || (has_path && parent(old) != parent(new));
        PlaceChange { is_renamed, is_moved }
    }

    /// Where a row stands; sets and theme groups go by the name that they have now.
    pub(super) fn place(&self, which: Which, row: &Row) -> DiffPlace {
        let container = container_of(row).map(|id| self.common_name(which, id));
        let path = row.columns.path.clone();
        match (row.entity.kind(), container) {
            (Kind::Theme, Some(group)) => DiffPlace { set: None, path: format!("{group}/{path}") },
            (_, set) => DiffPlace { set, path },
        }
    }
}

fn id_of(row: &Row) -> EntityId {
    row.entity.id()
}

/// The set that a token or group is in, the group of a theme.
fn container_of(row: &Row) -> Option<EntityId> {
    match row.entity.kind() {
        Kind::Theme => row.entity.value(&RegName::GROUP).and_then(Value::entity),
        _ => row.columns.set,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_come_back_as_they_were() {
        let id = |n| Some(EntityId::from_bytes([n; 16]));
        let place = PlaceChange { is_renamed: true, is_moved: false };
        let reordered = Some(Reordered { was_after: None, after: Some("größe".to_owned()) });
        for difference in [
            Difference { old: id(0), ..Difference::default() },
            Difference { new: id(9), place, ..Difference::default() },
            Difference { old: id(1), new: id(2), place, reordered },
        ] {
            let again = Difference::decode(&difference.encode()).unwrap();
            assert_eq!(format!("{again:?}"), format!("{difference:?}"));
        }
    }
}

//! What decides whether two rows may differ, in a few bytes each.
//!
//! Most of what two sides hold is equal. A side is read once, as it lies, and each row leaves a record of who it is,
//! where it stands and what it says; sorted and read side by side, these tell which few rows have to be looked up.

use std::ops::ControlFlow;

use dss_model::{EntityId, JsonBuffer, Kind, PlainValue, RegName};
use dss_security::Sha256Digest;
use dss_store::{Row, RowInPlace, Scan, ScanOrder};

use super::Comparison;
use super::fields::PLACE;
use super::key;
use super::twins::Which;
use crate::ServiceError;
use crate::import::temporary_file;
use crate::spill::Spill;

/// Rows between two looks at the observer.
pub(super) const STEP: u64 = 1_000;

const HASH_BYTES: usize = 32;

/// A row, as far as finding its counterpart and comparing the two needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sketch {
    pub(super) which: Which,
    pub(super) id: EntityId,
    /// The number of its kind among all.
    pub(super) kind: u8,
    /// Whether the other side can say something about it.
    pub(super) is_compared: bool,
    /// The hash of its place in reports: the same for what is one thing by its place.
    pub(super) place: [u8; HASH_BYTES],
    /// The hash of all that a comparison with its counterpart looks at. Equal hashes are equal rows; others say
    /// nothing.
    pub(super) content: [u8; HASH_BYTES],
}

impl Sketch {
    /// Bytes of a record.
    pub(super) const BYTES: usize = 16 + 3 + 2 * HASH_BYTES;

    /// A record that sorts by id, the old side's first.
    pub(super) fn by_id(&self) -> [u8; Self::BYTES] {
        self.record(&[&self.id.to_bytes(), &[self.which_code()], &self.place])
    }

    /// What [`Self::by_id`] wrote; `None` if that is none.
    pub(super) fn from_id(record: &[u8; Self::BYTES]) -> Option<Self> {
        let (id, rest) = record.split_first_chunk::<16>()?;
        let (which, rest) = rest.split_first()?;
        let (place, rest) = rest.split_first_chunk::<HASH_BYTES>()?;
        Self::read(*id, *which, *place, rest)
    }

    /// A record that sorts by place, and at each of them the old side's first.
    pub(super) fn by_place(&self) -> [u8; Self::BYTES] {
        self.record(&[&self.place, &[self.which_code()], &self.id.to_bytes()])
    }

    /// What [`Self::by_place`] wrote; `None` if that is none.
    pub(super) fn from_place(record: &[u8; Self::BYTES]) -> Option<Self> {
        let (place, rest) = record.split_first_chunk::<HASH_BYTES>()?;
        let (which, rest) = rest.split_first()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        Self::read(*id, *which, *place, rest)
    }

    fn record(&self, first: &[&[u8]]) -> [u8; Self::BYTES] {
        let mut record = [0; Self::BYTES];
        let last: [&[u8]; 2] = [&[self.kind, u8::from(self.is_compared)], &self.content];
        let bytes = first.iter().chain(&last).flat_map(|part| part.iter());
        record.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        record
    }

    fn read(id: [u8; 16], which: u8, place: [u8; HASH_BYTES], rest: &[u8]) -> Option<Self> {
        let (&[kind, is_compared], content) = rest.split_first_chunk::<2>()?;
        Some(Self {
            which: if which == 0 { Which::Old } else { Which::New },
            id: EntityId::from_bytes(id),
            kind,
            is_compared: is_compared == 1,
            place,
            content: *content.first_chunk::<HASH_BYTES>()?,
        })
    }

    fn which_code(&self) -> u8 {
        u8::from(self.which == Which::New)
    }
}

/// Memory for what is hashed.
#[derive(Debug, Default)]
struct Room {
    bytes: Vec<u8>,
    text: JsonBuffer,
}

impl Comparison<'_> {
    /// Sketches of everything alive on both sides, by id.
    pub(super) fn sketches(&self) -> Result<Spill<{ Sketch::BYTES }>, ServiceError> {
        let mut sketches = Spill::default();
        let (mut count, mut room) = (0_u64, Room::default());
        for which in [Which::Old, Which::New] {
            let scan = Scan::kinds(&self.kinds).by(ScanOrder::Insertion);
            let mut taken = Ok(());
            let mut take = |row: &dyn RowInPlace| {
                let sketch = self.sketch(which, row, &mut room)?;
                sketches.push(sketch.by_id()).map_err(temporary_file)?;
                count = count.saturating_add(1);
                if count.is_multiple_of(STEP) { self.progress(count) } else { Ok(()) }
            };
            self.side(which).tx.scan_in_place(&scan, &mut |row| {
                taken = take(row);
                if taken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            taken?;
        }
        Ok(sketches)
    }

    fn sketch(&self, which: Which, row: &dyn RowInPlace, room: &mut Room) -> Result<Sketch, ServiceError> {
        if let Some(plain) = row.plain()?.filter(|plain| is_item(plain.kind())) {
            let set = plain.registers().iter().find_map(|(name, value)| match value {
                PlainValue::Ref(set) if *name == RegName::SET.as_str() => Some(*set),
                _ => None,
            });
            let item = Item { which, id: plain.id(), kind: plain.kind(), set, path: row.path() };
            return Ok(self.sketch_item(item, plain.registers().iter().copied(), room));
        }
        let row = row.to_row()?;
        let (id, kind) = (row.entity.id(), row.entity.kind());
        if is_item(kind) {
            let item = Item { which, id, kind, set: row.columns.set, path: &row.columns.path };
            let shown = row.entity.registers().iter().filter_map(|(name, register)| {
                Some((name.as_str(), PlainValue::from(&register.shown()?.value)))
            });
            return Ok(self.sketch_item(item, shown, room));
        }
        Ok(self.sketch_other(which, &row))
    }

    /// Of a token or group, all that counts is hashed.
    fn sketch_item<'r>(
        &self,
        item: Item<'_>,
        registers: impl Iterator<Item = (&'r str, PlainValue<'r>)>,
        room: &mut Room,
    ) -> Sketch {
        let Item { which, id, kind, set, path } = item;
        let is_compared = set.is_some_and(|set| self.has_set(which, set));
        let place = hash(&self.item_key(which, kind, set, path));
        // Both sides know a set that both have by the new one's id.
        let common = match which {
            Which::Old => set.and_then(|set| self.twins.of(which, set)),
            Which::New => set.filter(|set| self.twins.of(which, *set).is_some()),
        };
        let Room { bytes, text } = room;
        bytes.clear();
        match common {
            Some(set) => bytes.extend(set.to_bytes()),
            // It is in no set of the other side: whatever it is compared with, it has moved.
            None => bytes.extend([id.to_bytes().as_slice(), &[u8::from(which == Which::New)]].concat()),
        }
        push_part(bytes, path.as_bytes());
        let says =
            |name: &str| name == RegName::ORDER.as_str() || PLACE.iter().all(|place| place.as_str() != name);
        for (name, value) in registers.filter(|(name, _)| says(name)) {
            let (code, value): (u8, &[u8]) = match &value {
                // What holds nothing says as much as what is not there; everything here is alive.
                PlainValue::Absent | PlainValue::Life(_) => continue,
                PlainValue::Json(json) => (1, json.as_str().as_bytes()),
                PlainValue::Text(value) => (1, text.string(value).as_str().as_bytes()),
                PlainValue::Ref(id) => (2, &id.to_bytes()),
                PlainValue::Blob(content) => (3, &content.to_bytes()),
            };
            push_part(bytes, name.as_bytes());
            bytes.push(code);
            push_part(bytes, value);
        }
        Sketch { which, id, kind: key::code(kind), is_compared, place, content: hash(bytes) }
    }

    /// Of other things there are few: they are always looked up.
    fn sketch_other(&self, which: Which, row: &Row) -> Sketch {
        let id = row.entity.id();
        let content = hash(&[id.to_bytes().as_slice(), &[u8::from(which == Which::New)]].concat());
        let is_compared = self.is_compared(which, row);
        let (kind, place) = (key::code(row.entity.kind()), hash(&self.key(which, row)));
        Sketch { which, id, kind, is_compared, place, content }
    }
}

/// A token or group, and where it stands.
#[derive(Clone, Copy, Debug)]
struct Item<'r> {
    which: Which,
    id: EntityId,
    kind: Kind,
    set: Option<EntityId>,
    path: &'r str,
}

const fn is_item(kind: Kind) -> bool {
    matches!(kind, Kind::Group | Kind::Token)
}

/// Appends bytes in a way that tells where they end.
fn push_part(out: &mut Vec<u8>, part: &[u8]) {
    out.extend(part.len().to_le_bytes());
    out.extend(part);
}

fn hash(bytes: &[u8]) -> [u8; HASH_BYTES] {
    Sha256Digest::of(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sketches_come_back_as_they_were_and_sorted() {
        let sketch = |which, id: u8, place: u8| Sketch {
            which,
            id: EntityId::from_bytes([id; 16]),
            kind: 3,
            is_compared: id > 1,
            place: [place; HASH_BYTES],
            content: [id ^ place; HASH_BYTES],
        };
        let all = [
            sketch(Which::Old, 1, 9),
            sketch(Which::New, 1, 7),
            sketch(Which::Old, 2, 8),
            sketch(Which::New, 2, 8),
        ];
        for one in all {
            assert_eq!(Sketch::from_id(&one.by_id()), Some(one));
            assert_eq!(Sketch::from_place(&one.by_place()), Some(one));
        }
        assert!(all.map(|one| one.by_id()).is_sorted());
        assert_eq!(all.map(|one| one.place[0]), [9, 7, 8, 8]);
        assert!([all[1], all[2], all[3], all[0]].map(|one| one.by_place()).is_sorted());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let joined = |parts: &[&str]| {
            let mut bytes = Vec::new();
            parts.iter().for_each(|part| push_part(&mut bytes, part.as_bytes()));
            bytes
        };
        assert_ne!(joined(&["ab", "c"]), joined(&["a", "bc"]));
        assert_ne!(joined(&["a"]), joined(&["a", ""]));
    }
}

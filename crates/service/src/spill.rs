//! Sets of ids, and tables by id, that may be larger than memory: sorted runs in a temporary file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use dss_model::EntityId;
use tempfile::tempfile;

/// Bytes that are kept in memory before they are written out. Longer runs would be merged a little faster, and a
/// large project would need more memory than one of a few thousand tokens.
const RUN_BYTES: usize = 1 << 20;
/// Bytes of each run that are read at once when runs are merged: fewer where there are many, so that all of them together
/// take no more memory than one run did.
const READ_BYTES: usize = 8 << 10;
const READ_BYTES_MIN: usize = 512;
/// Bytes of an id.
const ID_BYTES: usize = 16;

/// Collects records of `N` bytes in any order, and gives them back sorted.
#[derive(Debug)]
pub(crate) struct Spill<const N: usize> {
    current: Vec<[u8; N]>,
    /// Sorted runs, one after the other.
    file: Option<File>,
    /// How many records there are in each.
    runs: Vec<u64>,
    run_bytes: usize,
}

/// Collects ids.
pub(crate) type IdSpill = Spill<ID_BYTES>;

impl<const N: usize> Default for Spill<N> {
    fn default() -> Self {
        Self { current: Vec::new(), file: None, runs: Vec::new(), run_bytes: RUN_BYTES }
    }
}

impl IdSpill {
    pub(crate) fn add(&mut self, id: EntityId) -> io::Result<()> {
        self.push(id.to_bytes())
    }
}

impl<const N: usize> Spill<N> {
    pub(crate) fn push(&mut self, record: [u8; N]) -> io::Result<()> {
        self.current.push(record);
        if self.current.len().saturating_mul(N) < self.run_bytes {
            return Ok(());
        }
        sort(&mut self.current);
        let file = match &mut self.file {
            Some(file) => file,
            file => file.insert(tempfile()?),
        };
        file.write_all(self.current.as_flattened())?;
        self.runs.push(wide(self.current.len()));
        self.current.clear();
        Ok(())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.current.is_empty() && self.runs.is_empty()
    }

    /// The records, sorted.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted<N>> {
        sort(&mut self.current);
        let share = self.run_bytes.checked_div(self.runs.len()).unwrap_or(READ_BYTES);
        let read_bytes = share.clamp(READ_BYTES_MIN, READ_BYTES);
        let mut runs = vec![Run::of(self.current)];
        if let Some(file) = self.file.map(Arc::new) {
            let mut at = 0_u64;
            for records in self.runs {
                runs.push(Run::stored(&file, at, records, read_bytes));
                at = at.saturating_add(records);
            }
        }
        let mut sorted = Sorted { runs, heap: BinaryHeap::new(), last: None, duplicate: None };
        for (index, run) in sorted.runs.iter_mut().enumerate() {
            if let Some(record) = run.next()? {
                sorted.heap.push(Reverse((record, index)));
            }
        }
        Ok(sorted)
    }

    /// The records, to be looked up by the id that they start with.
    pub(crate) fn into_table(mut self) -> io::Result<Table<N>> {
        if self.runs.is_empty() {
            sort(&mut self.current);
            return Ok(Table::Memory(self.current));
        }
        let file = write_all(self.sorted()?)?;
        Ok(Table::File { records: count::<N>(&file)?, file: Arc::new(file) })
    }
}

/// A record that is written field by field.
#[derive(Debug)]
pub(crate) struct Fields<const N: usize> {
    record: [u8; N],
    at: usize,
}

impl<const N: usize> Fields<N> {
    pub(crate) const fn new() -> Self {
        Self { record: [0; N], at: 0 }
    }

    /// Puts a field behind those that are there. What has no room is left out.
    pub(crate) fn put<const M: usize>(mut self, field: &[u8; M]) -> Self {
        let room = self.record.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut);
        if let Some(room) = room {
            *room = *field;
        }
        self.at = self.at.saturating_add(M);
        self
    }

    /// Puts a number so that records sort by it.
    pub(crate) fn number(self, number: u32) -> Self {
        self.put(&number.to_be_bytes())
    }

    pub(crate) const fn record(self) -> [u8; N] {
        self.record
    }
}

/// Sorts records by their bytes. The first eight nearly always tell, and as one number they are compared at once.
fn sort<const N: usize>(records: &mut [[u8; N]]) {
    let lead = |record: &[u8; N]| record.first_chunk().copied().map_or(0, u64::from_be_bytes);
    records.sort_unstable_by(|a, b| lead(a).cmp(&lead(b)).then_with(|| a.cmp(b)));
}

fn write_all<const N: usize>(records: impl Iterator<Item = io::Result<[u8; N]>>) -> io::Result<File> {
    let mut out = BufWriter::new(tempfile()?);
    for record in records {
        out.write_all(&record?)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Records in a file that holds nothing else.
fn count<const N: usize>(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len().checked_div(wide(N)).unwrap_or(0))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Records by the id that they start with.
#[derive(Debug)]
pub(crate) enum Table<const N: usize> {
    Memory(Vec<[u8; N]>),
    File { file: Arc<File>, records: u64 },
}

impl<const N: usize> Table<N> {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Memory(records) if records.is_empty())
    }

    /// The first record of that id.
    pub(crate) fn find(&self, id: EntityId) -> io::Result<Option<[u8; N]>> {
        Ok(self.find_some(id, 1)?.pop())
    }

    /// The first `count` records of that id.
    pub(crate) fn find_some(&self, id: EntityId, count: u64) -> io::Result<Vec<[u8; N]>> {
        let key = id.to_bytes();
        let (mut from, mut to) = (0_u64, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle)?.is_some_and(|record| record.as_slice() < key.as_slice()) {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        let mut found = Vec::new();
        for index in from..from.saturating_add(count) {
            match self.get(index)? {
                Some(record) if record.starts_with(&key) => found.push(record),
                _ => break,
            }
        }
        Ok(found)
    }

    /// All records, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = io::Result<[u8; N]>> {
        let (held, rest) = match self {
            Self::Memory(records) => (records.as_slice(), None),
            Self::File { file, records } => (&[][..], Some(Run::stored(file, 0, *records, READ_BYTES))),
        };
        let mut rest = rest;
        let stored = std::iter::from_fn(move || rest.as_mut()?.next().transpose());
        held.iter().map(|record| Ok(*record)).chain(stored)
    }

    fn len(&self) -> u64 {
        match self {
            Self::Memory(records) => wide(records.len()),
            Self::File { records, .. } => *records,
        }
    }

    fn get(&self, index: u64) -> io::Result<Option<[u8; N]>> {
        match self {
            Self::Memory(records) => {
                Ok(usize::try_from(index).ok().and_then(|index| records.get(index)).copied())
            }
            Self::File { file, records } if index < *records => {
                let mut record = [[0_u8; N]];
                read_at(file, index, &mut record)?;
                Ok(record.first().copied())
            }
            Self::File { .. } => Ok(None),
        }
    }
}

/// Reads records from the one of that number on.
fn read_at<const N: usize>(mut file: &File, index: u64, records: &mut [[u8; N]]) -> io::Result<()> {
    file.seek(SeekFrom::Start(index.saturating_mul(wide(N))))?;
    file.read_exact(records.as_flattened_mut())
}

/// Sorted records, a few of them in memory.
#[derive(Debug)]
struct Run<const N: usize> {
    held: Vec<[u8; N]>,
    /// How many of those have been given out.
    given: usize,
    /// Where the others are: the file, the number of the first of them, and of the one behind the last.
    rest: Option<(Arc<File>, u64, u64)>,
    /// About how many bytes of them are read at once.
    read_bytes: usize,
}

impl<const N: usize> Run<N> {
    const fn of(held: Vec<[u8; N]>) -> Self {
        Self { held, given: 0, rest: None, read_bytes: READ_BYTES }
    }

    fn stored(file: &Arc<File>, at: u64, records: u64, read_bytes: usize) -> Self {
        let rest = Some((Arc::clone(file), at, at.saturating_add(records)));
        Self { held: Vec::new(), given: 0, rest, read_bytes }
    }

    fn next(&mut self) -> io::Result<Option<[u8; N]>> {
        if self.given == self.held.len() {
            self.fetch()?;
        }
        let next = self.held.get(self.given).copied();
        self.given = self.given.saturating_add(usize::from(next.is_some()));
        Ok(next)
    }

    fn fetch(&mut self) -> io::Result<()> {
        let Some((file, at, end)) = &mut self.rest else { return Ok(()) };
        let left = usize::try_from(end.saturating_sub(*at)).unwrap_or(usize::MAX);
        let count = self.read_bytes.checked_div(N).unwrap_or(1).max(1).min(left);
        self.held.resize(count, [0; N]);
        self.given = 0;
        read_at(file, *at, &mut self.held)?;
        *at = at.saturating_add(wide(count));
        Ok(())
    }
}

/// Records in ascending order, out of several sorted runs.
#[derive(Debug)]
pub(crate) struct Sorted<const N: usize> {
    runs: Vec<Run<N>>,
    /// The next record of each run that has one.
    heap: BinaryHeap<Reverse<([u8; N], usize)>>,
    last: Option<[u8; N]>,
    duplicate: Option<[u8; N]>,
}

/// Ids in ascending order.
pub(crate) type SortedIds = Sorted<ID_BYTES>;

impl SortedIds {
    /// Whether `id` is among them. Must be asked in ascending order.
    pub(crate) fn contains(&mut self, id: EntityId) -> io::Result<bool> {
        let id = id.to_bytes();
        while let Some(next) = self.peek() {
            if next >= id {
                return Ok(next == id);
            }
            self.pass()?;
        }
        Ok(false)
    }

    /// The first id that was added twice, if there is one.
    pub(crate) fn duplicate(&mut self) -> io::Result<Option<EntityId>> {
        while self.duplicate.is_none() && self.pass()?.is_some() {}
        Ok(self.duplicate.map(EntityId::from_bytes))
    }
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = io::Result<[u8; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pass().transpose()
    }
}

impl<const N: usize> Sorted<N> {
    /// The next record, which stays the next one.
    pub(crate) fn peek(&self) -> Option<[u8; N]> {
        self.heap.peek().map(|Reverse((next, _))| *next)
    }

    fn pass(&mut self) -> io::Result<Option<[u8; N]>> {
        let Some(mut top) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((passed, index)) = &mut *top;
        let record = *passed;
        match self.runs.get_mut(*index).map(Run::next).transpose()?.flatten() {
            Some(next) => *passed = next,
            None => drop(PeekMut::pop(top)),
        }
        if self.last.replace(record) == Some(record) {
            self.duplicate.get_or_insert(record);
        }
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_exactly_what_was_added() {
        let id = |n: u64| {
            let mut bytes = [0_u8; 16];
            bytes[8..].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
            EntityId::from_bytes(bytes)
        };
        let mut spill = IdSpill::default();
        let count = 1_200_000;
        for n in (0..count).filter(|n| n % 2 == 0) {
            spill.add(id(n)).unwrap();
        }
        let mut all: Vec<_> = (0..count).map(|n| (id(n), n % 2 == 0)).collect();
        all.sort_unstable();
        let mut sorted = spill.sorted().unwrap();
        for (id, expected) in all {
            assert_eq!(sorted.contains(id).unwrap(), expected);
        }
        assert_eq!(sorted.duplicate().unwrap(), None);
    }

    #[test]
    fn records_are_sorted_by_their_bytes() {
        fn check<const N: usize>() {
            let byte = |n: usize| u8::try_from(n * n * 31 % 251 % 3).unwrap();
            let mut records: Vec<[u8; N]> =
                (0..200).map(|n| std::array::from_fn(|at| byte(n + at))).collect();
            let mut expected = records.clone();
            expected.sort_unstable();
            sort(&mut records);
            assert_eq!(records, expected);
        }
        check::<3>();
        check::<8>();
        check::<17>();
    }

    #[test]
    fn finds_what_was_added_twice() {
        let id = |n: u8| EntityId::from_bytes([n; 16]);
        for asked in [None, Some(id(2)), Some(id(9))] {
            let mut spill = IdSpill::default();
            [3, 1, 2, 5, 3, 4].iter().for_each(|n| spill.add(id(*n)).unwrap());
            let mut sorted = spill.sorted().unwrap();
            asked.map(|id| sorted.contains(id).unwrap());
            assert_eq!(sorted.duplicate().unwrap(), Some(id(3)));
        }
    }

    #[test]
    fn tables_find_records_in_memory_and_in_files() {
        for run_bytes in [usize::MAX, 17 * 10, 17] {
            let mut spill = Spill::<17> { run_bytes, ..Spill::default() };
            let record = |n: u8| {
                let mut record = [n; 17];
                record[16] = n.wrapping_mul(7);
                record
            };
            for n in (0..=250).rev().step_by(2) {
                spill.push(record(n)).unwrap();
            }
            let table = spill.into_table().unwrap();
            assert_eq!(matches!(table, Table::File { .. }), run_bytes < usize::MAX);
            assert!(!table.is_empty());
            for n in 0..=255 {
                let found = table.find(EntityId::from_bytes([n; 16])).unwrap();
                assert_eq!(found, (n <= 250 && n % 2 == 0).then(|| record(n)), "{n}");
            }
        }
        assert!(Spill::<17>::default().into_table().unwrap().is_empty());
    }
}

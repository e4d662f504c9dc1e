//! Sets of ids, and tables by id, that may be larger than memory: sorted runs in temporary files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use dss_model::EntityId;
use tempfile::tempfile;

/// Bytes that are kept in memory before they are written out: 16 MiB.
const RUN_BYTES: usize = 16 << 20;
/// Bytes of an id.
const ID_BYTES: usize = 16;

/// Collects records of `N` bytes in any order, and gives them back sorted.
#[derive(Debug)]
pub(crate) struct Spill<const N: usize> {
    current: Vec<[u8; N]>,
    runs: Vec<File>,
    run_bytes: usize,
}

/// Collects ids.
pub(crate) type IdSpill = Spill<ID_BYTES>;

impl<const N: usize> Default for Spill<N> {
    fn default() -> Self {
        Self { current: Vec::new(), runs: Vec::new(), run_bytes: RUN_BYTES }
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
        self.current.sort_unstable();
        self.runs.push(write_all(self.current.iter().map(|record| Ok(*record)))?);
        self.current.clear();
        Ok(())
    }

    /// The records, sorted.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted<N>> {
        self.current.sort_unstable();
        let mut sources: Vec<Records<N>> = vec![Box::new(self.current.into_iter().map(Ok))];
        for mut run in self.runs {
            let records = count::<N>(&run)?;
            run.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::new(run);
            sources.push(Box::new((0..records).map(move |_| {
                let mut record = [0_u8; N];
                reader.read_exact(&mut record).map(|()| record)
            })));
        }
        let mut sorted = Sorted { sources, heap: BinaryHeap::new(), last: None, duplicate: None };
        for index in 0..sorted.sources.len() {
            sorted.advance(index)?;
        }
        Ok(sorted)
    }

    /// The records, to be looked up by the id that they start with.
    pub(crate) fn into_table(mut self) -> io::Result<Table<N>> {
        if self.runs.is_empty() {
            self.current.sort_unstable();
            return Ok(Table::Memory(self.current));
        }
        let file = write_all(self.sorted()?)?;
        Ok(Table::File { records: count::<N>(&file)?, file })
    }
}

type Records<const N: usize> = Box<dyn Iterator<Item = io::Result<[u8; N]>>>;

fn write_all<const N: usize>(records: impl Iterator<Item = io::Result<[u8; N]>>) -> io::Result<File> {
    let mut out = BufWriter::new(tempfile()?);
    for record in records {
        out.write_all(&record?)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Records in a file that holds nothing else.
fn count<const N: usize>(file: &File) -> io::Result<u64> {
    let size = u64::try_from(N).unwrap_or(u64::MAX);
    Ok(file.metadata()?.len().checked_div(size).unwrap_or(0))
}

/// Records by the id that they start with.
#[derive(Debug)]
pub(crate) enum Table<const N: usize> {
    Memory(Vec<[u8; N]>),
    File { file: File, records: u64 },
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

    fn len(&self) -> u64 {
        match self {
            Self::Memory(records) => u64::try_from(records.len()).unwrap_or(u64::MAX),
            Self::File { records, .. } => *records,
        }
    }

    fn get(&self, index: u64) -> io::Result<Option<[u8; N]>> {
        match self {
            Self::Memory(records) => {
                Ok(usize::try_from(index).ok().and_then(|index| records.get(index)).copied())
            }
            Self::File { file, records } if index < *records => read_at(file, index).map(Some),
            Self::File { .. } => Ok(None),
        }
    }
}

fn read_at<const N: usize>(mut file: &File, index: u64) -> io::Result<[u8; N]> {
    let mut record = [0_u8; N];
    file.seek(SeekFrom::Start(index.saturating_mul(u64::try_from(N).unwrap_or(u64::MAX))))?;
    file.read_exact(&mut record)?;
    Ok(record)
}

/// Records in ascending order, out of several sorted runs.
pub(crate) struct Sorted<const N: usize> {
    sources: Vec<Records<N>>,
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
        while let Some(Reverse((next, index))) = self.heap.peek().copied() {
            if next >= id {
                return Ok(next == id);
            }
            self.pass(next, index)?;
        }
        Ok(false)
    }

    /// The first id that was added twice, if there is one.
    pub(crate) fn duplicate(&mut self) -> io::Result<Option<EntityId>> {
        while self.duplicate.is_none()
            && let Some(Reverse((next, index))) = self.heap.peek().copied()
        {
            self.pass(next, index)?;
        }
        Ok(self.duplicate.map(EntityId::from_bytes))
    }
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = io::Result<[u8; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((next, index)) = self.heap.peek().copied()?;
        Some(self.pass(next, index).map(|()| next))
    }
}

impl<const N: usize> Sorted<N> {
    fn pass(&mut self, next: [u8; N], index: usize) -> io::Result<()> {
        self.heap.pop();
        if self.last.replace(next) == Some(next) {
            self.duplicate.get_or_insert(next);
        }
        self.advance(index)
    }

    fn advance(&mut self, index: usize) -> io::Result<()> {
        if let Some(next) = self.sources.get_mut(index).and_then(Iterator::next) {
            self.heap.push(Reverse((next?, index)));
        }
        Ok(())
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

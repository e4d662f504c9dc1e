//! A set of ids that may be larger than memory: sorted runs in a temporary file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use dss_model::EntityId;
use tempfile::tempfile;

/// Ids that are kept in memory before they are written out: 16 MiB.
const RUN_IDS: usize = 1 << 20;
/// Bytes of one id.
const ID_BYTES: u64 = 16;

/// Collects ids in any order, and gives them back sorted.
#[derive(Debug, Default)]
pub(crate) struct IdSpill {
    current: Vec<[u8; 16]>,
    runs: Vec<std::fs::File>,
}

impl IdSpill {
    pub(crate) fn add(&mut self, id: EntityId) -> io::Result<()> {
        self.current.push(id.to_bytes());
        if self.current.len() < RUN_IDS {
            return Ok(());
        }
        self.current.sort_unstable();
        let mut out = BufWriter::new(tempfile()?);
        self.current.iter().try_for_each(|id| out.write_all(id))?;
        self.runs.push(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.current.clear();
        Ok(())
    }

    /// The ids, sorted.
    pub(crate) fn sorted(mut self) -> io::Result<SortedIds> {
        self.current.sort_unstable();
        let mut sources: Vec<Box<dyn Iterator<Item = io::Result<[u8; 16]>>>> =
            vec![Box::new(self.current.into_iter().map(Ok))];
        for mut run in self.runs {
            let ids = run.stream_position()?.checked_div(ID_BYTES).unwrap_or(0);
            run.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::new(run);
            sources.push(Box::new((0..ids).map(move |_| {
                let mut id = [0_u8; 16];
                reader.read_exact(&mut id).map(|()| id)
            })));
        }
        let mut sorted = SortedIds { sources, heap: BinaryHeap::new(), last: None, duplicate: None };
        for index in 0..sorted.sources.len() {
            sorted.advance(index)?;
        }
        Ok(sorted)
    }
}

/// Ids in ascending order, out of several sorted runs.
pub(crate) struct SortedIds {
    sources: Vec<Box<dyn Iterator<Item = io::Result<[u8; 16]>>>>,
    heap: BinaryHeap<Reverse<([u8; 16], usize)>>,
    last: Option<[u8; 16]>,
    duplicate: Option<[u8; 16]>,
}

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

    fn pass(&mut self, next: [u8; 16], index: usize) -> io::Result<()> {
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
}

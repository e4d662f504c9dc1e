//! Sorting more records than fit into memory: sorted runs in temporary files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use tempfile::tempfile;

/// Bytes of records that are kept in memory before they are written out.
const RUN_BYTES: usize = 8 << 20;

/// What is sorted: by key, then by what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    pub(super) key: Vec<u8>,
    pub(super) payload: Vec<u8>,
}

impl Record {
    fn bytes(&self) -> usize {
        self.key.len().saturating_add(self.payload.len()).saturating_add(size_of::<Self>())
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for part in [&self.key, &self.payload] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            out.write_all(&length.to_le_bytes())?;
            out.write_all(part)?;
        }
        Ok(())
    }

    /// Reads a record; `None` at the end.
    fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let mut length = [0_u8; 4];
        match source.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let key = read_part(source, length)?;
        source.read_exact(&mut length)?;
        Ok(Some(Self { key, payload: read_part(source, length)? }))
    }
}

fn read_part(source: &mut impl Read, length: [u8; 4]) -> io::Result<Vec<u8>> {
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    let mut part = vec![0; length];
    source.read_exact(&mut part)?;
    Ok(part)
}

/// Takes records in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    current: Vec<Record>,
    current_bytes: usize,
    run_bytes: usize,
    runs: Vec<File>,
}

impl Default for Sorter {
    fn default() -> Self {
        Self { current: Vec::new(), current_bytes: 0, run_bytes: RUN_BYTES, runs: Vec::new() }
    }
}

impl Sorter {
    pub(super) fn add(&mut self, key: Vec<u8>, payload: Vec<u8>) -> io::Result<()> {
        let record = Record { key, payload };
        self.current_bytes = self.current_bytes.saturating_add(record.bytes());
        self.current.push(record);
        if self.current_bytes < self.run_bytes {
            return Ok(());
        }
        self.current.sort_unstable();
        let mut out = BufWriter::new(tempfile()?);
        self.current.iter().try_for_each(|record| record.write(&mut out))?;
        self.runs.push(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.current.clear();
        self.current_bytes = 0;
        Ok(())
    }

    pub(super) fn sorted(mut self) -> Sorted {
        self.current.sort_unstable();
        Sorted { current: self.current, runs: self.runs }
    }
}

/// Records that can be read in order, as often as needed.
#[derive(Debug)]
pub(super) struct Sorted {
    current: Vec<Record>,
    runs: Vec<File>,
}

impl Sorted {
    /// All records in order, those that are equal once.
    pub(super) fn pass(&mut self) -> io::Result<Pass<'_>> {
        let mut sources: Vec<Box<dyn Iterator<Item = io::Result<Record>> + '_>> =
            vec![Box::new(self.current.iter().cloned().map(Ok))];
        for run in &mut self.runs {
            run.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::new(&*run);
            sources.push(Box::new(std::iter::from_fn(move || Record::read(&mut reader).transpose())));
        }
        let mut pass = Pass { sources, heap: BinaryHeap::new(), last: None };
        for index in 0..pass.sources.len() {
            pass.advance(index)?;
        }
        Ok(pass)
    }
}

/// One reading of sorted records.
pub(super) struct Pass<'a> {
    sources: Vec<Box<dyn Iterator<Item = io::Result<Record>> + 'a>>,
    heap: BinaryHeap<Reverse<(Record, usize)>>,
    last: Option<Record>,
}

impl Pass<'_> {
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        while let Some(Reverse((record, index))) = self.heap.pop() {
            self.advance(index)?;
            if self.last.as_ref() != Some(&record) {
                self.last = Some(record.clone());
                return Ok(Some(record));
            }
        }
        Ok(None)
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
    fn records_come_back_sorted_as_often_as_asked_whether_they_fit_or_not() {
        for run_bytes in [200, 4_000, usize::MAX] {
            let mut sorter = Sorter { run_bytes, ..Sorter::default() };
            let mut expected = Vec::new();
            for n in 0..500_u32 {
                let key = (n.wrapping_mul(2_654_435_761) % 97).to_be_bytes().to_vec();
                let payload = vec![7; usize::try_from(n % 5).unwrap()];
                expected.push(Record { key: key.clone(), payload: payload.clone() });
                sorter.add(key, payload).unwrap();
            }
            expected.sort();
            expected.dedup();
            let mut sorted = sorter.sorted();
            for _ in 0..2 {
                let mut pass = sorted.pass().unwrap();
                let mut found = Vec::new();
                while let Some(record) = pass.next().unwrap() {
                    found.push(record);
                }
                assert_eq!(found, expected, "{run_bytes}");
            }
        }
    }
}

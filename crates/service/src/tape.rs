//! What is noted now and done later, in order, however much it is: on disk when it is much.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;

/// Bytes of one tape that are kept in memory.
const MEMORY_BYTES: usize = 256 << 10;

/// Items in the order in which they were noted.
#[derive(Debug)]
pub(crate) struct Tape<T> {
    out: Option<BufWriter<SpooledTempFile>>,
    items: PhantomData<T>,
}

impl<T> Default for Tape<T> {
    fn default() -> Self {
        Self { out: None, items: PhantomData }
    }
}

impl<T> Tape<T> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.out.is_none()
    }
}

impl<T: Serialize + DeserializeOwned> Tape<T> {
    pub(crate) fn push(&mut self, item: &T) -> io::Result<()> {
        let out = self.out.get_or_insert_with(|| BufWriter::new(SpooledTempFile::new(MEMORY_BYTES)));
        serde_json::to_writer(&mut *out, item)?;
        out.write_all(b"\n")
    }

    /// The items, first noted, first done.
    pub(crate) fn play(self) -> io::Result<impl Iterator<Item = io::Result<T>>> {
        let file = match self.out {
            Some(out) => {
                let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                Some(file)
            }
            None => None,
        };
        let lines = file.into_iter().flat_map(|file| BufReader::new(file).lines());
        Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
    }
}

/// Items by how deep they stand in groups: those further up are done first.
#[derive(Debug)]
pub(crate) struct Levels<T>(BTreeMap<usize, Tape<T>>);

impl<T> Default for Levels<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Levels<T> {
    pub(crate) fn push(&mut self, depth: usize, item: &T) -> io::Result<()> {
        self.0.entry(depth).or_default().push(item)
    }

    /// The items, the least deep first.
    pub(crate) fn play(self) -> impl Iterator<Item = io::Result<T>> {
        self.0.into_values().flat_map(|tape| {
            let (items, error) = match tape.play() {
                Ok(items) => (Some(items), None),
                Err(error) => (None, Some(Err(error))),
            };
            items.into_iter().flatten().chain(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_in_order_from_memory_and_disk() {
        for count in [0_u32, 3, 100_000] {
            let mut tape = Tape::default();
            let item = |n: u32| (n, format!("a\n\"{n}"));
            (0..count).for_each(|n| tape.push(&item(n)).unwrap());
            let back: Vec<(u32, String)> = tape.play().unwrap().collect::<Result<_, _>>().unwrap();
            assert!(back == (0..count).map(item).collect::<Vec<_>>());
        }
    }

    #[test]
    fn those_further_up_come_first() {
        let mut levels = Levels::default();
        for (depth, item) in [(2, 'd'), (0, 'a'), (2, 'e'), (1, 'b'), (1, 'c')] {
            levels.push(depth, &item).unwrap();
        }
        assert_eq!(levels.play().collect::<Result<String, _>>().unwrap(), "abcde");
    }
}

//! Little-endian fields (APPNOTE 4.1.8: all values are) and a bounded window over the source.

use std::io;

use crate::source::{ReadAt, read_exact_at};

/// Takes fixed-size fields off the front of a byte slice.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }
}

/// A sliding view of `[.., end)` that holds at most one chunk, or one record if that is longer (about 192 KiB).
pub(crate) struct Window<'s, S: ?Sized> {
    source: &'s S,
    end: u64,
    chunk: usize,
    start: u64,
    held: Vec<u8>,
}

impl<'s, S: ReadAt + ?Sized> Window<'s, S> {
    pub(crate) fn new(source: &'s S, end: u64, chunk: usize) -> Self {
        Self { source, end, chunk, start: 0, held: Vec::new() }
    }

    /// Returns `len` bytes at `offset`, or `None` if they do not all lie before the end.
    pub(crate) fn get(&mut self, offset: u64, len: usize) -> io::Result<Option<&[u8]>> {
        let left = self.end.saturating_sub(offset);
        if u64::try_from(len).map_or(true, |len| len > left) {
            return Ok(None);
        }
        if self.held_at(offset, len).is_none() {
            let wanted = usize::try_from(left).map_or(self.chunk, |left| self.chunk.min(left)).max(len);
            self.held.resize(wanted, 0);
            self.start = offset;
            if let Err(error) = read_exact_at(self.source, &mut self.held, offset) {
                self.held.clear();
                return Err(error);
            }
        }
        Ok(self.held_at(offset, len))
    }

    fn held_at(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.held.get(from..from.checked_add(len)?)
    }
}

/// The record signatures of APPNOTE 4.3 that may not appear where no record starts.
const RECORD_TYPES: [[u8; 2]; 6] = [[1, 2], [3, 4], [5, 6], [6, 6], [6, 7], [7, 8]];

/// Finds the first signature among `PK12 PK34 PK56 PK66 PK67`, and `PK78` if `descriptors` is set.
pub(crate) fn find_signature(bytes: &[u8], descriptors: bool) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"PK").find(|&at| {
        let kind = at.checked_add(2).and_then(|from| bytes.get(from..)).and_then(<[u8]>::first_chunk::<2>);
        kind.is_some_and(|kind| RECORD_TYPES.contains(kind) && (descriptors || *kind != [7, 8]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_slides_and_stops() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut window = Window::new(&bytes, 200, 16);
        assert_eq!(window.get(0, 4).unwrap().unwrap(), &[0, 1, 2, 3]);
        assert_eq!(window.get(14, 4).unwrap().unwrap(), &[14, 15, 16, 17]);
        assert_eq!(window.get(100, 40).unwrap().unwrap().len(), 40);
        assert_eq!(window.get(196, 4).unwrap().unwrap(), &[196, 197, 198, 199]);
        assert!(window.get(197, 4).unwrap().is_none());
        assert!(window.get(u64::MAX, 1).unwrap().is_none());
    }

    #[test]
    fn signatures_are_found_wherever_they_are() {
        assert_eq!(find_signature(b"xxPK\x01\x02", false), Some(2));
        assert_eq!(find_signature(b"PKPK\x06\x07", false), Some(2));
        assert_eq!(find_signature(b"PK\x07\x08", false), None);
        assert_eq!(find_signature(b"PK\x07\x08", true), Some(0));
        assert_eq!(find_signature(b"PK\x05", true), None);
        assert_eq!(find_signature(b"PK\x05\x05", true), None);
    }
}

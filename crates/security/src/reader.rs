//! Stage D: an entry's data, held to its claimed size, end of stream and CRC while it is read.

use std::fmt;
use std::io::{self, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::entry::{EntryInfo, Method};
use crate::error::{ReadError, Refusal};
use crate::rule::Rule;
use crate::source::{ReadAt, read_some_at};

/// Bytes of compressed data that are held at once.
const INPUT_BYTES: u64 = 32 * 1024;

/// Beginnings of archives that P-nested refuses: zip (three kinds), rar, 7z.
const ARCHIVE_MAGICS: &[&[u8]] =
    &[b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"];
/// The longest of them.
const MAGIC_BYTES: u64 = 6;

/// Reads one entry, never more than its claimed size.
///
/// The last byte is handed out only after size, end of stream and CRC have been found right: whoever reads to the
/// claimed size has had every check, also without another call that returns 0. After an error every further call fails.
pub struct EntryReader<'a, S> {
    source: &'a S,
    entry: &'a EntryInfo,
    inflate: Option<Box<Decompress>>,
    input: Vec<u8>,
    /// The unread part of `input`.
    input_at: usize,
    /// Compressed bytes that were not yet fetched, and where they start.
    input_left: u64,
    input_offset: u64,
    /// Uncompressed bytes that were not yet handed out.
    left: u64,
    crc: Crc,
    /// The first bytes, when they were read ahead to look for nested archives.
    head: [u8; 6],
    head_bytes: usize,
    head_at: usize,
    refuses_nested: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Reading,
    Done,
    Failed,
}

impl<S> fmt::Debug for EntryReader<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("EntryReader");
        debug.field("entry", &self.entry.index).field("left", &self.left).field("state", &self.state);
        debug.finish_non_exhaustive()
    }
}

impl<'a, S: ReadAt> EntryReader<'a, S> {
    pub(crate) fn new(source: &'a S, entry: &'a EntryInfo, refuses_nested: bool) -> Self {
        let inflate = (entry.method == Method::Deflate).then(|| Box::new(Decompress::new(false)));
        Self {
            source,
            entry,
            inflate,
            input: Vec::new(),
            input_at: 0,
            input_left: entry.compressed_size,
            input_offset: entry.data_offset,
            left: entry.size,
            crc: Crc::new(),
            head: [0; 6],
            head_bytes: 0,
            head_at: 0,
            refuses_nested,
            state: State::Fresh,
        }
    }

    /// Reads and checks whatever is left, and throws it away.
    pub(crate) fn drain(mut self) -> Result<(), ReadError> {
        let mut buf = vec![0; 32 * 1024];
        while self.read_checked(&mut buf)? != 0 {}
        Ok(())
    }

    /// Returns the entry that is being read.
    pub fn entry(&self) -> &'a EntryInfo {
        self.entry
    }

    fn refuse(&self, rule: Rule, found: impl fmt::Display, expected: impl fmt::Display) -> ReadError {
        Refusal::new(rule, found, expected).in_entry(self.entry.index, self.entry.name.as_bytes()).into()
    }

    fn read_checked(&mut self, buf: &mut [u8]) -> Result<usize, ReadError> {
        if self.state == State::Failed {
            return Err(self.refuse(Rule::CorruptData, "an entry that failed before", "no further reads"));
        }
        let result = self.read_from_head(buf);
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    /// Serves the bytes that were read ahead first, then the rest.
    fn read_from_head(&mut self, buf: &mut [u8]) -> Result<usize, ReadError> {
        if self.state == State::Fresh {
            self.state = State::Reading;
            self.read_head()?;
        }
        let ahead = self.head.get(self.head_at..self.head_bytes).unwrap_or_default();
        if ahead.is_empty() {
            return self.read_body(buf);
        }
        let count = ahead.len().min(buf.len());
        buf.iter_mut().zip(ahead).for_each(|(to, from)| *to = *from);
        self.head_at = self.head_at.saturating_add(count);
        Ok(count)
    }

    /// P-nested.
    fn read_head(&mut self) -> Result<(), ReadError> {
        if self.left == 0 {
            return self.read_body(&mut []).map(|_| ());
        }
        if !self.refuses_nested {
            return Ok(());
        }
        let wanted = usize::try_from(self.left.min(MAGIC_BYTES)).unwrap_or_default();
        let mut head = [0; 6];
        while let Some(room) = head.get_mut(self.head_bytes..wanted).filter(|room| !room.is_empty()) {
            let count = self.read_body(room)?;
            self.head_bytes = self.head_bytes.saturating_add(count);
        }
        self.head = head;
        if let Some(magic) = ARCHIVE_MAGICS.iter().find(|magic| head.starts_with(magic)) {
            let found = format_args!("data that starts like {}", magic.escape_ascii());
            return Err(self.refuse(Rule::NestedArchive, found, "no archive"));
        }
        Ok(())
    }

    /// Reads from the stream; at the last byte makes sure that it is the last.
    fn read_body(&mut self, buf: &mut [u8]) -> Result<usize, ReadError> {
        if self.state == State::Done || (buf.is_empty() && self.left > 0) {
            return Ok(0);
        }
        let room = usize::try_from(self.left).map_or(buf.len(), |left| left.min(buf.len()));
        let buf = buf.get_mut(..room).unwrap_or_default();
        let count = if self.inflate.is_some() { self.inflate(buf)? } else { self.copy(buf)? };
        self.crc.update(buf.get(..count).unwrap_or_default());
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        if self.left == 0 {
            self.finish()?;
            self.state = State::Done;
        }
        Ok(count)
    }

    fn copy(&mut self, buf: &mut [u8]) -> Result<usize, ReadError> {
        if buf.is_empty() {
            return Ok(0);
        }
        let count = read_some_at(self.source, buf, self.input_offset)?;
        let moved = u64::try_from(count).unwrap_or(u64::MAX);
        self.input_offset = self.input_offset.saturating_add(moved);
        self.input_left = self.input_left.saturating_sub(moved);
        Ok(count)
    }

    /// Inflates some bytes into `buf`, which is not empty unless the entry is.
    fn inflate(&mut self, buf: &mut [u8]) -> Result<usize, ReadError> {
        loop {
            if buf.is_empty() {
                return Ok(0);
            }
            let (count, status) = self.inflate_once(buf)?;
            if count > 0 {
                return Ok(count);
            }
            if status == Status::StreamEnd {
                let found = format_args!("{} bytes less", self.left);
                return Err(self.refuse(Rule::WrongSize, found, format_args!("{} bytes", self.entry.size)));
            }
        }
    }

    /// One step of the decoder. No progress and no input left means that the stream is cut off.
    fn inflate_once(&mut self, buf: &mut [u8]) -> Result<(usize, Status), ReadError> {
        self.fill_input()?;
        let input = self.input.get(self.input_at..).unwrap_or_default();
        let Some(inflate) = &mut self.inflate else { return Ok((0, Status::StreamEnd)) };
        let (in_before, out_before) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(input, buf, FlushDecompress::None);
        let used = usize::try_from(inflate.total_in().saturating_sub(in_before)).unwrap_or(usize::MAX);
        let made = usize::try_from(inflate.total_out().saturating_sub(out_before)).unwrap_or(usize::MAX);
        self.input_at = self.input_at.saturating_add(used).min(self.input.len());
        let Ok(status) = status else {
            return Err(self.refuse(Rule::CorruptData, "invalid deflate data", "a deflate stream"));
        };
        if used == 0 && made == 0 && status != Status::StreamEnd {
            return Err(self.refuse(
                Rule::CorruptData,
                "a deflate stream that is cut off",
                "its final block",
            ));
        }
        Ok((made.min(buf.len()), status))
    }

    /// Fetches the next compressed bytes when all fetched ones are used up.
    fn fill_input(&mut self) -> Result<(), ReadError> {
        if self.input_at < self.input.len() || self.input_left == 0 {
            return Ok(());
        }
        let bytes = self.input_left.min(INPUT_BYTES);
        self.input.resize(usize::try_from(bytes).unwrap_or_default(), 0);
        self.input_at = 0;
        let count = read_some_at(self.source, &mut self.input, self.input_offset)?;
        self.input.truncate(count);
        let moved = u64::try_from(count).unwrap_or(u64::MAX);
        self.input_offset = self.input_offset.saturating_add(moved);
        self.input_left = self.input_left.saturating_sub(moved);
        Ok(())
    }

    /// D1 and D2: the stream ends exactly here, nothing is left over, and the CRC is right (also when it is 0).
    fn finish(&mut self) -> Result<(), ReadError> {
        if self.inflate.is_some() {
            let mut probe = [0; 1];
            loop {
                let (count, status) = self.inflate_once(&mut probe)?;
                if count > 0 {
                    let expected = format_args!("{} bytes", self.entry.size);
                    return Err(self.refuse(Rule::WrongSize, "more data", expected));
                }
                if status == Status::StreamEnd {
                    break;
                }
            }
        }
        let fetched = u64::try_from(self.input.len().saturating_sub(self.input_at)).unwrap_or(u64::MAX);
        let unused = self.input_left.saturating_add(fetched);
        if unused != 0 {
            let found = format_args!("{unused} bytes after the end of the data");
            return Err(self.refuse(Rule::TrailingData, found, "none"));
        }
        let (found, expected) = (self.crc.sum(), self.entry.crc32);
        if found != expected {
            let found = format_args!("{found:08x}");
            return Err(self.refuse(Rule::ChecksumMismatch, found, format_args!("{expected:08x}")));
        }
        Ok(())
    }
}

impl<S: ReadAt> Read for EntryReader<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        Ok(self.read_checked(buf)?)
    }
}

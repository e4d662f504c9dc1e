//! Bytes of a JSON document, one bounded window at a time.

use std::io::{self, Read};

use dss_model::{JsonError, JsonErrorKind, JsonLimits, JsonParser, JsonText};
use memchr::memchr_iter;

use crate::scan::{self, Extent, Scan};

/// Bytes that are read ahead at least.
const CHUNK: usize = 64 << 10;

/// What ended a read: the reader failed, or the text is at fault.
#[derive(Debug)]
pub(crate) enum SourceError {
    Io(io::Error),
    Json(JsonError),
    /// One item is larger than the limit, in bytes; the line it starts on.
    TooLarge {
        limit: usize,
        line: u64,
    },
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A window on a JSON document that knows where it stands.
///
/// It never holds more than one item and a chunk, however long the document is.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Start of what is not consumed yet.
    at: usize,
    is_done: bool,
    /// Position of `at` in the document.
    offset: u64,
    line: u64,
    column: u64,
    item_bytes: usize,
    parser: JsonParser,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(reader: R, item_bytes: usize, limits: JsonLimits) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            at: 0,
            is_done: false,
            offset: 0,
            line: 1,
            column: 0,
            item_bytes,
            parser: JsonParser::new(limits),
        }
    }

    /// The line that comes next, from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Skips a byte order mark; true if there was one.
    pub(crate) fn skip_bom(&mut self) -> Result<bool, SourceError> {
        while self.window().len() < 3 && self.fill()? {}
        let has_bom = self.window().starts_with(b"\xef\xbb\xbf");
        if has_bom {
            self.consume(3);
        }
        Ok(has_bom)
    }

    /// The next byte that is not white space, without consuming it.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, SourceError> {
        loop {
            let space = scan::space(self.window());
            self.consume(space);
            if let Some(&byte) = self.window().first() {
                return Ok(Some(byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Consumes the next byte, which must be `expected`.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<(), SourceError> {
        match self.peek()? {
            Some(byte) if byte == expected => {
                self.consume(1);
                Ok(())
            }
            Some(byte) => Err(self.fault(JsonErrorKind::UnexpectedByte(byte))),
            None => Err(self.fault(JsonErrorKind::UnexpectedEnd)),
        }
    }

    /// Reads one value whole.
    pub(crate) fn value(&mut self) -> Result<JsonText, SourceError> {
        self.peek()?;
        let length = self.extent(scan::value)?;
        let length = length.unwrap_or(self.window().len());
        self.take(length)
    }

    /// Reads a key and the colon behind it.
    pub(crate) fn key(&mut self) -> Result<String, SourceError> {
        match self.peek()? {
            Some(b'"') => {}
            Some(byte) => return Err(self.fault(JsonErrorKind::UnexpectedByte(byte))),
            None => return Err(self.fault(JsonErrorKind::UnexpectedEnd)),
        }
        let length = self.extent(scan::value)?.unwrap_or(self.window().len());
        let too_long = length.saturating_sub(2) > self.parser.limits().key_bytes;
        if too_long {
            return Err(self.fault(JsonErrorKind::KeyTooLong));
        }
        let fits = length <= self.item_bytes && length.saturating_sub(2) <= self.parser.limits().string_bytes;
        let name = match plain_string(self.window().get(..length).unwrap_or_default()) {
            Some(name) if fits => {
                let name = name.to_owned();
                self.consume(length);
                name
            }
            _ => self.take(length)?.get_ref().string().unwrap_or_default().into_owned(),
        };
        self.expect(b':')?;
        Ok(name)
    }

    /// Reads the object that comes next whole, unless a child is found in it first.
    ///
    /// `None` leaves the object unread: it is a scope, to be walked member by member.
    pub(crate) fn leaf(&mut self) -> Result<Option<JsonText>, SourceError> {
        match self.extent(scan::leaf)? {
            Some(length) => self.take(length).map(Some),
            None => Ok(None),
        }
    }

    /// The error `kind` at the current position.
    pub(crate) fn fault(&self, kind: JsonErrorKind) -> SourceError {
        let (offset, line, column) = (self.offset, self.line, self.column.saturating_add(1));
        SourceError::Json(JsonError { kind, offset, line, column })
    }

    /// Runs `measure` over a window that grows until it is content; `None` if it found a child.
    fn extent(&mut self, measure: impl Fn(&[u8]) -> Scan) -> Result<Option<usize>, SourceError> {
        loop {
            match measure(self.window()) {
                Ok(Extent::Whole(length)) => return Ok(Some(length)),
                Ok(Extent::HasChild) => return Ok(None),
                Ok(Extent::Unfinished) => {
                    if self.window().len() > self.item_bytes {
                        return Err(SourceError::TooLarge { limit: self.item_bytes, line: self.line });
                    }
                    if !self.fill()? {
                        // Let the parser say what is missing, and where.
                        return Ok(Some(self.window().len()));
                    }
                }
                Err((kind, at)) => {
                    self.consume(at);
                    return Err(self.fault(kind));
                }
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<JsonText, SourceError> {
        if length > self.item_bytes {
            return Err(SourceError::TooLarge { limit: self.item_bytes, line: self.line });
        }
        let window = self.buffer.get(self.at..).unwrap_or_default();
        match self.parser.parse(window.get(..length).unwrap_or_default()) {
            Ok(text) => {
                self.consume(length);
                Ok(text)
            }
            Err(error) => {
                Err(SourceError::Json(error.shifted(self.offset, self.line.saturating_sub(1), self.column)))
            }
        }
    }

    fn window(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let bytes = self.window().get(..count).unwrap_or_default();
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let lines = memchr_iter(b'\n', bytes).count();
        let column = match memchr::memrchr(b'\n', bytes) {
            Some(last) => wide(bytes.len().saturating_sub(last).saturating_sub(1)),
            None => self.column.saturating_add(wide(bytes.len())),
        };
        self.column = column;
        self.line = self.line.saturating_add(wide(lines));
        self.offset = self.offset.saturating_add(wide(count));
        self.at = self.at.saturating_add(count).min(self.buffer.len());
    }

    /// Reads more behind the window, doubling it; false at the end of the document.
    fn fill(&mut self) -> Result<bool, SourceError> {
        if self.is_done {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        let wanted = held.max(CHUNK);
        let limit = u64::try_from(wanted).unwrap_or(u64::MAX);
        let read = self.reader.by_ref().take(limit).read_to_end(&mut self.buffer)?;
        self.is_done = read < wanted;
        Ok(read > 0)
    }
}

/// The inside of a string that needs no parser: it has neither escapes nor anything that must be escaped.
fn plain_string(bytes: &[u8]) -> Option<&str> {
    let inside = bytes.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let is_plain = inside.iter().all(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f));
    is_plain.then(|| std::str::from_utf8(inside).ok()).flatten()
}

//! Bytes of a JSON document, one bounded window at a time.

use std::io::{self, Read};

use dss_model::{JsonError, JsonErrorKind, JsonLimits, JsonParser, JsonRef, JsonText};
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
    text: String,
    /// Start of what is not consumed yet.
    at: usize,
    /// Bytes behind the text: the start of a character, or what is no text.
    bytes: Vec<u8>,
    is_broken: bool,
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
            text: String::new(),
            at: 0,
            bytes: Vec::new(),
            is_broken: false,
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
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.consume(scan::space(self.window())),
                Some(&byte) => return Ok(Some(byte)),
                None => {}
            }
            if self.at < self.text.len() {
                continue;
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
        let name = match self.plain_name() {
            Some(name) => {
                let name = name.to_owned();
                self.pass(name.len().saturating_add(2));
                name
            }
            None => self.any_name()?,
        };
        self.expect(b':')?;
        Ok(name)
    }

    /// The name that comes next, if there is no escape in it and it is not too long.
    fn plain_name(&self) -> Option<&str> {
        let rest = self.rest().strip_prefix('"')?;
        let end = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        let limits = self.parser.limits();
        let fits = end <= limits.key_bytes.min(limits.string_bytes).min(self.item_bytes.saturating_sub(2));
        rest.get(..end).filter(|_| fits && rest.as_bytes().get(end) == Some(&b'"'))
    }

    fn any_name(&mut self) -> Result<String, SourceError> {
        let length = self.extent(scan::value)?.unwrap_or(self.window().len());
        if length.saturating_sub(2) > self.parser.limits().key_bytes {
            return Err(self.fault(JsonErrorKind::KeyTooLong));
        }
        Ok(self.take(length)?.get_ref().string().unwrap_or_default().into_owned())
    }

    /// Reads the object that comes next whole and hands it to `each`, unless a child is found in it first.
    ///
    /// `None` leaves the object unread: it is a scope, to be walked member by member.
    pub(crate) fn leaf<T>(&mut self, each: impl FnOnce(JsonRef<'_>) -> T) -> Result<Option<T>, SourceError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match self.parser.first(rest, scan::is_child_key) {
            Ok(Some((value, length))) if length <= self.item_bytes => {
                let has_space = value.as_str().len() < length;
                let result = each(value);
                if has_space {
                    self.consume(length)
                } else {
                    self.pass(length)
                }
                Ok(Some(result))
            }
            Ok(None) => Ok(None),
            // Some of it may not have been read yet, or something is wrong: where it ends, and what is in it, tells.
            _ => match self.extent(scan::leaf)? {
                Some(length) => self.take(length).map(|text| Some(each(text.get_ref()))),
                None => Ok(None),
            },
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
                        return Err(self.too_large());
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
            return Err(self.too_large());
        }
        let window = self.text.as_bytes().get(self.at..).unwrap_or_default();
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

    fn too_large(&self) -> SourceError {
        SourceError::TooLarge { limit: self.item_bytes, line: self.line }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn window(&self) -> &[u8] {
        self.rest().as_bytes()
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let bytes = self.window().get(..count).unwrap_or_default();
        let lines = memchr_iter(b'\n', bytes).count();
        let last_line = memchr::memrchr(b'\n', bytes).map(|last| bytes.len().saturating_sub(last));
        self.pass(count);
        if let Some(length) = last_line {
            self.column = wide(length.saturating_sub(1));
            self.line = self.line.saturating_add(wide(lines));
        }
    }

    /// Consumes what is all on one line.
    fn pass(&mut self, count: usize) {
        self.column = self.column.saturating_add(wide(count));
        self.offset = self.offset.saturating_add(wide(count));
        self.at = self.at.saturating_add(count).min(self.text.len());
    }

    /// Reads more behind the window, doubling it; false at the end of the document.
    fn fill(&mut self) -> Result<bool, SourceError> {
        if self.is_broken {
            self.consume(self.window().len());
            return Err(self.fault(JsonErrorKind::InvalidUtf8));
        }
        if self.is_done {
            return Ok(false);
        }
        self.text.drain(..self.at);
        self.at = 0;
        let wanted = self.text.len().max(CHUNK);
        let read = self.reader.by_ref().take(wide(wanted)).read_to_end(&mut self.bytes)?;
        self.is_done = read < wanted;
        let valid = match std::str::from_utf8(&self.bytes) {
            Ok(text) => {
                self.text.push_str(text);
                text.len()
            }
            Err(fault) => {
                let text = self.bytes.get(..fault.valid_up_to()).map(std::str::from_utf8);
                self.text.push_str(text.and_then(Result::ok).unwrap_or_default());
                // What is left may be the start of a character.
                self.is_broken = fault.error_len().is_some() || self.is_done;
                fault.valid_up_to()
            }
        };
        self.bytes.drain(..valid);
        Ok(read > 0)
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

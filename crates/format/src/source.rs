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
            match self.text.as_bytes().get(self.at).copied() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.consume(scan::space(self.window())),
                Some(byte) => return Ok(Some(byte)),
                None if self.fill()? => {}
                None => return Ok(None),
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
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.drain(..self.at);
        bytes.append(&mut self.bytes);
        self.at = 0;
        let wanted = bytes.len().max(CHUNK);
        let read = self.reader.by_ref().take(wide(wanted)).read_to_end(&mut bytes)?;
        self.is_done = read < wanted;
        self.text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let fault = error.utf8_error();
            let mut bytes = error.into_bytes();
            // What is left may be the start of a character.
            self.is_broken = fault.error_len().is_some() || self.is_done;
            self.bytes = bytes.split_off(fault.valid_up_to());
            String::from_utf8(bytes).unwrap_or_default()
        });
        Ok(read > 0)
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> Source<&[u8]> {
        Source::new(bytes, 1 << 20, JsonLimits::default())
    }

    #[test]
    fn characters_may_lie_across_chunks() {
        for start in 0..4 {
            let text = format!("{}[{:?},1]", " ".repeat(start), "é𝄞".repeat(CHUNK / 2));
            let mut source = source(text.as_bytes());
            assert_eq!(source.value().unwrap().as_str(), text.trim_start());
            assert_eq!(source.peek().unwrap(), None);
        }
    }

    #[test]
    fn what_is_no_text_is_told_where_it_stands() {
        for end in [&b"\xff"[..], b"\xc3", b"\xc3 ", b"\xed\xa0\x80"] {
            let bytes = [b"[\"\xc3\xa9\"]\n ", end].concat();
            let mut source = source(&bytes);
            assert_eq!(source.value().unwrap().as_str(), "[\"é\"]");
            let Err(SourceError::Json(error)) = source.peek() else { panic!("{end:?}") };
            let expected = JsonError { kind: JsonErrorKind::InvalidUtf8, offset: 8, line: 2, column: 2 };
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn leaves_are_read_in_place_or_across_chunks() {
        let token = "{\"$value\":1,\"$description\":\"x\"}";
        let count = 3 * CHUNK / token.len();
        for space in ["", " ", "\n"] {
            let text = format!("{token},{space}").repeat(count);
            let mut source = source(text.as_bytes());
            for number in 0..count {
                source.peek().unwrap();
                let line = if space == "\n" { number + 1 } else { 1 };
                assert_eq!(source.line(), wide(line));
                let read = source.leaf(|value| value.as_str().to_owned()).unwrap();
                assert_eq!(read.as_deref(), Some(token));
                source.expect(b',').unwrap();
            }
            assert_eq!(source.peek().unwrap(), None);
        }
        assert!(source(b"{\"$type\":\"a\",\"b\":{\"c\"").leaf(|_| ()).unwrap().is_none());
        assert!(source(b"{\"$value\":1").leaf(|_| ()).is_err());
        let mut small = Source::new(token.as_bytes(), token.len() - 1, JsonLimits::default());
        assert!(matches!(small.leaf(|_| ()), Err(SourceError::TooLarge { .. })));
    }
}

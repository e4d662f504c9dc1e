//! Files that are a list of records: `{"replicas": […], "components": […]}`, one record a line.

use std::io::{self, Read, Write};

use dss_model::{JsonErrorKind, JsonLimits, JsonText};

use crate::error::FormatError;
use crate::revision::Replicas;
use crate::source::{Source, SourceError};

/// Writes a list of records.
#[derive(Debug)]
pub struct ListWriter<W> {
    out: W,
    count: u64,
}

impl<W: Write> ListWriter<W> {
    /// Starts the list called `name` (`components`, `assets`, `deleted`).
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn new(mut out: W, name: &str, replicas: &Replicas) -> io::Result<Self> {
        let table = JsonText::array(|list| replicas.ids().iter().for_each(|id| list.string(&id.to_string())));
        write!(out, "{{\"replicas\":{table},\n{}:[", JsonText::string(name))?;
        Ok(Self { out, count: 0 })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn record(&mut self, record: &JsonText) -> io::Result<()> {
        let comma = if self.count == 0 { "" } else { "," };
        self.count = self.count.saturating_add(1);
        write!(self.out, "{comma}\n{record}")
    }

    /// Records written so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out)
    }
}

/// Reads a list of records, one at a time.
#[derive(Debug)]
pub struct ListReader<R> {
    source: Source<R>,
    entry: String,
    replicas: Replicas,
    is_first: bool,
}

impl<R: Read> ListReader<R> {
    /// Reads the start of the list called `name` in `entry`; a record may have `item_bytes` bytes.
    ///
    /// # Errors
    /// [`FormatError`] if it is no such list.
    pub fn new(reader: R, entry: &str, name: &str, item_bytes: usize) -> Result<Self, FormatError> {
        let source = Source::new(reader, item_bytes, JsonLimits::default());
        let mut list =
            Self { source, entry: entry.to_owned(), replicas: Replicas::default(), is_first: true };
        list.start(name).map_err(|error| list.wrap(error))?;
        Ok(list)
    }

    fn start(&mut self, name: &str) -> Result<(), SourceError> {
        self.source.expect(b'{')?;
        let mut key = self.source.key()?;
        if key == "replicas" {
            let table = self.source.value()?;
            let ids = table.get_ref().elements().filter_map(|id| id.string()?.parse().ok());
            self.replicas = Replicas::listed(ids);
            self.source.expect(b',')?;
            key = self.source.key()?;
        }
        if key != name {
            return Err(self.source.fault(JsonErrorKind::UnexpectedByte(b'"')));
        }
        self.source.expect(b'[')
    }

    /// The copies that the records' revisions name by index.
    pub const fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    /// Reads the next record and the line it stands on, from 1; `None` at the end of the document.
    ///
    /// # Errors
    /// [`FormatError`] if it is malformed or over a limit.
    pub fn next_record(&mut self) -> Result<Option<(JsonText, u64)>, FormatError> {
        self.advance().map_err(|error| self.wrap(error))
    }

    fn advance(&mut self) -> Result<Option<(JsonText, u64)>, SourceError> {
        if self.source.peek()? == Some(b']') {
            self.source.expect(b']')?;
            self.source.expect(b'}')?;
            return match self.source.peek()? {
                Some(_) => Err(self.source.fault(JsonErrorKind::TrailingData)),
                None => Ok(None),
            };
        }
        if !std::mem::replace(&mut self.is_first, false) {
            self.source.expect(b',')?;
        }
        self.source.peek()?;
        let line = self.source.line();
        Ok(Some((self.source.value()?, line)))
    }

    fn wrap(&self, error: SourceError) -> FormatError {
        FormatError::source(&self.entry, error)
    }
}

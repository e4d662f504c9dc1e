//! The only place that prints.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

/// Where text goes.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Standard output, gathered into large writes.
    Stdout(BufWriter<Stdout>),
    /// Standard error.
    Stderr(io::Stderr),
    /// A file of the user's.
    File(BufWriter<File>),
    /// Kept, for the guided tour.
    Memory(Vec<u8>),
}

/// Standard output, whose reader may leave when it has read enough (`dss token list brand | head`).
#[derive(Debug)]
pub(crate) struct Stdout {
    is_closed: bool,
}

impl Sink {
    pub(crate) fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(64 << 10, Stdout { is_closed: false }))
    }

    pub(crate) fn stderr() -> Self {
        Self::Stderr(io::stderr())
    }

    pub(crate) const fn memory() -> Self {
        Self::Memory(Vec::new())
    }

    /// Writes `value` as one JSON document.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self, value)?;
        self.write_all(b"\n")
    }

    /// Whether nobody reads any more: what is written is lost, and that is no error.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Stdout(out) if out.get_ref().is_closed)
    }

    /// What was kept, as text; nothing if it went elsewhere.
    pub(crate) fn take_text(&mut self) -> String {
        match self {
            Self::Memory(bytes) => String::from_utf8_lossy(&std::mem::take(bytes)).into_owned(),
            Self::Stdout(_) | Self::Stderr(_) | Self::File(_) => String::new(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Stderr(out) => out.write(bytes),
            Self::File(out) => out.write(bytes),
            Self::Memory(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Stderr(out) => out.flush(),
            Self::File(out) => out.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        match io::stdout().write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match io::stdout().flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            flushed => flushed,
        }
    }
}

//! The only place that prints.

use std::io::{self, Write};

use serde::Serialize;

/// Where text goes.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Standard output, gathered into large writes.
    Stdout(io::BufWriter<io::Stdout>),
    /// Standard error.
    Stderr(io::Stderr),
    /// Kept, for the guided tour.
    Memory(Vec<u8>),
}

impl Sink {
    pub(crate) fn stdout() -> Self {
        Self::Stdout(io::BufWriter::with_capacity(64 << 10, io::stdout()))
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

    /// What was kept, as text; nothing if it went elsewhere.
    pub(crate) fn take_text(&mut self) -> String {
        match self {
            Self::Memory(bytes) => String::from_utf8_lossy(&std::mem::take(bytes)).into_owned(),
            Self::Stdout(_) | Self::Stderr(_) => String::new(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Stderr(out) => out.write(bytes),
            Self::Memory(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Stderr(out) => out.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

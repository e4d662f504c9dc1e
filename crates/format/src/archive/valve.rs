//! A writer that can be closed: what is written to it then goes nowhere.
//!
//! The `zip` crate ends every archive when its writer is dropped, even one that was given up, and prints to standard
//! error if that fails. A library does not print; and on a full disk it would always fail.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Closes its valve when dropped.
#[derive(Debug)]
pub(super) struct Closer(Arc<AtomicBool>);

impl Drop for Closer {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Passes everything on until it is closed, or until the writer behind it fails.
#[derive(Debug)]
pub(super) struct Valve<W> {
    out: W,
    is_closed: Arc<AtomicBool>,
    /// Where the writer behind it is, or would be.
    position: u64,
    end: u64,
}

impl<W> Valve<W> {
    pub(super) fn new(out: W) -> (Self, Closer) {
        let is_closed = Arc::new(AtomicBool::new(false));
        (Self { out, is_closed: Arc::clone(&is_closed), position: 0, end: 0 }, Closer(is_closed))
    }

    /// The writer behind it, if everything has reached it.
    pub(super) fn into_inner(self) -> io::Result<W> {
        if self.is_closed() { Err(io::Error::other("writing failed before")) } else { Ok(self.out) }
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Closes if the writer behind it has failed for good.
    fn watch<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted) {
            self.is_closed.store(true, Ordering::Relaxed);
        }
        done
    }

    fn advance(&mut self, bytes: usize) {
        self.position = self.position.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.end = self.end.max(self.position);
    }
}

impl<W: Write> Write for Valve<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.is_closed() {
            bytes.len()
        } else {
            let written = self.out.write(bytes);
            self.watch(written)?
        };
        self.advance(written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed() {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.watch(flushed)
    }
}

impl<W: Seek> Seek for Valve<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = if self.is_closed() {
            let position = match to {
                SeekFrom::Start(position) => Some(position),
                SeekFrom::Current(by) => self.position.checked_add_signed(by),
                SeekFrom::End(by) => self.end.checked_add_signed(by),
            };
            position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?
        } else {
            let moved = self.out.seek(to);
            self.watch(moved)?
        };
        self.position = position;
        self.end = self.end.max(position);
        Ok(position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Has room for so many bytes.
    struct Small(Cursor<Vec<u8>>, usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.get_ref().len().saturating_add(bytes.len()) > self.1 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Small {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn after_the_first_failure_everything_goes_nowhere() {
        let (mut valve, _closer) = Valve::new(Small(Cursor::default(), 4));
        valve.write_all(b"abc").unwrap();
        assert_eq!(valve.write_all(b"de").unwrap_err().kind(), io::ErrorKind::StorageFull);
        valve.write_all(b"de").unwrap();
        assert_eq!(valve.stream_position().unwrap(), 5);
        assert_eq!(valve.seek(SeekFrom::End(-1)).unwrap(), 4);
        assert!(valve.seek(SeekFrom::Current(-9)).is_err());
        valve.flush().unwrap();
        assert!(valve.into_inner().is_err());
    }

    #[test]
    fn dropping_the_closer_closes() {
        let (mut valve, closer) = Valve::new(Cursor::new(Vec::new()));
        valve.write_all(b"abc").unwrap();
        drop(closer);
        valve.write_all(b"def").unwrap();
        assert_eq!(valve.out.get_ref(), b"abc");
    }
}

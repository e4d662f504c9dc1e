//! A writer that can be closed, so that what is written to it then goes nowhere, and that meters what passes.
//!
//! The `zip` crate ends every archive when its writer is dropped, even one that was given up, and prints to standard
//! error if that fails. A library does not print; and on a full disk it would always fail. Nor does it tell what its
//! compressed data hashes to.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dss_security::{HashingWriter, Sha256Digest};

/// What valve and control share.
#[derive(Debug)]
struct Shared {
    is_closed: AtomicBool,
    meter: Mutex<Meter>,
}

/// Counts and hashes what passes while it runs.
#[derive(Debug)]
struct Meter {
    is_running: bool,
    hash: HashingWriter<io::Sink>,
}

impl Meter {
    fn new(is_running: bool) -> Self {
        Self { is_running, hash: HashingWriter::new(io::sink()) }
    }
}

impl Shared {
    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The valve's handle, for whoever has given the valve away. Closes it when dropped.
#[derive(Debug)]
pub(super) struct Control(Arc<Shared>);

impl Control {
    /// Begins to meter. The next seek ends it: the `zip` crate looks where an entry's data ends before it does anything
    /// else.
    pub(super) fn start_meter(&self) {
        *self.0.meter() = Meter::new(true);
    }

    /// Number and hash of the bytes that passed between start and end.
    pub(super) fn read_meter(&self) -> (u64, Sha256Digest) {
        let (_, digest, bytes) = std::mem::replace(&mut *self.0.meter(), Meter::new(false)).hash.finish();
        (bytes, digest)
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
    }
}

/// Passes everything on until it is closed, or until the writer behind it fails.
#[derive(Debug)]
pub(super) struct Valve<W> {
    out: W,
    shared: Arc<Shared>,
    /// Where the writer behind it is, or would be.
    position: u64,
    end: u64,
}

impl<W> Valve<W> {
    pub(super) fn new(out: W) -> (Self, Control) {
        let shared =
            Arc::new(Shared { is_closed: AtomicBool::new(false), meter: Mutex::new(Meter::new(false)) });
        (Self { out, shared: Arc::clone(&shared), position: 0, end: 0 }, Control(shared))
    }

    /// The writer behind it, if everything has reached it.
    pub(super) fn into_inner(self) -> io::Result<W> {
        if self.is_closed() { Err(io::Error::other("writing failed before")) } else { Ok(self.out) }
    }

    fn is_closed(&self) -> bool {
        self.shared.is_closed.load(Ordering::Relaxed)
    }

    /// Closes if the writer behind it has failed for good.
    fn watch<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted) {
            self.shared.is_closed.store(true, Ordering::Relaxed);
            // It may have been on its way back to an entry's header. Whoever ends that entry once more, as the `zip`
            // crate does when it is dropped, takes the place where it stands for the end of the entry's data.
            self.position = self.end;
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
        let mut meter = self.shared.meter();
        if meter.is_running {
            meter.hash.write_all(bytes.get(..written).unwrap_or_default())?;
        }
        drop(meter);
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
        self.shared.meter().is_running = false;
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
        let (mut valve, _control) = Valve::new(Small(Cursor::default(), 4));
        valve.write_all(b"abc").unwrap();
        assert_eq!(valve.write_all(b"de").unwrap_err().kind(), io::ErrorKind::StorageFull);
        valve.write_all(b"de").unwrap();
        assert_eq!(valve.stream_position().unwrap(), 5);
        assert_eq!(valve.seek(SeekFrom::End(-1)).unwrap(), 4);
        assert!(valve.seek(SeekFrom::Current(-9)).is_err());
        valve.flush().unwrap();
        assert!(valve.into_inner().is_err());
    }

    /// Fails once, at one of its writes.
    struct Failing(Cursor<Vec<u8>>, u32);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = self.1.wrapping_sub(1);
            if self.1 == 0 { Err(io::ErrorKind::StorageFull.into()) } else { self.0.write(bytes) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Failing {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn an_archive_is_given_up_wherever_it_fails() {
        let write = |fails_at: u32| -> io::Result<()> {
            let (valve, control) = Valve::new(Failing(Cursor::default(), fails_at));
            let mut zip = zip::ZipWriter::new(valve);
            let written = ["a", "b", "c"].into_iter().try_for_each(|name| {
                let options = zip::write::SimpleFileOptions::DEFAULT
                    .compression_method(zip::CompressionMethod::Deflated);
                zip.start_file(name, options)?;
                zip.write_all(&[7; 1_000])
            });
            let written = written.and_then(|()| Ok(zip.finish().map(drop)?));
            // What is dropped here must not mind.
            drop(control);
            written
        };
        let failed = (1..100).take_while(|at| write(*at).is_err()).count();
        assert!((10..90).contains(&failed), "{failed}");
        assert!(write(0).is_ok());
    }

    #[test]
    fn dropping_the_control_closes() {
        let (mut valve, control) = Valve::new(Cursor::new(Vec::new()));
        valve.write_all(b"abc").unwrap();
        drop(control);
        valve.write_all(b"def").unwrap();
        assert_eq!(valve.out.get_ref(), b"abc");
    }

    #[test]
    fn the_meter_runs_until_the_next_seek() {
        let (mut valve, control) = Valve::new(Cursor::new(Vec::new()));
        valve.write_all(b"header").unwrap();
        control.start_meter();
        valve.write_all(b"da").unwrap();
        valve.write_all(b"ta").unwrap();
        valve.seek(SeekFrom::Start(0)).unwrap();
        valve.write_all(b"HEADER").unwrap();
        assert_eq!(control.read_meter(), (4, Sha256Digest::of(b"data")));
        assert_eq!(control.read_meter(), (0, Sha256Digest::of(b"")));
    }
}

//! Reading ahead: a source is read on a thread of its own, while what was read is used.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Bytes that travel together.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces on their way.
const PIECES: usize = 4;

/// Runs `read` on what `source` gives; a source of many bytes is read ahead.
///
/// Memory: at most a handful of pieces of 64 KiB.
pub(crate) fn read_ahead<T>(
    mut source: impl Read + Send,
    bytes: u64,
    read: impl FnOnce(&mut (dyn Read + Send)) -> T,
) -> T {
    if bytes <= wide(PIECE_BYTES) {
        return read(&mut source);
    }
    thread::scope(|scope| {
        let (to, from) = sync_channel(PIECES);
        let (back, spare) = sync_channel(PIECES);
        scope.spawn(move || run(&mut source, &to, &spare));
        read(&mut Ahead { from, back, piece: Vec::new(), at: 0 })
    })
}

/// Reads until there is nothing more or nobody who wants it.
fn run(source: &mut impl Read, to: &SyncSender<io::Result<Vec<u8>>>, spare: &Receiver<Vec<u8>>) {
    let mut is_last = false;
    while !is_last {
        let mut piece = spare.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE_BYTES));
        piece.clear();
        let read = source.by_ref().take(wide(PIECE_BYTES)).read_to_end(&mut piece);
        is_last = read.is_err() || piece.is_empty();
        // An error stands behind what was read before it.
        let arrives = (piece.is_empty() || to.send(Ok(piece)).is_ok())
            && read.err().is_none_or(|error| to.send(Err(error)).is_ok());
        is_last |= !arrives;
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// The end of the line where pieces arrive.
struct Ahead {
    from: Receiver<io::Result<Vec<u8>>>,
    /// Takes pieces back that were used up.
    back: SyncSender<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Ahead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            // Nothing arrives behind the end, or behind an error.
            let next = self.from.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            let used = std::mem::replace(&mut self.piece, next);
            self.at = 0;
            self.back.try_send(used).ok();
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(out.len());
        let (taken, room) = (rest.get(..count), out.get_mut(..count));
        if let (Some(taken), Some(room)) = (taken, room) {
            room.copy_from_slice(taken);
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives that many bytes, a few at a time, and then fails or ends.
    struct Source {
        left: usize,
        fails: bool,
    }

    impl Read for Source {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 && self.fails {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let count = self.left.min(out.len()).min(10_007);
            for byte in out.iter_mut().take(count) {
                *byte = u8::try_from(self.left % 251).unwrap_or_default();
                self.left = self.left.saturating_sub(1);
            }
            Ok(count)
        }
    }

    #[test]
    fn everything_arrives_in_order() {
        for bytes in [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 10 * PIECE_BYTES, 3_000_001] {
            let mut expected = Vec::new();
            Source { left: bytes, fails: false }.read_to_end(&mut expected).unwrap();
            let size = u64::try_from(bytes).unwrap();
            let read = read_ahead(Source { left: bytes, fails: false }, size, |source| {
                let mut read = Vec::new();
                source.read_to_end(&mut read).map(|_| read)
            });
            assert!(read.unwrap() == expected, "{bytes}");
        }
    }

    #[test]
    fn an_error_arrives_behind_what_was_read_before_it() {
        let read = |source: &mut (dyn Read + Send)| {
            let mut read = Vec::new();
            let error = source.read_to_end(&mut read).unwrap_err();
            (error.kind(), read.len())
        };
        let bytes = 4 * PIECE_BYTES + 5;
        let found = read_ahead(Source { left: bytes, fails: true }, u64::MAX, read);
        assert_eq!(found, (io::ErrorKind::BrokenPipe, bytes));
    }

    #[test]
    fn who_has_had_enough_may_stop() {
        let first = read_ahead(Source { left: usize::MAX, fails: false }, u64::MAX, |source| {
            let mut byte = [0];
            source.read_exact(&mut byte).map(|()| byte)
        });
        assert!(first.is_ok());
    }
}

//! Two threads that share one job: one makes items or reads bytes, the other takes them, a bounded distance apart.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::ServiceError;

/// Bytes of items that travel together; one large item travels alone.
const BATCH_BYTES: usize = 64 << 10;
/// Batches on their way.
const BATCHES: usize = 4;
/// Bytes that are read ahead at once.
const BLOCK_BYTES: usize = 128 << 10;

/// Where the maker puts its items.
pub(crate) struct Belt<T> {
    sender: SyncSender<Vec<T>>,
    batch: Vec<T>,
    bytes: usize,
}

/// The taker has gone; whatever made it go is the error that counts.
#[derive(Debug)]
pub(crate) struct Gone;

impl<T> Belt<T> {
    /// Puts an item of about that many bytes on its way.
    pub(crate) fn put(&mut self, item: T, bytes: usize) -> Result<(), Gone> {
        self.batch.push(item);
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(64);
        if self.bytes < BATCH_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        self.bytes = 0;
        self.sender.send(std::mem::take(&mut self.batch)).map_err(|_| Gone)
    }
}

/// Runs `make` on a thread of its own and `take` here, for every item that it makes.
///
/// Memory: at most a handful of batches of 64 KiB, or of one item each.
pub(crate) fn from_thread<T: Send, R: Send>(
    make: impl FnOnce(&mut Belt<T>) -> Result<R, ServiceError> + Send,
    mut take: impl FnMut(T) -> Result<(), ServiceError>,
) -> Result<R, ServiceError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCHES);
        let maker = scope.spawn(move || run(sender, make));
        let taken = take_all(receiver, &mut take);
        let made = maker.join().map_err(|_| ended())?;
        taken.and(made)
    })
}

/// Runs `make` here and `take` on a thread of its own, where it gets every item that is made.
///
/// Memory: the batch that is made, the one that is taken, and one between them.
pub(crate) fn to_thread<T: Send, R>(
    make: impl FnOnce(&mut Belt<T>) -> Result<R, ServiceError>,
    take: impl FnOnce(&mut dyn Iterator<Item = T>) -> Result<(), ServiceError> + Send,
) -> Result<R, ServiceError> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<T>>(1);
        let taker = scope.spawn(move || take(&mut receiver.into_iter().flatten()));
        let made = run(sender, make);
        let taken = taker.join().map_err(|_| ended())?;
        // If the taker stopped early, the maker only noticed.
        taken.and(made)
    })
}

/// Reads `source` on a thread of its own, while `read` reads here what comes of it.
///
/// Memory: at most four blocks of 128 KiB.
pub(crate) fn ahead<R>(source: impl Read + Send, read: impl FnOnce(Ahead) -> R) -> R {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        let (spent, empty) = sync_channel(4);
        scope.spawn(move || send_blocks(source, &sender, &empty));
        read(Ahead { receiver, spent, block: Vec::new(), count: 0, given: 0 })
    })
}

/// Bytes that were read: a block, and how much of it was filled.
type Block = (Vec<u8>, usize);

/// Sends block after block until the source ends, fails or nobody listens; blocks that were read are filled again.
fn send_blocks(mut source: impl Read, sender: &SyncSender<io::Result<Block>>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(BLOCK_BYTES, 0);
        let (count, failure) = fill(&mut source, &mut block);
        // What came before a failure counts.
        let sent = [Some(Ok((block, count))), failure.map(Err)];
        if sent.into_iter().flatten().any(|sent| sender.send(sent).is_err()) || count < BLOCK_BYTES {
            return;
        }
    }
}

/// Fills `block` as far as the source goes.
fn fill(source: &mut impl Read, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut count = 0_usize;
    while let Some(room) = block.get_mut(count..).filter(|room| !room.is_empty()) {
        match source.read(room) {
            Ok(0) => break,
            Ok(read) => count = count.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (count, Some(error)),
        }
    }
    (count, None)
}

/// What was read ahead.
pub(crate) struct Ahead {
    receiver: Receiver<io::Result<Block>>,
    /// Takes blocks back.
    spent: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    /// How much of the block there is to give out, and how much of that was given.
    count: usize,
    given: usize,
}

impl Read for Ahead {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.count {
            // Where there are no more blocks, this one stays the last.
            let Ok(next) = self.receiver.recv() else { return Ok(0) };
            let (block, count) = next?;
            drop(self.spent.try_send(std::mem::replace(&mut self.block, block)));
            (self.count, self.given) = (count, 0);
        }
        let mut rest = self.block.get(self.given..self.count).unwrap_or_default();
        let count = rest.read(buf)?;
        self.given = self.given.saturating_add(count);
        Ok(count)
    }
}

fn run<T, R>(
    sender: SyncSender<Vec<T>>,
    make: impl FnOnce(&mut Belt<T>) -> Result<R, ServiceError>,
) -> Result<R, ServiceError> {
    let mut belt = Belt { sender, batch: Vec::new(), bytes: 0 };
    let made = make(&mut belt)?;
    belt.flush().map_err(ServiceError::from)?;
    Ok(made)
}

fn take_all<T>(
    receiver: Receiver<Vec<T>>,
    take: &mut impl FnMut(T) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    receiver.into_iter().flatten().try_for_each(take)
}

impl From<Gone> for ServiceError {
    fn from(_: Gone) -> Self {
        ended()
    }
}

fn ended() -> ServiceError {
    ServiceError::Internal("a thread ended early".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(belt: &mut Belt<u32>) -> Result<u32, ServiceError> {
        for n in 0..10_000 {
            belt.put(n, 100)?;
        }
        Ok(7)
    }

    #[test]
    fn everything_arrives_in_order() {
        let mut seen = Vec::new();
        let made = from_thread(numbers, |n| {
            seen.push(n);
            Ok(())
        });
        assert_eq!(made.unwrap(), 7);
        assert!(seen.into_iter().eq(0..10_000));
        let mut taken = false;
        let made = to_thread(numbers, |items| {
            taken = items.eq(0..10_000);
            Ok(())
        });
        assert_eq!((made.unwrap(), taken), (7, true));
    }

    #[test]
    fn what_was_read_ahead_is_what_there_was() {
        for length in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 5 * BLOCK_BYTES] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut read = Vec::new();
            ahead(&bytes[..], |mut source| source.read_to_end(&mut read)).unwrap();
            assert!(read == bytes, "{length}");
        }
        // Nobody needs to read it all.
        assert_eq!(ahead(io::repeat(7), |mut source| source.read(&mut [0; 9])).unwrap(), 9);
    }

    #[test]
    fn a_failure_comes_behind_what_was_read_before() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no more"))
            }
        }
        for length in [0, 5, BLOCK_BYTES] {
            let bytes = vec![1; length];
            let mut read = Vec::new();
            let ended = ahead(bytes.chain(Fails), |mut source| source.read_to_end(&mut read));
            assert_eq!(ended.unwrap_err().to_string(), "no more");
            assert_eq!(read.len(), length);
        }
    }

    #[test]
    fn the_first_error_counts_on_either_side() {
        let cancelled = || Err(ServiceError::Cancelled);
        assert!(matches!(
            from_thread(numbers, |n| if n == 500 { cancelled() } else { Ok(()) }),
            Err(ServiceError::Cancelled)
        ));
        let fails = |belt: &mut Belt<u32>| {
            belt.put(1, 1)?;
            Err::<u32, _>(ServiceError::Cancelled)
        };
        assert!(matches!(from_thread(fails, |_| Ok(())), Err(ServiceError::Cancelled)));
        let stops = |items: &mut dyn Iterator<Item = u32>| match items.nth(500) {
            Some(_) => Err(ServiceError::Cancelled),
            None => Ok(()),
        };
        assert!(matches!(to_thread(numbers, stops), Err(ServiceError::Cancelled)));
        let takes_all = |items: &mut dyn Iterator<Item = u32>| {
            items.for_each(drop);
            Ok(())
        };
        assert!(matches!(to_thread(fails, takes_all), Err(ServiceError::Cancelled)));
    }
}

//! Where the bytes come from: positioned reads through one handle.

use std::io;
use std::sync::Arc;

/// Random access to the bytes of one archive.
///
/// Every check and every later read goes through the same value, so that what was checked is what is used. Reads
/// carry their own position: they need no `&mut`, and several entries can be read at once.
pub trait ReadAt {
    /// Reads some bytes that start at `offset`; 0 means that there are none.
    ///
    /// # Errors
    ///
    /// What the underlying handle reports.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// The number of bytes.
    ///
    /// # Errors
    ///
    /// What the underlying handle reports.
    fn len(&self) -> io::Result<u64>;

    /// Whether there are no bytes at all.
    ///
    /// # Errors
    ///
    /// As [`ReadAt::len`].
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

impl ReadAt for std::fs::File {
    #[cfg(unix)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let Some(rest) = usize::try_from(offset).ok().and_then(|start| self.get(start..)) else {
            return Ok(0);
        };
        let count = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }

    fn len(&self) -> io::Result<u64> {
        u64::try_from(<[u8]>::len(self)).map_err(io::Error::other)
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.as_slice().read_at(buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        ReadAt::len(self.as_slice())
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Arc<T> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }
}

/// Reads some bytes at `offset`, again when interrupted; fails with `UnexpectedEof` when there are none.
pub(crate) fn read_some_at<S: ReadAt + ?Sized>(source: &S, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match source.read_at(buf, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            // A source that claims more than it was given room for is broken; clamp instead of trusting it.
            Ok(count) => return Ok(count.min(buf.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Fills `buf` from `offset`, or fails with `UnexpectedEof`.
pub(crate) fn read_exact_at<S: ReadAt + ?Sized>(source: &S, buf: &mut [u8], offset: u64) -> io::Result<()> {
    let mut filled = 0_usize;
    while let Some(rest) = buf.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let position = u64::try_from(filled).ok().and_then(|done| offset.checked_add(done));
        let position = position.ok_or(io::ErrorKind::UnexpectedEof)?;
        filled = filled.saturating_add(read_some_at(source, rest, position)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_end_where_they_end() {
        let bytes = vec![1_u8, 2, 3];
        let mut buf = [0_u8; 2];
        assert_eq!(bytes.read_at(&mut buf, 2).unwrap(), 1);
        assert_eq!(bytes.read_at(&mut buf, 3).unwrap(), 0);
        assert_eq!(bytes.read_at(&mut buf, u64::MAX).unwrap(), 0);
        assert!(read_exact_at(&bytes, &mut buf, 1).is_ok());
        assert_eq!(buf, [2, 3]);
        assert!(read_exact_at(&bytes, &mut buf, 2).is_err());
        assert!(read_exact_at(&Arc::new(bytes), &mut buf, u64::MAX).is_err());
    }
}

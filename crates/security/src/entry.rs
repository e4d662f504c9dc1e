//! What is known about an entry once the whole container has been scanned.

use crate::entry_path::EntryPath;

/// How an entry's data is kept (APPNOTE 4.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Method 0: as it is.
    Stored,
    /// Method 8: deflate.
    Deflate,
}

impl Method {
    pub(crate) fn from_number(number: u16) -> Option<Self> {
        match number {
            0 => Some(Self::Stored),
            8 => Some(Self::Deflate),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
        }
    }
}

/// One entry: its name has passed every rule, its range lies inside the file and overlaps no other.
///
/// Sizes and checksum are claims on which all headers agree; [`EntryReader`](crate::EntryReader) holds the data to
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    pub(crate) name: Box<str>,
    pub(crate) size: u64,
    pub(crate) compressed_size: u64,
    pub(crate) header_offset: u64,
    pub(crate) data_offset: u64,
    pub(crate) index: usize,
    pub(crate) crc32: u32,
    /// Time and date as MS-DOS writes them, APPNOTE 4.4.6.
    pub(crate) modified: u32,
    pub(crate) flags: u16,
    pub(crate) method: Method,
}

impl EntryInfo {
    /// Returns the name as the archive spells it; a directory's ends with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name as a path, without a directory's slash.
    pub fn path(&self) -> EntryPath {
        EntryPath::from_checked(&self.name)
    }

    /// Returns the uncompressed size, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the compressed size, in bytes.
    pub fn compressed_size(&self) -> u64 {
        self.compressed_size
    }

    /// Returns the CRC-32 of the uncompressed data.
    pub fn crc32(&self) -> u32 {
        self.crc32
    }

    /// Returns whether the entry is a directory; it has no data then.
    pub fn is_dir(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Returns the entry's position in the central directory, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the offset of the local header, in bytes from the start of the file.
    pub fn header_offset(&self) -> u64 {
        self.header_offset
    }

    /// Returns how the data is kept.
    pub fn method(&self) -> Method {
        self.method
    }
}

//! K1: every byte of the container has the one value that the `.dss` writer gives it.
//!
//! The headers are not inspected but written again, from names, methods, checksums and sizes, and compared.

use crate::bytes::Window;
use crate::digest::{HashingWriter, Sha256Digest};
use crate::entry::{EntryInfo, Method};
use crate::error::{OpenError, ReadError, Refusal};
use crate::rule::Rule;
use crate::scan::framing::Frame;
use crate::source::{ReadAt, read_exact_at};

/// 1980-01-01 00:00:00 as MS-DOS writes it: time 0 below, date 0x0021 above.
const MODIFIED: u32 = 0x0021_0000;
/// Version 1.0 for stored, 2.0 for deflated entries (APPNOTE 4.4.3).
const VERSION_STORED: u16 = 10;
const VERSION_DEFLATE: u16 = 20;
/// Host "Unix" in the upper byte of version made by (APPNOTE 4.4.2).
const MADE_BY_UNIX: u16 = 0x0300;
/// Mode 0o100644 in the upper half.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// Bit 11: the name is UTF-8; set for names that are not ASCII.
const FLAG_UTF8: u16 = 0x0800;
/// Bytes that are compared or hashed at once.
const CHUNK_BYTES: usize = 32 * 1024;

/// Compares headers, directory and end record.
pub(crate) fn check_headers<S: ReadAt>(
    source: &S,
    frame: &Frame,
    entries: &[EntryInfo],
) -> Result<(), OpenError> {
    if frame.is_zip64 {
        return Err(
            Refusal::new(Rule::NotCanonical, "zip64 records", "fewer than 65535 entries and 4 GiB").into()
        );
    }
    let mut window = Window::new(source, frame.archive_bytes, CHUNK_BYTES);
    let mut offset = frame.directory_offset;
    for (position, entry) in entries.iter().enumerate() {
        let at = |refusal: Refusal| OpenError::from(refusal.in_entry(entry.index, entry.name.as_bytes()));
        if entry.is_dir() {
            return Err(at(Refusal::new(Rule::NotCanonical, "a directory", "files only")));
        }
        if entry.index != position {
            let found = format_args!("directory record {}", entry.index);
            return Err(at(Refusal::new(Rule::NotCanonical, found, "the order of the file")));
        }
        let (local, central) = (local_header(entry).map_err(at)?, central_header(entry).map_err(at)?);
        compare(&mut window, entry.header_offset, &local)?.map_err(at)?;
        compare(&mut window, offset, &central)?.map_err(at)?;
        offset = offset.saturating_add(u64::try_from(central.len()).unwrap_or(u64::MAX));
    }
    Ok(compare(&mut window, offset, &end_record(frame)?)??)
}

/// Appends little-endian fields.
#[derive(Default)]
struct Record(Vec<u8>);

impl Record {
    fn signed(signature: [u8; 4]) -> Self {
        Self(signature.to_vec())
    }

    fn short(mut self, value: u16) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn long(mut self, value: u64) -> Result<Self, Refusal> {
        let short = u32::try_from(value).map_err(|_| {
            Refusal::new(Rule::NotCanonical, format_args!("{value} bytes"), "less than 4 GiB")
        })?;
        self.0.extend(short.to_le_bytes());
        Ok(self)
    }

    /// What local and central headers share, from version needed to name length (APPNOTE 4.3.7).
    fn shared(self, entry: &EntryInfo) -> Result<Self, Refusal> {
        let flags = if entry.name.is_ascii() { 0 } else { FLAG_UTF8 };
        let name_bytes = u16::try_from(entry.name.len()).unwrap_or(u16::MAX);
        let record = self.short(version(entry)).short(flags).short(entry.method.number());
        let record = record.long(MODIFIED.into())?.long(entry.crc32.into())?;
        Ok(record.long(entry.compressed_size)?.long(entry.size)?.short(name_bytes))
    }
}

fn version(entry: &EntryInfo) -> u16 {
    match entry.method {
        Method::Stored => VERSION_STORED,
        Method::Deflate => VERSION_DEFLATE,
    }
}

fn local_header(entry: &EntryInfo) -> Result<Vec<u8>, Refusal> {
    let no_extra = 0;
    let mut record = Record::signed(*b"PK\x03\x04").shared(entry)?.short(no_extra).0;
    record.extend(entry.name.as_bytes());
    Ok(record)
}

fn central_header(entry: &EntryInfo) -> Result<Vec<u8>, Refusal> {
    let (no_extra, no_comment, disk, internal_attributes) = (0, 0, 0, 0);
    let record = Record::signed(*b"PK\x01\x02").short(MADE_BY_UNIX | version(entry)).shared(entry)?;
    let record = record.short(no_extra).short(no_comment).short(disk).short(internal_attributes);
    let mut record = record.long(ATTRIBUTES.into())?.long(entry.header_offset)?.0;
    record.extend(entry.name.as_bytes());
    Ok(record)
}

fn end_record(frame: &Frame) -> Result<Vec<u8>, Refusal> {
    let count = u16::try_from(frame.entries).unwrap_or(u16::MAX);
    let (disk, directory_disk, no_comment) = (0, 0, 0);
    let record = Record::signed(*b"PK\x05\x06").short(disk).short(directory_disk).short(count).short(count);
    let directory_bytes = frame.directory_end.saturating_sub(frame.directory_offset);
    Ok(record.long(directory_bytes)?.long(frame.directory_offset)?.short(no_comment).0)
}

fn compare<S: ReadAt>(
    window: &mut Window<'_, S>,
    offset: u64,
    expected: &[u8],
) -> Result<Result<(), Refusal>, OpenError> {
    let found = window.get(offset, expected.len())?.unwrap_or_default();
    let differs = found.iter().zip(expected).zip(offset..).find(|((found, expected), _)| found != expected);
    if let Some(((found, expected), at)) = differs {
        let found = format_args!("byte 0x{found:02x} at {at}");
        return Ok(Err(Refusal::new(Rule::NotCanonical, found, format_args!("0x{expected:02x}"))));
    }
    if found.len() != expected.len() {
        return Ok(Err(Refusal::new(Rule::NotCanonical, "the end of the file", "a header")));
    }
    Ok(Ok(()))
}

/// Hashes `bytes` bytes from `offset`.
pub(crate) fn hash_range<S: ReadAt>(
    source: &S,
    mut offset: u64,
    bytes: u64,
) -> Result<Sha256Digest, ReadError> {
    let mut hash = HashingWriter::new(std::io::sink());
    let end = offset.saturating_add(bytes);
    let mut buf = vec![0; CHUNK_BYTES];
    while offset < end {
        let wanted =
            usize::try_from(end.saturating_sub(offset)).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        let chunk = buf.get_mut(..wanted).unwrap_or_default();
        read_exact_at(source, chunk, offset)?;
        std::io::Write::write_all(&mut hash, chunk)?;
        offset = offset.saturating_add(u64::try_from(wanted).unwrap_or(u64::MAX));
    }
    Ok(hash.finish().1)
}

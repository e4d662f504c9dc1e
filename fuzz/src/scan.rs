//! The container's scan: what is let in lies where it says, covers its file, and took little memory.

use dss_security::{EntryPath, Limits, OpenError, OpenOptions, OpenedArchive, codes};

use crate::{heap, zips};

/// Memory that opening may take beside twice the file's size: windows over it, and the search for its end.
const HEAP_BYTES: usize = 1 << 20;

/// Opens `data` as an archive, with the strictest options and with the most generous ones.
///
/// # Panics
/// If entries overlap, leave a gap, break a limit or a name rule, if stricter options accept more, or if opening
/// takes more memory than it may.
pub fn scan(data: &[u8]) {
    let strict = open(data, &OpenOptions::strict().with_limits(tiny_limits()));
    let generous = open(data, &OpenOptions::strict().with_policy(zips::anything()));
    match strict {
        Ok(archive) => {
            check_tiling(&archive, data);
            for entry in archive.entries().filter(|entry| !entry.is_dir()) {
                EntryPath::parse(entry.name()).expect("an entry's name has passed the name rules");
            }
            let generous = generous.as_ref().expect("more generous options let it in, too");
            assert!(archive.entries().eq(generous.entries()), "options change what is read");
        }
        Err(error) => check_error(&error),
    }
    match generous {
        Ok(archive) => check_tiling(&archive, data),
        Err(error) => check_error(&error),
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    zips::honest()
}

/// Limits that inputs of a few KiB reach.
pub(crate) fn tiny_limits() -> Limits {
    let limits = Limits::default().with_archive_bytes(64 << 10).with_entries(64).with_entry_bytes(64 << 10);
    let limits = limits.with_total_bytes(256 << 10).with_ratio(20).with_ratio_floor_entry_bytes(1 << 10);
    limits.with_ratio_floor_total_bytes(4 << 10).with_name_bytes(200).with_segment_bytes(100).with_depth(8)
}

fn open<'data>(data: &'data [u8], options: &OpenOptions) -> Result<OpenedArchive<&'data [u8]>, OpenError> {
    let (result, taken) = heap::peak_of(|| OpenedArchive::open(data, options));
    let limit = 2 * data.len() + HEAP_BYTES;
    assert!(taken <= limit, "{taken} bytes of memory for {} bytes of archive", data.len());
    result
}

fn check_error(error: &OpenError) {
    let code = error.code();
    assert!(codes().iter().any(|known| known.code == code), "{error}: code {code} is in no list");
    assert!(!error.to_string().contains(char::is_control), "{error:?}: not one line of text");
}

/// From the first byte to the directory, every byte belongs to one entry: its header, its data, its descriptor.
fn check_tiling(archive: &OpenedArchive<&[u8]>, data: &[u8]) {
    assert_eq!(archive.archive_bytes(), data.len() as u64);
    let mut start = 0;
    let nexts = archive.entries().skip(1).map(dss_security::EntryInfo::header_offset);
    for (entry, next) in archive.entries().zip(nexts.chain([directory_offset(data)])) {
        let name = entry.name();
        assert_eq!(
            archive.find(name).map(dss_security::EntryInfo::name),
            Some(name),
            "not found by its name"
        );
        assert_eq!(entry.header_offset(), start, "{name}: overlap or gap");
        let local = &data[usize::try_from(start).expect("inside the data")..];
        let [flags, name_bytes, extra_bytes] = [6, 26, 28].map(|at| number(local, at, 2));
        assert_eq!(
            (&local[..4], name_bytes),
            (b"PK\x03\x04".as_slice(), name.len() as u64),
            "{name}: header"
        );
        assert_eq!(&local[30..30 + name.len()], name.as_bytes());
        let end = start + 30 + name_bytes + extra_bytes + entry.compressed_size();
        let descriptors: &[u64] = if flags & 8 == 0 { &[0] } else { &[12, 16, 20, 24] };
        assert!(descriptors.iter().any(|bytes| end + bytes == next), "{name}: {end}, then {next}");
        start = next;
    }
    assert_eq!(start, directory_offset(data), "bytes before the directory that are no entry's");
}

/// Where the end record says that the directory starts: the record that is the last, for there is one only.
fn directory_offset(data: &[u8]) -> u64 {
    let end = data.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").expect("an end record");
    match number(data, end + 16, 4) {
        0xffff_ffff => number(data, end - 20 - 56 + 48, 8),
        offset => offset,
    }
}

/// A little-endian number.
fn number(data: &[u8], at: usize, bytes: usize) -> u64 {
    data[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

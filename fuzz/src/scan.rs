//! The container's scan: what is let in lies where it says, and is within its limits.

use dss_security::{EntryPath, Limits, OpenOptions, OpenedArchive, codes};

use crate::zips;

/// Bytes of a local header before its name.
const HEADER_BYTES: u64 = 30;

/// Opens `data` as an archive, with the strictest options and with the most generous ones.
///
/// # Panics
/// If entries overlap, lie outside the file, break a limit or a name rule, or if stricter options accept more.
pub fn scan(data: &[u8]) {
    let strict = OpenOptions::strict().with_limits(tiny_limits());
    let wide = OpenOptions::upload();
    let generous = OpenedArchive::open(data, &wide).ok();
    match OpenedArchive::open(data, &strict) {
        Ok(archive) => {
            check(&archive, data);
            for entry in archive.entries().filter(|entry| !entry.is_dir()) {
                EntryPath::parse(entry.name()).expect("an entry's name has passed the name rules");
            }
            let generous = generous.as_ref().expect("more generous options let it in, too");
            assert!(archive.entries().eq(generous.entries()), "options change what is read");
        }
        Err(error) => {
            assert!(
                codes().iter().any(|known| known.code == error.code()),
                "{error}: code {} is in no list",
                error.code()
            );
            assert!(!error.to_string().contains(char::is_control), "{error:?}: not one line of text");
        }
    }
    if let Some(archive) = generous {
        check(&archive, data);
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

fn check(archive: &OpenedArchive<&[u8]>, data: &[u8]) {
    let length = u64::try_from(data.len()).expect("a length");
    assert_eq!(archive.archive_bytes(), length);
    let mut end = 0;
    for entry in archive.entries() {
        assert_eq!(entry.header_offset(), end, "{}: overlap or gap", entry.name());
        let name = u64::try_from(entry.name().len()).expect("a length");
        end = entry.header_offset() + HEADER_BYTES + name + entry.compressed_size();
        assert!(end <= length, "{}: ends outside the file", entry.name());
        let found = archive.find(entry.name()).expect("every entry is found by its name");
        assert_eq!(found, entry, "a name means one entry");
        // Extra fields and descriptors may follow: the next entry says where it starts.
        let next = archive.entries().nth(entry.index() + 1).map(dss_security::EntryInfo::header_offset);
        if let Some(next) = next {
            assert!(next >= end, "{}: overlaps the next entry", entry.name());
            end = next;
        }
    }
}

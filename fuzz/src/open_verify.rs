//! The whole container: what was verified can be read, in any rhythm, and is within its limits.

use std::io::Read;

use dss_security::{Method, OpenOptions, OpenedArchive, Sha256Digest};

use crate::{scan, zips};

/// Opens `data` and reads every entry, in two rhythms.
///
/// # Panics
/// If an entry of a verified archive cannot be read or has another size than it says, or if more comes out of the
/// archive than its limits allow.
pub fn open_verify(data: &[u8]) {
    let limits = scan::tiny_limits();
    let options = OpenOptions::strict().with_limits(limits.clone());
    let Ok(archive) = OpenedArchive::open_verified(data, &options) else { return };
    assert!(archive.entries().len() as u64 <= limits.entries);
    let mut total = 0;
    for entry in archive.entries() {
        let mut whole = Vec::new();
        archive.reader(entry).expect("our own entry").read_to_end(&mut whole).expect("verified data");
        let size = whole.len() as u64;
        assert_eq!(size, entry.size(), "{}: another size", entry.name());
        assert!(size <= limits.entry_bytes, "{}: more than it may be", entry.name());
        total += size;
        assert_eq!(in_small_steps(archive.reader(entry).expect("our own entry")), whole, "{}", entry.name());
        let raw = archive.compressed_sha256(entry).expect("our own entry");
        if entry.method() == Method::Stored {
            assert_eq!(raw, Sha256Digest::of(&whole), "{}: stored data is its own", entry.name());
        }
    }
    assert_eq!(total, archive.total_bytes());
    assert!(total <= limits.total_bytes, "more came out than may");
    if archive.check_canonical().is_ok() {
        assert!(archive.entries().all(|entry| !entry.is_dir()), "canonical archives have no folders");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    zips::honest()
}

fn in_small_steps(mut reader: impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 7];
    for step in (1..=buffer.len()).cycle() {
        match reader.read(&mut buffer[..step]).expect("verified data") {
            0 => break,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
    all
}

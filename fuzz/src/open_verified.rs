//! The whole container: what was verified can be read, is what the other reader reads, and is within its limits.

use std::io::{Cursor, Read};

use dss_security::{OpenOptions, OpenedArchive, Sha256Digest};

use crate::{scan, zips};

/// Opens `data`, reads every entry in two rhythms, and compares with the `zip` crate.
///
/// # Panics
/// If an entry of a verified archive cannot be read, has another size than it says, or if the `zip` crate finds
/// other entries or other bytes in them.
pub fn open_verified(data: &[u8]) {
    let limits = scan::tiny_limits();
    let options = OpenOptions::strict().with_limits(limits.clone());
    let Ok(archive) = OpenedArchive::open_verified(data, &options) else { return };
    let mut peer = zip::ZipArchive::new(Cursor::new(data)).expect("the zip crate opens what we open");
    assert_eq!(peer.len(), archive.entries().len(), "the zip crate sees other entries");
    let mut total = 0;
    for entry in archive.entries() {
        let mut whole = Vec::new();
        archive.reader(entry).expect("our own entry").read_to_end(&mut whole).expect("verified data");
        let size = u64::try_from(whole.len()).expect("a length");
        assert_eq!(size, entry.size(), "{}: another size", entry.name());
        total += size;
        assert_eq!(in_small_steps(archive.reader(entry).expect("our own entry")), whole, "{}", entry.name());
        if !entry.is_dir() {
            let mut theirs = Vec::new();
            let mut file = peer.by_name(entry.name()).expect("the zip crate finds the name");
            file.read_to_end(&mut theirs).expect("the zip crate reads it");
            assert_eq!(theirs, whole, "{}: the zip crate reads other bytes", entry.name());
        }
        let raw = archive.compressed_sha256(entry).expect("our own entry");
        if entry.size() == entry.compressed_size() && entry.method() == dss_security::Method::Stored {
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

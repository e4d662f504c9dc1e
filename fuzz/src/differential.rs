//! Our reader and others': what we open, everybody must read as the same files.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use dss_security::{OpenOptions, OpenedArchive, Sha256Digest};
use flate2::bufread::DeflateDecoder;

use crate::zips;

/// Names of entries, and the hashes of what is in them.
type Listing = BTreeSet<(Vec<u8>, Sha256Digest)>;

/// Opens `data` with every policy allowed, for no policy may be what keeps two readers together, and compares with
/// what the crates `zip` and `rawzip` find.
///
/// # Panics
/// If one of them refuses what we open, or finds other names or other bytes: whoever checks with one reader and
/// unpacks with the other can be fooled.
pub fn differential(data: &[u8]) {
    let options = OpenOptions::strict().with_policy(zips::anything());
    let Ok(archive) = OpenedArchive::open_verified(data, &options) else { return };
    let entries = archive.entries().map(|entry| {
        let mut content = Vec::new();
        archive.reader(entry).expect("our own entry").read_to_end(&mut content).expect("verified data");
        (entry.name().as_bytes().to_vec(), Sha256Digest::of(&content))
    });
    let ours: Listing = entries.collect();
    if ours.is_empty() {
        // There is nothing to disagree about; and `rawzip` 0.5.2 does not read an empty archive in its zip64 form.
        return;
    }
    let theirs = with_zip(data).unwrap_or_else(|error| panic!("`zip` does not read what we open: {error}"));
    assert_eq!(theirs, ours, "`zip` finds something else");
    let theirs =
        with_rawzip(data).unwrap_or_else(|error| panic!("`rawzip` does not read what we open: {error}"));
    assert_eq!(theirs, ours, "`rawzip` finds something else");
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    zips::honest()
}

fn with_zip(data: &[u8]) -> Result<Listing, Box<dyn std::error::Error>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(data))?;
    let mut found = Listing::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        found.insert((file.name_raw().to_vec(), Sha256Digest::of(&content)));
    }
    Ok(found)
}

fn with_rawzip(data: &[u8]) -> Result<Listing, Box<dyn std::error::Error>> {
    let archive = rawzip::ZipArchive::from_slice(data)?;
    let mut entries = archive.entries();
    let mut found = Listing::new();
    while let Some(entry) = entries.next_entry()? {
        let raw = archive.get_entry(entry.wayfinder())?;
        let mut content = Vec::new();
        match entry.compression_method() {
            rawzip::CompressionMethod::STORE => raw.verifying_reader(raw.data()).read_to_end(&mut content)?,
            _ => raw.verifying_reader(DeflateDecoder::new(raw.data())).read_to_end(&mut content)?,
        };
        let name = entry.file_path();
        assert_eq!(raw.local_header().file_path().as_ref(), name.as_ref(), "local and central name");
        found.insert((name.as_ref().to_vec(), Sha256Digest::of(&content)));
    }
    Ok(found)
}

//! The canonical form: a change of any bit of an archive is seen.

use std::thread;

use dss_service::format::archive::Archive;
use dss_service::format::manifest::Content;
use dss_service::format::{FormatError, FormatErrorKind};
use dss_service::model::Stage;
use dss_service::security::{Method, OpenOptions, OpenedArchive};
use dss_testkit::TestResult;

use crate::docs::acme;

/// What `dss verify --canonical` does before it looks at the contents.
fn check(bytes: &[u8]) -> Result<(), FormatError> {
    Archive::open(bytes, &OpenOptions::strict())?.check_canonical()
}

#[test]
fn every_bit_of_an_archive_counts() -> TestResult {
    let (_fixture, path) = acme::archive()?;
    let honest = std::fs::read(path)?;
    check(&honest)?;
    let archive = Archive::open(honest.as_slice(), &OpenOptions::strict())?;
    let roles: std::collections::BTreeSet<_> =
        archive.contents().iter().map(|content| content.role.name()).collect();
    assert_eq!(
        roles.into_iter().collect::<Vec<_>>(),
        ["asset", "assets", "components", "deleted", "mimetype", "resolver", "tokens"]
    );
    let has_dynamic_codes = archive.container().entries().any(|entry| {
        let at = entry.header_offset() + 30 + u64::try_from(entry.name().len()).unwrap_or_default();
        let first = usize::try_from(at).ok().and_then(|at| honest.get(at)).copied().unwrap_or_default();
        entry.method() == Method::Deflate && first & 0b110 == 0b100
    });
    assert!(has_dynamic_codes, "the sample is too small");

    // The whole check reads the manifest each time; for most bits of entries' data it is enough to see that the hash
    // which it compares is another one.
    let data: Vec<_> = archive
        .container()
        .entries()
        .zip(archive.contents())
        .map(|(entry, content)| {
            let start = entry.header_offset() + 30 + u64::try_from(entry.name().len()).unwrap_or_default();
            (start..start + entry.compressed_size(), content)
        })
        .collect();
    let is_refused = |changed: &[u8], at: usize, bit: usize| {
        let position = u64::try_from(at).unwrap_or(u64::MAX);
        match data.iter().find(|(range, _)| range.contains(&position)) {
            Some((_, content)) if bit != at % 8 => is_other_data(changed, content),
            _ => check(changed).is_err(),
        }
    };
    let unseen = |from: usize| {
        let mut changed = honest.clone();
        let mut unseen = Vec::new();
        for at in (from..honest.len()).step_by(WORKERS) {
            for bit in 0..8 {
                flip(&mut changed, at, bit);
                if !is_refused(&changed, at, bit) {
                    unseen.push((at, bit));
                }
                flip(&mut changed, at, bit);
            }
        }
        unseen
    };
    let unseen: Vec<_> = thread::scope(|scope| {
        let unseen = &unseen;
        let workers: Vec<_> = (0..WORKERS).map(|from| scope.spawn(move || unseen(from))).collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    for unseen in unseen {
        assert_eq!(unseen.map_err(|_| "a worker panicked")?, [], "byte and bit");
    }
    Ok(())
}

fn flip(bytes: &mut [u8], at: usize, bit: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

/// Whether the entry lies in the file in other bytes than the manifest lists.
fn is_other_data(archive: &[u8], content: &Content) -> bool {
    let listed = content.compressed.map_or(content.sha256, |compressed| compressed.sha256);
    let found = OpenedArchive::open(archive, &OpenOptions::strict()).ok().and_then(|archive| {
        let entry = archive.find(&content.path)?;
        archive.compressed_sha256(entry).ok()
    });
    found.is_some_and(|found| found.0 != listed.to_bytes())
}

/// As many as CI machines have cores.
const WORKERS: usize = 2;

/// The hash of contents that are compressed otherwise is the same, so that only the compressed hash tells.
#[test]
fn the_manifest_tells_how_entries_were_compressed() -> TestResult {
    let (_fixture, path) = acme::archive()?;
    let honest = std::fs::read(path)?;
    let archive = Archive::open(honest.as_slice(), &OpenOptions::strict())?;
    for content in archive.contents() {
        let entry = archive.container().find(&content.path).ok_or("an entry")?;
        let found = content.compressed.map(|compressed| (compressed.size, compressed.sha256.to_string()));
        let expected = (entry.method() == Method::Deflate)
            .then(|| archive.container().compressed_sha256(entry))
            .transpose()?
            .map(|sha256| (entry.compressed_size(), sha256.to_string()));
        assert_eq!(found, expected, "{}", content.path);
    }
    Ok(())
}

#[test]
fn an_error_is_of_the_stage_archive() -> TestResult {
    let (_fixture, path) = acme::archive()?;
    let mut bytes = std::fs::read(path)?;
    // The time of the first entry: nobody but the canonical form cares.
    if let Some(byte) = bytes.get_mut(10) {
        *byte ^= 1;
    }
    let error = check(&bytes).err().ok_or("refused")?;
    assert_eq!((error.kind(), error.stage()), (FormatErrorKind::Archive, Stage::Archive));
    Ok(())
}

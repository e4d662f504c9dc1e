//! The public surface: lookups, warnings, foreign entries, threads, digests, dependencies.

use std::io::{self, Read as _};
use std::process::Command;
use std::sync::Arc;

use dss_security::{HashingReader, Limits, OpenOptions, OpenedArchive, ReadError, Sha256Digest};

use crate::lying::{Entry, archive};

fn sample() -> Vec<u8> {
    archive([
        Entry::stored("z/", b""),
        Entry::stored("z/b", b"stored"),
        Entry::deflated("a", b"deflated deflated"),
    ])
    .bytes()
}

#[test]
fn entries_are_in_file_order_and_found_by_name() {
    let archive = OpenedArchive::open(sample(), &OpenOptions::strict()).unwrap();
    assert_eq!(archive.entries().len(), 3);
    let names: Vec<_> =
        archive.entries().map(|entry| (entry.name(), entry.is_dir(), entry.index())).collect();
    assert_eq!(names, [("z/", true, 0), ("z/b", false, 1), ("a", false, 2)]);
    for entry in archive.entries() {
        assert_eq!(archive.find(entry.name()), Some(entry));
    }
    assert!(archive.find("z").is_none() && archive.find("").is_none() && archive.find("zz").is_none());
    assert_eq!(archive.total_bytes(), 6 + 17);
    assert_eq!(archive.archive_bytes(), sample().len() as u64);
}

#[test]
fn entries_of_another_archive_are_refused() {
    let archive = OpenedArchive::open(sample(), &OpenOptions::strict()).unwrap();
    let other = OpenedArchive::open(
        crate::lying::archive([Entry::stored("a", b"x")]).bytes(),
        &OpenOptions::strict(),
    );
    let other = other.unwrap();
    let foreign = other.find("a").unwrap();
    assert_eq!(archive.reader(foreign).unwrap_err().code(), "foreign_entry");
    assert_eq!(archive.compressed_sha256(foreign).unwrap_err().code(), "foreign_entry");
}

#[test]
fn warnings_from_eighty_percent() {
    let warnings = |entries| {
        let limits = Limits::default().with_entries(entries);
        let archive = OpenedArchive::open(sample(), &OpenOptions::strict().with_limits(limits)).unwrap();
        archive.warnings().to_vec()
    };
    assert!(warnings(4).is_empty());
    let warnings = warnings(3);
    assert_eq!(warnings.len(), 1);
    assert_eq!((warnings[0].limit, warnings[0].value, warnings[0].max), ("entries", 3, 3));
}

#[test]
fn readers_work_on_several_threads() {
    let archive = Arc::new(OpenedArchive::open(Arc::new(sample()), &OpenOptions::strict()).unwrap());
    let hashes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = archive
            .entries()
            .map(|entry| {
                let mut reader = HashingReader::new(archive.reader(entry).unwrap());
                scope.spawn(move || {
                    io::copy(&mut reader, &mut io::sink()).unwrap();
                    reader.finish().1
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(hashes, [&b""[..], b"stored", b"deflated deflated"].map(Sha256Digest::of));
}

#[test]
fn a_file_is_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    std::fs::write(&path, sample()).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let archive = OpenedArchive::open_verified(file, &OpenOptions::strict()).unwrap();
    // What changes after `open` is caught while reading.
    let mut changed = sample();
    let at = changed.windows(6).position(|window| window == b"stored").unwrap();
    changed[at] = b'S';
    std::fs::write(&path, changed).unwrap();
    let mut reader = archive.reader(archive.find("z/b").unwrap()).unwrap();
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    let error = error.get_ref().and_then(|inner| inner.downcast_ref::<ReadError>()).unwrap();
    assert_eq!(error.code(), "checksum_mismatch");
}

#[test]
fn any_source_behind_a_pointer() {
    let source: Box<dyn dss_security::ReadAt + Send + Sync> = Box::new(sample());
    let archive = OpenedArchive::open(source, &OpenOptions::strict()).unwrap();
    assert!(archive.verify().is_ok());
}

#[test]
fn the_tree_is_small() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "-p",
            "dss-security",
            "-e",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let Ok(tree) = tree else { return };
    let text = String::from_utf8(tree.stdout).unwrap();
    let mut crates: Vec<_> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    crates.sort_unstable();
    crates.dedup();
    assert!(crates.len() < 15, "{crates:?}");
}

#[cfg(feature = "serde")]
#[test]
fn options_come_from_a_configuration_file() {
    let options: OpenOptions = serde_json::from_str(
        r#"{"limits": {"entries": 5}, "policy": {"hidden_files": "allow-finder", "special_modes": "allow"}}"#,
    )
    .unwrap();
    assert_eq!(options.limits, Limits::default().with_entries(5));
    assert!(!options.policy.eq(&dss_security::Policy::strict()));
    assert!(serde_json::from_str::<OpenOptions>(r#"{"limits": {"entires": 5}}"#).is_err());
    let digest = Sha256Digest::of(b"");
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<Sha256Digest>(&text).unwrap(), digest);
    assert!(serde_json::from_str::<Sha256Digest>(&text.to_uppercase()).is_err());
    assert!(serde_json::from_str::<dss_security::EntryPath>("\"../x\"").is_err());
}

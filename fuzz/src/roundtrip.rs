//! Archives of ours: whatever sets are called and hold, what was written is opened and is the same.

use std::io::Read;

use dss_format::archive::Archive;
use dss_format::manifest::Role;
use dss_security::OpenOptions;

use crate::zips;

/// Between the name and the content of a set, and between two sets.
const SEPARATOR: u8 = 0xff;
/// Sets of one archive: more find nothing new.
const SETS_MAX: usize = 24;

/// Reads `data` as names and contents by turns, separated by bytes 0xff, and takes them through an archive.
///
/// # Panics
/// If the archive is refused, is not canonical, or holds something else.
pub fn roundtrip(data: &[u8]) {
    let mut pieces = data.split(|byte| *byte == SEPARATOR);
    let mut sets: Vec<(String, &[u8])> = Vec::new();
    while let (Some(name), true) = (pieces.next(), sets.len() < SETS_MAX) {
        sets.push((String::from_utf8_lossy(name).into_owned(), pieces.next().unwrap_or_default()));
    }
    let sets: Vec<(&str, &[u8])> = sets.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let (bytes, paths) = zips::project(&sets);
    assert_eq!(zips::project(&sets).0, bytes, "the same sets give other bytes");

    // Contents that start like an archive are the policy's business, not ours here.
    let mut options = OpenOptions::strict();
    options.policy = options.policy.with_nested_archives(dss_security::Stance::Allow);
    let archive =
        Archive::open(bytes.as_slice(), &options).unwrap_or_else(|error| panic!("{paths:?}: {error}"));
    archive.container().check_canonical().expect("our archives are canonical");
    let contents: Vec<_> = archive.contents_of(Role::Tokens).collect();
    assert_eq!(contents.len(), sets.len());
    for ((content, path), (set, expected)) in contents.into_iter().zip(&paths).zip(&sets) {
        assert_eq!((&content.path, content.set.as_deref()), (path, Some(*set)));
        let mut payload = archive.payload(content).expect("it is there");
        let mut found = Vec::new();
        payload.read_to_end(&mut found).expect("honest data");
        payload.finish().expect("unchanged data");
        assert_eq!(found, *expected, "{path}: other bytes");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let sets: [&[&str]; 4] = [
        &["base", "{}", "dark", r#"{"a":{"$value":1}}"#],
        &["A/b", "1", "a/B", "2", "a", "3", "A/B/c", "4", "a/b.tokens.json", "5"],
        &["", "", "..", "x", "con.x/nul", "y", "a\\b:c", "z", ".hidden/ends.", "w", "a//b", ""],
        &[
            "straße",
            "1",
            "STRASSE",
            "2",
            "STRA\u{1e9e}E",
            "2",
            "é",
            "3",
            "e\u{301}",
            "4",
            "．．／x",
            "5",
            "\u{202e}",
            "6",
        ],
    ];
    sets.map(|pieces| {
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
        pieces.join(&SEPARATOR)
    })
    .into()
}

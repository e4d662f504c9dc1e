//! What holds for every archive.

use std::io::Read as _;

use dss_security::{EntryPath, Limits, OpenOptions, OpenedArchive};
use proptest::prelude::*;

use crate::canonical::write;
use crate::lying::{Entry, archive};

/// Distinct names by construction, with folders and letters of several lengths.
fn entries() -> impl Strategy<Value = Vec<(String, Vec<u8>, u8)>> {
    let segment = "[a-z0-9é色🎨_-]{1,6}";
    let data = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), 0..5000_usize).prop_map(|(byte, count)| vec![byte; count]),
    ];
    let entry = (prop::collection::vec(segment, 1..4), data, 0..6_u8);
    prop::collection::vec(entry, 0..12).prop_map(|entries| {
        let name = |at: usize, segments: Vec<String>| format!("{at}-{}", segments.join("/"));
        entries
            .into_iter()
            .enumerate()
            .map(|(at, (segments, data, kind))| (name(at, segments), data, kind))
            .collect()
    })
}

fn make(entries: &[(String, Vec<u8>, u8)]) -> Vec<u8> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, data, kind)| match kind {
            0 => Entry::stored(name, data),
            1 => Entry::deflated(name, data),
            kind => Entry::deflated(name, data).streamed(kind & 1 == 1, kind & 2 == 2),
        })
        .collect();
    archive(entries).bytes()
}

fn read_all(bytes: &[u8], options: &OpenOptions) -> Option<Vec<(String, Vec<u8>)>> {
    let archive = OpenedArchive::open_verified(bytes, options).ok()?;
    let limits = &options.limits;
    assert!(archive.entries().len() as u64 <= limits.entries && archive.total_bytes() <= limits.total_bytes);
    let mut all = Vec::new();
    for entry in archive.entries() {
        let mut data = Vec::new();
        archive.reader(entry).unwrap().read_to_end(&mut data).unwrap();
        assert!(data.len() as u64 == entry.size() && entry.size() <= limits.entry_bytes);
        all.push((entry.name().to_owned(), data));
    }
    Some(all)
}

fn is_archive(data: &[u8]) -> bool {
    [&b"PK"[..], b"Rar!", b"7z"].iter().any(|magic| data.starts_with(magic))
}

proptest! {
    #[test]
    fn honest_archives_read_back_equal(entries in entries()) {
        prop_assume!(!entries.iter().any(|(_, data, _)| is_archive(data)));
        let read = read_all(&make(&entries), &OpenOptions::strict()).expect("an honest archive opens");
        let expected: Vec<_> = entries.into_iter().map(|(name, data, _)| (name, data)).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn what_our_writer_makes_is_canonical(entries in entries()) {
        prop_assume!(!entries.iter().any(|(_, data, _)| is_archive(data)));
        let entries: Vec<_> = entries.iter().map(|(name, data, kind)| (name.as_str(), &data[..], *kind == 0)).collect();
        let bytes = write(&entries);
        let archive = OpenedArchive::open(bytes, &OpenOptions::strict()).unwrap();
        archive.check_canonical().unwrap();
    }

    #[test]
    fn changed_archives_never_panic_or_exceed(
        entries in entries(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let limits = Limits::default().with_entry_bytes(4000).with_total_bytes(9000).with_entries(10);
        let options = OpenOptions::strict().with_limits(limits);
        let mut bytes = make(&entries);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        read_all(&bytes, &options);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let tail = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0";
        read_all(&bytes, &OpenOptions::upload());
        read_all(&[&bytes[..], tail].concat(), &OpenOptions::upload());
    }

    #[test]
    fn accepted_names_stay_below_the_root(name in "[a-zA-Z./\\\\: \u{ff0e}\u{ff0f}é]{0,12}") {
        if let Ok(path) = name.parse::<EntryPath>() {
            let joined = path.join_under(std::path::Path::new("root"));
            let mut components = joined.components();
            prop_assert_eq!(components.next(), Some(std::path::Component::Normal("root".as_ref())));
            prop_assert!(components.all(|part| matches!(part, std::path::Component::Normal(_))));
            prop_assert!(!name.contains(['\\', ':']) && !name.starts_with('/'));
            prop_assert_eq!(path.as_str(), name.as_str());
        }
    }
}

//! The canonical form: what the `zip` crate writes for us, and nothing else.

use std::io::{Cursor, Write as _};

use dss_security::{OpenError, OpenOptions, OpenedArchive};
use zip::write::SimpleFileOptions;

use crate::lying::{Archive, Entry, archive};

/// Writes as the `.dss` writer does.
pub(crate) fn write(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
    write_at(None, entries)
}

fn write_at(level: Option<i64>, entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let options =
        SimpleFileOptions::default().last_modified_time(zip::DateTime::default()).unix_permissions(0o644);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for &(name, data, is_stored) in entries {
        let method =
            if is_stored { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let level = level.filter(|_| !is_stored);
        let options = options.compression_method(method).compression_level(level);
        writer.start_file(name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A small archive with every kind of block: stored data, fixed and dynamic codes, an empty stream, stored
/// blocks.
fn sample() -> Vec<u8> {
    let lines: Vec<_> =
        (0..30).map(|at| format!("\"color-{at}\":{{\"$value\":\"#{:06x}\"}},\n", at * 40_503)).collect();
    let text = lines.concat();
    let noise: Vec<u8> = (0..200_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    write(&[
        ("mimetype", b"application/vnd.dss.project+zip", true),
        ("tokens/color.tokens.json", text.as_bytes(), false),
        ("tokens/größe.tokens.json", b"{\"a\":1}", false),
        ("assets/noise.bin", &noise, false),
        ("empty.json", b"", false),
        ("manifest.json", b"{\"formatVersion\":1}", false),
    ])
}

fn check(bytes: &[u8]) -> Result<(), OpenError> {
    OpenedArchive::open(bytes, &OpenOptions::strict())?.check_canonical()
}

#[test]
fn what_the_zip_crate_writes_is_canonical() {
    check(&sample()).unwrap();
    check(&write(&[])).unwrap();
    check(&write(&[("a", &vec![7; 300_000], false), ("b", &vec![7; 300_000], true)])).unwrap();
}

#[test]
fn every_level_is_canonical() {
    let noise: Vec<u8> = (0..150_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 15) as u8).collect();
    let text: Vec<u8> =
        (0..20_000_u32).flat_map(|at| format!("{{\"{at}\":{}}},", at % 977).into_bytes()).collect();
    let unlike: Vec<u8> = (0..=255).collect();
    for level in 1..=9 {
        let entries = [
            ("noise", &noise[..], false),
            ("text", &text, false),
            ("unlike", &unlike, false),
            ("one", b"a", false),
            ("none", b"", false),
            ("same", &vec![b'x'; 70_000], false),
        ];
        check(&write_at(Some(level), &entries)).unwrap();
    }
}

/// A list of compressed hashes covers the data, the check everything else.
#[test]
fn every_bit_counts() {
    let honest = sample();
    let hashes = |bytes: &[u8]| {
        let archive = OpenedArchive::open(bytes, &OpenOptions::strict()).unwrap();
        archive.entries().map(|entry| archive.compressed_sha256(entry).unwrap()).collect::<Vec<_>>()
    };
    let archive = OpenedArchive::open(honest.as_slice(), &OpenOptions::strict()).unwrap();
    let data_ranges: Vec<_> = archive
        .entries()
        .map(|entry| {
            let start = entry.header_offset() + 30 + entry.name().len() as u64;
            start..start + entry.compressed_size()
        })
        .collect();
    let honest_hashes = hashes(&honest);
    for at in 0..honest.len() {
        for bit in 0..8 {
            let mut changed = honest.clone();
            changed[at] ^= 1 << bit;
            if check(&changed).is_ok() {
                let in_data = data_ranges.iter().any(|range| range.contains(&(at as u64)));
                assert!(in_data, "bit {bit} of byte {at} is in no entry's data, and makes no difference");
                assert_ne!(hashes(&changed), honest_hashes);
            }
        }
    }
}

#[test]
fn every_byte_of_the_headers_has_one_value() {
    let honest = write(&[("mimetype", b"x", true), ("a.json", b"{\"a\":1,\"b\":2}", true)]);
    for at in 0..honest.len() {
        for value in 0..=255 {
            let mut changed = honest.clone();
            changed[at] = value;
            assert_eq!(check(&changed).is_ok(), value == honest[at], "byte {at} as {value}");
        }
    }
}

#[track_caller]
fn check_not_canonical(archive: &Archive) {
    let error = check(&archive.bytes()).unwrap_err();
    assert_eq!((error.rule(), error.code()), ("K1", "not_canonical"), "{error}");
}

/// The entry as the zip crate writes it.
fn plain(name: &str, data: &[u8]) -> Entry {
    Entry::stored(name, data).both(|header| (header.needed, header.made_by) = (10, 0x030A))
}

#[test]
fn honest_but_not_ours() {
    check(&archive([plain("a", b"x"), plain("b", b"y")]).bytes()).unwrap();
    check_not_canonical(&archive([plain("a", b"x").both(|header| header.time = 1)]));
    check_not_canonical(&archive([plain("a", b"x").both(|header| header.extra = vec![1, 2, 0, 0])]));
    check_not_canonical(&archive([plain("a", b"x").central(|header| header.comment = b"c".to_vec())]));
    check_not_canonical(&archive([plain("a", b"x").central(|header| header.attributes = 0)]));
    check_not_canonical(&archive([plain("a", b"x").streamed(true, false)]));
    check_not_canonical(&archive([plain("d/", b"")]));
    check_not_canonical(&archive([plain("a", b"x")]).end64(|_| {}));
    check_not_canonical(&archive([plain("a", b"x")]).with(|archive| archive.comment = b"c".to_vec()));
    let swapped = archive([
        plain("a", b"x")
            .central(|header| (header.name, header.crc, header.offset) = (b"b".to_vec(), 0, Some(32))),
        plain("b", b"x").central(|header| (header.name, header.offset) = (b"a".to_vec(), Some(0))),
    ]);
    let crc = crate::lying::crc(b"x");
    let swapped = swapped.with(|archive| archive.entries[0].central.crc = crc);
    check_not_canonical(&swapped);
}

/// Padding bits mean nothing, and in data that repeats, a match has equals: inflating cannot tell them apart,
/// only the compressed hash can.
#[test]
fn other_spellings_are_seen_by_the_compressed_hash() {
    let honest = write(&[("a", &[7; 3000], false)]);
    let hash = |bytes: &[u8]| {
        let archive = OpenedArchive::open(bytes, &OpenOptions::strict()).unwrap();
        archive.compressed_sha256(archive.find("a").unwrap()).unwrap()
    };
    let archive = OpenedArchive::open(honest.as_slice(), &OpenOptions::strict()).unwrap();
    let end = 31 + archive.find("a").unwrap().compressed_size() as usize;
    let mut unseen = 0;
    for (at, bit) in (31..end).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut changed = honest.clone();
        changed[at] ^= 1 << bit;
        if check(&changed).is_ok() {
            unseen += 1;
            assert_ne!(hash(&changed), hash(&honest));
        }
    }
    assert!(unseen > 0, "the README may promise more than it does");
}

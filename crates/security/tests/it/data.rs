//! Stage D.

use std::io::Read as _;

use dss_security::{OpenOptions, OpenedArchive, Policy, ReadAt, ReadError, Stance};

use crate::lying::{Entry, archive, check_with, deflate, opened, refused};

const DATA: &[u8] = b"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}";

#[test]
fn d1_deflate_ends_where_it_says() {
    let raw = deflate(DATA);
    let with = |raw: Vec<u8>| archive([Entry::raw("a", 8, raw, DATA)]);
    opened(&with(raw.clone()));
    refused(&with(raw[..raw.len() - 1].to_vec()), "D1", "corrupt_data");
    refused(&with([&raw[..], &[0]].concat()), "D1", "trailing_data");
    refused(&with(vec![0xFF; 20]), "D1", "corrupt_data");
    // The same data without a final block.
    let mut open_ended = vec![0, DATA.len() as u8, 0, !(DATA.len() as u8), 0xFF];
    open_ended.extend(DATA);
    refused(&with(open_ended), "D1", "corrupt_data");
    refused(&archive([Entry::raw("a", 8, raw.clone(), &DATA[1..])]), "D1", "wrong_size");
    refused(&archive([Entry::raw("a", 8, raw, &[DATA, b" "].concat())]), "D1", "wrong_size");
    refused(&archive([Entry::raw("a", 8, vec![], b"")]), "D1", "corrupt_data");
    refused(&archive([Entry::raw("a", 8, deflate(b"x"), b"")]), "D1", "wrong_size");
}

#[test]
fn d1_a_lying_bomb_stops_at_its_claim() {
    let bomb = Entry::raw("a", 8, deflate(&vec![0; 8 << 20]), b"tiny");
    let options = OpenOptions::strict().with_policy(Policy::strict().with_slow_streams(Stance::Allow));
    let bytes = archive([bomb]).bytes();
    let archive = OpenedArchive::open(bytes, &options).unwrap();
    let entry = archive.find("a").unwrap();
    let mut out = Vec::new();
    assert!(archive.reader(entry).unwrap().read_to_end(&mut out).is_err());
    assert!(out.len() <= 4);
}

#[test]
fn d2_crc() {
    for entry in [Entry::stored("a", DATA), Entry::deflated("a", DATA)] {
        refused(&archive([entry.clone().both(|header| header.crc ^= 1)]), "D2", "checksum_mismatch");
        refused(&archive([entry.both(|header| header.crc = 0)]), "D2", "checksum_mismatch");
    }
    refused(&archive([Entry::stored("a", b"").both(|header| header.crc = 1)]), "D2", "checksum_mismatch");
}

#[test]
fn the_last_byte_comes_after_the_checks() {
    for entry in [Entry::stored("a", DATA), Entry::deflated("a", DATA)] {
        let bytes = archive([entry.both(|header| header.crc ^= 1)]).bytes();
        let archive = OpenedArchive::open(bytes, &OpenOptions::strict()).unwrap();
        let mut reader = archive.reader(archive.entries().next().unwrap()).unwrap();
        let mut read = 0;
        let error = loop {
            match reader.read(&mut [0]) {
                Ok(count) => read += count,
                Err(error) => break error,
            }
        };
        assert_eq!(read, DATA.len() - 1);
        let refusal = error.get_ref().and_then(|inner| inner.downcast_ref::<ReadError>()).unwrap();
        assert_eq!(refusal.code(), "checksum_mismatch");
        assert!(reader.read(&mut [0]).is_err(), "an error is final");
    }
}

#[test]
fn p_nested() {
    let magics: [&[u8]; 5] =
        [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07\x01", b"7z\xbc\xaf\x27\x1c"];
    for magic in magics {
        let data = [magic, b" and more of it"].concat();
        for entry in [Entry::stored("a", &data), Entry::deflated("a", &data)] {
            let archive = archive([entry]);
            refused(&archive, "P-nested", "nested_archive");
            let allow =
                OpenOptions::strict().with_policy(Policy::strict().with_nested_archives(Stance::Allow));
            check_with(&allow, &archive.bytes(), "-", "opened");
        }
        opened(&archive([Entry::stored("a", &data[1..]), Entry::stored("b", &magic[..3])]));
    }
}

#[test]
fn any_buffer_size_reads_the_same() {
    let data: Vec<u8> = (0..100_000_u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
    let bytes =
        archive([Entry::stored("s", &data), Entry::deflated("d", &data), Entry::stored("e", b"")]).bytes();
    let archive = OpenedArchive::open_verified(bytes, &OpenOptions::strict()).unwrap();
    for size in [1, 5, 6, 7, 4096, 100_000, 100_001] {
        for (name, expected) in [("s", &data[..]), ("d", &data), ("e", b"")] {
            let mut reader = archive.reader(archive.find(name).unwrap()).unwrap();
            let (mut out, mut buf) = (Vec::new(), vec![0; size]);
            while let count @ 1.. = reader.read(&mut buf).unwrap() {
                out.extend_from_slice(&buf[..count]);
            }
            assert!(out == expected, "{name} by {size}");
            assert_eq!(reader.read(&mut buf).unwrap(), 0);
        }
    }
}

/// A source that gives one byte at a time, is interrupted in between, and may end early.
struct Awkward {
    bytes: Vec<u8>,
    end: usize,
    calls: std::sync::atomic::AtomicUsize,
}

impl ReadAt for Awkward {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> std::io::Result<usize> {
        if self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(2) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let (offset, room) = (offset as usize, buf.len().min(1));
        self.bytes[..self.end].read_at(&mut buf[..room], offset as u64)
    }

    fn len(&self) -> std::io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }
}

#[test]
fn short_reads_and_a_shrinking_file() {
    let bytes = archive([Entry::stored("s", DATA), Entry::deflated("d", DATA)]).bytes();
    let awkward = |end| Awkward { bytes: bytes.clone(), end, calls: 0.into() };
    assert!(OpenedArchive::open_verified(awkward(bytes.len()), &OpenOptions::strict()).is_ok());
    for end in 0..bytes.len() {
        let error = OpenedArchive::open_verified(awkward(end), &OpenOptions::strict()).unwrap_err();
        assert_eq!((error.code(), error.rule()), ("archive_unreadable", "-"));
    }
}

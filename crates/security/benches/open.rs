//! Proving a container sane, and inflating from what was proven.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to report")]

use std::io::{Cursor, Write as _, copy, sink};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use dss_security::{Limits, OpenOptions, OpenedArchive};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn main() {
    divan::main();
}

/// An archive of that many entries with that many bytes each, which deflate well.
fn archive(entries: u64, bytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::DEFAULT.compression_level(Some(2));
    let text: Vec<u8> =
        (0_u32..).flat_map(|number| format!("{{\"{number}\":").into_bytes()).take(bytes).collect();
    for entry in 0..entries {
        zip.start_file(format!("tokens/{entry}.tokens.json"), options).expect("an entry");
        zip.write_all(&text).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

fn options() -> OpenOptions {
    OpenOptions::default().with_limits(Limits::aggressive())
}

/// Headers, names, ranges: everything but the data.
#[divan::bench(args = [10, 1_000, 10_000])]
fn scan(bencher: Bencher<'_, '_>, entries: u64) {
    let archive = archive(entries, 10);
    bencher
        .counter(ItemsCount::new(entries))
        .bench(|| OpenedArchive::open(black_box(archive.as_slice()), &options()).expect("it is sane"));
}

#[divan::bench]
fn inflate(bencher: Bencher<'_, '_>) {
    let bytes = 4 << 20;
    let archive = archive(1, bytes);
    let archive = OpenedArchive::open(archive.as_slice(), &options()).expect("it is sane");
    let entry = archive.entries().next().expect("its entry");
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let mut reader = archive.reader(entry).expect("a reader");
        copy(&mut reader, &mut sink()).expect("sound data")
    });
}

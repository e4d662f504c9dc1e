//! Stage A.

use dss_security::{Limits, OpenOptions};

use crate::lying::{Archive, Entry, archive, check_with, opened, refused};

fn good() -> Archive {
    archive([Entry::stored("a.json", b"{}"), Entry::deflated("b.json", b"[1,2,3,4,5,6,7,8]")])
}

#[test]
fn honest_archives_open() {
    opened(&good());
    opened(&archive([]));
    opened(&good().with(|archive| archive.comment = b"hello".to_vec()));
    opened(&good().end64(|_| {}));
}

#[test]
fn a1_length_at_and_over_the_limit() {
    let bytes = good().bytes();
    let limit = |bytes| OpenOptions::strict().with_limits(Limits::default().with_archive_bytes(bytes));
    check_with(&limit(bytes.len() as u64), &bytes, "-", "opened");
    check_with(&limit(bytes.len() as u64 - 1), &bytes, "A1", "archive_too_large");
    let error = dss_security::OpenedArchive::open(bytes, &limit(1)).unwrap_err();
    assert!(error.to_string().starts_with("File size exceeds limit"), "{error}");
}

#[test]
fn a2_end_record_ends_the_file() {
    refused(&good().with(|archive| archive.suffix = b"\n".to_vec()), "A2", "not_a_zip");
    refused(
        &good().with(|archive| archive.comment = b"abc".to_vec()).end(|end| end.comment_bytes = 2),
        "A2",
        "not_a_zip",
    );
    refused(&good().end(|end| end.comment_bytes = 1), "A2", "not_a_zip");
    for bytes in [&b""[..], b"P", b"PK\x05\x06", &[0; 21]] {
        check_with(&OpenOptions::strict(), bytes, "A2", "not_a_zip");
    }
    let bytes = good().bytes();
    check_with(&OpenOptions::strict(), &bytes[..bytes.len() - 1], "A2", "not_a_zip");
}

#[test]
fn a2_no_signature_in_the_comment() {
    for signature in [&b"PK\x01\x02"[..], b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"] {
        let comment = [b"x", signature, b"y"].concat();
        refused(&good().with(|archive| archive.comment = comment), "A2", "ambiguous_end");
    }
    let second = archive([]).bytes();
    refused(&good().with(|archive| archive.comment = second), "A2", "ambiguous_end");
}

#[test]
fn p_comment_at_and_over_the_limit() {
    opened(&good().with(|archive| archive.comment = vec![b'c'; 4096]));
    let long = good().with(|archive| archive.comment = vec![b'c'; 4097]);
    refused(&long, "P-comment", "comment_too_long");
    let limits = Limits::default().with_comment_bytes(65_535);
    let longest = good().with(|archive| archive.comment = vec![b'c'; 65_535]);
    check_with(&OpenOptions::strict().with_limits(limits), &longest.bytes(), "-", "opened");
}

#[test]
fn a3_one_disk() {
    refused(&good().end(|end| end.disk = 1), "A3", "multi_disk");
    refused(&good().end(|end| end.directory_disk = 1), "A3", "multi_disk");
    refused(&good().end(|end| end.disk = u16::MAX), "A3", "multi_disk");
    refused(&good().end(|end| end.entries_on_disk = 1), "A3", "entry_count_mismatch");
    refused(&good().end64(|end64| end64.disk = 1), "A3", "multi_disk");
    refused(&good().end64(|end64| end64.entries_on_disk = 1), "A3", "entry_count_mismatch");
    opened(&good().end64(|_| {}).end(|end| end.disk = u16::MAX));
    // Nothing but the disk's number asks for the zip64 record: the `zip` crate does not look for it then.
    let plain = good().bytes();
    let [bytes, offset] = [plain.len() - 10, plain.len() - 6]
        .map(|at| u32::from_le_bytes(plain[at..at + 4].try_into().unwrap()));
    let unasked = good().end64(|_| {}).end(move |end| {
        (end.entries, end.entries_on_disk) = (2, 2);
        (end.directory_bytes, end.directory_offset) = (bytes, offset);
    });
    opened(&unasked);
    refused(
        &unasked.end(move |end| {
            (end.disk, end.entries, end.entries_on_disk) = (u16::MAX, 2, 2);
            (end.directory_bytes, end.directory_offset) = (bytes, offset);
        }),
        "A3",
        "multi_disk",
    );
    refused(&archive([Entry::stored("a", b"").central(|header| header.disk = 1)]), "A3", "multi_disk");
}

#[test]
fn a3b_one_disk_in_the_locator() {
    refused(&good().end64(|end64| end64.locator_disks = 0), "A3b", "multi_disk");
    refused(&good().end64(|end64| end64.locator_disks = 2), "A3b", "multi_disk");
    refused(&good().end64(|end64| end64.locator_disk = 1), "A3b", "multi_disk");
}

#[test]
fn a4_both_end_records_agree() {
    let code = "zip64_mismatch";
    refused(&good().end64(|end64| end64.has_locator = false), "A4", code);
    refused(&good().end64(|end64| end64.size = 43), "A4", code);
    refused(&good().end64(|end64| end64.size = 45), "A4", code);
    refused(&good().end64(|end64| end64.locator_offset -= 1), "A4", code);
    refused(&good().end64(|end64| end64.locator_offset = u64::MAX), "A4", code);
    refused(&good().end64(|_| {}).end(|end| end.entries = 1), "A4", code);
    refused(&good().end64(|_| {}).end(|end| end.entries_on_disk = 1), "A4", code);
    refused(&good().end64(|_| {}).end(|end| end.directory_bytes = 1), "A4", code);
    refused(&good().end64(|_| {}).end(|end| end.directory_offset = 1), "A4", code);
    refused(&good().end(|end| end.directory_offset = u32::MAX), "A4", code);
    opened(&good().end64(|_| {}).end(|end| (end.entries, end.entries_on_disk) = (2, 2)));
}

#[test]
fn a5_counts() {
    let limit = |entries| OpenOptions::strict().with_limits(Limits::default().with_entries(entries));
    check_with(&limit(2), &good().bytes(), "-", "opened");
    check_with(&limit(1), &good().bytes(), "A5", "too_many_entries");
    refused(&good().end(|end| (end.entries, end.entries_on_disk) = (3, 3)), "A5", "impossible_entry_count");
    let many = |end64: &mut crate::lying::End64| (end64.entries, end64.entries_on_disk) = (1 << 60, 1 << 60);
    refused(&good().end64(many), "A5", "too_many_entries");
    let huge = OpenOptions::strict().with_limits(Limits::default().with_entries(u64::MAX));
    check_with(&huge, &good().end64(many).bytes(), "A5", "impossible_entry_count");
}

#[test]
fn a6_directory_ends_at_the_end_record() {
    let code = "directory_misplaced";
    refused(&good().end(|end| end.directory_offset += 1), "A6", code);
    refused(&good().end(|end| end.directory_offset -= 1), "A6", code);
    refused(&good().end(|end| end.directory_bytes += 1), "A6", code);
    refused(&good().with(|archive| archive.before_end = vec![0]), "A6", code);
    refused(&good().end64(|end64| end64.directory_offset = u64::MAX), "A6", code);
    refused(&good().end64(|end64| end64.directory_bytes = u64::MAX), "A6", code);
    refused(&good().with(|archive| archive.prefix = vec![0; 8]), "C2", "overlap_or_gap");
}

#[test]
fn a7_records_fill_the_directory() {
    refused(&good().with(|archive| archive.after_directory = vec![0]), "A7", "directory_corrupt");
    // A digital signature (APPNOTE 4.3.13) after the records.
    let signature = b"PK\x05\x05\x00\x00".to_vec();
    refused(&good().with(|archive| archive.after_directory = signature), "A7", "directory_corrupt");
    let bad = |header: &mut crate::lying::Header| header.signature = *b"PK\x01\x03";
    refused(&archive([Entry::stored("a", b"").central(bad)]), "A7", "directory_corrupt");
    let long = |header: &mut crate::lying::Header| header.name_bytes = Some(9);
    refused(&archive([Entry::stored("a", b"").central(long)]), "A7", "directory_corrupt");
}

#[test]
fn a8_no_signature_inside_the_directory() {
    for signature in [&b"PK\x01\x02"[..], b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"] {
        let hide = |header: &mut crate::lying::Header| header.comment = [b"x", signature].concat();
        refused(&archive([Entry::stored("a", b"").central(hide)]), "A8", "hidden_records");
    }
    let extra = crate::lying::field(0x5455, b"PK\x01\x02");
    let hide = |header: &mut crate::lying::Header| header.extra = extra.clone();
    refused(&archive([Entry::stored("a", b"").central(hide)]), "A8", "hidden_records");
    refused(&good().end(|end| (end.entries, end.entries_on_disk) = (1, 1)), "A8", "hidden_records");
}

//! Stages B and N.

use dss_security::{HiddenFiles, Limits, OpenOptions, Policy, Stance};

use crate::lying::{Archive, Entry, Header, archive, check_with, crc, field, opened, refused, zip64};

fn one(entry: Entry) -> Archive {
    archive([Entry::stored("first", b"1"), entry])
}

fn policy(change: impl FnOnce(Policy) -> Policy) -> OpenOptions {
    OpenOptions::strict().with_policy(change(Policy::strict()))
}

fn limits(change: impl FnOnce(Limits) -> Limits) -> OpenOptions {
    OpenOptions::strict().with_limits(change(Limits::default()))
}

#[test]
fn b2_flags() {
    for bit in 0..16 {
        let entry = Entry::stored("a", b"x").both(|header| header.flags |= 1 << bit);
        match bit {
            0 | 6 | 13 => refused(&one(entry), "B2", "encrypted_entry"),
            1 | 2 | 11 => opened(&one(entry)),
            3 => refused(&one(entry), "C4", "descriptor_mismatch"),
            _ => refused(&one(entry), "B2", "unsupported_flags"),
        }
    }
    for id in [0x0014, 0x0019, 0x9901] {
        let entry = Entry::stored("a", b"x").both(|header| header.extra = field(id, b""));
        refused(&one(entry), "B2", "encrypted_entry");
    }
}

#[test]
fn b3_methods() {
    for method in [1, 7, 9, 12, 93, 99, u16::MAX] {
        let entry = Entry::stored("a", b"x").both(|header| header.method = method);
        refused(&one(entry), "B3", "unsupported_method");
    }
}

#[test]
fn b5_zip64_fields() {
    let sentinels = |header: &mut Header| (header.size, header.compressed_size) = (u32::MAX, u32::MAX);
    let with = |extra: Vec<u8>| {
        one(Entry::stored("a", b"x").both(|header| {
            sentinels(header);
            header.extra.clone_from(&extra);
        }))
    };
    opened(&with(zip64(&[1, 1])));
    refused(&with(vec![]), "B5", "zip64_extra_invalid");
    refused(&with(zip64(&[1])), "B5", "zip64_extra_invalid");
    refused(&with(zip64(&[1, 1, 1, 1])), "B5", "zip64_extra_invalid");
    // Offset 32 is that of the second entry; the full layout repeats it.
    let full = |offset| {
        let entry = Entry::stored("a", b"x").central(|header| header.extra = zip64(&[1, 1, offset]));
        one(entry.local(|header| header.extra = zip64(&[1, 1])))
    };
    opened(&full(36));
    refused(&full(37), "B5", "zip64_extra_invalid");
    let local_only = Entry::stored("a", b"x").local(sentinels).local(|header| header.extra = zip64(&[1, 1]));
    opened(&one(local_only));
}

#[test]
fn b6_extra_fields() {
    for extra in [vec![0], vec![0; 3], field(0x5455, b"ab")[..5].to_vec()] {
        let change = |header: &mut Header| header.extra.clone_from(&extra);
        refused(&one(Entry::stored("a", b"x").central(change)), "B6", "malformed_extra");
        refused(&one(Entry::stored("a", b"x").local(change)), "B6", "malformed_extra");
    }
    let twice = [field(0x6375, b""), field(0x6375, b"")].concat();
    refused(
        &one(Entry::stored("a", b"x").both(|header| header.extra.clone_from(&twice))),
        "B6",
        "malformed_extra",
    );
}

#[test]
fn b7_sizes_at_and_over_the_limits() {
    let bytes = archive([Entry::deflated("a", &[1; 1000]), Entry::deflated("b", &[2; 500])]).bytes();
    check_with(&limits(|limits| limits.with_entry_bytes(1000)), &bytes, "-", "opened");
    check_with(&limits(|limits| limits.with_entry_bytes(999)), &bytes, "B7", "entry_too_large");
    check_with(&limits(|limits| limits.with_total_bytes(1500)), &bytes, "-", "opened");
    check_with(&limits(|limits| limits.with_total_bytes(1499)), &bytes, "B7", "total_too_large");
}

#[test]
fn b7_ratio_beyond_the_floors() {
    let data = vec![0; 100_000];
    let entry = Entry::deflated("a", &data);
    let ratio = data.len().div_ceil(entry.raw.len()) as u64;
    let bytes = archive([entry]).bytes();
    let tight = |limits: Limits| limits.with_ratio_floor_entry_bytes(99_999);
    check_with(&limits(|limits| tight(limits).with_ratio(ratio)), &bytes, "-", "opened");
    check_with(&limits(|limits| tight(limits).with_ratio(ratio - 1)), &bytes, "B7", "zip_bomb");
    let loose = |limits: Limits| limits.with_ratio_floor_entry_bytes(100_000).with_ratio(ratio - 1);
    check_with(&limits(loose), &bytes, "-", "opened");
    check_with(&limits(|limits| loose(limits).with_ratio_floor_total_bytes(100_000)), &bytes, "-", "opened");
    check_with(
        &limits(|limits| loose(limits).with_ratio_floor_total_bytes(99_999)),
        &bytes,
        "B7",
        "zip_bomb",
    );
}

#[test]
fn b7_claims_are_refused_before_allocation() {
    let claim = |header: &mut Header| (header.size, header.extra) = (u32::MAX, zip64(&[1 << 63]));
    let entry = Entry::deflated("a", b"xxxxxxxx").central(claim);
    refused(&one(entry.clone()), "B7", "entry_too_large");
    let huge =
        limits(|limits| limits.with_entry_bytes(u64::MAX).with_total_bytes(u64::MAX).with_ratio(u64::MAX));
    check_with(&huge, &one(entry).bytes(), "C3", "header_mismatch");
    let max = |header: &mut Header| (header.size, header.extra) = (u32::MAX, zip64(&[u64::MAX]));
    let [one, two] = ["a", "b"].map(|name| Entry::deflated(name, b"xxxxxxxx").central(max));
    check_with(&huge, &archive([one, two]).bytes(), "B7", "total_too_large");
}

#[test]
fn b8_types() {
    let mode = |name: &str, mode: u32| {
        one(Entry::stored(name, b"").central(|header| header.attributes = mode << 16))
    };
    refused(&mode("a", 0o120_777), "B8", "symlink_entry");
    for special in [0o010_644, 0o020_644, 0o060_644, 0o140_644, 0o150_644, 0o110_644] {
        refused(&mode("a", special), "B8", "special_file");
    }
    refused(&mode("a", 0o040_755), "B8", "type_mismatch");
    refused(&mode("a/", 0o100_644), "B8", "type_mismatch");
    refused(&one(Entry::stored("a", b"").central(|header| header.attributes |= 0x10)), "B8", "type_mismatch");
    opened(&mode("a/", 0));
    opened(&mode("a/", 0o040_755));
    opened(&mode("a", 0));
    let dos = |header: &mut Header| (header.made_by, header.attributes) = (20, 0o120_777 << 16);
    refused(&one(Entry::stored("a", b"").central(dos)), "B8", "symlink_entry");
    let error =
        dss_security::OpenedArchive::open(mode("a", 0o120_777).bytes(), &OpenOptions::upload()).unwrap_err();
    assert!(error.to_string().starts_with("Zip Slip vulnerability detected"), "{error}");
}

#[test]
fn p_setuid() {
    for bit in [0o4000, 0o2000, 0o1000] {
        let archive = one(Entry::stored("a", b"").central(|header| header.attributes |= bit << 16));
        refused(&archive, "P-setuid", "special_mode");
        check_with(
            &policy(|policy| policy.with_special_modes(Stance::Allow)),
            &archive.bytes(),
            "-",
            "opened",
        );
        check_with(&OpenOptions::upload(), &archive.bytes(), "-", "opened");
    }
}

#[test]
fn b9_sizes_that_cannot_be() {
    refused(&one(Entry::stored("a/", b"x")), "B9", "directory_with_data");
    refused(&one(Entry::stored("a/", b"").both(|header| header.crc = 1)), "B9", "directory_with_data");
    opened(&one(Entry::deflated("a/", b"")));
    refused(&one(Entry::stored("a", b"xx").both(|header| header.size = 1)), "B9", "size_mismatch");
    refused(&one(Entry::raw("a", 8, vec![], b"x")), "B9", "size_mismatch");
}

#[test]
fn p_expand_at_and_over_the_limit() {
    // Empty stored blocks take five bytes each; the last block holds the data.
    let slow = |blocks: usize, data: &[u8]| {
        let size = data.len() as u8;
        let raw =
            [[0, 0, 0, 0xFF, 0xFF].repeat(blocks), vec![1, size, 0, !size, 0xFF], data.to_vec()].concat();
        one(Entry::raw("a", 8, raw, data))
    };
    let (exact, over) = (slow(204, b"x"), slow(205, b"xxxxx"));
    assert_eq!([exact.entries[1].raw.len(), over.entries[1].raw.len()], [2 + 1024, 10 + 1025]);
    opened(&exact);
    refused(&over, "P-expand", "slow_stream");
    check_with(&policy(|policy| policy.with_slow_streams(Stance::Allow)), &over.bytes(), "-", "opened");
}

#[test]
fn b10_names_that_meet() {
    let both = |one: &str, other: &str| archive([Entry::stored(one, b""), Entry::stored(other, b"")]);
    for (one, other) in [
        ("a", "a"),
        ("a", "A"),
        ("é", "e\u{301}"),
        ("É", "e\u{301}"),
        ("d/x", "D/y"),
        ("d/", "D/x"),
        ("d/", "D/"),
        ("a", "a/"),
        ("a", "a/b"),
        ("a/b", "A"),
        ("very-long-segment-name/x", "Very-Long-Segment-Name/y"),
    ] {
        refused(&both(one, other), "B10", "duplicate_entry");
        refused(&both(other, one), "B10", "duplicate_entry");
    }
    for (one, other) in
        [("a", "b"), ("a/b", "a/c"), ("a/", "a/b"), ("a.b", "a/b"), ("d/", "d/"), ("ab/c", "a/bc")]
    {
        opened(&both(one, other));
    }
    let middle = archive(["a/b/c", "a/b!", "a/b", "a/B/d"].map(|name| Entry::stored(name, b"")));
    refused(&middle, "B10", "duplicate_entry");
}

#[test]
fn p_fold() {
    for (one, other) in [("straße", "STRASSE"), ("ﬁle", "file"), ("σ", "ς"), ("Ａ", "a"), ("x/ß", "x/ss/y")]
    {
        let archive = archive([Entry::stored(one, b""), Entry::stored(other, b"")]);
        refused(&archive, "P-fold", "fold_collision");
        check_with(
            &policy(|policy| policy.with_fold_collisions(Stance::Allow)),
            &archive.bytes(),
            "-",
            "opened",
        );
    }
}

#[test]
fn n_names_in_archives() {
    let cases: &[(&[u8], &str, &str)] = &[
        (b"", "N1", "empty_name"),
        (b"a\0", "N2", "control_character"),
        (b"a\xff", "N3", "name_not_utf8"),
        (b"a\\b", "N4", "zip_slip"),
        (b"/a", "N5", "zip_slip"),
        (b"C:a", "N5", "zip_slip"),
        (b"a/../../b", "N6", "zip_slip"),
        (b"nul", "N7", "windows_name"),
        (&[b'a'; 256], "N8", "name_too_long"),
    ];
    refused(&one(Entry::stored(vec![b'a'; 65535], b"x")), "N8", "name_too_long");
    for &(name, rule, code) in cases {
        refused(&one(Entry::stored(name, b"x")), rule, code);
    }
    refused(&one(Entry::stored("d/".repeat(33), b"")), "N8", "path_too_deep");
    let error =
        dss_security::OpenedArchive::open(one(Entry::stored("../x", b"")).bytes(), &OpenOptions::strict());
    let error = error.unwrap_err();
    assert!(error.to_string().starts_with("Zip Slip vulnerability detected"), "{error}");
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.entry_index(), refusal.entry_name()), (Some(1), Some("../x")));
}

#[test]
fn n9_unicode_path() {
    let path = |version: u8, hashed: &[u8], name: &[u8]| {
        field(0x7075, &[&[version], &crc(hashed).to_le_bytes()[..], name].concat())
    };
    let with = |extra: Vec<u8>| move |header: &mut Header| header.extra.clone_from(&extra);
    opened(&one(Entry::stored("a", b"").both(with(path(1, b"a", b"a")))));
    opened(&one(Entry::stored("a", b"").local(with(path(1, b"a", b"a")))));
    for extra in [path(1, b"a", b"b"), path(1, b"b", b"a"), path(2, b"a", b"a"), field(0x7075, b"\x01")] {
        refused(&one(Entry::stored("a", b"").central(with(extra.clone()))), "N9", "unicode_path_mismatch");
        refused(&one(Entry::stored("a", b"").local(with(extra))), "N9", "unicode_path_mismatch");
    }
}

#[test]
fn policies_on_names_and_versions() {
    let hidden = one(Entry::stored("__MACOSX/._a", b"x"));
    refused(&hidden, "P-hidden", "hidden_file");
    check_with(
        &policy(|policy| policy.with_hidden_files(HiddenFiles::AllowFinder)),
        &hidden.bytes(),
        "-",
        "opened",
    );
    check_with(&OpenOptions::upload(), &hidden.bytes(), "-", "opened");
    refused(&one(Entry::stored("a\u{202e}", b"")), "P-bidi", "invisible_character");
    refused(&one(Entry::stored("．．／a", b"")), "P-homoglyph", "lookalike_separator");
    for id in [0x000d, 0x756e] {
        let archive = one(Entry::stored("a", b"").both(|header| header.extra = field(id, b"")));
        refused(&archive, "P-extra", "link_extra");
        check_with(&policy(|policy| policy.with_link_extras(Stance::Allow)), &archive.bytes(), "-", "opened");
    }
    opened(&one(Entry::stored("a", b"").both(|header| header.needed = 63)));
    for newer in [
        Entry::stored("a", b"").central(|header| header.needed = 64),
        Entry::stored("a", b"").local(|header| header.needed = 64),
    ] {
        refused(&one(newer.clone()), "P-need", "newer_zip_version");
        check_with(
            &policy(|policy| policy.with_newer_versions(Stance::Allow)),
            &one(newer).bytes(),
            "-",
            "opened",
        );
    }
}

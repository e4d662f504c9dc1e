//! Stage C.

use dss_security::{OpenOptions, Policy, Stance};

use crate::lying::{Entry, Header, archive, check_with, deflate, descriptor, opened, refused};

fn good() -> Entry {
    Entry::deflated("a.json", b"{\"a\":1,\"b\":1}")
}

fn allow(change: impl FnOnce(Policy, Stance) -> Policy) -> OpenOptions {
    OpenOptions::strict().with_policy(change(Policy::strict(), Stance::Allow))
}

#[test]
fn c1_a_header_where_the_directory_says() {
    let code = "bad_local_header";
    refused(&archive([good().local(|header| header.signature = *b"PK\x03\x05")]), "C1", code);
    refused(&archive([good().local(|header| header.name_bytes = Some(u16::MAX))]), "C1", code);
    let ghost = Entry::stored("b", b"").with(|entry| entry.is_present = false);
    refused(&archive([good(), ghost]), "C1", code);
    let far = |header: &mut Header| header.offset = Some(u32::MAX - 1);
    refused(&archive([good().central(far)]), "C2", "overlap_or_gap");
}

#[test]
fn c2_entries_tile_the_file() {
    let code = "overlap_or_gap";
    let pad = |entry: &mut Entry| entry.padding = vec![0];
    refused(&archive([good().with(pad), Entry::stored("b", b"")]), "C2", code);
    refused(&archive([good().with(pad)]), "C2", code);
    refused(&archive([Entry::stored("b", b"").with(|entry| entry.is_listed = false), good()]), "C2", code);
    refused(&archive([good(), Entry::stored("b", b"").with(|entry| entry.is_listed = false)]), "C2", code);
    let twin = Entry { is_present: false, ..good() }.central(|header| header.offset = Some(0));
    refused(&archive([good(), twin.central(|header| header.name = b"b".to_vec())]), "C2", code);
    let longer = |header: &mut Header| (header.compressed_size, header.size) = (3, 3);
    refused(&archive([Entry::stored("b", b"xx").both(longer)]), "C2", code);
    refused(&archive([]).with(|archive| archive.prefix = b"x".to_vec()), "C2", code);
}

#[test]
fn c3_local_repeats_central() {
    let changes: &[fn(&mut Header)] = &[
        |header| header.name = b"A.json".to_vec(),
        |header| header.name = b"a.jso".to_vec(),
        |header| header.method = 0,
        |header| header.flags = 8,
        |header| header.flags = 1,
        |header| header.crc ^= 1,
        |header| header.crc = 0,
        |header| header.compressed_size += 1,
        |header| header.compressed_size = 0,
        |header| header.size -= 1,
    ];
    for change in changes {
        refused(&archive([good().local(change)]), "C3", "header_mismatch");
    }
    opened(&archive([good().local(|header| header.flags = 6)]));
    opened(&archive([good().local(|header| header.needed = 45)]));
}

#[test]
fn p_lc() {
    let changes: &[fn(&mut Header)] =
        &[|header| header.time = 1, |header| header.date = 0, |header| header.flags = 0x0800];
    for change in changes {
        let archive = archive([good().local(change)]);
        refused(&archive, "P-lc", "header_detail_mismatch");
        check_with(&allow(Policy::with_header_details), &archive.bytes(), "-", "opened");
    }
}

#[test]
fn c4_descriptors() {
    for (is_signed, is_long) in [(false, false), (true, false), (false, true), (true, true)] {
        let streamed = good().streamed(is_signed, is_long);
        opened(&archive([streamed.clone(), Entry::stored("b", b"x").streamed(is_signed, is_long)]));
        let changes: &[fn(&mut Header)] =
            &[|header| header.crc ^= 1, |header| header.compressed_size += 1, |header| header.size += 1];
        for change in changes {
            let mut lie = streamed.central.clone();
            change(&mut lie);
            let entry =
                streamed.clone().with(|entry| entry.descriptor = descriptor(&lie, is_signed, is_long));
            refused(&archive([entry]), "C4", "descriptor_mismatch");
        }
        for change in
            [|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 1), |bytes: &mut Vec<u8>| bytes.push(0)]
        {
            let entry = streamed.clone().with(|entry| change(&mut entry.descriptor));
            refused(&archive([entry]), "C4", "descriptor_mismatch");
        }
        // Local values may be repeated although a descriptor follows, but not be wrong.
        opened(&archive([streamed.clone().local(|header| header.size = 13)]));
        refused(&archive([streamed.clone().local(|header| header.size = 12)]), "C3", "header_mismatch");
    }
    refused(
        &archive([good().streamed(true, false).with(|entry| entry.descriptor.clear())]),
        "C4",
        "descriptor_mismatch",
    );
}

#[test]
fn p_storeddd() {
    let far = [vec![b'x'; 64 * 1024 - 2], b"PK\x03\x04".to_vec()].concat();
    for data in [&b"PK\x07\x08"[..], b"xxPK\x01\x02xx", &far] {
        let entry = Entry::stored("a", data);
        check_with(&allow(Policy::with_nested_archives), &archive([entry.clone()]).bytes(), "-", "opened");
        let archive = archive([entry.streamed(true, false)]);
        refused(&archive, "P-storeddd", "stored_descriptor");
        let both = allow(|policy, allow| policy.with_stored_descriptors(allow).with_nested_archives(allow));
        check_with(&both, &archive.bytes(), "-", "opened");
    }
    opened(&archive([Entry::raw("a", 8, deflate(b"xPK\x03\x04"), b"xPK\x03\x04").streamed(true, false)]));
}

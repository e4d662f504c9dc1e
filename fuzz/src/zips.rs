//! Honest archives, made by the `zip` crate and by our own writer.

use std::io::{Cursor, Write};

use dss_format::archive::{ArchiveWriter, Header};
use dss_format::layout::{self, EntryNames};
use dss_format::manifest::{Extent, Role};
use dss_model::{JsonText, Kind, ReplicaId};
use dss_security::{HiddenFiles, Policy, Stance};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) const MEMORY: &str = "writing to memory does not fail";

/// One archive of each kind that there is something to say about.
pub(crate) fn honest() -> Vec<Vec<u8>> {
    let plain = SimpleFileOptions::DEFAULT;
    let stored = plain.compression_method(CompressionMethod::Stored);
    let repeated = [b'x'; 900];
    let entries: [(&str, &[u8]); 3] = [("a.json", b"{}"), ("b/c.json", &repeated), ("empty", b"")];
    let mut archives = vec![
        written(ZipWriter::new(Cursor::new(Vec::new())), plain, &[]),
        written(ZipWriter::new(Cursor::new(Vec::new())), plain, &entries),
        written(ZipWriter::new(Cursor::new(Vec::new())), stored, &entries),
        written(ZipWriter::new(Cursor::new(Vec::new())), plain.large_file(true), &entries),
        written(ZipWriter::new(Cursor::new(Vec::new())), plain, &[("d/", b""), ("d/é.json", b"[1]")]),
    ];
    let mut stream = ZipWriter::new_stream(Vec::new());
    for (name, content) in entries {
        stream.start_file(name, plain).and_then(|()| Ok(stream.write_all(content)?)).expect(MEMORY);
    }
    archives.push(stream.finish().expect(MEMORY).into_inner());
    archives.push(project(&[("base", br#"{"a":{"$value":1}}"#), ("dark/é", b"{}")]).0);
    archives
}

/// An archive of these token sets, and the name that each one's entry got.
pub(crate) fn project(sets: &[(&str, &[u8])]) -> (Vec<u8>, Vec<String>) {
    let mut names = EntryNames::new();
    names.take(layout::MIMETYPE);
    names.take(layout::MANIFEST);
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).expect(MEMORY);
    let mut paths = Vec::new();
    for (set, content) in sets {
        let path = names.set(set);
        let mut entry = writer.entry(&path).expect(MEMORY);
        entry.write_all(content).expect(MEMORY);
        entry.finish(Role::Tokens, layout::TOKENS_MEDIA_TYPE, 1, Some(set));
        paths.push(path);
    }
    let receipt = writer.finish(header()).expect(MEMORY);
    (receipt.out.into_inner(), paths)
}

pub(crate) fn header() -> Header {
    Header {
        project: JsonText::object(|out| out.string("name", "p")),
        also_known_as: Vec::new(),
        replicas: vec![(ReplicaId::from_bytes([1; 16]), 1)],
        extent: Extent::Full,
        counts: [(Kind::Project, 1)].into_iter().collect(),
        exported_at_ms: 1_767_225_600_000,
        by: None,
    }
}

/// Everything that an option can let in.
pub(crate) fn anything() -> Policy {
    let allow = Stance::Allow;
    let policy = Policy::strict().with_hidden_files(HiddenFiles::Allow).with_invisible_characters(allow);
    let policy =
        policy.with_lookalike_separators(allow).with_fold_collisions(allow).with_nested_archives(allow);
    let policy = policy.with_slow_streams(allow).with_special_modes(allow).with_link_extras(allow);
    policy.with_header_details(allow).with_newer_versions(allow).with_stored_descriptors(allow)
}

/// An archive with these entries, in the order given.
pub(crate) fn of_entries(entries: &[(&str, &[u8])]) -> Vec<u8> {
    written(ZipWriter::new(Cursor::new(Vec::new())), SimpleFileOptions::DEFAULT, entries)
}

fn written(
    mut zip: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
    entries: &[(&str, &[u8])],
) -> Vec<u8> {
    for (name, content) in entries {
        if let Some(folder) = name.strip_suffix('/') {
            zip.add_directory(folder, options).expect(MEMORY);
        } else {
            zip.start_file(*name, options).and_then(|()| Ok(zip.write_all(content)?)).expect(MEMORY);
        }
    }
    zip.finish().expect(MEMORY).into_inner()
}

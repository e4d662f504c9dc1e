//! Whole imports: refused without a trace, or kept in a state that travels.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_format::FormatError;
use dss_format::archive::{Archive, ArchiveWriter, Header};
use dss_format::dtcg::{self, ReadLimits};
use dss_format::layout;
use dss_format::manifest::{Extent, Role};
use dss_format::resolver::{self, Names};
use dss_format::set::{Decoded, SetReader};
use dss_model::{JsonLimits, JsonRef, JsonText, Kind, Limits, ProjectName, ReplicaId};
use dss_security::OpenOptions;
use dss_service::{ExportOptions, FixedClock, ImportOptions, ProjectService, TokenChange};
use dss_store::MemoryStore;
use dss_testkit::TempDir;

use crate::zips;

/// Between the pieces of an archive.
const SEPARATOR: u8 = 0xff;
const NOW_MS: i64 = 1_767_225_600_000;

thread_local! {
    static FOLDER: TempDir = TempDir::new().expect("a temporary folder");
}

/// Imports `data` into an empty store: as an archive, as a token file or resolver document, or as the pieces of an
/// archive, whose container and manifest are made here, since no fuzzer guesses a SHA-256.
///
/// # Panics
/// If an import that fails leaves something behind, or if what was imported does not arrive elsewhere as the same.
pub fn import(data: &[u8]) {
    let input = if data.starts_with(b"PK") || !data.contains(&SEPARATOR) {
        Some(data.to_vec())
    } else {
        archive_of(data)
    };
    let Some(input) = input else { return };
    FOLDER.with(|folder| check(folder, &input));
}

fn check(folder: &TempDir, input: &[u8]) {
    let name = if input.starts_with(b"PK") { "input.dss" } else { "input.json" };
    let file = folder.join(name);
    fs::write(&file, input).expect("a temporary file");
    let first = copy();
    if let Err(error) = take(&first, &file) {
        assert!(!error.is_empty(), "an error says something");
        assert!(first.projects().expect("a store in memory").is_empty(), "{error}: but something was stored");
        return;
    }
    let state = export(&first, folder);
    assert_eq!(export(&first, folder), state, "exported twice, it is something else");
    let travelled = folder.join("travelled.dss");
    fs::write(&travelled, &state).expect("a temporary file");
    let second = copy();
    take(&second, &travelled).unwrap_or_else(|error| panic!("our own archive is refused: {error}"));
    assert_eq!(export(&second, folder), state, "it arrives as something else");
    take(&first, &travelled).unwrap_or_else(|error| panic!("our own archive is refused at home: {error}"));
    assert_eq!(export(&first, folder), state, "what is known already changes something");
}

fn copy() -> ProjectService {
    ProjectService::new(Arc::new(MemoryStore::new(0)), Arc::new(FixedClock(NOW_MS)), "ann")
}

fn project() -> ProjectName {
    "p".parse().expect("a project's name")
}

fn take(service: &ProjectService, file: &Path) -> Result<(), String> {
    let limits = Limits { tokens: 200, components: 20, item_bytes: 8 << 10, ..Limits::conservative() };
    let options = ImportOptions { project: Some(project()), limits, ..ImportOptions::default() };
    service.import_project(file, &options, &()).map(drop).map_err(|error| error.to_string())
}

fn export(service: &ProjectService, folder: &TempDir) -> Vec<u8> {
    let file: PathBuf = folder.join("exported.dss");
    let options = ExportOptions { overwrite: true, ..ExportOptions::default() };
    service.export_project(&project(), &file, &options, &()).expect("what was imported can be exported");
    fs::read(file).expect("a temporary file")
}

/// An archive of pieces: the project's record, the copies with their counters, then names and contents by turns.
/// Counts and hashes are those of what is there.
fn archive_of(data: &[u8]) -> Option<Vec<u8>> {
    let mut pieces = data.split(|byte| *byte == SEPARATOR);
    let project = json(pieces.next()?)?;
    let replicas = json(pieces.next()?)?.get_ref().members().map(replica).collect::<Option<Vec<_>>>()?;
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).expect(zips::MEMORY);
    let mut counts: BTreeMap<Kind, u64> = [(Kind::Project, 1)].into();
    let mut taken = vec![layout::MIMETYPE.to_owned(), layout::MANIFEST.to_owned()];
    while let (Some(name), Some(content)) = (pieces.next(), pieces.next()) {
        let name = std::str::from_utf8(name).ok()?;
        let is_new = !taken.iter().any(|taken| taken == name);
        if !is_new || dss_security::EntryPath::parse(name).is_err() {
            continue;
        }
        taken.push(name.to_owned());
        let mut entry = writer.entry(name).expect(zips::MEMORY);
        entry.write_all(content).expect(zips::MEMORY);
        let content_counts = counts_of(name, content);
        let count = content_counts.values().sum();
        match role_of(name) {
            Role::Tokens => {
                let set = name.trim_start_matches("tokens/").trim_end_matches(".tokens.json");
                let tokens = content_counts.get(&Kind::Token).copied().unwrap_or_default();
                entry.finish(Role::Tokens, layout::TOKENS_MEDIA_TYPE, tokens, Some(set));
            }
            Role::Asset => entry.finish(Role::Asset, "application/octet-stream", 1, None),
            role => entry.finish(role, "application/json", count, None),
        }
        if role_of(name) != Role::Deleted {
            for (kind, more) in content_counts {
                *counts.entry(kind).or_default() += more;
            }
        }
    }
    let header = Header { project, replicas, counts, extent: Extent::Full, ..zips::header() };
    let receipt = writer.finish(header).expect(zips::MEMORY);
    Some(receipt.out.into_inner())
}

fn role_of(name: &str) -> Role {
    match name {
        layout::COMPONENTS => Role::Components,
        layout::ASSETS => Role::Assets,
        layout::DELETED => Role::Deleted,
        _ if name.ends_with(".resolver.json") => Role::Resolver,
        _ if name.starts_with("assets/") => Role::Asset,
        _ => Role::Tokens,
    }
}

/// How many entities of each kind are in an entry; none, if it is not what its name says.
fn counts_of(name: &str, content: &[u8]) -> BTreeMap<Kind, u64> {
    let list = |member| json(content).map_or(0, |text| length(text.get_ref().get(member)));
    match role_of(name) {
        Role::Components => [(Kind::Component, list("components"))].into(),
        Role::Assets => [(Kind::Asset, list("assets"))].into(),
        // Of whatever kind: these are not counted with the living.
        Role::Deleted => [(Kind::Token, list("deleted"))].into(),
        Role::Resolver => records(content),
        Role::Tokens => nodes(content),
        _ => BTreeMap::new(),
    }
}

/// The pieces of an archive of ours.
fn pieces_of(archive: &[u8]) -> Vec<u8> {
    let archive = Archive::open(archive, &OpenOptions::strict()).expect("our own archive");
    let manifest = archive.manifest().manifest();
    let replicas = JsonText::object(|out| {
        manifest.replicas.iter().for_each(|(id, counter)| out.integer(&id.to_string(), *counter));
    });
    let mut pieces =
        vec![manifest.project.as_str().as_bytes().to_vec(), replicas.as_str().as_bytes().to_vec()];
    for content in archive.contents().iter().filter(|content| content.role != Role::Mimetype) {
        let mut bytes = Vec::new();
        archive.payload(content).expect("it is there").read_to_end(&mut bytes).expect("honest data");
        pieces.extend([content.path.clone().into_bytes(), bytes]);
    }
    pieces.join(&SEPARATOR)
}

fn json(bytes: &[u8]) -> Option<JsonText> {
    JsonText::parse(bytes, &JsonLimits::default()).ok()
}

fn replica((id, counter): (std::borrow::Cow<'_, str>, JsonRef<'_>)) -> Option<(ReplicaId, u64)> {
    Some((id.parse().ok()?, counter.as_str().parse().ok().filter(|counter| *counter < 1 << 53)?))
}

fn length(list: Option<JsonRef<'_>>) -> u64 {
    list.map_or(0, |list| list.elements().count() as u64)
}

/// The layers, groups of themes and themes in a resolver document.
fn records(content: &[u8]) -> BTreeMap<Kind, u64> {
    let mut counts = BTreeMap::new();
    if let Some(read) = json(content).and_then(|text| resolver::read(&text, "").ok()) {
        for stated in resolver::bodies(&read, &Names::new()) {
            *counts.entry(stated.kind).or_default() += 1;
        }
    }
    counts
}

/// The set, the groups and the tokens in a document.
fn nodes(content: &[u8]) -> BTreeMap<Kind, u64> {
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    let mut count = |node: dtcg::Node, decoded: Decoded| {
        let kind = match decoded {
            Decoded::Implicit => return Ok(()),
            _ if node.path.is_root() => Kind::TokenSet,
            _ if node.is_token() => Kind::Token,
            _ => Kind::Group,
        };
        *counts.entry(kind).or_default() += 1;
        Ok::<_, FormatError>(())
    };
    let mut reader = SetReader::new("", "", 0, ReadLimits::default());
    let read = reader.read_part("", content, &mut count).and_then(|()| reader.finish(&mut count));
    if read.is_err() { BTreeMap::new() } else { counts }
}

/// Token files, a resolver document, and projects with something of everything.
pub(crate) fn made() -> Vec<Vec<u8>> {
    let folder = TempDir::new().expect("a temporary folder");
    let mut inputs: Vec<Vec<u8>> =
        crate::dtcg_decode::documents().into_iter().map(String::into_bytes).collect();
    inputs.extend(crate::resolver::made());
    for document in inputs.clone() {
        let file = folder.join("input.json");
        fs::write(&file, document).expect("a temporary file");
        let service = copy();
        if take(&service, &file).is_ok() {
            inputs.push(export(&service, &folder));
            edit(&service, &file);
            inputs.push(pieces_of(&export(&service, &folder)));
        }
    }
    inputs
}

/// Some of everything that a project can hold; what cannot be done here is left out.
fn edit(service: &ProjectService, asset: &Path) {
    let project = project();
    let path = |text: &str| dss_model::TokenPath::parse(text).expect("a path");
    let change = |value: &str| TokenChange {
        value: Some(value.to_owned()),
        token_type: Some(Some("number".to_owned())),
        add_tags: vec!["t".to_owned()],
        allow_invalid: true,
        ..TokenChange::default()
    };
    let _ = service.set_token(&project, None, &path("made.here"), &change("7"));
    let _ = service.set_token(&project, None, &path("made.gone"), &change("8"));
    let _ = service.remove_token(&project, None, &path("made.gone"));
    let _ = service.set_theme(&project, "mode", "dark", &["input".to_owned()]);
    let _ = service.set_asset(&project, "logo.svg", None, asset);
    let _ =
        service.set_component(&project, br#"{"name":"Button","props":{"size":1},"tokens":["made.here"]}"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_in_pieces_are_archives_again() {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.join("again.dss");
        let mut projects = 0;
        for seed in made().iter().filter(|seed| seed.contains(&SEPARATOR) && !seed.starts_with(b"PK")) {
            fs::write(&file, archive_of(seed).expect("pieces of an archive")).expect("a temporary file");
            let service = copy();
            take(&service, &file).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(pieces_of(&export(&service, &folder)), *seed);
            projects += 1;
        }
        assert!(projects > 5, "only {projects}");
    }
}

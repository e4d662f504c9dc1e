//! Manifests: accepted only if they list what is there and their own hash holds.

use std::collections::BTreeMap;
use std::io::Read;

use dss_format::archive::Archive;
use dss_format::layout::{MANIFEST, MIMETYPE, MIMETYPE_CONTENT};
use dss_format::manifest::Manifest;
use dss_model::{ContentHash, JsonLimits, JsonText};
use dss_security::{OpenOptions, Sha256Digest};

use crate::zips;

/// What the archive around the manifest holds beside it.
const ENTRIES: [(&str, &[u8]); 3] = [
    (MIMETYPE, MIMETYPE_CONTENT.as_bytes()),
    ("tokens/base.tokens.json", br#"{"a":{"$value":1}}"#),
    ("deleted.json", b"{}"),
];

/// Reads `data` as a manifest: on its own, again with its hash put right, and inside an archive.
///
/// # Panics
/// If what is accepted does not hold its own hash, changes when it is written again, or if an archive is opened
/// whose manifest lists other entries than there are.
pub fn manifest(data: &[u8]) {
    let accepted = check(data);
    if let Some(mended) = with_true_hash(data) {
        // The fuzzer cannot guess a SHA-256: behind it stand the other rules.
        let again = check(mended.as_bytes());
        assert!(!accepted || again, "a true hash is refused");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let (archive, _) = zips::project(&[("base", ENTRIES[1].1)]);
    let archive = Archive::open(archive, &OpenOptions::strict()).expect("our own archive");
    let honest = archive.manifest().manifest().to_json().0;
    let listing = |skipped: usize| {
        let mut manifest = archive.manifest().manifest().clone();
        let kept = manifest.contents.iter().enumerate().filter(|(index, _)| *index != skipped);
        manifest.contents = kept.map(|(_, content)| content.clone()).collect();
        manifest.to_json().0
    };
    [honest, listing(0), listing(1)].map(|text| text.as_str().as_bytes().to_vec()).into()
}

fn check(data: &[u8]) -> bool {
    let Some(archive) = open(data) else { return false };
    let (text, hash) = archive.manifest().manifest().to_json();
    assert_eq!(hash, archive.manifest().export_hash(), "the hash is not that of what was read");
    let again = open(text.as_str().as_bytes()).expect("a written manifest is read");
    assert_eq!(
        again.manifest().manifest(),
        archive.manifest().manifest(),
        "written and read again, it says something else"
    );

    let there: BTreeMap<&str, u64> = ENTRIES.iter().map(|(path, content)| (*path, length(content))).collect();
    assert_eq!(listed(archive.manifest().manifest()), Some(there), "{text}: lists what is not there");
    for content in archive.contents() {
        let data = ENTRIES.iter().find(|(path, _)| *path == content.path).expect("it was listed").1;
        let mut payload = archive.payload(content).expect("it is there");
        let mut bytes = Vec::new();
        payload.read_to_end(&mut bytes).expect("honest data");
        assert_eq!(bytes, data);
        let is_true = content.sha256 == ContentHash::from_bytes(Sha256Digest::of(data).0);
        assert_eq!(payload.finish().is_ok(), is_true, "{}: is it changed or not?", content.path);
    }
    true
}

/// An honest archive but for its manifest.
fn open(manifest: &[u8]) -> Option<Archive<Vec<u8>>> {
    let entries: Vec<(&str, &[u8])> = ENTRIES.into_iter().chain([(MANIFEST, manifest)]).collect();
    Archive::open(zips::of_entries(&entries), &OpenOptions::strict()).ok()
}

/// The entries it lists, with their sizes; `None` if it lists one twice.
fn listed(manifest: &Manifest) -> Option<BTreeMap<&str, u64>> {
    let listed: BTreeMap<_, _> =
        manifest.contents.iter().map(|content| (content.path.as_str(), content.size)).collect();
    (listed.len() == manifest.contents.len()).then_some(listed)
}

fn with_true_hash(data: &[u8]) -> Option<String> {
    let text = JsonText::parse(data, &JsonLimits::default()).ok()?;
    let rest = |hash: Option<&str>| {
        JsonText::object(|out| {
            text.get_ref()
                .members()
                .filter(|(name, _)| name != "exportHash")
                .for_each(|(name, value)| out.raw(&name, value));
            if let Some(hash) = hash {
                out.string("exportHash", hash);
            }
        })
    };
    let hash = ContentHash::from_bytes(Sha256Digest::of(rest(None).canonical().as_bytes()).0);
    (text.get_ref().members().next().is_some()).then(|| rest(Some(&hash.to_string())).canonical())
}

fn length(content: &[u8]) -> u64 {
    u64::try_from(content.len()).expect("a length")
}

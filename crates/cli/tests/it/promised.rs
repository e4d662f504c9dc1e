//! Texts that DSS promises to say (docs/errors.md): each is provoked through the program, and the operator's guide has a
//! remedy for it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use dss_service::model::{JsonLimits, JsonText};
use dss_service::security::Sha256Digest;
use dss_service::store::{SqliteStore, Store as _, StoreOptions, WriteTx};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Desk, Ran};

/// A text, and what makes the program say it.
struct Promise {
    text: &'static str,
    /// The code that comes with it; nothing if it is no failure.
    code: &'static str,
    exit: i32,
    provoke: fn(&Desk) -> Ran,
}

const PROMISES: [Promise; 9] = [
    Promise {
        text: "Zip Slip vulnerability detected",
        code: "zip_slip",
        exit: 3,
        provoke: |desk| {
            zip_slip(desk, "bad.dss");
            desk.run("verify bad.dss")
        },
    },
    Promise {
        text: "Manifest integrity check failed",
        code: "manifest_integrity",
        exit: 3,
        provoke: |desk| {
            forged(desk, "bad.dss");
            desk.run("verify bad.dss")
        },
    },
    Promise {
        text: "File size exceeds limit",
        code: "file_too_large",
        exit: 3,
        provoke: |desk| desk.run("verify aurora/tokens/base.tokens.json --max-file-size 1KiB"),
    },
    Promise {
        text: "Token count exceeds limit",
        code: "too_many_tokens",
        exit: 3,
        provoke: |desk| desk.run("import aurora/aurora.resolver.json --project new --max-tokens 83"),
    },
    Promise {
        text: "Component count exceeds limit",
        code: "too_many_components",
        exit: 3,
        provoke: |desk| {
            desk.ok("export aurora -o aurora.dss");
            desk.run("verify aurora.dss --max-components 1")
        },
    },
    Promise {
        text: "Clock skew detected",
        code: "",
        exit: 1,
        provoke: |desk| {
            desk.ok("export aurora -o first.dss");
            desk.ok("import first.dss --store ben");
            desk.ok("token set aurora radius.full 1px --store ben");
            desk.ok("export aurora -o ben.dss --store ben");
            desk.ok("token set aurora radius.full 2px");
            desk.run("import ben.dss --dry-run --skew-threshold 0")
        },
    },
    Promise {
        text: "Database locked",
        code: "database_locked",
        exit: 5,
        provoke: |desk| {
            let store = store(desk);
            let writing = write(&store);
            let ran = desk.run("token rm aurora radius.full --busy-timeout 0.1");
            drop(writing);
            ran
        },
    },
    Promise {
        text: "Background job required",
        code: "background_job_required",
        exit: 3,
        provoke: |desk| desk.run("import aurora/aurora.resolver.json --time-budget 0"),
    },
    Promise {
        text: "schema version",
        code: "schema_version_newer",
        exit: 3,
        provoke: |desk| {
            newer(desk, "bad.dss");
            desk.run("verify bad.dss")
        },
    },
];

#[test]
fn every_promised_text_is_said_with_its_code() {
    for promise in PROMISES {
        let ran = (promise.provoke)(&Desk::with_aurora());
        let Promise { text, code, exit, .. } = promise;
        assert_eq!(ran.code, exit, "{text}: {}{}", ran.out, ran.err);
        let said = if code.is_empty() { &ran.out } else { &ran.err };
        assert!(said.contains(text), "{text}: {}{}", ran.out, ran.err);
        if !code.is_empty() {
            assert!(ran.err.starts_with(&format!("error[{code}]: ")), "{text}: {}", ran.err);
            assert!(ran.err.contains("\n  hint: "), "{text}: {}", ran.err);
        }
    }
}

/// The first cells of the rows of a page's table under a heading.
fn first_cells(page: &str, heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let (_, below) =
        text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("{page} has no {heading}"));
    let rows = below.lines().skip_while(|line| !line.starts_with("| ---")).skip(1);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('"').to_owned()).collect()
}

#[test]
fn the_list_the_errors_and_the_guide_agree() {
    let mut provoked: Vec<String> = PROMISES.iter().map(|promise| promise.text.to_owned()).collect();
    provoked.sort();
    for (page, heading) in [("errors.md", "## Promised texts"), ("operations.md", "### Promised messages")] {
        let mut listed = first_cells(page, heading);
        listed.sort();
        assert_eq!(listed, provoked, "{page}");
    }
}

/// An archive whose one entry would be written outside of the folder it is unpacked to.
pub(crate) fn zip_slip(desk: &Desk, name: &str) {
    let mut zip = ZipWriter::new(File::create(desk.path(name)).unwrap());
    zip.start_file("../outside.json", SimpleFileOptions::DEFAULT).unwrap();
    zip.write_all(b"{}").unwrap();
    zip.finish().unwrap();
}

/// An archive of `aurora` whose manifest somebody has changed.
pub(crate) fn forged(desk: &Desk, name: &str) {
    packed_again(desk, name, |manifest| manifest["project"]["name"] = json!("forged"));
}

/// An archive of `aurora` from a version of DSS that is not there yet.
fn newer(desk: &Desk, name: &str) {
    packed_again(desk, name, |manifest| {
        manifest["schemaVersion"] = json!(999);
        let mut body = manifest.clone();
        body.as_object_mut().unwrap().remove("exportHash");
        let text = JsonText::parse(body.to_string().as_bytes(), &JsonLimits::default()).unwrap();
        manifest["exportHash"] = json!(Sha256Digest::of(text.canonical().as_bytes()).to_string());
    });
}

fn packed_again(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    desk.ok("export aurora -o whole.dss --force");
    let mut whole = ZipArchive::new(File::open(desk.path("whole.dss")).unwrap()).unwrap();
    let mut zip = ZipWriter::new(File::create(desk.path(name)).unwrap());
    let mut change = Some(change);
    for index in 0..whole.len() {
        let mut entry = whole.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name == "manifest.json" {
            let mut manifest: Value = serde_json::from_slice(&content).unwrap();
            change.take().unwrap()(&mut manifest);
            content = manifest.to_string().into_bytes();
        }
        let options = SimpleFileOptions::DEFAULT.compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, options).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap();
}

/// The desk's store, as another program would open it.
pub(crate) fn store(desk: &Desk) -> SqliteStore {
    SqliteStore::open(StoreOptions::new(desk.path("store"))).unwrap()
}

/// Writes to `aurora`, and so locks it, until it is dropped.
pub(crate) fn write(store: &SqliteStore) -> Box<dyn WriteTx + '_> {
    store.write(&"aurora".parse().unwrap()).unwrap()
}

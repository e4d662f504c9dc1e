//! The audit trail: what the log tells, and history that travels in archives.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use dss_service::format::archive::Archive;
use dss_service::format::history::{self, Line};
use dss_service::format::manifest::Role;
use dss_service::model::{JsonLimits, JsonText, Limits, TokenPath};
use dss_service::security::OpenOptions;
use dss_service::{ExportOptions, FieldValue, LogFilter, VerifyOptions};
use dss_testkit::TestResult;

use super::{bring, project, remove, set, two_copies};
use crate::support::{Fixture, fixture};

fn with_history(fixture: &Fixture, file: &str) -> TestResult<PathBuf> {
    let path = fixture.dir.join(file);
    let options = ExportOptions { history: true, overwrite: true, ..ExportOptions::default() };
    fixture.service.export_project(&project(), &path, &options, &())?;
    Ok(path)
}

/// The lines of the archive's history.
fn lines(archive: &Path) -> TestResult<Vec<String>> {
    let archive = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut text = String::new();
    for content in archive.contents_of(Role::History) {
        archive.payload(content)?.read_to_string(&mut text)?;
    }
    Ok(text.lines().map(str::to_owned).collect())
}

fn told(value: Option<&FieldValue>) -> String {
    value.and_then(|value| value.value.as_ref()).map_or("-".to_owned(), |value| value.get().to_owned())
}

/// From, to, by which import, and whether an archive told of it.
type Step = (String, String, Option<u64>, bool);

fn values(fixture: &Fixture, path: &str) -> TestResult<Vec<Step>> {
    let history = fixture.service.token_history(&project(), None, &TokenPath::from_alias(path))?;
    let values = history.into_iter().filter(|entry| entry.field == "value");
    Ok(values
        .map(|entry| (told(entry.old.as_ref()), told(entry.new.as_ref()), entry.import, entry.is_told))
        .collect())
}

#[test]
fn a_token_tells_its_whole_history() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    set(&two, "a.x", "11")?;
    bring(&two, &one)?;
    set(&one, "a.x", "12")?;
    let step = |old: &str, new: &str, import| (old.to_owned(), new.to_owned(), import, false);
    assert_eq!(
        values(&one, "a.x")?,
        [step("11", "12", None), step("1", "11", Some(2)), step("-", "1", Some(1))],
        "what was superseded elsewhere is not known here"
    );
    // The archive with history tells that as well.
    one.import(&with_history(&two, "told.dss")?, "p")?;
    let all = values(&one, "a.x")?;
    assert_eq!(all.len(), 4);
    assert!(
        all.iter().any(|(old, new, _, is_told)| (old.as_str(), new.as_str(), is_told) == ("1", "10", &true)),
        "{all:?}"
    );
    Ok(())
}

#[test]
fn an_import_tells_what_it_did() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    set(&two, "new.t", "7")?;
    remove(&two, "b.z")?;
    set(&one, "a.y", "21")?;
    set(&two, "a.y", "22")?;
    bring(&two, &one)?;
    set(&one, "a.x", "99")?;
    let log = one.service.import_log(&project(), 2, 100)?;
    assert_eq!((log.import.number, log.import.by.as_str(), log.import.created), (2, "ann", false));
    let mut all: Vec<String> = Vec::new();
    for entity in &log.entities {
        let fields = entity.fields.iter().filter(|field| field.field == "value");
        let fields: Vec<String> = fields
            .map(|field| {
                let others: Vec<_> = field.others.iter().map(|other| told(Some(other))).collect();
                format!(" {}>{} {}", told(field.old.as_ref()), told(field.new.as_ref()), others.join(","))
            })
            .collect();
        all.push(format!("{} {} {}{}", entity.change, entity.kind, entity.path, fields.concat()));
    }
    all.sort();
    assert_eq!(
        all,
        [
            "added group new",
            "added token new.t ->7 ",
            "changed token a.x 1>10 ",
            // Of two values that nobody has decided between, one shows.
            all.iter().find(|line| line.contains("a.y")).map(String::as_str).unwrap_or_default(),
            "deleted token b.z",
        ]
    );
    assert!(
        all.iter().any(|line| line.contains("a.y 21>2") && line.len() > "changed token a.y 21>21 ".len()),
        "{all:?}"
    );
    let first = one.service.import_log(&project(), 1, 100)?;
    assert_eq!((first.import.created, first.changed), (true, 0));
    assert_eq!(one.service.import_log(&project(), 7, 1).unwrap_err().code(), "not_found");
    Ok(())
}

#[test]
fn history_travels_for_display_only() -> TestResult {
    let (one, two) = two_copies()?;
    let plain = one.bytes("p")?;
    set(&one, "a.x", "10")?;
    set(&one, "a.x", "11")?;
    remove(&one, "b.z")?;
    assert_ne!(plain, one.bytes("p")?);
    let archive = with_history(&one, "told.dss")?;
    let all = lines(&archive)?;
    assert!(all.len() >= 5, "{all:?}");
    for line in &all {
        let text = JsonText::parse(line.as_bytes(), &JsonLimits::default())?;
        assert!(history::decode(text.get_ref()).is_ok_and(|line| line.is_some()), "{line}");
        assert!(!line.contains(&one.dir.path().display().to_string()), "no folder of this machine: {line}");
    }
    let before = two.service.import_project(&archive, &crate::support::options("p"), &())?;
    assert_eq!(before.findings.warnings, 0);
    assert!(one.bytes("p")? == two.bytes("p")?, "the state is the same with history or without");
    // It travels on, and is told once.
    let again = lines(&with_history(&two, "again.dss")?)?;
    assert!(all.iter().all(|line| again.contains(line)), "{all:#?}\n{again:#?}");
    let unique: std::collections::BTreeSet<_> = again.iter().collect();
    assert_eq!(unique.len(), again.len());
    let log = two.service.log(&LogFilter { project: Some("p".to_owned()), ..LogFilter::default() })?;
    assert!(log.iter().any(|entry| entry.outcome == "elsewhere"), "{log:?}");
    // An archive verifies with it, and inspecting shows it.
    let verified = dss_service::verify(&archive, &VerifyOptions::default(), &())?;
    assert_eq!(verified.findings.warnings, 0);
    let inspected = dss_service::inspect(&archive, &Limits::default())?;
    let entry = inspected.entries.iter().find(|entry| entry.role == "history").ok_or("no history")?;
    assert_eq!(entry.count, u64::try_from(all.len())?);
    // A fresh store has the past of what it never saw.
    let three = fixture()?;
    three.import(&archive, "p")?;
    assert_eq!(values(&three, "a.x")?.len(), 3);
    Ok(())
}

/// Writes the archive anew, with other lines of history.
fn forge(archive: &Path, target: &Path, history: &[u8]) -> TestResult {
    use dss_service::format::archive::{ArchiveWriter, Header};
    let source = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut zip = ArchiveWriter::new(File::create(target)?)?;
    for content in source.contents().iter().filter(|content| content.role != Role::Mimetype) {
        let mut entry = zip.entry(&content.path)?;
        if content.role == Role::History {
            entry.write_all(history)?;
        } else {
            std::io::copy(&mut source.payload(content)?, &mut entry)?;
        }
        entry.finish(content.role, &content.media_type, content.count, content.set.as_deref());
    }
    let manifest = source.manifest().manifest();
    zip.finish(Header {
        project: manifest.project.clone(),
        also_known_as: Vec::new(),
        replicas: manifest.replicas.clone(),
        extent: manifest.extent.clone(),
        counts: manifest.counts.clone(),
        exported_at_ms: manifest.exported_at_ms,
        by: None,
    })?;
    Ok(())
}

#[test]
fn a_hostile_history_is_a_finding() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "a.x", "10")?;
    let archive = with_history(&one, "told.dss")?;
    let good = lines(&archive)?;
    let write = good.iter().find(|line| line.contains("\"register\":\"value\"")).ok_or("no write")?;
    let mut text = Vec::new();
    for line in ["", "{", "[]", "{\"type\":\"review\",\"of\":1}", "{\"type\":\"write\"}", "\u{0}\u{1}", write]
    {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(&[0xff, 0xfe, b'\n']);
    let lie =
        write.replace("\"$value\":1", "\"$value\":666").replace(":1\",\"at\"", ":9007199254740991\",\"at\"");
    text.extend_from_slice(format!("{lie}\n{lie}\n").as_bytes());
    text.extend_from_slice(&vec![b'x'; 3 << 20]);
    let forged = one.dir.join("forged.dss");
    forge(&archive, &forged, &text)?;
    let summary = two.import(&forged, "p")?;
    assert_eq!(summary.findings.by_code.get("history_invalid"), Some(&7), "{:?}", summary.findings);
    assert_eq!(summary.findings.errors, 0);
    // Nothing of it has any weight: state, clock and names are as without.
    assert!(one.bytes("p")? == two.bytes("p")?);
    set(&two, "a.x", "12")?;
    let revision = two.service.token(&project(), None, &TokenPath::from_alias("a.x"))?.remove(0).revision;
    assert!(!revision.ends_with(":9007199254740991"), "{revision}");
    let strict = VerifyOptions { is_strict: true, ..VerifyOptions::default() };
    dss_service::verify(&forged, &strict, &())?;
    Ok(())
}

#[test]
fn too_much_history_is_left_out() -> TestResult {
    let (one, two) = two_copies()?;
    let archive = with_history(&one, "told.dss")?;
    let import = Line::Import(history::PastImport {
        at_ms: 1,
        by: String::new(),
        action: "import".to_owned(),
        source: "x".to_owned(),
        export_hash: None,
    });
    let line = format!("{}\n", history::encode(&import));
    let forged = one.dir.join("forged.dss");
    forge(&archive, &forged, line.repeat(250).as_bytes())?;
    let mut options = crate::support::options("p");
    options.limits.tokens = 10;
    let summary = two.service.import_project(&forged, &options, &())?;
    assert_eq!(summary.findings.by_code.get("history_too_long"), Some(&1));
    Ok(())
}

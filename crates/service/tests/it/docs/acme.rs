//! The project that docs/archive-format.md takes its examples from: small, and the same in every run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use dss_service::format::archive::{Archive, ArchiveWriter, Header};
use dss_service::model::{JsonLimits, JsonText, ReplicaId, TokenPath};
use dss_service::security::OpenOptions;
use dss_service::{ExportOptions, ImportOptions, TokenChange};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name};

const RESOLVER: &str = r##"{
  "name": "acme",
  "version": "2025.10",
  "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}]}},
  "modifiers": {
    "scheme": {
      "contexts": {
        "light": [{"$ref": "scheme/light.tokens.json"}],
        "dark": [{"$ref": "scheme/dark.tokens.json"}]
      },
      "default": "light"
    }
  },
  "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/scheme"}]
}"##;
const BASE: &str = r#"{
  "$description": "What every scheme shares.",
  "size": {
    "$type": "dimension",
    "small": {"$value": {"value": 4.0, "unit": "px"}},
    "medium": {"$value": {"value": 8, "unit": "px"}, "$description": "The default."},
    "large": {"$value": {"value": 16, "unit": "px"}}
  },
  "color": {
    "brand": {
      "primary": {
        "$type": "color",
        "$value": {"colorSpace": "srgb", "components": [0.1, 0.3, 0.9]},
        "$extensions": {"com.figma": {"scopes": ["ALL_FILLS"]}}
      },
      "hover": {"$type": "color", "$value": "{color.brand.primary}"}
    }
  },
  "legacy": {"gap": {"$type": "dimension", "$value": {"value": 3, "unit": "px"}}}
}"#;
const LIGHT: &str = r#"{
  "surface": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 1, 1]}}
}"#;
const DARK: &str = r#"{
  "surface": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [0, 0, 0]}},
  "$extensions": {"com.acme": {"reviewed": true}}
}"#;
const BUTTON: &str = r#"{
  "name": "Button", "description": "Starts an action.", "status": "stable", "tags": ["core"],
  "props": {"size": {"type": "enum", "values": ["small", "medium"]}},
  "tokens": {"background": "color.brand.primary"}
}"#;
const ICON: &[u8] =
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 4h8\"/></svg>\n";

/// The names and bytes of an archive's entries, in its order.
pub(crate) type Entries = Vec<(String, Vec<u8>)>;

/// The same archive with its history, beside it.
const TRAIL: &str = "trail.dss";

/// Two lines of the history: imports carry hashes, which are others in every run.
pub(crate) fn trail(archive: &Path) -> TestResult<Entries> {
    let entries = entries(&archive.with_file_name(TRAIL))?;
    let (_, bytes) = entries.into_iter().find(|(name, _)| name == "history.ndjson").ok_or("no history")?;
    let text = String::from_utf8(bytes)?;
    let lines: Vec<_> = text.lines().filter(|line| line.contains("\"register\":\"value\"")).take(2).collect();
    Ok(vec![("two lines of history.ndjson".to_owned(), lines.join("\n").into_bytes())])
}

/// The archive of the project, in a folder that lives as long as the fixture.
pub(crate) fn archive() -> TestResult<(Fixture, std::path::PathBuf)> {
    let real = loop {
        // Random ids sort at random; the examples have Ann's copy first, and her files last.
        if let Some(archive) = edited_apart()? {
            break archive;
        }
    };
    let fixed = fixture()?;
    let file = fixed.dir.join("fixed.dss");
    with_fixed_ids(&real.1, &file)?;
    fixed.service.import_project(&file, &ImportOptions::default(), &())?;
    let again = fixed.export("acme", "acme.dss")?;
    assert!(std::fs::read(&file)? == std::fs::read(&again)?, "an import by itself writes nothing");
    let trail = real.0.dir.join("trail.dss");
    let options = ExportOptions { history: true, ..ExportOptions::default() };
    real.0.service.export_project(&name("acme"), &trail, &options, &())?;
    with_fixed_ids(&trail, &fixed.dir.join(TRAIL))?;
    Ok((fixed, again))
}

/// Two people edit the project apart, and bring it together again.
fn edited_apart() -> TestResult<Option<(Fixture, std::path::PathBuf)>> {
    let (ann, ben) = (fixture_of("ann", 0)?, fixture_of("ben", 3_600_000)?);
    for (file, text) in [
        ("acme.resolver.json", RESOLVER),
        ("base.tokens.json", BASE),
        ("scheme/light.tokens.json", LIGHT),
        ("scheme/dark.tokens.json", DARK),
    ] {
        ann.file(file, text)?;
    }
    ann.service.import_project(&ann.dir.join("acme.resolver.json"), &ImportOptions::default(), &())?;
    ann.service.set_component(&name("acme"), BUTTON.as_bytes())?;
    let icon = ann.file("dash.svg", ICON)?;
    ann.service.set_asset(&name("acme"), "icons/dash.svg", None, &icon)?;
    exchange(&ann, &ben)?;

    let color = |red: &str| TokenChange {
        value: Some(format!(r#"{{"colorSpace": "srgb", "components": [{red}, 0.2, 0.8]}}"#)),
        ..TokenChange::default()
    };
    ann.set("color.brand.hover", &color("0.1"))?;
    ben.set("color.brand.hover", &color("0.2"))?;
    ann.set("size.medium", &TokenChange { add_tags: vec!["core".to_owned()], ..TokenChange::default() })?;
    ann.service.remove_token(&name("acme"), None, &path("size.small"))?;
    exchange(&ann, &ben)?;
    exchange(&ben, &ann)?;
    let archive = ann.export("acme", "real.dss")?;
    let opened = Archive::open(File::open(&archive)?, &OpenOptions::strict())?;
    let counters: Vec<u64> =
        opened.manifest().manifest().replicas.iter().map(|(_, counter)| *counter).collect();
    Ok(counters.is_sorted_by(|a, b| a > b).then_some((ann, archive)))
}

fn fixture_of(who: &str, later_ms: i64) -> TestResult<Fixture> {
    let mut fixture = fixture()?;
    fixture.become_user(who, later_ms)?;
    Ok(fixture)
}

fn exchange(from: &Fixture, to: &Fixture) -> TestResult {
    to.service.import_project(&from.export("acme", "exchange.dss")?, &ImportOptions::default(), &())?;
    Ok(())
}

fn path(text: &str) -> TokenPath {
    TokenPath::from_alias(text)
}

impl Fixture {
    fn set(&self, token: &str, change: &TokenChange) -> TestResult {
        self.service.set_token(&name("acme"), None, &path(token), change)?;
        Ok(())
    }
}

/// The same archive with ids that are not random.
fn with_fixed_ids(from: &Path, to: &Path) -> TestResult {
    let archive = Archive::open(File::open(from)?, &OpenOptions::strict())?;
    let manifest = archive.manifest().manifest();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for ((replica, _), letter) in manifest.replicas.iter().zip(["a", "b", "c"]) {
        ids.insert(replica.to_string(), format!("{}-0000-4000-8000-000000000000", letter.repeat(8)));
    }
    let project = manifest.project.get_ref().get("$extensions").and_then(|all| all.get("org.dss")?.get("id"));
    let project = project.and_then(dss_service::model::JsonRef::string).ok_or("the project has an id")?;
    ids.insert(project.into_owned(), "019b76da-a800-7000-8000-000000000001".to_owned());
    let renamed = |text: &str| ids.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));

    let mut writer = ArchiveWriter::new(File::create(to)?)?;
    for content in archive.contents().iter().skip(1) {
        let mut bytes = Vec::new();
        archive.payload(content)?.read_to_end(&mut bytes)?;
        let mut entry = writer.entry(&content.path)?;
        std::io::Write::write_all(&mut entry, renamed(&String::from_utf8(bytes)?).as_bytes())?;
        entry.finish(content.role, &content.media_type, content.count, content.set.as_deref());
    }
    let replicas =
        manifest.replicas.iter().map(|(id, counter)| Ok((fixed(&renamed(&id.to_string()))?, *counter)));
    writer.finish(Header {
        project: JsonText::parse(renamed(manifest.project.as_str()).as_bytes(), &JsonLimits::default())?,
        also_known_as: Vec::new(),
        replicas: replicas.collect::<TestResult<_>>()?,
        extent: manifest.extent.clone(),
        counts: manifest.counts.clone(),
        exported_at_ms: manifest.exported_at_ms,
        by: None,
    })?;
    Ok(())
}

fn fixed(text: &str) -> TestResult<ReplicaId> {
    Ok(text.parse()?)
}

/// All entries of an archive, the manifest last.
pub(crate) fn entries(archive: &Path) -> TestResult<Entries> {
    let archive = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut all = Vec::new();
    for entry in archive.container().entries() {
        let mut bytes = Vec::new();
        archive.container().reader(entry)?.read_to_end(&mut bytes)?;
        all.push((entry.name().to_owned(), bytes));
    }
    Ok(all)
}

//! Other tools' files: in, into a store, through an archive, and out again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dss_service::interop::{Format, Json};
use dss_service::{Allowed, ConvertOptions, ExportOptions, ImportOptions, ImportSummary, convert};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name, options};

/// The JSON files at a path, by their paths below it.
fn trees(path: &Path) -> TestResult<BTreeMap<String, Json>> {
    fn add(path: &Path, relative: &str, found: &mut BTreeMap<String, Json>) -> TestResult {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let below = if relative.is_empty() { name } else { format!("{relative}/{name}") };
                add(&entry.path(), &below, found)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.insert(relative.to_owned(), Json::parse(&fs::read(path)?, relative, 64)?);
        }
        Ok(())
    }
    let mut found = BTreeMap::new();
    add(path, "", &mut found)?;
    Ok(found)
}

impl Fixture {
    /// The project in another format.
    fn export_as(&self, project: &str, target: &str, format: Format) -> TestResult<PathBuf> {
        let path = self.dir.join(target);
        let options = ExportOptions { to: Some(format), overwrite: true, ..ExportOptions::default() };
        self.service.export_project(&name(project), &path, &options, &())?;
        Ok(path)
    }
}

/// Imports what is at `input`, sends it to another store by archive, and exports it from both in its own format.
fn travels(input: &Path, format: Format, target: &str) -> TestResult<ImportSummary> {
    let one = fixture()?;
    let summary = one.import(input, "p")?;
    assert_eq!(summary.source_kind, format.name(), "{}", input.display());
    let two = fixture()?;
    two.import(&one.export("p", "p.dss")?, "p")?;
    let skipped: Vec<&str> = summary.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    let mut before = trees(input)?;
    before.retain(|path, _| !skipped.contains(&path.as_str()));
    for fixture in [&one, &two] {
        let after = trees(&fixture.export_as("p", target, format)?)?;
        assert!(before.keys().eq(after.keys()), "{}: {:?}", input.display(), after.keys());
        for (path, tree) in &before {
            assert!(after.get(path) == Some(tree), "{}: {path} is not the same", input.display());
        }
    }
    // Once more is no news.
    let again = one.import(input, "p")?;
    assert_eq!(again.open_conflicts, 0);
    assert!(again.kinds.values().all(|kind| kind.unchanged == kind.read), "{:?}", again.kinds);
    Ok(summary)
}

#[test]
fn real_files_of_other_tools_travel_unchanged() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let tokens = shared.join("data/tokens");
    for file in ["sample_tokens.json", "legacy_value_style.json", "token_transformer_sample.json"] {
        travels(&tokens.join("tokens-studio-single").join(file), Format::TokensStudio, "out.json")?;
    }
    travels(&tokens.join("digdir-designsystemet/design-tokens"), Format::TokensStudio, "out/")?;
    for part in ["", "complete", "integration", "assets-example"] {
        travels(&tokens.join("style-dictionary-v3").join(part), Format::StyleDictionary, "out/")?;
    }
    travels(&tokens.join("momentum/reference-tokens"), Format::StyleDictionary, "out/")?;
    Ok(())
}

const STUDIO: &str = r##"{
  "base": {"c": {"value": "#FF0000", "type": "color"}, "s": {"value": "16", "type": "spacing"}},
  "dark": {"c": {"value": "{base.d}", "type": "color", "description": "dark"}},
  "$themes": [
    {"id": "1", "name": "light", "group": "mode", "selectedTokenSets": {"base": "source"}},
    {"id": "2", "name": "dark", "group": "mode", "selectedTokenSets": {"base": "source", "dark": "enabled"}}
  ],
  "$metadata": {"tokenSetOrder": ["base", "dark"]}
}"##;

#[test]
fn the_same_file_on_two_stores_makes_the_same_entities() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    for store in [&one, &two] {
        store.import(&store.file("studio.json", STUDIO)?, "p")?;
    }
    let (from_one, from_two) = (one.export("p", "p.dss")?, two.export("p", "p.dss")?);
    for (store, archive) in [(&one, &from_two), (&two, &from_one)] {
        let adopting =
            ImportOptions { allow: Allowed { other_project: true, ..Allowed::default() }, ..options("p") };
        let summary = store.service.import_project(archive, &adopting, &())?;
        assert_eq!(summary.open_conflicts, 0);
        let read = |kind: &str| summary.kinds.get(kind).copied().unwrap_or_default();
        assert_eq!((read("token").read, read("token").added), (3, 0));
        assert_eq!((read("theme").read, read("theme").added), (2, 0));
        assert_eq!((read("set").read, read("set").added), (2, 0));
    }
    assert_eq!(one.bytes("p")?, two.bytes("p")?);
    Ok(())
}

#[test]
fn what_was_edited_is_written_as_it_is_now() -> TestResult {
    let one = fixture()?;
    one.import(&one.file("studio.json", STUDIO)?, "p")?;
    let edited = STUDIO.replace("\"16\"", "\"18\"").replace("#FF0000", "#00F");
    let summary = one.import(&one.file("studio.json", edited)?, "p")?;
    assert_eq!(summary.kinds.get("token").map(|kind| kind.changed), Some(2));
    let text = fs::read_to_string(one.export_as("p", "out.json", Format::TokensStudio)?)?;
    assert!(text.contains("\"18\"") && text.contains("\"#00F\"") && !text.contains("\"16\""), "{text}");

    // An edit in the store has no spelling of the tool's own.
    let change = dss_service::TokenChange {
        value: Some(r#"{"value":2,"unit":"rem"}"#.to_owned()),
        ..dss_service::TokenChange::default()
    };
    let path = dss_service::model::TokenPath::from_alias("s");
    one.service.set_token(&name("p"), Some("base"), &path, &change)?;
    let text = fs::read_to_string(one.export_as("p", "out.json", Format::TokensStudio)?)?;
    assert!(text.contains(r#""value": "2rem""#) && text.contains(r#""type": "spacing""#), "{text}");
    Ok(())
}

#[test]
fn formats_that_are_named_are_held_to() -> TestResult {
    let one = fixture()?;
    let file = one.file("a.json", r#"{"a":{"value":"1px","type":"dimension"}}"#)?;
    let import =
        |from| one.service.import_project(&file, &ImportOptions { from: Some(from), ..options("q") }, &());
    assert_eq!(import(Format::Dtcg).unwrap_err().code(), "not_tokens");
    assert_eq!(import(Format::TokensStudio).unwrap_err().code(), "format_mismatch");
    assert_eq!(import(Format::DtcgConservative).unwrap_err().code(), "format_one_way");
    assert_eq!(import(Format::StyleDictionary)?.source_kind, "style-dictionary");
    Ok(())
}

const RESOLVER: &str = r##"{"version": "2025.10", "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}]}},
  "resolutionOrder": [{"$ref": "#/sets/base"}]}"##;

#[test]
fn conversions_write_all_or_nothing() -> TestResult {
    let one = fixture()?;
    let file = one.file("studio.json", STUDIO)?;
    let how = |to| ConvertOptions { from: None, to, overwrite: false, limits: options("p").limits };
    let error = convert(&file, &one.dir.join("one.json"), &how(Format::Dtcg)).unwrap_err();
    assert_eq!(error.code(), "usage");
    assert!(!one.dir.join("one.json").exists());
    // What leads to files that were not named is no design without tokens.
    let resolver = one.file("all.resolver.json", RESOLVER)?;
    let error = convert(&resolver, &one.dir.join("one.css"), &how(Format::Css)).unwrap_err();
    assert_eq!((error.code(), one.dir.join("one.css").exists()), ("usage", false));
    let folder = one.dir.join("out/");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("dark.tokens.json"), "mine")?;
    let error = convert(&file, &folder, &how(Format::Dtcg)).unwrap_err();
    assert_eq!(error.code(), "already_exists");
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    fs::remove_file(folder.join("dark.tokens.json"))?;
    let summary = convert(&file, &folder, &how(Format::Dtcg))?;
    assert_eq!((summary.read.format, summary.tokens, summary.files.len()), ("tokens-studio", 3, 3));
    let back = one.dir.join("back.json");
    convert(&folder, &back, &how(Format::TokensStudio))?;
    assert!(Json::parse(&fs::read(&back)?, "", 64)? == Json::parse(STUDIO.as_bytes(), "", 64)?);
    Ok(())
}

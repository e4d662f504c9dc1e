//! What may be compared with what, and what silence means.

use std::sync::Arc;

use dss_service::model::Kind;
use dss_service::store::MemoryStore;
use dss_service::{
    DiffOptions, DiffSource, ErrorClass, ExportOptions, FixedClock, Matching, Observer, ProjectService,
    Selection,
};
use dss_testkit::TestResult;

use super::{diff, file, path, project, value, wide};
use crate::support::{Fixture, fixture, name};

const RESOLVER: &str = r##"{
  "version": "2025.10",
  "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}, {"$ref": "more.tokens.json"}]}},
  "resolutionOrder": [{"$ref": "#/sets/base"}]
}"##;
const BASE: &str = r#"{"g": {"$type": "number", "a": {"$value": 1}, "b": {"$value": "{g.a}"}}}"#;
const MORE: &str = r#"{"m": {"$type": "number", "$value": 9}}"#;

fn in_folder() -> TestResult<Fixture> {
    let fixture = fixture()?;
    let resolver = fixture.file("in/p.resolver.json", RESOLVER)?;
    fixture.file("in/base.tokens.json", BASE)?;
    fixture.file("in/more.tokens.json", MORE)?;
    fixture.import(&resolver, "p")?;
    fixture.service.set_component(&name("p"), br#"{"name": "Button"}"#)?;
    Ok(fixture)
}

#[test]
fn nothing_differs_from_what_a_project_was_made_of_or_became() -> TestResult {
    let fixture = in_folder()?;
    let archive = fixture.export("p", "p.dss")?;
    let options = ExportOptions::default();
    let folder = fixture.dir.join("out/");
    fixture.service.export_project(&name("p"), &folder, &options, &())?;
    fixture.import(&archive, "q")?;
    for (input, kind) in [
        ("in/p.resolver.json", "resolver"),
        ("in", "folder"),
        ("in/base.tokens.json", "file"),
        ("p.dss", "archive"),
        ("out", "folder"),
    ] {
        let input = file(&fixture.dir.join(input));
        for (old, new) in [(&input, &project("p")), (&project("p"), &input), (&input, &input)] {
            let (summary, told) = diff(&fixture, old, new, &wide())?;
            assert!(summary.is_empty(), "{old} {new}: {:?}", told.lines());
            assert!([summary.old.kind, summary.new.kind].contains(&kind), "{summary:?}");
        }
    }
    let (summary, _) = diff(&fixture, &project("p"), &project("q"), &wide())?;
    assert!(summary.is_empty());
    assert_eq!(summary.matched_by, Matching::Id);
    Ok(())
}

#[test]
fn a_single_file_speaks_of_one_set_only() -> TestResult {
    let fixture = in_folder()?;
    let edited = file(&fixture.file("base.tokens.json", BASE.replace("\"b\"", "\"c\""))?);
    let (summary, told) = diff(&fixture, &project("p"), &edited, &wide())?;
    assert_eq!(
        told.lines(),
        ["removed token base:g.b | $value \"{g.a}\" -> -", "added token base:g.c | $value - -> \"{g.a}\""]
    );
    assert_eq!(summary.only_sets.as_deref(), Some(&["base".to_owned()][..]));
    assert_eq!(summary.compared, ["set", "group", "token"]);

    // One that has no counterpart is new, and takes nothing away.
    let other = file(&fixture.file("other.tokens.json", BASE)?);
    let (summary, _) = diff(&fixture, &project("p"), &other, &wide())?;
    assert_eq!((summary.total.removed, summary.total.added), (0, 4));

    // Two files are two states of one set, whatever they are called.
    let (summary, told) = diff(&fixture, &other, &edited, &wide())?;
    assert_eq!((summary.total.removed, summary.total.added), (1, 1), "{:?}", told.lines());
    assert_eq!(summary.total.total(), 2);
    Ok(())
}

#[test]
fn what_a_partial_archive_lacks_is_not_gone() -> TestResult {
    let fixture = in_folder()?;
    let options = ExportOptions {
        selection: Selection { sets: vec!["base".to_owned()], ..Selection::default() },
        ..ExportOptions::default()
    };
    let part = fixture.dir.join("part.dss");
    fixture.service.export_project(&name("p"), &part, &options, &())?;
    let (summary, told) = diff(&fixture, &file(&part), &project("p"), &wide())?;
    assert!(summary.is_empty() && summary.partial, "{:?}", told.lines());

    fixture.service.set_token(&name("p"), Some("base"), &path("g.a"), &value("2"))?;
    fixture.service.set_token(&name("p"), Some("base"), &path("g.z"), &value("3"))?;
    let (_, told) = diff(&fixture, &file(&part), &project("p"), &wide())?;
    assert_eq!(told.lines(), ["changed token base:g.a | $value 1 -> 2"]);

    // A deletion that it carries is one.
    fixture.service.remove_token(&name("p"), Some("base"), &path("g.b"))?;
    let old = file(&part);
    let later = fixture.dir.join("later.dss");
    fixture.service.export_project(&name("p"), &later, &options, &())?;
    let fresh = crate::support::fixture()?;
    fresh.import(&part, "p")?;
    let (_, told) = diff(&fresh, &project("p"), &file(&later), &wide())?;
    assert_eq!(
        told.lines(),
        [
            "changed token base:g.a | $value 1 -> 2",
            "removed token base:g.b | $value \"{g.a}\" -> -",
            "added token base:g.z | $value - -> 3"
        ]
    );
    let (summary, _) = diff(&fixture, &old, &old, &wide())?;
    assert!(summary.is_empty());
    Ok(())
}

#[test]
fn unrelated_projects_are_matched_by_place() -> TestResult {
    let fixture = fixture()?;
    for (project, number) in [("p", "1"), ("q", "2")] {
        fixture.service.create_project(&name(project), None)?;
        for token in ["a", "b"] {
            let number = if token == "b" { "0" } else { number };
            let change =
                dss_service::TokenChange { token_type: Some(Some("number".to_owned())), ..value(number) };
            // Ids of their own: what is moved keeps the one it was made with.
            fixture.service.set_token(
                &name(project),
                Some("s"),
                &path(&format!("{project}{token}")),
                &change,
            )?;
            fixture.service.move_token(
                &name(project),
                None,
                &path(&format!("{project}{token}")),
                None,
                &path(&format!("g.{token}")),
            )?;
        }
    }
    let (summary, told) = diff(&fixture, &project("p"), &project("q"), &wide())?;
    assert_eq!(summary.matched_by, Matching::IdThenPath);
    let lines = told.lines();
    assert_eq!(lines, ["renamed project q from p", "changed token s:g.a | $value 1 -> 2"]);
    assert!(told.items[1].old_id.is_some());
    Ok(())
}

#[test]
fn filters_narrow_the_result() -> TestResult {
    let fixture = in_folder()?;
    let before = file(&fixture.export("p", "before.dss")?);
    let service = &fixture.service;
    service.set_token(&name("p"), Some("base"), &path("g.a"), &value("2"))?;
    service.set_token(&name("p"), Some("more"), &path("m"), &value("3"))?;
    service.set_component(&name("p"), br#"{"name": "Card"}"#)?;
    let count = |options: DiffOptions| -> TestResult<Vec<String>> {
        let (_, told) = diff(&fixture, &before, &project("p"), &options)?;
        Ok(told.items.iter().map(|item| item.place.path.clone()).collect())
    };
    assert_eq!(count(wide())?, ["g.a", "m", "Card"]);
    assert_eq!(count(DiffOptions { sets: vec!["base".to_owned()], ..wide() })?, ["g.a"]);
    assert_eq!(count(DiffOptions { folders: vec![path("g")], ..wide() })?, ["g.a"]);
    assert_eq!(count(DiffOptions { types: vec!["number".to_owned()], ..wide() })?, ["g.a", "m"]);
    assert_eq!(count(DiffOptions { kinds: vec![Kind::Component], ..wide() })?, ["Card"]);
    let nowhere = DiffOptions { sets: vec!["bsae".to_owned()], ..wide() };
    let error = diff(&fixture, &before, &project("p"), &nowhere).unwrap_err();
    assert_eq!(error.to_string(), "there is no token set \"bsae\"");
    Ok(())
}

#[test]
fn errors_name_the_side() -> TestResult {
    let fixture = in_folder()?;
    let before = fixture.bytes("p")?;
    let broken = file(&fixture.file("broken.dss", b"PK\x03\x04 and no more")?);
    let missing = DiffSource::File(fixture.dir.join("gone.json"));
    for (bad, code, class) in [
        (&broken, None, ErrorClass::Refused),
        (&missing, Some("not_found"), ErrorClass::Missing),
        (&project("none"), Some("project_not_found"), ErrorClass::Missing),
    ] {
        for (old, new, side) in
            [(bad, &project("p"), "the old side, "), (&project("p"), bad, "the new side, ")]
        {
            let error = diff(&fixture, old, new, &wide()).unwrap_err();
            assert!(error.to_string().starts_with(side), "{error}");
            assert_eq!(error.class(), class, "{error}");
            assert!(code.is_none_or(|code| code == error.code()), "{error}: {}", error.code());
            assert!(!error.hint().is_empty());
        }
    }
    assert!(fixture.bytes("p")? == before);
    Ok(())
}

#[test]
fn it_can_be_stopped() -> TestResult {
    struct Stop;
    impl Observer for Stop {
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let fixture = in_folder()?;
    let before = file(&fixture.export("p", "before.dss")?);
    fixture.service.set_token(&name("p"), Some("base"), &path("g.a"), &value("2"))?;
    let error = fixture.service.diff(&before, &project("p"), &wide(), &Stop, &mut ()).unwrap_err();
    assert_eq!(error.code(), "cancelled");
    Ok(())
}

#[test]
fn any_store_will_do() -> TestResult {
    let fixture = in_folder()?;
    let archive = fixture.export("p", "p.dss")?;
    let store = Arc::new(MemoryStore::new(5_000));
    let service = ProjectService::new(store, Arc::new(FixedClock(crate::support::NOW_MS)), "ann");
    service.import_project(&archive, &crate::support::options("p"), &())?;
    service.set_token(&name("p"), Some("base"), &path("g.a"), &value("2"))?;
    let mut told = super::Told::default();
    let summary = service.diff(&file(&archive), &project("p"), &wide(), &(), &mut told)?;
    assert_eq!(told.lines(), ["changed token base:g.a | $value 1 -> 2"]);
    assert_eq!(summary.matched_by, Matching::Id);
    Ok(())
}

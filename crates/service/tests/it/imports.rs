//! Imports and exports of small documents: what is refused, what is kept, what is reported.

use std::cell::Cell;

use dss_service::model::Limits;
use dss_service::{
    ErrorClass, ExportOptions, ImportOptions, Observer, Progress, Selection, Strategy, TokenChange,
    VerifyOptions, inspect, verify,
};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name, options};

const SMALL: &str = r#"{
  "color": {
    "$type": "color",
    "red": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0]}},
    "brand": {"$value": "{color.red}", "$description": "the brand"}
  },
  "size": {"small": {"$type": "dimension", "$value": {"value": 4, "unit": "px"}}}
}"#;

fn small() -> TestResult<(Fixture, Vec<u8>)> {
    let fixture = fixture()?;
    let file = fixture.file("small.tokens.json", SMALL)?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!((summary.findings.errors, summary.findings.warnings), (0, 0), "{:?}", summary.findings);
    let before = fixture.bytes("p")?;
    Ok((fixture, before))
}

#[test]
fn importing_the_same_again_changes_nothing() -> TestResult {
    let (fixture, before) = small()?;
    for strategy in [Strategy::Merge, Strategy::Replace] {
        let options = ImportOptions { strategy, ..options("p") };
        let summary =
            fixture.service.import_project(&fixture.dir.join("small.tokens.json"), &options, &())?;
        assert!(summary.kinds.values().all(|kind| kind.unchanged == kind.read), "{:?}", summary.kinds);
        let archive = fixture.export("p", "same.dss")?;
        fixture.service.import_project(&archive, &options, &())?;
        assert!(fixture.bytes("p")? == before);
    }
    Ok(())
}

#[test]
fn replace_makes_the_project_show_what_the_input_shows() -> TestResult {
    let (fixture, _) = small()?;
    let changed = SMALL.replace("\"value\": 4", "\"value\": 8").replace("\"brand\"", "\"accent\"");
    let file = fixture.file("small.tokens.json", changed)?;
    let summary = fixture.service.import_project(
        &file,
        &ImportOptions { strategy: Strategy::Replace, ..options("p") },
        &(),
    )?;
    let token = summary.kinds["token"];
    assert_eq!((token.added, token.changed, token.unchanged, token.deleted), (1, 1, 1, 1));
    let mut paths = Vec::new();
    fixture.service.tokens(&name("p"), &dss_service::TokenFilter::default(), &mut |token| {
        paths.push(token.path);
        true
    })?;
    assert_eq!(paths, ["color.red", "color.accent", "size.small"]);
    Ok(())
}

#[test]
fn an_analysis_says_what_would_happen_and_keeps_nothing() -> TestResult {
    let (fixture, before) = small()?;
    let changed = fixture.file("small.tokens.json", SMALL.replace("\"value\": 4", "\"value\": 8"))?;
    let replace = ImportOptions { strategy: Strategy::Replace, ..options("p") };
    let analysis = fixture.service.analyze_import(&changed, &replace, &())?;
    assert_eq!(analysis.kinds["token"].changed, 1);
    assert!(fixture.bytes("p")? == before);
    fixture.service.analyze_import(&changed, &options("new"), &())?;
    assert_eq!(fixture.service.project(&name("new")).unwrap_err().class(), ErrorClass::Missing);
    let done = fixture.service.import_project(&changed, &replace, &())?;
    assert_eq!(done.kinds, analysis.kinds);
    Ok(())
}

#[test]
fn edits_made_on_both_sides_are_joined() -> TestResult {
    let (one, _) = small()?;
    let two = fixture()?;
    two.import(&one.export("p", "to-two.dss")?, "p")?;
    let set = |fixture: &Fixture, path: &str, description: &str| {
        let change =
            TokenChange { description: Some(Some(description.to_owned())), ..TokenChange::default() };
        fixture.service.set_token(&name("p"), None, &dss_service::model::TokenPath::from_alias(path), &change)
    };
    set(&one, "color.red", "from one")?;
    set(&two, "size.small", "from two")?;
    two.import(&one.export("p", "to-two.dss")?, "p")?;
    one.import(&two.export("p", "to-one.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?, "both copies hold both edits");
    set(&one, "color.brand", "ours")?;
    set(&two, "color.brand", "theirs")?;
    let summary = two.import(&one.export("p", "to-two.dss")?, "p")?;
    assert_eq!(summary.open_conflicts, 1);
    one.import(&two.export("p", "to-one.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?, "an open conflict travels with both its values");
    Ok(())
}

#[test]
fn deletions_travel() -> TestResult {
    let (one, _) = small()?;
    let two = fixture()?;
    two.import(&one.export("p", "all.dss")?, "p")?;
    one.service.remove_token(&name("p"), None, &dss_service::model::TokenPath::from_alias("size.small"))?;
    let archive = one.export("p", "less.dss")?;
    two.import(&archive, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    let three = fixture()?;
    three.import(&archive, "p")?;
    assert!(one.bytes("p")? == three.bytes("p")?, "a deletion known to a new store is still known");
    Ok(())
}

#[test]
fn what_breaks_the_json_is_refused_and_nothing_is_changed() -> TestResult {
    let (fixture, before) = small()?;
    for (text, code, line) in [
        (SMALL.replace("\"red\"", "\"brand\""), "json_duplicate_key", Some(5)),
        (SMALL.get(..100).unwrap_or_default().to_owned(), "json_invalid", Some(4)),
        ("not json".to_owned(), "json_invalid", Some(1)),
        ("{\"a\": 1}".to_owned(), "not_tokens", None),
        ("[]".to_owned(), "not_tokens", None),
        (String::new(), "json_invalid", Some(1)),
    ] {
        let file = fixture.file("bad.tokens.json", &text)?;
        let replace = ImportOptions { strategy: Strategy::Replace, ..options("p") };
        let error = fixture.service.import_project(&file, &replace, &()).unwrap_err();
        assert_eq!((error.code(), error.line()), (code, line), "{text}: {error}");
        assert_eq!(error.class(), ErrorClass::Refused);
        assert!(!error.hint().is_empty());
        assert_eq!(error.entry(), Some("bad.tokens.json"));
        assert!(fixture.bytes("p")? == before);
    }
    Ok(())
}

#[test]
fn invalid_tokens_are_kept_unless_strict() -> TestResult {
    let fixture = fixture()?;
    let text = r##"{
      "a": {"$type": "color", "$value": "#ff0000"},
      "b": {"$value": 1},
      "c": {"$value": "{d}"}, "d": {"$value": "{c}"},
      "e": {"$type": "color", "$value": "{nowhere}"},
      "f": {"$type": "number", "$value": 1},
      "g": {"$type": "color", "$value": "{f}"},
      "base": {"$type": "number", "x": {"$value": 2}},
      "more": {"$extends": "{base}", "y": {"$value": 3}},
      "via": {"$type": "number", "$value": "{more.x}"},
      "late": {"z": {"$value": 4}, "$type": "number"}
    }"##;
    let file = fixture.file("odd.tokens.json", text)?;
    let summary = fixture.import(&file, "p")?;
    let codes: Vec<_> = summary.findings.by_code.iter().map(|(code, count)| (*code, *count)).collect();
    assert_eq!(
        codes,
        [
            ("reference_cycle", 1),
            ("reference_dangling", 1),
            ("reference_type", 1),
            ("type_missing", 1),
            ("value_invalid", 1)
        ],
        "{:#?}",
        summary.findings.items
    );
    let strict = ImportOptions { is_strict: true, ..options("strict") };
    let error = fixture.service.import_project(&file, &strict, &()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("strict_errors", ErrorClass::Refused));
    assert!(fixture.service.project(&name("strict")).is_err());
    Ok(())
}

#[test]
fn limits_are_limits_and_warn_before() -> TestResult {
    let fixture = fixture()?;
    let file = fixture.file("small.tokens.json", SMALL)?;
    let with = |limits: Limits| ImportOptions { limits, ..options("p") };
    let error = fixture
        .service
        .import_project(&file, &with(Limits { tokens: 2, ..Limits::balanced() }), &())
        .unwrap_err();
    assert!(error.to_string().starts_with("Token count exceeds limit"), "{error}");
    let error = fixture
        .service
        .import_project(&file, &with(Limits { archive_bytes: 10, ..Limits::balanced() }), &())
        .unwrap_err();
    assert!(error.to_string().starts_with("File size exceeds limit"), "{error}");
    let summary =
        fixture.service.import_project(&file, &with(Limits { tokens: 3, ..Limits::balanced() }), &())?;
    assert_eq!(summary.near_limits.len(), 1);
    let archive = fixture.export("p", "a.dss")?;
    let options =
        VerifyOptions { limits: Limits { tokens: 2, ..Limits::balanced() }, ..VerifyOptions::default() };
    assert_eq!(verify(&archive, &options, &()).unwrap_err().code(), "too_many_tokens");
    let budget = ImportOptions { time_budget_ms: Some(0), ..self::options("q") };
    let error = fixture.service.import_project(&archive, &budget, &()).unwrap_err();
    assert!(error.to_string().starts_with("Background job required"), "{error}");
    Ok(())
}

/// Stops when it is asked for the n-th time.
struct StopAt(Cell<u32>);

impl Observer for StopAt {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left == 0
    }
}

#[test]
fn cancelling_leaves_nothing_behind() -> TestResult {
    let fixture = fixture()?;
    let mut text = String::from("{");
    for n in 0..3_000 {
        text.push_str(&format!("\"t{n}\": {{\"$type\": \"number\", \"$value\": {n}}},"));
    }
    text.push_str("\"end\": {\"$type\": \"number\", \"$value\": 0}}");
    let file = fixture.file("many.tokens.json", text)?;
    for stop in 0..3 {
        let error =
            fixture.service.import_project(&file, &options("p"), &StopAt(Cell::new(stop))).unwrap_err();
        assert_eq!(error.class(), ErrorClass::Cancelled);
        assert!(fixture.service.projects()?.is_empty());
    }
    fixture.import(&file, "p")?;
    let target = fixture.dir.join("p.dss");
    let export = |observer: &dyn Observer| {
        fixture.service.export_project(&name("p"), &target, &ExportOptions::default(), observer)
    };
    assert_eq!(export(&StopAt(Cell::new(1))).unwrap_err().class(), ErrorClass::Cancelled);
    let left: Vec<_> =
        std::fs::read_dir(fixture.dir.path())?.filter_map(Result::ok).map(|e| e.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("dss")), "{left:?}");
    export(&())?;
    Ok(())
}

#[test]
fn partial_archives_hold_what_was_asked_for() -> TestResult {
    let (fixture, _) = small()?;
    let target = fixture.dir.join("part.dss");
    let selection = Selection { types: vec!["color".to_owned()], ..Selection::default() };
    let options = ExportOptions { selection, ..ExportOptions::default() };
    let summary = fixture.service.export_project(&name("p"), &target, &options, &())?;
    assert_eq!(summary.kinds.get("token"), Some(&2));
    assert_eq!(summary.kinds.get("group"), Some(&1));
    let inspection = inspect(&target, &Limits::default())?;
    assert_eq!(inspection.kind, "partial");
    let before = fixture.bytes("p")?;
    fixture.import(&target, "p")?;
    assert!(fixture.bytes("p")? == before, "a part of what is there changes nothing");
    let replace = ImportOptions { strategy: Strategy::Replace, ..self::options("p") };
    fixture.service.import_project(&target, &replace, &())?;
    assert!(fixture.bytes("p")? == before, "what is not in a part is not deleted");
    Ok(())
}

#[test]
fn assets_of_every_kind_travel() -> TestResult {
    let (one, _) = small()?;
    let archive = std::fs::read(one.export("p", "inner.dss")?)?;
    for (path, content) in [
        ("inner.zip", archive),
        ("zeros.bin", vec![0_u8; 20 << 20]),
        ("empty.svg", Vec::new()),
        ("icon.svg", b"<svg/>".to_vec()),
        ("same.svg", b"<svg/>".to_vec()),
    ] {
        let file = one.file(path, content)?;
        one.service.set_asset(&name("p"), path, None, &file)?;
    }
    let two = fixture()?;
    two.import(&one.export("p", "assets.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    assert_eq!(two.service.assets(&name("p"))?.len(), 5);
    let mut content = Vec::new();
    two.service.read_asset(&name("p"), "zeros.bin", &mut content)?;
    assert_eq!(content.len(), 20 << 20);
    Ok(())
}

#[test]
fn a_folder_goes_out_and_comes_back() -> TestResult {
    let (one, _) = small()?;
    let folder = one.dir.join("out");
    let summary = one.service.export_project(&name("p"), &folder.join(""), &ExportOptions::default(), &())?;
    assert_eq!(summary.entries, 2, "{summary:?}");
    let two = fixture()?;
    let summary = two.import(&folder, "p")?;
    assert_eq!((summary.findings.errors, summary.skipped.len()), (0, 0), "{summary:?}");
    assert_eq!(summary.kinds["token"].read, 3);
    let merged = one.import(&folder, "p")?;
    assert!(merged.kinds.values().all(|kind| kind.unchanged == kind.read), "{:?}", merged.kinds);
    Ok(())
}

#[test]
fn every_operation_is_logged_with_its_project() -> TestResult {
    let fixture = fixture()?;
    let file = fixture.file("brand.tokens.json", SMALL)?;
    let by_own_name = ImportOptions { limits: Limits::aggressive(), ..ImportOptions::default() };
    fixture.service.import_project(&file, &by_own_name, &())?;
    let bad = fixture.file("bad.tokens.json", "{")?;
    assert!(fixture.service.import_project(&bad, &options("brand"), &()).is_err());
    fixture.export("brand", "a.dss")?;
    let filter = dss_service::LogFilter { project: Some("brand".to_owned()), limit: None };
    let log: Vec<_> = fixture
        .service
        .log(&filter)?
        .into_iter()
        .map(|entry| (entry.action, entry.outcome, entry.error_code, entry.who))
        .collect();
    let entry = |action: &str, outcome: &str, code: Option<&str>| {
        (action.to_owned(), outcome.to_owned(), code.map(str::to_owned), "ann".to_owned())
    };
    let expected = [
        entry("export", "done", None),
        entry("import", "refused", Some("json_invalid")),
        entry("import", "done", None),
    ];
    assert_eq!(log, expected);
    Ok(())
}

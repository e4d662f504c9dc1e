//! The ledger and the store say the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_model::{Author, Limits, Stamp};
use dss_store::{SqliteStore, StoreOptions};
use dss_testkit::{TempDir, TestResult};
use proptest::prelude::*;

use super::{Opened, Run};
use crate::options::ImportOptions;
use crate::summary::{Findings, ImportSummary};
use crate::{ExportOptions, FixedClock, ProjectService};

/// What both have to agree on.
#[derive(Debug, PartialEq)]
struct Said {
    kinds: Vec<(&'static str, u64)>,
    invalid_tokens: u64,
    findings: serde_json::Value,
    bytes: u64,
}

impl Said {
    fn of(summary: &ImportSummary) -> TestResult<Self> {
        Ok(Self {
            kinds: summary.kinds.iter().map(|(kind, counts)| (*kind, counts.read)).collect(),
            invalid_tokens: summary.invalid_tokens,
            findings: serde_json::to_value(&summary.findings)?,
            bytes: summary.bytes,
        })
    }
}

/// Runs both; returns what was found, and whether the ledger could judge.
fn both(archive: &Path) -> TestResult<(Findings, bool)> {
    let options = ImportOptions { limits: Limits::aggressive(), ..ImportOptions::default() };
    let opened = Opened::new(archive, &options, &())?;
    let stamp = Stamp { wall_ms: 1_767_225_600_000, author: Author::default() };
    let run = Run { input: archive, opened: &opened, options: &options, observer: &(), stamp: &stamp };
    let by_store = run.by_store()?;
    let by_ledger = run.by_ledger()?;
    if let Some(by_ledger) = &by_ledger {
        assert_eq!(Said::of(by_ledger)?, Said::of(&by_store)?);
    }
    Ok((by_store.findings, by_ledger.is_some()))
}

/// The archive of a project that is made of these documents.
fn archive(dir: &TempDir, documents: &[(String, String)]) -> TestResult<PathBuf> {
    let folder = dir.join("f");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in documents {
        std::fs::write(folder.join(format!("{name}.tokens.json")), text)?;
    }
    exported(dir, &folder)
}

/// What a store exports that has imported `input`.
fn exported(dir: &TempDir, input: &Path) -> TestResult<PathBuf> {
    let store = StoreOptions::new(dir.join("store")).with_witness_dir(dir.join("witness"));
    let clock = Arc::new(FixedClock(1_767_225_600_000));
    let service = ProjectService::new(Arc::new(SqliteStore::open(store)?), clock, "ann");
    let limits = Limits::aggressive();
    let import = ImportOptions { project: Some("p".parse()?), limits, ..ImportOptions::default() };
    service.import_project(input, &import, &())?;
    let path = dir.join("p.dss");
    service.export_project(&"p".parse()?, &path, &ExportOptions::default(), &())?;
    Ok(path)
}

fn one(document: &str) -> TestResult<(Findings, bool)> {
    let dir = TempDir::new()?;
    both(&archive(&dir, &[("base".to_owned(), document.to_owned())])?)
}

fn codes(findings: &Findings) -> Vec<(&'static str, u64)> {
    findings.by_code.iter().map(|(code, count)| (*code, *count)).collect()
}

#[test]
fn what_refers_to_nothing_or_to_the_wrong_type_is_told_by_the_ledger() -> TestResult {
    let (findings, is_judged) = one(r##"{
        "size": {"$type": "dimension", "$value": {"value": 1, "unit": "px"}},
        "also": {"$value": "{size}"},
        "more": {"$value": "{also}"},
        "none": {"$value": "{nothing.here}"},
        "ever": {"$value": "{none}"},
        "red": {"$type": "color", "$value": "{size}"},
        "blue": {"$type": "color", "$value": "{more}"},
        "green": {"$type": "color", "$value": "{ever}"},
        "border": {"$type": "border", "$value": {"color": "{more}", "width": "{more}", "style": "solid"}},
        "inside": {"$type": "number", "$value": {"$ref": "#/gone/$value"}}
    }"##)?;
    assert!(is_judged);
    let told = codes(&findings);
    assert!(told.contains(&("reference_type", 3)), "{told:?}");
    assert!(told.iter().any(|(code, count)| *code == "reference_dangling" && *count >= 1), "{told:?}");
    Ok(())
}

/// A chain of that many aliases, and a token that needs a type at its end.
fn chain(aliases: usize) -> String {
    let mut document = String::from(r#"{"a0": {"$type": "number", "$value": 1}"#);
    for number in 1..=aliases {
        let before = number.saturating_sub(1);
        document.push_str(&format!(r#", "a{number}": {{"$value": "{{a{before}}}"}}"#));
    }
    document.push_str(&format!(r#", "end": {{"$type": "color", "$value": "{{a{aliases}}}"}}}}"#));
    document
}

#[test]
fn chains_are_followed_as_far_as_a_store_follows_them() -> TestResult {
    for aliases in [1, 2, 10, 62, 63] {
        let (findings, is_judged) = one(&chain(aliases))?;
        assert!(is_judged, "{aliases}");
        assert_eq!(codes(&findings), [("reference_type", 1)], "{aliases}");
    }
    for aliases in [64, 65, 100] {
        let (findings, is_judged) = one(&chain(aliases))?;
        assert!(!is_judged, "{aliases}");
        assert!(findings.by_code.contains_key("reference_too_deep"), "{aliases}: {findings:?}");
    }
    Ok(())
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_the_store() -> TestResult {
    for (document, code) in [
        (r#"{"a": {"$value": "{b}"}, "b": {"$value": "{a}"}}"#, "reference_cycle"),
        (r#"{"a": {"x": {"$value": 1}, "$type": "color"}}"#, "value_invalid"),
        (r#"{"a": {"$extends": "{b}"}, "c": {"$value": "{a.x}"}}"#, "reference_dangling"),
    ] {
        let (findings, is_judged) = one(document)?;
        assert!(!is_judged, "{document}");
        assert!(findings.errors > 0, "{code}: {findings:?}");
    }
    Ok(())
}

#[test]
fn more_wrong_references_than_are_held_in_memory_are_left_to_the_store() -> TestResult {
    let of = |count: usize| {
        let tokens: Vec<_> =
            (0..count).map(|n| format!(r#""t{n}": {{"$value": "{{none.t{n}}}"}}"#)).collect();
        format!("{{{}}}", tokens.join(","))
    };
    let (findings, is_judged) = one(&of(10_000))?;
    assert!(is_judged);
    assert_eq!(codes(&findings), [("reference_dangling", 10_000)]);
    assert!(!one(&of(10_001))?.1);
    Ok(())
}

const TYPES: [&str; 5] = [
    "",
    "\"$type\": \"color\",",
    "\"$type\": \"dimension\",",
    "\"$type\": \"odd\",",
    "\"$type\": \"border\",",
];

/// A token: its type, and what it refers to.
fn token() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d", "g.a", "g.b", "none"]);
    let literal = prop::sample::select(vec![r#""\#ff0000""#, "1", r#"{"value": 1, "unit": "px"}"#]);
    let literal = literal.prop_map(|text| text.replace("\\#", "#"));
    let alias = name().prop_map(|name| format!("\"{{{name}}}\""));
    let pointer = name().prop_map(|name| format!("{{\"$ref\": \"#/{}/$value\"}}", name.replace('.', "/")));
    let border = (name(), name()).prop_map(|(color, width)| {
        format!("{{\"color\": \"{{{color}}}\", \"width\": \"{{{width}}}\", \"style\": \"solid\"}}")
    });
    let value = prop_oneof![3 => literal, 6 => alias, 1 => pointer, 3 => border];
    (prop::sample::select(TYPES.to_vec()), value)
        .prop_map(|(kind, value)| format!("{{{kind} \"$value\": {value}}}"))
}

fn document() -> impl Strategy<Value = String> {
    let members = prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c", "d"]), token(), 0..5);
    let group = prop::collection::btree_map(prop::sample::select(vec!["a", "b"]), token(), 0..3);
    let list = |members: std::collections::BTreeMap<&str, String>| {
        members.into_iter().map(|(name, value)| format!("\"{name}\": {value}")).collect::<Vec<_>>().join(", ")
    };
    (members, group, any::<bool>()).prop_map(move |(members, group, is_late)| {
        let (members, group) = (list(members), list(group));
        // Rarely before the tokens that it is for, as in files that were written by hand.
        let (first, last) =
            if is_late && group.len() % 7 == 1 { ("", ", \"$type\": \"color\"") } else { ("", "") };
        let group = if group.is_empty() { String::new() } else { format!("{first}{group}{last}") };
        let comma = if members.is_empty() { "" } else { ", " };
        format!("{{{members}{comma}\"g\": {{{group}}}, \"z\": {{\"$type\": \"number\", \"$value\": 1}}}}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..dss_testkit::cases(200) })]

    #[test]
    fn whatever_refers_to_whatever(documents in prop::collection::vec(document(), 1..4)) {
        let run = || -> TestResult {
            let dir = TempDir::new()?;
            let documents: Vec<_> =
                documents.iter().enumerate().map(|(n, text)| (format!("s{n}"), text.clone())).collect();
            both(&archive(&dir, &documents)?)?;
            Ok(())
        };
        run().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn real_design_systems_are_judged_alike() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let mut judged = 0;
    for input in dss_testkit::DESIGN_SYSTEMS {
        let dir = TempDir::new()?;
        let path = exported(&dir, &shared.join("data/tokens").join(input))?;
        let (_, is_judged) = both(&path)?;
        judged += u32::from(is_judged);
        println!("{input}: {}", if is_judged { "by the ledger" } else { "by a store" });
    }
    assert!(judged > 0);
    Ok(())
}

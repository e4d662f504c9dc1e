//! What imports do to a project that is there: replace it, analyse, merge, or refuse.

use std::fs;

use dss_testkit::TestResult;
use serde_json::{Value, json};

use crate::support::{Machine, SMALL};

fn paths(machine: &Machine, project: &str) -> TestResult<Vec<String>> {
    let list = machine.ok(&format!("token list {project}"))?;
    let tokens = list["tokens"].as_array().ok_or("a list")?;
    Ok(tokens.iter().filter_map(|token| token["path"].as_str().map(str::to_owned)).collect())
}

fn numbers(summary: &Value) -> [Option<u64>; 4] {
    ["added", "changed", "unchanged", "deleted"].map(|name| summary["kinds"]["token"][name].as_u64())
}

fn with_file() -> TestResult<Machine> {
    let machine = Machine::new()?;
    machine.file("small.tokens.json", SMALL)?;
    machine.file(
        "other.tokens.json",
        SMALL.replace("\"value\": 4", "\"value\": 8").replace("\"brand\"", "\"accent\""),
    )?;
    machine.ok("import small.tokens.json --project p")?;
    // A token file's set is called as the file is.
    fs::rename(machine.join("other.tokens.json"), machine.join("small.tokens.json"))?;
    Ok(machine)
}

#[test]
fn replacing_shows_what_the_input_shows() -> TestResult {
    let machine = with_file()?;
    let summary = machine.ok("import small.tokens.json --project p --strategy replace")?;
    assert_eq!(numbers(&summary), [Some(1), Some(1), Some(1), Some(1)], "{summary}");
    assert_eq!(paths(&machine, "p")?, ["color.red", "color.accent", "size.small"]);
    assert_eq!(machine.value("p", "size.small")?, json!({"value": 8, "unit": "px"}));
    machine.fails("token get p color.brand", 4)?;
    // Once more, it changes nothing.
    let before = machine.state()?;
    let summary = machine.ok("import small.tokens.json --project p --strategy replace")?;
    assert_eq!(numbers(&summary), [Some(0), Some(0), Some(3), Some(0)], "{summary}");
    assert!(machine.state()? == before);
    Ok(())
}

#[test]
fn an_archive_replaces_what_has_grown_beside_it() -> TestResult {
    let machine = Machine::with_small()?;
    let first = machine.ok("token list p")?;
    machine.export("p", "first.dss")?;
    machine.ok("token set p size.small 16px --set base")?;
    machine.ok("token rm p color.brand --set base")?;
    machine.ok("component rm p Card")?;
    machine.ok("import first.dss --project p --strategy replace")?;
    let values = |list: &Value| -> Vec<(Value, Value)> {
        let tokens = list["tokens"].as_array().into_iter().flatten();
        tokens.map(|token| (token["path"].clone(), token["value"].clone())).collect()
    };
    assert_eq!(values(&machine.ok("token list p")?), values(&first));
    assert_eq!(machine.ok("component list p")?["components"].as_array().map(Vec::len), Some(2));
    // What was replaced is history.
    let log = machine.ok("log p --token size.small --set base")?;
    assert!(log.to_string().contains("16"), "{log}");
    Ok(())
}

#[test]
fn an_analysis_tells_what_the_import_then_does() -> TestResult {
    let machine = with_file()?;
    let before = machine.state()?;
    let analysis = machine.ok("import small.tokens.json --project p --strategy replace --dry-run")?;
    assert_eq!(analysis["dryRun"], true);
    assert!(machine.state()? == before, "an analysis changed the project");
    let new = machine.ok("import small.tokens.json --project new --dry-run")?;
    assert_eq!((&new["created"], &new["dryRun"]), (&json!(true), &json!(true)));
    assert!(machine.state()? == before, "an analysis made a project");
    assert_eq!(machine.project_files()?, ["p.db"]);
    let done = machine.ok("import small.tokens.json --project p --strategy replace")?;
    assert_eq!(done["kinds"], analysis["kinds"]);
    assert_eq!(done["dryRun"], false);
    Ok(())
}

#[test]
fn an_analysis_fails_as_the_import_would() -> TestResult {
    let machine = with_file()?;
    machine.file("bad.tokens.json", SMALL.replace("\"red\"", "\"brand\""))?;
    machine.file("odd.tokens.json", r##"{"a": {"$type": "color", "$value": "#ff0000"}}"##)?;
    let before = machine.state()?;
    for words in [
        "bad.tokens.json --project p",
        "bad.tokens.json --project p --strategy replace",
        "bad.tokens.json --project new",
        "odd.tokens.json --project p --strict",
        "small.tokens.json --project p --max-tokens 1",
        "small.tokens.json --project p --time-budget 0",
    ] {
        let analysis = machine.fails(&format!("import --dry-run {words}"), 3)?;
        let import = machine.fails(&format!("import {words}"), 3)?;
        assert_eq!(analysis, import);
        assert!(machine.state()? == before, "{words}");
    }
    machine.fails("import nowhere.dss --project p", 4)?;
    machine.fails("import nowhere.dss --project p --dry-run", 4)?;
    assert!(machine.state()? == before);
    Ok(())
}

#[test]
fn two_stores_merge_through_archives() -> TestResult {
    let one = Machine::with_small()?;
    let two = Machine::new()?;
    let send = |from: &Machine, to: &Machine, exit: i32| -> TestResult<Value> {
        to.file("sent.dss", from.archive("p")?)?;
        to.run("import sent.dss --project p")?.ends("import sent.dss", exit)
    };
    send(&one, &two, 0)?;
    // Edits of different tokens: both hold.
    one.ok("token set p size.small --description from-one --set base")?;
    two.ok("token rm p color.brand --set base")?;
    two.ok("component rm p Card")?;
    two.ok("token set p size.large 16px --type dimension --set base")?;
    send(&one, &two, 0)?;
    send(&two, &one, 0)?;
    assert!(one.archive("p")? == two.archive("p")?, "both stores hold all edits");
    let found = one.ok("token get p size.small --set base")?;
    assert_eq!(found["tokens"][0]["description"], "from-one");
    assert_eq!(one.value("p", "size.large")?, json!({"value": 16, "unit": "px"}));
    one.fails("token get p color.brand --set base", 4)?;
    // Edits of the same token, neither of which knew of the other: both are kept, and it is said.
    one.ok("token set p size.small 5px --set base")?;
    two.ok("token set p size.small 6px --set base")?;
    let summary = send(&one, &two, 1)?;
    assert_eq!(summary["openConflicts"], 1, "{summary}");
    send(&two, &one, 1)?;
    assert!(one.archive("p")? == two.archive("p")?, "the conflict travels, with both values");
    // Who edits it now has seen both: that ends the conflict, in both stores.
    one.ok("token set p size.small 7px --set base")?;
    let summary = send(&one, &two, 0)?;
    assert_eq!(summary["openConflicts"], 0, "{summary}");
    assert!(one.archive("p")? == two.archive("p")?);
    Ok(())
}

#[test]
fn another_project_is_refused() -> TestResult {
    let (one, two) = (Machine::with_small()?, Machine::with_small()?);
    let before = two.state()?;
    two.file("other.dss", one.archive("p")?)?;
    for options in ["", "--strategy replace", "--dry-run"] {
        let error = two.fails(&format!("import other.dss {options}"), 3)?;
        assert_eq!(
            (&error["code"], &error["stage"]),
            (&json!("other_project"), &json!("manifest")),
            "{error}"
        );
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("--project")), "{error}");
        assert!(two.state()? == before, "{options}");
    }
    two.ok("import other.dss --project q")?;
    let adopted = two.ok("import other.dss --adopt")?;
    assert!(adopted["adopted"].is_string(), "{adopted}");
    two.ok("import other.dss")?;
    assert_eq!(two.projects()?, ["p", "q"]);
    Ok(())
}

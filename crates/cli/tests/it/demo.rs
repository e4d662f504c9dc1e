//! The guided tour.

use std::fs;

use serde_json::Value;

use crate::support::Desk;

#[test]
fn the_tour_works_and_leaves_nothing_behind() {
    let desk = Desk::new();
    let text = desk.ok("demo");
    for expected in [
        "$ dss import aurora/aurora.resolver.json",
        "84",
        "#7c3aed",
        "aurora.dss and ben.dss are the same, byte for byte",
        "nothing of yours was touched",
        "\nNext:\n",
    ] {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    for line in text.lines() {
        // Commands are never broken, nor are hashes.
        let is_long = line.chars().count() > 80 && !line.trim_start().starts_with('$');
        assert!(!is_long, "{line}");
    }
    assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0);
    for name in ["store", "cache"] {
        assert!(!desk.path(name).exists(), "{name} was touched");
    }
    assert_eq!(fs::read_dir(desk.path("home")).unwrap().count(), 0);
}

#[test]
fn the_tour_is_a_document_too() {
    let desk = Desk::new();
    let tour = desk.json("demo");
    let steps = tour["steps"].as_array().unwrap();
    assert!(steps.len() > 10);
    assert_eq!(tour["archivesAreIdentical"], true);
    let import =
        steps.iter().find(|step| step["command"] == "dss import aurora/aurora.resolver.json").unwrap();
    assert_eq!(import["result"]["kinds"]["token"]["added"], 84);
    assert_eq!(import["result"]["findings"]["errors"], 0);
    assert!(steps.iter().all(|step| step["exitCode"] == 0 && step["result"] != Value::Null));
}

#[test]
fn the_tour_does_not_care_about_the_environment() {
    let desk = Desk::new();
    desk.write("file", "");
    let mut command = desk.command();
    let output = command
        .env("DSS_STORE", desk.path("file"))
        .env("SOURCE_DATE_EPOCH", "0")
        .arg("demo")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

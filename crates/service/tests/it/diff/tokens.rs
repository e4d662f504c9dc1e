//! Tokens, groups and sets.

use dss_service::{Matching, TokenChange};
use dss_testkit::TestResult;

use super::{edited, path, texts, value};
use crate::support::{Fixture, fixture, name};

const BASE: &str = r#"{
  "$description": "Ours.",
  "color": {
    "$type": "color",
    "red": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0]}},
    "brand": {"$value": "{color.red}", "$extensions": {"com.figma": {"scopes": ["ALL"]}}}
  },
  "size": {
    "$type": "number",
    "a": {"$value": 1.0}, "b": {"$value": 2}, "c": {"$value": 3}, "d": {"$value": 4}
  }
}"#;

fn based() -> TestResult<Fixture> {
    let fixture = fixture()?;
    fixture.import(&fixture.file("base.tokens.json", BASE)?, "p")?;
    Ok(fixture)
}

#[test]
fn what_was_added_removed_and_changed() -> TestResult {
    let fixture = based()?;
    let (summary, lines) = edited(&fixture, || {
        let (service, p) = (&fixture.service, name("p"));
        service.set_token(&p, None, &path("size.e"), &value("5"))?;
        service.remove_token(&p, None, &path("size.a"))?;
        let change = TokenChange {
            value: Some("7".to_owned()),
            description: Some(Some("Seven.".to_owned())),
            add_tags: vec!["odd".to_owned()],
            ..TokenChange::default()
        };
        service.set_token(&p, None, &path("size.b"), &change)?;
        // Spelled differently, and the same.
        service.set_token(&p, None, &path("size.c"), &value("3.00"))?;
        Ok(())
    })?;
    assert_eq!(
        lines,
        [
            "removed token base:size.a | $value 1.0 -> -",
            "changed token base:size.b | $value 2 -> 7 | $description - -> \"Seven.\" | tags - -> [\"odd\"]",
            "added token base:size.e | $value - -> 5",
        ]
    );
    assert_eq!(summary.matched_by, Matching::Id);
    assert_eq!((summary.total.added, summary.total.removed, summary.total.changed), (1, 1, 1));
    Ok(())
}

#[test]
fn renames_moves_and_the_aliases_that_follow() -> TestResult {
    let fixture = based()?;
    let (_, lines) = edited(&fixture, || {
        let (service, p) = (&fixture.service, name("p"));
        service.move_token(&p, None, &path("color.red"), None, &path("color.crimson"))?;
        service.set_token(&p, None, &path("color.brand"), &value("\"{color.crimson}\""))?;
        service.move_token(&p, None, &path("size.a"), Some("other"), &path("size.a"))?;
        service.move_token(&p, None, &path("size.b"), None, &path("space.b"))?;
        Ok(())
    })?;
    let expected = [
        "changed token base:color.brand | $value \"{color.red}\" -> \"{color.crimson}\" (renamed)",
        "renamed token base:color.crimson from base:color.red",
        "added group base:space",
        "moved token base:space.b from base:size.b | $type - -> \"number\"",
        "added set other",
        "added group other:size",
        "moved token other:size.a from base:size.a | $type - -> \"number\"",
    ];
    assert_eq!(lines, expected);
    Ok(())
}

#[test]
fn an_alias_that_means_another_token_is_no_rename() -> TestResult {
    let fixture = based()?;
    let (_, lines) = edited(&fixture, || {
        let (service, p) = (&fixture.service, name("p"));
        service.move_token(&p, None, &path("color.red"), None, &path("color.crimson"))?;
        let blue = r#"{"colorSpace": "srgb", "components": [0, 0, 1]}"#;
        service.set_token(&p, None, &path("color.blue"), &value(blue))?;
        service.set_token(&p, None, &path("color.brand"), &value("\"{color.blue}\""))?;
        Ok(())
    })?;
    let brand = lines.iter().find(|line| line.contains("color.brand")).ok_or("no brand")?;
    assert_eq!(brand, "changed token base:color.brand | $value \"{color.red}\" -> \"{color.blue}\"");
    Ok(())
}

#[test]
fn only_what_moved_among_its_siblings_is_told() -> TestResult {
    let fixture = fixture()?;
    let list = |names: &[&str]| {
        let all: Vec<String> =
            names.iter().map(|name| format!(r#""{name}": {{"$type": "number", "$value": 1}}"#)).collect();
        format!("{{{}}}", all.join(","))
    };
    let (_, lines) = texts(&fixture, &list(&["a", "b", "c", "d"]), &list(&["d", "a", "b", "c"]))?;
    assert_eq!(lines, ["moved token new:d after the start was c"]);
    // What is new or gone moves nothing.
    let (_, lines) = texts(&fixture, &list(&["a", "b", "c"]), &list(&["x", "a", "c"]))?;
    assert_eq!(lines.len(), 2, "{lines:?}");
    // Members of an object have no order of their own.
    let (summary, _) = texts(
        &fixture,
        r#"{"a": {"$type": "number", "$value": 1}}"#,
        "{\n  \"a\": {\"$value\": 1.0, \"$type\": \"number\"}\n}",
    )?;
    assert!(summary.is_empty());
    Ok(())
}

#[test]
fn a_move_and_a_change_are_one_item() -> TestResult {
    let fixture = fixture()?;
    let token = |value: u8| format!(r#"{{"$type": "number", "$value": {value}}}"#);
    let (one, two) = (token(1), token(2));
    let (_, lines) = texts(
        &fixture,
        &format!(r#"{{"g": {{"a": {one}, "b": {one}, "c": {one}}}}}"#),
        &format!(r#"{{"g": {{"c": {two}, "a": {one}, "b": {one}}}}}"#),
    )?;
    assert_eq!(lines, ["moved token new:g.c after the start was b | $value 1 -> 2"]);
    Ok(())
}

#[test]
fn properties_of_groups_and_sets() -> TestResult {
    let fixture = fixture()?;
    let changed = BASE
        .replace("Ours.", "Everybody's.")
        .replace(r#""$type": "color","#, r#""$type": "color", "$description": "Hues.", "$deprecated": true,"#)
        .replace("[\"ALL\"]", "[\"TEXT\"]")
        .replace(r#""size": {"#, r#""size": {"$extensions": {"com.acme": 1}, "$extends": "{color}","#);
    let (summary, lines) = texts(&fixture, BASE, &changed)?;
    assert_eq!(
        lines,
        [
            "changed set new | $description \"Ours.\" -> \"Everybody's.\"",
            "changed group new:color | $description - -> \"Hues.\" | $deprecated - -> true",
            "changed token new:color.brand | $extensions.com.figma {\"scopes\":[\"ALL\"]} -> {\"scopes\":[\"TEXT\"]}",
            "changed group new:size | $extends - -> \"{color}\" | $extensions.com.acme - -> 1",
        ]
    );
    assert_eq!(summary.matched_by, Matching::IdThenPath);
    Ok(())
}

#[test]
fn hostile_names_are_told_apart() -> TestResult {
    let fixture = fixture()?;
    let (_, lines) = texts(
        &fixture,
        r#"{"a\u0000b": {"$type": "number", "$value": 1}, "a": {"\u0000b": {"$type": "number", "$value": 1}}}"#,
        r#"{"a\u0000b": {"$type": "number", "$value": 2}, "a": {"\u0001": {"$type": "number", "$value": 1}}}"#,
    )?;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("changed token new:a\0b ")), "{lines:?}");
    Ok(())
}

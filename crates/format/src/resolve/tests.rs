use std::fmt::Write as _;

use dss_model::JsonText;

use super::*;
use crate::FormatError;
use crate::dtcg::ReadLimits;
use crate::resolver;

fn resolve(documents: &[&str]) -> Result<Resolution, FormatError> {
    let mut tokens = Tokens::new(100_000);
    for (document, number) in documents.iter().zip(1..) {
        tokens.add(&format!("{number}.json"), document.as_bytes(), ReadLimits::default())?;
    }
    tokens.resolve()
}

fn flat(documents: &[&str]) -> Vec<String> {
    let resolved = resolve(documents).unwrap();
    let line = |token: ResolvedToken<'_>| {
        format!("{} {} {}", token.path, token.token_type.unwrap_or("-"), token.value.as_str())
    };
    resolved.iter().map(line).collect()
}

fn problems(documents: &[&str]) -> Vec<String> {
    let resolved = resolve(documents).unwrap();
    let line = |problem: &dss_model::Diagnostic| {
        format!("{} {}:{} {}", problem.code, problem.file, problem.line.unwrap_or_default(), problem.path)
    };
    resolved.problems().iter().map(line).collect()
}

#[test]
fn aliases_pointers_and_parts_are_followed() {
    let text = r##"{
        "c": {"$type": "color", "red": {"$value": {"colorSpace": "srgb", "components": [1, 0.50, 0]}},
              "link": {"$value": "{c.red}"}, "tint": {"$value": {"colorSpace": "srgb",
              "components": [{"$ref": "#/c/link/$value/components/1"}, 0, 0]}}},
        "n": {"$value": {"$ref": "#/c/red/$value/components/0"}, "$type": "number"},
        "whole": {"$ref": "#/c/red"},
        "b": {"$type": "border", "$value": {"color": "{whole}", "width": {"value": 1, "unit": "px"}, "style": "solid"}}
    }"##;
    let red = r#"{"colorSpace":"srgb","components":[1,0.50,0]}"#;
    assert_eq!(
        flat(&[text]),
        [
            format!("c.red color {red}"),
            format!("c.link color {red}"),
            r#"c.tint color {"colorSpace":"srgb","components":[0.50,0,0]}"#.to_owned(),
            "n number 1".to_owned(),
            format!("whole color {red}"),
            format!(r#"b border {{"color":{red},"width":{{"value":1,"unit":"px"}},"style":"solid"}}"#),
        ]
    );
}

#[test]
fn the_last_set_wins_and_aliases_see_the_winner() {
    let base = r#"{"a": {"$type": "number", "x": {"$value": 1}, "y": {"$value": "{a.x}"}}}"#;
    let dark = r#"{"z": {"$type": "number", "$value": 3}, "a": {"x": {"$value": 2}}}"#;
    assert_eq!(flat(&[base, dark]), ["a.x number 2", "a.y number 2", "z number 3"]);
}

#[test]
fn extended_groups_have_what_their_base_has() {
    let text = r#"{
        "base": {"$type": "number", "a": {"$value": 1}, "in": {"b": {"$value": "{base.a}"}}},
        "mid": {"$extends": "{base}", "a": {"$value": 5}},
        "top": {"$extends": "{mid}", "c": {"$value": 9}}
    }"#;
    assert_eq!(
        flat(&[text]),
        [
            "base.a number 1",
            "base.in.b number 1",
            "mid.a number 5",
            "mid.in.b number 1",
            "top.c number 9",
            "top.a number 5",
            "top.in.b number 1",
        ]
    );
    let circle = r#"{"a": {"$extends": "{b}"}, "b": {"c": {"$extends": "{a}"}}, "d": {"$extends": "{no}"}}"#;
    assert_eq!(problems(&[circle]), ["reference_cycle 1.json:1 b.c", "reference_dangling 1.json:1 d"]);
}

#[test]
fn circles_and_dead_ends_are_told_and_the_others_resolved() {
    let text = "{\"a\": {\"$value\": \"{b}\"},\n\"b\": {\"$value\": \"{c}\"},\n\"c\": {\"$value\": \"{b}\"},\n\
                \"d\": {\"$value\": \"{gone}\"},\n\"e\": {\"$type\": \"number\", \"$value\": 1}, \"g\": {}, \
                \"s\": {\"$value\": \"{s}\"},\n\"t\": {\"$value\": \"{g}\"}}";
    assert_eq!(
        problems(&[text]),
        [
            "reference_cycle 1.json:3 c",
            "reference_cycle 1.json:2 b",
            "reference_dangling 1.json:1 a",
            "reference_dangling 1.json:4 d",
            "reference_cycle 1.json:5 s",
            "reference_dangling 1.json:6 t",
        ]
    );
    assert_eq!(flat(&[text]), ["e number 1"]);
}

#[test]
fn a_long_chain_is_no_deeper_than_a_short_one() {
    let mut text = r#"{"t0": {"$type": "number", "$value": 7}"#.to_owned();
    for number in 1..20_000 {
        write!(text, r#","t{number}": {{"$value": "{{t{}}}"}}"#, number - 1).unwrap();
    }
    text.push('}');
    let resolved = resolve(&[&text]).unwrap();
    assert_eq!(resolved.iter().filter(|token| token.value.as_str() == "7").count(), 20_000);
    // The other way round: every alias comes before its target.
    let mut text = "{".to_owned();
    for number in 1..20_000 {
        write!(text, r#""t{number}": {{"$value": "{{t{}}}"}},"#, number + 1).unwrap();
    }
    text.push_str(r#""t20000": {"$type": "number", "$value": 7}}"#);
    assert_eq!(resolve(&[&text]).unwrap().iter().count(), 20_000);
}

#[test]
fn values_that_double_come_to_an_end() {
    let mut text = r#"{"t0": {"$type": "shadow", "$value": [1, 2]}"#.to_owned();
    for number in 1..200 {
        let before = number - 1;
        write!(text, r#","t{number}": {{"$type": "shadow", "$value": ["{{t{before}}}", "{{t{before}}}"]}}"#)
            .unwrap();
    }
    text.push('}');
    let resolved = resolve(&[&text]).unwrap();
    assert!(resolved.iter().all(|token| token.value.as_str().len() <= (1 << 20) + 8));
    assert!(resolved.iter().count() >= 15);
    assert!(resolved.problems().iter().any(|problem| problem.code == "value_too_large"));
}

#[test]
fn groups_that_double_are_over_the_limit() {
    let mut text = r#"{"g0": {"a": {"$value": 1}, "b": {"$value": 2}}"#.to_owned();
    for number in 1..40 {
        let before = number - 1;
        write!(
            text,
            r#","g{number}": {{"x": {{"$extends": "{{g{before}}}"}}, "y": {{"$extends": "{{g{before}}}"}}}}"#
        )
        .unwrap();
    }
    text.push('}');
    assert!(resolve(&[&text]).unwrap_err().to_string().contains("Token count exceeds limit"));
}

#[test]
fn choices_follow_the_resolver() {
    let text = r##"{"version": "2025.10",
        "sets": {"base": {"sources": [{"$ref": "a.json"}]}, "all": {"sources": [{"$ref": "#/sets/base"}, {"$ref": "b.json"}]}},
        "modifiers": {
            "mode": {"default": "light", "contexts": {"light": [], "dark": [{"$ref": "dark.json"}]}},
            "brand": {"contexts": {"One": [{"$ref": "#/sets/base"}], "Two": [{"$ref": "two.json"}]}}
        },
        "resolutionOrder": [{"$ref": "#/sets/all"}, {"$ref": "#/modifiers/brand"}, {"$ref": "#/modifiers/mode"}]}"##;
    let document = JsonText::parse(text.as_bytes(), &dss_model::JsonLimits::default()).unwrap();
    let resolver = resolver::read(&document, "r.json").unwrap();
    let choose = |inputs: &[(&str, &str)]| {
        let inputs: Vec<_> = inputs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        selected(&resolver, &inputs).map(|sources| {
            let path = |source: &resolver::Source| match source {
                resolver::Source::File { path, .. } => path.clone(),
                other => format!("{other:?}"),
            };
            sources.into_iter().map(path).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        choose(&[("brand", "two"), ("Mode", "dark")]).unwrap(),
        ["a.json", "b.json", "two.json", "dark.json"]
    );
    assert_eq!(choose(&[("brand", "One")]).unwrap(), ["b.json", "a.json"]);
    let brand = [("brand".to_owned(), "two".to_owned())];
    assert_eq!(contexts(&resolver, &brand).unwrap(), [("mode", "light"), ("brand", "Two")]);
    assert_eq!(choose(&[]).unwrap_err().to_string(), "nothing is chosen for brand (One, Two)");
    assert!(matches!(choose(&[("x", "y")]).unwrap_err(), SelectError::UnknownModifier { .. }));
    assert!(matches!(choose(&[("brand", "Three")]).unwrap_err(), SelectError::UnknownContext { .. }));
    let twice = [("brand", "One"), ("brand", "Two")];
    assert!(matches!(choose(&twice).unwrap_err(), SelectError::ChosenTwice { .. }));
}

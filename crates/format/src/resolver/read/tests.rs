use std::fmt::Write as _;

use dss_model::JsonLimits;

use super::*;

fn parse(text: &str) -> JsonText {
    let limits = JsonLimits::default();
    JsonText::parse(text.as_bytes(), &limits).unwrap()
}

fn findings(text: &str) -> Vec<(&'static str, String)> {
    let resolver = read(&parse(text), "r.json").unwrap();
    resolver.findings.into_iter().map(|finding| (finding.code, finding.path)).collect()
}

#[test]
fn what_is_wrong_says_where_it_stands() {
    let found = findings(
        r##"{"version": "2025.10",
            "sets": {"a/b": {"sources": [{"$ref": "x.json"}, {"$ref": "#/sets/none"}, 1]}, "empty": {}},
            "modifiers": {"m": {"contexts": {"~": [{"$ref": "#/modifiers/m"}]}, "default": "no"}},
            "resolutionOrder": [{"$ref": "#/sets/empty"}, {"$ref": "#/sets/empty"},
                {"type": "set", "name": "inner", "sources": [{"$ref": "#/sets/gone"}]}]}"##,
    );
    let expected = [
        ("source_invalid", "/sets/a~1b/sources/2"),
        ("sources_missing", "/sets/empty/sources"),
        ("modifier_single", "/modifiers/m"),
        ("modifier_default", "/modifiers/m/default"),
        ("source_invalid", "/modifiers/m/contexts/~0/0"),
        ("order_duplicate", "/resolutionOrder/1"),
        ("source_unknown", "/sets/a~1b/sources/1"),
        ("source_unknown", "/resolutionOrder/2/sources/0"),
    ];
    assert_eq!(found, expected.map(|(code, path)| (code, path.to_owned())));
}

#[test]
fn sets_that_never_end_are_found() {
    let set =
        |name: &str, inner: &str| format!(r##""{name}": {{"sources": [{{"$ref": "#/sets/{inner}"}}]}}"##);
    let sets = [set("self", "self"), set("a", "b"), set("b", "a"), set("into", "a"), set("fine", "end")];
    let text = format!(
        r#"{{"version": "2025.10", "sets": {{{}, "end": {{"sources": []}}}}, "resolutionOrder": []}}"#,
        sets.join(",")
    );
    let expected = ["self", "a", "b", "into"].map(|name| ("source_cycle", format!("/sets/{name}")));
    assert_eq!(findings(&text), expected);
}

/// Sizes at which anything that compares each with each would take many minutes, and anything cubic years.
#[test]
fn long_chains_and_long_orders_are_read() {
    let count = 50_000_u32;
    let mut sets = String::new();
    let mut order = String::new();
    for n in 0..count {
        let comma = if n == 0 { "" } else { "," };
        write!(sets, r##"{comma}"s{n}": {{"sources": [{{"$ref": "#/sets/s{}"}}]}}"##, n + 1).unwrap();
        write!(order, r##"{comma}{{"$ref": "#/sets/s{n}"}}"##).unwrap();
    }
    let text = |end: &str| {
        parse(&format!(
            r#"{{"version": "2025.10", "sets": {{{sets}, "s{count}": {{"sources": [{end}]}}}},
                "resolutionOrder": [{order}]}}"#
        ))
    };
    let resolver = read(&text(""), "r.json").unwrap();
    assert_eq!(resolver.findings, []);
    assert_eq!(resolver.layers.len(), 50_001);
    assert_eq!(resolver.layers[49_999].place, Some(49_999));
    let closed = read(&text(r##"{"$ref": "#/sets/s0"}"##), "r.json").unwrap();
    assert_eq!(closed.findings.len(), 50_001);
}

#[test]
fn one_set_with_very_many_sources_is_read() {
    // All of them name one of many sets, none of which is there, or the set itself.
    let unknown: Vec<_> = (0..80_000).map(|n| format!(r##"{{"$ref": "#/sets/u{}"}}"##, n % 40_000)).collect();
    let text = format!(
        r#"{{"version": "2025.10", "sets": {{"s": {{"sources": [{}]}}}}, "resolutionOrder": []}}"#,
        unknown.join(",")
    );
    assert_eq!(findings(&text).len(), 80_000);
    let text = text.replace("#/sets/u", "#/sets/s").replace("#/sets/s1\"", "#/sets/s\"");
    assert!(findings(&text).iter().any(|(code, _)| *code == "source_cycle"));
}

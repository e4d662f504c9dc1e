//! Tokens have the types of the groups around them, wherever and whenever these say them.

use std::collections::BTreeMap;

use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText, TokenPath};
use dss_service::{ConflictFilter, ImportOptions, ImportSummary, Take, TokenChange, TokenFilter};
use dss_testkit::TestResult;
use proptest::prelude::*;

use crate::laws::{copy, object, with_first};
use crate::support::{Fixture, fixture, name, options};

/// Tokens by path: their types, and whether they are valid.
fn types(fixture: &Fixture) -> TestResult<BTreeMap<String, (Option<String>, bool)>> {
    fixture.check("p")?;
    let mut types = BTreeMap::new();
    fixture.service.tokens(&name("p"), &TokenFilter::default(), &mut |token| {
        types.insert(token.path, (token.token_type, token.valid));
        true
    })?;
    Ok(types)
}

fn assert_types(fixture: &Fixture, expected: &[(&str, Option<&str>, bool)]) -> TestResult {
    let expected = expected
        .iter()
        .map(|(path, named, is_valid)| ((*path).to_owned(), (named.map(str::to_owned), *is_valid)));
    assert_eq!(types(fixture)?, expected.collect());
    Ok(())
}

fn told(summary: &ImportSummary) -> Vec<(&'static str, &str, Option<u64>)> {
    let items = summary.findings.items.iter();
    items.map(|finding| (finding.code, finding.path.as_str(), finding.line)).collect()
}

/// Imports a document under one and the same name.
fn import(fixture: &Fixture, document: &str) -> TestResult<ImportSummary> {
    let file = fixture.file("x.tokens.json", document)?;
    Ok(fixture.import(&file, "p")?)
}

#[test]
fn a_type_that_is_told_late_is_the_type() -> TestResult {
    let late = "{\"$type\": \"color\",\n\"g\": {\"x\": {\"$value\": 1},\n\"y\": {\"$value\": \"z\", \"$odd\": 1},\n\
                \"w\": {\"$value\": 1, \"$type\": 1},\n\"$type\": \"number\"}}";
    let fixture = fixture()?;
    let summary = import(&fixture, late)?;
    assert_types(
        &fixture,
        &[("g.w", Some("number"), false), ("g.x", Some("number"), true), ("g.y", Some("number"), false)],
    )?;
    // Each once, where it stands.
    let mut found = told(&summary);
    found.sort_unstable();
    let expected = [
        ("member_invalid", "g.w", Some(4)),
        ("member_unknown", "g.y", Some(3)),
        ("value_invalid", "g.y", Some(3)),
    ];
    assert_eq!(found, expected);
    assert_eq!((summary.findings.errors, summary.invalid_tokens), (3, 2));
    Ok(())
}

/// The first hundred findings are kept: the one that counts is not among the first thousand.
#[test]
fn what_a_late_type_clears_up_does_not_hide_an_error() -> TestResult {
    let many: Vec<_> = (0..1_000).map(|n| format!("\"t{n}\": {{\"$value\": {n}}}")).collect();
    let fixture = fixture()?;
    let strict = ImportOptions { is_strict: true, ..options("p") };
    for (last, code) in [("\"$value\": 1", None), ("\"$value\": true", Some("strict_errors"))] {
        let text = format!("{{\"a\": {{{}, \"z\": {{{last}}}, \"$type\": \"number\"}}}}", many.join(","));
        let file = fixture.file("x.tokens.json", text)?;
        let done = fixture.service.import_project(&file, &strict, &());
        assert_eq!(done.as_ref().err().map(dss_service::ServiceError::code), code);
        if let Ok(summary) = done {
            assert_eq!(told(&summary), []);
        }
    }
    Ok(())
}

#[test]
fn a_late_type_says_what_parts_have_to_be() -> TestResult {
    let fixture = fixture()?;
    let summary = import(
        &fixture,
        r#"{"b": {"x": {"$value": {"color": "{n}", "width": "{w}", "style": "solid"}}, "$type": "border"},
            "n": {"$type": "number", "$value": 1},
            "w": {"$type": "dimension", "$value": {"value": 1, "unit": "px"}}}"#,
    )?;
    assert_eq!(told(&summary), [("reference_type", "b.x", Some(1))]);
    let expected =
        [("b.x", Some("border"), false), ("n", Some("number"), true), ("w", Some("dimension"), true)];
    assert_types(&fixture, &expected)
}

/// What is no group gives no type (format module, §6.2): its children would have it by mistake.
#[test]
fn a_token_gives_its_children_no_type() -> TestResult {
    let fixture = fixture()?;
    let document = r#"{"a": {"$type": "number", "$value": 1, "b": {"$value": 2}}}"#;
    let summary = import(&fixture, document)?;
    let mut codes: Vec<_> = told(&summary).into_iter().map(|(code, path, _)| (code, path)).collect();
    codes.sort_unstable();
    assert_eq!(codes, [("token_with_children", "a"), ("type_missing", "a.b")]);
    assert_types(&fixture, &[("a", Some("number"), false), ("a.b", None, false)])
}

/// Two stores with one project: what is imported into the first one goes to the second, where somebody has added a token.
fn retyped(before: &str, after: &str) -> TestResult<Fixture> {
    let (one, two) = (fixture()?, fixture()?);
    import(&one, before)?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    let change = TokenChange { value: Some("2".to_owned()), allow_invalid: true, ..TokenChange::default() };
    let path = TokenPath::parse("a.mine").unwrap_or_default();
    two.service.set_token(&name("p"), Some("x"), &path, &change)?;
    import(&one, after)?;
    two.import(&one.export("p", "b.dss")?, "p")?;
    Ok(two)
}

#[test]
fn a_group_that_changes_its_type_changes_its_tokens() -> TestResult {
    let before = r#"{"a": {"$type": "number", "x": {"$value": 1}}}"#;
    let two = retyped(before, r#"{"a": {"$type": "fontWeight", "x": {"$value": 1}}}"#)?;
    assert_types(&two, &[("a.mine", Some("fontWeight"), true), ("a.x", Some("fontWeight"), true)])?;
    let two = retyped(before, r#"{"a": {"$type": "boolean", "x": {"$value": 1}}}"#)?;
    assert_types(&two, &[("a.mine", Some("boolean"), false), ("a.x", Some("boolean"), false)])?;
    let two = retyped(before, r#"{"$type": "fontWeight", "a": {"x": {"$value": 1}}}"#)?;
    assert_types(&two, &[("a.mine", Some("fontWeight"), true), ("a.x", Some("fontWeight"), true)])?;
    let two =
        retyped(before, r#"{"a": {"$extends": "{b}", "x": {"$value": 1}}, "b": {"$type": "fontWeight"}}"#)?;
    assert_types(&two, &[("a.mine", Some("fontWeight"), true), ("a.x", Some("fontWeight"), true)])?;
    let two = retyped(before, r#"{"a": {"x": {"$value": 1}}}"#)?;
    assert_types(&two, &[("a.mine", None, false), ("a.x", None, false)])
}

/// Tokens have the type of the group that stands here, not of that in the archive.
#[test]
fn a_token_that_comes_into_a_group_of_another_type_has_that() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    import(&one, r#"{"a": {"$type": "number", "x": {"$value": 1}}}"#)?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    import(&two, r#"{"a": {"$type": "fontWeight", "x": {"$value": 1}}}"#)?;
    let change =
        TokenChange { value: Some("true".to_owned()), allow_invalid: true, ..TokenChange::default() };
    one.service.set_token(&name("p"), Some("x"), &TokenPath::parse("a.new").unwrap_or_default(), &change)?;
    let summary = two.import(&one.export("p", "b.dss")?, "p")?;
    assert_types(&two, &[("a.new", Some("fontWeight"), false), ("a.x", Some("fontWeight"), true)])?;
    let messages: Vec<_> = summary.findings.items.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages.len() == 1 && messages.iter().all(|text| text.contains("weight")), "{messages:?}");
    Ok(())
}

#[test]
fn a_conflict_about_a_type_is_decided_for_the_tokens_too() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    import(&one, r#"{"a": {"$type": "number", "x": {"$value": 1}}}"#)?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    import(&one, r#"{"a": {"$type": "fontWeight", "x": {"$value": 1}}}"#)?;
    import(&two, r#"{"a": {"$type": "boolean", "x": {"$value": 1}}}"#)?;
    two.import(&one.export("p", "b.dss")?, "p")?;
    two.service.resolve_conflicts(&name("p"), &ConflictFilter::default(), &Take::Imported)?;
    assert_types(&two, &[("a.x", Some("fontWeight"), true)])
}

/// The document with each object's `$type` before everything else in it.
fn types_first(value: JsonRef<'_>) -> String {
    if value.kind() != JsonKind::Object {
        return value.as_str().to_owned();
    }
    let mut members: Vec<_> = value.members().collect();
    members.sort_by_key(|(name, _)| name != "$type");
    let members = members.into_iter().map(|(name, value)| {
        let is_property = name.starts_with('$') && name != "$root";
        let value = if is_property { value.as_str().to_owned() } else { types_first(value) };
        format!("{}:{value}", JsonText::string(&name).as_str())
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

proptest! {
    #![proptest_config(dss_testkit::cases(64))]

    /// Where in its object a type stands does not matter: neither to the tokens, nor to what is told.
    #[test]
    fn the_place_of_a_type_means_nothing(document in object()) {
        let document = with_first(&document);
        let first = JsonText::parse(document.as_bytes(), &JsonLimits::default()).map(|text| types_first(text.get_ref()));
        let mut said = Vec::new();
        for document in [&document, &first.unwrap_or_default()] {
            let one = copy().map_err(|error| TestCaseError::fail(error.to_string()))?;
            let summary = import(&one, document).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let types = types(&one).map_err(|error| TestCaseError::fail(format!("{document}: {error}")))?;
            let findings = summary.findings;
            said.push((types, findings.by_code, findings.errors, findings.first_error.is_some()));
        }
        prop_assert_eq!(said.first(), said.get(1), "{}", document);
    }
}

//! References that lead nowhere, and groups that extend each other without end.

use dss_testkit::TestResult;

use crate::support::{Fixture, fixture};

#[test]
fn a_wrong_reference_says_its_file_and_line() -> TestResult {
    let fixture = fixture()?;
    fixture.file("f/base.tokens.json", "{\n  \"a\": {\"$type\": \"number\", \"$value\": 1}\n}")?;
    fixture.file(
        "f/more.tokens.json",
        "{\n\n  \"b\": {\"$type\": \"number\",\n    \"$value\": \"{a.none}\"}\n}",
    )?;
    let summary = fixture.import(&fixture.dir.join("f"), "p")?;
    let finding = summary.findings.items.first().ok_or("a finding")?;
    assert_eq!(finding.code, "reference_dangling");
    assert_eq!(
        (finding.file.as_str(), finding.path.as_str(), finding.line),
        ("more.tokens.json", "b", Some(3))
    );
    Ok(())
}

#[test]
fn very_many_wrong_references_are_all_counted_and_marked() -> TestResult {
    let fixture = fixture()?;
    let tokens: Vec<_> = (0..5_000).map(|n| format!("\"t{n}\": {{\"$value\": \"{{none.t{n}}}\"}}")).collect();
    let file = fixture.file("f.json", format!("{{\"$type\": \"number\",{}}}", tokens.join(",")))?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!(summary.findings.by_code.get("reference_dangling"), Some(&5_000));
    assert_eq!((summary.invalid_tokens, summary.findings.items.len()), (5_000, 1_000));
    Ok(())
}

/// Groups that extend each other, in sets that disagree: every step has several continuations.
fn tangle(fixture: &Fixture, sets: usize) -> TestResult {
    for (set, next) in (0..sets).zip((1..sets).chain([0])) {
        let document = format!(
            r#"{{"g0": {{"$extends": "{{g{set}}}", "x": {{"$value": "{{g0.none}}"}}}},
                "g1": {{"$extends": "{{g{next}}}"}}, "g2": {{"$extends": "{{g0}}"}}, "g3": {{"$extends": "{{g1}}"}}}}"#
        );
        fixture.file(&format!("f/s{set}.tokens.json"), document)?;
    }
    Ok(())
}

#[test]
fn groups_that_extend_each_other_in_many_ways_do_not_hang() -> TestResult {
    let fixture = fixture()?;
    tangle(&fixture, 4)?;
    let summary = fixture.import(&fixture.dir.join("f"), "p")?;
    assert_eq!(summary.kinds["token"].read, 4);
    assert!(summary.findings.by_code.get("reference_dangling").is_some_and(|count| *count >= 4));
    Ok(())
}

#[test]
fn types_are_found_through_long_chains_for_many_tokens() -> TestResult {
    // 60 groups inside each other, none of which has a type, and which extend a chain of 60 others.
    let fixture = fixture()?;
    let mut document = String::new();
    for n in 0..60 {
        document.push_str(&format!("\"c{n}\": {{\"$extends\": \"{{c{}}}\"}},", n + 1));
    }
    for n in 0..30 {
        document.push_str(&format!("\"d{n}\": {{\"$extends\": \"{{c0}}\", "));
    }
    let tokens: Vec<_> = (0..1_000).map(|n| format!("\"t{n}\": {{\"$value\": 1}}")).collect();
    document.push_str(&tokens.join(","));
    document.push_str(&"}".repeat(30));
    let file = fixture.file("f.json", format!("{{{document}, \"c60\": {{\"$type\": \"number\"}}}}"))?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!((summary.invalid_tokens, summary.findings.errors), (0, 0), "{:?}", summary.findings.by_code);
    Ok(())
}

//! Input that is refused: exit 3, one error that says what, where and what next, and nothing stored is changed.

use std::fs;

use serde_json::Value;

use crate::support::Desk;

/// Refused by `import` and by `verify`, with the same error; the project stays as it was.
#[track_caller]
fn check(desk: &Desk, file: &str, code: &str, stage: &str) -> Value {
    let before = desk.state_of("aurora");
    let mut told = Vec::new();
    for line in [format!("import {file} --project aurora --json"), format!("verify {file} --json")] {
        let ran = desk.run(&line);
        assert_eq!(ran.code, 3, "dss {line}\n{}{}", ran.out, ran.err);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let error = document["error"].clone();
        assert_eq!(
            (error["code"].as_str(), error["stage"].as_str()),
            (Some(code), Some(stage)),
            "{document}"
        );
        assert!(error["hint"].as_str().is_some_and(|hint| hint.len() > 5), "{document}");
        assert_eq!(error["exitCode"], 3);
        told.push(error);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(desk.state_of("aurora"), before);
    told.remove(0)
}

fn desk_with_archive() -> (Desk, Vec<u8>) {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o whole.dss");
    let archive = fs::read(desk.path("whole.dss")).unwrap();
    (desk, archive)
}

#[test]
fn what_is_no_archive() {
    let (desk, archive) = desk_with_archive();
    desk.write("text.dss", "hello\n");
    check(&desk, "text.dss", "not_a_zip", "archive");
    desk.write("empty.dss", "");
    check(&desk, "empty.dss", "not_a_zip", "archive");
    desk.write("half.dss", &archive[..archive.len() / 2]);
    check(&desk, "half.dss", "not_a_zip", "archive");
    desk.write("more.dss", [&archive[..], b"more"].concat());
    check(&desk, "more.dss", "not_a_zip", "archive");
}

#[test]
fn what_is_no_json() {
    let desk = Desk::with_aurora();
    desk.write("half.tokens.json", "{\n\"a\": {\"$value\": ");
    let error = check(&desk, "half.tokens.json", "json_invalid", "schema");
    assert_eq!(error["entry"], "half.tokens.json");
    assert_eq!(error["line"], 2);
    desk.write("twice.tokens.json", "{\"a\": {\"$value\": 1},\n \"a\": {\"$value\": 2}}");
    let error = check(&desk, "twice.tokens.json", "json_duplicate_key", "schema");
    assert_eq!((error["entry"].as_str(), error["line"].as_u64()), (Some("twice.tokens.json"), Some(2)));
}

#[test]
fn what_holds_no_tokens() {
    let desk = Desk::with_aurora();
    fs::create_dir(desk.path("bare")).unwrap();
    check(&desk, "bare", "not_tokens", "schema");
}

#[test]
fn what_is_over_a_limit() {
    let (desk, _) = desk_with_archive();
    for (option, text) in [
        ("--max-tokens 10", "Token count exceeds limit"),
        ("--max-components 1", "Component count exceeds limit"),
        ("--max-file-size 1k", "File size exceeds limit"),
    ] {
        let ran = desk.run(&format!("import whole.dss --project aurora {option}"));
        assert_eq!(ran.code, 3, "{option}");
        assert!(ran.err.contains(text) && ran.err.contains("\n  stage: "), "{}", ran.err);
    }
}

#[test]
fn what_is_not_what_it_was_called() {
    let (desk, _) = desk_with_archive();
    let ran = desk.run("import whole.dss --from dtcg");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.starts_with("error[not_tokens]: "), "{}", ran.err);
    let ran = desk.run("import aurora/tokens/base.tokens.json --from dss");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.starts_with("error[not_a_project]: "), "{}", ran.err);
    desk.ok("import whole.dss --from dss --project other");
    desk.ok("import aurora --from dtcg --project another");
}

#[test]
fn any_changed_byte_of_an_archive() {
    let (desk, archive) = desk_with_archive();
    let before = desk.state_of("aurora");
    // A walk with steps that share no factor with anything meets every part of the file.
    for at in (0..archive.len()).step_by(991) {
        let mut changed = archive.clone();
        changed[at] ^= 0x10;
        desk.write("changed.dss", &changed);
        let ran = desk.run("import changed.dss --project aurora --json");
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        // Rarely, a deflate stream with another bit spells the same bytes: that changes nothing, and is told by
        // the canonical check alone.
        if ran.code != 0 {
            assert_eq!(ran.code, 3, "byte {at}: {document}");
            assert!(document["error"]["stage"].is_string(), "byte {at}: {document}");
        }
        assert_eq!(desk.run("verify changed.dss --canonical").code, 3, "byte {at}");
    }
    assert_eq!(desk.state_of("aurora"), before);
}

#[test]
fn invalid_tokens_are_kept_unless_strict() {
    let desk = Desk::new();
    desk.write(
        "old.tokens.json",
        r##"{"brand": {"$type": "color", "$value": "#ff0066"}, "gap": {"$type": "number", "$value": 4}}"##,
    );
    let ran = desk.run("import old.tokens.json --project old --strict");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("brand"), "{}", ran.err);
    assert_eq!(desk.run("project show old").code, 4);
    let text = desk.ok("import old.tokens.json --project old").replace('\n', " ");
    assert!(
        text.contains(
            "1 token breaks the rules of the format. It was kept as written and marked: dss token list old --invalid"
        ),
        "{text}"
    );
    let listed = desk.json("token list old --invalid");
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(listed["tokens"][0]["value"], "#ff0066");
}

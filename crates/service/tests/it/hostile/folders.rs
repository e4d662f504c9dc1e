//! Folders and resolver documents that point outside, or at too much.

use dss_service::model::Limits;
use dss_service::{ErrorClass, ImportOptions, Strategy};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, options};

const SECRET: &str = r#"{"secret": {"$type": "number", "$value": 42}}"#;
const OWN: &str = r#"{"own": {"$type": "number", "$value": 1}}"#;

/// A resolver document whose one set has these sources.
fn resolver(references: &[&str]) -> String {
    let sources: Vec<_> = references.iter().map(|path| format!(r#"{{"$ref": "{path}"}}"#)).collect();
    let sources = sources.join(",");
    format!(
        r##"{{"version": "2025.10", "sets": {{"base": {{"sources": [{sources}]}}}},
            "resolutionOrder": [{{"$ref": "#/sets/base"}}]}}"##
    )
}

/// A secret outside a stranger's folder, and a file of their own inside.
fn stranger() -> TestResult<Fixture> {
    let fixture = fixture()?;
    fixture.file("secret.json", SECRET)?;
    fixture.file("elsewhere/secret.json", SECRET)?;
    fixture.file("theirs/own.json", OWN)?;
    Ok(fixture)
}

/// Imports a resolver document that also names `reference`, and asserts that only what is inside was read.
#[track_caller]
fn assert_refused(fixture: &Fixture, input: &str, reference: &str, why: &str) -> TestResult {
    fixture.file("theirs/all.resolver.json", resolver(&["own.json", reference]))?;
    let replace = ImportOptions { strategy: Strategy::Replace, ..options("p") };
    let summary = fixture.service.import_project(&fixture.dir.join(input), &replace, &())?;
    let read = summary.kinds.get("token").map(|tokens| tokens.read);
    assert_eq!(read, Some(1), "only the stranger's own token");
    assert_eq!(summary.findings.by_code.get("source_outside"), Some(&1), "{:?}", summary.findings);
    let finding = summary.findings.items.first().ok_or("a finding")?;
    assert!(finding.message.contains(reference) && finding.message.contains(why), "{finding:?}");
    assert_eq!(finding.file, "all.resolver.json");
    assert_eq!(finding.path, "/sets/base/sources/1");
    let strict = ImportOptions { is_strict: true, ..replace };
    let refused = fixture.service.import_project(&fixture.dir.join(input), &strict, &());
    assert_eq!(
        refused.map_err(|error| (error.code(), error.class())).err(),
        Some(("strict_errors", ErrorClass::Refused))
    );
    Ok(())
}

#[test]
fn a_resolver_document_cannot_leave_its_folder_by_name() -> TestResult {
    let fixture = stranger()?;
    let absolute = fixture.dir.join("secret.json");
    let absolute = absolute.to_str().ok_or("a temporary folder with a readable name")?.to_owned();
    for input in ["theirs", "theirs/all.resolver.json"] {
        assert_refused(&fixture, input, "../secret.json", "\"..\"")?;
        assert_refused(&fixture, input, "./x/../../secret.json", "\"..\"")?;
        assert_refused(&fixture, input, &absolute, "absolute")?;
    }
    Ok(())
}

#[test]
fn an_encoded_reference_is_judged_decoded() -> TestResult {
    let fixture = stranger()?;
    fixture.file("theirs/all.resolver.json", resolver(&["own.json", "%2e%2e%2fsecret.json"]))?;
    let summary = fixture.import(&fixture.dir.join("theirs"), "p")?;
    assert_eq!(summary.kinds["token"].read, 1);
    assert_eq!(summary.findings.by_code.get("source_outside"), Some(&1));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_resolver_document_cannot_leave_its_folder_by_a_link() -> TestResult {
    use std::os::unix::fs::symlink;
    let fixture = stranger()?;
    symlink("../secret.json", fixture.dir.join("theirs/file.json"))?;
    symlink("../elsewhere", fixture.dir.join("theirs/folder"))?;
    symlink(fixture.dir.join("secret.json"), fixture.dir.join("theirs/absolute.json"))?;
    symlink("file.json", fixture.dir.join("theirs/twice.json"))?;
    for input in ["theirs", "theirs/all.resolver.json"] {
        for link in ["file.json", "folder/secret.json", "absolute.json", "twice.json"] {
            assert_refused(&fixture, input, link, "link")?;
        }
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_inside_the_folder_are_followed_and_a_linked_folder_is_its_target() -> TestResult {
    use std::os::unix::fs::symlink;
    let fixture = stranger()?;
    symlink("own.json", fixture.dir.join("theirs/alias.json"))?;
    fixture.file("theirs/all.resolver.json", resolver(&["alias.json"]))?;
    symlink("theirs", fixture.dir.join("linked"))?;
    let summary = fixture.import(&fixture.dir.join("linked"), "p")?;
    assert_eq!((summary.kinds["token"].read, summary.findings.errors), (1, 0), "{:?}", summary.findings);
    Ok(())
}

#[cfg(unix)]
#[test]
fn what_a_folder_import_leaves_out_is_said() -> TestResult {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let fixture = stranger()?;
    symlink("../secret.json", fixture.dir.join("theirs/link.json"))?;
    symlink("../elsewhere", fixture.dir.join("theirs/folder"))?;
    std::fs::write(fixture.dir.join("theirs").join(std::ffi::OsStr::from_bytes(b"\xff.json")), SECRET)?;
    let summary = fixture.import(&fixture.dir.join("theirs"), "p")?;
    assert_eq!(summary.kinds["token"].read, 1);
    let skipped: Vec<_> =
        summary.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.as_str())).collect();
    let expected = [
        ("folder", "a symbolic link: name its target itself to import it"),
        ("link.json", "a symbolic link: name its target itself to import it"),
        ("\u{fffd}.json", "its name is not UTF-8"),
    ];
    assert_eq!(skipped, expected);
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_file_and_nothing_waits_for_it() -> TestResult {
    let fixture = stranger()?;
    let made = std::process::Command::new("mkfifo").arg(fixture.dir.join("theirs/pipe.json")).status()?;
    assert!(made.success());
    fixture.file("theirs/all.resolver.json", resolver(&["own.json", "pipe.json"]))?;
    let summary = fixture.import(&fixture.dir.join("theirs"), "p")?;
    assert_eq!(summary.findings.by_code.get("source_missing"), Some(&1));
    Ok(())
}

#[test]
fn a_resolver_document_names_at_most_as_many_files_as_a_folder_may_hold() -> TestResult {
    let fixture = stranger()?;
    let inline = r#"{"a": {"$type": "number", "$value": 1}}"#;
    let document = |count: usize| {
        let sources = vec![inline; count].join(",");
        format!(
            r#"{{"version": "2025.10", "sets": {{"s": {{"sources": [{sources}]}}}}, "resolutionOrder": []}}"#
        )
    };
    let limits = Limits { tokens: 100_000, ..Limits::aggressive() };
    let options = ImportOptions { limits, ..options("p") };
    let file = fixture.file("theirs/all.resolver.json", document(20_001))?;
    let error = fixture.service.import_project(&file, &options, &()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("too_many_files", ErrorClass::Refused), "{error}");
    Ok(())
}

#[test]
fn a_file_that_is_named_often_is_read_once() -> TestResult {
    // Spelled in as many ways: comparing each with all before it would take minutes.
    let fixture = stranger()?;
    let spelled: Vec<_> = (0..40_000).map(|n| format!("n{n}/../own.json")).collect();
    let spelled: Vec<_> = spelled.iter().map(String::as_str).collect();
    fixture.file("theirs/all.resolver.json", resolver(&spelled))?;
    let summary = fixture.import(&fixture.dir.join("theirs"), "p")?;
    assert_eq!((summary.kinds["token"].read, summary.kinds["set"].read), (1, 1));
    assert_eq!(summary.findings.errors, 0, "{:?}", summary.findings);
    Ok(())
}

#[test]
fn files_whose_names_differ_by_their_ending_are_two_sets() -> TestResult {
    let fixture = fixture()?;
    fixture.file("theirs/a.json", OWN)?;
    fixture.file("theirs/a.tokens.json", SECRET)?;
    fixture.file("theirs/a.tokens", OWN)?;
    let summary = fixture.import(&fixture.dir.join("theirs"), "p")?;
    assert_eq!((summary.kinds["token"].read, summary.kinds["set"].read), (3, 3));
    Ok(())
}

#[test]
fn what_is_no_json_is_told_by_its_name() -> TestResult {
    let fixture = fixture()?;
    let cases: [(&str, &[u8], &str); 6] = [
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        ("logo.json", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        ("logo.resolver.json", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        ("logo.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "XML"),
        ("any", b"\x01\0\x02\0", "binary"),
        ("wide.json", b"\xff\xfe{\0}\0", "UTF-16"),
    ];
    for (name, bytes, what) in cases {
        let file = fixture.file(name, bytes)?;
        let refused = fixture.import(&file, "p").map_err(|error| (error.code(), error.to_string()));
        let (code, message) = refused.err().ok_or("refused")?;
        assert_eq!(code, "not_tokens", "{name}");
        assert!(message.contains(what), "{message}");
    }
    Ok(())
}

#[test]
fn a_resolver_document_names_a_key_once_and_has_a_size() -> TestResult {
    let fixture = fixture()?;
    let twice =
        fixture.file("r.resolver.json", "{\"version\": \"2025.10\",\n\"name\": \"a\",\n\"name\": \"b\"}")?;
    let refused = fixture.import(&twice, "p").map_err(|error| (error.code(), error.line())).err();
    assert_eq!(refused, Some(("json_duplicate_key", Some(3))));
    let large = format!("{{\"version\": \"2025.10\"}}{}", " ".repeat(8 << 20));
    let large = fixture.file("r.resolver.json", large)?;
    let (code, message) = fixture
        .import(&large, "p")
        .map_err(|error| (error.code(), error.to_string()))
        .err()
        .ok_or("refused")?;
    assert_eq!(code, "item_over_limit");
    assert!(message.contains("larger than 8388608 bytes"), "{message}");
    Ok(())
}

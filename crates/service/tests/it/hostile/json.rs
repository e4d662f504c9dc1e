//! JSON as a stranger may write it, through the reader that imports use (SECURITY.md §7).

use std::fs;

use dss_service::{ErrorClass, ServiceError};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, options};

/// What an import of these bytes says, without keeping anything.
fn analyze(fixture: &Fixture, bytes: &[u8]) -> TestResult<Result<u64, ServiceError>> {
    let file = fixture.file("input.tokens.json", bytes)?;
    let analyzed = fixture.service.analyze_import(&file, &options("p"), &());
    Ok(analyzed.map(|summary| summary.kinds.get("token").map_or(0, |kind| kind.read)))
}

/// A document with one token that has this value.
fn document(value: &[u8]) -> Vec<u8> {
    [b"{\"t\":{\"$type\":\"number\",\"$value\":", value, b"}}"].concat()
}

#[test]
fn json_test_suite() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let fixture = fixture()?;
    let (mut read, mut refused) = (0, 0);
    for entry in fs::read_dir(shared.join("data/json/test_parsing"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&path)?;
        let inside = analyze(&fixture, &document(&bytes))?;
        let alone = analyze(&fixture, &bytes)?;
        // None of the suite's documents has a token in it, so that alone all are refused.
        assert!(alone.is_err(), "{name}");
        match name.as_bytes() {
            _ if name.starts_with("y_object_duplicated_key") => {
                assert_eq!(inside.map_err(|error| error.code()), Err("json_duplicate_key"), "{name}");
                read += 1;
            }
            [b'y', ..] => {
                assert_eq!(inside.map_err(|error| error.to_string()), Ok(1), "{name}");
                read += 1;
            }
            [b'n', ..] => {
                let error = inside.err().ok_or_else(|| format!("{name} must be refused"))?;
                assert_eq!(error.class(), ErrorClass::Refused, "{name}: {error}");
                refused += 1;
            }
            _ => {}
        }
    }
    assert_eq!((read, refused), (95, 188), "the suite is whole");
    Ok(())
}

#[test]
fn every_limit_of_json_holds_at_it_and_not_beyond() -> TestResult {
    let fixture = fixture()?;
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    let string = |bytes: usize| [vec![b'"'], vec![b'x'; bytes], vec![b'"']].concat();
    let key = |bytes: usize| [b"{\"", vec![b'k'; bytes].as_slice(), b"\":1}"].concat();
    let members = |count: usize| format!("[{}]", vec!["1"; count].join(",")).into_bytes();
    // The token's own object counts as one level.
    let cases: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("depth", nested(63), nested(64)),
        ("key", key(1_024), key(1_025)),
        ("members", members(100_000), members(100_001)),
        ("digits", vec![b'1'; 128], vec![b'1'; 129]),
        ("finite", b"1.7976931348623157e308".to_vec(), b"1.8e308".to_vec()),
    ];
    for (what, fits, exceeds) in cases {
        let read = analyze(&fixture, &document(&fits))?.map_err(|error| error.to_string());
        assert_eq!(read, Ok(1), "{what}");
        let refused = analyze(&fixture, &document(&exceeds))?.map_err(|error| error.code());
        assert_eq!(refused, Err("json_invalid"), "{what}");
    }
    // A string's limit is that of an item.
    let error = analyze(&fixture, &document(&string(1 << 20)))?.err().ok_or("refused")?;
    assert_eq!(error.code(), "item_over_limit");
    assert!(error.to_string().contains("1048576 bytes"), "{error}");
    Ok(())
}

#[test]
fn what_other_readers_let_pass_is_refused() -> TestResult {
    let fixture = fixture()?;
    let cases: [(&str, &[u8]); 9] = [
        ("json_invalid", b"\"\\ud800\""),
        ("json_invalid", b"\"\\udc00\\ud800\""),
        ("json_invalid", b"\"\xff\""),
        ("json_invalid", b"\"\xed\xa0\x80\""),
        ("json_invalid", b"NaN"),
        ("json_invalid", b"-Infinity"),
        ("json_invalid", b"0x10"),
        ("json_invalid", b"1 // one"),
        ("json_duplicate_key", b"{\"a\":1,\"\\u0061\":2}"),
    ];
    for (code, value) in cases {
        let refused = analyze(&fixture, &document(value))?.map_err(|error| error.code());
        assert_eq!(refused, Err(code), "{}", String::from_utf8_lossy(value));
    }
    // Between items, and for what is no item at all.
    for document in
        [&b"{\"a\":{\"$value\":1},\"a\":{\"$value\":2}}"[..], b"{\"a\":{\"$value\":1,\"$value\":2}}"]
    {
        let refused = analyze(&fixture, document)?.map_err(|error| error.code());
        assert_eq!(refused, Err("json_duplicate_key"));
    }
    Ok(())
}

#[test]
fn numbers_that_no_double_holds_are_kept_as_they_are_spelled() -> TestResult {
    let fixture = fixture()?;
    for number in ["18446744073709551616", "0.1000000000000000055511151231257827", "1e-400", "-0.0"] {
        let file = fixture.file("n.tokens.json", document(number.as_bytes()))?;
        fixture.import(&file, &format!("p{}", number.len()))?;
        let archive = fixture.export(&format!("p{}", number.len()), "n.dss")?;
        let tokens = super::craft::text(&archive, dss_service::format::manifest::Role::Tokens)?;
        assert!(tokens.contains(&format!("\"$value\":{number}")), "{tokens}");
    }
    Ok(())
}

#[test]
fn an_extension_of_ours_that_is_none_is_told() -> TestResult {
    let fixture = fixture()?;
    for (ours, what) in [("7", "expected an object"), ("{\"tags\":[],\"mine\":1}", "no member \"mine\"")] {
        let text = format!(
            "{{\n\"t\":{{\"$type\":\"number\",\"$value\":1,\"$extensions\":{{\"org.dss\":{ours}}}}}}}"
        );
        let file = fixture.file("e.tokens.json", text)?;
        let summary = fixture.service.analyze_import(&file, &options("p"), &())?;
        let finding = summary.findings.items.first().ok_or("a finding")?;
        assert_eq!((finding.code, finding.path.as_str(), finding.line), ("extension_invalid", "t", Some(2)));
        assert!(finding.message.contains(what), "{finding:?}");
    }
    Ok(())
}

#[test]
fn two_items_with_one_identity_say_where_they_stand() -> TestResult {
    let fixture = fixture()?;
    let ours = r#""$extensions": {"org.dss": {"id": "233549d5-8c0a-52aa-94fd-173d06202d5c", "rev": "cccccccc-0000-4000-8000-000000000000:1"}}"#;
    let text = format!("{{\n\"a\": {{\"$value\": 1, {ours}}},\n\n\"b\": {{\"$value\": 1, {ours}}}\n}}");
    let file = fixture.file("twice.tokens.json", text)?;
    let error = fixture.import(&file, "p").unwrap_err();
    assert_eq!(
        (error.code(), error.line(), error.entry()),
        ("duplicate_id", Some(4), Some("twice.tokens.json"))
    );
    assert!(error.to_string().ends_with("(twice.tokens.json:2, twice.tokens.json:4)"), "{error}");
    Ok(())
}

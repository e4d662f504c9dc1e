use crate::design::{Design, TokenSet, WriteOptions};
use crate::error::InteropError;
use crate::json::Json;
use crate::report::{Fate, Report};

fn design(documents: &[&str]) -> Design {
    let text = |document: &&str| Json::parse(document.as_bytes(), "", 64).unwrap().to_text("").unwrap();
    let sets = documents.iter().zip('a'..).map(|(document, name)| TokenSet::new(name, text(document)));
    Design { sets: sets.collect(), ..Design::default() }
}

fn written(documents: &[&str]) -> Result<(Vec<String>, Report), InteropError> {
    let written = super::write(&design(documents), &WriteOptions::default())?;
    let compact = |bytes: &[u8]| Json::parse(bytes, "", 64).unwrap().to_text("").unwrap().as_str().to_owned();
    Ok((written.files.iter().map(|file| compact(&file.bytes)).collect(), written.report))
}

#[track_caller]
fn check(document: &str, wanted: &str) -> Report {
    let (files, report) = written(&[document]).unwrap();
    assert_eq!(files, [wanted]);
    report
}

#[test]
fn types_are_spelled_out() {
    check(
        r#"{"a":{"$type":"number","x":{"$value":1},"y":{"$value":"{b}"}},"b":{"$value":"{c}"},"c":{"$value":"solid","$type":"strokeStyle"}}"#,
        r#"{"a":{"$type":"number","x":{"$value":1,"$type":"number"},"y":{"$value":"{b}","$type":"strokeStyle"}},"b":{"$value":"{c}","$type":"strokeStyle"},"c":{"$value":"solid","$type":"strokeStyle"}}"#,
    );
    let (files, _) =
        written(&[r#"{"x":{"$value":"{y}"}}"#, r#"{"y":{"$value":1,"$type":"number"}}"#]).unwrap();
    assert_eq!(files.first().unwrap(), r#"{"x":{"$value":"{y}","$type":"number"}}"#);
}

#[test]
fn circles_of_aliases_end() {
    let report = check(
        r#"{"a":{"$value":"{b}"},"b":{"$value":"{a}"}}"#,
        r#"{"a":{"$value":"{b}"},"b":{"$value":"{a}"}}"#,
    );
    assert_eq!(report.count(Fate::Changed), 2);
}

#[test]
fn groups_that_extend_are_spelled_out() {
    check(
        r##"{"base":{"$type":"number","x":{"$value":1},"g":{"y":{"$value":2},"z":{"$value":3}}},"b":{"$extends":"#/base","g":{"y":{"$value":9}}}}"##,
        r#"{"base":{"$type":"number","x":{"$value":1,"$type":"number"},"g":{"y":{"$value":2,"$type":"number"},"z":{"$value":3,"$type":"number"}}},"b":{"$type":"number","x":{"$value":1,"$type":"number"},"g":{"y":{"$value":9,"$type":"number"},"z":{"$value":3,"$type":"number"}}}}"#,
    );
}

#[test]
fn groups_that_extend_each_other_or_what_is_around_them_stay() {
    for document in [
        r#"{"a":{"$extends":"{b}"},"b":{"$extends":"{a}"}}"#,
        r#"{"a":{"b":{"$extends":"{a}"}}}"#,
        r#"{"a":{"$extends":"{a}"}}"#,
        r#"{"a":{"$extends":"{nowhere}"}}"#,
    ] {
        let (files, report) = written(&[document]).unwrap();
        assert!(files.first().unwrap().contains("$extends"), "{files:?}");
        assert!(report.count(Fate::Changed) > 0);
    }
}

#[test]
fn groups_that_double_at_every_step_are_refused() {
    let mut document = String::from(r#"{"g0":{"t":{"$type":"number","$value":1}}"#);
    for step in 1..30 {
        let base = step - 1;
        document.push_str(&format!(
            r#","g{step}":{{"a":{{"$extends":"{{g{base}}}"}},"b":{{"$extends":"{{g{base}}}"}}}}"#
        ));
    }
    document.push('}');
    assert_eq!(written(&[&document]).unwrap_err().code(), "not_writable");
}

#[test]
fn pointers_become_aliases_or_what_they_lead_to() {
    let color = r#""c":{"$type":"color","$value":{"colorSpace":"srgb","components":[1,0.5,0]}}"#;
    let part = |part: &str| {
        format!(r#""b":{{"$type":"color","$value":{{"colorSpace":"srgb","components":[{part},0,0]}}}}"#)
    };
    let pointer = part(r##"{"$ref":"#/a/$value/components/1"}"##);
    check(
        &format!(r##"{{{color},"a":{{"$ref":"#/c"}},{pointer}}}"##),
        &format!(r#"{{{color},"a":{{"$value":"{{c}}","$type":"color"}},{}}}"#, part("0.5")),
    );
    // One that leads to itself stays.
    let circle = part(r##"{"$ref":"#/b/$value/components/0"}"##);
    check(&format!("{{{circle}}}"), &format!("{{{circle}}}"));
}

#[test]
fn tokens_with_others_inside_become_groups() {
    check(
        r#"{"a":{"$type":"number","$value":1,"b":{"$type":"number","$value":"{a}"}}}"#,
        r#"{"a":{"$root":{"$type":"number","$value":1},"b":{"$type":"number","$value":"{a.$root}"}}}"#,
    );
}

#[test]
fn what_tools_stumble_over_is_put_out_of_their_way() {
    let report = check(
        r#"{"a":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.5,0,"none"]},"$deprecated":"use {b}","$extensions":{"org.dss.interop":{"tokens-studio":{"value":"{x}"}}}}}"#,
        r#"{"a":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.5,0,0]},"$deprecated":"use (b)"}}"#,
    );
    assert_eq!((report.count(Fate::Lost), report.count(Fate::Changed)), (1, 2));
}

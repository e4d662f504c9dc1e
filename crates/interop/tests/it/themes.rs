//! Tokens Studio's themes that are called otherwise after they were read.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use dss_interop::{Bundle, Design, Fate, File, Format, Json, ReadLimits, Report, WriteOptions, read, write};
use dss_model::{JsonLimits, JsonText};

const STUDIO: &str = r##"{
  "base": { "c": { "$value": "#ff0000", "$type": "color" } },
  "dark": { "c": { "$value": "#000000", "$type": "color" } },
  "$themes": [
    { "id": "1", "name": "light", "group": "mode", "$figmaModeId": "m1", "selectedTokenSets": { "base": "source" } },
    { "id": "2", "name": "dark", "group": "mode", "$figmaModeId": "m2",
      "selectedTokenSets": { "base": "source", "dark": "enabled" } }
  ],
  "$metadata": { "tokenSetOrder": ["base", "dark"] }
}"##;

fn design() -> Design {
    let file = File::new("a.json", STUDIO.as_bytes());
    read(None, Bundle::new(vec![file], ReadLimits::default()).unwrap()).unwrap().1.design
}

/// The themes that are written after the resolver document was edited.
fn themes(edit: impl Fn(&str) -> String) -> (String, Report) {
    let mut design = design();
    let resolver = edit(design.resolver.as_ref().unwrap().as_str());
    design.resolver = Some(JsonText::parse(resolver.as_bytes(), &JsonLimits::default()).unwrap());
    let written = write(Format::TokensStudio, &design, &WriteOptions::default()).unwrap();
    let root = Json::parse(&written.files.first().unwrap().bytes, "", 64).unwrap();
    (root.get("$themes").unwrap().to_text("").unwrap().as_str().to_owned(), written.report)
}

fn is_lost(report: &Report) -> u64 {
    let lost =
        report.notes().filter(|note| note.fate == Fate::Lost && note.what.contains("called otherwise"));
    lost.map(|note| note.count).sum()
}

#[test]
fn what_is_kept_of_a_theme_goes_with_its_new_name() {
    // Only the contexts are renamed, as a store does it: what is kept goes by the old names.
    let (renamed, report) = themes(|text| text.replace(r#""contexts":{"light":"#, r#""contexts":{"day":"#));
    assert!(
        renamed.starts_with(r#"[{"id":"1","name":"day","group":"mode","$figmaModeId":"m1""#),
        "{renamed}"
    );
    assert_eq!(is_lost(&report), 0);
    let (both, report) = themes(|text| {
        let (before, contexts) = text.split_once(r#""contexts":"#).unwrap();
        let contexts =
            contexts.replacen(r#""light":"#, r#""day":"#, 1).replacen(r#""dark":"#, r#""night":"#, 1);
        format!(r#"{before}"contexts":{contexts}"#)
    });
    assert!(
        both.contains(r#""id":"1","name":"day""#) && both.contains(r#""id":"2","name":"night""#),
        "{both}"
    );
    assert_eq!(is_lost(&report), 0);
}

#[test]
fn what_cannot_be_told_apart_is_counted() {
    let (_, report) = themes(|text| {
        let (before, contexts) = text.split_once(r#""contexts":"#).unwrap();
        let contexts = contexts.replacen(r#""light":["#, r#""day":[{"$ref":"dark.tokens.json"},"#, 1);
        let contexts = contexts.replacen(r#""dark":[{"$ref":"base.tokens.json"},"#, r#""night":["#, 1);
        format!(r#"{before}"contexts":{contexts}"#)
    });
    // `day` selects what `dark` did, so that one is found; `night` is the only one left, and so is `light`.
    assert_eq!(is_lost(&report), 0);
    let (written, report) = themes(|text| {
        let (before, contexts) = text.split_once(r#""contexts":"#).unwrap();
        let contexts = contexts.replacen(r#""light":["#, r#""one":[],"two":["#, 1);
        let contexts = contexts.replacen(r#""dark":[{"$ref":"base.tokens.json"},"#, r#""three":["#, 1);
        format!(r#"{before}"contexts":{contexts}"#)
    });
    assert!(written.contains(r#""id":"1","name":"two""#), "{written}");
    assert_eq!(is_lost(&report), 1, "{written}");
}

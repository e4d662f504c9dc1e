//! What holds for every document and every history, not only for those somebody thought of.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use dss_service::format::archive::Archive;
use dss_service::format::manifest::Role;
use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText, TokenPath};
use dss_service::security::OpenOptions;
use dss_service::store::MemoryStore;
use dss_service::{FixedClock, ProjectService, TokenChange};
use dss_testkit::{TempDir, TestResult};
use proptest::prelude::*;

use crate::support::{Fixture, NOW_MS, name};

pub(crate) fn copy() -> TestResult<Fixture> {
    let dir = TempDir::new()?;
    let service = ProjectService::new(Arc::new(MemoryStore::new(5_000)), Arc::new(FixedClock(NOW_MS)), "ann");
    Ok(Fixture { dir, service })
}

/// A document as it was before DSS put its extension into it.
fn plain(value: JsonRef<'_>) -> String {
    match value.kind() {
        JsonKind::Array => {
            let items: Vec<_> = value.elements().map(plain).collect();
            format!("[{}]", items.join(","))
        }
        JsonKind::Object => {
            let members: Vec<_> = value.members().filter_map(|(name, value)| member(&name, value)).collect();
            format!("{{{}}}", members.join(","))
        }
        JsonKind::String => format!("{:?}", value.string().unwrap_or_default()),
        _ => value.as_str().to_owned(),
    }
}

fn member(name: &str, value: JsonRef<'_>) -> Option<String> {
    let mut text = plain(value);
    if name == "$extensions" && value.kind() == JsonKind::Object {
        let vendors = value.members().filter(|(vendor, _)| vendor != "org.dss");
        let vendors: Vec<_> = vendors.filter_map(|(vendor, value)| member(&vendor, value)).collect();
        let was = value.get("org.dss").and_then(|ours| ours.get("was"));
        text = was.map_or_else(|| format!("{{{}}}", vendors.join(",")), plain);
        if text == "{}" {
            return None;
        }
    }
    Some(format!("{name:?}:{text}"))
}

fn parse(bytes: &[u8]) -> TestResult<JsonText> {
    Ok(JsonText::parse(bytes, &JsonLimits::default())?)
}

/// The token documents in an archive, without our extension.
fn documents(archive: &Path) -> TestResult<Vec<String>> {
    let archive = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut all = Vec::new();
    for content in archive.contents_of(Role::Tokens) {
        let mut bytes = Vec::new();
        archive.payload(content)?.read_to_end(&mut bytes)?;
        all.push(plain(parse(&bytes)?.get_ref()));
    }
    Ok(all)
}

fn child_name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-d]",
        1 => prop::sample::select(vec![
            "", ".", "a.b", "~", "~0", "~1", "a~", "/", " ", "{a}", "ä", "a\\u0308", "\\u0061", "🎨", "$root", "1", "0",
            "\\n", "\\u0000", "org.dss", "a/b", "-", "%2e", "\\u0024root",
        ])
        .prop_map(str::to_owned),
    ]
}

fn property() -> impl Strategy<Value = (String, String)> {
    let scalar = || {
        prop::sample::select(vec![
            "1",
            "-0",
            "1.50",
            "1e2",
            "null",
            "true",
            "\"x\"",
            "\"{a.b}\"",
            "\"#/a\"",
            "\"color\"",
            "\"number\"",
            "[]",
            "[1,{\"a\":{}}]",
            "123456789012345678901234567890",
            "\"\\u00e9\\/\"",
        ])
        .prop_map(str::to_owned)
    };
    let object = prop::sample::select(vec![
        "{}",
        "{\"a\":1}",
        "{\"$value\":{\"a\":{}}}",
        "{\"$ref\":\"#/a\"}",
        "{\"z\":1,\"a\":{\"$value\":2}}",
    ])
    .prop_map(str::to_owned);
    let any = prop_oneof![3 => scalar(), 1 => object];
    let dollar = prop::sample::select(vec![
        "$value",
        "$type",
        "$ref",
        "$extends",
        "$description",
        "$deprecated",
        "$schema",
        "$unknown",
        "$",
        "$root.x",
        "\\u0024value",
        "\\u0024type",
    ])
    .prop_map(str::to_owned);
    let extensions = prop::sample::select(vec![
        "{}",
        "{\"v\":1}",
        "{\"z\":1,\"a\":{}}",
        "\"odd\"",
        "null",
        "[]",
        "{\"\":1}",
        "{\"a/b\":1,\"a~b\":{}}",
        "{\"v\":{\"$extensions\":{}}}",
    ])
    .prop_map(str::to_owned);
    prop_oneof![
        4 => (dollar, any),
        1 => (Just("$extensions".to_owned()), extensions),
        1 => (child_name(), scalar()),
    ]
}

/// A token document's object: tokens, groups and hybrids, with properties anywhere between children.
pub(crate) fn object() -> impl Strategy<Value = String> {
    let leaf = prop::collection::vec(property(), 0..4).prop_map(|members| text(&members));
    leaf.prop_recursive(3, 24, 5, |inner| {
        let child = (child_name(), inner);
        prop::collection::vec(prop_oneof![1 => property(), 2 => child], 0..6)
            .prop_map(|members| text(&members))
    })
}

/// An object without repeated names.
fn text(members: &[(String, String)]) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut out: Vec<String> = Vec::new();
    for (name, value) in members {
        let quoted = format!("\"{name}\"");
        let Ok(parsed) = parse(quoted.as_bytes()) else { continue };
        let decoded = parsed.get_ref().string().unwrap_or_default().into_owned();
        if !names.contains(&decoded) {
            names.push(decoded);
            out.push(format!("{quoted}:{value}"));
        }
    }
    format!("{{{}}}", out.join(","))
}

/// Imports a document, and lets it travel: what came out, and whether the second archive is the first.
fn travel(document: &str) -> TestResult<(String, bool)> {
    let (one, two) = (copy()?, copy()?);
    let file = one.file("x.tokens.json", document)?;
    one.import(&file, "p")?;
    let archive = one.export("p", "a.dss")?;
    let out = documents(&archive)?.join("\n");
    two.import(&archive, "p")?;
    Ok((out, std::fs::read(&archive)? == two.bytes("p")?))
}

pub(crate) fn with_first(document: &str) -> String {
    let rest = document.trim_start_matches('{');
    let comma = if rest == "}" { "" } else { "," };
    format!("{{\"first\":{{\"$value\":1}}{comma}{rest}")
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Set(String, String),
    Tag(String, String),
    Remove(String),
    Move(String, String),
    Theme(String, String),
    RemoveTheme(String),
    Component(String, String),
    RemoveComponent(String),
    Asset(String, String),
    RemoveAsset(String),
    Replace(String),
    /// A file in which groups give their tokens types.
    Import(&'static str),
    Export(usize),
}

/// The same items, with types of their groups that differ, come late, are inherited, or are none.
const FILES: [&str; 7] = [
    r#"{"a":{"$type":"number","x":{"$value":1},"y":{"$value":2}},"b":{"z":{"$value":3,"$type":"number"}}}"#,
    r#"{"a":{"x":{"$value":1},"y":{"$value":2},"$type":"dimension"},"b":{"z":{"$value":3}},"$type":"number"}"#,
    r#"{"$type":"fontWeight","a":{"x":{"$value":1},"y":{"$value":"{b.z}"}},"b":{"z":{"$value":3}}}"#,
    r#"{"a":{"x":{"$value":1}},"b":{"z":{"$value":3},"$extends":"{a}"}}"#,
    r#"{"a":{"$type":1,"$value":0,"x":{"$value":1,"$type":1}},"n":{"x":{"$value":{"color":"{a.x}"}},"$type":"border"}}"#,
    r#"{"n":{"$type":"number","$value":2,"x":{"$value":4}},"a":{"$extends":"{n}","b":{"c":{"$value":1}}}}"#,
    r#"{"A":{"x":{"$value":1}},"a":{"$type":"color","$description":"d"}}"#,
];

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a", "a.x", "a.y", "a.b.c", "b", "b.z", "n.x", "n", "a.$root", "~0", "a.b", "A.x", ".",
    ])
    .prop_map(str::to_owned)
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let short = || prop::sample::select(vec!["g", "h", "g.x", "a/b", "ä", "~"]).prop_map(str::to_owned);
    let value = || (0..4_u8).prop_map(|n| n.to_string());
    prop_oneof![
        6 => (path(), value()).prop_map(|(path, value)| Step::Set(path, value)),
        1 => (path(), prop::sample::select(vec!["t", "", "a b", "ä/%\n"]).prop_map(str::to_owned)).prop_map(|(path, tag)| Step::Tag(path, tag)),
        3 => path().prop_map(Step::Remove),
        3 => (path(), path()).prop_map(|(from, to)| Step::Move(from, to)),
        1 => (short(), short()).prop_map(|(group, theme)| Step::Theme(group, theme)),
        1 => short().prop_map(Step::RemoveTheme),
        1 => (short(), value()).prop_map(|(name, value)| Step::Component(name, value)),
        1 => short().prop_map(Step::RemoveComponent),
        1 => (short(), value()).prop_map(|(path, content)| Step::Asset(path, content)),
        1 => short().prop_map(Step::RemoveAsset),
        1 => value().prop_map(Step::Replace),
        2 => prop::sample::select(FILES.to_vec()).prop_map(Step::Import),
        4 => (0..3_usize).prop_map(Step::Export),
    ]
}

/// Does it, if it can be done: an error is an answer too, as long as it is no bug.
pub(crate) fn play(copies: &[Fixture], at: usize, step: &Step) -> TestResult {
    let Some(fixture) = copies.get(at) else { return Ok(()) };
    let service = &fixture.service;
    let project = name("p");
    let token = |path: &str| TokenPath::parse(path).unwrap_or_default();
    let answer = match step {
        Step::Set(path, value) => {
            let change = TokenChange {
                value: Some(value.clone()),
                token_type: Some(Some("number".to_owned())),
                allow_invalid: true,
                ..TokenChange::default()
            };
            service.set_token(&project, None, &token(path), &change).map(drop)
        }
        Step::Tag(path, tag) => {
            let change =
                TokenChange { add_tags: vec![tag.clone()], allow_invalid: true, ..TokenChange::default() };
            service.set_token(&project, None, &token(path), &change).map(drop)
        }
        Step::Remove(path) => service.remove_token(&project, None, &token(path)),
        Step::Move(from, to) => service.move_token(&project, None, &token(from), None, &token(to)).map(drop),
        Step::Theme(group, theme) => {
            service.set_theme(&project, group, theme, &["base".to_owned()]).map(drop)
        }
        Step::RemoveTheme(group) => service.remove_theme(&project, group, None),
        Step::Component(name, value) => {
            let record = format!("{{\"name\":{name:?},\"props\":{{\"a\":{value}}},\"odd\":{value}}}");
            service.set_component(&project, record.as_bytes()).map(drop)
        }
        Step::RemoveComponent(name) => service.remove_component(&project, name),
        Step::Asset(path, content) => {
            let file = fixture.file("content", content)?;
            service.set_asset(&project, path, None, &file).map(drop)
        }
        Step::RemoveAsset(path) => service.remove_asset(&project, path),
        Step::Replace(value) => {
            let text = format!(
                "{{\"n\":{{\"x\":{{\"$type\":\"number\",\"$value\":{value}}}}},\"a\":{{\"x\":{{\"$type\":\"number\",\"$value\":1}}}}}}"
            );
            let file = fixture.file("base.tokens.json", text)?;
            let options = dss_service::ImportOptions {
                strategy: dss_service::Strategy::Replace,
                ..crate::support::options("p")
            };
            service.import_project(&file, &options, &()).map(drop)
        }
        Step::Import(text) => {
            let file = fixture.file("base.tokens.json", text)?;
            service.import_project(&file, &crate::support::options("p"), &()).map(drop)
        }
        Step::Export(to) => {
            let archive = fixture.export("p", "step.dss")?;
            copies.get(*to).map_or(Ok(()), |other| other.import(&archive, "p").map(drop))
        }
    };
    match answer {
        Err(error)
            if matches!(error.class(), dss_service::ErrorClass::Bug | dss_service::ErrorClass::Store) =>
        {
            Err(format!("{step:?}: {error}").into())
        }
        Err(error) if matches!(step, Step::Export(_)) => {
            Err(format!("an export was refused: {error}").into())
        }
        _ => fixture.check("p"),
    }
}

fn history(steps: &[(usize, Step)]) -> TestResult<Option<String>> {
    let copies = [copy()?, copy()?, copy()?];
    let [one, two, three] = &copies;
    let file = one.file("base.tokens.json", "{\"a\":{\"$type\":\"number\",\"x\":{\"$value\":1},\"y\":{\"$value\":2}},\"b\":{\"$description\":\"d\",\"z\":{\"$value\":3,\"$type\":\"number\"}}}")?;
    one.import(&file, "p")?;
    let start = one.export("p", "start.dss")?;
    two.import(&start, "p")?;
    three.import(&start, "p")?;
    for (at, step) in steps {
        play(&copies, *at, step)?;
    }
    for _ in 0..2 {
        for from in 0..3 {
            for to in 0..3 {
                if from != to {
                    play(&copies, from, &Step::Export(to))?;
                }
            }
        }
    }
    let bytes = one.bytes("p")?;
    if bytes != two.bytes("p")? || bytes != three.bytes("p")? {
        return Ok(Some("copies that know the same export different bytes".to_owned()));
    }
    let fresh = copy()?;
    fresh.import(&one.export("p", "last.dss")?, "p")?;
    Ok((bytes != fresh.bytes("p")?).then(|| "a fresh store exports other bytes".to_owned()))
}

/// Found by `history::undo`'s law: the group's place was that of the token which had stood there.
#[test]
fn a_token_that_moves_into_a_group_of_its_own_name_stands_in_that() -> TestResult {
    let set = |path: &str| Step::Set(path.to_owned(), "0".to_owned());
    let into_itself = Step::Move("n".to_owned(), "n.x".to_owned());
    for inside in [None, Some(set("n.y"))] {
        let mut steps = vec![(1, set("n")), (1, Step::Export(0)), (1, set("A.x")), (0, into_itself.clone())];
        steps.extend(inside.map(|step| (0, step)));
        steps.extend([(1, Step::Export(0)), (0, Step::Export(1))]);
        assert_eq!(history(&steps)?, None);
    }
    Ok(())
}

/// Found by `history::undo`'s law: what stood in the one stayed where it had been.
#[test]
fn what_stood_in_one_of_two_tokens_stands_in_the_other_when_that_goes() -> TestResult {
    let set = |path: &str| Step::Set(path.to_owned(), "0".to_owned());
    let [.., holder, _] = FILES;
    let remove = Step::Remove("n".to_owned());
    let steps = [(1, Step::Import(holder)), (0, set("n")), (0, Step::Export(1)), (1, remove)];
    assert_eq!(history(&steps)?, None);
    Ok(())
}

proptest! {
    #![proptest_config(dss_testkit::cases(64))]

    #[test]
    fn any_document_travels_unchanged(document in object()) {
        let document = with_first(&document);
        let before = parse(document.as_bytes()).map(|text| plain(text.get_ref()));
        match travel(&document) {
            Ok((out, is_same)) => {
                prop_assert_eq!(&out, &before.unwrap_or_default(), "{}", document);
                prop_assert!(is_same, "the second archive differs: {}", document);
            }
            Err(error) => prop_assert!(false, "{}: {}", error, document),
        }
    }

    #[test]
    fn any_history_ends_the_same(steps in prop::collection::vec((0..3_usize, step()), 1..14)) {
        match history(&steps) {
            Ok(None) => {}
            Ok(Some(what)) => prop_assert!(false, "{}", what),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

//! Components, assets, themes and deletions that are not what they should be.

use std::fs::File;
use std::path::PathBuf;

use dss_service::format::archive::Header;
use dss_service::format::manifest::Role;
use dss_service::model::{Kind, Limits, Stage, TokenPath};
use dss_service::security::{OpenOptions, OpenedArchive};
use dss_service::{ErrorClass, ExportOptions, ImportOptions, Selection, TokenChange, VerifyOptions, verify};
use dss_testkit::TestResult;

use super::craft::{edit, text};
use crate::support::{Fixture, fixture, name, options};

const TOKENS: &str = r#"{"color": {"$type": "number", "red": {"$value": 1}, "blue": {"$value": 2}}}"#;

/// An archive with a component, an asset and a theme, as DSS writes it.
fn archive(fixture: &Fixture) -> TestResult<PathBuf> {
    let made = self::fixture()?;
    made.file("f/base.tokens.json", TOKENS)?;
    made.file("f/dark.tokens.json", TOKENS)?;
    made.file(
        "f/all.resolver.json",
        r##"{"version": "2025.10", "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}]}},
            "modifiers": {"scheme": {"contexts": {"light": [], "dark": [{"$ref": "dark.tokens.json"}]}}},
            "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/scheme"}]}"##,
    )?;
    made.import(&made.dir.join("f"), "p")?;
    made.service.set_component(
        &name("p"),
        br#"{"name":"Button","status":"beta","tags":["core"],"props":{"on":{}},"tokens":["color.red"]}"#,
    )?;
    made.service.set_component(&name("p"), br#"{"name":"Card"}"#)?;
    let icon = made.file("icon.svg", "<svg/>")?;
    made.service.set_asset(&name("p"), "icons/icon.svg", None, &icon)?;
    let from = made.export("p", "good.dss")?;
    let to = fixture.dir.join("good.dss");
    std::fs::copy(from, &to)?;
    Ok(to)
}

/// The archive with `old` replaced by `new` in the entries of that role.
fn changed(fixture: &Fixture, role: Role, old: &str, new: &str) -> TestResult<PathBuf> {
    let from = archive(fixture)?;
    let before = text(&from, role)?;
    assert!(before.contains(old), "{old} is not in {before}");
    let to = fixture.dir.join("changed.dss");
    let change =
        |found: Role, _: &str, text: String| Some(if found == role { text.replace(old, new) } else { text });
    edit(&from, &to, change, |_| {})?;
    Ok(to)
}

/// Asserts that it is a finding with its place, that the item is kept as it is, and that strict imports refuse.
#[track_caller]
fn assert_found(
    role: Role,
    (old, new): (&str, &str),
    (code, path, line): (&str, &str, Option<u64>),
) -> TestResult {
    let fixture = fixture()?;
    let archive = changed(&fixture, role, old, new)?;
    let summary = fixture.import(&archive, "p")?;
    let found: Vec<_> = summary
        .findings
        .items
        .iter()
        .map(|finding| (finding.code, finding.path.as_str(), finding.line))
        .collect();
    assert_eq!(found, [(code, path, line)], "{:?}", summary.findings);
    let third = self::fixture()?;
    let exported = fixture.export("p", "again.dss")?;
    let again = third.import(&exported, "p")?;
    assert_eq!(again.findings.by_code.get(code), Some(&1), "kept: {:?}", again.findings);
    assert!(third.bytes("p")? == fixture.bytes("p")?);
    let strict = ImportOptions { is_strict: true, ..options("q") };
    let refused = fixture.service.import_project(&archive, &strict, &());
    let error = refused.err().ok_or("strict imports refuse")?;
    assert_eq!((error.code(), error.path(), error.line()), ("strict_errors", Some(path), line));
    assert!(error.entry().is_some_and(|entry| !entry.is_empty()), "{error}");
    Ok(())
}

#[test]
fn a_component_that_is_wrong_is_kept_and_told() -> TestResult {
    let invalid = |path, line| ("record_invalid", path, Some(line));
    let role = Role::Components;
    assert_found(role, ("\"name\":\"Button\"", "\"name\":null"), invalid("/components/0/name", 3))?;
    assert_found(role, ("\"name\":\"Card\"", "\"name\":\"\""), invalid("/components/1/name", 4))?;
    assert_found(role, ("\"status\":\"beta\"", "\"status\":7"), invalid("/components/0/status", 3))?;
    assert_found(role, ("\"tags\":[\"core\"]", "\"tags\":[\"a\",1]"), invalid("/components/0/tags/1", 3))?;
    assert_found(role, ("\"tags\":[\"core\"]", "\"tags\":\"core\""), invalid("/components/0/tags", 3))?;
    assert_found(role, ("\"props\":{\"on\":{}}", "\"props\":[]"), invalid("/components/0/props", 3))?;
    Ok(())
}

#[test]
fn an_asset_that_is_wrong_is_kept_and_told() -> TestResult {
    let fixture = fixture()?;
    let size = changed(&fixture, Role::Assets, "\"size\":6", "\"size\":7")?;
    let summary = fixture.import(&size, "p")?;
    let finding = summary.findings.items.first().ok_or("a finding")?;
    assert_eq!(
        (finding.code, finding.path.as_str(), finding.line),
        ("record_invalid", "/assets/0/size", Some(3))
    );
    let type_ = ("\"mediaType\":\"image/svg+xml\"", "\"mediaType\":[]");
    assert_found(Role::Assets, type_, ("record_invalid", "/assets/0/mediaType", Some(3)))
}

#[test]
fn what_names_nothing_is_told() -> TestResult {
    let token = ("\"tokens\":[\"color.red\"]", "\"tokens\":[\"color.none\"]");
    assert_found(Role::Components, token, ("reference_dangling", "Button", Some(3)))?;
    let fixture = fixture()?;
    let theme = changed(&fixture, Role::Resolver, "tokens/dark.tokens.json", "tokens/gone.tokens.json")?;
    let summary = fixture.import(&theme, "p")?;
    let finding = summary.findings.items.first().ok_or("a finding")?;
    assert_eq!(
        (finding.code, finding.path.as_str()),
        ("source_missing", "/modifiers/scheme/contexts/dark/0")
    );
    assert!(finding.file.ends_with(".resolver.json"), "{finding:?}");
    Ok(())
}

#[test]
fn a_theme_that_consists_of_nothing_known_is_told() -> TestResult {
    let fixture = fixture()?;
    let from = archive(&fixture)?;
    let resolver = text(&from, Role::Resolver)?;
    let contexts =
        resolver.rfind("\"dark\"").and_then(|at| resolver.get(at..)).ok_or("the theme's revision")?;
    let rev = contexts.lines().find(|line| line.contains("\"rev\"")).ok_or("a revision")?.to_owned();
    // The component's id: something of another kind is no source.
    let other = "66b15164-7125-5f6b-8702-0d9e90cfde59";
    let regs = format!("\"regs\": {{\"sources\": {{\"value\": {{\"json\": [\"{other}\"]}}}}}},\n{rev}");
    let cut = resolver.len().saturating_sub(contexts.len());
    let (before, _) = resolver.split_at_checked(cut).ok_or("a border")?;
    let changed = format!("{before}{}", contexts.replacen(&rev, &regs, 1));
    let to = fixture.dir.join("lost.dss");
    edit(
        &from,
        &to,
        |role, _, text| Some(if role == Role::Resolver { changed.clone() } else { text }),
        |_| {},
    )?;
    let summary = fixture.import(&to, "p")?;
    let finding = summary.findings.items.first().ok_or("a finding")?;
    assert_eq!((finding.code, finding.path.as_str()), ("source_missing", "dark"), "{finding:?}");
    assert!(finding.message.contains(other) && finding.file.ends_with(".resolver.json"), "{finding:?}");
    Ok(())
}

#[test]
fn an_asset_without_its_content_is_refused() -> TestResult {
    let fixture = fixture()?;
    let from = archive(&fixture)?;
    let to = fixture.dir.join("without.dss");
    let sha = text(&from, Role::Assets)?;
    let sha = sha.split("\"sha256\":\"").nth(1).and_then(|rest| rest.get(..64)).ok_or("a hash")?.to_owned();
    let other = sha.chars().rev().collect::<String>();
    edit(
        &from,
        &to,
        |role, _, text| Some(if role == Role::Assets { text.replace(&sha, &other) } else { text }),
        |_| {},
    )?;
    let error = fixture.import(&to, "p").unwrap_err();
    assert_eq!((error.code(), error.line(), error.class()), ("entry_missing", Some(3), ErrorClass::Refused));
    assert!(fixture.service.projects()?.is_empty());
    Ok(())
}

type Change = fn(&mut Header);

#[test]
fn the_counts_in_the_manifest_are_those_of_the_archive() -> TestResult {
    let fixture = fixture()?;
    let from = archive(&fixture)?;
    let to = fixture.dir.join("miscounted.dss");
    let wrong: [(&str, Change); 4] = [
        ("component", |header| _ = header.counts.insert(Kind::Component, 3)),
        ("component", |header| _ = header.counts.remove(&Kind::Component)),
        ("asset", |header| _ = header.counts.remove(&Kind::Asset)),
        ("theme", |header| _ = header.counts.remove(&Kind::Theme)),
    ];
    for (kind, change) in wrong {
        edit(&from, &to, |_, _, text| Some(text), change)?;
        let error = fixture.import(&to, "p").unwrap_err();
        assert_eq!((error.code(), error.class()), ("schema_invalid", ErrorClass::Refused), "{kind}");
        assert!(error.to_string().contains(kind), "{error}");
    }
    // A component that is gone from its entry, and from the counts of kinds, but not from the entry's own.
    let one = |role: Role, _: &str, text: String| {
        let cut = text.lines().filter(|line| !line.contains("\"Card\"")).collect::<Vec<_>>().join("\n");
        Some(if role == Role::Components { cut.replace("}}},\n]}", "}}}\n]}") } else { text })
    };
    edit(&from, &to, one, |header| _ = header.counts.insert(Kind::Component, 1))?;
    let error = fixture.import(&to, "p").unwrap_err();
    assert_eq!((error.code(), error.entry()), ("schema_invalid", Some("components.json")), "{error}");
    assert!(fixture.service.projects()?.is_empty());
    Ok(())
}

/// Entries are checked while they are read; and yet nobody hears of a token before the last entry is sound.
#[test]
fn a_broken_container_is_told_before_all_else() -> TestResult {
    let fixture = fixture()?;
    let path = changed(&fixture, Role::Tokens, "\"rev\":\"", "\"rev\":\"x")?;
    let few = Limits { tokens: 1, ..Limits::balanced() };
    let by_limit = || verify(&path, &VerifyOptions { limits: few, ..VerifyOptions::default() }, &());
    assert_eq!(fixture.import(&path, "p").unwrap_err().code(), "revision_invalid");
    assert_eq!(by_limit().unwrap_err().code(), "too_many_tokens");

    let container = OpenedArchive::open(File::open(&path)?, &OpenOptions::strict())?;
    let content = container.entries().find(|entry| entry.name().starts_with("assets/")).ok_or("an asset")?;
    let at = content.header_offset() + 30 + u64::try_from(content.name().len())?;
    let mut bytes = std::fs::read(&path)?;
    if let Some(byte) = bytes.get_mut(usize::try_from(at + 2)?) {
        *byte ^= 0x10;
    }
    std::fs::write(&path, bytes)?;
    for error in [fixture.import(&path, "p").unwrap_err(), by_limit().unwrap_err()] {
        assert_eq!(error.stage(), Some(Stage::Archive), "{error}");
        assert!(error.entry().is_some_and(|entry| entry.starts_with("assets/")), "{error}");
    }
    Ok(())
}

#[test]
fn more_components_than_allowed_are_refused() -> TestResult {
    let fixture = fixture()?;
    let archive = archive(&fixture)?;
    let with = |components| {
        let options = options("p");
        ImportOptions { limits: Limits { components, ..options.limits }, ..options }
    };
    let error = fixture.service.import_project(&archive, &with(1), &()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("too_many_components", ErrorClass::Refused));
    assert!(error.to_string().starts_with("Component count exceeds limit"), "{error}");
    // Not only as the manifest counts them.
    let lying = fixture.dir.join("lying.dss");
    edit(&archive, &lying, |_, _, text| Some(text), |header| _ = header.counts.insert(Kind::Component, 1))?;
    let error = fixture.service.import_project(&lying, &with(1), &()).unwrap_err();
    assert_eq!(error.code(), "too_many_components");
    assert!(fixture.service.projects()?.is_empty());
    fixture.service.import_project(&archive, &with(2), &())?;
    Ok(())
}

#[test]
fn registers_that_would_write_a_member_twice_do_no_harm() -> TestResult {
    let fixture = fixture()?;
    let regs = "\"regs\":{\"x/name\":{\"value\":{\"json\":\"evil\"}},\"x/$extensions\":{\"value\":{\"json\":{}}},\
        \"ext/org.dss\":{\"value\":{\"json\":{}}},\"x/props\":{\"value\":{\"json\":1}}},\"by\":\"ann\"";
    for role in [Role::Components, Role::Assets, Role::Tokens] {
        let archive = changed(&fixture, role, "\"by\":\"ann\"", regs)?;
        fixture.import(&archive, role.name())?;
        let third = self::fixture()?;
        third.import(&fixture.export(role.name(), "again.dss")?, "p")?;
        let back = third.export("p", "back.dss")?;
        assert!(std::fs::read(back)? == fixture.bytes(role.name())?);
    }
    Ok(())
}

#[test]
fn assets_say_nothing_about_an_order() -> TestResult {
    let fixture = fixture()?;
    let assets = text(&archive(&fixture)?, Role::Assets)?;
    assert!(!assets.contains("\"regs\""), "{assets}");
    Ok(())
}

#[test]
fn deletions_are_selected_alike_whoever_made_them() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    one.import(&one.file("base.tokens.json", TOKENS)?, "p")?;
    let own = TokenChange {
        value: Some("3".to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    let path = TokenPath::from_alias("color.own");
    one.service.set_token(&name("p"), None, &path, &own)?;
    for gone in ["color.own", "color.red"] {
        one.service.remove_token(&name("p"), None, &TokenPath::from_alias(gone))?;
    }
    two.import(&one.export("p", "all.dss")?, "p")?;
    for types in ["number", "color"] {
        let export = |fixture: &Fixture| -> TestResult<Vec<u8>> {
            let target = fixture.dir.join("part.dss");
            let selection = Selection { types: vec![types.to_owned()], ..Selection::default() };
            let options = ExportOptions { selection, overwrite: true, ..ExportOptions::default() };
            fixture.service.export_project(&name("p"), &target, &options, &())?;
            Ok(std::fs::read(target)?)
        };
        assert!(export(&one)? == export(&two)?, "{types}");
    }
    Ok(())
}

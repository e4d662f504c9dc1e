//! `resolve`: the same values from files, archives, projects and other tools' files.

use std::path::Path;

use dss_service::model::{Limits, Severity};
use dss_service::{ExportOptions, ResolveOptions, ResolveReport, ServiceError, resolve};
use dss_testkit::{TempDir, TestResult};

use crate::support::{fixture, name};

const RESOLVER: &str = r##"{"version": "2025.10", "name": "acme",
  "sets": {"base": {"sources": [{"$ref": "base.json"}]}},
  "modifiers": {"mode": {"default": "light", "contexts": {
    "light": [], "dark": [{"$ref": "dark.json"}],
    "loud": [{"$ref": "dark.json", "size": {"gap": {"$type": "number", "$value": 9}}}],
    "far": [{"$ref": "https://example.com/tokens.json"}]}}},
  "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/mode"}]}"##;
const BASE: &str = r#"{
  "size": {"$type": "number", "s": {"$value": 4}, "gap": {"$value": "{size.s}"}},
  "line": {"$type": "border", "$value": {
    "color": "{ink}", "width": {"value": 1, "unit": "px"}, "style": "solid"}},
  "ink": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [0, 0, 0]}},
  "wide": {"$extends": "{size}"},
  "gone": {"$type": "number", "$value": "{no.such}"}
}"#;
const DARK: &str = r#"{"size": {"s": {"$type": "number", "$value": 2}},
  "ink": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 1, 1]}}}"#;

fn options(themes: &[(&str, &str)]) -> ResolveOptions {
    let themes = themes.iter().map(|(group, theme)| ((*group).to_owned(), (*theme).to_owned())).collect();
    ResolveOptions { themes, from: None, limits: Limits::balanced() }
}

fn flat(report: &ResolveReport) -> Vec<String> {
    let line = |token: &dss_service::FlatToken| {
        format!("{} {} {}", token.path, token.token_type.as_deref().unwrap_or("-"), token.value.get())
    };
    report.tokens.iter().map(line).collect()
}

fn folder() -> TestResult<TempDir> {
    let folder = TempDir::new()?;
    for (file, text) in [("acme.resolver.json", RESOLVER), ("base.json", BASE), ("dark.json", DARK)] {
        std::fs::write(folder.join(file), text)?;
    }
    Ok(folder)
}

#[test]
fn a_theme_is_the_same_from_a_folder_an_archive_a_project_and_another_tools_files() -> TestResult {
    let (files, fixture) = (folder()?, fixture()?);
    let dark = [("mode", "dark")];
    let of = |path: &Path| resolve(path, &options(&dark), &());
    let report = of(&files.join("acme.resolver.json"))?;
    let color = r#"{"colorSpace":"srgb","components":[1,1,1]}"#;
    let border = format!(r#"{{"color":{color},"width":{{"value":1,"unit":"px"}},"style":"solid"}}"#);
    assert_eq!(
        flat(&report),
        [
            "size.s number 2".to_owned(),
            "size.gap number 2".to_owned(),
            format!("line border {border}"),
            format!("ink color {color}"),
            "wide.s number 2".to_owned(),
            "wide.gap number 2".to_owned(),
        ]
    );
    assert_eq!(report.themes, [("mode".to_owned(), "dark".to_owned())].into());
    assert_eq!(report.findings.errors, 1);
    let finding = report.findings.items.first().ok_or("no finding")?;
    assert_eq!(
        (finding.code, finding.file.as_str(), finding.line),
        ("reference_dangling", "base.json", Some(7))
    );
    assert_eq!((finding.path.as_str(), finding.severity), ("gone", Severity::Error));
    let place = |token: &dss_service::FlatToken| (token.file.clone(), token.line);
    assert_eq!(report.tokens.first().map(place), Some(("dark.json".to_owned(), Some(1))));

    assert_eq!(flat(&of(files.path())?), flat(&report));
    fixture.import(&files.join("acme.resolver.json"), "acme")?;
    let project = fixture.service.resolve_project(&name("acme"), &options(&dark), &())?;
    assert_eq!(flat(&project), flat(&report));
    assert_eq!((project.source_kind, project.findings.errors), ("project", 1));
    assert!(project.tokens.iter().all(|token| token.line.is_none()));
    let archive = of(&fixture.export("acme", "acme.dss")?)?;
    assert_eq!(flat(&archive), flat(&report));
    assert_eq!((archive.source_kind, archive.findings.errors), ("archive", 1));
    assert!(archive.tokens.iter().all(|token| token.line.is_some()));

    let studio = fixture.dir.join("studio.json");
    let to = ExportOptions { to: Some("tokens-studio".parse()?), ..ExportOptions::default() };
    fixture.service.export_project(&name("acme"), &studio, &to, &())?;
    let studio = of(&studio)?;
    assert_eq!(studio.source_kind, "tokens-studio");
    let ink = studio.tokens.iter().find(|token| token.path == "ink").ok_or("no ink")?;
    assert!(ink.value.get().starts_with(color.trim_end_matches('}')), "{}", ink.value);
    Ok(())
}

#[test]
fn members_beside_a_reference_replace_those_of_the_file() -> TestResult {
    let (files, fixture) = (folder()?, fixture()?);
    let resolver = files.join("acme.resolver.json");
    let loud = resolve(&resolver, &options(&[("mode", "loud")]), &())?;
    // `size` of the dark file is gone, and that of the base file is overlaid, not replaced.
    assert!(flat(&loud).starts_with(&["size.s number 4".to_owned(), "size.gap number 9".to_owned()]));
    fixture.import(&resolver, "acme")?;
    let project = fixture.service.resolve_project(&name("acme"), &options(&[("mode", "loud")]), &())?;
    assert_eq!(flat(&project), flat(&loud));
    let archive = resolve(&fixture.export("acme", "acme.dss")?, &options(&[("mode", "loud")]), &())?;
    assert_eq!(flat(&archive), flat(&loud));
    Ok(())
}

#[test]
fn what_is_not_followed_is_told() -> TestResult {
    let files = folder()?;
    let far = resolve(&files.join("acme.resolver.json"), &options(&[("mode", "far")]), &())?;
    assert_eq!(far.findings.by_code.get("source_not_followed"), Some(&1));
    std::fs::remove_file(files.join("dark.json"))?;
    let dark = resolve(&files.join("acme.resolver.json"), &options(&[("mode", "dark")]), &())?;
    assert!(dark.findings.by_code.contains_key("source_missing"), "{:?}", dark.findings);
    Ok(())
}

#[test]
fn choices_that_are_not_offered_are_refused_with_those_that_are() -> TestResult {
    let files = folder()?;
    let refused = |themes: &[(&str, &str)]| {
        let error = resolve(&files.join("acme.resolver.json"), &options(themes), &()).err();
        error.map(|error| (error.code(), error.class().exit_code(), error.to_string()))
    };
    let said = |code, exit, text: &str| Some((code, exit, text.to_owned()));
    assert_eq!(
        refused(&[("mood", "dark")]),
        said("theme_unknown", 4, "there is no modifier \"mood\"; the document has mode")
    );
    assert_eq!(
        refused(&[("mode", "dim")]),
        said("theme_unknown", 4, "modifier \"mode\" has no context \"dim\"; it has light, dark, loud, far")
    );
    assert_eq!(
        refused(&[("mode", "dark"), ("Mode", "light")]),
        said("usage", 2, "modifier \"Mode\" is chosen for twice")
    );
    std::fs::write(files.join("acme.resolver.json"), RESOLVER.replace(r#""default": "light", "#, ""))?;
    assert_eq!(
        refused(&[]),
        said("theme_unchosen", 2, "nothing is chosen for mode (light, dark, loud, far)")
    );
    Ok(())
}

#[test]
fn work_is_bounded() -> TestResult {
    let folder = TempDir::new()?;
    let double = folder.join("double.json");
    let mut text = r#"{"t0": {"$type": "shadow", "$value": [1, 2]}"#.to_owned();
    for number in 1..60 {
        let before = number - 1;
        text.push_str(&format!(
            r#","t{number}": {{"$type": "shadow", "$value": ["{{t{before}}}", "{{t{before}}}"]}}"#
        ));
    }
    text.push('}');
    std::fs::write(&double, &text)?;
    let report = resolve(&double, &options(&[]), &())?;
    assert!(report.findings.by_code.contains_key("value_too_large"), "{:?}", report.findings.by_code);
    let few = |tokens| ResolveOptions { limits: Limits { tokens, ..Limits::balanced() }, ..options(&[]) };
    assert!(resolve(&double, &few(60), &()).is_ok());
    let error = resolve(&double, &few(59), &()).err().ok_or("over the limit")?;
    assert!(matches!(error, ServiceError::OverLimit { code: "too_many_tokens", found: 60, limit: 59, .. }));
    let groups = r#"{"a": {"x": {"$type": "number", "$value": 1}}, "b": {"$extends": "{a}"}}"#;
    std::fs::write(&double, groups)?;
    assert!(resolve(&double, &few(2), &()).is_ok());
    assert_eq!(resolve(&double, &few(1), &()).err().map(|error| error.code()), Some("too_many_tokens"));
    Ok(())
}

#[test]
fn a_damaged_archive_is_refused_as_an_import_would() -> TestResult {
    let (files, fixture) = (folder()?, fixture()?);
    fixture.import(&files.join("acme.resolver.json"), "acme")?;
    let archive = fixture.export("acme", "acme.dss")?;
    let whole = std::fs::read(&archive)?;
    let mut refused = 0_u32;
    for at in (0..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 0x20);
        std::fs::write(&archive, &bytes)?;
        // A change that an import refuses may lie in what resolving does not read; the values are right then.
        match resolve(&archive, &options(&[]), &()) {
            Ok(report) => assert_eq!(report.tokens.len(), 6, "byte {at}"),
            Err(error) => {
                assert_eq!(error.class().exit_code(), 3, "byte {at}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10, "{refused}");
    Ok(())
}

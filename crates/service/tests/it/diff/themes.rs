//! Layers, themes, components, assets, the project itself.

use dss_testkit::TestResult;

use super::{edited, path, value};
use crate::support::{Fixture, fixture, name};

fn names(sets: &[&str]) -> Vec<String> {
    sets.iter().map(ToString::to_string).collect()
}

fn themed() -> TestResult<Fixture> {
    let fixture = fixture()?;
    let (service, p) = (&fixture.service, name("p"));
    service.create_project(&p, None)?;
    for set in ["base", "light", "dark"] {
        service.set_token(&p, Some(set), &path("a"), &{
            let mut change = value("1");
            change.token_type = Some(Some("number".to_owned()));
            change
        })?;
    }
    service.set_theme(&p, "mode", "light", &names(&["base", "light"]))?;
    service.set_theme(&p, "mode", "dark", &names(&["base", "dark"]))?;
    service.set_theme(&p, "density", "wide", &names(&["base"]))?;
    service.set_default_theme(&p, "mode", "light")?;
    let button = r#"{"name": "Button", "description": "Acts.", "props": {"size": {"type": "enum"}, "gone": 1},
        "variants": {"primary": {"fill": "a"}}, "slots": {"icon": {}}, "status": "beta"}"#;
    service.set_component(&p, button.as_bytes())?;
    service.set_asset(&p, "icon.svg", None, &fixture.file("icon.svg", b"<svg/>")?)?;
    Ok(fixture)
}

#[test]
fn themes_differ_by_members_default_and_place() -> TestResult {
    let fixture = themed()?;
    let (_, lines) = edited(&fixture, || {
        let (service, p) = (&fixture.service, name("p"));
        service.set_theme(&p, "mode", "dark", &names(&["dark", "base"]))?;
        service.set_theme(&p, "mode", "dim", &names(&["dark"]))?;
        service.set_default_theme(&p, "mode", "dim")?;
        service.remove_theme(&p, "density", None)?;
        Ok(())
    })?;
    assert_eq!(
        lines,
        [
            "removed themeGroup density",
            "removed theme density/wide | sources [\"base\"] -> -",
            "changed themeGroup mode | default \"light\" -> \"dim\"",
            "changed theme mode/dark | sources [\"base\",\"dark\"] -> [\"dark\",\"base\"]",
            "added theme mode/dim | sources - -> [\"dark\"]",
        ]
    );
    Ok(())
}

#[test]
fn components_differ_by_what_they_are_made_of() -> TestResult {
    let fixture = themed()?;
    let (summary, lines) = edited(&fixture, || {
        let button = r#"{"name": "Button", "description": "Acts.", "props": {"size": {"type": "string"}, "new": 1},
            "variants": {"primary": {"fill": "b"}}, "slots": {}, "status": "stable"}"#;
        fixture.service.set_component(&name("p"), button.as_bytes())?;
        Ok(())
    })?;
    assert_eq!(
        lines,
        ["changed component Button | props.gone 1 -> - | props.new - -> 1 \
          | props.size {\"type\":\"enum\"} -> {\"type\":\"string\"} | slots.icon {} -> - \
          | status \"beta\" -> \"stable\" | variants.primary {\"fill\":\"a\"} -> {\"fill\":\"b\"}"]
    );
    assert_eq!(summary.kinds.keys().collect::<Vec<_>>(), [&"component"]);
    Ok(())
}

#[test]
fn assets_differ_by_content() -> TestResult {
    let fixture = themed()?;
    let (_, lines) = edited(&fixture, || {
        let (icon, other) = (fixture.file("icon.svg", b"<svg ></svg>")?, fixture.file("new.bin", b"x")?);
        fixture.service.set_asset(&name("p"), "icon.svg", None, &icon)?;
        fixture.service.set_asset(&name("p"), "new.bin", None, &other)?;
        Ok(())
    })?;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("changed asset icon.svg | content {\"sha256\":\""), "{lines:?}");
    assert!(lines[0].contains("\"size\":6} -> {") && lines[0].ends_with("\"size\":12}"), "{lines:?}");
    assert!(lines[1].starts_with("added asset new.bin | content - -> {"), "{lines:?}");
    Ok(())
}

//! Files and the sets they are; layers and themes.

use dss_service::ImportOptions;
use dss_testkit::TestResult;

use super::{edited, merged, rules, said};
use crate::support::{Fixture, fixture, name};

const N: &str = r#"{"n": {"$type": "number", "$value": 1}}"#;

fn folder() -> TestResult<Fixture> {
    let fixture = fixture()?;
    fixture.file("t/base.tokens.json", N)?;
    fixture.file("t/color/light.tokens.json", N)?;
    fixture.file("t/color/dark.tokens.json", N)?;
    fixture.import(&fixture.dir.join("t"), "p")?;
    Ok(fixture)
}

fn sets(fixture: &Fixture) -> TestResult<Vec<String>> {
    Ok(fixture.service.sets(&name("p"))?.into_iter().map(|set| set.name).collect())
}

#[test]
fn a_file_is_the_set_that_its_path_ends_with() -> TestResult {
    let fixture = folder()?;
    let file = fixture.file("elsewhere/color/light.tokens.json", N.replace('1', "2"))?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!((rules(&summary)?, summary.kinds["set"].unchanged), ([0, 0, 1, 0], 1));
    assert_eq!(sets(&fixture)?, ["base", "color/dark", "color/light"]);
    assert_eq!(summary.open_conflicts, 1);
    Ok(())
}

#[test]
fn a_file_may_be_told_which_set_it_is() -> TestResult {
    let fixture = folder()?;
    let file = fixture.file("figma-export.json", N)?;
    let named = |set: &str| ImportOptions { set: Some(set.to_owned()), ..merged() };
    let summary = fixture.deliver_as(&file, &named("color/dark"))?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 0, 1, 0], 0));
    assert_eq!(sets(&fixture)?.len(), 3);
    fixture.deliver_as(&file, &named("brand new"))?;
    assert_eq!(sets(&fixture)?, ["base", "color/dark", "color/light", "brand new"]);
    let layers = fixture.service.layers(&name("p"))?;
    assert_eq!(
        layers[0].sources,
        ["base", "color/dark", "color/light", "brand new"],
        "it is in the layer, too"
    );
    let error = fixture.deliver_as(&fixture.dir.join("t"), &named("base")).unwrap_err();
    assert_eq!(error.class(), dss_service::ErrorClass::Usage);
    Ok(())
}

#[test]
fn an_exported_file_is_its_set_whatever_it_is_called() -> TestResult {
    let fixture = folder()?;
    fixture.export("p", "out/")?;
    let text = std::fs::read_to_string(fixture.dir.join("out/tokens/color/dark.tokens.json"))?;
    let file = fixture.file("mine.json", text.replace("\"$value\": 1", "\"$value\": 2"))?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([1, 0, 0, 0], 0));
    assert_eq!(sets(&fixture)?.len(), 3);
    Ok(())
}

const RESOLVER: &str = r##"{
  "name": "p", "version": "2025.10",
  "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}]}},
  "modifiers": {"scheme": {
    "contexts": {"light": [{"$ref": "light.tokens.json"}], "dark": [{"$ref": "dark.tokens.json"}]},
    "default": "light"
  }},
  "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/scheme"}]
}"##;

fn resolver() -> TestResult<Fixture> {
    let fixture = fixture()?;
    for file in ["base", "light", "dark"] {
        fixture.file(&format!("r/{file}.tokens.json"), N)?;
    }
    fixture.file("r/p.resolver.json", RESOLVER)?;
    fixture.import(&fixture.dir.join("r/p.resolver.json"), "p")?;
    Ok(fixture)
}

fn themes(fixture: &Fixture) -> TestResult<Vec<String>> {
    let layers = fixture.service.layers(&name("p"))?;
    let themes = layers.into_iter().flat_map(|layer| layer.themes);
    Ok(themes.map(|theme| format!("{}={}", theme.name, theme.sources.join("+"))).collect())
}

#[test]
fn layers_and_themes_are_judged_alike() -> TestResult {
    let fixture = resolver()?;
    let file = fixture.dir.join("r/p.resolver.json");
    let clock = fixture.clock()?;
    fixture.import(&file, "p")?;
    fixture.import(&fixture.dir.join("r"), "p")?;
    assert_eq!(fixture.clock()?, clock, "unchanged is unchanged, as a document or as its folder");
    // One theme is put first and another one changed here.
    fixture.service.set_theme(&name("p"), "scheme", "dark", &["dark".to_owned(), "base".to_owned()])?;
    let dim = RESOLVER.replace("\"light\": [", "\"dim\": [{\"$ref\": \"dark.tokens.json\"}], \"light\": [");
    let summary = fixture.deliver(&file, &dim)?;
    assert_eq!(
        (summary.kinds["theme"].added, summary.kinds["theme"].changed, summary.open_conflicts),
        (1, 0, 0)
    );
    assert_eq!(themes(&fixture)?, ["dim=dark", "light=light", "dark=dark+base"]);
    // Both change the same theme.
    let clash = dim.replace("\"dark\": [", "\"dark\": [{\"$ref\": \"light.tokens.json\"}, ");
    assert_eq!(fixture.deliver(&file, &clash)?.open_conflicts, 1);
    // A theme that is left out is listed.
    let summary = fixture.deliver(&file, RESOLVER)?;
    assert_eq!(
        said(&summary)?.missing.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(),
        ["dim"]
    );
    Ok(())
}

#[test]
fn an_exported_resolver_document_is_judged_by_its_revisions() -> TestResult {
    let fixture = resolver()?;
    fixture.export("p", "out/")?;
    let file = fixture.dir.join("out/p.resolver.json");
    let text = std::fs::read_to_string(&file)?;
    fixture.service.set_theme(&name("p"), "scheme", "dark", &["dark".to_owned(), "base".to_owned()])?;
    let clock = fixture.clock()?;
    fixture.import(&fixture.dir.join("out"), "p")?;
    assert_eq!(fixture.clock()?, clock, "an old export says nothing new");
    let edited = text.replace("\"default\": \"light\"", "\"default\": \"dark\"");
    assert_ne!(edited, text);
    let summary = fixture.deliver(&file, &edited)?;
    assert_eq!((summary.kinds["themeGroup"].changed, summary.open_conflicts), (1, 0));
    assert_eq!(themes(&fixture)?[1], "dark=dark+base");
    Ok(())
}

#[test]
fn a_document_of_another_name_does_not_rename_the_project() -> TestResult {
    let fixture = fixture()?;
    fixture.file("base.tokens.json", edited(&[]))?;
    fixture.import(&fixture.dir.join("base.tokens.json"), "p")?;
    fixture.file("x/base.tokens.json", edited(&[]))?;
    let resolver = RESOLVER.replace("\"name\": \"p\"", "\"name\": \"other\"");
    let resolver = fixture.file("x/other.resolver.json", resolver)?;
    fixture.import(&resolver, "p")?;
    assert_eq!(fixture.service.project(&name("p"))?.title, None);
    Ok(())
}

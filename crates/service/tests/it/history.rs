//! What was: undo, earlier states, what an import did, and history that travels.

mod exchange;
mod past;
mod trail;
mod undo;

use std::collections::BTreeMap;

use dss_service::model::{ProjectName, TokenPath};
use dss_service::{
    ImportOptions, ImportSummary, Strategy, TokenChange, TokenFilter, UndoOptions, UndoSummary,
};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name, options};

const BASE: &str = r#"{
  "a": {"$type": "number", "x": {"$value": 1}, "y": {"$value": 2}},
  "b": {"$type": "number", "z": {"$value": 3}, "link": {"$value": "{a.x}"}}
}"#;

fn project() -> ProjectName {
    name("p")
}

/// Two copies of one project, as two people have it.
fn two_copies() -> TestResult<(Fixture, Fixture)> {
    let (one, mut two) = (fixture()?, fixture()?);
    let file = one.file("base.tokens.json", BASE)?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    two.become_user("bob", 60_000)?;
    Ok((one, two))
}

fn set(fixture: &Fixture, path: &str, value: &str) -> TestResult {
    let change = TokenChange {
        value: Some(value.to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    fixture.service.set_token(&project(), None, &TokenPath::from_alias(path), &change)?;
    Ok(())
}

fn remove(fixture: &Fixture, path: &str) -> TestResult {
    Ok(fixture.service.remove_token(&project(), None, &TokenPath::from_alias(path))?)
}

/// Brings what `from` knows to `to`.
fn bring(from: &Fixture, to: &Fixture) -> TestResult<ImportSummary> {
    Ok(to.import(&from.export("p", "brought.dss")?, "p")?)
}

fn undo(fixture: &Fixture) -> TestResult<UndoSummary> {
    Ok(fixture.service.undo(&project(), &UndoOptions::default(), &())?)
}

/// Everything that people see of a project, in order; not who wrote it and when.
fn seen(fixture: &Fixture) -> TestResult<Vec<String>> {
    let service = &fixture.service;
    let project = project();
    let mut all = Vec::new();
    service.tokens(&project, &TokenFilter::default(), &mut |token| {
        let value = token.value.as_ref().map_or("", |value| value.get());
        let deprecated = token.deprecated.as_ref().map_or("", |value| value.get());
        let extensions: BTreeMap<_, _> =
            token.extensions.iter().map(|(vendor, value)| (vendor, value.get())).collect();
        all.push(format!(
            "{} {} {:?} {value} {:?} {deprecated} {:?} {extensions:?}",
            token.set, token.path, token.token_type, token.description, token.tags
        ));
        true
    })?;
    for set in service.sets(&project)? {
        all.push(format!("set {} {}", set.name, set.tokens));
    }
    for layer in service.layers(&project)? {
        let themes: Vec<_> = layer.themes.iter().map(|theme| (&theme.name, &theme.sources)).collect();
        all.push(format!("{} {} {:?} {themes:?} {:?}", layer.kind, layer.name, layer.sources, layer.default));
    }
    for component in service.components(&project)? {
        all.push(format!("component {}", component.record.get()));
    }
    for asset in service.assets(&project)? {
        all.push(format!("asset {} {} {}", asset.path, asset.media_type, asset.sha256));
    }
    Ok(all)
}

fn replace_options() -> ImportOptions {
    ImportOptions { strategy: Strategy::Replace, ..options("p") }
}

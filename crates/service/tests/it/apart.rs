//! Copies that were changed apart, and what becomes of them together.

use std::fs::File;

use dss_service::format::archive::{ArchiveWriter, Header};
use dss_service::format::manifest::Extent;
use dss_service::format::record;
use dss_service::format::revision::Replicas;
use dss_service::model::{Dot, EntityId, JsonText, Kind, Life, RegName, ReplicaId, Stamp, TokenPath, Value};
use dss_service::{ImportOptions, Strategy, TokenChange, TokenFilter, merge};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name, options};

const BASE: &str = r#"{
  "a": {"$type": "number", "x": {"$value": 1}, "y": {"$value": 2}},
  "b": {"$type": "number", "z": {"$value": 3}}
}"#;

fn two_copies() -> TestResult<(Fixture, Fixture)> {
    let (one, two) = (fixture()?, fixture()?);
    let file = one.file("base.tokens.json", BASE)?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    Ok((one, two))
}

/// Lets both copies know what the other knows.
fn exchange(one: &Fixture, two: &Fixture) -> TestResult {
    two.import(&one.export("p", "to-two.dss")?, "p")?;
    one.import(&two.export("p", "to-one.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?, "copies that know the same export the same");
    Ok(())
}

fn set(fixture: &Fixture, path: &str, value: &str) -> TestResult {
    let change = TokenChange {
        value: Some(value.to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    fixture.service.set_token(&name("p"), None, &TokenPath::from_alias(path), &change)?;
    Ok(())
}

fn paths(fixture: &Fixture) -> TestResult<Vec<String>> {
    let mut paths = Vec::new();
    fixture.service.tokens(&name("p"), &TokenFilter::default(), &mut |token| {
        paths.push(token.path);
        true
    })?;
    Ok(paths)
}

#[test]
fn a_path_that_two_people_made_apart_is_kept_twice() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "a.new", "10")?;
    set(&two, "a.new", "20")?;
    exchange(&one, &two)?;
    assert_eq!(paths(&one)?.iter().filter(|path| *path == "a.new").count(), 2);
    let three = fixture()?;
    three.import(&one.export("p", "both.dss")?, "p")?;
    assert!(one.bytes("p")? == three.bytes("p")?, "and travels to a third store");
    Ok(())
}

#[test]
fn groups_made_apart_hold_together() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "new.p", "1")?;
    set(&one, "a.inner.q", "2")?;
    set(&two, "other.r", "3")?;
    set(&two, "new.s", "4")?;
    set(&two, "a.inner.t", "5")?;
    exchange(&one, &two)?;
    exchange(&two, &one)?;
    let all = paths(&one)?;
    let groups: Vec<_> = all.iter().map(|path| path.split('.').next().unwrap_or_default()).collect();
    let mut runs = groups.clone();
    runs.dedup();
    let mut once = runs.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(runs.len(), once.len(), "no group is torn apart: {all:?}");
    let three = fixture()?;
    three.import(&one.export("p", "all.dss")?, "p")?;
    assert!(one.bytes("p")? == three.bytes("p")?);
    Ok(())
}

#[test]
fn a_group_and_a_token_made_apart_are_both_kept() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "n.inner.x", "1")?;
    set(&two, "n", "2")?;
    set(&one, "a.$root", "3")?;
    set(&two, "a.$root", "4")?;
    exchange(&one, &two)?;
    exchange(&two, &one)?;
    let three = fixture()?;
    three.import(&one.export("p", "all.dss")?, "p")?;
    assert!(one.bytes("p")? == three.bytes("p")?);
    assert_eq!(paths(&three)?.len(), 7);
    Ok(())
}

#[test]
fn a_token_with_children_may_come_last() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    let file = one.file("base.tokens.json", r#"{"a": {"$value": 1, "b": {"$value": 2}}}"#)?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    Ok(())
}

#[test]
fn a_replaced_order_moves_everything_along() -> TestResult {
    let (one, two) = two_copies()?;
    let swapped = r#"{
      "b": {"$type": "number", "z": {"$value": 3}},
      "a": {"$type": "number", "y": {"$value": 2}, "x": {"$value": 1}}
    }"#;
    let file = one.file("base.tokens.json", swapped)?;
    one.service.import_project(&file, &ImportOptions { strategy: Strategy::Replace, ..options("p") }, &())?;
    assert_eq!(paths(&one)?, ["b.z", "a.y", "a.x"]);
    set(&two, "a.x", "100")?;
    exchange(&one, &two)?;
    assert_eq!(paths(&two)?, ["b.z", "a.y", "a.x"]);
    Ok(())
}

#[test]
fn sets_come_in_their_order() -> TestResult {
    let fixture = fixture()?;
    for name in ["m", "b", "z"] {
        fixture.file(&format!("sets/{name}.tokens.json"), BASE)?;
    }
    fixture.import(&fixture.dir.join("sets"), "p")?;
    let names: Vec<_> = fixture.service.sets(&name("p"))?.into_iter().map(|set| set.name).collect();
    assert_eq!(names, ["b", "m", "z"]);
    Ok(())
}

#[test]
fn an_absurd_counter_does_not_use_up_the_clock() -> TestResult {
    let fixture = fixture()?;
    let replica = ReplicaId::from_bytes([7; 16]);
    let dot = Dot { counter: Dot::COUNTER_MAX - 1, replica };
    let id = EntityId::from_bytes([9; 16]);
    let body =
        [(RegName::LIFE, Value::Life(Life::Alive)), (RegName::NAME, Value::Json(JsonText::string("p")))];
    let project = merge::create(id, Kind::Project, dot, body, &Stamp::default())?;
    let path = fixture.dir.join("absurd.dss");
    ArchiveWriter::new(File::create(&path)?)?.finish(Header {
        project: record::encode(&project, None, &Replicas::new([replica]), &[]),
        also_known_as: Vec::new(),
        replicas: vec![(replica, dot.counter)],
        extent: Extent::Full,
        counts: [(Kind::Project, 1)].into_iter().collect(),
        exported_at_ms: 0,
        by: None,
    })?;
    let error = fixture.import(&path, "p").unwrap_err();
    assert_eq!(error.code(), "revision_invalid", "{error}");
    assert!(fixture.service.projects()?.is_empty());
    Ok(())
}

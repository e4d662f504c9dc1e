//! Paths that several entities share, and names that pretend to be what tells them apart.

use std::fmt::Write as _;

use dss_service::format::manifest::Role;
use dss_service::model::{EntityId, TokenPath};
use dss_service::{ErrorClass, TokenChange, TokenFilter, merge};
use dss_testkit::TestResult;

use super::craft::edit;
use crate::support::{Fixture, fixture, name};

fn set(fixture: &Fixture, path: &TokenPath, value: &str) -> TestResult {
    let change = TokenChange {
        value: Some(value.to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    fixture.service.set_token(&name("p"), None, path, &change)?;
    Ok(())
}

/// Asserts that a third store gets all of it, and exports the same.
#[track_caller]
fn assert_stable(fixture: &Fixture, tokens: u64) -> TestResult {
    let third = self::fixture()?;
    let summary = third.import(&fixture.export("p", "all.dss")?, "p")?;
    assert_eq!(summary.kinds.get("token").map(|kind| kind.read), Some(tokens));
    assert!(third.bytes("p")? == fixture.bytes("p")?);
    let summary = fixture.import(&third.export("p", "back.dss")?, "p")?;
    assert!(summary.kinds.values().all(|kind| kind.unchanged == kind.read), "{:?}", summary.kinds);
    assert!(third.bytes("p")? == fixture.bytes("p")?);
    Ok(())
}

/// An archive whose tokens `t0`, `t1`, … all say that their path is what `path` says.
fn sharing(
    fixture: &Fixture,
    count: usize,
    path: impl Fn(usize) -> String,
) -> TestResult<std::path::PathBuf> {
    let mut document = String::from("{\"$type\":\"number\"");
    for n in 0..count {
        write!(document, ",\"t{n}\":{{\"$value\":{n}}}")?;
    }
    document.push('}');
    let made = self::fixture()?;
    made.import(&made.file("s.tokens.json", document)?, "p")?;
    let archive = made.export("p", "made.dss")?;
    let changed = fixture.dir.join("sharing.dss");
    edit(
        &archive,
        &changed,
        |role, _, text| {
            if role != Role::Tokens {
                return Some(text);
            }
            let mut out = String::new();
            for line in text.lines() {
                let number =
                    line.strip_prefix("\"t").and_then(|rest| rest.split('"').next()?.parse::<usize>().ok());
                let line = match number {
                    Some(n) => line.replace(
                        "\"rev\":\"0:1\"",
                        &format!(
                            "\"rev\":\"0:1\",\"regs\":{{\"path\":{{\"value\":{{\"json\":\"{}\"}}}}}}",
                            path(n)
                        ),
                    ),
                    None => line.to_owned(),
                };
                out.push_str(&line);
                out.push('\n');
            }
            Some(out)
        },
        |_| {},
    )?;
    Ok(changed)
}

#[test]
fn a_name_that_somebody_took_beforehand_is_not_given_again() -> TestResult {
    let (one, two) = (fixture()?, fixture()?);
    let file = one.file("base.tokens.json", r#"{"a": {"$type": "number", "x": {"$value": 1}}}"#)?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    let twice = TokenPath::from_alias("a.new");
    set(&one, &twice, "10")?;
    set(&two, &twice, "20")?;
    one.import(&two.export("p", "two.dss")?, "p")?;
    let mut ids: Vec<EntityId> = Vec::new();
    one.service.tokens(&name("p"), &TokenFilter::default(), &mut |token| {
        if token.path == "a.new" {
            ids.extend(token.id.parse::<EntityId>());
        }
        true
    })?;
    ids.sort_unstable();
    assert_eq!(ids.len(), 2);
    let shown = |suffix: &str| format!("new~{}{suffix}", merge::short(*ids.last().unwrap()));
    let group = TokenPath::from_alias("a");
    // The name itself, the next one as a group with something in it, and the one after that.
    set(&one, &group.child(&shown("")), "30")?;
    set(&one, &group.child(&shown("-2")).child("inside"), "40")?;
    set(&one, &group.child(&shown("-3")), "50")?;
    assert_stable(&one, 6)?;
    let archive = one.export("p", "all.dss")?;
    let text = super::craft::text(&archive, Role::Tokens)?;
    assert!(text.contains(&format!("\"{}\"", shown("-4"))), "{text}");
    Ok(())
}

#[test]
fn very_many_paths_are_shared_and_all_travel() -> TestResult {
    let fixture = fixture()?;
    let archive = sharing(&fixture, 3_000, |n| format!("p{}", n / 3))?;
    fixture.import(&archive, "p")?;
    assert_stable(&fixture, 3_000)
}

#[test]
fn roots_and_those_called_root_keep_apart() -> TestResult {
    let fixture = fixture()?;
    let archive = sharing(&fixture, 6, |n| if n < 3 { "$root".to_owned() } else { "root".to_owned() })?;
    fixture.import(&archive, "p")?;
    assert_stable(&fixture, 6)
}

#[test]
fn a_hundred_share_a_path_and_no_more() -> TestResult {
    let fixture = fixture()?;
    let summary = fixture.import(&sharing(&fixture, 100, |_| "same".to_owned())?, "p")?;
    assert_eq!(summary.kinds["token"].read, 100);
    assert_stable(&fixture, 100)?;
    let before = fixture.bytes("p")?;
    let more = sharing(&fixture, 101, |_| "same".to_owned())?;
    for project in ["p", "new"] {
        let error = fixture.import(&more, project).unwrap_err();
        if project == "new" {
            assert_eq!((error.code(), error.class()), ("item_over_limit", ErrorClass::Refused), "{error}");
            assert!(error.to_string().contains("more than 100 items stand at \"same\""), "{error}");
        }
    }
    assert!(fixture.bytes("p")? == before);
    Ok(())
}

#[test]
fn a_path_that_is_none_and_a_set_that_is_another_are_refused() -> TestResult {
    let fixture = fixture()?;
    for path in ["a..b", "", "~3"] {
        let error = fixture.import(&sharing(&fixture, 2, |_| path.to_owned())?, "p").unwrap_err();
        assert_eq!(
            (error.code(), error.class()),
            ("revision_invalid", ErrorClass::Refused),
            "{path}: {error}"
        );
    }
    let error = fixture
        .import(
            &sharing(&fixture, 2, |_| {
                "x\"}},\"set\":{\"value\":{\"ref\":\"66b15164-7125-5f6b-8702-0d9e90cfde59".to_owned()
            })?,
            "p",
        )
        .unwrap_err();
    assert_eq!(error.code(), "revision_invalid", "{error}");
    Ok(())
}

//! Partial and incremental archives: whatever is taken in which order, a full exchange ends the same.

use std::path::PathBuf;

use dss_service::model::{Dot, Limits, TokenPath};
use dss_service::{ExportOptions, ExportSummary, Selection, ServiceError, Since, TokenChange};
use dss_testkit::TestResult;
use proptest::prelude::*;

use super::{BASE, bring, project, remove, seen, set, two_copies};
use crate::laws::{Step, copy, play, step};
use crate::support::{Fixture, fixture, options};

fn export(
    fixture: &Fixture,
    file: &str,
    selection: Selection,
    since: Option<Since>,
) -> Result<(PathBuf, ExportSummary), ServiceError> {
    let path = fixture.dir.join(file);
    let options = ExportOptions { selection, since, overwrite: true, ..ExportOptions::default() };
    let summary = fixture.service.export_project(&project(), &path, &options, &())?;
    Ok((path, summary))
}

fn sets(names: &[&str]) -> Selection {
    Selection { sets: names.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

fn types(names: &[&str]) -> Selection {
    Selection { types: names.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

fn tags(names: &[&str]) -> Selection {
    Selection { tags: names.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

fn folders(paths: &[&str]) -> Selection {
    let folders = paths.iter().map(|path| TokenPath::from_alias(path)).collect();
    Selection { folders, ..Selection::default() }
}

fn categories(names: &[&str]) -> Selection {
    Selection { categories: names.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

fn tag(fixture: &Fixture, path: &str, add: &[&str], remove: &[&str]) -> TestResult {
    let change = TokenChange {
        add_tags: add.iter().map(ToString::to_string).collect(),
        remove_tags: remove.iter().map(ToString::to_string).collect(),
        ..TokenChange::default()
    };
    fixture.service.set_token(&project(), None, &TokenPath::from_alias(path), &change)?;
    Ok(())
}

/// Lets both know everything; they must then be the same, byte by byte.
fn exchange_all(one: &Fixture, two: &Fixture) -> TestResult {
    bring(one, two)?;
    bring(two, one)?;
    assert!(one.bytes("p")? == two.bytes("p")?, "copies that know the same export the same");
    Ok(())
}

#[test]
fn who_had_a_part_learns_what_left_it() -> TestResult {
    let (one, two) = two_copies()?;
    tag(&one, "a.x", &["core"], &[])?;
    tag(&one, "b.z", &["core"], &[])?;
    two.import(&export(&one, "core.dss", tags(&["core"]), None)?.0, "p")?;
    assert!(seen(&two)?.iter().any(|line| line.contains("a.x") && line.contains("core")));
    // One loses the tag, one is deleted: both have left the selection.
    tag(&one, "a.x", &[], &["core"])?;
    remove(&one, "b.z")?;
    set(&one, "a.y", "22")?;
    let (archive, summary) = export(&one, "core.dss", tags(&["core"]), None)?;
    assert_eq!((summary.full, summary.kinds.get("token"), summary.deleted), (false, Some(&1), 1));
    two.import(&archive, "p")?;
    let now = seen(&two)?;
    assert!(!now.iter().any(|line| line.contains("core") || line.contains("b.z")), "{now:?}");
    assert!(now.iter().any(|line| line.contains("a.y Some(\"number\") 2 ")), "out of scope: {now:?}");
    exchange_all(&one, &two)
}

#[test]
fn tokens_that_moved_away_are_told() -> TestResult {
    let (one, two) = two_copies()?;
    let path = TokenPath::from_alias;
    one.service.move_token(&project(), None, &path("a.x"), None, &path("c.x"))?;
    one.service.move_token(&project(), None, &path("a.y"), Some("other"), &path("a.y"))?;
    let (archive, summary) = export(&one, "a.dss", folders(&["a"]), None)?;
    assert_eq!(summary.kinds.get("token"), Some(&2), "{:?}", summary.kinds);
    two.import(&archive, "p")?;
    let now = seen(&two)?;
    for expected in ["base c.x", "other a.y"] {
        assert!(now.iter().any(|line| line.starts_with(expected)), "{expected}: {now:?}");
    }
    // The set that a token has left tells where it went.
    let (three, four) = two_copies()?;
    three.service.move_token(&project(), None, &path("a.y"), Some("other"), &path("a.y"))?;
    four.import(&export(&three, "base.dss", sets(&["base"]), None)?.0, "p")?;
    assert!(seen(&four)?.iter().any(|line| line.starts_with("other a.y")));
    exchange_all(&three, &four)?;
    exchange_all(&one, &two)
}

#[test]
fn types_and_categories_choose() -> TestResult {
    let (one, two) = two_copies()?;
    let red = TokenChange {
        value: Some("\"{b.z}\"".to_owned()),
        token_type: Some(Some("fontWeight".to_owned())),
        allow_invalid: true,
        ..TokenChange::default()
    };
    one.service.set_token(&project(), None, &TokenPath::from_alias("w"), &red)?;
    for (name, category) in [("Button", "action"), ("Card", "surface")] {
        let record = format!("{{\"name\":{name:?},\"category\":{category:?}}}");
        one.service.set_component(&project(), record.as_bytes())?;
    }
    let count = |selection: Selection| -> TestResult<(u64, u64)> {
        let (_, summary) = export(&one, "part.dss", selection, None)?;
        let of = |kind: &str| summary.kinds.get(kind).copied().unwrap_or(0);
        Ok((of("token"), of("component")))
    };
    assert_eq!(count(types(&["fontWeight"]))?, (1, 0));
    assert_eq!(count(categories(&["action"]))?, (0, 1));
    let both = Selection { categories: vec!["action".to_owned()], ..types(&["number"]) };
    assert_eq!(count(both)?, (4, 1));
    let narrowed = Selection { folders: folders(&["a"]).folders, ..types(&["number"]) };
    assert_eq!(count(narrowed)?, (2, 0));
    // A component that changes its category has left the selection, and is told.
    two.import(&export(&one, "actions.dss", categories(&["action"]), None)?.0, "p")?;
    one.service.set_component(&project(), br#"{"name": "Button", "category": "input"}"#)?;
    one.service.remove_component(&project(), "Card")?;
    let (archive, summary) = export(&one, "actions.dss", categories(&["action"]), None)?;
    assert_eq!((summary.kinds.get("component"), summary.deleted), (Some(&1), 0));
    two.import(&archive, "p")?;
    assert!(two.service.component(&project(), "Button")?.record.get().contains("input"));
    exchange_all(&one, &two)
}

#[test]
fn a_set_that_never_was_is_refused() -> TestResult {
    let (one, _) = two_copies()?;
    let error = export(&one, "no.dss", sets(&["nothing"]), None).unwrap_err();
    assert_eq!(error.code(), "not_found");
    let folder = ExportOptions { history: true, ..ExportOptions::default() };
    let refused = one.service.export_project(&project(), &one.dir.join("files/"), &folder, &()).unwrap_err();
    assert_eq!(refused.code(), "usage");
    Ok(())
}

#[test]
fn since_an_archive_everything_travels_that_is_not_in_it() -> TestResult {
    let (one, two) = two_copies()?;
    let base = one.dir.join("start.dss");
    set(&one, "a.x", "10")?;
    set(&one, "new.t", "7")?;
    remove(&one, "b.z")?;
    one.service.set_component(&project(), br#"{"name": "Button", "props": {"a": 1}}"#)?;
    one.service.set_theme(&project(), "scheme", "dark", &["base".to_owned()])?;
    let file = one.file("icon.svg", "<svg/>")?;
    one.service.set_asset(&project(), "icon.svg", None, &file)?;
    let (news, summary) = export(&one, "news.dss", Selection::default(), Some(Since::Archive(base.clone())))?;
    let of = |kind: &str| summary.kinds.get(kind).copied().unwrap_or(0);
    assert_eq!(
        (of("token"), of("component"), of("theme"), of("asset"), summary.deleted, summary.full),
        (2, 1, 1, 1, 1, false)
    );
    two.import(&news, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?, "the base and the news are all of it");
    // Nothing is new after that.
    let now = one.export("p", "now.dss")?;
    let (_, none) = export(&one, "none.dss", Selection::default(), Some(Since::Archive(now)))?;
    assert_eq!((none.kinds.get("token"), none.deleted), (None, 0));
    // A base of another project says nothing about this one.
    let other = fixture()?;
    let stranger = other.file("base.tokens.json", BASE)?;
    other.import(&stranger, "p")?;
    let stranger = other.export("p", "stranger.dss")?;
    let error = export(&one, "no.dss", Selection::default(), Some(Since::Archive(stranger))).unwrap_err();
    assert_eq!(error.code(), "other_project");
    let plain = one.file("x.tokens.json", "{\"a\": {\"$value\": 1}}")?;
    let error = export(&one, "no.dss", Selection::default(), Some(Since::Archive(plain))).unwrap_err();
    assert_eq!(error.code(), "usage");
    Ok(())
}

/// What the highest counters of a project cannot tell: of what somebody took only a part.
#[test]
fn a_partial_base_is_worth_what_is_in_it() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "a.x", "10")?;
    set(&one, "b.z", "30")?;
    let (part, _) = export(&one, "part.dss", folders(&["b"]), None)?;
    two.import(&part, "p")?;
    // The part has the later write; the earlier one is still news.
    let (news, summary) = export(&one, "news.dss", Selection::default(), Some(Since::Archive(part)))?;
    assert!(summary.kinds.get("token") >= Some(&1));
    two.import(&news, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    // Two's own archive has seen the later write, and not the first: also then, it comes.
    let (three, four) = two_copies()?;
    set(&three, "a.x", "10")?;
    set(&three, "b.z", "30")?;
    four.import(&export(&three, "part.dss", folders(&["b"]), None)?.0, "p")?;
    let base = four.export("p", "base.dss")?;
    four.import(&export(&three, "news.dss", Selection::default(), Some(Since::Archive(base)))?.0, "p")?;
    assert!(three.bytes("p")? == four.bytes("p")?);
    Ok(())
}

#[test]
fn since_an_import_or_a_context() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    let merged = bring(&two, &one)?;
    set(&one, "a.y", "20")?;
    remove(&one, "b.z")?;
    let number = merged.number.ok_or("no number")?;
    let (news, summary) = export(&one, "news.dss", Selection::default(), Some(Since::Import(number)))?;
    assert_eq!((summary.kinds.get("token"), summary.deleted), (Some(&1), 1));
    two.import(&news, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    let unknown = export(&one, "no.dss", Selection::default(), Some(Since::Import(99))).unwrap_err();
    assert_eq!(unknown.code(), "not_found");
    let inspected = dss_service::inspect(&one.export("p", "now.dss")?, &Limits::default())?;
    let dots: Result<Vec<Dot>, _> = inspected
        .replicas
        .iter()
        .map(|replica| format!("{}:{}", replica.id, replica.counter).parse())
        .collect();
    set(&one, "a.y", "21")?;
    let (_, summary) = export(&one, "ctx.dss", Selection::default(), Some(Since::Context(dots?)))?;
    assert_eq!((summary.kinds.get("token"), summary.deleted), (Some(&1), 0));
    Ok(())
}

#[test]
fn folders_say_what_they_leave_out_and_count_their_own_sets() -> TestResult {
    let (one, _) = two_copies()?;
    one.service.set_component(&project(), br#"{"name": "Button"}"#)?;
    let file = one.file("icon.svg", "<svg/>")?;
    one.service.set_asset(&project(), "icon.svg", None, &file)?;
    let change = TokenChange {
        value: Some("1".to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    one.service.set_token(&project(), Some("second"), &TokenPath::from_alias("q"), &change)?;
    let folder = one.dir.join("files");
    let whole = ExportOptions::default();
    let summary = one.service.export_project(&project(), &folder.join(""), &whole, &())?;
    let skipped: Vec<_> = summary.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(skipped, ["components", "assets"]);
    // The second set alone is the first one there.
    let part = one.dir.join("part");
    let only = ExportOptions { selection: sets(&["second"]), ..ExportOptions::default() };
    let summary = one.service.export_project(&project(), &part.join(""), &only, &())?;
    assert_eq!(summary.kinds.get("set"), Some(&1));
    let text = std::fs::read_to_string(part.join("tokens/second.tokens.json"))?;
    assert!(text.contains("\"order\""), "its place is not what a reader would count: {text}");
    let reader = fixture()?;
    reader.import(&part, "p")?;
    assert_eq!(reader.service.sets(&project())?.len(), 1);
    Ok(())
}

fn selection() -> impl Strategy<Value = Selection> {
    prop::sample::select(vec![
        sets(&["base"]),
        types(&["number"]),
        tags(&["t"]),
        folders(&["a", "n"]),
        categories(&["c"]),
        Selection { folders: folders(&["b"]).folders, ..sets(&["base"]) },
        Selection::default(),
    ])
}

#[derive(Clone, Debug)]
enum Act {
    Edit(usize, Step),
    Partial(usize, usize, Selection),
    /// An increment since the sender's last full archive, which the receiver has.
    News(usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => (0..3_usize, step()).prop_map(|(at, step)| Act::Edit(at, step)),
        3 => (0..3_usize, 0..3_usize, selection()).prop_map(|(from, to, what)| Act::Partial(from, to, what)),
        2 => (0..3_usize, 0..3_usize).prop_map(|(from, to)| Act::News(from, to)),
    ]
}

fn take(from: &Fixture, to: &Fixture, selection: Selection, since: Option<Since>) -> TestResult {
    // A set that is not there any more cannot be asked for.
    match export(from, "part.dss", selection, since) {
        Ok((archive, _)) => {
            to.import(&archive, "p").map_err(|error| format!("an archive was refused: {error}"))?;
            Ok(())
        }
        Err(error) if error.code() == "not_found" => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn any_order(acts: &[Act]) -> TestResult<Option<String>> {
    let copies = [copy()?, copy()?, copy()?];
    let [one, two, three] = &copies;
    let file = one.file("base.tokens.json", "{\"a\":{\"$type\":\"number\",\"x\":{\"$value\":1},\"y\":{\"$value\":2}},\"b\":{\"$description\":\"d\",\"z\":{\"$value\":3,\"$type\":\"number\"}}}")?;
    one.import(&file, "p")?;
    let start = one.export("p", "start.dss")?;
    two.import(&start, "p")?;
    three.import(&start, "p")?;
    for act in acts {
        match act {
            Act::Edit(at, step) => play(&copies, *at, step)?,
            Act::Partial(from, to, what) => {
                let (Some(from), Some(to)) = (copies.get(*from), copies.get(*to)) else { continue };
                take(from, to, what.clone(), None)?;
            }
            Act::News(from, to) => {
                let (Some(from), Some(to)) = (copies.get(*from), copies.get(*to)) else { continue };
                // What the receiver has is told by its own archive.
                let base = to.export("p", "base.dss")?;
                take(from, to, Selection::default(), Some(Since::Archive(base)))?;
                // That is as good as all of it.
                let whole = from.export("p", "whole.dss")?;
                let again = to.service.analyze_import(&whole, &options("p"), &())?;
                let new = again.kinds.values().any(|kind| [kind.added, kind.changed, kind.deleted] != [0; 3]);
                if new {
                    return Ok(Some(format!("an increment left something out: {:?}", again.kinds)));
                }
            }
        }
    }
    for _ in 0..2 {
        for from in &copies {
            for to in &copies {
                take(from, to, Selection::default(), None)?;
            }
        }
    }
    let bytes = one.bytes("p")?;
    if bytes != two.bytes("p")? || bytes != three.bytes("p")? {
        return Ok(Some("copies that know the same export different bytes".to_owned()));
    }
    Ok(None)
}

proptest! {
    #![proptest_config(dss_testkit::cases(48))]

    #[test]
    fn parts_and_increments_in_any_order_end_the_same(acts in prop::collection::vec(act(), 1..12)) {
        match any_order(&acts) {
            Ok(None) => {}
            Ok(Some(what)) => prop_assert!(false, "{}", what),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

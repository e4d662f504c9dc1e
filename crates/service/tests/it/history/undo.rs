//! Taking an import back.

use dss_service::model::TokenPath;
use dss_service::{
    Allowed, ConflictFilter, ImportOptions, LogFilter, Take, TokenChange, TokenFilter, UndoOptions,
};
use dss_testkit::TestResult;
use proptest::prelude::*;

use super::{BASE, bring, project, remove, replace_options, seen, set, two_copies, undo};
use crate::laws::{Step, copy, play, step};
use crate::support::{Fixture, fixture, options};

#[test]
fn what_an_import_did_is_taken_back_and_brought_again() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    set(&two, "new.group.t", "7")?;
    remove(&two, "b.z")?;
    two.service.move_token(
        &project(),
        None,
        &TokenPath::from_alias("a.y"),
        None,
        &TokenPath::from_alias("c.y"),
    )?;
    two.service.set_component(&project(), br#"{"name": "Button", "props": {"a": 1}}"#)?;
    two.service.set_theme(&project(), "scheme", "dark", &["base".to_owned()])?;
    let number = TokenChange {
        value: Some("1".to_owned()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    two.service.set_token(&project(), Some("extra"), &TokenPath::from_alias("e.e"), &number)?;
    two.service.set_theme(&project(), "scheme", "light", &["extra".to_owned()])?;
    set(&one, "a.z", "5")?;
    let before = seen(&one)?;
    let merged = bring(&two, &one)?;
    assert_eq!(merged.number, Some(2));
    let after = seen(&one)?;
    assert_ne!(before, after);

    let would = UndoOptions { dry_run: true, ..UndoOptions::default() };
    let told = one.service.undo(&project(), &would, &())?;
    assert_eq!(seen(&one)?, after, "a dry run changes nothing");
    let done = undo(&one)?;
    assert_eq!((told.changed, told.left, told.number), (done.changed, 0, None));
    assert_eq!((done.import.number, done.number, done.left), (2, Some(3), 0));
    assert_eq!(seen(&one)?, before);
    let lines =
        done.entities.iter().map(|entity| format!("{} {} {}", entity.change, entity.kind, entity.path));
    let lines: Vec<_> = lines.collect();
    for expected in [
        "changed token a.x",
        "restored token b.z",
        "changed token a.y",
        "deleted token new.group.t",
        "deleted group new",
        "deleted component Button",
        "deleted themeGroup scheme",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:?}");
    }

    let again = undo(&one)?;
    assert_eq!((again.import.number, again.import.action.as_str(), again.number), (3, "undo", Some(4)));
    assert_eq!(seen(&one)?, after);
    // By its number, too: what the undo of the undo wrote is what the import had brought.
    let import = UndoOptions { import: Some(2), ..UndoOptions::default() };
    let by_number = one.service.undo(&project(), &import, &())?;
    assert_eq!((by_number.left, seen(&one)?), (0, before.clone()));
    undo(&one)?;
    // It is a write like any other: the other copy follows.
    undo(&one)?;
    let archive = one.export("p", "undone.dss")?;
    let meant =
        ImportOptions { allow: Allowed { mass_deletion: true, ..Allowed::default() }, ..options("p") };
    let followed = two.service.import_project(&archive, &meant, &())?;
    assert_eq!(followed.open_conflicts, 0);
    assert_eq!(seen(&two)?, before);
    let log = one.service.log(&LogFilter { project: Some("p".to_owned()), ..LogFilter::default() })?;
    assert_eq!(log.iter().filter(|entry| entry.action == "undo" && entry.outcome == "done").count(), 5);
    Ok(())
}

#[test]
fn what_was_changed_since_is_left_alone() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    set(&two, "a.y", "20")?;
    set(&two, "new.t", "7")?;
    set(&two, "new.u", "8")?;
    remove(&two, "b.z")?;
    bring(&two, &one)?;
    set(&one, "a.x", "11")?;
    remove(&one, "a.y")?;
    set(&one, "new.t", "70")?;
    set(&one, "b.z", "30")?;
    let done = undo(&one)?;
    let left: Vec<_> =
        done.left_alone.iter().map(|left| (left.path.as_str(), left.field.as_deref(), left.reason)).collect();
    assert_eq!(
        left,
        [
            ("a.x", Some("value"), "changed_since"),
            ("a.y", None, "deleted_since"),
            ("new.t", None, "changed_since"),
            ("new", None, "not_empty"),
        ]
    );
    let now = seen(&one)?;
    for expected in ["a.x Some(\"number\") 11", "new.t Some(\"number\") 70", "b.z Some(\"number\") 30"] {
        assert!(now.iter().any(|line| line.contains(expected)), "{expected}: {now:?}");
    }
    assert!(!now.iter().any(|line| line.contains("new.u")), "{now:?}");
    Ok(())
}

#[test]
fn a_conflict_ends_with_the_value_that_was_here() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    remove(&two, "a.y")?;
    set(&two, "b.z", "30")?;
    set(&one, "a.x", "100")?;
    set(&one, "a.y", "200")?;
    remove(&one, "b.z")?;
    let before = seen(&one)?;
    let merged = bring(&two, &one)?;
    assert_eq!(merged.open_conflicts, 3);
    let done = undo(&one)?;
    assert_eq!((done.open_conflicts, done.left), (0, 0));
    assert_eq!(seen(&one)?, before);
    // The other copy learns of the decision, which had seen its values.
    assert_eq!(bring(&one, &two)?.open_conflicts, 0);
    assert_eq!(seen(&two)?, before);
    Ok(())
}

#[test]
fn a_replace_can_be_taken_back_and_an_earlier_import_too() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    bring(&two, &one)?;
    let between = seen(&one)?;
    let file = one.file("other/base.tokens.json", r#"{"q": {"$type": "color", "$value": "red"}}"#)?;
    one.service.import_project(&file, &replace_options(), &())?;
    assert_ne!(seen(&one)?, between);
    undo(&one)?;
    assert_eq!(seen(&one)?, between);
    let earlier = UndoOptions { import: Some(2), ..UndoOptions::default() };
    let done = one.service.undo(&project(), &earlier, &())?;
    assert_eq!((done.changed, done.left), (1, 0));
    assert!(seen(&one)?.iter().any(|line| line.contains("a.x Some(\"number\") 1 ")));
    Ok(())
}

#[test]
fn an_import_that_changed_nothing_is_passed_over() -> TestResult {
    let (one, two) = two_copies()?;
    set(&two, "a.x", "10")?;
    bring(&two, &one)?;
    bring(&two, &one)?;
    assert_eq!(undo(&one)?.import.number, 2);
    let none = UndoOptions { import: Some(3), ..UndoOptions::default() };
    let done = one.service.undo(&project(), &none, &())?;
    assert_eq!((done.changed, done.number), (0, None), "named, it is taken back: there is nothing to do");
    Ok(())
}

#[test]
fn what_made_the_project_is_not_taken_back() -> TestResult {
    let one = fixture()?;
    let file = one.file("base.tokens.json", BASE)?;
    one.import(&file, "p")?;
    let before = one.bytes("p")?;
    let error = one.service.undo(&project(), &UndoOptions::default(), &()).unwrap_err();
    assert_eq!((error.code(), error.class().exit_code()), ("undo_of_creation", 2));
    let unknown = UndoOptions { import: Some(9), ..UndoOptions::default() };
    assert_eq!(one.service.undo(&project(), &unknown, &()).unwrap_err().code(), "not_found");
    assert!(one.bytes("p")? == before);
    one.service.create_project(&crate::support::name("q"), None)?;
    let none = one.service.undo(&crate::support::name("q"), &UndoOptions::default(), &()).unwrap_err();
    assert_eq!(none.code(), "not_found");
    Ok(())
}

/// Validity and types follow: what referred to a deleted token is right again, and tokens have the types of
/// their groups.
#[test]
fn references_and_types_are_right_afterwards() -> TestResult {
    let (one, two) = two_copies()?;
    let typed = r#"{"a": {"$type": "dimension", "x": {"$value": 1}, "y": {"$value": 2}}}"#;
    let file = one.file("typed/base.tokens.json", typed)?;
    let before = states(&one)?;
    one.service.import_project(&file, &replace_options(), &())?;
    let between = states(&one)?;
    assert!(between.iter().any(|line| line.starts_with("a.x Some(\"dimension\") false")), "{between:?}");
    undo(&one)?;
    assert_eq!(states(&one)?, before);

    remove(&two, "a.x")?;
    set(&two, "b.z", "9")?;
    bring(&two, &one)?;
    assert!(states(&one)?.iter().any(|line| line == "b.link None false"), "{:?}", states(&one)?);
    undo(&one)?;
    assert_eq!(states(&one)?, before);
    Ok(())
}

fn states(fixture: &Fixture) -> TestResult<Vec<String>> {
    let mut all = Vec::new();
    fixture.service.tokens(&project(), &TokenFilter::default(), &mut |token| {
        all.push(format!("{} {:?} {}", token.path, token.token_type, token.valid));
        true
    })?;
    Ok(all)
}

#[test]
fn what_comes_back_beside_something_new_is_told() -> TestResult {
    let (one, two) = two_copies()?;
    two.service.move_token(
        &project(),
        None,
        &TokenPath::from_alias("a.x"),
        None,
        &TokenPath::from_alias("a.q"),
    )?;
    bring(&two, &one)?;
    set(&one, "a.x", "77")?;
    let done = undo(&one)?;
    let left: Vec<_> = done.left_alone.iter().map(|left| (left.path.as_str(), left.reason)).collect();
    assert_eq!(left, [("a.x", "shares_its_path")]);
    // Both are there, and travel.
    let three = fixture()?;
    three.import(&one.export("p", "both.dss")?, "p")?;
    assert!(one.bytes("p")? == three.bytes("p")?);
    Ok(())
}

#[test]
fn who_decided_what_an_import_brought_has_changed_it() -> TestResult {
    let (one, two) = two_copies()?;
    set(&one, "a.x", "10")?;
    set(&two, "a.x", "20")?;
    assert_eq!(bring(&two, &one)?.open_conflicts, 1);
    // Whichever side shows is decided for: what shows is the same afterwards.
    let conflicts = |side: u64| {
        let filter = ConflictFilter { item: Some("a.x".to_owned()), ..ConflictFilter::default() };
        one.service.resolve_conflicts(&project(), &filter, &Take::Side(side))
    };
    let mut shown = None;
    one.service.conflicts(&project(), &ConflictFilter::default(), &mut |item| {
        shown = item.sides.iter().find(|side| side.shown).map(|side| side.number);
        true
    })?;
    conflicts(shown.ok_or("nothing shows")?)?;
    let decided = seen(&one)?;
    let told = undo(&one)?;
    let left: Vec<_> = told.left_alone.iter().map(|left| (left.path.as_str(), left.reason)).collect();
    assert_eq!(seen(&one)?, decided);
    // If it was for the value that was here before, there is nothing to tell.
    assert!(left.is_empty() || left == [("a.x", "changed_since")], "{left:?}");
    assert_eq!(told.changed, 0);
    Ok(())
}

/// Plays steps on two copies, imports one into the other, and takes that back.
fn play_and_undo(steps: &[(usize, Step)]) -> TestResult<Option<String>> {
    let copies = [copy()?, copy()?];
    let [one, two] = &copies;
    let file = one.file("base.tokens.json", "{\"a\":{\"$type\":\"number\",\"x\":{\"$value\":1},\"y\":{\"$value\":2}},\"b\":{\"$description\":\"d\",\"z\":{\"$value\":3,\"$type\":\"number\"}}}")?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    for (at, step) in steps {
        play(&copies, *at % 2, step)?;
    }
    let before = seen(one)?;
    let archive = two.export("p", "last.dss")?;
    let number = one.service.import_project(&archive, &options("p"), &())?.number;
    let after = seen(one)?;
    let this = UndoOptions { import: number, ..UndoOptions::default() };
    let done = one.service.undo(&project(), &this, &())?;
    if done.left > 0 {
        // Nothing was changed since: only what shares its path with something else is worth a word.
        let others = done.left_alone.iter().find(|left| left.reason != "shares_its_path");
        if let Some(other) = others {
            return Ok(Some(format!("left alone: {other:?}")));
        }
    }
    if seen(one)? != before {
        return Ok(Some(format!("before {before:#?}\nafter the undo {:#?}", seen(one)?)));
    }
    let Some(number) = done.number else {
        return Ok((before != after).then(|| "nothing was taken back".to_owned()));
    };
    let again = UndoOptions { import: Some(number), ..UndoOptions::default() };
    one.service.undo(&project(), &again, &())?;
    if seen(one)? != after {
        return Ok(Some(format!("merged {after:#?}\nafter undoing the undo {:#?}", seen(one)?)));
    }
    // What was written is a state like any other.
    two.import(&one.export("p", "to-two.dss")?, "p")?;
    let fresh = copy()?;
    fresh.import(&one.export("p", "to-fresh.dss")?, "p")?;
    let bytes = one.bytes("p")?;
    if bytes != fresh.bytes("p")? {
        return Ok(Some("a fresh store exports other bytes".to_owned()));
    }
    Ok((bytes != two.bytes("p")?).then(|| "the other copy did not follow".to_owned()))
}

#[test]
fn a_token_file_that_is_undone_stays_so_until_it_says_something_new() -> TestResult {
    let one = fixture()?;
    let file = one.file("base.tokens.json", BASE)?;
    one.import(&file, "p")?;
    let before = seen(&one)?;
    let edited = BASE.replace("\"$value\": 1", "\"$value\": 10").replace("\"z\"", "\"zz\"");
    one.file("base.tokens.json", &edited)?;
    one.import(&file, "p")?;
    assert_ne!(seen(&one)?, before);
    undo(&one)?;
    assert_eq!(seen(&one)?, before);
    // It says what it said, and that was taken back.
    let again = one.import(&file, "p")?;
    assert_eq!((again.open_conflicts, seen(&one)?), (0, before.clone()));
    // What it says next is news, and does not know that its last word was taken back.
    one.file("base.tokens.json", edited.replace("\"$value\": 2", "\"$value\": 20"))?;
    let next = one.import(&file, "p")?;
    assert_eq!((next.open_conflicts, next.kinds["token"].changed), (0, 1));
    one.file("base.tokens.json", edited.replace("\"$value\": 10", "\"$value\": 11"))?;
    let clash = one.import(&file, "p")?;
    assert_eq!(clash.open_conflicts, 1, "{clash:?}");
    Ok(())
}

/// A token stands where a group was, and holds what the group held.
#[test]
fn a_group_that_a_token_replaced_goes_again() -> TestResult {
    let set = |path: &str| Step::Set(path.to_owned(), "0".to_owned());
    let steps = [(0, set("b.z")), (1, Step::Replace("0".to_owned())), (1, set("b"))];
    assert_eq!(play_and_undo(&steps)?, None);
    Ok(())
}

/// Layers and the sets that they are made of come and go together.
#[test]
fn a_folder_that_came_goes_with_its_layer() -> TestResult {
    let one = fixture()?;
    one.service.create_project(&project(), None)?;
    let before = seen(&one)?;
    for name in ["r", "s", "t"] {
        one.file(&format!("tokens/{name}.tokens.json"), BASE)?;
    }
    one.import(&one.dir.join("tokens"), "p")?;
    assert_ne!(seen(&one)?, before);
    let done = undo(&one)?;
    assert_eq!((done.left, seen(&one)?), (0, before));
    Ok(())
}

proptest! {
    #![proptest_config(dss_testkit::cases(64))]

    #[test]
    fn an_undo_leaves_what_was_seen_before(steps in prop::collection::vec((0..2_usize, step()), 1..14)) {
        match play_and_undo(&steps) {
            Ok(None) => {}
            Ok(Some(what)) => prop_assert!(false, "{}", what),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

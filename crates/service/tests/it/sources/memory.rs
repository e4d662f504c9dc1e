//! Files without revisions, judged against what they said before.

use dss_service::merge::Strategy as Decision;
use dss_service::model::RegName;
use dss_service::{ImportOptions, Strategy};
use dss_testkit::TestResult;

use super::{FILE, edited, imported, merged, rules, said};
use crate::support::{fixture, name};

#[test]
fn an_unchanged_file_changes_nothing_and_makes_no_write() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.small", 5)?;
    fixture.remove("size.large")?;
    let (before, clock) = (fixture.bytes("p")?, fixture.clock()?);
    let summary = fixture.deliver(&file, FILE)?;
    assert_eq!(rules(&summary)?, [0, 3, 0, 0]);
    assert!(summary.kinds.values().all(|kind| kind.unchanged == kind.read), "{:?}", summary.kinds);
    assert!(said(&summary)?.last_delivered_at.is_some());
    assert!(fixture.bytes("p")? == before, "an edit and a deletion made here stay");
    assert_eq!(fixture.clock()?, clock);
    Ok(())
}

#[test]
fn only_what_the_source_changed_is_written() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.describe("size.small", Some("here"))?;
    fixture.resize("size.large", 17)?;
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5")]))?;
    assert_eq!((summary.kinds["token"].changed, summary.open_conflicts), (1, 0));
    assert_eq!(fixture.sizes("size.small")?, ["5"]);
    assert_eq!(fixture.descriptions("size.small")?, ["here"], "another register merges silently");
    assert_eq!(fixture.sizes("size.large")?, ["17"], "another token was not touched");
    Ok(())
}

#[test]
fn the_same_register_changed_on_both_sides_is_a_conflict() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.small", 6)?;
    let text = edited(&[("\"value\": 4", "\"value\": 5")]);
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!(summary.open_conflicts, 1);
    assert_eq!(fixture.sizes("size.small")?, ["6", "5"], "both values are kept");
    let clock = fixture.clock()?;
    let again = fixture.deliver(&file, &text)?;
    assert_eq!((again.open_conflicts, again.kinds["token"].changed), (1, 0), "and not made worse");
    assert_eq!(fixture.clock()?, clock);
    fixture.resize("size.small", 7)?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.sizes("size.small")?, ["7"], "once decided, it stays so");
    fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 9")]))?;
    assert_eq!(fixture.sizes("size.small")?, ["7", "9"], "until the source changes it again");
    Ok(())
}

#[test]
fn equal_values_never_conflict() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.small", 5)?;
    let clock = fixture.clock()?;
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5.0")]))?;
    assert_eq!((summary.open_conflicts, fixture.clock()?), (0, clock));
    // What is equal is known: a further change of the source is one.
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 6")]))?;
    assert_eq!(summary.open_conflicts, 0);
    assert_eq!(fixture.sizes("size.small")?, ["6"]);
    Ok(())
}

#[test]
fn a_restored_old_file_is_a_change_back() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5")]))?;
    assert_eq!(fixture.sizes("size.small")?, ["5"]);
    let summary = fixture.deliver(&file, FILE)?;
    assert_eq!(summary.open_conflicts, 0);
    assert_eq!(fixture.sizes("size.small")?, ["4"]);
    Ok(())
}

#[test]
fn one_delivery_may_both_merge_and_clash() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.describe("size.medium", Some("ours"))?;
    let text = edited(&[("\"value\": 8", "\"value\": 9"), ("usual", "theirs")]);
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!(summary.open_conflicts, 1);
    assert_eq!(fixture.sizes("size.medium")?, ["9"], "one register was the source's alone");
    assert_eq!(fixture.descriptions("size.medium")?, ["ours", "theirs"]);
    assert_eq!(summary.kinds["token"].changed, 1);
    Ok(())
}

#[test]
fn what_a_source_takes_away_is_taken_away() -> TestResult {
    let (fixture, file) = imported()?;
    let text = edited(&[(", \"$description\": \"usual\"", "")]);
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.descriptions("size.medium")?, ["Absent"]);
    fixture.describe("size.medium", Some("again"))?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.descriptions("size.medium")?, ["again"], "it says no more than before");
    fixture.deliver(&file, FILE)?;
    assert_eq!(fixture.descriptions("size.medium")?, ["again", "usual"]);
    Ok(())
}

#[test]
fn a_source_that_is_new_here_has_seen_nothing() -> TestResult {
    let (fixture, _) = imported()?;
    let other = fixture.file("elsewhere/base.tokens.json", FILE)?;
    let clock = fixture.clock()?;
    let summary = fixture.import(&other, "p")?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 0, 3, 0], 0));
    assert_eq!(
        (said(&summary)?.last_delivered_at.clone(), fixture.clock()?),
        (None, clock),
        "equal is nothing"
    );
    let third = fixture.file("third/base.tokens.json", edited(&[("\"value\": 4", "\"value\": 5")]))?;
    let summary = fixture.import(&third, "p")?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 0, 3, 0], 1));
    assert_eq!(fixture.sizes("size.small")?, ["4", "5"]);
    // From now on both are known: what is only theirs goes through.
    let summary = fixture.deliver(&other, &edited(&[("\"value\": 16", "\"value\": 17")]))?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 3, 0, 0], 1));
    assert_eq!(fixture.sizes("size.large")?, ["17"]);
    Ok(())
}

#[test]
fn a_new_source_does_not_take_away_what_it_never_had() -> TestResult {
    let (fixture, _) = imported()?;
    let text = edited(&[(", \"$description\": \"usual\"", "")]);
    let summary = fixture.import(&fixture.file("elsewhere/base.tokens.json", text)?, "p")?;
    assert_eq!(summary.open_conflicts, 0);
    assert_eq!(fixture.descriptions("size.medium")?, ["usual"]);
    Ok(())
}

#[test]
fn a_deletion_here_and_an_edit_there_conflict() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.remove("size.small")?;
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5")]))?;
    assert_eq!(summary.open_conflicts, 1);
    assert_eq!(fixture.values("size.small", &RegName::LIFE)?.len(), 2, "the view keeps it");
    Ok(())
}

#[test]
fn what_is_missing_is_listed_and_deleted_on_request() -> TestResult {
    let (fixture, file) = imported()?;
    let text = edited(&[(",\n    \"large\": {\"$value\": {\"value\": 16, \"unit\": \"px\"}}", "")]);
    let summary = fixture.deliver(&file, &text)?;
    let missing = &said(&summary)?.missing;
    assert_eq!((missing.kinds["token"], missing.deleted), (1, 0));
    assert_eq!((missing.items[0].set.as_str(), missing.items[0].name.as_str()), ("base", "size.large"));
    assert_eq!(fixture.paths()?.len(), 3);
    let deleting = ImportOptions { delete_missing: true, ..merged() };
    let summary = fixture.deliver_as(&file, &deleting)?;
    assert_eq!((said(&summary)?.missing.deleted, summary.kinds["token"].deleted), (1, 1));
    assert_eq!(fixture.paths()?, ["size.small", "size.medium"]);
    let summary = fixture.deliver_as(&file, &deleting)?;
    assert!(said(&summary)?.missing.is_nothing(), "once");
    fixture.deliver(&file, FILE)?;
    assert_eq!(fixture.sizes("size.large")?, ["16"], "and it may come back");
    assert_eq!(fixture.values("size.large", &RegName::LIFE)?.len(), 1);
    Ok(())
}

#[test]
fn an_edit_made_meanwhile_survives_the_deletion() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.large", 17)?;
    fixture.file("base.tokens.json", r#"{"size": {"small": {"$type": "number", "$value": 4}}}"#)?;
    let summary = fixture.deliver_as(&file, &ImportOptions { delete_missing: true, ..merged() })?;
    assert_eq!(said(&summary)?.missing.deleted, 2);
    assert_eq!(fixture.paths()?, ["size.small", "size.large"]);
    assert_eq!(fixture.sizes("size.large")?, ["17"]);
    assert_eq!(fixture.values("size.large", &RegName::LIFE)?.len(), 2);
    Ok(())
}

/// Somebody else has edited the token, and then somebody here has written what the file said anyway.
#[test]
fn a_deletion_does_not_take_an_edit_along_that_the_source_has_not_seen() -> TestResult {
    let (one, file) = imported()?;
    let two = fixture()?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    two.resize("size.medium", 9)?;
    one.import(&two.export("p", "b.dss")?, "p")?;
    one.describe("size.medium", None)?;
    one.describe("size.medium", Some("usual"))?;
    let without = edited(&[(
        "\"medium\": {\"$value\": {\"value\": 8, \"unit\": \"px\"}, \"$description\": \"usual\"},",
        "",
    )]);
    std::fs::write(&file, without)?;
    let summary = one.deliver_as(&file, &ImportOptions { delete_missing: true, ..merged() })?;
    assert_eq!(summary.open_conflicts, 1, "{summary:?}");
    assert_eq!(one.sizes("size.medium")?, ["9"]);
    // Once it was decided to stay, the file that says no more than before does not ask again.
    one.resize("size.medium", 10)?;
    let again = one.deliver_as(&file, &ImportOptions { delete_missing: true, ..merged() })?;
    assert_eq!((again.open_conflicts, said(&again)?.missing.deleted), (0, 0));
    Ok(())
}

#[test]
fn strategies_decide_what_clashes_once() -> TestResult {
    for (decision, left) in [(Decision::KeepLocal, "6"), (Decision::TakeImported, "5")] {
        let (fixture, file) = imported()?;
        fixture.resize("size.small", 6)?;
        fixture.file("base.tokens.json", edited(&[("\"value\": 4", "\"value\": 5")]))?;
        let deciding = ImportOptions { on_conflict: decision, ..merged() };
        let summary = fixture.deliver_as(&file, &deciding)?;
        assert_eq!(summary.open_conflicts, 0);
        assert_eq!(fixture.sizes("size.small")?, [left]);
        let clock = fixture.clock()?;
        fixture.deliver_as(&file, &deciding)?;
        assert_eq!((fixture.sizes("size.small")?, fixture.clock()?), (vec![left.to_owned()], clock));
    }
    Ok(())
}

#[test]
fn replacing_is_remembered_too() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.small", 6)?;
    fixture.file("base.tokens.json", edited(&[("\"value\": 4", "\"value\": 5")]))?;
    fixture.deliver_as(&file, &ImportOptions { strategy: Strategy::Replace, ..merged() })?;
    assert_eq!(fixture.sizes("size.small")?, ["5"]);
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 7")]))?;
    assert_eq!(summary.open_conflicts, 0);
    assert_eq!(fixture.sizes("size.small")?, ["7"]);
    Ok(())
}

#[test]
fn an_analysis_forgets_everything_again() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.file("base.tokens.json", edited(&[("\"value\": 4", "\"value\": 5")]))?;
    let analysis = fixture.service.analyze_import(&file, &merged(), &())?;
    assert_eq!(fixture.sizes("size.small")?, ["4"]);
    let done = fixture.deliver_as(&file, &merged())?;
    assert_eq!((done.kinds, done.delivered), (analysis.kinds, analysis.delivered));
    Ok(())
}

#[test]
fn sources_may_be_named() -> TestResult {
    let fixture = fixture()?;
    let named = ImportOptions { source: Some("figma".to_owned()), ..merged() };
    fixture.deliver_as(&fixture.file("one/base.tokens.json", FILE)?, &named)?;
    let moved = fixture.file("two/base.tokens.json", edited(&[("\"value\": 4", "\"value\": 5")]))?;
    let summary = fixture.deliver_as(&moved, &named)?;
    assert_eq!(said(&summary)?.name, "figma");
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 3, 0, 0], 0));
    assert_eq!(fixture.sizes("size.small")?, ["5"]);
    Ok(())
}

#[test]
fn a_file_of_a_folder_is_the_folders() -> TestResult {
    let fixture = fixture()?;
    let file = fixture.file("tokens/base.tokens.json", FILE)?;
    fixture.file("tokens/more/other.tokens.json", r#"{"n": {"$type": "number", "$value": 1}}"#)?;
    fixture.import(&fixture.dir.join("tokens"), "p")?;
    fixture.resize("size.large", 17)?;
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5")]))?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 3, 0, 0], 0));
    assert!(said(&summary)?.missing.is_nothing(), "other files are not missing from this one");
    assert_eq!(fixture.sizes("size.small")?, ["5"]);
    std::fs::remove_file(fixture.dir.join("tokens/more/other.tokens.json"))?;
    let summary = fixture.import(&fixture.dir.join("tokens"), "p")?;
    assert_eq!(said(&summary)?.missing.kinds.iter().collect::<Vec<_>>(), [(&"set", &1), (&"token", &1)]);
    Ok(())
}

#[test]
fn writes_of_a_source_travel_like_any_other() -> TestResult {
    let (one, file) = imported()?;
    let two = fixture()?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    two.resize("size.large", 20)?;
    one.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5"), ("\"value\": 16", "\"value\": 18")]))?;
    let summary = two.import(&one.export("p", "b.dss")?, "p")?;
    assert_eq!(summary.open_conflicts, 1);
    one.import(&two.export("p", "c.dss")?, "p")?;
    assert!(one.bytes("p")? == two.bytes("p")?);
    assert_eq!(one.sizes("size.small")?, ["5"]);
    assert_eq!(one.service.project(&name("p"))?.open_conflicts, 1);
    Ok(())
}

//! The order of a file's items, and items that changed their place here.

use dss_service::model::{RegName, TokenPath};
use dss_testkit::TestResult;

use super::{FILE, edited, imported, rules};
use crate::support::name;

#[test]
fn a_token_put_between_others_moves_none() -> TestResult {
    let (fixture, file) = imported()?;
    let text =
        edited(&[("\"small\"", "\"tiny\": {\"$value\": {\"value\": 2, \"unit\": \"px\"}},\n\"small\"")]);
    let summary = fixture.deliver(&file, &text)?;
    let token = summary.kinds["token"];
    assert_eq!((token.added, token.changed, token.unchanged), (1, 0, 3));
    assert_eq!(rules(&summary)?, [0, 3, 0, 1]);
    assert_eq!(fixture.paths()?, ["size.tiny", "size.small", "size.medium", "size.large"]);
    let clock = fixture.clock()?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.clock()?, clock);
    fixture.deliver(&file, FILE)?;
    assert_eq!(fixture.paths()?.len(), 4, "and nothing moves when one is left out");
    assert_eq!(fixture.clock()?, clock);
    Ok(())
}

#[test]
fn only_what_moved_is_moved() -> TestResult {
    let (fixture, file) = imported()?;
    let large = "\"large\": {\"$value\": {\"value\": 16, \"unit\": \"px\"}}";
    let text =
        edited(&[(&format!(",\n    {large}"), ""), ("\"small\"", &format!("{large},\n    \"small\""))]);
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!((summary.kinds["token"].changed, summary.kinds["token"].unchanged), (1, 2));
    assert_eq!(fixture.paths()?, ["size.large", "size.small", "size.medium"]);
    let clock = fixture.clock()?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.clock()?, clock);
    fixture.deliver(&file, FILE)?;
    assert_eq!(fixture.paths()?, ["size.small", "size.medium", "size.large"]);
    Ok(())
}

#[test]
fn a_new_source_in_the_same_order_says_nothing_about_it() -> TestResult {
    let (fixture, file) = imported()?;
    let text =
        edited(&[("\"small\"", "\"tiny\": {\"$value\": {\"value\": 2, \"unit\": \"px\"}},\n\"small\"")]);
    fixture.deliver(&file, &text)?;
    let clock = fixture.clock()?;
    let other = fixture.file("elsewhere/base.tokens.json", text)?;
    let summary = fixture.import(&other, "p")?;
    assert_eq!((summary.open_conflicts, fixture.clock()?), (0, clock));
    Ok(())
}

#[test]
fn a_token_that_was_renamed_here_stays_itself() -> TestResult {
    let (fixture, file) = imported()?;
    let id = fixture.id_of("size.small")?;
    let (from, to) = (TokenPath::from_alias("size.small"), TokenPath::from_alias("size.tiny"));
    fixture.service.move_token(&name("p"), None, &from, None, &to)?;
    let summary = fixture.deliver(&file, &edited(&[("\"value\": 4", "\"value\": 5")]))?;
    assert_eq!((summary.kinds["token"].added, summary.open_conflicts), (0, 0));
    assert_eq!(fixture.sizes("size.tiny")?, ["5"]);
    assert_eq!(fixture.id_of("size.tiny")?, id);
    Ok(())
}

#[test]
fn a_token_that_was_made_here_is_met_at_its_place() -> TestResult {
    let (fixture, file) = imported()?;
    fixture.resize("size.huge", 64)?;
    let id = fixture.id_of("size.huge")?;
    let with = |value: u32| {
        edited(&[(
            "\"small\"",
            &format!("\"huge\": {{\"$value\": {{\"value\": {value}, \"unit\": \"px\"}}}},\n\"small\""),
        )])
    };
    let summary = fixture.deliver(&file, &with(65))?;
    assert_eq!((rules(&summary)?, summary.kinds["token"].added), ([0, 3, 1, 0], 0));
    assert_eq!(fixture.sizes("size.huge")?, ["64", "65"], "the source had not seen it");
    assert_eq!(fixture.id_of("size.huge")?, id);
    fixture.resize("size.huge", 66)?;
    fixture.deliver(&file, &with(65))?;
    assert_eq!(fixture.sizes("size.huge")?, ["66"]);
    assert_eq!(fixture.values("size.huge", &RegName::LIFE)?.len(), 1);
    Ok(())
}

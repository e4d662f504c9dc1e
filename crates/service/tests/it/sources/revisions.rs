//! Files that DSS has exported: their revisions say what their editor had seen.

use std::path::PathBuf;

use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText, RegName};
use dss_service::{ImportOptions, TokenChange};
use dss_testkit::TestResult;

use super::{edited, imported, merged, rules, said};
use crate::support::{Fixture, fixture, name};

/// The project's one token file, freshly exported.
fn export(fixture: &Fixture) -> TestResult<(PathBuf, String)> {
    fixture.export("p", "out/")?;
    let file = fixture.dir.join("out/tokens/base.tokens.json");
    let text = std::fs::read_to_string(&file)?;
    assert!(text.contains("org.dss"));
    Ok((file, text))
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    text.replace(from, to)
}

/// The same document without our extension, as a tool would leave it that does not keep what it does
/// not know.
fn stripped(text: &str) -> TestResult<String> {
    without(text, "$extensions")
}

/// The same document without the members of that name.
fn without(text: &str, name: &str) -> TestResult<String> {
    fn copy(value: JsonRef<'_>, name: &str) -> JsonText {
        if value.kind() != JsonKind::Object {
            return value.to_text();
        }
        JsonText::object(|out| {
            let kept = value.members().filter(|(member, _)| member != name);
            kept.for_each(|(member, value)| out.raw(&member, copy(value, name).get_ref()));
        })
    }
    let text = JsonText::parse(text.as_bytes(), &JsonLimits::default())?;
    Ok(copy(text.get_ref(), name).as_str().to_owned())
}

#[test]
fn an_unedited_file_is_no_edit_however_old() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    fixture.resize("size.small", 5)?;
    fixture.describe("size.medium", None)?;
    fixture.describe("size.large", Some("new"))?;
    fixture.remove("size.large")?;
    let (before, clock) = (fixture.bytes("p")?, fixture.clock()?);
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([3, 0, 0, 0], 0));
    assert!(fixture.bytes("p")? == before);
    assert_eq!(fixture.clock()?, clock);
    Ok(())
}

/// Two people made tokens of the same name, which are called otherwise in the file, and stand where they stood.
#[test]
fn an_unedited_file_moves_nothing_that_shares_its_path() -> TestResult {
    let (one, _) = imported()?;
    let two = fixture()?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    for fixture in [&one, &two] {
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            fixture.resize(&format!("size.{name}"), 1)?;
        }
    }
    one.import(&two.export("p", "b.dss")?, "p")?;
    let (file, text) = export(&one)?;
    assert_eq!(text.matches('~').count(), 8);
    let (before, clock) = (one.bytes("p")?, one.clock()?);
    one.deliver(&file, &text)?;
    assert!(one.bytes("p")? == before);
    assert_eq!(one.clock()?, clock);
    Ok(())
}

/// Two people made themes that claim the same places.
#[test]
fn an_unedited_folder_moves_no_theme() -> TestResult {
    let (one, _) = imported()?;
    let two = fixture()?;
    two.import(&one.export("p", "a.dss")?, "p")?;
    for (fixture, letters) in [(&one, ["a", "c", "e", "g"]), (&two, ["b", "d", "f", "h"])] {
        for theme in letters {
            fixture.service.set_theme(&name("p"), "mode", theme, &["base".to_owned()])?;
        }
    }
    one.import(&two.export("p", "b.dss")?, "p")?;
    one.export("p", "out/")?;
    let (before, clock) = (one.bytes("p")?, one.clock()?);
    one.import(&one.dir.join("out"), "p")?;
    assert!(one.bytes("p")? == before);
    assert_eq!(one.clock()?, clock);
    Ok(())
}

#[test]
fn an_edit_wins_over_what_its_editor_had_seen() -> TestResult {
    let (fixture, _) = imported()?;
    fixture.resize("size.small", 5)?;
    let (file, text) = export(&fixture)?;
    fixture.resize("size.large", 17)?;
    let clock = fixture.clock()?;
    let summary = fixture.deliver(&file, &replaced(&text, "\"value\": 5,", "\"value\": 6,"))?;
    assert_eq!((summary.open_conflicts, summary.kinds["token"].changed), (0, 1));
    assert_eq!(
        (fixture.sizes("size.small")?, fixture.sizes("size.large")?),
        (vec!["6".into()], vec!["17".into()])
    );
    assert_eq!(fixture.clock()?, clock.saturating_add(1), "one write");
    fixture.import(&file, "p")?;
    assert_eq!(fixture.clock()?, clock.saturating_add(1), "and none the second time");
    Ok(())
}

#[test]
fn an_edit_of_what_was_changed_meanwhile_is_a_conflict() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    fixture.resize("size.small", 5)?;
    fixture.resize("size.small", 6)?;
    let text = replaced(&text, "\"value\": 4,", "\"value\": 7,");
    assert_eq!(fixture.deliver(&file, &text)?.open_conflicts, 1);
    assert_eq!(fixture.sizes("size.small")?, ["6", "7"]);
    let clock = fixture.clock()?;
    assert_eq!(fixture.deliver(&file, &text)?.open_conflicts, 1);
    assert_eq!(fixture.clock()?, clock);
    fixture.resize("size.small", 8)?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.sizes("size.small")?, ["8"], "what was decided stays so");
    Ok(())
}

#[test]
fn two_people_may_hand_in_files_under_one_name() -> TestResult {
    let (fixture, _) = imported()?;
    let (_, text) = export(&fixture)?;
    let inbox = fixture.dir.join("inbox.tokens.json");
    fixture.deliver(&inbox, &replaced(&text, "\"value\": 4,", "\"value\": 5,"))?;
    let summary = fixture.deliver(&inbox, &replaced(&text, "\"value\": 16,", "\"value\": 17,"))?;
    assert_eq!(summary.open_conflicts, 0);
    assert_eq!(
        (fixture.sizes("size.small")?, fixture.sizes("size.large")?),
        (vec!["5".into()], vec!["17".into()])
    );
    assert_eq!(
        summary.findings.by_code.get("edit_not_taken_back"),
        Some(&1),
        "told, for it may be a surprise"
    );
    Ok(())
}

#[test]
fn removed_fields_tokens_and_renames_are_edits() -> TestResult {
    let (fixture, _) = imported()?;
    let id = fixture.id_of("size.small")?;
    fixture
        .change("size.small", &TokenChange { add_tags: vec!["core".to_owned()], ..TokenChange::default() })?;
    let (file, text) = export(&fixture)?;
    let text = replaced(&text, "\"$description\": \"usual\",", "");
    let text = replaced(&text, "\"small\": {", "\"tiny\": {");
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!((summary.open_conflicts, summary.kinds["token"].changed), (0, 2), "{summary:?}");
    assert_eq!(fixture.descriptions("size.medium")?, ["Absent"]);
    assert_eq!(fixture.id_of("size.tiny")?, id);
    assert_eq!(fixture.values("size.tiny", &dss_service::format::dtcg::tag_register("core"))?, ["true"]);
    // A token whose whole text is gone is listed.
    let summary = fixture.deliver(&file, &without(&text, "large")?)?;
    assert_eq!(said(&summary)?.missing.kinds["token"], 1);
    Ok(())
}

#[test]
fn what_an_exported_file_has_lost_is_known_by_its_revisions() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    fixture.resize("size.later", 1)?;
    std::fs::write(&file, without(&text, "large")?)?;
    let summary = fixture.deliver_as(&file, &ImportOptions { delete_missing: true, ..merged() })?;
    let missing = &said(&summary)?.missing;
    assert_eq!((missing.items.len(), missing.items[0].name.as_str(), missing.deleted), (1, "size.large", 1));
    // The revisions do not say for sure that the file held it: a partial archive may have told them of its writes only.
    assert_eq!(summary.open_conflicts, 1);
    assert_eq!(fixture.paths()?, ["size.small", "size.medium", "size.large", "size.later"]);
    Ok(())
}

#[test]
fn a_token_added_to_an_exported_file_moves_none() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    let text = replaced(
        &text,
        "\"small\": {",
        "\"tiny\": {\"$value\": {\"value\": 2, \"unit\": \"px\"}},\n\"small\": {",
    );
    let summary = fixture.deliver(&file, &text)?;
    let token = summary.kinds["token"];
    assert_eq!((token.added, token.changed, token.unchanged), (1, 0, 3));
    assert_eq!(fixture.paths()?, ["size.tiny", "size.small", "size.medium", "size.large"]);
    let clock = fixture.clock()?;
    fixture.deliver(&file, &text)?;
    assert_eq!(fixture.clock()?, clock);
    Ok(())
}

#[test]
fn a_stripped_file_is_met_by_place() -> TestResult {
    let (fixture, _) = imported()?;
    fixture.resize("size.own", 3)?;
    fixture
        .change("size.own", &TokenChange { add_tags: vec!["core".to_owned()], ..TokenChange::default() })?;
    let (file, text) = export(&fixture)?;
    let text = stripped(&text)?;
    let (before, clock) = (fixture.bytes("p")?, fixture.clock()?);
    let summary = fixture.deliver(&file, &text)?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 0, 4, 0], 0), "{summary:?}");
    assert!(fixture.bytes("p")? == before);
    assert_eq!(fixture.clock()?, clock);
    let summary = fixture.deliver(&file, &replaced(&text, "\"value\":3", "\"value\":5"))?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 4, 0, 0], 0));
    assert_eq!(fixture.sizes("size.own")?, ["5"]);
    assert_eq!(fixture.values("size.own", &dss_service::format::dtcg::tag_register("core"))?, ["true"]);
    Ok(())
}

#[test]
fn how_a_file_is_spelled_is_no_statement_of_somebody_new() -> TestResult {
    let (fixture, _) = imported()?;
    let (_, text) = export(&fixture)?;
    // serde_json sorts.
    let sorted: serde_json::Value = serde_json::from_str(&stripped(&text)?)?;
    let file = fixture.file("sorted/base.tokens.json", sorted.to_string())?;
    let clock = fixture.clock()?;
    let summary = fixture.import(&file, "p")?;
    assert_eq!((summary.open_conflicts, fixture.clock()?), (0, clock));
    assert_eq!(fixture.paths()?, ["size.small", "size.medium", "size.large"]);
    // But it may change its own mind.
    fixture.deliver(&file, &stripped(&text)?)?;
    assert_eq!(fixture.paths()?, ["size.small", "size.medium", "size.large"]);
    Ok(())
}

#[test]
fn a_file_that_is_stripped_later_is_judged_by_what_it_said_before() -> TestResult {
    let (fixture, _) = imported()?;
    fixture
        .change("size.small", &TokenChange { add_tags: vec!["core".to_owned()], ..TokenChange::default() })?;
    let (file, text) = export(&fixture)?;
    fixture.deliver(&file, &text)?;
    fixture.resize("size.large", 17)?;
    let summary = fixture.deliver(&file, &replaced(&stripped(&text)?, "\"value\":4", "\"value\":5"))?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([0, 3, 0, 0], 0));
    assert_eq!(
        (fixture.sizes("size.small")?, fixture.sizes("size.large")?),
        (vec!["5".into()], vec!["17".into()])
    );
    assert_eq!(fixture.values("size.small", &dss_service::format::dtcg::tag_register("core"))?, ["true"]);
    Ok(())
}

#[test]
fn a_file_from_a_copy_never_met_loses_nothing() -> TestResult {
    let (ann, _) = imported()?;
    let ben = fixture()?;
    ben.import(&ann.export("p", "a.dss")?, "p")?;
    ann.resize("size.small", 5)?;
    ann.resize("size.large", 17)?;
    let (_, text) = export(&ann)?;
    let file = ben.file("ann/base.tokens.json", replaced(&text, "\"value\": 17,", "\"value\": 18,"))?;
    let summary = ben.import(&file, "p")?;
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([3, 0, 0, 0], 0));
    assert_eq!((ben.sizes("size.small")?, ben.sizes("size.large")?), (vec!["5".into()], vec!["18".into()]));
    let clock = ben.clock()?;
    ben.import(&file, "p")?;
    assert_eq!(ben.clock()?, clock);
    // When the real writes come, what was edited is looked at, and what was not merges.
    let summary = ben.import(&ann.export("p", "b.dss")?, "p")?;
    assert_eq!(summary.open_conflicts, 1);
    assert_eq!(ben.sizes("size.large")?.len(), 2);
    assert_eq!(ben.sizes("size.small")?, ["5", "5"]);
    ann.import(&ben.export("p", "c.dss")?, "p")?;
    assert!(ann.bytes("p")? == ben.bytes("p")?);
    Ok(())
}

#[test]
fn absurd_revisions_change_no_clock_and_hide_nothing() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    let clock = fixture.clock()?;
    let absurd = text.replace("\"0:1\"", "\"0:9007199254740991\"");
    let summary = fixture.deliver(&file, &absurd)?;
    assert_eq!((summary.open_conflicts, fixture.clock()?), (0, clock));
    fixture.deliver(&file, &replaced(&absurd, "\"value\": 4,", "\"value\": 5,"))?;
    assert_eq!((fixture.sizes("size.small")?, fixture.clock()?), (vec!["5".into()], clock.saturating_add(1)));
    Ok(())
}

#[test]
fn a_damaged_revision_is_told_and_judged_without() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    let id = fixture.id_of("size.small")?.to_string();
    let text = text.replace(
        &format!("\"id\": \"{id}\",\n          \"rev\": \"0:1\""),
        &format!("\"id\": \"{id}\", \"rev\": \"9:1\""),
    );
    assert!(text.contains("9:1"), "{text}");
    let summary = fixture.deliver(&file, &replaced(&text, "\"value\": 4,", "\"value\": 5,"))?;
    assert_eq!(summary.findings.by_code["revision_invalid"], 1);
    assert_eq!((rules(&summary)?, summary.open_conflicts), ([2, 0, 1, 0], 1));
    assert_eq!(fixture.sizes("size.small")?, ["4", "5"]);
    Ok(())
}

#[test]
fn an_id_that_comes_twice_or_is_of_another_kind_changes_nothing() -> TestResult {
    let (fixture, _) = imported()?;
    let (file, text) = export(&fixture)?;
    let before = fixture.bytes("p")?;
    let (small, large) = (fixture.id_of("size.small")?.to_string(), fixture.id_of("size.large")?.to_string());
    std::fs::write(&file, text.replace(&large, &small))?;
    let error = fixture.deliver_as(&file, &merged()).unwrap_err();
    assert_eq!(error.code(), "duplicate_id");
    assert!(fixture.bytes("p")? == before);
    let group = dss_service::model::EntityId::derived(
        dss_service::model::Kind::Group,
        "base",
        &dss_service::model::TokenPath::from_alias("size"),
    );
    let mut value: serde_json::Value = serde_json::from_str(&text)?;
    value["size"]["large"]["$extensions"]["org.dss"]["id"] = group.to_string().into();
    value["size"].as_object_mut().ok_or("a group")?.remove("$extensions");
    std::fs::write(&file, value.to_string())?;
    assert!(fixture.deliver_as(&file, &merged()).is_err());
    assert!(fixture.bytes("p")? == before);
    Ok(())
}

#[test]
fn a_file_without_revisions_keeps_its_own_memory_beside_an_export() -> TestResult {
    let (fixture, file) = imported()?;
    let (out, text) = export(&fixture)?;
    fixture.deliver(&out, &replaced(&text, "\"value\": 4,", "\"value\": 5,"))?;
    fixture.deliver(&file, &edited(&[("\"value\": 16", "\"value\": 17")]))?;
    assert_eq!(
        (fixture.sizes("size.small")?, fixture.sizes("size.large")?),
        (vec!["5".into()], vec!["17".into()])
    );
    assert_eq!(fixture.values("size.small", &RegName::LIFE)?.len(), 1);
    Ok(())
}

//! One design system that was begun in two places becomes one project.

use std::path::{Path, PathBuf};

use dss_service::format::archive::Header;
use dss_service::model::{EntityId, TokenPath};
use dss_service::{
    Allowed, ExportOptions, ImportOptions, ImportSummary, ServiceError, Since, Strategy, TokenChange,
    UndoOptions,
};
use dss_testkit::TestResult;

use crate::hostile::craft::edit;
use crate::support::{Fixture, fixture, name, options};

const FILE: &str =
    r#"{"size": {"$type": "number", "small": {"$value": 4}, "large": {"$value": "{size.small}"}}}"#;

/// A store whose owner has imported the file.
fn begun() -> TestResult<Fixture> {
    let store = fixture()?;
    store.import(&store.file("brand.tokens.json", FILE)?, "brand")?;
    Ok(store)
}

fn adopting() -> ImportOptions {
    ImportOptions { allow: Allowed { other_project: true, ..Allowed::default() }, ..options("brand") }
}

fn adopt(store: &Fixture, archive: &Path) -> Result<ImportSummary, ServiceError> {
    store.service.import_project(archive, &adopting(), &())
}

fn id(store: &Fixture) -> TestResult<String> {
    Ok(store.service.project(&name("brand"))?.project_id)
}

fn set(store: &Fixture, path: &str, value: &str) -> TestResult {
    let token_type = Some(Some("number".to_owned()));
    let change = TokenChange { value: Some(value.to_owned()), token_type, ..TokenChange::default() };
    store.service.set_token(&name("brand"), None, &TokenPath::from_alias(path), &change)?;
    Ok(())
}

fn sent(from: &Fixture) -> TestResult<PathBuf> {
    from.export("brand", "sent.dss")
}

#[test]
fn archives_of_two_beginnings_meet_without_a_conflict_or_a_duplicate() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    let (older, newer) = (id(&one)?, id(&two)?);
    assert_ne!(older, newer);
    let before = two.bytes("brand")?;
    let refused = two.import(&sent(&one)?, "brand").unwrap_err();
    assert_eq!(refused.code(), "other_project");
    assert!(refused.hint().contains("--adopt"), "{}", refused.hint());
    assert!(two.bytes("brand")? == before, "nothing has changed");

    let summary = adopt(&two, &sent(&one)?)?;
    assert_eq!((summary.adopted.as_ref(), &summary.project_id), (Some(&older), id_of_both(&older, &newer)));
    assert!(summary.kinds.values().all(|kind| kind.added == 0), "{:?}", summary.kinds);
    assert_eq!(summary.open_conflicts, 0);
    // The other side hears of it with the first archive, and need not be asked.
    let summary = one.import(&sent(&two)?, "brand")?;
    assert_eq!((summary.adopted, summary.open_conflicts), (None, 0));
    assert!(summary.kinds.values().all(|kind| kind.added == 0), "{:?}", summary.kinds);
    assert!(one.bytes("brand")? == two.bytes("brand")?);
    assert_eq!(id(&one)?, id(&two)?);
    Ok(())
}

/// The smaller one.
fn id_of_both<'a>(a: &'a String, b: &'a String) -> &'a String {
    a.min(b)
}

#[test]
fn both_may_adopt_at_once_and_a_third_hears_of_it_from_either() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    let copy = fixture()?;
    copy.import(&sent(&two)?, "brand")?;
    let (from_one, from_two) = (sent(&one)?, sent(&two)?);
    adopt(&one, &from_two)?;
    adopt(&two, &from_one)?;
    assert_eq!(id(&one)?, id(&two)?);
    set(&copy, "size.huge", "99")?;
    set(&one, "size.large", "9")?;
    // Archives of before are as good as those of after.
    let old = sent(&copy)?;
    assert_eq!(one.import(&old, "brand")?.kinds["token"].added, 1);
    copy.import(&sent(&one)?, "brand")?;
    two.import(&sent(&copy)?, "brand")?;
    assert_eq!(two.import(&old, "brand")?.open_conflicts, 0);
    let states = [one.bytes("brand")?, two.bytes("brand")?, copy.bytes("brand")?];
    assert!(states.iter().all(|state| *state == states[0]));
    // As a new project, it is known by both ids from the start.
    let last = fixture()?;
    last.import(&sent(&one)?, "brand")?;
    assert!(last.bytes("brand")? == states[0]);
    assert_eq!(last.import(&old, "brand")?.kinds["token"].added, 0);
    Ok(())
}

#[test]
fn no_edit_of_before_is_lost() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    set(&one, "size.small", "5")?;
    set(&two, "size.small", "6")?;
    set(&two, "size.large", "7")?;
    let summary = adopt(&one, &sent(&two)?)?;
    // Nobody who edited here had seen what the file said there: those are conflicts, too.
    assert_eq!(summary.open_conflicts, 2, "{:?}", summary.merge);
    // What is kept about the project has moved along: its history, and what the file said.
    let again = one.import(&one.file("brand.tokens.json", FILE)?, "brand")?;
    assert_eq!((again.open_conflicts, again.kinds["project"].changed), (2, 0));
    let since = ExportOptions { since: Some(Since::Archive(sent(&two)?)), ..ExportOptions::default() };
    let news = one.dir.join("news.dss");
    one.service.export_project(&name("brand"), &news, &since, &())?;
    assert_eq!(two.import(&news, "brand")?.open_conflicts, 2);
    two.import(&sent(&one)?, "brand")?;
    assert!(one.bytes("brand")? == two.bytes("brand")?);
    Ok(())
}

#[test]
fn a_preview_adopts_nothing() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    let before = one.bytes("brand")?;
    let archive = sent(&two)?;
    let preview = one.service.analyze_import(&archive, &adopting(), &())?;
    assert_eq!(preview.adopted, Some(id(&two)?));
    assert!(one.bytes("brand")? == before);
    let expecting = ImportOptions { expect: preview.preview_token, ..adopting() };
    one.service.import_project(&archive, &expecting, &())?;
    two.import(&sent(&one)?, "brand")?;
    assert!(one.bytes("brand")? == two.bytes("brand")?);
    Ok(())
}

#[test]
fn replacing_and_undoing_leave_the_ids() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    set(&two, "size.small", "6")?;
    let archive = sent(&two)?;
    let replacing = ImportOptions { strategy: Strategy::Replace, ..adopting() };
    one.service.import_project(&archive, &replacing, &())?;
    let state = one.bytes("brand")?;
    let again = one.service.import_project(&archive, &replacing, &())?;
    assert!(one.bytes("brand")? == state, "twice is once: {:?}", again.kinds);
    one.service.undo(&name("brand"), &UndoOptions::default(), &())?;
    one.check("brand")?;
    assert_eq!(two.import(&sent(&one)?, "brand")?.open_conflicts, 0);
    assert_eq!(id(&one)?, id(&two)?);
    Ok(())
}

#[test]
fn its_own_archive_of_before_is_no_strangers() -> TestResult {
    let (one, two) = (begun()?, begun()?);
    let old = sent(&two)?;
    adopt(&two, &sent(&one)?)?;
    set(&two, "size.small", "8")?;
    let summary = two.import(&old, "brand")?;
    assert_eq!((summary.adopted, summary.open_conflicts, summary.kinds["token"].changed), (None, 0, 0));
    two.check("brand")
}

#[test]
fn ids_that_no_exporter_lists_so_are_refused() -> TestResult {
    let one = begun()?;
    let archive = sent(&one)?;
    let crafted = one.dir.join("crafted.dss");
    let ids = |bytes: &[u8]| bytes.iter().map(|byte| EntityId::from_bytes([*byte; 16])).collect::<Vec<_>>();
    let many: Vec<EntityId> = (0..=1_000_u128).map(|id| EntityId::from_bytes(id.to_be_bytes())).collect();
    edit(&archive, &crafted, |_, _, text| Some(text), |header: &mut Header| header.also_known_as = many)?;
    assert_eq!(one.import(&crafted, "other").unwrap_err().code(), "manifest_invalid");
    let refused = Err("manifest_invalid");
    for (listed, expected) in [([2, 1], refused), ([1, 1], refused), ([1, 2], Ok(()))] {
        let header = |header: &mut Header| header.also_known_as = ids(&listed);
        edit(&archive, &crafted, |_, _, text| Some(text), header)?;
        let imported = one.import(&crafted, "other");
        assert_eq!(imported.map(drop).map_err(|error| error.code()), expected, "{listed:?}");
    }
    Ok(())
}

//! Tokens that a file has under another path, known by the id that their tool gave them.

use dss_service::model::{Kind, RegName, TokenPath};
use dss_service::store::Store;
use dss_service::{ImportOptions, TokenFilter};
use dss_testkit::TestResult;

use super::said;
use crate::support::{Fixture, fixture, name};

/// A document of numbers with foreign ids: `(path of one or two names, value, id)`.
fn document(tokens: &[(&str, u32, &str)]) -> String {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (path, value, id) in tokens {
        let (group, token) = path.split_once('.').unwrap_or(("", path));
        let token = format!(
            r#""{token}": {{"$type": "number", "$value": {value}, "$extensions": {{"com.figma.variableId": "VariableID:{id}"}}}}"#
        );
        match groups.iter_mut().find(|(name, _)| name == group) {
            Some((_, members)) => members.push(token),
            None => groups.push((group.to_owned(), vec![token])),
        }
    }
    let groups = groups.into_iter().map(|(name, members)| match name.as_str() {
        "" => members.join(", "),
        name => format!(r#""{name}": {{{}}}"#, members.join(", ")),
    });
    format!("{{{}}}", groups.collect::<Vec<_>>().join(", "))
}

const BEFORE: [(&str, u32, &str); 3] = [("a.one", 1, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")];

fn imported() -> TestResult<(Fixture, std::path::PathBuf)> {
    let fixture = fixture()?;
    let file = fixture.file("base.tokens.json", document(&BEFORE))?;
    fixture.import(&file, "p")?;
    Ok((fixture, file))
}

#[test]
fn a_token_under_another_path_is_the_same_token() -> TestResult {
    let (fixture, file) = imported()?;
    let id = fixture.id_of("a.one")?;
    // Edited here meanwhile, which the file knows nothing of.
    fixture.describe("a.one", Some("Edited"))?;
    let after = document(&[("b.uno", 1, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")]);
    let summary = fixture.deliver(&file, &after)?;
    assert_eq!(summary.open_conflicts, 0);
    let token = summary.kinds["token"];
    assert_eq!((token.added, token.changed, token.deleted), (0, 1, 0));
    assert_eq!(said(&summary)?.missing.kinds.get("token"), None);
    assert_eq!(fixture.paths()?, ["b.uno", "a.two", "three"]);
    assert_eq!(fixture.id_of("b.uno")?, id);
    assert_eq!(fixture.descriptions("b.uno")?, ["Edited"]);
    // Its history is that of the token which was renamed.
    let store = fixture.store()?;
    let mut paths = Vec::new();
    store.read(&name("p"))?.history(Some(id), &mut |record| {
        if record.register == RegName::PATH {
            paths.push(super::show(&record.pair.value));
        }
        std::ops::ControlFlow::Continue(())
    })?;
    assert_eq!(paths, ["a.one"]);
    // Again is no news, also with everything deleted that is missing; and so is going on from there.
    drop(store);
    for text in [
        after.clone(),
        after.replace("\"$value\": 1", "\"$value\": 7"),
        document(&[("one", 7, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")]),
    ] {
        std::fs::write(&file, &text)?;
        let options = ImportOptions { delete_missing: true, ..super::merged() };
        let summary = fixture.deliver_as(&file, &options)?;
        assert_eq!((summary.kinds["token"].added, summary.kinds["token"].deleted), (0, 0), "{text}");
    }
    assert_eq!(fixture.id_of("one")?, id);
    assert_eq!(fixture.sizes("one")?.len(), 1);
    Ok(())
}

#[test]
fn tokens_that_change_places_are_told_apart() -> TestResult {
    let (fixture, file) = imported()?;
    let (one, two) = (fixture.id_of("a.one")?, fixture.id_of("a.two")?);
    let swapped = document(&[("a.two", 1, "1:1"), ("a.one", 2, "1:2"), ("three", 3, "1:3")]);
    let summary = fixture.deliver(&file, &swapped)?;
    assert_eq!((summary.open_conflicts, summary.kinds["token"].added), (0, 0));
    assert_eq!((fixture.id_of("a.two")?, fixture.id_of("a.one")?), (one, two));
    assert_eq!(said(&summary)?.missing.kinds.get("token"), None);
    // A new token under the name that another one had is a new token.
    let reused =
        document(&[("a.first", 1, "1:1"), ("a.two", 9, "1:9"), ("a.one", 2, "1:2"), ("three", 3, "1:3")]);
    let summary = fixture.deliver(&file, &reused)?;
    assert_eq!((summary.open_conflicts, summary.kinds["token"].added), (0, 1));
    assert_eq!(fixture.id_of("a.first")?, one);
    assert_eq!(fixture.id_of("a.one")?, two);
    let new = fixture.id_of("a.two")?;
    assert!(new != one && new != two);
    let again = fixture.deliver(&file, &reused)?;
    assert_eq!(again.kinds["token"].unchanged, 4);
    Ok(())
}

#[test]
fn copies_and_new_ids_are_no_renames() -> TestResult {
    let (fixture, file) = imported()?;
    let one = fixture.id_of("a.one")?;
    // The same id twice: the one that is where it was is it.
    let copied =
        document(&[("a.one", 1, "1:1"), ("a.copy", 1, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")]);
    let summary = fixture.deliver(&file, &copied)?;
    assert_eq!(summary.kinds["token"].added, 1);
    assert_eq!(fixture.id_of("a.one")?, one);
    // Another id under the same name, and the old one gone: the token goes on.
    let anew =
        document(&[("a.one", 1, "5:5"), ("a.copy", 1, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")]);
    let summary = fixture.deliver(&file, &anew)?;
    assert_eq!((summary.kinds["token"].added, summary.open_conflicts), (0, 0));
    Ok(())
}

#[test]
fn a_rename_on_both_sides_is_a_conflict() -> TestResult {
    let (fixture, file) = imported()?;
    let path = |text: &str| TokenPath::from_alias(text);
    fixture.service.move_token(&name("p"), None, &path("three"), None, &path("drei"))?;
    let summary = fixture.deliver(&file, &document(&[BEFORE[0], BEFORE[1], ("trois", 3, "1:3")]))?;
    assert_eq!(summary.open_conflicts, 1);
    let mut count = 0;
    fixture.service.tokens(&name("p"), &TokenFilter::default(), &mut |_| {
        count += 1;
        true
    })?;
    assert_eq!(count, 3);
    Ok(())
}

#[test]
fn two_stores_that_follow_a_rename_agree() -> TestResult {
    let (ours, our_file) = imported()?;
    let (theirs, their_file) = imported()?;
    let after = document(&[("b.uno", 1, "1:1"), ("a.two", 2, "1:2"), ("three", 3, "1:3")]);
    ours.deliver(&our_file, &after)?;
    theirs.deliver(&their_file, &after)?;
    assert_eq!(ours.id_of("b.uno")?, theirs.id_of("b.uno")?);
    let ids = |fixture: &Fixture| -> TestResult<Vec<_>> {
        let store = fixture.store()?;
        let mut ids = Vec::new();
        store.read(&name("p"))?.scan(&dss_service::store::Scan::kinds(&[Kind::Token]), &mut |row| {
            ids.push(row.entity.id());
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(ids)
    };
    assert_eq!(ids(&ours)?, ids(&theirs)?);
    Ok(())
}

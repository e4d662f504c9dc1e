//! What holds whatever is compared.

use std::collections::BTreeMap;

use dss_service::{Change, DiffItem};
use dss_testkit::{TestResult, TokenFile};
use proptest::prelude::*;

use super::{Told, diff, file, wide};
use crate::support::{Fixture, fixture};

/// Two documents: the second is the first one with tokens left out, changed and put elsewhere.
fn two_documents() -> impl Strategy<Value = (String, String)> {
    let token = (0..6_u8, 0..12_u8, 0..3_u8, any::<bool>());
    (prop::collection::vec(token.clone(), 0..30), prop::collection::vec(token, 0..30))
        .prop_map(|(old, new)| (document(&old), document(&new)))
}

fn document(tokens: &[(u8, u8, u8, bool)]) -> String {
    let mut order: Vec<u8> = Vec::new();
    let mut groups: BTreeMap<u8, Vec<(u8, u8, bool)>> = BTreeMap::new();
    for (group, name, value, is_described) in tokens {
        if !order.contains(group) {
            order.push(*group);
        }
        let members = groups.entry(*group).or_default();
        if members.iter().all(|(other, ..)| other != name) {
            members.push((*name, *value, *is_described));
        }
    }
    let groups = order.iter().filter_map(|group| Some((group, groups.get(group)?)));
    let groups: Vec<String> = groups
        .map(|(group, members)| {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value, is_described)| {
                    let description = if *is_described { r#", "$description": "d""# } else { "" };
                    format!(r#""t{name}": {{"$value": {value}{description}}}"#)
                })
                .collect();
            format!(r#""g{group}": {{"$type": "number", {}}}"#, members.join(", "))
        })
        .collect();
    format!("{{\"first\": {{\"$type\": \"number\", \"$value\": 0}}, {}}}", groups.join(", "))
        .replace(", }", "}")
}

/// What is told of a thing: what became of it, what it is, where it is, and what it says differently.
type Shown = (Change, &'static str, String, Vec<(String, String, String)>);

/// What is told of things, but for moves, as it reads from the other side if `is_mirrored`.
fn shown(told: &Told, is_mirrored: bool) -> Vec<Shown> {
    let text = |value: &Option<Box<serde_json::value::RawValue>>| {
        value.as_ref().map_or_else(String::new, |value| value.get().to_owned())
    };
    let one = |item: &DiffItem| {
        let change = match item.change {
            Change::Added if is_mirrored => Change::Removed,
            Change::Removed if is_mirrored => Change::Added,
            Change::Moved => Change::Changed,
            other => other,
        };
        let fields = item.fields.iter().map(|field| {
            let (old, new) = (text(&field.old), text(&field.new));
            if is_mirrored { (field.field.clone(), new, old) } else { (field.field.clone(), old, new) }
        });
        (change, item.kind, item.place.path.clone(), fields.collect())
    };
    let mut all: Vec<Shown> = told.items.iter().map(one).collect();
    // Which of several siblings moved is a choice.
    all.retain(|(change, _, _, fields)| *change != Change::Changed || !fields.is_empty());
    all.sort();
    all
}

fn check(fixture: &Fixture, old: &str, new: &str) -> TestResult {
    let old = file(&fixture.file("s.tokens.json", old)?);
    let new = file(&fixture.file("t.tokens.json", new)?);
    for side in [&old, &new] {
        assert!(diff(fixture, side, side, &wide())?.0.is_empty());
    }
    let (there, told) = diff(fixture, &old, &new, &wide())?;
    let (back, told_back) = diff(fixture, &new, &old, &wide())?;
    assert_eq!(there.total.added, back.total.removed);
    assert_eq!(there.total.removed, back.total.added);
    let moves = |told: &Told| told.items.iter().filter(|item| item.reordered.is_some()).count();
    assert_eq!(moves(&told), moves(&told_back));
    assert_eq!(shown(&told, true), shown(&told_back, false));
    Ok(())
}

proptest! {
    #![proptest_config(dss_testkit::cases(48))]

    #[test]
    fn the_way_back_is_the_way_there(documents in two_documents()) {
        let fixture = fixture().unwrap();
        check(&fixture, &documents.0, &documents.1).unwrap();
    }
}

#[test]
fn generated_documents_too() -> TestResult {
    let fixture = fixture()?;
    let text = |tokens| -> TestResult<String> {
        let mut text = Vec::new();
        TokenFile { tokens, seed: 7 }.write_to(&mut text)?;
        Ok(String::from_utf8(text)?)
    };
    check(&fixture, &text(3_000)?, &text(2_500)?)
}

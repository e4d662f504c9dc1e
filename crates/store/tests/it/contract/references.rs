//! References between tokens and groups.

use dss_model::Kind;
use dss_store::{ReadTx, Reference, ReferenceFinding, ReferenceKind, Row, Store, Visit, WriteTx};
use dss_testkit::{TestResult, group, token};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::{alias, color, make, name, new_project, row};

super::on_every_backend!(
    aliases_take_the_type_of_their_target,
    what_sets_disagree_on,
    types_follow_their_targets,
    dangling_references,
    mismatches,
    cycles,
    themes_may_break_cycles,
    deep_chains,
    chains_that_grow,
    who_refers_to_a_path,
);

fn part(mut row: Row, target: &str, kind: ReferenceKind, expected_type: Option<&str>) -> Row {
    let expected_type = expected_type.map(ToOwned::to_owned);
    row.references.push(Reference { target: target.to_owned(), kind, expected_type });
    row
}

fn typed(set: &str, path: &str, token_type: &str) -> Row {
    row(token(set, path).value(&format!(r#"{{"$type":"{token_type}","$value":1}}"#)).build())
}

fn resolve(tx: &mut dyn WriteTx) -> TestResult<Vec<ReferenceFinding>> {
    let mut findings = Vec::new();
    tx.resolve_references(&mut |finding| {
        findings.push(finding);
        Visit::Continue(())
    })?;
    Ok(findings)
}

fn resolve_new(store: &dyn Store, rows: &[Row]) -> TestResult<Vec<ReferenceFinding>> {
    let mut tx = store.scratch(&new_project())?;
    for row in rows {
        tx.put(row)?;
    }
    resolve(&mut *tx)
}

fn type_of(tx: &(impl ReadTx + ?Sized), path: &str) -> TestResult<Option<String>> {
    Ok(tx.find(Kind::Token, None, path)?.first().and_then(|row| row.columns.token_type.clone()))
}

/// Findings in few words.
fn brief(findings: &[ReferenceFinding]) -> Vec<String> {
    let words = findings.iter().map(|finding| match finding {
        ReferenceFinding::Dangling { source, target, kind } => {
            format!("dangling {} {target} {kind:?}", source.path)
        }
        ReferenceFinding::Cycle { paths, length, certain, .. } => {
            format!("cycle {} {length} {certain}", paths.join(" "))
        }
        ReferenceFinding::TooDeep { source } => format!("deep {}", source.path),
        ReferenceFinding::TypeMismatch { source, target, expected, found } => {
            format!("type {} {target} {expected} {found}", source.path)
        }
        other => format!("{other:?}"),
    });
    words.collect()
}

fn aliases_take_the_type_of_their_target(store: &dyn Store) -> TestResult {
    let rows = [
        alias("base", "c", "b"),
        alias("base", "b", "a"),
        color("base", "a"),
        alias("base", "own", "nothing"),
        typed("base", "typed", "number"),
    ];
    make(store, "p", &rows)?;
    let mut tx = store.write(&name("p")?)?;
    assert_eq!(brief(&resolve(&mut *tx)?), ["dangling own nothing Alias"]);
    for (path, expected) in [
        ("a", Some("color")),
        ("b", Some("color")),
        ("c", Some("color")),
        ("own", None),
        ("typed", Some("number")),
    ] {
        assert_eq!(type_of(&*tx, path)?.as_deref(), expected, "{path}");
    }
    Ok(tx.commit()?)
}

fn what_sets_disagree_on(store: &dyn Store) -> TestResult {
    let rows = [
        typed("x", "a", "number"),
        typed("y", "a", "color"),
        alias("x", "from-x", "a"),
        alias("z", "from-z", "a"),
        // Needs a duration, and one of three definitions is one.
        typed("z", "a", "duration"),
        part(typed("z", "b", "transition"), "a", ReferenceKind::Part, Some("duration")),
    ];
    let mut tx = store.scratch(&new_project())?;
    for row in &rows {
        tx.put(row)?;
    }
    assert_eq!(brief(&resolve(&mut *tx)?), Vec::<String>::new());
    assert_eq!(type_of(&*tx, "from-x")?.as_deref(), Some("number"), "its own set's");
    assert_eq!(type_of(&*tx, "from-z")?.as_deref(), Some("duration"), "its own set's");
    tx.put(&alias("elsewhere", "from-elsewhere", "a"))?;
    resolve(&mut *tx)?;
    assert_eq!(type_of(&*tx, "from-elsewhere")?.as_deref(), Some("color"), "the first by name");
    Ok(())
}

fn types_follow_their_targets(store: &dyn Store) -> TestResult {
    make(store, "p", &[color("base", "a"), alias("base", "b", "a"), alias("base", "c", "b")])?;
    let mut tx = store.write(&name("p")?)?;
    resolve(&mut *tx)?;
    assert_eq!(type_of(&*tx, "c")?.as_deref(), Some("color"));
    tx.put(&typed("base", "a", "number"))?;
    resolve(&mut *tx)?;
    assert_eq!(type_of(&*tx, "c")?.as_deref(), Some("number"));
    tx.put(&row(token("base", "a").value("{}").deleted().build()))?;
    assert_eq!(brief(&resolve(&mut *tx)?), ["dangling b a Alias"]);
    assert_eq!((type_of(&*tx, "b")?, type_of(&*tx, "c")?), (None, None));
    Ok(())
}

fn dangling_references(store: &dyn Store) -> TestResult {
    let extends = |path: &str, target: &str| {
        part(row(group("base", path).build()), target, ReferenceKind::Extends, None)
    };
    let rows = [
        part(color("base", "shadow"), "gone", ReferenceKind::Part, None),
        part(color("base", "shadow2"), "gone", ReferenceKind::Pointer, None),
        part(color("base", "to-group"), "g", ReferenceKind::Alias, None),
        row(group("base", "g").build()),
        color("base", "implied.by.token"),
        extends("h", "g"),
        extends("i", "implied.by"),
        extends("j", "shadow"),
        extends("k", "implied.b"),
        part(row(token("base", "dead").deleted().build()), "gone", ReferenceKind::Part, None),
    ];
    let expected = [
        "dangling j shadow Extends",
        "dangling k implied.b Extends",
        "dangling shadow gone Part",
        "dangling shadow2 gone Pointer",
        "dangling to-group g Alias",
    ];
    assert_eq!(brief(&resolve_new(store, &rows)?), expected);
    Ok(())
}

fn mismatches(store: &dyn Store) -> TestResult {
    let untyped = row(token("base", "untyped").value("{}").build());
    let rows = [
        typed("base", "size", "dimension"),
        alias("base", "alias", "size"),
        part(typed("base", "border", "border"), "alias", ReferenceKind::Part, Some("color")),
        part(typed("base", "fine", "border"), "alias", ReferenceKind::Part, Some("dimension")),
        part(typed("base", "unknown", "border"), "untyped", ReferenceKind::Part, Some("color")),
        part(typed("base", "inside", "border"), "size", ReferenceKind::Pointer, Some("color")),
        row(token("base", "wrong").value(r#"{"$type":"color","$value":"{size}"}"#).build()),
        untyped,
    ];
    let expected = ["type border alias color dimension", "type wrong size color dimension"];
    assert_eq!(brief(&resolve_new(store, &rows)?), expected);
    Ok(())
}

fn cycles(store: &dyn Store) -> TestResult {
    let rows = [
        alias("base", "self", "self"),
        alias("base", "b", "c"),
        alias("base", "c", "a"),
        alias("base", "a", "b"),
        alias("base", "into", "a"),
        part(typed("base", "part", "border"), "whole", ReferenceKind::Part, None),
        alias("base", "whole", "part"),
        // A pointer may lead back to its own token.
        part(typed("base", "fine", "border"), "fine", ReferenceKind::Pointer, None),
        part(row(group("base", "g").build()), "h", ReferenceKind::Extends, None),
        part(row(group("base", "h").build()), "g", ReferenceKind::Extends, None),
    ];
    let findings = resolve_new(store, &rows)?;
    let expected = ["cycle a b c 3 true", "cycle part whole 2 true", "cycle self 1 true", "cycle g h 2 true"];
    assert_eq!(brief(&findings), expected);
    let ReferenceFinding::Cycle { source, .. } = &findings[0] else { return Err("a cycle".into()) };
    assert_eq!((source.path.as_str(), source.id), ("a", rows[3].entity.id()));
    Ok(())
}

fn themes_may_break_cycles(store: &dyn Store) -> TestResult {
    let rows = [
        alias("light", "a", "b"),
        color("light", "b"),
        color("dark", "a"),
        alias("dark", "b", "a"),
        // Nothing can break this one, although a path of the other kind leads into it.
        alias("base", "c", "d"),
        alias("base", "d", "c"),
        part(alias("dark", "e", "c"), "f", ReferenceKind::Part, None),
        alias("light", "e", "b"),
        alias("base", "f", "e"),
    ];
    let found = brief(&resolve_new(store, &rows)?);
    assert_eq!(found, ["cycle a b 2 false", "cycle c d 2 true"]);
    Ok(())
}

fn deep_chains(store: &dyn Store) -> TestResult {
    let chain = |length: u32| {
        let mut rows = vec![color("base", "t0")];
        rows.extend((1..=length).map(|n| alias("base", &format!("t{n}"), &format!("t{}", n - 1))));
        rows
    };
    let mut tx = store.scratch(&new_project())?;
    for row in chain(80) {
        tx.put(&row)?;
    }
    assert_eq!(brief(&resolve(&mut *tx)?), ["deep t65"], "one finding for each chain");
    assert_eq!(type_of(&*tx, "t64")?.as_deref(), Some("color"));
    assert_eq!(type_of(&*tx, "t65")?, None);
    assert_eq!(resolve_new(store, &chain(64))?, []);
    Ok(())
}

fn chains_that_grow(store: &dyn Store) -> TestResult {
    let chain = |name: &str, length: u32| {
        let links = (1..=length).map(|n| alias("base", &format!("{name}{n}"), &format!("{name}{}", n - 1)));
        links.chain([color("base", &format!("{name}0"))]).collect::<Vec<_>>()
    };
    for (above, expected) in [(23, vec![]), (24, vec!["deep u24", "deep u24"]), (30, vec!["deep u24"])] {
        // Something stands at the end in two sets.
        let end = format!("u{above}");
        let mut rows = [chain("t", 40), chain("u", above)].concat();
        rows.push(alias("x", &end, &format!("u{}", above - 1)));
        let project = format!("p{above}");
        make(store, &project, &rows)?;
        let mut tx = store.write(&name(&project)?)?;
        assert_eq!(resolve(&mut *tx)?, []);
        // The end of one chain becomes the beginning of the other.
        let joint = alias("base", "u0", "t40");
        tx.put(&joint)?;
        let found = resolve(&mut *tx)?;
        assert_eq!(brief(&found), expected);
        rows.retain(|row| row.entity.id() != joint.entity.id());
        rows.push(joint);
        assert_eq!(found, resolve_new(store, &rows)?);
    }
    Ok(())
}

fn who_refers_to_a_path(store: &dyn Store) -> TestResult {
    let dead = row(token("base", "dead").value(r#"{"$value":"{a}"}"#).deleted().build());
    let rows = [
        color("base", "a"),
        alias("base", "c", "a"),
        part(alias("base", "b", "a"), "a", ReferenceKind::Part, None),
        dead,
    ];
    make(store, "p", &rows)?;
    let mut tx = store.write(&name("p")?)?;
    let found = |tx: &dyn WriteTx| -> TestResult<Vec<(String, ReferenceKind)>> {
        let mut found = Vec::new();
        tx.referrers("a", &mut |referrer| {
            found.push((referrer.path, referrer.kind));
            Visit::Continue(())
        })?;
        Ok(found)
    };
    let b = |kind| ("b".to_owned(), kind);
    let expected = [b(ReferenceKind::Alias), b(ReferenceKind::Part), ("c".to_owned(), ReferenceKind::Alias)];
    assert_eq!(found(&*tx)?, expected);
    tx.put(&alias("base", "b", "c"))?;
    assert_eq!(found(&*tx)?, [("c".to_owned(), ReferenceKind::Alias)]);
    Ok(())
}

/// Small worlds full of references: both backends have to find the same in them.
#[test]
fn backends_agree() -> TestResult {
    let folder = crate::support::Folder::new()?;
    let (sqlite, memory) = (folder.open()?, dss_store::MemoryStore::new(50));
    let kinds = [ReferenceKind::Alias, ReferenceKind::Alias, ReferenceKind::Part, ReferenceKind::Pointer];
    let path = || prop::sample::select(vec!["a", "b", "c", "d", "e", "f"]);
    let one_token = (
        prop::sample::select(vec!["x", "y"]),
        path(),
        prop::option::of(prop::sample::select(vec!["color", "number"])),
        prop::collection::vec((path(), prop::sample::select(kinds.to_vec())), 0..2),
    );
    let mut runner = TestRunner::new(dss_testkit::cases(200));
    runner.run(&prop::collection::vec(one_token, 1..10), |tokens| {
        let mut rows = std::collections::BTreeMap::new();
        for (set, path, token_type, references) in tokens {
            let mut one = row(token(set, path).value("{}").build());
            one.columns.token_type = token_type.map(ToOwned::to_owned);
            for (target, kind) in references {
                one = part(one, target, kind, token_type);
            }
            rows.insert(one.entity.id(), one);
        }
        let run = |store: &dyn Store| -> TestResult<_> {
            let mut tx = store.scratch(&new_project())?;
            for row in rows.values() {
                tx.put(row)?;
            }
            let findings = resolve(&mut *tx)?;
            let again = resolve(&mut *tx)?;
            assert_eq!(findings, again, "resolving changes nothing that it looks at");
            Ok((findings, crate::support::scan_all(&*tx, &dss_store::Scan::default())?))
        };
        let fail = |error: Box<dyn std::error::Error>| TestCaseError::fail(error.to_string());
        prop_assert_eq!(run(&sqlite).map_err(fail)?, run(&memory).map_err(fail)?);
        Ok(())
    })?;
    Ok(())
}

/// A token as it is put in a step: its set, path, type, references, and whether it is deleted.
type Step = (&'static str, &'static str, Option<&'static str>, Vec<(&'static str, ReferenceKind)>, bool);

fn step_row((set, path, token_type, references, is_deleted): &Step) -> Row {
    let mut token = token(set, path).value("{}");
    if *is_deleted {
        token = token.deleted();
    }
    let mut one = row(token.build());
    one.columns.token_type = token_type.map(ToOwned::to_owned);
    references.iter().fold(one, |one, (target, kind)| part(one, target, *kind, *token_type))
}

/// What one backend keeps from the times before, the other finds out anew each time.
#[test]
fn what_was_resolved_before_is_kept_right() -> TestResult {
    let kinds = [ReferenceKind::Alias, ReferenceKind::Alias, ReferenceKind::Part, ReferenceKind::Pointer];
    let path = || prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "g"]);
    let step = (
        prop::sample::select(vec!["x", "y"]),
        path(),
        prop::option::of(prop::sample::select(vec!["color", "number"])),
        prop::collection::vec((path(), prop::sample::select(kinds.to_vec())), 0..3),
        prop::bool::weighted(0.15),
    );
    let steps = prop::collection::vec(prop::collection::vec(step, 1..6), 2..7);
    let folder = crate::support::Folder::new()?;
    let (sqlite, memory) = (folder.open()?, dss_store::MemoryStore::new(50));
    let mut runner = TestRunner::new(dss_testkit::cases(150));
    let number = std::cell::Cell::new(0_u32);
    runner.run(&steps, |steps| {
        number.set(number.get() + 1);
        let run = |store: &dyn Store| -> TestResult<_> {
            let project = name(&format!("p{}", number.get()))?;
            let mut found = Vec::new();
            for (at, rows) in steps.iter().enumerate() {
                let mut tx =
                    if at == 0 { store.create(&project, &new_project())? } else { store.write(&project)? };
                let rows: std::collections::BTreeMap<_, _> =
                    rows.iter().map(step_row).map(|row| (row.entity.id(), row)).collect();
                for row in rows.values() {
                    tx.put(row)?;
                }
                // Now and then, a transaction ends without.
                if at % 4 != 2 {
                    let findings = resolve(&mut *tx)?;
                    let rows = crate::support::scan_all(&*tx, &dss_store::Scan::default())?;
                    found.push((findings, rows, tx.counts()?));
                }
                tx.commit()?;
            }
            let mut damage = Vec::new();
            store.read(&project)?.check(&mut |found| {
                damage.push(found);
                Visit::Continue(())
            })?;
            assert_eq!(damage, [], "a full resolve comes to the same");
            store.delete(&project)?;
            Ok(found)
        };
        let fail = |error: Box<dyn std::error::Error>| TestCaseError::fail(error.to_string());
        prop_assert_eq!(run(&sqlite).map_err(fail)?, run(&memory).map_err(fail)?);
        Ok(())
    })?;
    Ok(())
}

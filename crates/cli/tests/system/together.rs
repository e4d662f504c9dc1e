//! Several processes at once, in one store.

use std::process::{Child, Command};
use std::sync::Arc;

use dss_service::store::{SqliteStore, Store as _, StoreOptions};
use dss_testkit::TestResult;
use serde_json::{Value, json};

use crate::support::{Machine, SMALL, Said};

/// Starts all of them before it waits for any.
fn at_once(commands: impl IntoIterator<Item = Command>) -> TestResult<Vec<Said>> {
    let children = commands.into_iter().map(|mut command| command.spawn());
    let children = children.collect::<Result<Vec<Child>, _>>()?;
    children.into_iter().map(|child| Said::from(child.wait_with_output()?)).collect()
}

#[test]
fn different_projects_side_by_side() -> TestResult {
    let machine = Machine::new()?;
    let names = ["one", "two", "three", "four"];
    for (seed, name) in (1..).zip(names) {
        machine.generated(&format!("{name}.tokens.json"), 1_000, seed)?;
    }
    // Into new projects, and then into existing ones.
    for strategy in ["merge", "replace"] {
        let import = |name: &&str| {
            machine.dss(&format!("import {name}.tokens.json --project {name} --strategy {strategy}"))
        };
        for said in at_once(names.iter().map(import))? {
            let summary = said.ok("import")?;
            assert_eq!(summary["kinds"]["token"]["read"], 1_000, "{summary}");
        }
        let mut expected = names.to_vec();
        expected.sort_unstable();
        assert_eq!(machine.projects()?, expected);
    }
    // Each holds its own tokens: as if they had come one after the other.
    let alone = Machine::new()?;
    for (seed, name) in (1..).zip(names) {
        alone.generated(&format!("{name}.tokens.json"), 1_000, seed)?;
        alone.ok(&format!("import {name}.tokens.json --project {name}"))?;
        assert!(values(&machine, name)? == values(&alone, name)?, "{name}");
    }
    Ok(())
}

/// What a project's tokens are called, and what they are.
fn values(machine: &Machine, project: &str) -> TestResult<Vec<[Value; 3]>> {
    let list = machine.ok(&format!("token list {project}"))?;
    let tokens = list["tokens"].as_array().ok_or("a list")?;
    Ok(tokens.iter().map(|token| ["id", "path", "value"].map(|name| token[name].clone())).collect())
}

/// A description of the first token in a store that was made of the archive "p.dss".
fn edited(archive: &[u8], token: &str, description: &str) -> TestResult<Vec<u8>> {
    let other = Machine::new()?;
    other.file("p.dss", archive)?;
    other.ok("import p.dss --project p")?;
    other.ok(&format!("token set p {token} --description {description}"))?;
    other.archive("p")
}

#[test]
fn the_same_project_one_after_the_other() -> TestResult {
    let machine = Machine::new()?;
    machine.generated("p.tokens.json", 1_000, 1)?;
    machine.ok("import p.tokens.json --project p")?;
    let list = machine.ok("token list p")?;
    let path = |index: usize| list["tokens"][index]["path"].as_str().ok_or("a path").map(str::to_owned);
    let start = machine.archive("p")?;
    // Four people edited a token each, and all deliver at once.
    let mut expected = Vec::new();
    for index in 0..4 {
        let (token, description) = (path(index * 100)?, format!("edit-{index}"));
        machine.file(&format!("{index}.dss"), edited(&start, &token, &description)?)?;
        expected.push((token, description));
    }
    for strategy in ["merge", "replace"] {
        let import = |index| {
            machine.dss(&format!("import {index}.dss --project p --strategy {strategy} --busy-timeout 60"))
        };
        for said in at_once((0..4).map(import))? {
            said.ok(strategy)?;
        }
        if strategy == "merge" {
            for (token, description) in &expected {
                let found = machine.ok(&format!("token get p {token}"))?;
                assert_eq!(found["tokens"][0]["description"], **description, "an edit is lost");
            }
        }
    }
    let log = machine.ok("log p")?;
    let entries = log["entries"].as_array().or_else(|| log["log"].as_array()).map_or(0, Vec::len);
    assert!(entries >= 9, "every import is logged: {log}");
    Ok(())
}

#[test]
fn the_same_new_project() -> TestResult {
    let machine = Machine::new()?;
    machine.file("small.tokens.json", SMALL)?;
    machine.generated("p.tokens.json", 1_000, 1)?;
    machine.ok("import p.tokens.json --project q")?;
    machine.export("q", "p.dss")?;
    // None of them finds the project when it starts.
    for input in ["p.tokens.json", "p.dss"] {
        let import = |_| machine.dss(&format!("import {input} --project p --busy-timeout 60"));
        for said in at_once((0..4).map(import))? {
            said.ok(input)?;
        }
        let tokens = machine.ok("token list p")?;
        assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(1_000));
        if input == "p.dss" {
            assert!(machine.archive("p")? == std::fs::read(machine.join("p.dss"))?);
        }
        machine.ok("project delete p --yes")?;
    }
    Ok(())
}

#[test]
fn a_lock_that_is_held_too_long() -> TestResult {
    let machine = Machine::with_small()?;
    machine.file("other.tokens.json", SMALL.replace("\"value\": 4", "\"value\": 8"))?;
    let before = machine.state()?;
    let store = Arc::new(SqliteStore::open(StoreOptions::new(machine.store()))?);
    let held = store.write(&"p".parse()?)?;
    for line in [
        "import other.tokens.json --project p --busy-timeout 0.2",
        "import other.tokens.json --project p --strategy replace --dry-run --busy-timeout 0.2",
        "token set p size.small 8px --set base --busy-timeout 0.2",
        "component rm p Card --busy-timeout 0.2",
        "project delete p --yes --busy-timeout 0.2",
        "project rename p q --busy-timeout 0.2",
    ] {
        let error = machine.fails(line, 5)?;
        assert_eq!(error["code"], "database_locked", "{line}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("Database locked")), "{error}");
    }
    // Readers do not wait, and see what was.
    assert_eq!(machine.value("p", "size.small")?, json!({"value": 4, "unit": "px"}));
    assert!(machine.state()? == before);
    drop(held);
    drop(store);
    machine.ok("token set p size.small 8px --set base --busy-timeout 0.2")?;
    assert_eq!(machine.value("p", "size.small")?, json!({"value": 8, "unit": "px"}));
    Ok(())
}

#[test]
fn readers_beside_a_long_import() -> TestResult {
    let machine = Machine::new()?;
    machine.generated("old.tokens.json", 4_000, 1)?;
    machine.generated("new.tokens.json", 4_000, 2)?;
    machine.ok("import old.tokens.json --project p")?;
    let observe = || -> TestResult<(Vec<u8>, Value)> {
        Ok((machine.archive("p")?, machine.ok("token list p --folder color.brand.button")?))
    };
    let old = observe()?;
    let mut import =
        machine.dss("import new.tokens.json --project p --strategy replace --allow-mass-delete").spawn()?;
    let mut seen = Vec::new();
    while import.try_wait()?.is_none() {
        seen.push(observe()?);
    }
    Said::from(import.wait_with_output()?)?.ok("import")?;
    let new = observe()?;
    assert!(old.0 != new.0 && old.1 != new.1);
    let (mut olds, mut news) = (0, 0);
    for (archive, tokens) in &seen {
        // The import may end between the two looks.
        assert!([&old.0, &new.0].contains(&archive), "neither the old state nor the new one");
        assert!([&old.1, &new.1].contains(&tokens), "neither the old state nor the new one");
        olds += u32::from(*archive == old.0);
        news += u32::from(*archive == new.0);
    }
    println!("{olds} looks at the old state and {news} at the new one, during one import");
    assert!(olds > 0, "nobody looked while it was under way");
    Ok(())
}

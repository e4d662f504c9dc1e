//! Backups of a store that is at work, and copies that go their own ways.

use dss_testkit::TestResult;
use serde_json::Value;

use crate::support::{Machine, Said};

const MORE: &str = r#"{"more": {"$type": "number", "a": {"$value": 1}, "b": {"$value": 2}}}"#;
const SOURCE: &str = "import more.tokens.json --project p --set more --source shared";

#[test]
fn a_backup_during_an_import_is_one_of_its_two_states() -> TestResult {
    let machine = Machine::new()?;
    machine.generated("old.tokens.json", 4_000, 1)?;
    machine.generated("new.tokens.json", 4_000, 2)?;
    machine.ok("import old.tokens.json --project p")?;
    let old = machine.archive("p")?;
    let mut import =
        machine.dss("import new.tokens.json --project p --strategy replace --allow-mass-delete").spawn()?;
    let mut backups = Vec::new();
    while import.try_wait()?.is_none() {
        backups.push(path(&machine.ok("backup backups")?)?);
    }
    Said::from(import.wait_with_output()?)?.ok("import")?;
    let new = machine.archive("p")?;
    assert!(!backups.is_empty() && old != new, "nothing was backed up while it was under way");
    for (number, backup) in backups.iter().enumerate() {
        let copy = Machine::with_store(machine.join(format!("store-{number}")))?;
        copy.ok(&format!("restore {backup}"))?;
        assert_eq!(copy.ok("check")?["isClean"], true, "{backup}");
        let state = copy.archive("p")?;
        assert!(state == old || state == new, "{backup}: neither the old state nor the new one");
    }
    println!("{} backups during one import", backups.len());
    Ok(())
}

fn path(summary: &Value) -> TestResult<String> {
    Ok(summary["backup"].as_str().ok_or("a backup")?.to_owned())
}

/// Original and restored copy write under the same counters, which no two copies may do under the same name.
#[test]
fn a_restored_copy_and_its_original_exchange_edits() -> TestResult {
    let original = Machine::with_small()?;
    // Its own writes, and those of a source.
    original.ok("token set p size.small 5px --set base")?;
    original.file("more.tokens.json", MORE)?;
    original.ok(SOURCE)?;
    let backup = path(&original.ok("backup backups")?)?;
    let copy = Machine::new()?;
    copy.ok(&format!("restore {backup}"))?;
    assert!(original.archive("p")? == copy.archive("p")?, "the same state");
    for (machine, token, description) in [
        (&original, "color.red", "original"),
        (&copy, "color.brand", "restored"),
        (&original, "size.small", "original-too"),
    ] {
        machine.ok(&format!("token set p {token} --set base --description {description}"))?;
    }
    // The same source speaks to both, and each has an identity of its own for it.
    original.file("more.tokens.json", MORE.replace("\"$value\": 1", "\"$value\": 10"))?;
    copy.file("more.tokens.json", MORE.replace("\"$value\": 2", "\"$value\": 20"))?;
    for machine in [&original, &copy] {
        machine.ok(SOURCE)?;
    }
    copy.ok("token set p color.new 1 --type number --set base")?;
    for _ in 0..2 {
        for (from, to) in [(&original, &copy), (&copy, &original)] {
            let archive = from.archive("p")?;
            to.file("other.dss", archive)?;
            let summary = to.ok("import other.dss --project p")?;
            let merge = &summary["merge"];
            assert_eq!(merge["newConflicts"], 0, "a false conflict: {summary}");
            assert_eq!(summary["findings"]["byCode"]["identity_renewed"], Value::Null, "{summary}");
        }
    }
    assert!(original.archive("p")? == copy.archive("p")?, "they have not come to the same state");
    for machine in [&original, &copy] {
        assert_eq!(machine.ok("check")?["isClean"], true);
        let description = |token: &str| -> TestResult<Value> {
            let found = machine.ok(&format!("token get p {token} --set base"))?;
            Ok(found["tokens"][0]["description"].clone())
        };
        assert_eq!(description("color.red")?, "original", "an edit is lost");
        assert_eq!(description("color.brand")?, "restored", "an edit is lost");
        assert_eq!(description("size.small")?, "original-too", "an edit is lost");
        for (token, value) in [("color.new", 1), ("more.a", 10), ("more.b", 20)] {
            assert_eq!(machine.value("p", token)?, value, "an edit is lost");
        }
    }
    Ok(())
}

/// Both sides change the same thing: that is a conflict, once, and no identity is in doubt.
#[test]
fn what_both_change_is_a_conflict_also_after_a_restore_in_place() -> TestResult {
    let machine = Machine::with_small()?;
    let other = Machine::new()?;
    other.file("p.dss", machine.archive("p")?)?;
    other.ok("import p.dss --project p")?;
    let backup = path(&machine.ok("backup backups")?)?;
    // These writes reach the other copy, and are lost here.
    machine.ok("token set p size.small 8px --set base")?;
    other.file("p.dss", machine.archive("p")?)?;
    other.ok("import p.dss --project p")?;
    machine.ok(&format!("restore {backup} --force"))?;
    // The restored copy goes on with the very same counters.
    machine.ok("token set p size.small 9px --set base")?;
    machine.file("other.dss", other.archive("p")?)?;
    let summary = machine.run("import other.dss --project p")?.ends("import", 1)?;
    assert_eq!(summary["merge"]["newConflicts"], 1, "{summary}");
    assert_eq!(summary["findings"]["errors"], 0, "{summary}");
    machine.ok("conflicts p resolve size.small --set base --take imported")?;
    assert_eq!(machine.value("p", "size.small")?["value"], 8);
    assert_eq!(machine.ok("check")?["isClean"], true);
    Ok(())
}

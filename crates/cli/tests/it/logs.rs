//! Logs on standard error, and what the log of operations says in numbers.

use insta::assert_snapshot;
use serde_json::Value;

use crate::golden;
use crate::promised;
use crate::support::{Desk, Ran};

/// The events of a log in JSON, one in each line.
fn events(ran: &Ran) -> Vec<Value> {
    let lines = ran.err.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn only(ran: &Ran) -> Value {
    let events = events(ran);
    assert_eq!(events.len(), 1, "{}", ran.err);
    events[0].clone()
}

#[test]
fn nothing_is_logged_unless_it_is_asked_for() {
    let desk = Desk::new();
    assert_eq!(desk.run("import aurora/aurora.resolver.json").err, "");
    let ran = desk.run("import aurora/aurora.resolver.json --log-format json --log-level off");
    assert_eq!(ran.err, "");
}

#[test]
fn an_operation_is_told_with_what_it_took() {
    let desk = Desk::new();
    let ran = desk.run("import aurora/aurora.resolver.json --json --log-format json");
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    let event = only(&ran);
    assert_eq!((event["level"].as_str(), event["message"].as_str()), (Some("INFO"), Some("done")), "{event}");
    let span = &event["span"];
    assert_eq!(
        (span["action"].as_str(), span["project"].as_str()),
        (Some("import"), Some("aurora")),
        "{event}"
    );
    assert_eq!(span["source"], "aurora/aurora.resolver.json");
    assert_eq!(span["bytes"], summary["bytes"]);
    let kinds = summary["kinds"].as_object().unwrap();
    let read: u64 = kinds.values().map(|kind| kind["read"].as_u64().unwrap()).sum();
    assert_eq!((span["items"].as_u64(), span["conflicts"].as_u64()), (Some(read), Some(0)));
    assert!(span["duration_ms"].is_u64(), "{event}");
    if cfg!(target_os = "linux") {
        assert!(span["peak_memory_bytes"].as_u64().unwrap() > 1 << 20, "{event}");
    }
    for (line, action) in [
        ("export aurora -o a.dss", "export"),
        ("verify a.dss", "verify"),
        ("inspect a.dss", "inspect"),
        ("lint aurora", "lint"),
        ("lint a.dss", "lint"),
        ("diff aurora a.dss", "diff"),
        ("import a.dss --dry-run", "preview"),
        ("convert aurora/tokens/base.tokens.json b.json --to style-dictionary", "convert"),
        ("token set aurora radius.full 1px", "token.set"),
        ("fix aurora/tokens/base.tokens.json", "fix"),
        ("resolve aurora", "resolve"),
        ("resolve a.dss", "resolve"),
        ("check", "check"),
        ("backup backups", "backup"),
        ("compact", "compact"),
    ] {
        let ran = desk.run(&format!("{line} --log-format json"));
        assert_eq!(only(&ran)["span"]["action"], action, "{line}: {}", ran.err);
    }
}

#[test]
fn levels_and_the_environment() {
    let desk = Desk::new();
    let run = |level: &str| {
        let mut command = desk.command();
        command.env("DSS_LOG", level).args(["verify", "aurora/tokens/base.tokens.json"]);
        Ran::of(&command.output().unwrap())
    };
    assert_eq!(run("error").err, "");
    let info = run("info").err;
    assert!(info.contains(" INFO operation{action=\"verify\" source=\"aurora/"), "{info}");
    assert!(run("debug").err.contains("DEBUG"), "phases");
    assert!(run("loud").err.starts_with("error[config_invalid]: DSS_LOG: expected one of: off, error"));
}

#[test]
fn each_conflict_is_told_with_both_hashes_and_times() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o first.dss");
    desk.ok("import first.dss --store ben");
    desk.ok("token set aurora radius.full 1px --store ben --as Ben");
    desk.ok("token set aurora radius.small 3px --store ben --as Ben");
    desk.ok("export aurora -o ben.dss --store ben");
    desk.ok("token set aurora radius.full 2px");
    desk.ok("token set aurora radius.small 5px");
    let ran = desk.run("import ben.dss --json --log-format json");
    assert_eq!(ran.code, 1);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    let events = events(&ran);
    let told: Vec<&Value> = events.iter().filter(|event| event["message"] == "conflict").collect();
    let listed = summary["merge"]["conflicts"].as_array().unwrap();
    assert_eq!((told.len(), listed.len()), (2, 2), "{}", ran.err);
    for (told, listed) in told.iter().zip(listed) {
        let side = |name: &str| {
            listed["sides"].as_array().unwrap().iter().find(|side| side["side"] == name).unwrap()
        };
        for (name, side) in [("local", side("local")), ("imported", side("imported"))] {
            assert_eq!(told[format!("{name}_hash")], side["hash"]);
            assert_eq!(told[format!("{name}_at")], side["updatedAt"]);
            assert_eq!(told[format!("{name}_by")], side["updatedBy"]);
        }
        assert_eq!(told["name"], listed["name"]);
        assert_eq!(told["span"]["action"], "import");
    }
    assert_eq!(events.last().unwrap()["span"]["conflicts"], 2);
}

#[test]
fn attacks_and_damage_are_alerts_and_mistakes_are_not() {
    let desk = Desk::with_aurora();
    promised::zip_slip(&desk, "slip.dss");
    promised::forged(&desk, "forged.dss");
    for (file, code) in [("slip.dss", "zip_slip"), ("forged.dss", "manifest_integrity")] {
        // With a store and without one, and even if only errors are logged.
        for place in ["store", "nowhere"] {
            let ran = desk.run(&format!("import {file} --store {place} --log-format json --log-level error"));
            let event = only(&ran);
            assert_eq!(event["level"], "ERROR", "{event}");
            assert_eq!(
                (event["alert"].as_bool(), event["code"].as_str()),
                (Some(true), Some(code)),
                "{event}"
            );
            assert_eq!(event["action"], "import");
        }
        assert!(!desk.path("nowhere").exists(), "a refused import makes no store");
    }
    let ran = desk.run("import aurora/aurora.resolver.json --max-tokens 1 --log-format json");
    let event = only(&ran);
    assert_eq!((event["level"].as_str(), event["code"].as_str()), (Some("WARN"), Some("too_many_tokens")));
    assert_eq!(event["alert"], Value::Null);
}

#[test]
fn damage_that_a_check_finds_is_an_alert() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora color.violet.500 --description damaged-here");
    let file = desk.path("store/projects/aurora.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let found: Vec<usize> =
        bytes.windows(12).enumerate().filter(|(_, text)| text == b"damaged-here").map(|(at, _)| at).collect();
    for at in found {
        bytes[at] = b'D';
    }
    std::fs::write(&file, bytes).unwrap();
    let ran = desk.run("check --log-format json --log-level error");
    assert_eq!(ran.code, 5, "{}", ran.out);
    let event = events(&ran)[0].clone();
    assert_eq!(
        (event["alert"].as_bool(), event["project"].as_str()),
        (Some(true), Some("aurora")),
        "{event}"
    );
    assert_eq!(event["message"], "damaged");
}

#[test]
fn statistics_count_what_the_log_holds() {
    let desk = Desk::new();
    assert_eq!(desk.ok("stats"), "Nothing was done.\n");
    assert!(!desk.path("store").exists(), "asking makes no store");
    desk.ok("import aurora/aurora.resolver.json");
    promised::forged(&desk, "forged.dss");
    for line in
        ["import forged.dss", "import forged.dss", "import nowhere.dss", "token rm aurora no.such.token"]
    {
        assert_ne!(desk.run(line).code, 0);
    }
    // Neither a preview nor a look is an operation on the store.
    desk.ok("import aurora/aurora.resolver.json --dry-run");
    desk.ok("lint aurora");
    golden::filters().bind(|| {
        assert_snapshot!(desk.ok("stats").lines().map(squeezed).collect::<Vec<_>>().join("\n"), @r"
        From [time] to [time] UTC

        OPERATION DONE REFUSED FAILED CANCELLED P50 P95 LONGEST
        export 1 0 0 0 [span] [span] [span]
        import 1 3 0 0 [span] [span] [span]
        token.remove 0 1 0 0

        FAILURE COUNT LAST (UTC) IN
        manifest_integrity 2 [time] import
        not_found 2 [time] token.remove
        ");
    });
    let stats = desk.json("stats aurora");
    let import =
        stats["operations"].as_array().unwrap().iter().find(|row| row["action"] == "import").unwrap();
    assert_eq!((import["done"].as_u64(), import["refused"].as_u64()), (Some(1), Some(0)), "{stats}");
    assert!(import["durationMs"]["p95"].is_u64(), "{stats}");
    assert_eq!(desk.ok("stats --since 2999-01-01"), "Nothing was done.\n");
    // What failed is in the log with its place.
    let log = desk.json("log");
    let failed =
        log["entries"].as_array().unwrap().iter().find(|entry| entry["errorCode"] == "manifest_integrity");
    let detail = &failed.unwrap()["detail"];
    assert_eq!(
        (detail["source"].as_str(), detail["stage"].as_str()),
        (Some("forged.dss"), Some("manifest")),
        "{log}"
    );
    assert!(detail["durationMs"].is_u64(), "{log}");
}

/// With one space in place of several: spans differ in width from run to run.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

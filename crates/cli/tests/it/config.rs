//! `dss.toml`: where it is looked for, what wins, and what happens if it is wrong.

use std::fs;

use serde_json::Value;

use crate::support::{Desk, Ran};

const TOKENS: &str = "aurora/tokens/base.tokens.json";

/// Runs in a folder below the desk, with more in the environment.
fn run_in(desk: &Desk, folder: &str, variables: &[(&str, &str)], line: &str) -> Ran {
    let mut command = desk.command();
    fs::create_dir_all(desk.path(folder)).unwrap();
    command.current_dir(desk.path(folder)).envs(variables.iter().copied()).args(line.split(' '));
    Ran::of(&command.output().unwrap())
}

#[test]
fn the_nearest_file_above_sets_the_limits() {
    let desk = Desk::new();
    let verify = format!("verify {}", desk.path(TOKENS).display());
    desk.write("dss.toml", "[limits]\nmax-tokens = 1\n");
    let ran = run_in(&desk, "deep/down", &[], &verify);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("Token count exceeds limit"), "{}", ran.err);
    // A nearer one stands for it, and is not added to it.
    fs::write(desk.path("deep/dss.toml"), "[limits]\n").unwrap();
    assert_eq!(run_in(&desk, "deep/down", &[], &verify).code, 0);
}

#[test]
fn options_win_over_the_environment_over_the_project_over_the_user() {
    let desk = Desk::new();
    let verify = format!("verify {}", desk.path(TOKENS).display());
    fs::create_dir_all(desk.path("home/.config/dss")).unwrap();
    fs::write(desk.path("home/.config/dss/dss.toml"), "[limits]\nmax-tokens = 1\nmax-item-size = 10\n")
        .unwrap();
    assert_eq!(run_in(&desk, ".", &[], &verify).code, 3, "the user's file");
    desk.write("dss.toml", "[limits]\nmax-tokens = 1000\n");
    let ran = run_in(&desk, ".", &[], &verify);
    assert!(ran.err.contains("item_bytes"), "what the project leaves open is the user's: {}", ran.err);
    desk.write("dss.toml", "[limits]\nmax-tokens = 1000\nmax-item-size = \"64KiB\"\n");
    assert_eq!(run_in(&desk, ".", &[], &verify).code, 0, "the project's file");
    assert_eq!(run_in(&desk, ".", &[("DSS_MAX_TOKENS", "1")], &verify).code, 3, "the environment");
    let options = format!("{verify} --max-tokens 1000");
    assert_eq!(run_in(&desk, ".", &[("DSS_MAX_TOKENS", "1")], &options).code, 0, "the option");
}

#[test]
fn a_mistake_stops_every_command_and_says_where_it_is() {
    let desk = Desk::with_aurora();
    desk.write("dss.toml", "# ours\n[limits]\nmax-tokns = 5\n");
    for line in ["project list", "verify aurora/tokens/base.tokens.json"] {
        let ran = desk.run(&format!("{line} --json"));
        assert_eq!(ran.code, 2, "{}", ran.out);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let error = &document["error"];
        assert_eq!(
            (error["code"].as_str(), error["line"].as_u64()),
            (Some("config_invalid"), Some(3)),
            "{error}"
        );
        assert!(error["entry"].as_str().unwrap().ends_with("dss.toml"), "{error}");
        assert!(error["message"].as_str().unwrap().contains("max-tokns"), "{error}");
        assert_eq!(error["hint"], "did you mean `max-tokens`?");
    }
    desk.write("dss.toml", [0xFF, 0xFE]);
    assert_eq!(desk.run("project list").code, 2);
    desk.ok("--help");
    fs::remove_file(desk.path("dss.toml")).unwrap();
    fs::create_dir(desk.path("dss.toml")).unwrap();
    desk.ok("project list");
}

#[test]
fn every_limit_can_be_set() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o aurora.dss");
    for (option, code) in [
        ("--max-file-size 1KiB", "file_too_large"),
        ("--max-tokens 2", "too_many_tokens"),
        ("--max-components 0", "too_many_components"),
        ("--max-item-size 20", "item_over_limit"),
        ("--max-entries 3", "too_many_entries"),
        ("--max-entry-size 100", "entry_too_large"),
        ("--max-total-size 1KiB", "total_too_large"),
    ] {
        let ran = desk.run(&format!("verify aurora.dss {option}"));
        assert_eq!(ran.code, 3, "{option}: {}{}", ran.out, ran.err);
        assert!(ran.err.starts_with(&format!("error[{code}]")), "{option}: {}", ran.err);
        if ["too_many_entries", "entry_too_large", "total_too_large"].contains(&code) {
            let name = option.split(' ').next().unwrap();
            assert!(ran.err.contains(&format!("raise the limit with {name}\n")), "{}", ran.err);
        }
        // The same as a key of the file.
        let (key, value) = option.trim_start_matches('-').split_once(' ').unwrap();
        let value = if value.ends_with('B') { format!("\"{value}\"") } else { value.to_owned() };
        desk.write("dss.toml", format!("[limits]\n{key} = {value}\n"));
        let ran = desk.run("verify aurora.dss");
        assert!(ran.err.starts_with(&format!("error[{code}]")), "{option}: {}", ran.err);
        fs::remove_file(desk.path("dss.toml")).unwrap();
    }
}

#[test]
fn near_limits_are_told_by_verify_and_inspect() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o aurora.dss");
    let total = desk.json("inspect aurora.dss")["entries"].as_array().unwrap().len() + 2;
    let near = |line: &str| {
        let found = desk.json(line)["nearLimits"].as_array().unwrap().clone();
        found.iter().map(|near| near["limit"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for command in ["verify", "inspect"] {
        assert_eq!(near(&format!("{command} aurora.dss")), [""; 0]);
        assert_eq!(near(&format!("{command} aurora.dss --max-entries {total}")), ["entries"]);
    }
    let ran = desk.run(&format!("inspect aurora.dss --max-entries {}", total - 1));
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("(entries); --max-entries raises the limit"), "{}", ran.err);
}

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
        assert_eq!(error["hint"], "did you mean `limits.max-tokens`?");
    }
    desk.write("dss.toml", [0xFF, 0xFE]);
    assert_eq!(desk.run("project list").code, 2);
    for line in ["--help", "--version", "import --help", "completions bash", "config path", "config show"] {
        desk.ok(line);
    }
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

/// The setting of that name in `dss config show`: its value and who set it.
fn setting(desk: &Desk, variables: &[(&str, &str)], options: &str, key: &str) -> (Value, String) {
    let ran = run_in(desk, ".", variables, format!("config show --json {options}").trim_end());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["problems"], serde_json::json!([]));
    let setting = document["settings"].as_array().unwrap().iter().find(|setting| setting["key"] == key);
    let setting = setting.unwrap_or_else(|| panic!("{key} is not shown: {document}"));
    let line = setting["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
    let preset = setting["preset"].as_str().map(|preset| format!(" {preset}")).unwrap_or_default();
    (setting["value"].clone(), format!("{}{line}{preset}", setting["source"].as_str().unwrap()))
}

/// What each place says, weakest first: every pair of places is tried, and the stronger one has to win.
#[test]
fn of_every_pair_of_places_the_stronger_one_wins() {
    type Say = fn(&Desk, &mut Vec<(&'static str, &'static str)>, &mut String);
    fn own(desk: &Desk, text: &str) {
        fs::create_dir_all(desk.path("home/.config/dss")).unwrap();
        fs::write(desk.path("home/.config/dss/dss.toml"), text).unwrap();
    }
    let places: [(&str, u64, Say); 7] = [
        ("default", 10_000, |_, _, _| {}),
        ("preset conservative", 5_000, |desk, _, _| own(desk, "preset = \"conservative\"\n")),
        ("user:2", 12, |desk, _, _| own(desk, "[limits]\nmax-tokens = 12\n")),
        ("project:2", 13, |desk, _, _| desk.write("dss.toml", "[limits]\nmax-tokens = 13\n")),
        ("env", 14, |_, variables, _| variables.push(("DSS_MAX_TOKENS", "14"))),
        ("preset aggressive", 50_000, |_, _, options| options.push_str("--preset aggressive ")),
        ("option", 15, |_, _, options| options.push_str("--max-tokens 15 ")),
    ];
    for (at, (_, _, weaker)) in places.iter().enumerate() {
        for (source, value, stronger) in &places[at..] {
            let desk = Desk::new();
            let (mut variables, mut options) = (Vec::new(), String::new());
            weaker(&desk, &mut variables, &mut options);
            let is_both_in_one_file = at == 1 && *source == "user:2";
            if is_both_in_one_file {
                own(&desk, "preset = \"conservative\"\nlimits.max-tokens = 12\n");
            } else if *source != places[at].0 {
                stronger(&desk, &mut variables, &mut options);
            }
            let told = setting(&desk, &variables, options.trim_end(), "limits.max-tokens");
            assert_eq!(told, ((*value).into(), (*source).to_owned()), "{} against {source}", places[at].0);
        }
    }
}

#[test]
fn what_is_set_is_what_is_done() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("home/.config/dss")).unwrap();
    let own = desk.path("home/.config/dss/dss.toml");
    fs::write(&own, "author = \"Grace\"\nstore = \"../../../mine\"\ncolor = \"always\"\n").unwrap();
    let mut command = desk.command();
    command.env_remove("DSS_STORE").env_remove("DSS_AUTHOR").args(["import", "aurora/aurora.resolver.json"]);
    let ran = Ran::of(&command.output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("\u{1b}["), "colours are wanted: {}", ran.out);
    let log = desk.json("log --store mine");
    assert_eq!(log["entries"][0]["who"], "Grace", "{log}");
}

#[test]
fn who_decides_and_how_much_may_be_deleted_can_be_set() {
    let desk = Desk::with_aurora();
    let tokens = r#"{"$type": "number", "a": {"$value": 1}, "b": {"$value": 2}, "c": {"$value": 3}}"#;
    desk.write("some.tokens.json", tokens);
    desk.ok("import some.tokens.json --project some");
    desk.write("some.tokens.json", r#"{"$type": "number", "a": {"$value": 1}}"#);
    let line = "import some.tokens.json --project some --delete-missing";
    let few = [("DSS_MASS_DELETION_ITEMS", "1"), ("DSS_MASS_DELETION_PERCENT", "10")];
    let ran = run_in(&desk, ".", &few, line);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(ran.err.starts_with("error[mass_deletion]"), "{}", ran.err);
    desk.ok(line);

    desk.ok("export aurora -o first.dss");
    desk.ok("import first.dss --store ben");
    desk.ok("token set aurora radius.small 1px");
    desk.ok("token set aurora radius.small 2px --store ben");
    desk.ok("export aurora -o ben.dss --store ben");
    let dry = "import ben.dss --dry-run --json";
    let ran = run_in(&desk, ".", &[], dry);
    assert_eq!(ran.code, 1, "the conflict stays open: {}", ran.out);
    let ran = run_in(&desk, ".", &[("DSS_ON_CONFLICT", "take-imported")], dry);
    assert_eq!(ran.code, 0, "it is decided: {}", ran.out);
    let ran =
        run_in(&desk, ".", &[("DSS_ON_CONFLICT", "take-imported")], &format!("{dry} --on-conflict manual"));
    assert_eq!(ran.code, 1, "the option wins: {}", ran.out);
    let ran = run_in(&desk, ".", &[("DSS_ON_CONFLICT", "whoever")], dry);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("DSS_ON_CONFLICT: expected one of: manual"), "{}", ran.out);
}

#[test]
fn how_many_backups_are_kept_can_be_set() {
    let desk = Desk::with_aurora();
    let two = [("DSS_BACKUP_KEEP", "2")];
    for kept in [1, 2, 2] {
        let ran = run_in(&desk, ".", &two, "backup backups --json");
        assert_eq!(ran.code, 0, "{}", ran.out);
        assert_eq!(fs::read_dir(desk.path("backups")).unwrap().filter(is_backup).count(), kept);
    }
    assert_eq!(run_in(&desk, ".", &two, "backup backups --keep 1").code, 0);
    assert_eq!(fs::read_dir(desk.path("backups")).unwrap().filter(is_backup).count(), 1, "the option wins");
    let ran = run_in(&desk, ".", &[("DSS_BACKUP_KEEP", "0")], "backup backups");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("expected a whole number from 1"), "{}", ran.err);
}

fn is_backup(item: &std::io::Result<fs::DirEntry>) -> bool {
    item.as_ref().is_ok_and(|item| item.path().is_dir())
}

#[test]
fn settings_are_shown_with_their_places_and_their_problems() {
    let desk = Desk::new();
    desk.write("dss.toml", "preset = \"conservative\"\nlimits.max-tokns = 3\nstore = \"here\"\n");
    let ran =
        run_in(&desk, "below", &[("DSS_MAX_RATIO", "many"), ("COLUMNS", "80")], "config show --max-tokens 7");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 80 || line.contains("dss.toml ")),
        "{}",
        ran.out
    );
    let row = |key: &str| {
        let row = ran.out.lines().find(|line| line.trim_start().starts_with(key));
        row.unwrap_or_else(|| panic!("{key}: {}", ran.out))
            .split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(row("preset"), "conservative project dss.toml:1");
    assert_eq!(row("limits.max-tokens"), "7 --max-tokens");
    assert_eq!(row("limits.max-components"), "500 preset conservative");
    assert_eq!(row("limits.max-ratio"), "200 preset conservative");
    assert_eq!(row("author"), "Ada DSS_AUTHOR");
    assert_eq!(row("merge.on-conflict"), "manual default");
    assert_eq!(row("safety.mass-deletion-items"), "10 default", "a project does not set that");
    let problems: Vec<_> = ran.err.lines().filter(|line| line.starts_with("error[config_invalid]")).collect();
    assert_eq!(problems.len(), 3, "{}", ran.err);
    let path = desk.json("config path");
    assert_eq!(path["project"], desk.path("dss.toml").display().to_string());
    assert_eq!(path["userExists"], false);
}

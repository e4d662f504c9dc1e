//! With `--json`, standard output holds exactly one document, whatever happens.

use serde_json::Value;

use crate::support::Desk;

/// Runs with `--json`; the whole of standard output is the document, and standard error is silent.
#[track_caller]
fn check(desk: &Desk, code: i32, line: &str) -> Value {
    let ran = desk.run(&format!("{line} --json"));
    let document: Result<Value, _> = serde_json::from_str(&ran.out);
    let Ok(document) = document else { panic!("dss {line}\n{}\n{}", ran.out, ran.err) };
    assert_eq!(ran.code, code, "dss {line}\n{document:#}");
    assert!(ran.out.ends_with('\n'), "dss {line}");
    assert_eq!(ran.err, "", "dss {line}");
    assert_eq!(document.get("error").is_some(), code > 1, "dss {line}\n{document:#}");
    document
}

#[test]
fn every_command_gives_one_document() {
    let desk = Desk::with_aurora();
    let lines = [
        "export aurora -o aurora.dss",
        "export aurora -o files/",
        "import aurora.dss --dry-run",
        "import aurora.dss --project second",
        "import aurora.dss --project third -q",
        "verify aurora.dss",
        "verify files",
        "inspect aurora.dss",
        "project create fourth --description What-it-is",
        "project show fourth",
        "project rename fourth fifth",
        "project delete fifth --yes",
        "project list",
        "set list aurora",
        "token list aurora",
        "token list aurora --folder nothing.here",
        "token get aurora theme.color.accent.$root",
        "token set aurora radius.full 100px --tag round",
        "token mv aurora radius.full radius.pill",
        "token rm aurora radius.pill",
        "theme list aurora",
        "theme set aurora contrast high tokens/light tokens/dark",
        "theme default aurora contrast high",
        "theme rm aurora contrast high",
        "component list aurora",
        "component get aurora Button",
        "component set aurora aurora/components.json",
        "component rm aurora Card",
        "asset list aurora",
        "asset add aurora aurora/assets/aurora-sans.ttf",
        "asset get aurora aurora-sans.ttf -o font.ttf",
        "asset rm aurora aurora-sans.ttf",
        "log",
        "log aurora --limit 2",
        "log aurora --token color.violet.500",
        "conflicts aurora/tokens/base.tokens.json",
        "git textconv aurora/tokens/base.tokens.json",
        "merge-driver aurora/tokens/base.tokens.json aurora/tokens/base.tokens.json aurora/tokens/base.tokens.json",
        "completions bash",
        "--version",
        "--help",
        "token set --help",
    ];
    for line in lines {
        check(&desk, 0, line);
    }
}

#[test]
fn every_failure_gives_one_document() {
    let desk = Desk::with_aurora();
    desk.write("bad.json", "{");
    for (code, line) in [
        (2, "no-such-command"),
        (2, "token"),
        (2, "import"),
        (2, "import x --strategy guess"),
        (2, "project delete aurora"),
        (3, "import bad.json"),
        (3, "verify bad.json"),
        (3, "component set aurora bad.json"),
        (4, "import nowhere.dss"),
        (4, "token list nobody"),
        (4, "token get aurora no.such.token"),
        (4, "project create aurora"),
        (5, "project list --store bad.json"),
    ] {
        let error = check(&desk, code, line)["error"].clone();
        assert!(error["code"].is_string() && error["message"].is_string(), "dss {line}\n{error:#}");
        assert_eq!(error["exitCode"], code, "dss {line}");
        assert!(error["hint"].is_string(), "dss {line}\n{error:#}");
    }
    let document: Value = serde_json::from_str(&desk.run("--json").out).unwrap();
    assert_eq!(document["error"]["message"], "a command is missing");
}

#[test]
fn documents_say_what_happened() {
    let desk = Desk::new();
    let import = check(&desk, 0, "import aurora/aurora.resolver.json");
    assert_eq!(import["created"], true);
    assert_eq!(import["kinds"]["token"]["added"], 84);
    assert_eq!(import["sourceKind"], "resolver");
    let export = check(&desk, 0, "export aurora -o aurora.dss");
    let inspection = check(&desk, 0, "inspect aurora.dss");
    assert_eq!(export["exportHash"], inspection["exportHash"]);
    assert_eq!(check(&desk, 0, "verify aurora.dss")["exportHash"], export["exportHash"]);
    let listed = check(&desk, 0, "token list aurora --folder radius");
    let paths: Vec<&Value> =
        listed["tokens"].as_array().unwrap().iter().map(|token| &token["path"]).collect();
    assert_eq!(paths, ["radius.small", "radius.medium", "radius.large", "radius.full"]);
    assert_eq!(listed["tokens"][0]["value"], serde_json::json!({ "value": 4, "unit": "px" }));
    let moved = check(&desk, 0, "token mv aurora radius.large radius.huge");
    assert_eq!(moved["aliasesToOldPath"], 1);
    assert_eq!(moved["token"]["path"], "radius.huge");
}

//! The exit codes, one by one.

use crate::promised;
use crate::support::Desk;

#[track_caller]
fn check(desk: &Desk, code: i32, error: &str, line: &str) {
    let ran = desk.run(line);
    assert_eq!(ran.code, code, "dss {line}\n{}{}", ran.out, ran.err);
    assert_eq!(ran.out, "", "dss {line}");
    assert!(ran.err.starts_with(&format!("error[{error}]: ")), "dss {line}\n{}", ran.err);
}

#[test]
fn wrong_usage_is_2() {
    let desk = Desk::with_aurora();
    for line in [
        "improt x.dss",
        "import",
        "import x.dss --on-conflict whoever",
        "import x.dss --max-file-size 3parsecs",
        "project create a/b",
        "project delete aurora",
        "token set aurora color..x 1",
        "token set aurora color.violet.500",
        "token list aurora --quiet --verbose",
        "verify aurora/tokens/base.tokens.json --canonical",
        "inspect aurora",
        "log --token color.violet.500",
    ] {
        check(&desk, 2, "usage", line);
    }
    let ran = desk.run("token rm aurora theme.color.focus");
    assert_eq!(ran.code, 2, "two sets have it: {}{}", ran.out, ran.err);
    let ran = desk.run("asset get aurora x -o - --json");
    assert_eq!(ran.code, 2, "{}", ran.out);
}

#[test]
fn what_is_missing_or_there_already_is_4() {
    let desk = Desk::with_aurora();
    desk.write("there.dss", "");
    check(&desk, 4, "not_found", "import nowhere.dss");
    check(&desk, 4, "not_found", "verify nowhere.dss");
    check(&desk, 4, "project_not_found", "export nobody -o x.dss");
    check(&desk, 4, "already_exists", "export aurora -o there.dss");
    check(&desk, 4, "not_found", "export aurora -o no/such/folder/x.dss");
    check(&desk, 4, "project_not_found", "project show nobody");
    check(&desk, 4, "project_not_found", "project delete nobody");
    check(&desk, 4, "project_not_found", "log no-one");
    check(&desk, 4, "project_not_found", "stats no-one");
    check(&desk, 4, "project_exists", "project create aurora");
    check(&desk, 4, "not_found", "token get aurora color.none");
    check(&desk, 4, "not_found", "token list aurora --set none");
    check(&desk, 4, "not_found", "theme default aurora theme none");
    check(&desk, 4, "not_found", "component get aurora None");
    check(&desk, 4, "file_access", "component set aurora none.json");
    check(&desk, 4, "not_found", "asset get aurora none.svg -o none.svg");
    check(&desk, 4, "already_exists", "asset get aurora icons/arrow-right.svg -o there.dss");
    assert!(!desk.path("none.svg").exists());
}

#[test]
fn a_store_that_is_missing_is_4_and_stays_missing() {
    let desk = Desk::new();
    desk.write("empty.json", "{}");
    for line in [
        "check",
        "compact",
        "backup backups",
        "export aurora -o x.dss",
        "project show aurora",
        "token list aurora",
        "token set aurora color.red '#f00'",
        "set list aurora",
        "theme list aurora",
        "component set aurora empty.json",
        "asset add aurora empty.json --path empty.json",
        "conflicts aurora list",
        "conflicts aurora resolve --all --take local",
        "log aurora",
        "log aurora --import 1",
        "stats aurora",
        "undo aurora",
        "restore nowhere",
        "import nowhere.dss",
    ] {
        check(&desk, 4, "not_found", line);
        assert!(!desk.path("store").exists(), "dss {line}");
    }
    // Who asks what there is, and names nothing, is told: nothing.
    for line in ["project list", "log", "stats", "project list --json", "log --json"] {
        desk.ok(line);
        assert!(!desk.path("store").exists(), "dss {line}");
    }
    // A folder where a disk is not mounted is no store, either.
    std::fs::create_dir(desk.path("store")).unwrap();
    check(&desk, 4, "not_found", "check");
    assert_eq!(std::fs::read_dir(desk.path("store")).unwrap().count(), 0);
    desk.ok("project create aurora");
    desk.ok("check");
}

#[test]
fn a_store_that_is_none_is_5() {
    let desk = Desk::new();
    desk.write("file", "");
    let ran = desk.run("project list --store file");
    assert_eq!(ran.code, 5, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("\n  hint: "), "{}", ran.err);
}

#[test]
fn a_store_that_is_busy_is_5() {
    let desk = Desk::with_aurora();
    let store = promised::store(&desk);
    let writing = promised::write(&store);
    let ran = desk.run("token rm aurora radius.full --busy-timeout 0.2");
    let listed = desk.run("token list aurora --folder radius");
    drop(writing);
    assert_eq!(ran.code, 5, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("Database locked"), "{}", ran.err);
    assert_eq!(listed.code, 0, "a reader is never blocked: {}", listed.err);
    desk.ok("token rm aurora radius.full --busy-timeout 0.2");
}

#[test]
fn done_is_0_and_quiet_means_quiet() {
    let desk = Desk::new();
    for line in [
        "import aurora/aurora.resolver.json -q",
        "export aurora -o aurora.dss -q",
        "verify aurora.dss -q",
        "token set aurora radius.full 100px -q",
        "token mv aurora radius.full radius.pill -q",
        "project rename aurora borealis -q",
        "project delete borealis --yes -q",
    ] {
        let ran = desk.run(line);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "dss {line}");
    }
}

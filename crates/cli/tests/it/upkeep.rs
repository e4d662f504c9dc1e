//! `dss check`, `dss compact`, `dss backup` and `dss restore`

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::Desk;

/// The names of the backups in `backups/`.
fn backups(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.path("backups")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

fn error(desk: &Desk, line: &str, code: i32) -> Value {
    let ran = desk.run(&format!("{line} --json"));
    assert_eq!(ran.code, code, "{line}: {}{}", ran.out, ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    document["error"].clone()
}

#[test]
fn a_store_that_is_whole() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora color.violet.500 {color.violet.700}");
    let out = desk.ok("check");
    assert!(out.starts_with("Nothing is damaged: 1 project with "), "{out}");
    let report = desk.json("check aurora");
    assert_eq!((&report["isClean"], &report["projects"][0]["project"]), (&true.into(), &"aurora".into()));
    assert!(report["projects"][0]["contents"] == 1 && report["projects"][0]["contentBytes"] != 0);
    assert_eq!(error(&desk, "check nobody", 4)["code"], "project_not_found");
    // A mistyped folder is not an empty store that checks clean.
    assert_eq!(error(&desk, "check --store mistyped", 4)["code"], "not_found");
}

#[test]
fn damage_is_told_with_code_place_and_hint() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora color.violet.500 --description damaged-here");
    desk.ok("compact");
    let file = desk.path("store/projects/aurora.db");
    let mut bytes = fs::read(&file).unwrap();
    // Also where a page has kept what it does not use any more.
    let found = bytes.windows(12).enumerate().filter(|(_, window)| window == b"damaged-here");
    let found: Vec<usize> = found.map(|(at, _)| at).collect();
    found.iter().for_each(|at| bytes[*at] ^= 0x20);
    fs::write(file, bytes).unwrap();
    let ran = desk.run("check");
    assert_eq!((ran.code, ran.err.as_str()), (5, ""), "{}", ran.out);
    for text in [
        "damage[state_damaged] (1)",
        "hint: restore the newest backup",
        "color.violet.500: ",
        "1 project damaged",
    ] {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
    let ran = desk.run("check --json");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["isClean"]), (5, &false.into()));
    let damage = &report["projects"][0]["damage"][0];
    assert_eq!((&damage["code"], &damage["path"]), (&"state_damaged".into(), &"color.violet.500".into()));
    assert!(damage["entity"].is_string() && report["hints"]["state_damaged"].is_string());
    // What is damaged is not backed up as if it were whole.
    assert_eq!(error(&desk, "backup backups", 5)["code"], "store_damaged");
    assert_eq!(backups(&desk), Vec::<String>::new());
}

#[test]
fn a_project_that_does_not_even_open() {
    let desk = Desk::with_aurora();
    desk.ok("project create other");
    fs::write(desk.path("store/projects/aurora.db"), "no database").unwrap();
    let ran = desk.run("check --json");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.code, 5);
    assert_eq!(report["projects"][0]["damage"][0]["code"], "project_unreadable");
    assert_eq!(report["projects"][1]["damage"], Value::Array(Vec::new()));
}

#[test]
fn room_is_given_back_and_nothing_is_lost() {
    let desk = Desk::with_aurora();
    let big = "x".repeat(900_000);
    for number in 0..3 {
        desk.write("big.txt", format!("{number}{big}"));
        desk.ok("asset add aurora big.txt --path big.txt");
    }
    desk.ok("project create gone");
    let state = desk.state_of("aurora");
    let summary = desk.json("compact");
    assert!(summary["bytesAfter"].as_u64() <= summary["bytesBefore"].as_u64(), "{summary}");
    assert_eq!(summary["projects"].as_array().unwrap().len(), 2);
    assert!(summary["log"]["bytesAfter"].as_u64() > Some(0));
    assert!(desk.json("compact aurora")["log"].is_null());
    assert_eq!(desk.state_of("aurora"), state);
    desk.ok("check");
}

#[test]
fn a_backup_comes_back() {
    let desk = Desk::with_aurora();
    let state = desk.state_of("aurora");
    let backup = desk.json("backup backups");
    let path = backup["backup"].as_str().unwrap();
    assert_eq!((&backup["kept"], &backup["projects"][0]["project"]), (&1.into(), &"aurora".into()));
    // Into another store, with the log.
    let restored = desk.json(&format!("restore {path} --store elsewhere"));
    assert_eq!(restored["projects"][0]["replaced"], false);
    desk.ok("check --store elsewhere");
    let log = desk.json("log --store elsewhere");
    let done: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(done.first(), Some(&"restore".into()));
    assert!(done.contains(&"import".into()), "{done:?}");
    // In place: refused, but for what is named and missing, or with --force.
    desk.ok("token rm aurora radius.full");
    assert_eq!(error(&desk, &format!("restore {path}"), 4)["code"], "store_not_empty");
    let one_of_them = error(&desk, "restore backups", 2);
    assert_eq!(one_of_them["message"], "backups holds backups, and is none itself");
    let name = path.rsplit('/').next().unwrap();
    assert_eq!(one_of_them["hint"], format!("name one of them; the newest is backups/{name}"));
    desk.write("notes.txt", "no backup");
    assert_eq!(error(&desk, "restore notes.txt", 3)["code"], "backup_damaged", "whatever the store holds");
    assert_eq!(error(&desk, &format!("restore {path} aurora"), 4)["code"], "project_exists");
    assert_eq!(error(&desk, &format!("restore {path} nobody"), 4)["code"], "not_found");
    desk.ok("project rename aurora mine");
    desk.ok(&format!("restore {path} aurora"));
    assert_ne!(desk.state_of("mine"), state);
    assert_eq!(desk.state_of("aurora"), state);
    desk.ok("token rm aurora radius.full");
    assert_eq!(desk.json(&format!("restore {path} --force"))["projects"][0]["replaced"], true);
    assert_eq!(desk.state_of("aurora"), state);
    desk.ok("check");
}

#[test]
fn only_our_own_backups_are_removed() {
    let desk = Desk::with_aurora();
    let others = ["dss-notes", "dss-2020-01-05T09-30-00.000Z", "dss-2020-01-05T09-30-00.000Z.old", "2020"];
    for name in others {
        fs::create_dir_all(desk.path("backups").join(name)).unwrap();
        desk.write(&format!("backups/{name}/precious"), "x");
    }
    desk.write("backups/dss-2021-01-05T09-30-00.000Z", "a file");
    // Another store's backup stays as well.
    desk.ok("import aurora/aurora.resolver.json --store other");
    desk.ok("backup backups --store other");
    let before = backups(&desk);
    let mine: Vec<String> =
        (0..4).map(|_| desk.json("backup backups --keep 2")["backup"].as_str().unwrap().to_owned()).collect();
    let after = backups(&desk);
    assert!(before.iter().all(|name| after.contains(name)), "{before:?}, {after:?}");
    let left: Vec<_> = mine.iter().filter(|path| PathBuf::from(path).exists()).collect();
    assert_eq!(left, mine[2..].iter().collect::<Vec<_>>());
    // Young ones are kept however many there are.
    assert_eq!(desk.json("backup backups --keep 1 --keep-days 1")["removed"], Value::Array(Vec::new()));
    let ran = desk.run("backup backups --keep 0");
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn a_backup_that_is_not_whole_is_refused() {
    let desk = Desk::with_aurora();
    let backup = desk.json("backup backups");
    let path = PathBuf::from(backup["backup"].as_str().unwrap());
    let restore = format!("restore {} --store elsewhere", path.display());
    let database = path.join("projects/aurora.db");
    let whole = fs::read(&database).unwrap();
    let mut torn = whole.clone();
    *torn.last_mut().unwrap() ^= 1;
    for bytes in [torn.as_slice(), &whole[..whole.len() / 2], b""] {
        fs::write(&database, bytes).unwrap();
        assert_eq!(error(&desk, &restore, 3)["code"], "backup_damaged");
    }
    fs::remove_file(&database).unwrap();
    assert_eq!(error(&desk, &restore, 3)["code"], "backup_damaged");
    fs::write(&database, &whole).unwrap();
    let manifest = fs::read_to_string(path.join("backup.json")).unwrap();
    for wrong in [
        "{}",
        "",
        "[",
        &manifest.replace("dss-backup", "zip"),
        &manifest.replace("\"version\": 1", "\"version\": 9"),
    ] {
        fs::write(path.join("backup.json"), wrong).unwrap();
        assert_eq!(error(&desk, &restore, 3)["code"], "backup_damaged", "{wrong}");
    }
    fs::write(path.join("backup.json"), manifest.replace("\"aurora\"", "\"../aurora\"")).unwrap();
    assert_eq!(error(&desk, &restore, 3)["code"], "backup_damaged");
    assert!(!desk.path("elsewhere/projects/aurora.db").exists());
    fs::write(path.join("backup.json"), manifest).unwrap();
    desk.ok(&restore);
    assert_eq!(error(&desk, "restore nowhere --store third", 4)["code"], "not_found");
}

/// Two backups at once into one folder would take each other's unfinished folders for a dead one's.
#[cfg(unix)]
#[test]
fn one_backup_at_a_time() {
    let desk = Desk::with_aurora();
    desk.ok("backup backups");
    // What a killed one has left is cleared away, and only that.
    fs::create_dir_all(desk.path("backups/.dss-dss-2026-01-05T09-30-00.000Z.tmp/projects")).unwrap();
    fs::create_dir_all(desk.path("backups/.dss-other.tmp")).unwrap();
    let held = fs::File::options().write(true).open(desk.path("backups/.dss-backup.lock")).unwrap();
    held.lock().unwrap();
    assert_eq!(error(&desk, "backup backups", 5)["code"], "database_locked");
    assert_eq!(backups(&desk).len(), 1);
    drop(held);
    desk.ok("backup backups");
    assert_eq!(backups(&desk).len(), 2);
    let hidden = Command::new("ls").arg("-A").arg(desk.path("backups")).output().unwrap();
    let hidden = String::from_utf8(hidden.stdout).unwrap();
    assert!(hidden.contains(".dss-other.tmp") && !hidden.contains(".dss-dss-"), "{hidden}");
}

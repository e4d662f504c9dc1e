//! Two people, two stores, edits that did not know of each other.

use insta::{Settings, assert_snapshot};
use serde_json::{Value, json};

use crate::support::{Desk, Ran};

/// Ada and Ben have the same project, and both change `radius.full`.
fn apart() -> Desk {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss");
    desk.ok("import start.dss --store ben -q");
    desk.ok("token set aurora radius.full 100px -q");
    desk.ok("token set aurora radius.full 200px --store ben --as Ben -q");
    desk.ok("token set aurora radius.small 2px --store ben --as Ben -q");
    send(&desk);
    desk
}

/// Ben sends what he has.
fn send(desk: &Desk) {
    desk.ok("export aurora -o ben.dss --store ben -q --force");
}

fn value(desk: &Desk, path: &str) -> Value {
    desk.json(&format!("token get aurora {path}"))["tokens"][0]["value"].clone()
}

/// The JSON document of a run that ends with that code.
#[track_caller]
fn told(desk: &Desk, code: i32, line: &str) -> Value {
    let ran = desk.run(&format!("{line} --json"));
    assert_eq!(ran.code, code, "{line}: {}{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn filters() -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "[time]");
    settings.add_filter(r"--expect [0-9a-f]{32}", "--expect [token]");
    // Of writes with the same counter, the one of the higher replica id shows, and those are random.
    settings.add_filter("; shows until somebody decides", "");
    // A slow machine may take longer than five seconds between two commands.
    let about_the_same = "Recommendation: unknown (both were written at about the same time)";
    settings.add_filter(r"Recommendation: imported \(the later edit\)", about_the_same);
    settings.add_filter(r"\d+\.\d KiB read in .*", "[size] read in [span]");
    settings
}

#[test]
fn open_conflicts_end_with_1_and_lose_nothing() {
    let desk = apart();
    filters().bind(|| {
        let ran = desk.run("import ben.dss --dry-run");
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert_snapshot!(ran.out, @r#"
        Would import ben.dss into project "aurora".

          ITEMS         READ  ADDED  CHANGED  UNCHANGED
          token sets       4      0        0          4
          groups          34      0        0         34
          tokens          84      0        2         82
          layers           2      0        0          2
          theme groups     1      0        0          1
          themes           2      0        0          2
          components       2      0        0          2
          assets           1      0        0          1

          [size] read in [span]

        Conflict in radius.full:
          value, in set tokens/base
        Recommendation: unknown (both were written at about the same time)
        Local: 5886b96a7aeb (updated [time] UTC)
          100px, by Ada
        Imported: 0e235ae438a8 (updated [time] UTC)
          200px, by Ben
        Base: 9999px

        1 conflict would be open.

        This was a dry run: nothing was changed. Without --dry-run it is done.
        To do exactly this or nothing: --expect [token]
        "#);
        assert_eq!(value(&desk, "radius.small"), json!({ "value": 4, "unit": "px" }));
        let ran = desk.run("import ben.dss");
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert_snapshot!(ran.out, @r#"
        Imported ben.dss into project "aurora".

          ITEMS         READ  ADDED  CHANGED  UNCHANGED
          token sets       4      0        0          4
          groups          34      0        0         34
          tokens          84      0        2         82
          layers           2      0        0          2
          theme groups     1      0        0          1
          themes           2      0        0          2
          components       2      0        0          2
          assets           1      0        0          1

          [size] read in [span]

        Conflict in radius.full:
          value, in set tokens/base
        Recommendation: unknown (both were written at about the same time)
        Local: 5886b96a7aeb (updated [time] UTC)
          100px, by Ada
        Imported: 0e235ae438a8 (updated [time] UTC)
          200px, by Ben
        Base: 9999px

        1 conflict is open.
        Two people changed the same thing without knowing of each other. Both values are
        kept until somebody decides it.

        Next:
          dss conflicts aurora list                                 see what is open
          dss conflicts aurora resolve radius.full --take imported  decide one
          dss conflicts aurora resolve -i                           be asked about each
        "#);
    });
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 2, "unit": "px" }));
    assert!(desk.ok("token list aurora --folder radius").contains("1 with open conflicts"));
    assert!(desk.ok("project show aurora").contains("conflicts  1 open: dss conflicts aurora list\n"));
    desk.ok("token set aurora radius.full 300px");
    assert_eq!(desk.json("project show aurora")["openConflicts"], 0);
    assert_eq!(desk.run("import ben.dss").code, 0, "what was decided stays decided");
    assert!(desk.ok("import ben.dss").starts_with("Nothing new: "));
}

#[test]
fn a_strategy_decides() {
    for (strategy, expected) in [("keep-local", 100), ("take-imported", 200)] {
        let desk = apart();
        let ran = desk.run(&format!("import ben.dss --on-conflict {strategy}"));
        assert_eq!(ran.code, 0, "{strategy}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("1 conflict decided: {strategy}.")), "{}", ran.out);
        assert_eq!(value(&desk, "radius.full"), json!({ "value": expected, "unit": "px" }), "{strategy}");
    }
}

#[test]
fn newest_follows_the_clocks_where_they_can_be_trusted() {
    let desk = apart();
    assert_eq!(
        desk.run("import ben.dss -n --on-conflict newest --skew-tolerance 3600").code,
        1,
        "about the same time"
    );
    let ran = desk.run("import ben.dss --on-conflict newest --skew-tolerance 0");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 200, "unit": "px" }), "Ben's edit is later");
}

#[test]
fn fork_keeps_both() {
    let desk = apart();
    desk.ok("import ben.dss --on-conflict fork");
    let listed = desk.ok("token list aurora --folder radius");
    assert!(listed.contains("radius.full-conflict-"), "{listed}");
}

#[test]
fn clock_skew_is_told() {
    let desk = apart();
    let told = told(&desk, 1, "import ben.dss -n --skew-threshold 0 --skew-tolerance 0");
    let conflict = &told["merge"]["conflicts"][0];
    assert_eq!(conflict["recommendation"], "imported");
    assert_eq!(conflict["warnings"][0]["code"], "far_apart");
    let ran = desk.run("import ben.dss -n --skew-threshold 0 --skew-tolerance 0");
    assert!(ran.out.contains("  Clock skew detected: the local and the imported time are "), "{}", ran.out);
}

#[test]
fn replacing_makes_it_so() {
    let desk = apart();
    desk.ok("import ben.dss --strategy replace");
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 200, "unit": "px" }));
}

/// A value, a deletion and a theme are open in Ada's store.
fn three_conflicts() -> Desk {
    let desk = apart();
    desk.ok("token rm aurora radius.medium --store ben --as Ben");
    desk.ok("token set aurora radius.medium 7px");
    desk.ok("theme set aurora theme dark tokens/light -q");
    desk.ok("theme set aurora theme dark tokens/dark tokens/light --store ben --as Ben -q");
    send(&desk);
    assert_eq!(desk.run("import ben.dss -q").code, 1);
    desk
}

#[test]
fn conflicts_are_listed_and_shown() {
    let desk = three_conflicts();
    filters().bind(|| {
        let ran = desk.run("conflicts aurora list");
        assert_eq!(ran.code, 1);
        assert_snapshot!(ran.out, @"
          ITEM           FIELD    LOCAL         IMPORTED
          dark           sources  tokens/light  tokens/dark, tokens/light
          radius.medium  exists   kept          deleted
          radius.full    value    100px         200px

        3 conflicts open

        Next:
          dss conflicts aurora show dark
            see both sides, who and when
          dss conflicts aurora resolve dark --take imported
            decide it
        ");
        let ran = desk.run("conflicts aurora show radius.medium");
        assert_eq!(ran.code, 1);
        assert_snapshot!(ran.out, @"
        Conflict in radius.medium:
          deleted by one side, edited by the other, in set tokens/base
        Recommendation: unknown (both were written at about the same time)
        Local: 57c6a8f75657 (updated [time] UTC)
          kept, by Ada
        Imported: e69607662249 (updated [time] UTC)
          deleted, by Ben

        Next:
          dss conflicts aurora resolve radius.medium --take local
            or imported, or a number
          dss conflicts aurora resolve radius.medium --value VALUE
            neither, but this
        ");
        assert_snapshot!(desk.run("conflicts aurora show dark").out, @"
        Conflict in dark:
          sources of the theme, in group theme
        Recommendation: unknown (both were written at about the same time)
        Local: 734ad5442869 (updated [time] UTC)
          tokens/light, by Ada
        Imported: 64090d7b7903 (updated [time] UTC)
          tokens/dark, tokens/light, by Ben
        Base: tokens/dark

        Next:
          dss conflicts aurora resolve dark --take local   or imported, or a number
          dss conflicts aurora resolve dark --value VALUE  neither, but this
        ");
    });
    // `list` may be left out, and what narrows it down goes nowhere else.
    for line in ["conflicts aurora", "conflicts aurora --set tokens/base", "conflicts aurora --field value"] {
        let in_full = line.replacen("aurora", "aurora list", 1);
        assert_eq!(desk.run(line), desk.run(&in_full), "{line}");
    }
    assert_ne!(desk.run("conflicts aurora --field value"), desk.run("conflicts aurora"));
    let ran = desk.run("conflicts aurora --field value resolve --all --take local");
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("write them after `list`, `show` or `resolve`"), "{}", ran.err);
    assert_eq!(told(&desk, 1, "conflicts aurora")["openConflicts"], 3);
}

#[test]
fn conflicts_are_resolved_one_by_one_or_all_at_once() {
    let desk = three_conflicts();
    filters().bind(|| {
        let ran = desk.run("conflicts aurora resolve radius.full --value 300px");
        assert_eq!(ran.code, 1);
        assert_snapshot!(ran.out, @r#"
        Resolved 1 conflict in project "aurora".
          radius.full value: 300px
        2 conflicts still open.
        "#);
        assert_snapshot!(desk.run("conflicts aurora resolve radius.medium --take imported").out, @r#"
        Resolved 1 conflict in project "aurora".
          radius.medium: deleted (imported)
        1 conflict still open.
        "#);
        assert_snapshot!(desk.ok("conflicts aurora resolve --all --take imported"), @r#"
        Resolved 1 conflict in project "aurora".
          dark sources: tokens/dark, tokens/light (imported)
        No conflicts are open.
        "#);
        assert_snapshot!(desk.ok("conflicts aurora list"), @"No open conflicts.");
    });
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 300, "unit": "px" }));
    assert_eq!(desk.run("token get aurora radius.medium").code, 4, "deleted, as was decided");
    let themes = desk.json("theme list aurora");
    assert_eq!(
        themes["layers"][2]["themes"][1]["sources"],
        json!(["tokens/dark", "tokens/light"]),
        "{themes}"
    );
    // A decision is an edit: Ben gets it without being asked.
    desk.ok("export aurora -o ada.dss -q");
    let told = desk.json("import ada.dss --store ben --as Ben");
    assert_eq!(told["openConflicts"], 0, "{told}");
    assert_eq!(told["merge"]["newConflicts"], 0, "{told}");
}

#[test]
fn an_item_that_is_not_clear_is_asked_back() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss");
    desk.ok("import start.dss --store ben -q");
    let tokens = desk.json("token list aurora --set tokens/dark");
    let path = tokens["tokens"][0]["path"].as_str().unwrap();
    for set in ["tokens/dark", "tokens/light"] {
        desk.ok(&format!("token set aurora {path} #111111 --set {set} -q"));
        desk.ok(&format!("token set aurora {path} #222222 --set {set} --store ben --as Ben -q"));
    }
    send(&desk);
    assert_eq!(told(&desk, 1, "import ben.dss")["openConflicts"], 2);
    let line = format!("conflicts aurora resolve {path} --take local");
    let refused = told(&desk, 2, &line);
    assert!(refused["error"]["hint"].as_str().unwrap().contains("--set"), "{refused}");
    assert_eq!(told(&desk, 1, &format!("{line} --set tokens/dark"))["openConflicts"], 1);
    assert_eq!(told(&desk, 0, &line)["openConflicts"], 0, "only one is left to be meant");
}

#[test]
fn a_side_that_is_not_there_is_refused() {
    let desk = apart();
    assert_eq!(desk.run("import ben.dss -q").code, 1);
    let before = desk.state_of("aurora");
    for (line, code, text) in [
        ("conflicts aurora resolve radius.full --take 3", 2, "has no side 3"),
        (
            "conflicts aurora resolve radius.full --take both",
            2,
            "expected local, imported, or a side's number",
        ),
        ("conflicts aurora resolve radius.small --take local", 4, "no open conflict \"radius.small\""),
        ("conflicts aurora show radius.small", 4, "\"radius.small\" has no open conflict"),
        ("conflicts aurora resolve radius.full --value {} --field value", 3, "would be invalid"),
        ("conflicts aurora resolve --take local", 2, "required"),
        ("conflicts nobody list", 4, "nobody"),
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, code, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(text), "{line}: {}", ran.err);
    }
    assert_eq!(desk.state_of("aurora"), before);
}

#[test]
fn a_preview_is_what_is_done_or_nothing_is() {
    let desk = apart();
    let preview = told(&desk, 1, "import ben.dss --dry-run");
    let token = preview["previewToken"].as_str().unwrap().to_owned();
    let again = told(&desk, 1, "import ben.dss --dry-run");
    assert_eq!(again["previewToken"], token.as_str(), "nothing was changed");
    // What has nothing to do with it may change.
    desk.ok("token set aurora space.1 1px -q");
    assert_eq!(told(&desk, 1, "import ben.dss --dry-run")["previewToken"], token.as_str());
    desk.ok("token set aurora radius.full 150px -q");
    let before = desk.state_of("aurora");
    let refused = told(&desk, 3, &format!("import ben.dss --expect {token}"));
    assert_eq!(refused["error"]["code"], "preview_stale");
    assert!(refused["error"]["hint"].as_str().unwrap().starts_with("preview again"), "{refused}");
    assert_eq!(desk.state_of("aurora"), before);
    let preview = told(&desk, 1, "import ben.dss --dry-run");
    let token = preview["previewToken"].as_str().unwrap();
    let other = told(&desk, 3, &format!("import ben.dss --on-conflict keep-local --expect {token}"));
    assert_eq!(other["error"]["code"], "preview_stale", "the token belongs to how it was previewed");
    let done = told(&desk, 1, &format!("import ben.dss --expect {token}"));
    for part in ["kinds", "merge", "openConflicts"] {
        assert_eq!(done[part], preview[part], "{part}");
    }
}

#[test]
fn what_is_held_stays_out() {
    let desk = apart();
    let told_once = told(&desk, 0, "import ben.dss --hold radius.full");
    assert_eq!(told_once["merge"]["outcomes"]["held"], 1);
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 100, "unit": "px" }));
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 2, "unit": "px" }));
    let ran = desk.run("import ben.dss --hold radius.ful");
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("hold_unmatched (1)"), "a slip of the pen is told: {}", ran.out);
    // Held above, below, and by set.
    let desk = apart();
    for hold in ["radius", "tokens/base"] {
        let told = told(&desk, 0, &format!("import ben.dss -n --hold {hold}"));
        assert_eq!(told["kinds"]["token"]["changed"], 0, "{hold}: {told}");
    }
}

#[test]
fn whole_items_can_be_asked_about() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss");
    desk.ok("import start.dss --store ben -q");
    desk.ok("token set aurora radius.full 100px -q");
    desk.words(&["token", "set", "aurora", "radius.full", "--description", "round", "--store", "ben", "-q"]);
    send(&desk);
    let by_field = told(&desk, 0, "import ben.dss -n");
    assert_eq!(by_field["merge"]["newConflicts"], 0);
    let by_item = told(&desk, 0, "import ben.dss -n --granularity entity");
    let fields: Vec<_> =
        by_item["merge"]["conflicts"].as_array().unwrap().iter().map(|item| &item["field"]).collect();
    assert_eq!(fields, ["description", "value"], "{by_item}");
    let ran = desk.run("import ben.dss --granularity entity --on-conflict take-imported");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 9999, "unit": "px" }));
}

#[test]
fn mass_deletions_are_asked_about() {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss");
    desk.ok("import start.dss --store ben -q");
    let tokens = desk.json("token list aurora --store ben");
    for token in tokens["tokens"].as_array().unwrap().iter().take(40) {
        let (set, path) = (token["set"].as_str().unwrap(), token["path"].as_str().unwrap());
        desk.ok(&format!("token rm aurora {path} --set {set} --store ben -q"));
    }
    send(&desk);
    let before = desk.state_of("aurora");
    let refused = told(&desk, 3, "import ben.dss");
    assert_eq!(refused["error"]["code"], "mass_deletion");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("would delete 40 of 1"), "{message}");
    assert_eq!(desk.state_of("aurora"), before);
    let ran = desk.run("import ben.dss -n");
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("warning: this would delete 40 items"), "{}", ran.out);
    assert_eq!(told(&desk, 3, "import ben.dss --strategy replace")["error"]["code"], "mass_deletion");
    assert_eq!(desk.state_of("aurora"), before);
    desk.ok("import ben.dss --allow-mass-delete");
    assert_eq!(desk.json("project show aurora")["kinds"]["token"], 44);
}

fn answering(desk: &Desk, line: &str, answers: &str) -> Ran {
    let mut command = desk.command();
    command.env("DSS_ASSUME_TERMINAL", "1").args(line.split(' ')).write_stdin(answers);
    Ran::of(&command.output().unwrap())
}

#[test]
fn questions_can_be_left_and_taken_up_again() {
    let desk = apart();
    desk.ok("token set aurora radius.large 1px -q");
    desk.ok("token set aurora radius.large 2px --store ben --as Ben -q");
    desk.ok("token set aurora radius.medium 1px -q");
    desk.ok("token set aurora radius.medium 2px --store ben --as Ben -q");
    send(&desk);
    let ran = desk.run("import ben.dss --interactive");
    assert_eq!(ran.code, 2, "nobody is there to ask");
    assert!(ran.err.contains("--interactive needs a terminal"), "{}", ran.err);
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 4, "unit": "px" }), "nothing was imported");
    let ran = answering(&desk, "import ben.dss --interactive", "nonsense\nlocal\nskip\nquit\n");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("Take [l]ocal, [i]mported, [s]kip or [q]uit? (3 open) "), "{}", ran.err);
    assert!(ran.out.contains("2 conflicts still open."), "{}", ran.out);
    assert!(ran.out.contains("dss conflicts aurora resolve -i"), "{}", ran.out);
    assert_eq!(
        value(&desk, "radius.medium"),
        json!({ "value": 1, "unit": "px" }),
        "the first in the document"
    );
    let ran = answering(&desk, "conflicts aurora resolve -i", "i\n");
    assert_eq!(ran.code, 1, "no more answers: {}{}", ran.out, ran.err);
    assert_eq!(value(&desk, "radius.large"), json!({ "value": 2, "unit": "px" }));
    let ran = answering(&desk, "conflicts aurora resolve -i", "1\n");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.ends_with("No conflicts are open.\n"), "{}", ran.out);
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 100, "unit": "px" }));
    assert_eq!(answering(&desk, "conflicts aurora resolve -i", "").code, 0, "nothing to ask");
}

#[test]
fn conflicts_that_came_along_have_numbers() {
    let desk = apart();
    assert_eq!(desk.run("import ben.dss -q").code, 1);
    desk.ok("export aurora -o both.dss -q");
    let ran = desk.run("import both.dss --store eve -q");
    assert_eq!(ran.code, 1, "{}", ran.err);
    let told = told(&desk, 1, "conflicts aurora show radius.full --store eve");
    let sides = told["conflicts"][0]["sides"].as_array().unwrap();
    assert!(sides.iter().all(|side| side.get("side").is_none()), "{told}");
    // Which comes first is a matter of their copies' ids.
    let ben = sides.iter().position(|side| side["updatedBy"] == "Ben").unwrap();
    assert_eq!(sides[1 - ben]["updatedBy"], "Ada");
    let ran = desk.run("conflicts aurora resolve radius.full --take local --store eve");
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("take one of the numbers 1 to 2"), "{}", ran.err);
    assert_eq!(desk.run("conflicts aurora resolve --all --take local --store eve").code, 1, "left open");
    desk.ok(&format!("conflicts aurora resolve radius.full --take {} --store eve", ben + 1));
    let token = desk.json("token get aurora radius.full --store eve");
    assert_eq!(token["tokens"][0]["value"], json!({ "value": 200, "unit": "px" }));
}

/// A store that was restored from a backup, and whose lost edits somebody else has.
#[test]
fn a_restored_store_gets_a_new_identity() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora radius.full 1px -q");
    let database = desk.path("store/projects/aurora.db");
    let witness = desk.path("cache");
    let save = |name: &str| {
        let folder = desk.path(name);
        std::fs::create_dir(&folder).unwrap();
        for from in [desk.path("store/projects"), witness.clone()] {
            copy_flat(&from, &folder);
        }
    };
    save("backup");
    desk.ok("token set aurora radius.full 2px -q");
    desk.ok("token set aurora radius.small 9px -q");
    desk.ok("export aurora -o later.dss -q");
    // The file's content goes back, in place, and so does its witness: the system cannot tell.
    std::fs::write(&database, std::fs::read(desk.path("backup/aurora.db")).unwrap()).unwrap();
    for end in ["-wal", "-shm"] {
        drop(std::fs::remove_file(desk.path(&format!("store/projects/aurora.db{end}"))));
    }
    restore_witness(&desk);
    desk.ok("token set aurora radius.large 3px -q");
    let merged = told(&desk, 1, "import later.dss");
    assert_eq!(merged["findings"]["byCode"]["identity_renewed"], 1, "{merged}");
    // What was there before counts as written anew, so it may be asked about once more; nothing is lost.
    let open = told(&desk, 1, "conflicts aurora list");
    let values = |path: &str| {
        let conflicts = open["conflicts"].as_array().unwrap().iter();
        let sides =
            conflicts.filter(|item| item["name"] == path).flat_map(|item| item["sides"].as_array().unwrap());
        let mut values: Vec<f64> =
            sides.map(|side| side["value"]["$value"]["value"].as_f64().unwrap()).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    assert_eq!(values("radius.full"), [1.0, 2.0], "{open}");
    // What came from a file is that file's writing, under an identity that nobody else has used.
    assert!(values("radius.small").is_empty() && values("radius.large").is_empty(), "{open}");
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 9, "unit": "px" }));
    assert_eq!(value(&desk, "radius.large"), json!({ "value": 3, "unit": "px" }));
    assert_eq!(told(&desk, 1, "import later.dss")["findings"]["byCode"], json!({}), "and only once");
}

fn copy_flat(from: &std::path::Path, to: &std::path::Path) {
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_file() {
            std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
        } else {
            copy_flat(&item.path(), to);
        }
    }
}

fn restore_witness(desk: &Desk) {
    fn walk(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(&desk.path("cache"), &mut files);
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "witness")) {
        let saved = desk.path("backup").join(file.file_name().unwrap());
        if saved.exists() {
            std::fs::copy(saved, file).unwrap();
        }
    }
}

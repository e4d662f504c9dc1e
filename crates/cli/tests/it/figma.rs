//! `dss pull figma` and `dss push figma`, against a server that speaks as Figma does.

mod server;

use serde_json::{Value, json};

use crate::pages;
use crate::support::{Desk, Ran};
pub(crate) use server::Figma;

pub(crate) const TOKEN: &str = "figd_never-to-be-shown";

/// A file with a collection of sizes and one of two modes.
pub(crate) fn payload() -> Value {
    let variable = |id: &str, name: &str, collection: &str, kind: &str, values: Value, scopes: Value| {
        json!({"name": name, "id": id, "remote": false, "key": id.replace(':', "_"), "variableCollectionId": collection,
            "resolvedType": kind, "description": "", "hiddenFromPublishing": false, "valuesByMode": values, "scopes": scopes,
            "codeSyntax": {}})
    };
    let (sizes, theme) = ("VariableCollectionId:1:1", "VariableCollectionId:2:1");
    let alias = |id: &str| json!({"type": "VARIABLE_ALIAS", "id": id});
    let gray = |value: f64| json!({"r": value, "g": value, "b": value, "a": 1});
    json!({"status": 200, "error": false, "meta": {
        "variableCollections": {
            sizes: {"defaultModeId": "1:0", "id": sizes, "name": "sizes", "remote": false, "key": "k1", "hiddenFromPublishing": false,
                "modes": [{"modeId": "1:0", "name": "Mode 1"}], "variableIds": ["VariableID:1:2", "VariableID:1:3"]},
            theme: {"defaultModeId": "2:0", "id": theme, "name": "theme", "remote": false, "key": "k2", "hiddenFromPublishing": false,
                "modes": [{"modeId": "2:0", "name": "light"}, {"modeId": "2:1", "name": "dark"}],
                "variableIds": ["VariableID:2:2", "VariableID:2:3"]},
        },
        "variables": {
            "VariableID:1:2": variable("VariableID:1:2", "size/s", sizes, "FLOAT", json!({"1:0": 4}), json!(["GAP"])),
            "VariableID:1:3": variable("VariableID:1:3", "size/m", sizes, "FLOAT", json!({"1:0": 8}), json!(["GAP"])),
            "VariableID:2:2": variable("VariableID:2:2", "fg", theme, "COLOR", json!({"2:0": gray(0.0), "2:1": gray(1.0)}),
                json!(["ALL_SCOPES"])),
            "VariableID:2:3": variable("VariableID:2:3", "bg", theme, "COLOR",
                json!({"2:0": alias("VariableID:2:2"), "2:1": gray(0.5)}), json!(["ALL_SCOPES"])),
        },
    }})
}

fn empty() -> Value {
    json!({"status": 200, "error": false, "meta": {"variableCollections": {}, "variables": {}}})
}

/// Runs a command with the server in its environment. Nothing that it prints has the token in it.
#[track_caller]
fn run(desk: &Desk, figma: &Figma, line: &str) -> Ran {
    let mut command = desk.command();
    command.env("FIGMA_TOKEN", TOKEN).env("FIGMA_API_URL", figma.address()).args(line.split(' '));
    let ran = Ran::of(&command.output().unwrap());
    assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "{}{}", ran.out, ran.err);
    ran
}

#[track_caller]
fn ok(desk: &Desk, figma: &Figma, line: &str) -> String {
    let ran = run(desk, figma, line);
    assert_eq!(ran.code, 0, "dss {line}\n{}{}", ran.out, ran.err);
    ran.out
}

#[track_caller]
fn read_json(desk: &Desk, figma: &Figma, line: &str) -> Value {
    serde_json::from_str(&ok(desk, figma, &format!("{line} --json"))).unwrap()
}

/// How many tokens a pull has added and changed, and how many conflicts are open.
fn pulled(desk: &Desk, figma: &Figma) -> (u64, u64, u64) {
    let ran = run(desk, figma, "pull figma brand --file AbC123xyz --json");
    assert!(ran.code < 2, "{}", ran.out);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    let tokens = &summary["kinds"]["token"];
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    (number(&tokens["added"]), number(&tokens["changed"]), number(&summary["openConflicts"]))
}

fn error_of(ran: &Ran) -> (i32, String) {
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    (ran.code, document["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn the_page_about_figma_is_true() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    pages::follow("docs/figma.md", 3, &mut |command, _| {
        let mut shown = String::new();
        // The token is in the environment already.
        if let Some(line) = command.strip_prefix("dss ").map(|line| line.replace('\'', "")) {
            shown = ok(&desk, &figma, &line);
        }
        shown
    });
}

#[test]
fn what_has_no_line_is_told_without_one() {
    let (desk, mut circle) = (Desk::new(), payload());
    let alias = json!({"type": "VARIABLE_ALIAS", "id": "VariableID:1:2"});
    circle["meta"]["variables"]["VariableID:1:2"]["valuesByMode"]["1:0"] = alias;
    desk.write("figma.json", circle.to_string());
    let imported = desk.run("import figma.json --project brand");
    let told = imported.out + &imported.err;
    assert!(told.contains("size.s: it refers to itself\n      figma.json\n"), "{told}");
    let items = &desk.json("import figma.json --project other")["findings"]["items"];
    assert!(items[0]["line"].is_null(), "{items}");
}

#[test]
fn a_file_becomes_a_project() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    let told = ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    assert!(told.contains("Imported figma:AbC123xyz (figma) as the new project \"brand\"."), "{told}");
    let themes: Value = desk.json("theme list brand");
    assert!(themes.to_string().contains("\"dark\""), "{themes}");
    assert_eq!(
        ok(&desk, &figma, "push figma brand --file AbC123xyz"),
        "Nothing to push: Figma file AbC123xyz has what \"brand\" has.\n"
    );
    // The same without Figma, from a file that was saved.
    desk.write("variables.json", payload().to_string());
    desk.ok("import variables.json --project other");
    let tokens = |project: &str| {
        let list = desk.json(&format!("token list {project}"));
        let tokens = list["tokens"].as_array().unwrap().iter();
        let said = tokens
            .map(|one| (one["set"].clone(), one["path"].clone(), one["value"].clone(), one["id"].clone()));
        said.collect::<Vec<_>>()
    };
    assert_eq!(tokens("other"), tokens("brand"));
}

#[test]
fn edits_go_out_and_come_back() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    desk.ok(r#"token set brand size.s {"value":5,"unit":"px"}"#);
    let planned = read_json(&desk, &figma, "push figma brand --file AbC123xyz --dry-run");
    assert_eq!(
        planned["request"],
        json!({"variableCollections": [], "variableModes": [], "variables": [],
            "variableModeValues": [{"variableId": "VariableID:1:2", "modeId": "1:0", "value": 5}]})
    );
    assert_eq!((figma.value("VariableID:1:2", "1:0"), figma.posts()), (json!(4), 0), "it was a dry run");
    let told = ok(&desk, &figma, "push figma brand --file AbC123xyz");
    assert_eq!(told, "Pushed project \"brand\" to Figma file AbC123xyz.\n\n  1 values set\n");
    assert_eq!((figma.value("VariableID:1:2", "1:0"), figma.posts()), (json!(5), 1));
    // Both have the same now, and each knows it.
    let state = desk.state_of("brand");
    assert_eq!(pulled(&desk, &figma), (0, 0, 0));
    assert!(ok(&desk, &figma, "push figma brand --file AbC123xyz").starts_with("Nothing to push"));
    assert_eq!((desk.state_of("brand"), figma.posts()), (state, 1));
}

#[test]
fn figma_is_never_overwritten() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    desk.ok(r#"token set brand size.s {"value":5,"unit":"px"}"#);
    figma.edit("/meta/variables/VariableID:1:2/valuesByMode/1:0", json!(6));
    figma.edit("/meta/variables/VariableID:1:3/valuesByMode/1:0", json!(9));
    let refused = run(&desk, &figma, "push figma brand --file AbC123xyz --json");
    assert_eq!(error_of(&refused), (1, "figma_changed".to_owned()), "{}", refused.out);
    let told = run(&desk, &figma, "push figma brand --file AbC123xyz").err;
    assert!(told.contains("Figma has changed since the last pull: 2 items, size.s among them"), "{told}");
    let words: Vec<&str> = told.split_whitespace().collect();
    assert!(words.join(" ").contains("`dss pull figma brand --file AbC123xyz`"), "{told}");
    assert_eq!(figma.posts(), 0);
    // Of what only one side has changed there is nothing to ask.
    assert_eq!(pulled(&desk, &figma), (0, 2, 1));
    let undecided = run(&desk, &figma, "push figma brand --file AbC123xyz --json");
    assert_eq!(error_of(&undecided), (1, "figma_undecided".to_owned()));
    desk.ok("conflicts brand resolve size.s --take local");
    ok(&desk, &figma, "push figma brand --file AbC123xyz");
    assert_eq!(
        (figma.value("VariableID:1:2", "1:0"), figma.value("VariableID:1:3", "1:0")),
        (json!(5), json!(9))
    );
    assert_eq!(pulled(&desk, &figma), (0, 0, 0));
}

#[test]
fn a_rename_in_figma_keeps_what_was_edited_here() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    desk.ok("token set brand size.s --description Tight");
    let id = desk.json("token get brand size.s")["tokens"][0]["id"].clone();
    figma.edit("/meta/variables/VariableID:1:2/name", json!("space/tight"));
    assert_eq!(pulled(&desk, &figma), (0, 1, 0));
    let token = desk.json("token get brand space.tight")["tokens"][0].clone();
    assert_eq!((&token["id"], &token["description"]), (&id, &json!("Tight")));
    assert_eq!(desk.run("token get brand size.s").code, 4);
    // The description is what Figma has not got.
    ok(&desk, &figma, "push figma brand --file AbC123xyz");
    assert_eq!(figma.get("/meta/variables/VariableID:1:2/description"), json!("Tight"));
    assert_eq!(figma.get("/meta/variables/VariableID:1:2/name"), json!("space/tight"));
}

#[test]
fn a_design_from_elsewhere_is_created_and_known_again() {
    let (desk, figma) = (Desk::with_aurora(), Figma::start(empty()));
    let told = run(&desk, &figma, "push figma aurora --file AbC123xyz");
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.err.contains("warning: lost in figma:"), "{}", told.err);
    let created = figma.count("variables");
    assert!(created > 20, "{created}");
    let state = desk.state_of("aurora");
    assert!(ok(&desk, &figma, "push figma aurora --file AbC123xyz").starts_with("Nothing to push"));
    let again = read_json(&desk, &figma, "pull figma aurora --file AbC123xyz");
    for (kind, counts) in again["kinds"].as_object().unwrap() {
        let number = |name: &str| counts[name].as_u64().unwrap_or_default();
        assert_eq!((number("added"), number("changed"), number("deleted")), (0, 0, 0), "{kind}: {counts}");
    }
    assert_eq!((desk.state_of("aurora"), figma.count("variables")), (state, created));
    // One new token here is one new variable there; one edit there is one here.
    desk.ok("token set aurora size.huge {\"value\":99,\"unit\":\"px\"} --type dimension --set tokens/base");
    let planned = read_json(&desk, &figma, "push figma aurora --file AbC123xyz --dry-run");
    assert_eq!((&planned["created"], &planned["values"]), (&json!(1), &json!(1)), "{planned}");
    ok(&desk, &figma, "push figma aurora --file AbC123xyz");
    assert_eq!(figma.count("variables"), created + 1);
    let huge = figma.id_of("size/huge");
    let mode = figma.modes_of(&huge)[0].clone();
    figma.edit(&format!("/meta/variables/{huge}/valuesByMode/{mode}"), json!(100));
    let again = read_json(&desk, &figma, "pull figma aurora --file AbC123xyz");
    assert_eq!(
        (&again["kinds"]["token"]["added"], &again["kinds"]["token"]["changed"]),
        (&json!(0), &json!(1))
    );
    let huge = desk.json("token get aurora size.huge")["tokens"][0]["value"].clone();
    assert_eq!(huge, json!({"value": 100, "unit": "px"}));
}

#[test]
fn deletions_are_told_and_done_on_demand() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    // Deleted here.
    desk.ok("token rm brand size.m");
    let told = ok(&desk, &figma, "push figma brand --file AbC123xyz");
    assert!(told.contains("In Figma and not here: 1 variable\n  size/m\n"), "{told}");
    assert_eq!(pulled(&desk, &figma), (0, 0, 0));
    ok(&desk, &figma, "push figma brand --file AbC123xyz --delete-missing");
    assert_eq!(figma.count("variables"), 3);
    // Deleted there.
    figma.remove("VariableID:1:2");
    let refused = run(&desk, &figma, "push figma brand --file AbC123xyz --json");
    assert_eq!(error_of(&refused), (1, "figma_changed".to_owned()));
    ok(&desk, &figma, "push figma brand --file AbC123xyz --restore");
    assert_eq!(figma.count("variables"), 3);
    assert_ne!(figma.id_of("size/s"), "VariableID:1:2");
    assert_eq!(pulled(&desk, &figma), (0, 0, 0));
    figma.remove(&figma.id_of("size/s"));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz --delete-missing");
    assert_eq!(desk.run("token get brand size.s").code, 4);
    assert!(ok(&desk, &figma, "push figma brand --file AbC123xyz").starts_with("Nothing to push"));
}

#[test]
fn refusals_are_told_with_what_to_do() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    let line = "pull figma brand --file AbC123xyz --json";
    for (status, code, exit) in [
        (400, "figma_refused", 3),
        (403, "figma_forbidden", 3),
        (404, "figma_not_found", 4),
        (429, "figma_busy", 5),
        (500, "figma_busy", 5),
        (302, "figma_unreachable", 5),
    ] {
        figma.fail_once(status);
        let ran = run(&desk, &figma, line);
        assert_eq!(error_of(&ran), (exit, code.to_owned()), "{status}: {}", ran.out);
        assert_eq!(desk.json("project list")["projects"], json!([]), "nothing was imported");
    }
    figma.fail_once(429);
    let told = run(&desk, &figma, "pull figma brand --file AbC123xyz").err;
    assert!(told.contains("it asks to wait 30 s"), "{told}");
    figma.set(json!({"unheard": "of"}));
    assert_eq!(error_of(&run(&desk, &figma, line)), (3, "format_mismatch".to_owned()));
    let bare = |line: &str| desk.run(line);
    assert_eq!(error_of(&bare(line)), (2, "figma_token_missing".to_owned()));
    let told = bare("pull figma brand --file AbC123xyz --api http://example.org").err;
    assert!(told.contains("not sent over a connection that anybody can read"), "{told}");
    assert_eq!(bare("pull figma brand --file ../../x").code, 2);
    // Nobody listens at the address of a server that has ended.
    let address = Figma::start(empty()).address();
    let mut command = desk.command();
    command.env("FIGMA_TOKEN", TOKEN).env("FIGMA_API_URL", address).args(line.split(' '));
    assert_eq!(error_of(&Ran::of(&command.output().unwrap())), (5, "figma_unreachable".to_owned()));
}

#[test]
fn a_push_that_figma_refuses_changes_nothing_here() {
    let (desk, figma) = (Desk::new(), Figma::start(payload()));
    ok(&desk, &figma, "pull figma brand --file AbC123xyz");
    desk.ok(r#"token set brand size.s {"value":5,"unit":"px"}"#);
    let state = desk.state_of("brand");
    figma.refuse_posts(true);
    let refused = run(&desk, &figma, "push figma brand --file AbC123xyz --json");
    assert_eq!(error_of(&refused), (3, "figma_refused".to_owned()));
    assert_eq!(desk.state_of("brand"), state);
    figma.refuse_posts(false);
    ok(&desk, &figma, "push figma brand --file AbC123xyz");
    assert_eq!(figma.value("VariableID:1:2", "1:0"), json!(5));
}

#[test]
fn a_real_file_is_pulled_and_is_no_news_afterwards() {
    let Some(shared) = dss_testkit::shared() else { return };
    let file = shared.join("data/tokens/figma-rest-primer/variables-local.json");
    let desk = Desk::new();
    let figma = Figma::start_with(std::fs::read_to_string(file).unwrap());
    let first = read_json(&desk, &figma, "pull figma brand --file AbC123xyz");
    assert_eq!(first["kinds"]["token"]["added"], json!(7233));
    assert_eq!(pulled(&desk, &figma), (0, 0, 0));
    assert!(ok(&desk, &figma, "push figma brand --file AbC123xyz").starts_with("Nothing to push"));
}

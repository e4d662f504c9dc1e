//! The log, undo, and archives that carry a part, news, or the past.

use insta::assert_snapshot;
use serde_json::json;

use crate::golden::filters;
use crate::support::Desk;

/// Ada imports what Ben did apart from her.
fn merged() -> Desk {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss -q");
    desk.ok("import start.dss --store ben -q");
    desk.ok("token set aurora radius.small 2px --store ben --as Ben -q");
    desk.ok("token set aurora new.thing 2px --set tokens/core --type dimension --store ben --as Ben -q");
    desk.ok("token rm aurora gap.gutter --store ben --as Ben -q");
    desk.ok("export aurora -o ben.dss --store ben -q");
    desk.ok("import ben.dss -q");
    desk
}

#[test]
fn what_an_import_did() {
    let desk = merged();
    filters().bind(|| {
        assert_snapshot!(desk.ok("log aurora --limit 4"), @"
        WHEN (UTC)           WHO  WHAT           PROJECT  OUTCOME  DETAIL
        [time]  Ada  import         aurora   done     #2 ben.dss
        [time]  Ada  export         aurora   done     start.dss
        [time]  Ada  asset.set      aurora   done     icons/arrow-right.…
        [time]  Ada  component.set  aurora   done     Button, Card
        ");
        assert_snapshot!(desk.ok("log aurora --import 2"), @"
        Import 2, ben.dss, [time] by Ada.

          changed token radius.small in tokens/base
            value 4px → 2px
          added token new.thing in tokens/core
          added group new in tokens/core
          added set tokens/core
          deleted token gap.gutter in tokens/semantic

        5 items changed.

        Next:
          dss undo aurora --import 2  take it back
        ");
        assert_snapshot!(desk.ok("log aurora --import 1"), @"
        Import 1, aurora/aurora.resolver.json, [time] by Ada.

        It made the project: everything in it was new.
        ");
    });
    let log = desk.json("log aurora --import 2 --limit 1");
    assert_eq!((&log["changed"], log["entities"].as_array().map(Vec::len)), (&json!(5), Some(1)));
    assert_eq!(log["entities"][0]["fields"][0]["new"]["value"], json!({ "value": 2, "unit": "px" }));
    assert_eq!(desk.run("log aurora --import 9").code, 4);
}

#[test]
fn an_undo_and_the_undo_of_it() {
    let desk = merged();
    let merged = desk.ok("token list aurora");
    filters().bind(|| {
        assert_snapshot!(desk.ok("undo aurora --dry-run"), @"
        Would take back import 2, ben.dss, [time] by Ada.

          ITEMS       RESTORED  CHANGED  DELETED
          groups             0        0        1
          token sets         0        0        1
          tokens             1        1        1

          changed token radius.small in tokens/base
            value 2px → 4px
          deleted token new.thing in tokens/core
          restored token gap.gutter in tokens/semantic
          deleted group new in tokens/core
          deleted set tokens/core

        This was a dry run: nothing was changed.
        ");
    });
    assert_eq!(desk.ok("token list aurora"), merged);
    let done = desk.json("undo aurora");
    assert_eq!((&done["number"], &done["left"], &done["dryRun"]), (&json!(3), &json!(0), &json!(false)));
    assert!(!desk.ok("token list aurora").contains("new.thing"));
    filters().bind(|| {
        assert_snapshot!(desk.ok("log aurora --token radius.small"), @"
        WHEN (UTC)           BY   FROM  WHAT            VALUE
        [time]  Ada  #3    value  current  2px → 4px
        [time]  Ben  #2    value           4px → 2px
        [time]  Ada  #1    path   current  radius.small
        [time]  Ada  #1    set    current  tokens/base
        [time]  Ada  #1    value           4px
        ");
        assert_snapshot!(desk.ok("log aurora --limit 1"), @"
        WHEN (UTC)           WHO  WHAT  PROJECT  OUTCOME  DETAIL
        [time]  Ada  undo  aurora   done     #3 took back #2
        ");
    });
    assert!(desk.ok("undo aurora").starts_with("Took back undo 3, import 2, "));
    assert_eq!(desk.ok("token list aurora"), merged);
    let oldest = desk.json("log aurora --token radius.small --reverse")["changes"][0]["field"].clone();
    assert_eq!(oldest, "path", "within one write, by name");
}

#[test]
fn the_project_as_it_was() {
    let desk = merged();
    let ran = desk.run("diff aurora --at 2");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "nothing has happened since: {}", ran.out);
    let ran = desk.run("diff aurora --at 2^");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    for expected in ["radius.small", "new.thing", "gap.gutter"] {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    desk.ok("undo aurora -q");
    let ran = desk.run("diff aurora --at 2^");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "it is as before: {}", ran.out);
    assert_eq!(desk.run("diff aurora ben.dss --at 2").code, 0, "as it was after the import");
    assert_eq!(desk.run("diff aurora --at 9").code, 4);
    for bad in ["diff aurora", "diff aurora --at x", "diff ben.dss --at 2"] {
        assert_eq!(desk.run(bad).code, 2, "{bad}");
    }
}

#[test]
fn what_was_changed_since_ends_with_1() {
    let desk = merged();
    desk.ok("token set aurora radius.small 9px -q");
    let ran = desk.run("undo aurora");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let left = "Left as it is, 1 time:\n  token radius.small in tokens/base, value: it was changed since\n";
    assert!(ran.out.contains(left), "{}", ran.out);
    let ran = desk.run("undo aurora --import 1");
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("dss project delete"), "{}", ran.err);
    assert_eq!(desk.run("undo nothing").code, 4);
}

#[test]
fn the_log_goes_back_as_far_as_asked() {
    let desk = merged();
    let count = |line: &str| desk.json(line)["entries"].as_array().map_or(0, Vec::len);
    assert_eq!(count("log aurora --since 1h"), count("log aurora"));
    assert_eq!(count("log aurora --since 2100-01-01"), 0);
    assert_eq!(desk.run("log aurora --since yesterday").code, 2);
    assert_eq!(desk.run("log aurora --import 1 --token a").code, 2);
}

#[test]
fn news_parts_and_the_past() {
    let desk = merged();
    let news = desk.json("export aurora -o news.dss --since start.dss");
    assert_eq!(
        (&news["kinds"]["token"], &news["deleted"], &news["full"]),
        (&json!(2), &json!(1), &json!(false))
    );
    desk.ok("import news.dss --store ben -q");
    let none = desk.json("export aurora -o none.dss --since 2");
    assert_eq!((none["kinds"].get("token"), &none["deleted"]), (None, &json!(0)));
    let part = desk.json("export aurora -o part.dss --category actions --type dimension");
    assert_eq!(part["kinds"]["component"], 1);
    desk.ok("export aurora -o past.dss --history -q");
    assert!(desk.ok("inspect past.dss").contains("history.ndjson"));
    desk.ok("verify past.dss --strict --canonical");
    desk.ok("import past.dss --store cy -q");
    assert!(desk.ok("log aurora --store cy").contains("elsewhere"));
    assert!(desk.ok("log aurora --token radius.small --store cy").contains("4px → 2px"));
    let ran = desk.run("export aurora -o files/");
    assert!(ran.err.contains("warning: components: 2 left out"), "{}", ran.err);
    for bad in ["--since 9", "--since missing.dss"] {
        assert_eq!(desk.run(&format!("export aurora -o no.dss {bad}")).code, 4, "{bad}");
    }
    assert_eq!(desk.run("export aurora -o files2/ --history").code, 2);
}

/// All of a list of components are set, or none.
#[test]
fn a_list_of_components_is_one_change() {
    let desk = Desk::with_aurora();
    desk.write("list.json", r#"[{"name": "One"}, {"nome": "Two"}]"#);
    assert_eq!(desk.run("component set aurora list.json").code, 2);
    assert!(!desk.ok("component list aurora").contains("One"));
    desk.write("list.json", r#"[{"name": "One", "status": "draft"}, {"name": "Two"}, {"name": "One"}]"#);
    desk.ok("component set aurora list.json");
    assert_eq!(desk.json("component get aurora One")["record"].get("status"), None, "the later one counts");
}

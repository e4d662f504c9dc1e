//! Two people, two stores, edits that did not know of each other.

use serde_json::json;

use crate::support::Desk;

/// Ada and Ben have the same project, and both change `radius.full`.
fn apart() -> Desk {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o start.dss");
    desk.ok("import start.dss --store ben -q");
    desk.ok("token set aurora radius.full 100px -q");
    desk.ok("token set aurora radius.full 200px --store ben --as Ben -q");
    desk.ok("token set aurora radius.small 2px --store ben --as Ben -q");
    desk.ok("export aurora -o ben.dss --store ben -q");
    desk
}

fn value(desk: &Desk, path: &str) -> serde_json::Value {
    desk.json(&format!("token get aurora {path}"))["tokens"][0]["value"].clone()
}

#[test]
fn open_conflicts_end_with_1_and_lose_nothing() {
    let desk = apart();
    let ran = desk.run("import ben.dss --dry-run");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("This was a dry run: nothing was changed."), "{}", ran.out);
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 4, "unit": "px" }));
    let ran = desk.run("import ben.dss");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("\n1 conflict is open.\n"), "{}", ran.out);
    assert_eq!(value(&desk, "radius.small"), json!({ "value": 2, "unit": "px" }));
    assert!(desk.ok("token list aurora --folder radius").contains("1 with open conflicts"));
    assert!(desk.ok("project show aurora").contains("in conflict  1 item\n"));
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
        assert_eq!(value(&desk, "radius.full"), json!({ "value": expected, "unit": "px" }), "{strategy}");
    }
}

#[test]
fn replacing_makes_it_so() {
    let desk = apart();
    desk.ok("import ben.dss --strategy replace");
    assert_eq!(value(&desk, "radius.full"), json!({ "value": 200, "unit": "px" }));
}

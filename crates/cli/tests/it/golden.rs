//! What people see, at 80 columns.

use insta::{Settings, assert_snapshot};

use crate::support::Desk;

/// Hides what differs from run to run.
fn filters() -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "[time]");
    settings.add_filter(r"[0-9a-f]{64}", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[id]");
    settings.add_filter(r"(\b\d+(\.\d)? m?s\b|under 1 ms)", "[span]");
    settings.add_filter(r"\d+\.\d KiB( \(compressed\)|\n  identity)", "[size]$1");
    settings.add_filter(r"(aurora  .*)  \d+\.\d KiB", "$1  [size]");
    settings
}

#[test]
fn importing() {
    let desk = Desk::new();
    filters().bind(|| {
        assert_snapshot!(desk.ok("import aurora/aurora.resolver.json"), @"");
        assert_snapshot!(desk.ok("import aurora/aurora.resolver.json"), @"");
    });
}

#[test]
fn findings() {
    let desk = Desk::new();
    desk.write(
        "old.tokens.json",
        r##"{
  "brand": {"$type": "color", "$value": "#ff0066"},
  "text": {"$type": "color", "$value": "{brand}"},
  "gone": {"$type": "color", "$value": "{not.here}"},
  "gap": {"$type": "spacing", "$value": "4px"}
}"##,
    );
    filters().bind(|| {
        assert_snapshot!(desk.ok("import old.tokens.json --dry-run"), @"");
        assert_snapshot!(desk.ok("verify old.tokens.json"), @"");
    });
}

#[test]
fn lists() {
    let desk = Desk::with_aurora();
    filters().bind(|| {
        assert_snapshot!(desk.ok("project list"), @"");
        assert_snapshot!(desk.ok("token list aurora --set tokens/semantic"), @"");
        assert_snapshot!(desk.ok("theme list aurora"), @"");
        assert_snapshot!(desk.ok("component list aurora"), @"");
        assert_snapshot!(desk.ok("asset list aurora"), @"");
        assert_snapshot!(desk.ok("log --limit 3"), @"");
    });
}

#[test]
fn single_things() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora gap.gutter 20px --tag old");
    filters().bind(|| {
        assert_snapshot!(desk.ok("project show aurora"), @"");
        assert_snapshot!(desk.ok("token get aurora gap.gutter"), @"");
        assert_snapshot!(desk.ok("log aurora --token gap.gutter"), @"");
    });
}

#[test]
fn archives() {
    let desk = Desk::with_aurora();
    filters().bind(|| {
        assert_snapshot!(desk.ok("export aurora -o aurora.dss"), @"");
        assert_snapshot!(desk.ok("verify aurora.dss"), @"");
        assert_snapshot!(desk.ok("inspect aurora.dss"), @"");
        assert_snapshot!(desk.ok("export aurora -o files/"), @"");
        assert_snapshot!(desk.ok("export aurora -o part.dss --type color"), @"");
    });
}

#[test]
fn empty_places() {
    let desk = Desk::new();
    assert_snapshot!(desk.ok("project list"), @"");
    desk.ok("project create bare");
    let lines =
        ["set", "token", "theme", "component", "asset"].map(|kind| desk.ok(&format!("{kind} list bare")));
    assert_snapshot!(lines.concat(), @"");
}

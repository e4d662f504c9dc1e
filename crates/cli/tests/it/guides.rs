//! The guides: every command is run, and prints what is shown.
#![cfg(unix)]

use std::fs;

use crate::pages::{self, Block};
use crate::promised;
use crate::shell;
use crate::support::Desk;
use crate::zips;

/// A file of Tokens Studio.
const STUDIO: &str = r#"{"core": {"space": {"small": {"value": "4px", "type": "spacing"}}}}"#;

/// Follows a page at a desk. What is shown without output is an alternative, and is tried aside.
fn follow(desk: &Desk, name: &str, at_least: usize, codes: &[i32]) {
    pages::follow(name, at_least, &mut |command, block| match block {
        Block::Sh => {
            shell::aside(desk, command);
            String::new()
        }
        Block::Console => {
            let printed = shell::run(&desk.path("."), &desk.path("."), command);
            assert!(codes.contains(&printed.code), "{command}: {}\n{}", printed.code, printed.text);
            shell::stable(&printed.text, desk)
        }
    });
}

#[test]
fn the_users() {
    follow(&Desk::new(), "docs/guide.md", 25, &[0, 1]);
}

#[test]
fn the_operators() {
    let desk = Desk::new();
    promised::zip_slip(&desk, "upload.dss");
    // Whatever is refused is shown as it is told.
    follow(&desk, "docs/operations.md", 15, &[0, 1, 2, 3, 4, 5]);
}

#[test]
fn questions() {
    follow(&Desk::new(), "docs/faq.md", 1, &[0, 1]);
}

#[test]
fn finding_what_is_wrong() {
    let desk = Desk::new();
    fs::create_dir(desk.path("tokens")).unwrap();
    desk.write("tokens/base.tokens.json", r#"{"gap": {"$type": "number", "$value": "wide"}}"#);
    desk.write("studio.json", STUDIO);
    desk.ok("import tokens/ --project brand");
    follow(&desk, "docs/lint.md", 3, &[0, 1]);
}

#[test]
fn other_tools_formats() {
    let desk = Desk::new();
    desk.write("studio.json", STUDIO);
    desk.ok("import studio.json --project brand");
    desk.ok("convert studio.json tokens/");
    let base = r#"{"gap": {"$type": "number", "$value": 1}}"#;
    desk.write("tokens.zip", zips::zipped(&[("tokens/base.tokens.json", base)]));
    desk.write("other.json", fs::read_to_string(desk.path("studio.json")).unwrap());
    follow(&desk, "docs/formats.md", 3, &[0, 1]);
}

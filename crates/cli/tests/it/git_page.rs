//! docs/git.md: its commands are run, and print what it shows.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use crate::pages;
use crate::shell;
use crate::support::Desk;

/// Runs a line of the page in a shell; gives what it printed, with places as they might be.
fn run(desk: &Desk, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_dss"));
    let folder = desk.path("design");
    let shell::Printed { code, text } = shell::run(&desk.path("."), &folder, line);
    assert!([0, 1].contains(&code), "{line}\n{text}");
    let here = fs::canonicalize(&folder).unwrap();
    text.replace(&program.display().to_string(), "/usr/local/bin/dss")
        .replace(&here.display().to_string(), "/home/ada/design")
}

#[test]
fn the_page_can_be_followed() {
    let desk = Desk::new();
    fs::create_dir(desk.path("design")).unwrap();
    pages::follow("docs/git.md", 30, &mut |command, _| run(&desk, command));
}

//! docs/git.md: its commands are run, and print what it shows.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::pages;
use crate::support::Desk;

/// Runs a line of the page in a shell; gives what it printed, with places as they might be.
fn run(desk: &Desk, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_dss"));
    let folder = desk.path("design");
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .current_dir(&folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", desk.path("home"));
    shell.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_PAGER", "cat").env("TERM", "dumb");
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.invalid");
        // With the time, commits are the same in every run.
        shell.env(format!("GIT_{who}_DATE"), "2026-01-15T10:30:00Z");
    }
    let output = shell.output().unwrap();
    let code = output.status.code().unwrap_or(-1);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!([0, 1].contains(&code), "{line}\n{text}");
    let here = fs::canonicalize(&folder).unwrap();
    text.replace(&program.display().to_string(), "/usr/local/bin/dss")
        .replace(&here.display().to_string(), "/home/ada/design")
}

#[test]
fn the_page_can_be_followed() {
    let desk = Desk::new();
    fs::create_dir(desk.path("design")).unwrap();
    pages::follow("git.md", 30, &mut |command| run(&desk, command));
}

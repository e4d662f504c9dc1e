//! docs/git.md: its commands are run, and print what it shows.
//!
//! `DSS_DOCS_WRITE=1 cargo test -p dss-cli git_page` brings the page up to date.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Desk;

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/git.md")
}

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
    let text = fs::read_to_string(page()).unwrap();
    let mut told = String::new();
    let mut count = 0_usize;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        told.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            told.push_str(&format!("{line}\n{}", run(&desk, command)));
            count = count.saturating_add(1);
        }
        told.push_str("```\n");
    }
    assert!(count > 30, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        fs::write(page(), told).unwrap();
    } else {
        assert_eq!(text, told, "docs/git.md is not current (DSS_DOCS_WRITE=1)");
    }
}

//! The pages in docs/ that show commands: each is run, and shows what the page says.
//!
//! A block ```` ```console ```` holds lines `$ dss …`, each followed by what it prints. Times are all the same
//! moment there. `DSS_DOCS_WRITE=1 cargo test -p dss-cli docs` brings the pages up to date.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Desk;

const MOMENT: &str = "2026-01-05 09:30:00";

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// The text with one moment in place of every other.
fn timeless(text: &str) -> String {
    let is_moment = |text: &str| {
        text.bytes().zip(MOMENT.bytes()).all(|(found, form)| match form {
            b'0'..=b'9' => found.is_ascii_digit(),
            _ => found == form,
        })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let moment = rest.split_at_checked(MOMENT.len()).filter(|(moment, _)| is_moment(moment));
        rest = if let Some((_, behind)) = moment {
            out.push_str(MOMENT);
            behind
        } else {
            out.push(next);
            rest.strip_prefix(next).unwrap_or_default()
        };
    }
    out
}

/// The page with what its commands print now, and how many there were.
fn run(text: &str) -> (String, usize) {
    let desk = Desk::new();
    let mut out = String::new();
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ dss ") else { continue };
            commands.push(command);
            let ran = desk.run(command);
            assert!(ran.code <= 1, "$ dss {command}\n{}{}", ran.out, ran.err);
            out.push_str(&format!("{line}\n{}{}", timeless(&ran.out), ran.err));
        }
        out.push_str("```\n");
    }
    let count = commands.len();
    (out, count)
}

#[test]
fn pages_show_what_happens() {
    let path = page("history.md");
    let text = fs::read_to_string(&path).unwrap();
    let (told, commands) = run(&text);
    assert!(commands > 10, "only {commands} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        fs::write(&path, told).unwrap();
        return;
    }
    similar(&text, &told);
}

#[track_caller]
fn similar(text: &str, told: &str) {
    let differing = text.lines().zip(told.lines()).find(|(page, now)| page != now);
    assert!(text == told, "docs/history.md is not current (DSS_DOCS_WRITE=1): {differing:?}");
}

//! Pages of the documentation whose commands are run: a block of `console` has command lines (`$ dss …`), and
//! what they print; times are all the same moment there. `DSS_DOCS_WRITE=1 cargo test -p dss-cli pages` brings them up to date.

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

/// The page as it would be if it told what its commands print.
fn told(text: &str, desk: &Desk) -> (String, usize) {
    let mut written = String::new();
    let mut count = 0_usize;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ dss ") else { continue };
            let ran = desk.run(command);
            assert!([0, 1].contains(&ran.code), "dss {command}\n{}{}", ran.out, ran.err);
            written.push_str(&format!("{line}\n{}{}", timeless(&ran.out), ran.err));
            count = count.saturating_add(1);
        }
        written.push_str("```\n");
    }
    (written, count)
}

#[track_caller]
fn check(name: &str) {
    let path = page(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let (told, count) = told(&text, &Desk::new());
    assert!(count > 8, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        std::fs::write(path, told).unwrap();
    } else {
        assert_eq!(text, told, "docs/{name} is not current (DSS_DOCS_WRITE=1)");
    }
}

#[test]
fn comparing() {
    check("diff.md");
}

#[test]
fn the_past() {
    check("history.md");
}

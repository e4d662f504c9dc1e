//! Pages of the documentation whose commands are run: a block of `console` has command lines (`$ dss …`), and what they
//! print. `DSS_DOCS_WRITE=1 cargo test -p dss-cli --test it` brings all of them up to date.

use std::path::Path;

use crate::support::Desk;

/// Follows a page of docs/, which must show what `run` says that its commands print, and have some at least.
#[track_caller]
pub(crate) fn follow(name: &str, at_least: usize, run: &mut dyn FnMut(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let (told, count) = told(&text, run);
    assert!(count > at_least, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        std::fs::write(path, told).unwrap();
    } else {
        let differs = text.lines().zip(told.lines()).find(|(is, ought)| is != ought);
        assert!(text == told, "docs/{name} is not current (DSS_DOCS_WRITE=1): {differs:?}");
    }
}

/// The page as it would be if it told what its commands print, and how many it has.
fn told(text: &str, run: &mut dyn FnMut(&str) -> String) -> (String, usize) {
    let mut written = String::new();
    let mut count = 0_usize;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            written.push_str(&format!("{line}\n"));
            let output = run(command);
            let output = output.trim_end();
            if !output.is_empty() {
                written.push_str(&format!("{output}\n"));
            }
            count = count.saturating_add(1);
        }
        written.push_str("```\n");
    }
    (written, count)
}

/// Runs `dss …`, which has to be done, or to find something; returns what it printed.
#[track_caller]
pub(crate) fn dss(desk: &Desk, command: &str) -> String {
    let words = command.strip_prefix("dss ");
    let ran = desk.run(words.unwrap_or_else(|| panic!("`{command}` is not dss")));
    assert!([0, 1].contains(&ran.code), "{command}\n{}{}", ran.out, ran.err);
    ran.out + &ran.err
}

/// The text with one moment in place of every other.
pub(crate) fn at_one_moment(text: &str, moment: &str) -> String {
    let is_moment = |text: &str| {
        text.bytes().zip(moment.bytes()).all(|(found, form)| match form {
            b'0'..=b'9' => found.is_ascii_digit(),
            _ => found == form,
        })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let found = rest.split_at_checked(moment.len()).filter(|(found, _)| is_moment(found));
        rest = if let Some((_, behind)) = found {
            out.push_str(moment);
            behind
        } else {
            out.push(next);
            rest.strip_prefix(next).unwrap_or_default()
        };
    }
    out
}

#[track_caller]
fn check(name: &str) {
    let desk = Desk::new();
    follow(name, 8, &mut |command| at_one_moment(&dss(&desk, command), "2026-01-05 09:30:00"));
}

#[test]
fn comparing() {
    check("diff.md");
}

#[test]
fn the_past() {
    check("history.md");
}

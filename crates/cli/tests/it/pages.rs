//! Pages of the documentation whose commands are run.
//!
//! A block of `console` has command lines (`$ dss …`), and what they print; a block of `sh` has commands alone, which must do
//! what they are meant to. `DSS_DOCS_WRITE=1 cargo test -p dss-cli --test it` brings all pages up to date.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Desk;

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// With its output.
    Console,
    /// Among others, without output.
    Sh,
}

/// Pages with commands, below the repository's root, and where their tests are.
const FOLLOWED: &[(&str, &str)] = &[
    ("README.md", include_str!("readme.rs")),
    ("crates/cli/README.md", include_str!("readme.rs")),
    ("docs/backup.md", include_str!("pages.rs")),
    ("docs/diff.md", include_str!("pages.rs")),
    ("docs/faq.md", include_str!("guides.rs")),
    ("docs/fix.md", include_str!("fix.rs")),
    ("docs/figma.md", include_str!("figma.rs")),
    ("docs/formats.md", include_str!("guides.rs")),
    ("docs/git.md", include_str!("git_page.rs")),
    ("docs/guide.md", include_str!("guides.rs")),
    ("docs/history.md", include_str!("pages.rs")),
    ("docs/lint.md", include_str!("guides.rs")),
    ("docs/merging.md", include_str!("walkthrough.rs")),
    ("docs/operations.md", include_str!("guides.rs")),
    ("docs/resolve.md", include_str!("resolve.rs")),
    ("docs/sources.md", include_str!("sources.rs")),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Follows a page, which must show what `run` says that its commands print, and have some at least.
#[track_caller]
pub(crate) fn follow(name: &str, at_least: usize, run: &mut dyn FnMut(&str, Block) -> String) {
    assert!(FOLLOWED.iter().any(|(followed, _)| *followed == name), "{name} is not in the list of pages");
    let path = root().join(name);
    let text = fs::read_to_string(&path).unwrap();
    let (told, count) = told(&text, run);
    assert!(count > at_least, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        fs::write(path, told).unwrap();
    } else {
        let differs = text.lines().zip(told.lines()).find(|(is, ought)| is != ought);
        assert!(text == told, "{name} is not current (DSS_DOCS_WRITE=1): {differs:?}");
    }
}

/// The page as it would be if it told what its commands print, and how many it has.
fn told(text: &str, run: &mut dyn FnMut(&str, Block) -> String) -> (String, usize) {
    let mut written = String::new();
    let mut count = 0_usize;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        let block = match line {
            "```console" => Block::Console,
            "```sh" => Block::Sh,
            _ => continue,
        };
        for line in lines.by_ref().take_while(|line| *line != "```") {
            if block == Block::Sh {
                written.push_str(&format!("{line}\n"));
            }
            let Some(command) = command(line, block) else { continue };
            let output = run(command, block);
            count = count.saturating_add(1);
            if block == Block::Sh {
                continue;
            }
            written.push_str(&format!("{line}\n"));
            let output = output.trim_end();
            if !output.is_empty() {
                written.push_str(&format!("{output}\n"));
            }
        }
        written.push_str("```\n");
    }
    (written, count)
}

/// The command in a line, without what is said about it.
fn command(line: &str, block: Block) -> Option<&str> {
    match block {
        Block::Console => line.strip_prefix("$ "),
        // Whoever has no `dss` yet builds it.
        Block::Sh => Some(line.split(" #").next().unwrap_or(line).trim_end()).filter(|command| {
            !command.is_empty() && !command.starts_with(['#', ' ']) && !command.starts_with("cargo ")
        }),
    }
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

const SHOWN: &str = "; shows until somebody decides";

/// What is told of conflicts, as it is in most runs.
pub(crate) fn settled(text: &str) -> String {
    // Of two writes with one counter, the one of the higher replica id shows, and those are random.
    let is_open = text.contains(SHOWN);
    let mut is_imported = false;
    let mut told = String::new();
    for line in text.lines() {
        let mut line = line.replace(SHOWN, "");
        // A slow machine may take longer than five seconds between two commands.
        if line.starts_with("Recommendation: imported") || line.starts_with("Recommendation: local") {
            "Recommendation: unknown (both were written at about the same time)".clone_into(&mut line);
        }
        if is_open && is_imported {
            line.push_str(SHOWN);
        }
        is_imported = line.starts_with("Imported: ");
        told.push_str(&format!("{line}\n"));
    }
    told
}

#[track_caller]
fn check(name: &str) {
    let desk = Desk::new();
    follow(name, 8, &mut |command, _| at_one_moment(&dss(&desk, command), "2026-01-05 09:30:00"));
}

#[test]
fn comparing() {
    check("docs/diff.md");
}

#[test]
fn the_past() {
    check("docs/history.md");
}

/// The blocks of a page: the word after the fence, and the lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(word) = line.strip_prefix("```") {
            blocks.push((word, lines.by_ref().take_while(|line| *line != "```").collect()));
        }
    }
    blocks
}

#[test]
fn no_page_shows_a_command_that_nobody_runs() {
    let docs = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let docs = docs
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"))
        .map(|name| format!("docs/{name}"));
    let readmes = fs::read_dir(root().join("crates")).unwrap().map(|folder| folder.unwrap().file_name());
    let readmes = readmes.map(|name| format!("crates/{}/README.md", name.into_string().unwrap()));
    let mut wrong = Vec::new();
    for name in docs.chain(readmes).chain(["README.md".to_owned()]) {
        let text = fs::read_to_string(root().join(&name)).unwrap();
        let shows = |lines: &[&str]| {
            lines
                .iter()
                .any(|line| line.trim_start_matches("$ ").starts_with("dss ") || line.contains("$ dss "))
        };
        for (word, lines) in blocks(&text).into_iter().filter(|(_, lines)| shows(lines)) {
            let is_run =
                ["console", "sh"].contains(&word) && FOLLOWED.iter().any(|(followed, _)| *followed == name);
            if !is_run {
                wrong.push(format!("{name}: ```{word}: {}", lines.first().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "commands that no test runs (see FOLLOWED):\n{}", wrong.join("\n"));
    for (name, tests) in FOLLOWED {
        assert!(
            tests.contains(&format!("\"{name}\", ")) || tests.contains(&format!("check(\"{name}\")")),
            "{name} has no test"
        );
    }
}

/// Backups have the names of moments, sizes and times differ: the page shows one of each.
#[test]
fn looking_after_a_store() {
    let desk = Desk::new();
    let root = desk.path("").canonicalize().unwrap().join("").display().to_string();
    let in_name = "2026-01-05T09-30-00.000Z";
    let mut taken = String::new();
    follow("docs/backup.md", 6, &mut |command, _| {
        let said = dss(&desk, &command.replace(in_name, &taken)).replace(&root, "");
        if let Some((_, name)) = said.split_once("backups/dss-").filter(|_| command.starts_with("dss backup"))
        {
            taken = name.split_at(in_name.len()).0.to_owned();
        }
        let said = at_one_moment(&at_one_moment(&said, in_name), "2026-01-05 09:30:00");
        said.lines().map(|line| without_measures(line) + "\n").collect()
    });
}

/// The line with one time in place of every other, and one size.
fn without_measures(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    let units: Vec<&str> = words.iter().skip(1).map(|word| word.trim_end_matches(['.', ','])).collect();
    for (word, unit) in words.iter_mut().zip(units) {
        match unit {
            "ms" | "s" => *word = "90",
            "KiB" => *word = "640.0",
            _ => {}
        }
    }
    words.join(" ").replace("90 s", "90 ms")
}

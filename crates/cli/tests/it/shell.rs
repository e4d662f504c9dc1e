//! A shell at a desk, for pages whose commands are more than `dss`.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use dss_testkit::{TempDir, copy_folder};

use crate::pages;
use crate::support::Desk;

/// What a line printed, and how it ended.
pub(crate) struct Printed {
    pub(crate) code: i32,
    pub(crate) text: String,
}

/// Runs a line in a shell in `folder`, with the store of the desk at `root`. `dss` is this program, and git is quiet.
pub(crate) fn run(root: &Path, folder: &Path, line: &str) -> Printed {
    let program = Path::new(env!("CARGO_BIN_EXE_dss"));
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env_clear().env("PATH", path);
    let root = fs::canonicalize(root).unwrap();
    for (name, place) in [("DSS_CACHE", "cache"), ("HOME", "home"), ("TMPDIR", "tmp")] {
        shell.env(name, root.join(place));
    }
    // Relative, so that pages look the same wherever the desk stands.
    shell.env("DSS_STORE", "store");
    // Questions are answered by the end of the input: nobody decides.
    shell.env("DSS_AUTHOR", "Ada").env("DSS_ASSUME_TERMINAL", "1").stdin(Stdio::null());
    shell.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_PAGER", "cat").env("TERM", "dumb");
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.invalid");
        // With the time, commits are the same in every run.
        shell.env(format!("GIT_{who}_DATE"), "2026-01-15T10:30:00Z");
    }
    let output = shell.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    Printed { code: output.status.code().unwrap_or(-1), text }
}

/// Runs a line in a copy of the desk, so that it leaves nothing behind: what the reader could do instead.
#[track_caller]
pub(crate) fn aside(desk: &Desk, line: &str) {
    let folder = TempDir::new().unwrap();
    let copy = folder.join("desk");
    copy_folder(&desk.path("."), &copy).unwrap();
    let printed = run(&copy, &copy, line);
    assert!([0, 1].contains(&printed.code), "{line}\n{}", printed.text);
}

/// The text with what no two runs have in common as it was on one day.
pub(crate) fn stable(text: &str, desk: &Desk) -> String {
    let here = fs::canonicalize(desk.path(".")).unwrap();
    let text = text.replace(&format!("{}/home", here.display()), "/home/ada");
    let text = hashes(&text.replace(&here.display().to_string(), "/home/ada"));
    let text = ["2026-01-05 09:30:00", "2026-01-05T09:30:00.000000Z", "2026-01-05T09:30:00.000Z"]
        .iter()
        .fold(text, |text, moment| pages::at_one_moment(&text, moment));
    let text = pages::settled(&text);
    // Where the columns with spans begin, in a table that has some.
    let mut spans = None;
    text.lines().map(|line| stable_line(line, &mut spans)).collect::<Vec<_>>().join("\n")
}

/// One hash in place of every other: those of archives differ with their copies' ids.
fn hashes(text: &str) -> String {
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let mut told = String::new();
    for part in text.split_inclusive(|c: char| !is_hex(c)) {
        let hash = part.trim_end_matches(|c: char| !is_hex(c));
        let shown = if hash.len() == 64 {
            "9d869f21471cb7f268758f296fd478a0e8d51fc756ee61492dde41c6dc339025"
        } else {
            hash
        };
        told.push_str(shown);
        told.push_str(part.strip_prefix(hash).unwrap_or_default());
    }
    told
}

fn stable_line(line: &str, spans: &mut Option<usize>) -> String {
    if let Some((before, _)) = line.split_once("--expect ") {
        return format!("{before}--expect 6d0d1b0f9a4c5e7283b1f0e4d5c6a798");
    }
    if let Some((before, _)) = line.split_once(" read in ") {
        return format!("{before} read in 20 ms");
    }
    if line.trim_end().ends_with("LONGEST") {
        *spans = line.find("CANCELLED").map(|at| at.saturating_add("CANCELLED".len()));
    } else if line.is_empty() {
        *spans = None;
    }
    if let Some((before, told)) = spans.and_then(|at| line.split_at_checked(at)) {
        let told = if told.contains("LONGEST") {
            "    P50    P95  LONGEST"
        } else if told.is_empty() {
            ""
        } else {
            "  20 ms  20 ms    20 ms"
        };
        return format!("{before}{told}");
    }
    line.split(' ').map(fields).collect::<Vec<_>>().join(" ")
}

/// `duration_ms=12`, `"duration_ms":12`: with numbers of that day.
fn fields(word: &str) -> String {
    let mut word = word.to_owned();
    for (name, value) in [("duration_ms", "20"), ("peak_memory_bytes", "20000000")] {
        for mark in [format!("{name}="), format!("\"{name}\":")] {
            if let Some(at) = word.find(&mark) {
                let (before, after) = word.split_at(at.saturating_add(mark.len()));
                let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                word = format!("{before}{value}{rest}");
            }
        }
    }
    word
}

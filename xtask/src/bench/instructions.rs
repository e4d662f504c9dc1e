//! Instruction counts of the hot paths: the same on a busy machine as on a quiet one, so what commits are compared by.

use std::ffi::OsString;
use std::fs;

use serde_json::{Map, Value, json};

use super::job::Job;
use super::programs::Programs;
use crate::failure::Failure;
use crate::files;
use crate::run;
use crate::tools::on_path;
use crate::workspace::Workspace;

const FILE: &str = "bench/instructions.json";
const TOKENS: u64 = 10_000;

/// Counts the five paths, compares with what is committed, and writes the file.
pub(crate) fn task(programs: &Programs<'_>) -> Result<(), Failure> {
    if !on_path("valgrind") {
        return Err(Failure::new("valgrind counts instructions; install it (Debian: `valgrind`)"));
    }
    let before = committed(programs.workspace());
    let place = |name: &str| programs.place(&format!("count-{name}"));
    let places @ [file, edited, store, other, archive, theirs, written] =
        &["a.tokens.json", "b.tokens.json", "store", "other", "a.dss", "b.dss", "written.dss"].map(place);
    places.iter().try_for_each(|it| files::clear(it))?;
    let run = |job: &Job| programs.run(job).map(drop);
    let edits = ["0", &TOKENS.to_string(), "100", "1"].map(str::to_owned);
    run(&programs.generate(TOKENS, file))?;
    run(&programs.generate(TOKENS, edited).words(edits))?;
    run(&programs.import(store, file))?;
    run(&programs.export(store, archive))?;
    run(&programs.import(other, archive))?;
    run(&programs.import(other, edited).words(["--strategy", "replace"]))?;
    run(&programs.export(other, theirs))?;
    files::clear(other)?;
    let paths = [
        ("import", programs.import(other, file)),
        ("export", programs.export(store, written)),
        ("verify", programs.dss_in(store, "verify", archive)),
        ("merge", programs.import(store, theirs)),
        ("diff", programs.dss_in(store, "diff", file).word(edited).word("--stat").exits(1)),
    ];
    let mut counts = Map::new();
    for (name, job) in paths {
        let count = count(programs, job)?;
        let change = before.get(name).and_then(Value::as_u64).map(|old| change(old, count));
        println!("{name:<8} {count:>14} instructions  {}", change.unwrap_or_else(|| "new".to_owned()));
        counts.insert(name.to_owned(), json!(count));
    }
    places.iter().try_for_each(|it| files::clear(it))?;
    let text = json!({"tokens": TOKENS, "commit": programs.commit(), "instructions": counts});
    fs::write(programs.workspace().path(FILE), format!("{text:#}\n"))?;
    println!("wrote {FILE}");
    Ok(())
}

/// Runs it under callgrind, which writes its profile to a file that we only want the sum of.
fn count(programs: &Programs<'_>, job: Job) -> Result<u64, Failure> {
    let profile = programs.place("callgrind.out");
    let mut out = OsString::from("--callgrind-out-file=");
    out.push(&profile);
    programs.run(&job.under("valgrind", &["--tool=callgrind".into(), out]))?;
    let count = total(&fs::read_to_string(&profile)?);
    files::clear(&profile)?;
    count.ok_or_else(|| Failure::new("callgrind wrote no total"))
}

/// The sum at the end of a profile: `totals: N`, or `summary: N` for each part of one.
fn total(profile: &str) -> Option<u64> {
    profile.lines().rev().find_map(|line| line.strip_prefix("totals: ")?.split(' ').next()?.parse().ok())
}

/// What the last commit says.
fn committed(workspace: &Workspace) -> Map<String, Value> {
    let shown = run::command(workspace, "git").args(["show", &format!("HEAD:{FILE}")]).output();
    let text = shown.map(|output| output.stdout).unwrap_or_default();
    let file: Value = serde_json::from_slice(&text).unwrap_or_default();
    file.get("instructions").and_then(Value::as_object).cloned().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts are far below 2^52")]
fn change(before: u64, now: u64) -> String {
    let change = (now as f64 / before as f64 - 1.0) * 100.0;
    format!("{change:+.2} % against the last commit's")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found() {
        assert_eq!(total("events: Ir\nsummary: 3\n\ntotals: 1234\n"), Some(1_234));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn changes_have_a_sign() {
        assert_eq!(change(100, 110), "+10.00 % against the last commit's");
        assert_eq!(change(100, 99), "-1.00 % against the last commit's");
    }
}

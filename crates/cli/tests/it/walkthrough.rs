//! docs/merging.md: its commands are run, and print what it shows.
//!
//! A block of `console` has command lines (`$ dss …`) and what they print. What differs from run to run is shown as
//! it was on one day. `DSS_DOCS_WRITE=1 cargo test -p dss-cli walkthrough` brings the page up to date.

use std::path::{Path, PathBuf};

use crate::support::Desk;

const SHOWN: &str = "; shows until somebody decides";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/merging.md")
}

/// The output with what no two runs have in common as it was on one day.
fn on_that_day(out: &str) -> String {
    // Of two writes with one counter, the one of the higher replica id shows, and those are random.
    let is_open = out.contains(SHOWN);
    let mut told = String::new();
    let mut is_imported = false;
    for line in out.lines() {
        let mut line = line.replace(SHOWN, "");
        if line.ends_with(" ms") && line.contains(" read in ") {
            "  22.0 KiB read in 20 ms".clone_into(&mut line);
        }
        if let Some((before, _)) = line.split_once(" (updated ") {
            line = format!("{before} (updated 2026-01-15 10:30:00 UTC)");
        }
        if let Some((before, _)) = line.split_once("--expect ") {
            line = format!("{before}--expect 6d0d1b0f9a4c5e7283b1f0e4d5c6a798");
        }
        // A slow machine may take longer than five seconds between two commands.
        if line.starts_with("Recommendation: imported") {
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

/// Everything the page runs, and the page as it would be if it told what that prints.
fn followed(text: &str, desk: &Desk) -> (String, usize) {
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
            written.push_str(&format!("{line}\n{}", on_that_day(&format!("{}{}", ran.out, ran.err))));
            count = count.saturating_add(1);
        }
        written.push_str("```\n");
    }
    (written, count)
}

#[test]
fn two_people_overwrite_nothing() {
    let text = std::fs::read_to_string(page()).unwrap();
    let desk = Desk::new();
    let (told, count) = followed(&text, &desk);
    assert!(count > 12, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        std::fs::write(page(), told).unwrap();
    } else {
        assert_eq!(text, told, "docs/merging.md is not current (DSS_DOCS_WRITE=1)");
    }
    // And what the page promises is so: both hold the same, and every edit is there.
    for (path, value) in [("radius.large", 20), ("radius.small", 2), ("space.1", 5), ("radius.full", 200)] {
        for store in ["store", "ben"] {
            let token = desk.json(&format!("token get aurora {path} --store {store}"));
            assert_eq!(token["tokens"][0]["value"]["value"], value, "{path} in {store}");
        }
    }
    let state = |store: &str| {
        desk.json(&format!("export aurora -o state.dss --force --store {store}"))["exportHash"].clone()
    };
    assert_eq!(state("store"), state("ben"));
}

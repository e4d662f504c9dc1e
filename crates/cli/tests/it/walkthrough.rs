//! docs/merging.md: its commands are run, and print what it shows.
//!
//! What differs from run to run is shown as it was on one day.

use crate::pages::{self, Block};
use crate::support::Desk;

/// The output with what no two runs have in common as it was on one day.
fn on_that_day(out: &str) -> String {
    let mut told = String::new();
    for line in pages::settled(out).lines() {
        let mut line = line.to_owned();
        if line.ends_with(" ms") && line.contains(" read in ") {
            "  22.0 KiB read in 20 ms".clone_into(&mut line);
        }
        if let Some((before, _)) = line.split_once(" (updated ") {
            line = format!("{before} (updated 2026-01-15 10:30:00 UTC)");
        }
        if let Some((before, _)) = line.split_once("--expect ") {
            line = format!("{before}--expect 6d0d1b0f9a4c5e7283b1f0e4d5c6a798");
        }
        told.push_str(&format!("{line}\n"));
    }
    told
}

fn read(desk: &Desk, command: &str, block: Block) -> String {
    match block {
        Block::Console => on_that_day(&pages::dss(desk, command)),
        Block::Sh => {
            #[cfg(unix)]
            crate::shell::aside(desk, command);
            String::new()
        }
    }
}

#[test]
fn two_people_overwrite_nothing() {
    let desk = Desk::new();
    pages::follow("docs/merging.md", 12, &mut |command, block| read(&desk, command, block));
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

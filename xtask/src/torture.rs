//! `cargo xtask torture`: whatever happens to the file system, a store holds what it said that it holds.
//!
//! Each seed is a history of operations on the real program: imports, edits, merges, exports, undos, backups, restores. In
//! most of them one call to the file system fails, writes half, finds a full disk, or is the last before the process is
//! killed (`torture/shim.c`). After each operation the store has to check clean, and to hold exactly what it held before, or
//! what the operation was to make of it if it said so. Everything follows from the seed but the times.
//!
//! A killed process is not a power cut: what the system has taken it keeps. Writes that a disk loses are not simulated.

mod dice;
mod history;
mod machine;
mod model;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use crate::ci::Report;
use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;
use history::Tally;
use machine::Tools;

pub(crate) const USAGE: &str = "[--seeds A..B] [--jobs N] [--binary DSS]";

const SEEDS: std::ops::Range<u64> = 0..10_000;
const SEEDS_IN_CI: std::ops::Range<u64> = 0..300;
/// More than there are cores: where no connection can be opened, a command waits as for a store that is busy.
const JOBS: usize = 8;
/// So many seeds that fail say enough.
const FAILURES_MAX: usize = 10;

struct Options {
    seeds: std::ops::Range<u64>,
    jobs: usize,
    binary: Option<PathBuf>,
}

/// `cargo xtask torture [--seeds A..B] [--jobs N] [--binary DSS]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let note = torture(workspace, &options(arguments)?)?;
    println!("{note}");
    Ok(())
}

/// The step of `ci`: the first 300 seeds.
pub(crate) fn check(workspace: &Workspace) -> Report {
    if cfg!(not(target_os = "linux")) {
        return Ok("left out: it needs Linux, whose loader can put the faults in".to_owned()).into();
    }
    torture(workspace, &Options { seeds: SEEDS_IN_CI, jobs: JOBS, binary: None }).into()
}

fn torture(workspace: &Workspace, options: &Options) -> Result<String, Failure> {
    let started = Instant::now();
    let scratch = Scratch::new()?;
    let tools = prepare(workspace, &scratch.0, options)?;
    let next = AtomicU64::new(options.seeds.start);
    let found: Mutex<(Tally, Vec<String>)> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let is_enough = found.lock().is_ok_and(|found| found.1.len() >= FAILURES_MAX);
                    if seed >= options.seeds.end || is_enough {
                        break;
                    }
                    let played = history::play(&tools, &scratch.0, seed);
                    let Ok(mut found) = found.lock() else { break };
                    match played {
                        Ok(tally) => found.0.add(&tally),
                        Err(failure) => {
                            eprintln!("seed {seed}: {failure}");
                            found.1.push(format!("seed {seed}: {failure}"));
                        }
                    }
                }
            });
        }
    });
    let (tally, failures) = found.into_inner().map_err(|_| Failure::new("a seed panicked"))?;
    crate::failure::none_found("seeds found something", &failures)?;
    let seeds = options.seeds.end.saturating_sub(options.seeds.start);
    Ok(format!("{seeds} seeds in {:.0} s: {tally}", started.elapsed().as_secs_f64()))
}

/// A folder that goes away, even if a seed finds something: a seed can be played again.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let folder = env::temp_dir().join(format!("dss-torture-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Builds the program and what makes it fail, the store that each history starts from, and counts calls.
fn prepare(workspace: &Workspace, scratch: &Path, options: &Options) -> Result<Tools, Failure> {
    let mut binary = workspace.path("target/debug/dss");
    match &options.binary {
        Some(other) => binary.clone_from(other),
        None => run::check(&mut run::cargo(workspace, &["build", "--quiet", "--package", "dss-cli"]))?,
    }
    let shim = scratch.join("shim.so");
    let source = workspace.path("xtask/src/torture/shim.c");
    let mut compiler = run::command(workspace, "cc");
    compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&shim).arg(source).arg("-ldl");
    run::check(&mut compiler)?;
    let template = scratch.join("template");
    let tools = Tools { binary, shim, template, calls: BTreeMap::new() };
    machine::make_template(&tools)?;
    let calls = history::count_calls(&tools, scratch)?;
    Ok(Tools { calls, ..tools })
}

fn options(arguments: &[String]) -> Result<Options, Failure> {
    let mut options = Options { seeds: SEEDS, jobs: JOBS, binary: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = arguments.next().map_or("", String::as_str);
        match argument.as_str() {
            "--seeds" => {
                let parsed =
                    value.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
                options.seeds = parsed.ok_or_else(|| Failure::new("--seeds needs two numbers: 0..300"))?;
            }
            "--jobs" => {
                options.jobs = value.parse().map_err(|_| Failure::new("--jobs needs a number"))?;
            }
            "--binary" => options.binary = Some(value.into()),
            other => return Err(Failure::new(format!("torture knows {USAGE}, not `{other}`"))),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_name_seeds_and_jobs() -> Result<(), Failure> {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(options(&[])?.seeds, SEEDS);
        let some = options(&words("--seeds 5..7 --jobs 3"))?;
        assert_eq!((some.seeds, some.jobs), (5..7, 3));
        for wrong in ["--seeds", "--seeds 5", "--jobs many", "--fast"] {
            assert!(options(&words(wrong)).is_err(), "{wrong}");
        }
        Ok(())
    }
}

//! Opens every archive of a labelled corpus, and says how many were judged right: `cargo xtask zips FOLDER`.
//!
//! The folder holds `CASES.tsv` and the archives that it names, and may hold `PEERS.tsv`: what other readers did on
//! them. Ends with a failure unless every hostile archive was refused and every honest one opened.

mod case;
mod peers;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dss_security::{OpenError, OpenOptions, OpenedArchive};

use case::Case;

/// How many of how many.
#[derive(Default, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) count: u32,
    pub(crate) of: u32,
}

impl Share {
    pub(crate) fn add(&mut self, counts: bool) {
        self.count = self.count.saturating_add(counts.into());
        self.of = self.of.saturating_add(1);
    }

    pub(crate) fn percent(self) -> f64 {
        if self.of == 0 { 0.0 } else { 100.0 * f64::from(self.count) / f64::from(self.of) }
    }
}

/// What came of all cases.
#[derive(Default)]
struct Outcome<'a> {
    caught: Share,
    refused: Share,
    policy_refused: Share,
    policy_allowed: Share,
    slowest: (Duration, &'a str),
    wrong: Vec<String>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("which folder? cargo xtask zips FOLDER")?;
    let folder = Path::new(&folder);
    let table = read(&folder.join("CASES.tsv"))?;
    let cases = table.lines().skip(1).map(|line| Case::parse(line).ok_or(line));
    let cases = cases.collect::<Result<Vec<_>, _>>().map_err(|line| format!("no case: {line}"))?;
    let outcome = judge(folder, &cases)?;
    let mut out = io::stdout().lock();
    report(&mut out, &outcome)?;
    if let Ok(peers) = fs::read_to_string(folder.join("PEERS.tsv")) {
        peers::compare(&mut out, &peers, &cases, [outcome.caught, outcome.refused])?;
    }
    let is_right = outcome.wrong.is_empty() && outcome.caught.of > 0;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn judge<'a>(folder: &Path, cases: &[Case<'a>]) -> Result<Outcome<'a>, Box<dyn Error>> {
    let mut outcome = Outcome::default();
    for case in cases {
        let path = folder.join(case.file);
        let options = case.options().ok_or_else(|| format!("{}: unknown option", case.file))?;
        let start = Instant::now();
        let opened = open(&path, &options)?;
        outcome.slowest = outcome.slowest.max((start.elapsed(), case.file));
        match &opened {
            Ok(()) if case.is_hostile => {
                outcome.wrong.push(format!("opened   {} (breaks {})", case.file, case.rule));
            }
            Err(error) if !case.is_hostile => outcome.wrong.push(format!("refused  {}: {error}", case.file)),
            _ => {}
        }
        match (case.is_hostile, case.is_policy) {
            (true, true) => {
                outcome.policy_refused.add(opened.is_err());
                let options =
                    case.allowing_options().ok_or_else(|| format!("no option for {}", case.rule))?;
                let allowed = open(&path, &options)?;
                outcome.policy_allowed.add(allowed.is_ok());
                if let Err(error) = allowed {
                    outcome.wrong.push(format!("refused  {} although allowed: {error}", case.file));
                }
            }
            (true, false) => outcome.caught.add(opened.is_err()),
            (false, _) => outcome.refused.add(opened.is_err()),
        }
    }
    Ok(outcome)
}

/// The outer error is about the corpus, the inner one about the archive.
fn open(path: &Path, options: &OpenOptions) -> Result<Result<(), OpenError>, Box<dyn Error>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(OpenedArchive::open_verified(file, options).map(|_| ()))
}

fn report(out: &mut impl Write, outcome: &Outcome<'_>) -> io::Result<()> {
    for wrong in &outcome.wrong {
        writeln!(out, "WRONG    {wrong}")?;
    }
    let line = |share: Share| format!("{:>4}/{:<4}{:>6.1} %", share.count, share.of, share.percent());
    writeln!(out, "caught   {}  of the hostile", line(outcome.caught))?;
    writeln!(out, "refused  {}  of the honest", line(outcome.refused))?;
    writeln!(out, "policy   {}  refused by default", line(outcome.policy_refused))?;
    writeln!(out, "         {}  let in by the option for it", line(outcome.policy_allowed))?;
    let (took, file) = outcome.slowest;
    writeln!(out, "slowest  {:.1} ms, {file}", took.as_secs_f64() * 1e3)
}

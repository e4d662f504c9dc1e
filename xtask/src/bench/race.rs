//! Commands that are compared run in turn, so that whatever else the machine does hits all of them alike.

use std::fs;
use std::path::{Path, PathBuf};

use super::cost::{Cost, Row};
use super::job::{self, Job};
use super::programs::Programs;
use crate::failure::Failure;
use crate::files;

/// Who takes part.
#[derive(Debug)]
pub(crate) struct Entrant {
    what: String,
    by: &'static str,
    job: Job,
    before: Vec<Before>,
    writes: Option<PathBuf>,
}

/// What happens before each run, unmeasured.
#[derive(Debug)]
enum Before {
    Clear(PathBuf),
    Copy { from: PathBuf, to: PathBuf },
}

impl Entrant {
    pub(crate) fn new(what: impl Into<String>, by: &'static str, job: Job) -> Self {
        Self { what: what.into(), by, job, before: Vec::new(), writes: None }
    }

    /// Removes this before each run.
    pub(crate) fn clear(mut self, place: &Path) -> Self {
        self.before.push(Before::Clear(place.to_owned()));
        self
    }

    /// Puts a copy there before each run.
    pub(crate) fn copy(mut self, from: &Path, to: &Path) -> Self {
        self.before.push(Before::Copy { from: from.to_owned(), to: to.to_owned() });
        self
    }

    /// Where what it writes is to be weighed.
    pub(crate) fn writes(mut self, place: &Path) -> Self {
        self.writes = Some(place.to_owned());
        self
    }

    fn run(&self, programs: &Programs<'_>) -> Result<Cost, Failure> {
        for step in &self.before {
            match step {
                Before::Clear(place) => files::clear(place)?,
                Before::Copy { from, to } => {
                    files::copy(from, to)?;
                    // Otherwise whoever waits for the disk next waits for the copy, too.
                    files::sync(to)?;
                }
            }
        }
        let mut cost = programs.run(&self.job)?;
        cost.bytes = self.writes.as_deref().map(job::size).transpose()?;
        Ok(cost)
    }
}

/// Runs all entrants in turn, as often as asked, and reports each one's runs.
pub(crate) fn run(
    programs: &Programs<'_>,
    tokens: u64,
    runs: usize,
    entrants: &[Entrant],
) -> Result<Vec<Row>, Failure> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); entrants.len()];
    for _ in 0..runs {
        for (entrant, costs) in entrants.iter().zip(&mut costs) {
            costs.push(entrant.run(programs)?);
        }
    }
    let load = load();
    let rows = entrants.iter().zip(costs).map(|(entrant, runs)| Row {
        what: entrant.what.clone(),
        by: entrant.by.to_owned(),
        tokens,
        commit: programs.commit().to_owned(),
        load,
        runs,
    });
    let rows: Vec<Row> = rows.collect();
    for row in &rows {
        let cost = row.median();
        println!(
            "{:>9} {:<22} {:<16} {:>9.3} s {:>9.3} s cpu {:>6} MiB",
            row.tokens,
            row.what,
            row.by,
            cost.wall_s,
            cost.cpu_s,
            cost.peak_kib.div_euclid(1024)
        );
    }
    Ok(rows)
}

/// Processes that wanted to run over the last minute, 0 where the system does not say.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

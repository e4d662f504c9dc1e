//! The race about nothing: what a start costs, and a job so small that it is mostly a start.

use super::options::Options;
use super::programs::Programs;
use super::race::{self, Entrant};
use super::results::Results;
use crate::failure::Failure;
use crate::files;

/// Tokens of the small job.
pub(crate) const SMALL: u64 = 1_000;
/// A start takes so little that many fit in.
const TIMES: usize = 4;

/// Runs both races.
pub(crate) fn race(programs: &Programs<'_>, options: &Options, results: &mut Results) -> Result<(), Failure> {
    let runs = options.runs(SMALL).saturating_mul(TIMES);
    let entrants = [
        Entrant::new("start", "dss", programs.dss().word("--version")),
        Entrant::new("start", "floor", programs.floor("start")),
    ];
    results.add(race::run(programs, 0, runs, &entrants)?);
    let (file, scratch) = (programs.place("small.tokens.json"), programs.place("small-scratch"));
    programs.run(&programs.generate(SMALL, &file))?;
    let floor = programs.floor("import").word(&file).word(&scratch);
    let entrants = [
        Entrant::new("import", "dss", programs.import(&scratch, &file)).clear(&scratch).writes(&scratch),
        Entrant::new("import", "floor", floor).clear(&scratch).writes(&scratch),
    ];
    results.add(race::run(programs, SMALL, runs, &entrants)?);
    results.save(programs.workspace(), options)?;
    files::clear(&file)?;
    files::clear(&scratch)
}

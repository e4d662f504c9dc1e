//! `cargo xtask bench`: what whole commands cost, beside the least that moving the same bytes can cost and beside
//! what people use today.
//!
//! Machines are noisy, so what is judged are ratios of commands that ran in turn, memory, and growth. How it is done
//! and what came out stands in docs/performance.md, whose table this writes.

mod cost;
mod git;
mod instructions;
mod job;
mod merge;
mod options;
mod page;
mod programs;
mod race;
mod results;
mod start;
mod table;
mod tokens;
mod verdict;

pub(crate) use options::USAGE;

use options::Options;
use programs::Programs;
use results::Results;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Runs the benchmark.
pub(crate) fn task(workspace: &Workspace, words: &[String]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    let programs = Programs::prepare(workspace)?;
    if options.counts_instructions {
        return instructions::task(&programs);
    }
    // A smoke test stands by itself; otherwise what is not measured again stays.
    let mut results = if options.is_quick { Results::default() } else { Results::load(workspace)? };
    if options.wants("start") {
        start::race(&programs, &options, &mut results)?;
    }
    for &tokens in &options.sizes {
        tokens::races(&programs, &options, tokens, &mut results)?;
    }
    if options.wants("merge") {
        merge::races(&programs, &options, &mut results)?;
    }
    if options.wants("git") {
        git::race(&programs, &options, &mut results)?;
    }
    results.save(workspace, &options)?;
    println!("\n{}", results.markdown());
    Ok(())
}

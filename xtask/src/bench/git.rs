//! The race on three versions of a file: our merge driver, and git's own.

use std::fs;

use serde_json::Value;

use super::job::Job;
use super::options::Options;
use super::programs::Programs;
use super::race::{self, Entrant};
use super::results::Results;
use crate::failure::Failure;
use crate::files;
use crate::tools::on_path;

const TOKENS: u64 = 10_000;
/// One side has edited every 40th token, the other every 125th, so both every 1,000th: ten conflicts. No two edits
/// are on lines next to each other, which would be one more conflict for git.
const STEPS: [&str; 2] = ["40", "125"];
const CONFLICTS: usize = 10;

pub(crate) const WHAT: &str = "merge three files";

/// Runs the race, and makes sure that both have merged what there was to merge.
pub(crate) fn race(programs: &Programs<'_>, options: &Options, results: &mut Results) -> Result<(), Failure> {
    let place = |name: &str| programs.place(&format!("git-{name}.tokens.json"));
    let [base, ours, theirs, work, merged] = ["base", "ours", "theirs", "work", "merged"].map(place);
    programs.run(&programs.generate(TOKENS, &base))?;
    for (file, (step, by)) in [&ours, &theirs].into_iter().zip(STEPS.into_iter().zip(["1", "2"])) {
        let edits = ["0", &TOKENS.to_string(), step, by].map(str::to_owned);
        programs.run(&programs.generate(TOKENS, file).words(edits))?;
    }
    // Both end with what says that conflicts are open: 1, and for git their number.
    let driver =
        programs.dss().word("merge-driver").words([&base, &work, &theirs]).word("tokens.tokens.json");
    let mut entrants = vec![Entrant::new(WHAT, "dss", driver.exits(1)).copy(&ours, &work)];
    if on_path("git") {
        let conflicts = i32::try_from(CONFLICTS).unwrap_or_default();
        let words = [&ours, &base, &theirs];
        let job = Job::new("git").words(["merge-file", "-p"]).words(words).stdout(&merged).exits(conflicts);
        entrants.push(Entrant::new(WHAT, "git merge-file", job));
    } else {
        results.note("git: not installed".to_owned());
    }
    let rows = race::run(programs, TOKENS, options.runs(TOKENS), &entrants)?;
    let kept = conflicts(&serde_json::from_slice(&fs::read(&work)?)?);
    if kept != CONFLICTS {
        return Err(Failure::new(format!("the merge driver kept {kept} conflicts, not {CONFLICTS}")));
    }
    results.add(rows);
    results.save(programs.workspace(), options)?;
    [base, ours, theirs, work, merged].iter().try_for_each(|file| files::clear(file))
}

/// Conflicts that a merged file keeps, at whatever depth.
fn conflicts(document: &Value) -> usize {
    match document {
        Value::Object(members) => {
            let own = members.get("org.dss").and_then(|ours| ours.get("conflicts"));
            let own = own.map_or(0, |list| list.as_array().map_or(1, Vec::len));
            members.values().map(conflicts).fold(own, usize::saturating_add)
        }
        Value::Array(items) => items.iter().map(conflicts).fold(0, usize::saturating_add),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_counted_wherever_they_are() {
        let kept = serde_json::json!({
            "$extensions": {"org.dss": {"conflicts": [{}, {}]}},
            "a": {"$value": 1, "$extensions": {"org.dss": {"conflicts": [{}]}}},
            "b": {"$value": [{"org.dss": {}}]},
        });
        assert_eq!(conflicts(&kept), 3);
    }

    #[test]
    fn ten_tokens_are_edited_by_both() -> Result<(), Failure> {
        let steps: Result<Vec<usize>, _> = STEPS.iter().map(|step| step.parse()).collect();
        let steps = steps.map_err(|_| Failure::new("no number"))?;
        let both = (0..10_000).filter(|index: &usize| steps.iter().all(|step| index.is_multiple_of(*step)));
        assert_eq!(both.count(), CONFLICTS);
        Ok(())
    }
}

//! `cargo xtask fuzz`: the targets in `fuzz/`, which is a workspace of its own.

use std::{env, fs};

use crate::ci::Report;
use crate::failure::Failure;
use crate::run::{self, Stream, Watched};
use crate::tally::Tally;
use crate::tools;
use crate::workspace::Workspace;

const MANIFEST: &str = "fuzz/Cargo.toml";
const SECONDS: u32 = 60;
/// Inputs beyond this size find nothing that smaller ones do not, only later.
const LENGTH_BYTES: u32 = 65_536;
const MEMORY_MIB: u32 = 2048;
const INPUT_SECONDS: u32 = 10;
/// Set to 1, it makes `ci` fuzz, too, and not only replay.
const FUZZ_IN_CI: &str = "DSS_FUZZ";

/// `cargo xtask fuzz [TARGET] [--seconds N]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let targets = targets(workspace)?;
    let (wanted, seconds) = options(arguments, &targets)?;
    let wanted = targets.iter().filter(|target| wanted.as_ref().is_none_or(|wanted| wanted == *target));
    fuzz(workspace, wanted, seconds)
}

/// Fuzzes these targets, one after the other; installs what is missing for it.
fn fuzz<'target>(
    workspace: &Workspace,
    targets: impl Iterator<Item = &'target String>,
    seconds: u32,
) -> Result<(), Failure> {
    tools::install_nightly(workspace)?;
    tools::fuzzer(workspace)?;
    run::check(&mut run::cargo(
        workspace,
        &["run", "--quiet", "--manifest-path", MANIFEST, "--example", "seeds"],
    ))?;
    for target in targets {
        println!("== fuzzing {target} for {seconds} s");
        // What is found goes into the corpus, which is nobody's but this checkout's; the seeds are only read.
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(workspace.path(&corpus))?;
        let limit = format!("-max_total_time={seconds}");
        run::check(
            fuzzer(workspace, "run")
                .args([target.as_str(), &corpus, &seeds(target), "--", &limit])
                .args(limits())
                .args(dictionary(workspace, target)),
        )?;
    }
    Ok(())
}

/// The step of `ci`: the targets are built, and seeds and mutations of them replayed, on the stable toolchain, always;
/// with `DSS_FUZZ=1`, which installs nightly where it is missing, the targets are built for the fuzzer as well (a
/// quarter of an hour, the first time), go through their seeds under the address sanitizer, and search for a minute.
pub(crate) fn check(workspace: &Workspace) -> Report {
    let mut report = Report::of_tests(lint_and_test(workspace), Tally::of_libtest);
    if report.problem.is_some() {
        return report;
    }
    let is_asked = env::var_os(FUZZ_IN_CI).is_some_and(|value| value == "1");
    let outcome =
        if is_asked { build_and_run(workspace) } else { Ok("stable only; DSS_FUZZ=1 fuzzes".to_owned()) };
    match outcome {
        Ok(note) => report.note = note,
        Err(problem) => report.problem = Some(problem),
    }
    report
}

/// Builds every target for the fuzzer, sends it through its seeds, and lets it search.
fn build_and_run(workspace: &Workspace) -> Result<String, Failure> {
    tools::install_nightly(workspace)?;
    tools::fuzzer(workspace)?;
    let targets = targets(workspace)?;
    run::check(&mut fuzzer(workspace, "build"))?;
    for target in &targets {
        let mut replay = fuzzer(workspace, "run");
        replay.args([target.as_str(), &seeds(target), "--", "-runs=0"]).args(limits());
        run::check(&mut replay)?;
    }
    fuzz(workspace, targets.iter(), SECONDS)?;
    Ok(format!("{} targets fuzzed for {SECONDS} s each", targets.len()))
}

fn lint_and_test(workspace: &Workspace) -> Result<Watched, Failure> {
    let cargo = |arguments: &[&str]| {
        let mut cargo = run::cargo(workspace, arguments);
        cargo.args(["--quiet", "--manifest-path", MANIFEST]);
        cargo
    };
    run::check(cargo(&["clippy"]).args(["--all-targets", "--", "-D", "warnings"]))?;
    run::watch(&mut cargo(&["test"]), Stream::Stdout)
}

fn fuzzer(workspace: &Workspace, verb: &str) -> std::process::Command {
    let mut fuzzer = run::command(workspace, "rustup");
    fuzzer.args(["run", "nightly", "cargo", "fuzz", verb, "--fuzz-dir", "fuzz"]);
    fuzzer
}

fn limits() -> [String; 3] {
    [
        format!("-max_len={LENGTH_BYTES}"),
        format!("-rss_limit_mb={MEMORY_MIB}"),
        format!("-timeout={INPUT_SECONDS}"),
    ]
}

fn dictionary(workspace: &Workspace, target: &str) -> Option<String> {
    let file = format!("fuzz/dict/{target}.dict");
    workspace.path(&file).is_file().then(|| format!("-dict={file}"))
}

fn seeds(target: &str) -> String {
    format!("fuzz/seeds/{target}")
}

/// The binaries of the fuzz package, one per target.
fn targets(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let members = workspace.members_of(MANIFEST)?;
    let targets = members.into_iter().flat_map(|member| member.targets);
    Ok(targets.filter(|target| target.kind == "bin").map(|target| target.name).collect())
}

fn options(arguments: &[String], targets: &[String]) -> Result<(Option<String>, u32), Failure> {
    let mut wanted = None;
    let mut seconds = SECONDS;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--seconds" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            seconds = number.ok_or_else(|| Failure::new("--seconds needs a whole number"))?;
        } else if targets.contains(argument) {
            wanted = Some(argument.clone());
        } else {
            let known = targets.join(", ");
            return Err(Failure::new(format!("no fuzz target `{argument}`; there are: {known}")));
        }
    }
    Ok((wanted, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_name_a_target_and_a_time() -> Result<(), Failure> {
        let targets = ["json".to_owned()];
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(options(&[], &targets)?, (None, SECONDS));
        assert_eq!(options(&words("json --seconds 5"), &targets)?, (Some("json".to_owned()), 5));
        for wrong in ["yaml", "--seconds", "--seconds soon"] {
            assert!(options(&words(wrong), &targets).is_err(), "{wrong}");
        }
        Ok(())
    }
}

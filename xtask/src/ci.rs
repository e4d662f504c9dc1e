//! `cargo xtask ci`: everything that must hold before a change lands, cheapest first.

mod green;

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::run::{self, Stream, Watched};
use crate::tally::{Tally, without_colour};
use crate::tools;
use crate::workspace::Workspace;
use crate::{deny, docs, features, fuzz, layers, packages, tidy, torture};

/// One part of the gate, which can also be run alone.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Report,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", about: "cargo fmt --check, here and in fuzz/", run: |w| fmt(w).into() },
    Step {
        name: "tidy",
        about: "file sizes, forgotten modules, stray paths, changelog",
        run: |w| tidy::check(w).into(),
    },
    Step {
        name: "layers",
        about: "who may depend on whom; every crate's manifest",
        run: |w| layers::check(w).into(),
    },
    Step { name: "clippy", about: "all targets, all features, warnings denied", run: |w| clippy(w).into() },
    Step {
        name: "test",
        about: "cargo nextest, all features",
        run: |w| Report::of_tests(nextest(w), Tally::of_nextest),
    },
    Step {
        name: "doctest",
        about: "the examples in the documentation",
        run: |w| Report::of_tests(doctest(w), Tally::of_libtest),
    },
    Step {
        name: "torture",
        about: "failing file system calls under 300 histories of operations",
        run: torture::check,
    },
    Step {
        name: "docs",
        about: "rustdoc with warnings denied; generated pages are current",
        run: |w| documentation(w).into(),
    },
    Step {
        name: "features",
        about: "each crate with each of its features alone",
        run: |w| features::check(w).into(),
    },
    Step {
        name: "packages",
        about: "each crate as it is packaged, built and run alone",
        run: |w| packages::check(w).into(),
    },
    Step { name: "deny", about: "licences, sources, banned crates", run: |w| deny::check(w).into() },
    Step { name: "fuzz", about: "clippy, build and seeds on stable; DSS_FUZZ=1 fuzzes", run: fuzz::check },
];

/// What a step has to say when it is over.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) tally: Tally,
    /// The test runner's closing lines, repeated at the end.
    pub(crate) closing: Vec<String>,
    /// A remark for the table.
    pub(crate) note: String,
    pub(crate) problem: Option<Failure>,
}

impl Report {
    /// The report of a test run, whose runner's lines `count` understands.
    pub(crate) fn of_tests(ran: Result<Watched, Failure>, count: fn(&[String]) -> Tally) -> Self {
        match ran {
            Ok(Watched { lines, outcome }) => Self {
                tally: count(&lines),
                closing: closing_lines(&lines),
                problem: outcome.err(),
                ..Self::default()
            },
            Err(problem) => Self { problem: Some(problem), ..Self::default() },
        }
    }
}

impl From<Result<String, Failure>> for Report {
    fn from(result: Result<String, Failure>) -> Self {
        match result {
            Ok(note) => Self { note, ..Self::default() },
            Err(problem) => Self { problem: Some(problem), ..Self::default() },
        }
    }
}

/// A line of the table at the end.
struct Row {
    step: &'static str,
    result: &'static str,
    took: Duration,
    note: String,
}

/// What has happened so far.
#[derive(Default)]
struct Run {
    rows: Vec<Row>,
    tally: Tally,
    closing: Vec<String>,
    stopped: Option<(&'static str, Failure)>,
}

/// `cargo xtask ci [--only STEP]… [--skip STEP]…`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let chosen = chosen(arguments)?;
    run_steps(workspace, &chosen)?;
    if chosen.len() == STEPS.len() {
        green::record(workspace)?;
    }
    Ok(())
}

/// Everything must hold for the commit that is checked out: it is run, unless it has passed for just this commit.
pub(crate) fn pass(workspace: &Workspace) -> Result<(), Failure> {
    if green::is_recorded(workspace)? {
        println!("passed for this commit");
        return Ok(());
    }
    task(workspace, &[])
}

fn run_steps(workspace: &Workspace, chosen: &[&'static str]) -> Result<(), Failure> {
    let mut run = Run::default();
    for step in STEPS {
        if !chosen.contains(&step.name) {
            run.pass_over(step, "left out");
        } else if run.stopped.is_some() {
            run.pass_over(step, "not run");
        } else {
            run.take(step, workspace);
        }
    }
    run.close()
}

impl Run {
    fn take(&mut self, step: &Step, workspace: &Workspace) {
        println!("== {}: {}", step.name, step.about);
        let start = Instant::now();
        let report = (step.run)(workspace);
        let took = start.elapsed();
        let result = if report.problem.is_some() { "FAILED" } else { "ok" };
        println!("== {} {result} in {:.1} s", step.name, took.as_secs_f64());
        self.rows.push(Row { step: step.name, result, took, note: noted(report.note, report.tally) });
        self.tally = self.tally.plus(report.tally);
        self.closing.extend(report.closing);
        self.stopped = report.problem.map(|problem| (step.name, problem));
    }

    fn pass_over(&mut self, step: &Step, result: &'static str) {
        self.rows.push(Row { step: step.name, result, took: Duration::ZERO, note: String::new() });
    }

    /// Prints the table and the runners' verdicts; the sum of all tests stands last.
    fn close(self) -> Result<(), Failure> {
        println!("\n{:<9} {:<9} {:>8}  note", "step", "result", "seconds");
        for Row { step, result, took, note } in &self.rows {
            println!("{}", format!("{step:<9} {result:<9} {:>8.1}  {note}", took.as_secs_f64()).trim_end());
        }
        let total: Duration = self.rows.iter().map(|row| row.took).sum();
        println!("{:<19} {:>8.1}\n", "total", total.as_secs_f64());
        for line in &self.closing {
            println!("{line}");
        }
        if let Some((step, problem)) = &self.stopped {
            println!("step `{step}` failed: {problem}\nto run just this step: cargo xtask ci --only {step}");
        }
        if !self.tally.is_empty() {
            println!("{} passed, {} failed", self.tally.passed, self.tally.failed);
        }
        match self.stopped {
            Some((step, _)) => Err(Failure::new(format!("ci stopped at step `{step}`"))),
            None => Ok(()),
        }
    }
}

/// Whether it has a step of this name.
pub(crate) fn is_step(name: &str) -> bool {
    STEPS.iter().any(|step| step.name == name)
}

/// The lines that `cargo xtask help` shows below the tasks.
pub(crate) fn step_list() -> String {
    let lines: Vec<String> = STEPS.iter().map(|step| format!("  {:<9} {}", step.name, step.about)).collect();
    lines.join("\n")
}

fn chosen(arguments: &[String]) -> Result<Vec<&'static str>, Failure> {
    let mut only = Vec::new();
    let mut skip = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let list = match argument.as_str() {
            "--only" => &mut only,
            "--skip" => &mut skip,
            other => {
                return Err(Failure::new(format!("ci knows --only STEP and --skip STEP, not `{other}`")));
            }
        };
        let wanted = arguments.next().map_or("", String::as_str);
        let step = STEPS.iter().find(|step| step.name == wanted);
        let step = step.ok_or_else(|| {
            Failure::new(format!("{argument} needs the name of a step, not `{wanted}`:\n{}", step_list()))
        })?;
        list.push(step.name);
    }
    let names = STEPS.iter().map(|step| step.name);
    Ok(names.filter(|name| (only.is_empty() || only.contains(name)) && !skip.contains(name)).collect())
}

fn noted(note: String, tally: Tally) -> String {
    if tally.is_empty() {
        return note;
    }
    let counts = format!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    if note.is_empty() { counts } else { format!("{counts}; {note}") }
}

fn fmt(workspace: &Workspace) -> Result<String, Failure> {
    run::check(&mut run::cargo(workspace, &["fmt", "--all", "--check"]))?;
    // With `--all` this would format the crates it depends on, too.
    run::check(&mut run::cargo(workspace, &["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]))?;
    Ok(String::new())
}

fn clippy(workspace: &Workspace) -> Result<String, Failure> {
    let arguments =
        ["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run::check(&mut run::cargo(workspace, &arguments))?;
    Ok(String::new())
}

/// What proptest begins its random numbers with.
const SEED: &str = "PROPTEST_RNG_SEED";

fn nextest(workspace: &Workspace) -> Result<Watched, Failure> {
    tools::NEXTEST.require(workspace)?;
    tools::programs(workspace);
    let mut nextest = run::cargo(workspace, &["nextest", "run", "--workspace", "--all-features"]);
    nextest.args(["--no-fail-fast", "--show-progress", "none"]);
    // The same cases of every property, so that a change is judged by what it changes; nights look for new ones.
    if std::env::var_os(SEED).is_none() {
        nextest.env(SEED, "2025");
    }
    if io::stderr().is_terminal() {
        nextest.args(["--color", "always"]);
    }
    run::watch(&mut nextest, Stream::Stderr)
}

fn doctest(workspace: &Workspace) -> Result<Watched, Failure> {
    let arguments = ["test", "--quiet", "--doc", "--workspace", "--all-features"];
    run::watch(&mut run::cargo(workspace, &arguments), Stream::Stdout)
}

fn documentation(workspace: &Workspace) -> Result<String, Failure> {
    let mut doc = run::cargo(workspace, &["doc", "--quiet", "--no-deps", "--workspace", "--all-features"]);
    run::check(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    docs::check(workspace)
}

/// The runner's verdicts without colours: nextest's from its summary on, for it names the tests that failed there.
fn closing_lines(lines: &[String]) -> Vec<String> {
    let plain: Vec<String> = lines.iter().map(|line| without_colour(line)).collect();
    if let Some(start) = plain.iter().position(|line| line.trim_start().starts_with("Summary [")) {
        return plain.into_iter().skip(start).collect();
    }
    let ran_some = |line: &String| !Tally::of_libtest(std::slice::from_ref(line)).is_empty();
    plain.into_iter().filter(|line| line.starts_with("test result: ")).filter(ran_some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn steps_are_chosen_by_name() -> Result<(), Failure> {
        assert_eq!(chosen(&[])?.len(), STEPS.len());
        assert_eq!(chosen(&words("--only fmt --only deny"))?, ["fmt", "deny"]);
        assert!(!chosen(&words("--skip fuzz"))?.contains(&"fuzz"));
        for wrong in ["--only", "--only nonsense", "--skip nonsense", "nonsense"] {
            assert!(chosen(&words(wrong)).is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn closing_lines_are_the_runners_verdicts() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let nextest = "PASS a\n\u{1b}[1m    Summary\u{1b}[0m [ 1s] 2 tests run: 1 passed, 1 failed\nFAIL b";
        assert_eq!(closing_lines(&lines(nextest)).len(), 2);
        let libtest =
            "test a ... ok\ntest result: ok. 1 passed; 0 failed\ntest result: ok. 0 passed; 0 failed\n";
        assert_eq!(closing_lines(&lines(libtest)), ["test result: ok. 1 passed; 0 failed"]);
        assert!(closing_lines(&lines("error: could not compile")).is_empty());
    }
}

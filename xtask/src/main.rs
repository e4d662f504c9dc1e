//! The project's own tasks. `cargo xtask` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for people at a terminal: printing is its job"
)]

mod bench;
mod chromium;
mod ci;
mod deny;
mod dist;
mod docs;
mod failure;
mod features;
mod files;
mod fuzz;
mod git;
mod interop;
mod layers;
mod minimal;
mod miri;
mod npm;
mod outside;
mod packages;
mod peers;
mod release;
mod run;
mod tally;
mod tidy;
mod tools;
mod torture;
mod tree;
mod workspace;
mod zips;

use std::env;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// One thing `cargo xtask` can do. A new one is a module with such a function, and a line in [`TASKS`].
struct Task {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&Workspace, &[String]) -> Result<(), Failure>,
}

const TASKS: &[Task] = &[
    Task {
        name: "ci",
        usage: "[--only STEP]… [--skip STEP]…",
        about: "everything that must hold before a change lands",
        run: ci::task,
    },
    Task {
        name: "layers",
        usage: "[--write]",
        about: "who may depend on whom; --write updates deny.toml",
        run: layers::task,
    },
    Task { name: "tidy", usage: "", about: "house rules that no compiler checks", run: tidy::task },
    Task {
        name: "docs",
        usage: "[--write]",
        about: "generated pages are current; --write makes them so",
        run: docs::task,
    },
    Task {
        name: "packages",
        usage: "[--write]",
        about: "each published crate alone, as packaged; --write lowers the counts of crates",
        run: packages::task,
    },
    Task {
        name: "features",
        usage: "[--powerset]",
        about: "each published crate with each of its features, or with every set of them",
        run: features::task,
    },
    Task {
        name: "minimal",
        usage: "",
        about: "build the crates with the lowest versions that their manifests admit",
        run: minimal::task,
    },
    Task {
        name: "advisories",
        usage: "",
        about: "fetch the list of known vulnerabilities, and look for our dependencies in it",
        run: deny::advisories,
    },
    Task { name: "miri", usage: "[PACKAGE]", about: "tests of the pure crates under Miri", run: miri::task },
    Task {
        name: "fuzz",
        usage: "[TARGET] [--seconds N]",
        about: "run one fuzz target, or each of them, for N seconds (60)",
        run: fuzz::task,
    },
    Task {
        name: "bench",
        usage: bench::USAGE,
        about: "time and memory of whole commands, beside their floor and what people use today",
        run: bench::task,
    },
    Task {
        name: "interop",
        usage: "FOLDER",
        about: "read, write, import and export real token files: the same JSON comes out",
        run: interop::task,
    },
    Task {
        name: "chromium",
        usage: "FOLDER",
        about: "what a browser makes of the CSS of tokens with themes: the colours are the right ones",
        run: chromium::task,
    },
    Task {
        name: "peers",
        usage: "FOLDER",
        about: "what Style Dictionary, Terrazzo and the JSON Schemas make of what DSS writes",
        run: peers::task,
    },
    Task {
        name: "zips",
        usage: "FOLDER",
        about: "open every archive of a labelled corpus: caught, refused, and other readers",
        run: zips::task,
    },
    Task {
        name: "dist",
        usage: "[--check]",
        about: "archive and Debian package of the program; --check builds twice and compares",
        run: dist::task,
    },
    Task {
        name: "release",
        usage: "patch|minor|major [--dry-run [--skip-ci]]",
        about: "check everything, set the version, commit and tag; --dry-run only checks",
        run: release::task,
    },
    Task {
        name: "torture",
        usage: torture::USAGE,
        about: "let file system calls fail under histories of operations, 10,000 of them",
        run: torture::task,
    },
    Task {
        name: "setup",
        usage: "",
        about: "install what ci needs; ci does it by itself, too",
        run: tools::setup,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        print!("{}", help());
        return Ok(());
    }
    let task = TASKS.iter().find(|task| task.name == name);
    let task = task.ok_or_else(|| Failure::new(format!("there is no task `{name}`\n\n{}", help())))?;
    (task.run)(&Workspace::find()?, rest)
}

/// Whether `cargo xtask NAME` does something.
fn is_task(name: &str) -> bool {
    TASKS.iter().any(|task| task.name == name)
}

fn help() -> String {
    let tasks: Vec<String> = TASKS
        .iter()
        .map(|task| format!("  {:<32} {}", format!("{} {}", task.name, task.usage), task.about))
        .collect();
    let (tasks, steps) = (tasks.join("\n"), ci::step_list());
    format!("The project's own tasks: cargo xtask TASK\n\n{tasks}\n\nsteps of ci, in order:\n{steps}\n")
}

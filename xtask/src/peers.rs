//! `cargo xtask peers FOLDER`: what other people's programs make of the files that DSS writes.
//!
//! Style Dictionary builds the conservative export of every source, Terrazzo parses and lints the strict one, and the
//! official JSON Schemas are asked about every token; the last two without the tokens that DSS marks invalid. A fault
//! that is not in the list of those that are known fails the task.

mod known;
mod verdict;

use std::fs;
use std::path::{self, Path};

use serde_json::Value;

use crate::failure::{Failure, none_found};
use crate::files;
use crate::workspace::Workspace;
use crate::{npm, run};

/// `cargo xtask peers FOLDER`: the folder has `tokens/` and `dtcg-schemas-2025.10/`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [folder] = arguments else {
        return Err(Failure::new(
            "which folder? cargo xtask peers FOLDER, with tokens/ and dtcg-schemas-2025.10/",
        ));
    };
    // Commands run in the workspace root, and the folder was named from where the caller stands.
    let shared = path::absolute(folder).map_err(|error| Failure::new(format!("{folder}: {error}")))?;
    let programs = npm::set_up(workspace, "xtask/peers", "target/peers")?;
    let out = workspace.path("target/peers/exports");
    files::fresh(&out)?;
    let example = ["run", "--quiet", "-p", "dss-service", "--example", "peers", "--"];
    let folders = [shared.join("tokens"), shared.join("dtcg-schemas-2025.10"), out.clone()];
    run::check(run::cargo(workspace, &example).args(folders))?;
    let sources = read(&out.join("sources.json"))?;
    println!("Style Dictionary and Terrazzo read all of it (some minutes)");
    let mut node = run::command(workspace, "node");
    let told = run::output(node.arg(programs.join("check.mjs")).arg(out.join("sources.json")))?;
    let told: Value = serde_json::from_slice(&told)?;
    let verdict = verdict::of(&sources, &told);
    print!("{}", verdict.page());
    none_found("new faults", &verdict.new_faults())
}

fn read(file: &Path) -> Result<Value, Failure> {
    Ok(serde_json::from_slice(&fs::read(file)?)?)
}

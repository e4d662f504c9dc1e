//! `cargo xtask features`: each published crate with none of its features, each of them alone, and all of them.

use crate::failure::Failure;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// `cargo xtask features [--powerset]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let note = match arguments {
        [] => check(workspace),
        [flag] if flag == "--powerset" => hack(workspace, "--feature-powerset"),
        _ => Err(Failure::new("features knows only --powerset")),
    };
    note.map(|note| println!("{note}"))
}

/// The step of `ci`.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    hack(workspace, "--each-feature")
}

fn hack(workspace: &Workspace, choice: &str) -> Result<String, Failure> {
    tools::HACK.require(workspace)?;
    let members = workspace.published()?;
    let mut hack = run::cargo(workspace, &["hack", "check", "--quiet", choice]);
    for member in &members {
        hack.args(["--package", &member.name]);
    }
    run::check(&mut hack)?;
    Ok(format!("{} packages", members.len()))
}

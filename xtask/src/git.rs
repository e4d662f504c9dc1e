//! What git knows of this checkout.

use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// The commit that is checked out.
pub(crate) fn head(workspace: &Workspace) -> Result<String, Failure> {
    ask(workspace, &["rev-parse", "HEAD"])
}

/// Files that are not as they are in that commit, or not in it, as `git status --short` lists them.
pub(crate) fn changes(workspace: &Workspace) -> Result<String, Failure> {
    ask(workspace, &["status", "--porcelain"])
}

/// The newest tag of a version that the commit descends from.
pub(crate) fn last_release(workspace: &Workspace) -> Result<Option<String>, Failure> {
    // `git describe` fails where there is none, as it does where something is wrong.
    let tags = ask(workspace, &["tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-version:refname"])?;
    Ok(tags.lines().next().map(str::to_owned))
}

/// Does something that changes the repository.
pub(crate) fn act(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    run::check(run::command(workspace, "git").args(arguments))
}

/// What a git command prints.
pub(crate) fn ask(workspace: &Workspace, arguments: &[&str]) -> Result<String, Failure> {
    let printed = run::output(run::command(workspace, "git").args(arguments))?;
    Ok(String::from_utf8_lossy(&printed).trim_end().to_owned())
}

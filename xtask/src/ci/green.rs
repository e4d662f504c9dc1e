//! The commit for which all of `ci` has passed last, so that a release need not ask again.

use std::fs;

use crate::failure::Failure;
use crate::git;
use crate::workspace::Workspace;

/// Cargo's folder, for it goes with the builds, and is never committed.
const FOLDER: &str = "target";
const FILE: &str = "target/ci-passed";

/// Notes that everything has passed, unless it was for files that are not committed.
pub(super) fn record(workspace: &Workspace) -> Result<(), Failure> {
    if git::changes(workspace)?.is_empty() {
        fs::create_dir_all(workspace.path(FOLDER))?;
        fs::write(workspace.path(FILE), git::head(workspace)?)?;
    }
    Ok(())
}

/// Whether it has passed for the commit that is checked out.
pub(super) fn is_recorded(workspace: &Workspace) -> Result<bool, Failure> {
    let head = git::head(workspace)?;
    Ok(fs::read_to_string(workspace.path(FILE)).is_ok_and(|commit| commit == head))
}

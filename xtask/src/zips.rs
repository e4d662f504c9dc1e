//! `cargo xtask zips`: what our zip opener does on a corpus of hostile and honest archives.

use std::path;

use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// `cargo xtask zips FOLDER`. The work is done by an example of `dss-security`, since this crate uses none of ours.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [folder] = arguments else {
        return Err(Failure::new("which folder? cargo xtask zips FOLDER, which holds CASES.tsv"));
    };
    // Commands run in the workspace root, and the folder was named from where the caller stands.
    let folder = path::absolute(folder).map_err(|error| Failure::new(format!("{folder}: {error}")))?;
    run::check(
        run::cargo(workspace, &["run", "--quiet", "-p", "dss-security", "--example", "zips", "--"])
            .arg(folder),
    )
}

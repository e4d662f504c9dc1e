//! `cargo xtask interop`: real token files of every tool, in and out again.

use std::path;

use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// `cargo xtask interop FOLDER`. The work is done by an example of `dss-service`, since this crate uses none of ours.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [folder] = arguments else {
        return Err(Failure::new(
            "which folder? cargo xtask interop FOLDER, with a folder of token files per source",
        ));
    };
    // Commands run in the workspace root, and the folder was named from where the caller stands.
    let folder = path::absolute(folder).map_err(|error| Failure::new(format!("{folder}: {error}")))?;
    run::check(
        run::cargo(workspace, &["run", "--quiet", "-p", "dss-service", "--example", "interop", "--"])
            .arg(folder),
    )
}

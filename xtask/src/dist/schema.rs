//! The list of what is in the program, held to `CycloneDX`'s schema by `CycloneDX`'s own library: the tests beside `sbom.rs` know
//! what we put into it, and not what others expect.

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{npm, run};

use super::{Release, sbom};

/// Fails if the list is not what the schema says; says so where nobody can tell.
pub(super) fn check(workspace: &Workspace, release: &Release) -> Result<(), Failure> {
    if let Err(missing) = npm::require() {
        println!("{} is not held to the schema of CycloneDX: {missing}", sbom::FILE);
        return Ok(());
    }
    let checker = npm::set_up(workspace, "xtask/sbom", "target/sbom")?;
    let mut node = run::command(workspace, "node");
    run::check(node.arg(checker.join("check.mjs")).arg(release.staged(sbom::FILE)))?;
    println!("{} fits the schema of CycloneDX", sbom::FILE);
    Ok(())
}

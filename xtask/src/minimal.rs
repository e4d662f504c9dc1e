//! `cargo xtask minimal`: the published crates with the lowest versions of their dependencies that their manifests admit.

use crate::failure::Failure;
use crate::outside::Outside;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// `cargo xtask minimal`. Works in a copy, for it writes another lock file; needs a nightly cargo to write it, and a
/// network for the old crates.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("minimal takes no arguments, not `{argument}`")));
    }
    tools::install_nightly(workspace)?;
    let outside = Outside::new(workspace, "minimal")?;
    outside.copy_workspace(workspace)?;
    let mut update = run::command(workspace, "rustup");
    update.args(["run", "nightly", "cargo", "update", "--quiet", "-Z", "direct-minimal-versions"]);
    run::check(update.current_dir(outside.folder()))?;
    let mut check = run::cargo(workspace, &["check", "--quiet", "--locked", "--all-features"]);
    let members = workspace.published()?;
    for member in &members {
        check.args(["--package", &member.name]);
    }
    check.current_dir(outside.folder()).env("CARGO_TARGET_DIR", workspace.path("target/minimal"));
    run::check(&mut check)?;
    println!("{} packages build with the lowest versions that they admit", members.len());
    outside.remove()
}

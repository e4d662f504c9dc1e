//! `cargo deny` with what is on this machine.

use crate::failure::Failure;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// Licences, sources and banned crates always; advisories only where a copy of their database lies.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    tools::DENY.require(workspace)?;
    // Offline, cargo-deny needs every crate of the lock file, those of other platforms, too. A failure here may
    // only mean that there is no network and everything is cached: cargo-deny then says what is missing.
    if let Err(failure) = run::check(&mut run::cargo(workspace, &["fetch", "--quiet"])) {
        println!("warning: {failure}");
    }
    // The table of layers names crates that are still to come.
    let quiet = [
        "--allow",
        "unused-wrapper",
        "--allow",
        "unmatched-organization",
        "--allow",
        "license-not-encountered",
    ];
    let deny = |checks: &[&str]| {
        let mut deny = run::cargo(workspace, &["deny", "--offline", "--all-features", "check"]);
        deny.args(quiet).args(["--hide-inclusion-graph"]).args(checks);
        deny
    };
    run::check(&mut deny(&["bans", "licenses", "sources"]))?;
    if !has_advisories() {
        return Ok("advisories not checked: no copy of their database here".to_owned());
    }
    run::check(&mut deny(&["advisories"]))?;
    Ok("with advisories".to_owned())
}

/// `cargo xtask advisories`.
pub(crate) fn advisories(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("advisories takes no arguments, not `{argument}`")));
    }
    tools::DENY.require(workspace)?;
    run::check(&mut run::cargo(workspace, &["deny", "fetch", "db"])).map_err(|failure| {
        Failure::new(format!(
            "the list of vulnerabilities cannot be fetched, so nothing was looked up: {failure}"
        ))
    })?;
    check(workspace).map(|note| println!("{note}"))
}

/// A fetch that failed leaves its lock there, and no folder.
fn has_advisories() -> bool {
    let databases = tools::cargo_home().and_then(|home| home.join("advisory-dbs").read_dir().ok());
    databases.is_some_and(|databases| databases.flatten().any(|entry| entry.path().is_dir()))
}

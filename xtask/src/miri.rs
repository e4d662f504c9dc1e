//! `cargo xtask miri`: tests of the pure crates under the interpreter that finds undefined behaviour. Ours have no
//! `unsafe` code; what they are built on does.

use crate::failure::Failure;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// Crates that open no file and call no C, and whose tests end within a night there.
const PACKAGES: [&str; 3] = ["dss-model", "dss-merge", "dss-security"];
/// It is some hundred times as slow.
const CASES: &str = "4";

/// `cargo xtask miri [PACKAGE]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let wanted = match arguments {
        [] => PACKAGES.to_vec(),
        [package] if PACKAGES.contains(&package.as_str()) => vec![package.as_str()],
        _ => return Err(Failure::new(format!("miri runs one of {}, or all", PACKAGES.join(", ")))),
    };
    tools::install_miri(workspace)?;
    for package in wanted {
        let mut miri = run::command(workspace, "rustup");
        miri.args(["run", "nightly", "cargo", "miri", "test", "--lib", "--package", package]);
        // Proptest asks for the working folder, and the names of its files for the time.
        miri.env("MIRIFLAGS", "-Zmiri-disable-isolation").env("PROPTEST_CASES", CASES);
        run::check(&mut miri)?;
    }
    Ok(())
}

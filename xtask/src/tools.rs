//! Programs the tasks need beside cargo: found if present, installed from package registries if not.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// A cargo subcommand, at the version that is installed where there is none yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CargoTool {
    subcommand: &'static str,
    version: &'static str,
}

pub(crate) const NEXTEST: CargoTool = CargoTool { subcommand: "nextest", version: "0.9.143" };
pub(crate) const DENY: CargoTool = CargoTool { subcommand: "deny", version: "0.20.2" };
pub(crate) const HACK: CargoTool = CargoTool { subcommand: "hack", version: "0.6.46" };
pub(crate) const FUZZ: CargoTool = CargoTool { subcommand: "fuzz", version: "0.13.2" };
pub(crate) const SEMVER: CargoTool = CargoTool { subcommand: "semver-checks", version: "0.51.0" };

/// Programs that tests start to prove that strangers' tools read what we write, with their Debian packages.
const PROGRAMS: &[(&str, &str)] = &[("7z", "p7zip-full"), ("unzip", "unzip"), ("python3", "python3")];

/// `cargo xtask setup`.
pub(crate) fn setup(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("setup takes no arguments, not `{argument}`")));
    }
    programs(workspace);
    for tool in [NEXTEST, DENY, HACK] {
        tool.require(workspace)?;
    }
    let missing = install_nightly(workspace).and_then(|()| fuzzer(workspace)).err();
    println!(
        "{}",
        missing.map_or_else(
            || "everything that `cargo xtask ci` needs is here".to_owned(),
            |why| format!("everything but the fuzzer is here ({why}); ci then only replays the fuzz seeds"),
        )
    );
    Ok(())
}

impl CargoTool {
    /// Makes sure that `cargo SUBCOMMAND` works.
    pub(crate) fn require(self, workspace: &Workspace) -> Result<(), Failure> {
        if run::works(&mut run::cargo(workspace, &[self.subcommand, "--version"])) {
            return Ok(());
        }
        let package = format!("cargo-{}@{}", self.subcommand, self.version);
        println!("installing {package} (once, some minutes)");
        let mut install = run::cargo(workspace, &["install", "--quiet", "--locked", &package]);
        // A tool built with the workspace's target folder would take its place from a cached build.
        install.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
        run::check(&mut install).map_err(|failure| {
            Failure::new(format!("{failure}; install it by hand, or leave this step out with `--skip`"))
        })
    }
}

/// Installs missing programs with apt-get where that is possible, and says what is missing where it is not:
/// the tests that need one say so themselves.
pub(crate) fn programs(workspace: &Workspace) {
    let missing: Vec<(&str, &str)> =
        PROGRAMS.iter().copied().filter(|(program, _)| !on_path(program)).collect();
    if missing.is_empty() {
        return;
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    println!("installing Debian packages: {}", packages.join(" "));
    if let Err(failure) = apt_install(workspace, &packages) {
        let names: Vec<&str> = missing.iter().map(|(program, _)| *program).collect();
        println!(
            "warning: {} not found and not installed ({failure}); tests that need them will say so. \
             On Debian: apt-get install {}",
            names.join(", "),
            packages.join(" ")
        );
    }
}

/// Installs a nightly toolchain, the only one that libFuzzer works with, unless there is one.
pub(crate) fn install_nightly(workspace: &Workspace) -> Result<(), Failure> {
    if has_nightly(workspace) {
        return Ok(());
    }
    let mut install = run::command(workspace, "rustup");
    install.args(["toolchain", "install", "nightly", "--profile", "minimal", "--no-self-update"]);
    run::check(&mut install)
}

/// Makes sure that `cargo miri` works with the nightly toolchain.
pub(crate) fn install_miri(workspace: &Workspace) -> Result<(), Failure> {
    install_nightly(workspace)?;
    if run::works(run::command(workspace, "rustup").args(["run", "nightly", "cargo", "miri", "--version"])) {
        return Ok(());
    }
    let mut add = run::command(workspace, "rustup");
    run::check(add.args(["component", "add", "--toolchain", "nightly", "miri", "rust-src"]))
}

/// Makes sure that cargo-fuzz works with the nightly toolchain, or says why it cannot. Never installs a
/// toolchain: that is for a person to ask for.
pub(crate) fn fuzzer(workspace: &Workspace) -> Result<(), Failure> {
    if !has_nightly(workspace) {
        return Err(Failure::new("no nightly toolchain; `cargo xtask setup` installs one"));
    }
    if !on_path("c++") && !on_path("clang++") {
        apt_install(workspace, &["g++"]).map_err(|why| Failure::new(format!("no C++ compiler: {why}")))?;
    }
    FUZZ.require(workspace)
}

fn has_nightly(workspace: &Workspace) -> bool {
    run::works(run::command(workspace, "rustup").args(["run", "nightly", "rustc", "--version"]))
}

pub(crate) fn apt_install(workspace: &Workspace, packages: &[&str]) -> Result<(), Failure> {
    if !on_path("apt-get") {
        return Err(Failure::new("there is no apt-get"));
    }
    let apt = |arguments: &[&str]| {
        let mut apt = run::command(workspace, "apt-get");
        apt.args(["-qq", "-y", "--no-install-recommends"]).args(arguments);
        apt.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        apt
    };
    // Without fresh lists apt may not know a package, or ask for a version that is gone. A list that cannot be
    // fetched is no reason to stop: the package may be known all the same.
    if let Err(failure) = run::check(&mut apt(&["update"])) {
        println!("warning: {failure}");
    }
    run::check(apt(&["install"]).args(packages))
}

/// Where cargo keeps what it has downloaded.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// Whether a program is installed.
pub(crate) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| is_program(&folder.join(program)))
}

fn is_program(file: &Path) -> bool {
    file.is_file() || file.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_looked_up_on_the_path() {
        assert!(on_path("cargo"));
        assert!(!on_path("no-such-program-anywhere"));
    }
}

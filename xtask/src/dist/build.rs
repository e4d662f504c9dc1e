//! The program and what belongs to it, put together as the archive will have it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::files;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

use super::Release;

/// The package with the program.
pub(super) const PACKAGE: &str = "dss-cli";
/// What people read, and what it is in the repository.
const DOCUMENTS: &[(&str, &str)] = &[
    ("README.md", "crates/cli/README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
];
/// Separates flags in `CARGO_ENCODED_RUSTFLAGS`, so that paths may have spaces.
const UNIT: &str = "\u{1f}";

/// Builds the program with the profile `dist`, into an empty stage.
pub(super) fn program(workspace: &Workspace, release: &Release) -> Result<(), Failure> {
    files::fresh(&release.stage)?;
    let places = [workspace.root().to_path_buf(), tools::cargo_home().unwrap_or_default()];
    let arguments =
        ["build", "--quiet", "--locked", "--profile", "dist", "--package", PACKAGE, "--bin", "dss"];
    let mut build = run::cargo(workspace, &arguments);
    // Where it is built is nobody's business, and must not change a byte.
    let flags = places.iter().zip(["/dss", "/cargo"]).map(|(place, name)| remap(place, name));
    let flags: Vec<OsString> = flags.collect();
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join(UNIT.as_ref())).env_remove("RUSTFLAGS");
    run::check(build.args(["--target-dir", "target"]))?;

    let built = workspace.path("target/dist").join(super::program());
    let bytes = fs::read(&built)?;
    if let Some(place) = places.iter().find(|place| names(&bytes, place)) {
        return Err(Failure::new(format!("{} names {}", built.display(), place.display())));
    }
    fs::copy(built, release.staged(super::program()))?;
    Ok(())
}

/// Writes the manual pages and completions: an example of the package prints them, for it knows the commands.
pub(super) fn pages(workspace: &Workspace, release: &Release) -> Result<(), Failure> {
    let arguments = ["run", "--quiet", "--locked", "--package", PACKAGE, "--example", "pages", "--"];
    run::check(run::cargo(workspace, &arguments).arg(&release.stage))
}

/// Copies what people read.
pub(super) fn documents(workspace: &Workspace, release: &Release) -> Result<(), Failure> {
    for (name, source) in DOCUMENTS {
        fs::copy(workspace.path(source), release.staged(name))?;
    }
    Ok(())
}

fn remap(place: &Path, name: &str) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(place);
    flag.push("=");
    flag.push(name);
    flag
}

fn names(bytes: &[u8], place: &Path) -> bool {
    let place = place.to_string_lossy();
    !place.is_empty() && bytes.windows(place.len()).any(|window| window == place.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_wherever_it_stands() {
        let place = Path::new("/home/ann");
        assert!(names(b"\0/home/ann/dss/src/lib.rs\0", place));
        assert!(!names(b"/dss/src/lib.rs /home/an", place));
        assert!(!names(b"anything", Path::new("")));
    }
}

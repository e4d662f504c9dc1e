//! Programs that npm installs: pinned, without scripts of theirs, and from whatever registry npm is set up with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::run;
use crate::tools::on_path;
use crate::workspace::Workspace;

/// Whether node and npm are there, to install with and to run.
pub(crate) fn require() -> Result<(), Failure> {
    if ["node", "npm"].iter().all(|program| on_path(program)) {
        Ok(())
    } else {
        Err(Failure::new("node and npm are not installed"))
    }
}

/// What is taken to where npm installs the programs.
const PACKAGE: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "check.mjs"];

/// Takes a package of this repository to a folder below `target`, with the programs that its lock file names, unless they
/// are there; gives the folder, whose `check.mjs` can be run.
pub(crate) fn set_up(workspace: &Workspace, package: &str, folder: &str) -> Result<PathBuf, Failure> {
    require()?;
    let (package, folder) = (workspace.path(package), workspace.path(folder));
    fs::create_dir_all(&folder)?;
    let lock = fs::read(package.join("package-lock.json"))?;
    let is_current = fs::read(folder.join("package-lock.json")).is_ok_and(|there| there == lock)
        && folder.join("node_modules").is_dir();
    for file in PACKAGE {
        fs::copy(package.join(file), folder.join(file))?;
    }
    if !is_current {
        println!("installing what {} asks for (once)", package.join(PACKAGE[0]).display());
        install(workspace, &folder)?;
    }
    Ok(folder)
}

/// Installs into a folder what its lock file says.
pub(crate) fn install(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run::check(run::command(workspace, "npm").current_dir(folder).args(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_pin_hashes_and_no_place() -> Result<(), Failure> {
        let workspace = Workspace::find()?;
        for file in
            ["bench/peers/package-lock.json", "xtask/peers/package-lock.json", "xtask/sbom/package-lock.json"]
        {
            let lock: serde_json::Value = serde_json::from_str(&workspace.read(file)?)?;
            let packages = lock.get("packages").and_then(|packages| packages.as_object());
            let packages = packages.ok_or_else(|| Failure::new(format!("{file}: no packages")))?;
            let all = packages.iter().filter(|(name, _)| !name.is_empty());
            assert!(all.clone().count() > 10, "{file}");
            for (name, package) in all {
                assert!(package.get("integrity").is_some(), "{file}: {name} has no hash");
                assert!(package.get("resolved").is_none(), "{file}: {name} names a registry");
            }
        }
        Ok(())
    }
}

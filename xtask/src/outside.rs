//! A folder outside of the workspace, where nothing of it is inherited: no lock file, no settings, no path.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::files;
use crate::run;
use crate::workspace::Workspace;

/// An empty folder among the system's temporary ones. One checkout gets the same one for the same purpose each time, so
/// that what cargo has cached about it is found again; what a failed run has left there is for people to look at.
#[derive(Debug)]
pub(crate) struct Outside {
    folder: PathBuf,
}

impl Outside {
    pub(crate) fn new(workspace: &Workspace, purpose: &str) -> Result<Self, Failure> {
        let mut hasher = DefaultHasher::new();
        workspace.root().hash(&mut hasher);
        let folder = std::env::temp_dir().join(format!("dss-{purpose}-{:016x}", hasher.finish()));
        files::fresh(&folder)?;
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.join(relative)
    }

    /// Writes a file, and makes its folder.
    pub(crate) fn write(&self, relative: &str, text: &str) -> Result<(), Failure> {
        let file = self.path(relative);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(file, text)?)
    }

    /// Copies every file that is or would be in git.
    pub(crate) fn copy_workspace(&self, workspace: &Workspace) -> Result<(), Failure> {
        for file in workspace.files()? {
            let copy = self.path(&file);
            if let Some(folder) = copy.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(workspace.path(&file), copy)?;
        }
        Ok(())
    }

    /// `cargo ARGUMENTS` in a folder of it, with the workspace's toolchain, from what has been fetched already.
    pub(crate) fn cargo(&self, workspace: &Workspace, folder: &str, arguments: &[&str]) -> Command {
        let mut cargo = run::cargo(workspace, arguments);
        cargo.current_dir(self.path(folder)).env("CARGO_NET_OFFLINE", "true");
        cargo
    }

    /// Removes the folder, after all has gone well.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        Ok(fs::remove_dir_all(self.folder)?)
    }
}

//! The packages as a registry would have them, where projects can find them.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use flate2::read::GzDecoder;

use crate::failure::Failure;
use crate::outside::Outside;
use crate::run;
use crate::workspace::{Member, Workspace};

/// Where cargo puts what it has packaged, and what scratch projects are built into.
const TARGET: &str = "target/packages";

/// A folder with every published crate as it is packaged, which takes the registry's place for whatever is built below.
#[derive(Debug)]
pub(crate) struct Shelf {
    outside: Outside,
    members: Vec<Member>,
}

impl Shelf {
    /// Packages the crates, without building them yet, and unpacks them.
    pub(crate) fn fill(workspace: &Workspace) -> Result<Self, Failure> {
        // Whatever is built below is built without a network.
        run::check(&mut run::cargo(workspace, &["fetch", "--quiet", "--locked"]))?;
        let members = workspace.published()?;
        let mut package =
            run::cargo(workspace, &["package", "--quiet", "--offline", "--no-verify", "--allow-dirty"]);
        package.args(["--target-dir", TARGET]);
        for member in &members {
            package.args(["--package", &member.name]);
        }
        run::check(&mut package)?;
        let shelf = Self { outside: Outside::new(workspace, "packages")?, members };
        for member in &shelf.members {
            let packed = format!("{TARGET}/package/{}.crate", folder_of(member));
            // The files are as old as this run: with the times in the package, cargo would take a new one for an old one.
            let mut archive = tar::Archive::new(GzDecoder::new(File::open(workspace.path(&packed))?));
            archive.set_preserve_mtime(false);
            archive.unpack(shelf.outside.folder())?;
            shelf.lock(workspace, &folder_of(member))?;
        }
        shelf.outside.write(".cargo/config.toml", &shelf.settings())?;
        Ok(shelf)
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Makes a project that uses packages from here, with the versions of the workspace's lock file.
    pub(crate) fn project(
        &self,
        workspace: &Workspace,
        name: &str,
        manifest: &str,
        program: &str,
    ) -> Result<(), Failure> {
        self.outside.write(&format!("{name}/Cargo.toml"), manifest)?;
        self.outside.write(&format!("{name}/src/main.rs"), program)?;
        self.lock(workspace, name)
    }

    /// `cargo ARGUMENTS` in a folder of the shelf.
    pub(crate) fn cargo(&self, workspace: &Workspace, folder: &str, arguments: &[&str]) -> Command {
        let mut cargo = self.outside.cargo(workspace, folder, arguments);
        // Nobody debugs these programs.
        cargo.env("CARGO_TARGET_DIR", workspace.path(TARGET)).env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
    }

    /// A program that was built here.
    pub(crate) fn built(workspace: &Workspace, name: &str) -> PathBuf {
        workspace.path(TARGET).join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// An empty folder.
    pub(crate) fn empty_folder(&self) -> Result<PathBuf, Failure> {
        let folder = self.outside.path("empty");
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Removes it.
    pub(crate) fn clear(self) -> Result<(), Failure> {
        self.outside.remove()
    }

    fn lock(&self, workspace: &Workspace, folder: &str) -> Result<(), Failure> {
        self.outside.write(&format!("{folder}/Cargo.lock"), &workspace.read("Cargo.lock")?)
    }

    /// Cargo's settings for whatever lies below: these packages instead of the registry's.
    fn settings(&self) -> String {
        let lines = self.members.iter().map(|member| {
            let folder = self.outside.path(&folder_of(member));
            format!("{} = {{ path = '{}' }}\n", member.name, folder.display())
        });
        format!("[patch.crates-io]\n{}", lines.collect::<String>())
    }
}

/// The folder that a package is unpacked into.
pub(crate) fn folder_of(member: &Member) -> String {
    format!("{}-{}", member.name, member.version)
}

//! The programs that take part: ours, built; other people's, where they are installed.

use std::fs;
use std::path::{Path, PathBuf};

use super::cost::Cost;
use super::job::Job;
use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{npm, run};

/// Lets files of any size in: what is measured is not what is allowed.
const LIMITS: &[&str] = &["--limits", "aggressive", "--max-file-size", "64GiB", "--max-tokens", "100000000"];

/// Everything that can be run.
#[derive(Debug)]
pub(crate) struct Programs<'a> {
    workspace: &'a Workspace,
    /// A folder for what is only needed while measuring.
    folder: PathBuf,
    commit: String,
    /// Style Dictionary's folder, or why it is not there.
    peers: Result<PathBuf, String>,
}

impl<'a> Programs<'a> {
    /// Builds ours, and looks for the others.
    pub(crate) fn prepare(workspace: &'a Workspace) -> Result<Self, Failure> {
        println!("building dss, the generator and the floor (release)");
        run::check(&mut run::cargo(workspace, &["build", "--release", "--quiet", "-p", "dss-cli"]))?;
        let example = ["build", "--release", "--quiet", "-p", "dss-testkit", "--example", "generate"];
        run::check(&mut run::cargo(workspace, &example))?;
        let manifest =
            ["build", "--release", "--quiet", "--locked", "--manifest-path", "bench/floor/Cargo.toml"];
        let target = workspace.path("target/floor");
        run::check(run::cargo(workspace, &manifest).env("CARGO_TARGET_DIR", target))?;
        let folder = workspace.path("target/bench");
        fs::create_dir_all(&folder)?;
        let (commit, peers) = (commit(workspace)?, style_dictionary(workspace));
        Ok(Self { workspace, folder, commit, peers })
    }

    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    pub(crate) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    /// A place in the folder for what is only needed while measuring.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// `dss`, with a cache of its own and nothing to say.
    pub(crate) fn dss(&self) -> Job {
        let job = Job::new(self.workspace.path("target/release/dss")).word("--quiet");
        job.variable("DSS_CACHE", self.place("cache")).variable("DSS_STORE", self.place("no-store"))
    }

    /// `dss --store STORE COMMAND FILE`, without the limits that keep large files out.
    pub(crate) fn dss_in(&self, store: &Path, command: &str, file: &Path) -> Job {
        self.dss().word("--store").word(store).word(command).word(file).words(LIMITS)
    }

    /// `dss import` of a file or an archive into a store's only project.
    pub(crate) fn import(&self, store: &Path, file: &Path) -> Job {
        let job = self.dss_in(store, "import", file).words(["--project", "p"]);
        // The same set and source, wherever the file lies: copies of one file are one file's states.
        if is_json(file) { job.words(["--set", "tokens", "--source", "design"]) } else { job }
    }

    /// `dss export` of a store's only project.
    pub(crate) fn export(&self, store: &Path, archive: &Path) -> Job {
        self.dss().word("--store").word(store).words(["export", "p", "--force", "-o"]).word(archive)
    }

    /// `dss-floor`.
    pub(crate) fn floor(&self, command: &str) -> Job {
        Job::new(self.workspace.path("target/floor/release/dss-floor")).word(command)
    }

    pub(crate) fn generate(&self, tokens: u64, file: &Path) -> Job {
        Job::new(self.workspace.path("target/release/examples/generate")).word(tokens.to_string()).word(file)
    }

    /// Whether this `dss` has a command.
    pub(crate) fn has(&self, command: &str) -> bool {
        run::works(
            run::command(self.workspace, self.workspace.path("target/release/dss")).args([command, "--help"]),
        )
    }

    /// Node running one of our scripts about Style Dictionary.
    pub(crate) fn style_dictionary(&self, script: &str) -> Result<Job, &str> {
        let folder = self.peers.as_ref().map_err(String::as_str)?;
        Ok(Job::new("node").word(folder.join(script)))
    }

    pub(crate) fn run(&self, job: &Job) -> Result<Cost, Failure> {
        job.run(self.workspace, &self.place("stderr"))
    }
}

/// A token file, not an archive.
fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "json")
}

/// The commit that is checked out, with a `+` if files were changed since.
fn commit(workspace: &Workspace) -> Result<String, Failure> {
    let git = |words: &[&str]| run::output(run::command(workspace, "git").args(words));
    let name = String::from_utf8_lossy(&git(&["rev-parse", "--short", "HEAD"])?).trim().to_owned();
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", "crates", "Cargo.lock"])?;
    Ok(if changed.is_empty() { name } else { format!("{name}+") })
}

/// Installs the pinned Style Dictionary once, where there is npm and a registry.
fn style_dictionary(workspace: &Workspace) -> Result<PathBuf, String> {
    let folder = workspace.path("bench/peers");
    npm::require().map_err(|failure| failure.to_string())?;
    if !folder.join("node_modules/style-dictionary").is_dir() {
        println!("installing Style Dictionary into bench/peers (once)");
        npm::install(workspace, &folder)
            .map_err(|failure| format!("it could not be installed: {failure}"))?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_files_are_told_from_archives() {
        assert!(is_json(Path::new("a/b.tokens.json")));
        assert!(!is_json(Path::new("a/b.dss")));
    }
}

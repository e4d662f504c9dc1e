//! A desk to work at: a store, a home and files of our own, and nothing of the user's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use dss_testkit::TempDir;
use serde_json::Value;

/// A temporary folder with everything that a run may touch.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// A desk with the example design system in `aurora/`.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["home", "tmp"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        dss_testkit::copy_folder(&example(), &folder.join("aurora")).unwrap();
        Self { folder }
    }

    /// A desk whose store has the example as project `aurora`.
    pub(crate) fn with_aurora() -> Self {
        let desk = Self::new();
        desk.ok("import aurora/aurora.resolver.json");
        desk.ok("component set aurora aurora/components.json");
        desk.ok("asset add aurora aurora/assets/arrow-right.svg --path icons/arrow-right.svg");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The program, with nothing of the user's environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dss"));
        command.env_clear().current_dir(self.folder.path());
        // Windows programs do not start without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command
            .env("DSS_STORE", self.path("store"))
            .env("DSS_CACHE", self.path("cache"))
            .env("DSS_AUTHOR", "Ada")
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("TMP", self.path("tmp"));
        command
    }

    /// Runs a command line; words are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.words(&line.split(' ').collect::<Vec<_>>())
    }

    pub(crate) fn words(&self, words: &[&str]) -> Ran {
        Ran::of(&self.command().args(words).output().unwrap())
    }

    pub(crate) fn with_input(&self, line: &str, input: &str) -> Ran {
        Ran::of(&self.command().args(line.split(' ')).write_stdin(input).output().unwrap())
    }

    /// Runs a command line that must succeed; gives what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "dss {line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// The same with `--json`.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.ok(&format!("{line} --json"))).unwrap()
    }

    /// The export hash of a project: the same as long as nothing of it changed.
    pub(crate) fn state_of(&self, project: &str) -> String {
        let line = format!("export {project} -o {} --force --json", self.path("state.dss").display());
        let summary: Value = serde_json::from_str(&self.ok(&line)).unwrap();
        summary["exportHash"].as_str().unwrap().to_owned()
    }
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// The example design system in the repository.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/aurora")
}

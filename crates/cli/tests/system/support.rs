//! What the modules share: machines with a store of their own, and what `dss` said on them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dss_testkit::{TempDir, TestResult, TokenFile};
use serde_json::Value;

/// A small design system: two themes, an alias, a tag, a description.
pub(crate) const SMALL: &str = r#"{
  "color": {
    "$type": "color",
    "red": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0]}},
    "brand": {"$value": "{color.red}", "$description": "the brand"}
  },
  "size": {"small": {"$type": "dimension", "$value": {"value": 4, "unit": "px"}}}
}
"#;

/// A machine: a home, a store and a cache that nobody else uses. Relative paths start there.
pub(crate) struct Machine {
    dir: TempDir,
    store: PathBuf,
}

impl Machine {
    pub(crate) fn new() -> TestResult<Self> {
        let dir = TempDir::new()?;
        let store = dir.join("store");
        Ok(Self { dir, store })
    }

    /// A machine whose store is in a folder of the caller's.
    pub(crate) fn with_store(store: PathBuf) -> TestResult<Self> {
        Ok(Self { dir: TempDir::new()?, store })
    }

    /// A machine that holds [`SMALL`] with a resolver, a component and an asset, as the project "p".
    pub(crate) fn with_small() -> TestResult<Self> {
        let machine = Self::new()?;
        machine.file("tokens/base.tokens.json", SMALL)?;
        machine.file("tokens/dark.tokens.json", SMALL.replace("[1, 0, 0]", "[0.5, 0, 0]"))?;
        machine.file(
            "tokens/p.resolver.json",
            r##"{"version": "2025.10",
                "sets": {"base": {"sources": [{"$ref": "base.tokens.json"}]}},
                "modifiers": {"mode": {"contexts": {"light": [], "dark": [{"$ref": "dark.tokens.json"}]},
                                       "default": "light"}},
                "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/mode"}]}"##,
        )?;
        machine.file(
            "components.json",
            r#"{"components": [{"name": "Button", "tokens": ["color.brand"]}, {"name": "Card"}]}"#,
        )?;
        machine.file("dot.svg", r#"<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>"#)?;
        machine.ok("import tokens/p.resolver.json --project p")?;
        machine.ok("component set p components.json")?;
        machine.ok("asset add p dot.svg --path icons/dot.svg")?;
        Ok(machine)
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    /// Writes a file, with the folders that it needs.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> TestResult<PathBuf> {
        let path = self.dir.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content)?;
        Ok(path)
    }

    /// Writes a token file of that many tokens.
    pub(crate) fn generated(&self, name: &str, tokens: u64, seed: u64) -> TestResult<PathBuf> {
        let path = self.dir.join(name);
        let mut out = std::io::BufWriter::new(fs::File::create(&path)?);
        TokenFile { tokens, seed }.write_to(&mut out)?;
        out.flush()?;
        Ok(path)
    }

    /// `dss --json` with these words; others can be added to it.
    pub(crate) fn dss(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dss"));
        self.set_up(&mut command);
        command.arg("--json").args(line.split_whitespace());
        command
    }

    /// Lets a command use this machine, and nothing of the real one.
    pub(crate) fn set_up(&self, command: &mut Command) {
        for name in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SOURCE_DATE_EPOCH"] {
            command.env_remove(name);
        }
        command
            .current_dir(self.dir.path())
            .env("HOME", self.dir.join("home"))
            .env("DSS_STORE", &self.store)
            .env("DSS_CACHE", self.dir.join("cache"))
            .env("DSS_AUTHOR", "ann")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub(crate) fn run(&self, line: &str) -> TestResult<Said> {
        Said::of(&mut self.dss(line))
    }

    /// Runs what must work, and returns its document.
    pub(crate) fn ok(&self, line: &str) -> TestResult<Value> {
        self.run(line)?.ok(line)
    }

    /// Runs what must fail in that way, and returns its error.
    pub(crate) fn fails(&self, line: &str, exit: i32) -> TestResult<Value> {
        self.run(line)?.fails(line, exit)
    }

    /// A project's archive: equal bytes are an equal state.
    pub(crate) fn archive(&self, project: &str) -> TestResult<Vec<u8>> {
        self.export(project, "state.dss").and_then(|path| Ok(fs::read(path)?))
    }

    pub(crate) fn export(&self, project: &str, file: &str) -> TestResult<PathBuf> {
        self.ok(&format!("export {project} --force -o {file}"))?;
        Ok(self.dir.join(file))
    }

    /// The names of all projects; each must be readable.
    pub(crate) fn projects(&self) -> TestResult<Vec<String>> {
        let list = self.ok("project list")?;
        let projects = list["projects"].as_array().ok_or("a list of projects")?;
        let names = projects.iter().map(|project| {
            let name = project["name"].as_str().ok_or("a project without a name")?;
            if project["error"].is_null() { Ok(name.to_owned()) } else { Err(project.to_string()) }
        });
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Everything in the store that matters: each project's archive.
    pub(crate) fn state(&self) -> TestResult<State> {
        let projects = self.projects()?.into_iter();
        let archives = projects.map(|name| {
            let archive = self.archive(&name)?;
            Ok((name, archive))
        });
        Ok(State(archives.collect::<TestResult<_>>()?))
    }

    /// The names of the files in the store's folder of projects.
    pub(crate) fn project_files(&self) -> TestResult<Vec<String>> {
        let entries = fs::read_dir(self.store.join("projects"))?;
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<TestResult<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    /// The value of a token, as JSON.
    pub(crate) fn value(&self, project: &str, path: &str) -> TestResult<Value> {
        let found = self.ok(&format!("token get {project} {path}"))?;
        Ok(found["tokens"][0]["value"].clone())
    }
}

/// What is in a store.
#[derive(PartialEq, Eq)]
pub(crate) struct State(BTreeMap<String, Vec<u8>>);

/// What a run of `dss --json` said.
pub(crate) struct Said {
    /// None if it was killed.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn of(command: &mut Command) -> TestResult<Self> {
        Self::from(command.output()?)
    }

    pub(crate) fn from(output: std::process::Output) -> TestResult<Self> {
        Ok(Self {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// Standard output holds exactly one document, and nothing else is said.
    pub(crate) fn document(&self) -> TestResult<Value> {
        if !self.stderr.is_empty() {
            return Err(format!("standard error is not empty: {}", self.stderr).into());
        }
        serde_json::from_str(&self.stdout)
            .map_err(|error| format!("not one document: {error}: {}", self.stdout).into())
    }

    pub(crate) fn ok(self, what: &str) -> TestResult<Value> {
        self.ends(what, 0)
    }

    /// It ended like this; returns its document.
    pub(crate) fn ends(self, what: &str, exit: i32) -> TestResult<Value> {
        if self.exit != Some(exit) {
            let Self { exit: found, stdout, stderr } = self;
            return Err(format!("`{what}` ended with {found:?}, not {exit}: {stdout}{stderr}").into());
        }
        self.document()
    }

    /// It failed like this, with one error document; returns the error.
    pub(crate) fn fails(self, what: &str, exit: i32) -> TestResult<Value> {
        let document = self.ends(what, exit)?;
        let error = &document["error"];
        let is_text = |name: &str| error[name].as_str().is_some_and(|text| !text.is_empty());
        let is_alone = document.as_object().is_some_and(|members| members.len() == 1);
        if is_alone && ["code", "message", "hint"].into_iter().all(is_text) && error["exitCode"] == exit {
            return Ok(error.clone());
        }
        Err(format!("`{what}`: not an error document: {document}").into())
    }
}

/// Dice that fall the same way everywhere (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from 0 to below 1.
    pub(crate) fn next(&mut self) -> f64 {
        f64::from(self.bits()) / f64::from(u32::MAX)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.bits()).unwrap_or(0) % bound
    }

    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0)
    }
}

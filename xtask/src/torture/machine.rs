//! A machine to torture: a folder with a store, a cache and files, and the program on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::model::{MEMBERS, value_of};
use crate::failure::Failure;
use crate::files;

/// What all machines share.
pub(super) struct Tools {
    pub(super) binary: PathBuf,
    pub(super) shim: PathBuf,
    /// The machine that all others are copies of.
    pub(super) template: PathBuf,
    /// How many calls to the file system each operation makes, about.
    pub(super) calls: BTreeMap<&'static str, u64>,
}

/// How the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// None if it was killed.
    pub(super) exit: Option<i32>,
    /// What it printed: one JSON document, unless it was killed.
    pub(super) said: Value,
    text: String,
}

impl Ended {
    /// In a word.
    pub(super) fn brief(&self) -> &str {
        match self.exit {
            None => "killed",
            Some(0) => "done",
            Some(_) => self.code().unwrap_or("failed"),
        }
    }

    /// The error's code, if it failed.
    pub(super) fn code(&self) -> Option<&str> {
        self.said.get("error")?.get("code")?.as_str()
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let error = self.said.get("error").map(ToString::to_string);
        write!(f, "exit {:?}, {}", self.exit, error.as_deref().unwrap_or(&self.text))
    }
}

/// A machine of its own.
pub(super) struct Machine<'t> {
    tools: &'t Tools,
    folder: PathBuf,
}

impl<'t> Machine<'t> {
    /// A copy of the template.
    pub(super) fn new(tools: &'t Tools, folder: PathBuf) -> Result<Self, Failure> {
        files::copy(&tools.template, &folder)?;
        Ok(Self { tools, folder })
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs `dss --json LINE`, with that fault.
    pub(super) fn run(&self, line: &str, fault: Option<&str>) -> Result<Ended, Failure> {
        let mut command = Command::new(&self.tools.binary);
        command
            .arg("--json")
            .args(line.split(' '))
            .current_dir(&self.folder)
            .env_clear()
            .env("HOME", &self.folder)
            .env("TMPDIR", self.join("tmp"))
            .env("DSS_STORE", self.join("store"))
            .env("DSS_CACHE", self.join("cache"))
            .env("DSS_AUTHOR", "ann")
            .stdin(Stdio::null());
        if let Some(fault) = fault {
            command.env("LD_PRELOAD", &self.tools.shim).env("DSS_FAULT", fault);
        }
        let output = command.output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let exit = output.status.code();
        let said = serde_json::from_str(&text).unwrap_or(Value::Null);
        if exit.is_some() && said.is_null() {
            let err = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!("`{line}` printed no document: {text}{err}")));
        }
        Ok(Ended { exit, said, text })
    }

    /// Runs what must work.
    pub(super) fn ok(&self, line: &str) -> Result<Value, Failure> {
        let ended = self.run(line, None)?;
        if ended.exit == Some(0) {
            return Ok(ended.said);
        }
        Err(Failure::new(format!("`{line}` does not work: {ended}")))
    }

    /// The project's archive: equal bytes are an equal state.
    pub(super) fn archive(&self, store: &str) -> Result<Vec<u8>, Failure> {
        self.ok(&format!("export p -o state.dss --force --store {store}"))?;
        Ok(fs::read(self.join("state.dss"))?)
    }

    /// Writes the token file of that version.
    pub(super) fn write_file(&self, version: u64) -> Result<(), Failure> {
        Ok(fs::write(self.join("file.tokens.json"), document("file", version))?)
    }

    /// The names in a folder, hidden ones too; none if it is not there.
    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let path = self.join(folder);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// A document with one group of tokens.
fn document(stem: &str, version: u64) -> String {
    let tokens: Vec<String> = MEMBERS
        .iter()
        .map(|member| format!(r#""{member}": {{"$value": {}}}"#, value_of(member, version)))
        .collect();
    format!(r#"{{"{stem}": {{"$type": "number", {}}}}}"#, tokens.join(", "))
}

/// How the token file is imported: as the same source, wherever it lies.
pub(super) const IMPORT_FILE: &str = "import file.tokens.json --project p --source file --set file";
/// Archives of the other copy: one for each version, from 1.
pub(super) const OTHERS: u64 = 4;

/// The machine that all start from: the project `p` of a token file, archives of another copy of it, and a few files.
pub(super) fn make_template(tools: &Tools) -> Result<(), Failure> {
    fs::create_dir_all(tools.template.join("tmp"))?;
    let machine = std::mem::ManuallyDrop::new(Machine { tools, folder: tools.template.clone() });
    machine.write_file(1)?;
    machine.ok(IMPORT_FILE)?;
    fs::write(machine.join("q.tokens.json"), document("q", 1))?;
    machine.ok("export p -o start.dss")?;
    machine.ok("import start.dss --store elsewhere --project p")?;
    for version in 1..=OTHERS {
        for member in MEMBERS {
            let value = value_of(member, version);
            machine.ok(&format!(
                "token set p other.{member} {value} --type number --set other --store elsewhere"
            ))?;
        }
        machine.ok(&format!("export p -o other-{version}.dss --store elsewhere"))?;
    }
    fs::remove_dir_all(machine.join("elsewhere"))?;
    Ok(())
}

//! One seed: a history of operations, the faults in it, and what has to hold after each.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::dice::Dice;
use super::machine::{Ended, IMPORT_FILE, Machine, OTHERS, Tools};
use super::model::{Model, Origin};
use crate::failure::Failure;

/// Operations of one history.
const STEPS: u64 = 8;
/// Paths of tokens that are edited.
const EDITED: u64 = 3;

/// How the operations ended.
#[derive(Debug, Default)]
pub(super) struct Tally {
    operations: u64,
    done: u64,
    failed: u64,
    killed_before: u64,
    killed_after: u64,
}

impl Tally {
    pub(super) const fn add(&mut self, other: &Self) {
        self.operations = self.operations.saturating_add(other.operations);
        self.done = self.done.saturating_add(other.done);
        self.failed = self.failed.saturating_add(other.failed);
        self.killed_before = self.killed_before.saturating_add(other.killed_before);
        self.killed_after = self.killed_after.saturating_add(other.killed_after);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operations, done, failed, killed_before, killed_after } = self;
        write!(
            f,
            "{operations} operations, {done} done, {failed} failed and left the old state, {} killed ({killed_before} \
             with the old state, {killed_after} with the new one)",
            killed_before.saturating_add(*killed_after)
        )
    }
}

/// One operation: what is run, and what the store holds if it is done.
struct Operation {
    kind: &'static str,
    line: String,
    after: Model,
    /// The archive of the state that it brings back, if it does.
    archive: Option<Vec<u8>>,
}

/// A backup, and what it holds.
#[derive(Clone)]
struct Taken {
    name: String,
    model: Model,
    archive: Vec<u8>,
}

/// A history under way.
struct History<'t> {
    machine: Machine<'t>,
    dice: Dice,
    model: Model,
    /// The project's archive as it was when somebody last looked.
    archive: Vec<u8>,
    /// What stands under the name that exports are written to.
    exported: Option<Vec<u8>>,
    backups: Vec<Taken>,
    file_version: u64,
    asset_version: u64,
    tally: Tally,
}

/// Plays a seed. A failure tells the whole history.
pub(super) fn play(tools: &Tools, scratch: &Path, seed: u64) -> Result<Tally, Failure> {
    let mut history = History::new(tools, &scratch.join(format!("seed-{seed}")), seed)?;
    let mut told = String::new();
    let mut play = || {
        for _ in 0..STEPS {
            let operation = history.choose();
            let calls = tools.calls.get(operation.kind).copied().unwrap_or(200);
            let fault = fault(&mut history.dice, calls);
            told.push_str(&format!("\n    {} [{}]", operation.line, fault.as_deref().unwrap_or("no fault")));
            let ended = history.take(&operation, fault.as_deref())?;
            told.push_str(&format!(" {}", ended.brief()));
        }
        history.end()
    };
    play().map_err(|error| Failure::new(format!("{error}{told}")))?;
    Ok(history.tally)
}

/// Counts the calls of each operation, in histories without faults.
pub(super) fn count_calls(tools: &Tools, scratch: &Path) -> Result<BTreeMap<&'static str, u64>, Failure> {
    let mut calls = BTreeMap::new();
    for seed in 0..4 {
        let mut history = History::new(tools, &scratch.join(format!("count-{seed}")), seed)?;
        for _ in 0..STEPS.saturating_mul(3) {
            let operation = history.choose();
            let kind = operation.kind;
            let file = history.machine.join("calls");
            history.take(&operation, Some(&format!("count {}", file.display())))?;
            let counted: u64 = fs::read_to_string(&file)?.trim().parse().unwrap_or(0);
            let known: &mut u64 = calls.entry(kind).or_default();
            *known = counted.max(*known);
        }
    }
    Ok(calls)
}

/// What goes wrong in an operation that makes so many calls; nothing in one of five.
fn fault(dice: &mut Dice, calls: u64) -> Option<String> {
    const ERRORS: [u32; 4] = [28, 5, 13, 122]; // ENOSPC, EIO, EACCES, EDQUOT
    const SINCE: [u32; 2] = [28, 30]; // ENOSPC, EROFS
    let at = dice.below(calls.saturating_add(2)).saturating_add(1);
    let fault = match dice.below(20) {
        0..4 => return None,
        4..9 => format!("{at} fail {}", dice.pick(&ERRORS)?),
        9..11 => format!("{at} from {}", dice.pick(&SINCE)?),
        11 => format!("{at} short"),
        12 => format!("{} vanish", dice.below(6).saturating_add(1)),
        13..16 => format!("{at} kill"),
        16..18 => format!("{at} after"),
        _ => format!("{at} torn"),
    };
    Some(fault)
}

impl<'t> History<'t> {
    fn new(tools: &'t Tools, folder: &Path, seed: u64) -> Result<Self, Failure> {
        let machine = Machine::new(tools, folder.to_owned())?;
        let archive = machine.archive("store")?;
        let mut model = Model::default().import(Origin::File, 1);
        // There is nothing before the import that made the project.
        model.last = None;
        model.projects.insert("p".to_owned());
        Ok(Self {
            machine,
            dice: Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
            model,
            archive,
            exported: None,
            backups: Vec::new(),
            file_version: 1,
            asset_version: 0,
            tally: Tally::default(),
        })
    }

    /// An operation that makes sense now.
    fn choose(&mut self) -> Operation {
        loop {
            let kind = self.dice.below(16);
            if let Some(operation) = self.operation(kind) {
                return operation;
            }
        }
    }

    fn operation(&mut self, kind: u64) -> Option<Operation> {
        let same = self.model.clone();
        let plain =
            |kind, line: &str, after| Some(Operation { kind, line: line.to_owned(), after, archive: None });
        match kind {
            0 | 1 if !same.frozen.contains(&Origin::File) => {
                self.file_version = self.file_version.saturating_add(1);
                self.machine.write_file(self.file_version).ok()?;
                plain("import file", IMPORT_FILE, same.import(Origin::File, self.file_version))
            }
            2 | 3 if !same.frozen.contains(&Origin::Other) => {
                let version = self.dice.below(OTHERS).saturating_add(1);
                let mut after =
                    if version > same.version { same.import(Origin::Other, version) } else { same.clone() };
                after.version = version.max(same.version);
                plain("import archive", &format!("import other-{version}.dss --project p"), after)
            }
            4 | 5 => {
                let (place, value) = (self.dice.below(EDITED), self.dice.below(1_000));
                let path = format!("edit.{place}");
                let mut after = same;
                after.edits.insert(path.clone(), value);
                plain("set", &format!("token set p {path} {value} --type number --set edit"), after)
            }
            6 => {
                let mut after = same;
                let path = after.edits.keys().next()?.clone();
                after.edits.remove(&path);
                plain("remove", &format!("token rm p {path} --set edit"), after)
            }
            7 => {
                self.asset_version = self.asset_version.saturating_add(1);
                let bytes = self.asset_version.saturating_mul(9_000);
                let content = "x".repeat(usize::try_from(bytes).ok()?);
                fs::write(self.machine.join("asset.txt"), content).ok()?;
                let after = Model { asset: Some(bytes), ..same };
                plain("asset", "asset add p asset.txt --path asset.txt", after)
            }
            8 => plain("undo", "undo p", same.undo()?),
            9 | 10 => plain("export", "export p -o out/p.dss --force", same),
            11 => Some(self.change_others()),
            12 => {
                let keep = if self.dice.percent(50) { " --keep 2" } else { "" };
                plain("backup", &format!("backup backups{keep}"), same)
            }
            13 => {
                let taken = self.dice.pick(&self.backups)?.clone();
                let mut after = taken.model;
                after.projects.extend(same.projects);
                let line = format!("restore backups/{} --force", taken.name);
                Some(Operation { kind: "restore", line, after, archive: Some(taken.archive) })
            }
            14 => plain("compact", "compact", same),
            15 => plain("check", "check", same),
            _ => None,
        }
    }

    /// Other projects come, go, and get other names.
    fn change_others(&self) -> Operation {
        let mut after = self.model.clone();
        let has = |name: &str| self.model.projects.contains(name);
        let (kind, line) = match (has("q"), has("r")) {
            (false, _) => {
                after.projects.insert("q".to_owned());
                ("create", "import q.tokens.json --project q")
            }
            (true, false) => {
                after.projects.remove("q");
                after.projects.insert("r".to_owned());
                ("rename", "project rename q r")
            }
            (true, true) => {
                after.projects.remove("q");
                ("delete", "project delete q --yes")
            }
        };
        Operation { kind, line: line.to_owned(), after, archive: None }
    }

    /// Runs an operation and looks at what has become of everything.
    fn take(&mut self, operation: &Operation, fault: Option<&str>) -> Result<Ended, Failure> {
        fs::create_dir_all(self.machine.join("out"))?;
        let ended = self.machine.run(&operation.line, fault)?;
        let is_done = match ended.exit {
            None => None,
            Some(0) => Some(true),
            // Checking may say that it could not look.
            Some(3..=5) if ended.code() == Some("audit_failed") => Some(true),
            Some(3..=5) if ended.code().is_some() => Some(false),
            _ => return Err(Failure::new(format!("it ended in no way that it should: {ended}"))),
        };
        let is_new = self
            .settle(operation, is_done)
            .and_then(|is_new| self.files(operation, is_done).map(|()| is_new))
            .map_err(|error| Failure::new(format!("{error}; it ended with {ended}")))?;
        self.count(&ended, is_new);
        Ok(ended)
    }

    fn count(&mut self, ended: &Ended, is_new: bool) {
        let Tally { operations, done, failed, killed_before, killed_after } = &mut self.tally;
        let counter = match (ended.exit, is_new) {
            (None, false) => killed_before,
            (None, true) => killed_after,
            (Some(0), _) => done,
            (Some(_), _) => failed,
        };
        *counter = counter.saturating_add(1);
        *operations = operations.saturating_add(1);
    }

    /// The store checks clean, and holds the old state or the new one; which one is returned.
    fn settle(&mut self, operation: &Operation, is_done: Option<bool>) -> Result<bool, Failure> {
        let report = self.machine.ok("check")?;
        let listed = report.get("projects").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<&str> =
            listed.filter_map(|project| project.get("project").and_then(Value::as_str)).collect();
        let archive = self.machine.archive("store")?;
        let is_named = |model: &Model| model.projects.iter().eq(names.iter());
        let is_old = is_named(&self.model) && archive == self.archive;
        let is_new = match &operation.archive {
            Some(restored) => is_named(&operation.after) && archive == *restored,
            None if operation.after == self.model => is_old,
            None => is_named(&operation.after) && self.shows(&operation.after)?,
        };
        let found = match is_done {
            Some(true) if is_new => true,
            Some(true) => return Err(Failure::new(format!("it was done, and is not there: {names:?}"))),
            Some(false) if is_old => false,
            Some(false) => {
                return Err(Failure::new(format!(
                    "it failed, and changed something: {names:?}, new: {is_new}"
                )));
            }
            None if is_new && !is_old => true,
            None if is_old => false,
            None => return Err(Failure::new(format!("neither the old state nor the new one: {names:?}"))),
        };
        if found {
            self.model = operation.after.clone();
        }
        self.archive = archive;
        Ok(found)
    }

    fn shows(&self, model: &Model) -> Result<bool, Failure> {
        Ok(model.shows(&self.machine.ok("token list p")?, &self.machine.ok("asset list p")?))
    }

    /// What was exported and backed up is whole, or was never there.
    fn files(&mut self, operation: &Operation, is_done: Option<bool>) -> Result<(), Failure> {
        let exported = fs::read(self.machine.join("out/p.dss")).ok();
        let is_as_before = exported == self.exported;
        let is_whole = exported.as_ref() == Some(&self.archive);
        let is_right = match (operation.kind, is_done) {
            ("export", Some(true)) => is_whole,
            ("export", None) => is_whole || is_as_before,
            _ => is_as_before,
        };
        if !is_right {
            return Err(Failure::new("the exported archive is neither the old one nor the new one"));
        }
        self.exported = exported;
        let names = self.machine.names("backups")?;
        self.backups.retain(|taken| names.contains(&taken.name));
        let known = |name: &String| self.backups.iter().any(|taken| taken.name == *name);
        let new: Vec<String> =
            names.into_iter().filter(|name| !name.starts_with('.') && !known(name)).collect();
        let is_expected = match (operation.kind, is_done) {
            ("backup", Some(true)) => new.len() == 1,
            ("backup", None) => new.len() <= 1,
            _ => new.is_empty(),
        };
        if !is_expected {
            return Err(Failure::new(format!("backups: {new:?}")));
        }
        for name in new {
            // Now and then it is brought back at once.
            if self.dice.percent(25) {
                self.machine.ok(&format!("restore backups/{name} --store scratch"))?;
                let archive = self.machine.archive("scratch")?;
                fs::remove_dir_all(self.machine.join("scratch"))?;
                if archive != self.archive {
                    return Err(Failure::new("the backup holds another state"));
                }
            }
            self.backups.push(Taken { name, model: self.model.clone(), archive: self.archive.clone() });
        }
        Ok(())
    }

    /// Nothing is left behind that nobody clears away.
    fn end(&self) -> Result<(), Failure> {
        self.machine.ok("project list")?;
        let strange = |name: &String| {
            let beside = ["-wal", "-shm", "-journal"];
            let stem = beside.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
            stem.strip_suffix(".db").is_none_or(|project| !self.model.projects.contains(project))
        };
        let left: Vec<String> = self.machine.names("store/projects")?.into_iter().filter(strange).collect();
        if !left.is_empty() {
            return Err(Failure::new(format!("left behind in the store: {left:?}")));
        }
        self.machine.ok("export p -o out/p.dss --force")?;
        let out = self.machine.names("out")?;
        if out == ["p.dss"] { Ok(()) } else { Err(Failure::new(format!("left behind by exports: {out:?}"))) }
    }
}

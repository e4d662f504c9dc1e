//! A run: what happens next, and whether the stores show what they ought to.

use std::collections::{BTreeMap, BTreeSet};

use dss_testkit::{TempDir, TestResult};
use serde_json::Value;

use super::archives::Archive;
use super::copy::{Copy, list, text};
use super::oracle::{Known, LIFE, ORDER, Oracle, difference};
use crate::support::{Dice, Said};

/// The stores start with this: a few items, so that edits meet.
const BASE: &str = r#"{
  "size": {"a": {"$type": "number", "$value": 1}, "b": {"$type": "number", "$value": 2}},
  "gap": {"c": {"$type": "number", "$value": 3}, "d": {"$type": "dimension", "$value": {"value": 4, "unit": "px"}}},
  "new": {"e": {"$type": "number", "$value": 5}, "link": {"$type": "number", "$value": "{size.a}"}}
}"#;
const DARK: &str = r#"{
  "size": {"a": {"$type": "number", "$value": 6}},
  "gap": {"c": {"$type": "number", "$value": 7}},
  "new": {"e": {"$type": "number", "$value": 8}}
}"#;
const COMPONENTS: &str = r#"[
  {"name": "Button", "description": "a", "category": "input", "tokens": ["size.a"]},
  {"name": "Card", "description": "b", "category": "layout"}
]"#;

/// What the stores are called in a failure.
const NAMES: [&str; 3] = ["A", "B", "C"];

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) oracle: Oracle,
    pub(super) copies: Vec<Copy>,
    pub(super) archives: Vec<Archive>,
    /// How often what came up.
    pub(super) topics: BTreeMap<&'static str, u32>,
    /// Where archives lie.
    pub(super) dir: TempDir,
    /// Makes every value one of its own.
    pub(super) last: u64,
    trace: Vec<String>,
}

impl World {
    /// Runs that many steps and a full exchange, and checks everything after each.
    pub(super) fn run(seed: u64, steps: usize) -> TestResult<Self> {
        let mut world = Self {
            dice: Dice(seed),
            oracle: Oracle::default(),
            copies: vec![Copy::new()?, Copy::new()?, Copy::new()?],
            archives: Vec::new(),
            topics: BTreeMap::new(),
            dir: TempDir::new()?,
            last: 100,
            trace: Vec::new(),
        };
        let mut at = 0;
        let result = world.play(steps, &mut at);
        result.map_err(|error| {
            format!("{}\nseed {seed}, step {at} of {steps}: {error}", world.trace.join("\n"))
        })?;
        Ok(world)
    }

    fn play(&mut self, steps: usize, at: &mut usize) -> TestResult {
        self.begin()?;
        while *at < steps {
            *at += 1;
            self.step()?;
        }
        self.exchange_all()
    }

    /// The project is born in one store, and goes to the others by archive.
    fn begin(&mut self) -> TestResult {
        let first = &self.copies[0].machine;
        first.file("t/base.tokens.json", BASE)?;
        first.file("t/dark.tokens.json", DARK)?;
        first.file("components.json", COMPONENTS)?;
        for line in [
            "import t --project p",
            "component set p components.json",
            "theme set p mode light base",
            "theme set p mode dark base dark",
            "theme default p mode light",
        ] {
            first.ok(line)?;
        }
        self.copies[0].shown = self.copies[0].look()?;
        self.adopt(0, &[]);
        self.compare(0)?;
        let birth = self.export(0, "", true)?;
        for to in [1, 2] {
            self.import(to, birth, "manual")?;
        }
        Ok(())
    }

    /// What happens next.
    fn step(&mut self) -> TestResult {
        let at = self.below(self.copies.len());
        match self.below(100) {
            0..14 => self.set_value(at),
            14..20 => self.describe(at),
            20..25 => self.tag(at),
            25..32 => self.new_token(at),
            32..37 => self.remove(at),
            37..43 => self.rename(at),
            43..47 => self.component(at),
            47..51 => self.theme(at),
            51..68 => self.export_some(at),
            68..86 => self.import_some(at),
            86..91 => self.decide(at),
            91..94 => self.undo(at),
            _ => self.file(at),
        }
    }

    /// A number below that one, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.dice.below(bound)
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }

    /// A number that no value had yet.
    pub(super) fn unique(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(super) fn count(&mut self, topic: &'static str) {
        *self.topics.entry(topic).or_default() += 1;
    }

    /// Runs a command that must end with 0, or with 1 if it says that conflicts are open.
    pub(super) fn run_on(&mut self, at: usize, line: &str) -> TestResult<Value> {
        let said = self.say(at, line)?;
        let exit = said.exit;
        let document = said.ends(line, i32::from(exit == Some(1)))?;
        let is_open = document["openConflicts"].as_u64().is_some_and(|open| open > 0);
        let is_left = line.starts_with("undo") && document["left"].as_u64().is_some_and(|left| left > 0);
        let of_one = ["token", "component", "theme"].iter().any(|word| line.starts_with(word));
        if !of_one && (exit == Some(1)) != (is_open || is_left) || of_one && exit == Some(1) {
            return Err(format!("`{line}` ended with {exit:?}: {document}").into());
        }
        Ok(document)
    }

    /// Notes what was done by hand, for whoever has to understand a failure.
    pub(super) fn note(&mut self, at: usize, what: &str) {
        self.trace.push(format!("{}> {what}", NAMES[at]));
    }

    /// Runs a command, however it ends.
    pub(super) fn say(&mut self, at: usize, line: &str) -> TestResult<Said> {
        let said = self.copies[at].machine.run(line)?;
        let exit = said.exit.unwrap_or(-1);
        self.note(at, &format!("dss {line}   # {exit}"));
        Ok(said)
    }

    /// Looks at a store, which must show what it ought to.
    pub(super) fn check(&mut self, at: usize) -> TestResult {
        self.copies[at].shown = self.copies[at].look()?;
        self.compare(at)
    }

    /// What a store shows must be what it ought to.
    pub(super) fn compare(&self, at: usize) -> TestResult {
        let Copy { known, shown, .. } = &self.copies[at];
        if let Some(what) = difference(&self.oracle.view(known), &shown.view) {
            return Err(what.into());
        }
        // What an item's places are is not looked at. That they are in conflict takes two who did not know of each
        // other.
        let is_alone = |item: &&String| !self.oracle.is_concurrent(known, item);
        match shown.orders.iter().find(is_alone) {
            Some(item) => Err(format!("the place of {item} is in conflict with nothing").into()),
            None => Ok(()),
        }
    }

    /// Everybody sends everybody all they have, until nothing changes; then everything is decided, and sent again.
    fn exchange_all(&mut self) -> TestResult {
        self.exchange()?;
        while let Some(conflict) = self.copies[0].shown.conflicts.first().cloned() {
            self.decide_one(0, &conflict, 0)?;
        }
        self.exchange()?;
        for at in 0..self.copies.len() {
            let conflicts = &self.copies[at].shown.conflicts;
            if !conflicts.is_empty() {
                return Err(format!("store {at} still has {conflicts:?}").into());
            }
        }
        let archive = self.export(0, "", true)?;
        let path = self.archives[archive].path.display().to_string();
        for at in 0..self.copies.len() {
            self.say(at, &format!("diff p {path}"))?.ok("diff")?;
        }
        // Somebody new gets the same.
        let bytes = std::fs::read(&path)?;
        self.copies.push(Copy::new()?);
        self.copies[3].machine.ok(&format!("import {path} --project p"))?;
        if self.copies[3].machine.archive("p")? != bytes {
            return Err("a fresh store exports other bytes".into());
        }
        self.copies.pop();
        Ok(())
    }

    /// Sends all archives to all, until all export the same bytes.
    fn exchange(&mut self) -> TestResult {
        for _ in 0..2 {
            for from in 0..self.copies.len() {
                let archive = self.export(from, "", true)?;
                for to in (0..self.copies.len()).filter(|to| *to != from) {
                    self.import(to, archive, "manual")?;
                }
            }
        }
        let archives = self.copies.iter().map(|copy| copy.machine.archive("p"));
        let archives = archives.collect::<TestResult<Vec<_>>>()?;
        if archives.iter().any(|bytes| *bytes != archives[0]) {
            return Err("stores that know the same export different bytes".into());
        }
        let known: BTreeSet<&Known> = self.copies.iter().map(|copy| &copy.known).collect();
        if known.len() == 1 { Ok(()) } else { Err("the oracle lost its way".into()) }
    }

    /// Takes the decisions that a command tells of for writes.
    pub(super) fn learn_decisions(&mut self, at: usize, conflicts: &[Value], before: &Known) -> TestResult {
        let mut decisions: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for conflict in conflicts.iter().filter(|conflict| !conflict["decided"].is_null()) {
            let (item, field) = (text(&conflict["entity"])?, text(&conflict["field"])?);
            let decided = &conflict["decided"];
            let sides = list(conflict, "sides")?;
            let side = sides.iter().find(|side| side["number"] == decided["side"]);
            let value = match (side, field.as_str()) {
                (_, ORDER) => format!("#{}", self.oracle.len()),
                (Some(side), _) => super::copy::value_of(&field, &side["value"]),
                (None, "value") => decided["value"]["$value"].to_string(),
                (None, _) => decided["value"].to_string(),
            };
            // Nothing but what was in conflict may be decided; what a person writes may be anything.
            let is_one_of = self.oracle.values(before, &item, &field).contains(&value);
            if side.is_some() && field != ORDER && !is_one_of {
                return Err(format!("decided for what nobody wrote: {conflict}").into());
            }
            decisions.entry(item).or_default().insert(field, value);
        }
        for (item, fields) in decisions {
            self.count("decided");
            let life = self.oracle.values(before, &item, LIFE);
            if life.len() > 1 && !fields.contains_key(LIFE) {
                return Err(
                    format!("{item} was deleted and edited, and a field was decided in passing").into()
                );
            }
            let fields = fields.iter().map(|(field, value)| (field.as_str(), value.clone()));
            self.oracle.write(&mut self.copies[at].known, &item, fields);
        }
        Ok(())
    }
}

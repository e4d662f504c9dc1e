//! What people do in one store.

use std::collections::BTreeMap;

use dss_testkit::TestResult;
use serde_json::Value;

use super::copy::{Token, list, text};
use super::oracle::{ALIVE, DELETED, LIFE, NONE, ORDER};
use super::world::World;

const SETS: [&str; 2] = ["base", "dark"];
const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "n0", "n1", "n2"];
/// Folders that are there from the start.
pub(super) const FOLDERS: [&str; 3] = ["size", "gap", "new"];
pub(super) const TAGS: [&str; 3] = ["t0", "t1", "t2"];

impl World {
    fn any_token(&mut self, at: usize) -> Option<Token> {
        let tokens = self.copies[at].shown.tokens.clone();
        self.pick(&tokens).cloned()
    }

    /// A place, whether something stands there or not.
    fn any_place(&mut self) -> (&'static str, String) {
        let (set, folder, name) = (self.below(2), self.below(3), self.below(NAMES.len()));
        (SETS[set], format!("{}.{}", FOLDERS[folder], NAMES[name]))
    }

    /// Takes what a command changed about an item for a write of the store's, and checks the store.
    fn written<'a>(
        &mut self,
        at: usize,
        item: &str,
        values: impl IntoIterator<Item = (&'a str, String)>,
    ) -> TestResult {
        self.oracle.write(&mut self.copies[at].known, item, values);
        self.check(at)
    }

    /// The same for a token: what else there is cannot have changed, and is not looked at.
    fn written_token<'a>(
        &mut self,
        at: usize,
        item: &str,
        values: impl IntoIterator<Item = (&'a str, String)>,
    ) -> TestResult {
        self.oracle.write(&mut self.copies[at].known, item, values);
        let shown = self.copies[at].look_at_tokens()?;
        self.copies[at].shown = shown;
        self.compare(at)
    }

    /// The token that a command says it changed, which must be one of those that stand there.
    fn changed_token(&self, at: usize, token: &Token, said: &Value) -> TestResult<String> {
        let id = text(&said["id"])?;
        let is_there = |other: &Token| other.id == id && other.set == token.set && other.path == token.path;
        if self.copies[at].shown.tokens.iter().any(is_there) {
            return Ok(id);
        }
        Err(format!("another token than the one that is at {} was changed: {said}", token.path).into())
    }

    /// Text for a new value, and its number.
    fn value_for(&mut self, token_type: &str) -> (String, String) {
        let number = self.unique();
        if token_type == "dimension" {
            (format!("{number}px"), format!("{{\"value\":{number},\"unit\":\"px\"}}"))
        } else {
            (number.to_string(), number.to_string())
        }
    }

    pub(super) fn set_value(&mut self, at: usize) -> TestResult {
        let Some(token) = self.any_token(at) else { return Ok(()) };
        let (typed, json) = self.value_for(&token.kind);
        let mut line = format!("token set p {} {typed} --set {}", token.path, token.set);
        if self.copies[at].shown.only(&token.set, &token.path).is_none() {
            // Of two that stand there, the command takes one, whose type need not be this one's.
            line.push_str(&format!(" --type {}", token.kind));
        }
        let said = self.run_on(at, &line)?;
        let id = self.changed_token(at, &token, &said)?;
        self.count("value");
        self.written_token(at, &id, [("value", normal(&json)?)])
    }

    pub(super) fn describe(&mut self, at: usize) -> TestResult {
        let Some(token) = self.any_token(at) else { return Ok(()) };
        let to = format!("d{}", self.unique());
        let line = format!("token set p {} --set {} --description {to}", token.path, token.set);
        let said = self.run_on(at, &line)?;
        let id = self.changed_token(at, &token, &said)?;
        self.count("description");
        self.written_token(at, &id, [("description", format!("\"{to}\""))])
    }

    pub(super) fn tag(&mut self, at: usize) -> TestResult {
        let Some(token) = self.any_token(at) else { return Ok(()) };
        let (tag, is_on) = (TAGS[self.below(TAGS.len())], self.below(3) > 0);
        let option = if is_on { "--tag" } else { "--untag" };
        let line = format!("token set p {} --set {} {option} {tag}", token.path, token.set);
        let said = self.run_on(at, &line)?;
        let id = self.changed_token(at, &token, &said)?;
        self.count("tag");
        let value = if is_on { "true" } else { NONE };
        self.written_token(at, &id, [(format!("tag/{tag}").as_str(), value.to_owned())])
    }

    pub(super) fn new_token(&mut self, at: usize) -> TestResult {
        let (set, path) = self.any_place();
        let is_taken = |token: &Token| token.set == set && token.path == path;
        if self.copies[at].shown.tokens.iter().any(is_taken) {
            return Ok(());
        }
        let token_type = if self.below(4) == 0 { "dimension" } else { "number" };
        let (typed, json) = self.value_for(token_type);
        let line = format!("token set p {path} {typed} --set {set} --type {token_type}");
        let id = text(&self.run_on(at, &line)?["id"])?;
        let known = &self.copies[at].known;
        let mut values = BTreeMap::from([
            (LIFE.to_owned(), ALIVE.to_owned()),
            ("set".to_owned(), format!("\"{set}\"")),
            ("path".to_owned(), format!("\"{path}\"")),
            ("value".to_owned(), normal(&json)?),
            (ORDER.to_owned(), self.order()),
        ]);
        if known.contains_key(&id) {
            if self.oracle.is_alive(known, &id) {
                return Err(format!("{id} is not new, and stands elsewhere").into());
            }
            // Somebody who restores a token gets nothing back but its identity.
            for field in self.oracle.fields(known, &id) {
                values.entry(field.to_owned()).or_insert_with(|| NONE.to_owned());
            }
            self.count("restored token");
        } else {
            self.count("new token");
        }
        self.written_token(at, &id, values.iter().map(|(field, value)| (field.as_str(), value.clone())))
    }

    pub(super) fn remove(&mut self, at: usize) -> TestResult {
        let Some(token) = self.any_token(at) else { return Ok(()) };
        if self.copies[at].shown.only(&token.set, &token.path).is_none() {
            return Ok(());
        }
        self.run_on(at, &format!("token rm p {} --set {}", token.path, token.set))?;
        self.count("deletion");
        self.written_token(at, &token.id, [(LIFE, DELETED.to_owned())])
    }

    pub(super) fn rename(&mut self, at: usize) -> TestResult {
        let Some(token) = self.any_token(at) else { return Ok(()) };
        let (set, path) = self.any_place();
        if self.copies[at].shown.tokens.iter().any(|other| other.set == set && other.path == path) {
            return Ok(());
        }
        let line = format!("token mv p {} {path} --set {} --to-set {set}", token.path, token.set);
        let said = self.run_on(at, &line)?;
        let id = self.changed_token(at, &token, &said["token"])?;
        self.count("move");
        let order = self.order();
        self.written_token(
            at,
            &id,
            [("set", format!("\"{set}\"")), ("path", format!("\"{path}\"")), (ORDER, order)],
        )
    }

    /// A value for a place among siblings, of which nobody knows but that it is another.
    fn order(&self) -> String {
        format!("#{}", self.oracle.len())
    }

    pub(super) fn component(&mut self, at: usize) -> TestResult {
        let mut names: Vec<String> = ["Button", "Card", "New"].map(str::to_owned).to_vec();
        names.extend(self.copies[at].shown.components.iter().map(|(_, name)| name.clone()));
        let Some(name) = self.pick(&names).cloned() else { return Ok(()) };
        let found = self.copies[at].shown.components.iter().find(|(_, other)| *other == name).cloned();
        self.count("component");
        if let Some((id, _)) = found.filter(|_| self.last.is_multiple_of(4)) {
            self.unique();
            self.run_on(at, &format!("component rm p {name}"))?;
            return self.written(at, &id, [(LIFE, DELETED.to_owned())]);
        }
        let description = format!("c{}", self.unique());
        let others = match name.get(..4) {
            Some("Butt") => r#", "category": "input", "tokens": ["size.a"]"#,
            Some("Card") => r#", "category": "layout""#,
            _ => "",
        };
        let record = format!(r#"{{"name": "{name}", "description": "{description}"{others}}}"#);
        self.copies[at].machine.file("component.json", record)?;
        let said = self.run_on(at, "component set p component.json")?;
        let components = list(&said, "components")?;
        let component = components.iter().find(|component| component["name"] == *name).ok_or("not set")?;
        let id = text(&component["id"])?;
        self.created(at, &id, [("description", format!("\"{description}\""))])
    }

    /// A write to what is, or was, or comes into being with it.
    fn created(&mut self, at: usize, id: &str, values: [(&str, String); 1]) -> TestResult {
        let is_there = self.oracle.is_alive(&self.copies[at].known, id);
        let order = (!is_there).then(|| (ORDER, self.order()));
        let life = [(LIFE, ALIVE.to_owned())].into_iter().filter(|_| !is_there);
        self.written(at, id, values.into_iter().chain(life).chain(order))
    }

    pub(super) fn theme(&mut self, at: usize) -> TestResult {
        self.count("theme");
        let group = self.copies[at].shown.groups.first().cloned().ok_or("no theme group")?;
        let extra = self.copies[at].shown.themes.iter().find(|(_, name)| name == "extra").cloned();
        match (self.below(10), extra) {
            (0..2, _) => {
                let name = ["light", "dark"][self.below(2)];
                self.run_on(at, &format!("theme default p mode {name}"))?;
                self.written(at, &group, [("default", format!("\"{name}\""))])
            }
            (2, Some((id, _))) => {
                self.run_on(at, "theme rm p mode extra")?;
                self.written(at, &id, [(LIFE, DELETED.to_owned())])
            }
            _ => {
                let name = ["light", "dark", "extra"][self.below(3)];
                let sets = ["base", "dark", "base dark", "dark base"][self.below(4)];
                let said = self.run_on(at, &format!("theme set p mode {name} {sets}"))?;
                let themes = list(&said, "themes")?;
                let theme = themes.iter().find(|theme| theme["name"] == name).ok_or("no such theme")?;
                let id = text(&theme["id"])?;
                let sources = Value::from(sets.split(' ').collect::<Vec<_>>()).to_string();
                self.created(at, &id, [("sources", sources)])
            }
        }
    }

    /// Decides a conflict, or all.
    pub(super) fn decide(&mut self, at: usize) -> TestResult {
        let conflicts = self.copies[at].shown.conflicts.clone();
        let Some(conflict) = self.pick(&conflicts).cloned() else { return Ok(()) };
        let sides = list(&conflict, "sides")?.len();
        if self.below(6) == 0 {
            let side = ["local", "imported", "1"][self.below(3)];
            let said = self.run_on(at, &format!("conflicts p resolve --all --take {side}"))?;
            self.count("all decided");
            let known = self.copies[at].known.clone();
            self.learn_decisions(at, list(&said, "conflicts")?, &known)?;
            return self.check(at);
        }
        let side = self.below(sides);
        self.decide_one(at, &conflict, side)
    }

    /// Decides one conflict for a side, the first being 0, or for something else.
    pub(super) fn decide_one(&mut self, at: usize, conflict: &Value, side: usize) -> TestResult {
        let (item, field) = (text(&conflict["entity"])?, text(&conflict["field"])?);
        let (take, value) = if field == "description" && self.below(3) == 0 {
            let value = format!("\"r{}\"", self.unique());
            (format!("--value {value}"), Some(value))
        } else {
            let taken = &conflict["sides"][side];
            let value = super::copy::value_of(&field, &taken["value"]);
            (format!("--take {}", taken["number"]), (field != ORDER).then_some(value))
        };
        let line = format!("conflicts p resolve {item} --field {field} {take}");
        let said = self.run_on(at, &line)?;
        if said["resolved"].as_u64().unwrap_or(0) == 0 {
            return Err(format!("`{line}` decided nothing: {said}").into());
        }
        self.count("decided by hand");
        let value = value.unwrap_or_else(|| self.order());
        self.written(at, &item, [(field.as_str(), value)])
    }
}

/// JSON as it is written in lists.
fn normal(json: &str) -> TestResult<String> {
    Ok(serde_json::from_str::<Value>(json)?.to_string())
}

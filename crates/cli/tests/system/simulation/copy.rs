//! A store of the simulation, and what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use dss_testkit::TestResult;
use serde_json::Value;

use super::oracle::{ALIVE, DELETED, Fields, Known, LIFE, NONE, ORDER, Oracle, View};
use crate::support::Machine;

/// A store with its copy of the project.
pub(super) struct Copy {
    pub(super) machine: Machine,
    /// What it ought to know.
    pub(super) known: Known,
    /// What it ought to have known before and after each import that changed something, by number.
    pub(super) imports: BTreeMap<u64, (Known, Known)>,
    pub(super) folders: Vec<Folder>,
    pub(super) shown: Shown,
}

/// A folder of token files that came from a store: a source of its own.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// What whoever edits its files can have seen: what was exported, and their own edits.
    pub(super) known: Known,
    /// What the files say now, and what they said when they were imported the last time.
    pub(super) says: View,
    pub(super) said: View,
}

impl Folder {
    /// What whoever edits a field of an item in its file knew of it, of all that is known where it is imported: also
    /// what the file has said itself. That an item was deleted is nothing that a file can tell.
    pub(super) fn knows(&self, oracle: &Oracle, here: &Known, item: &str, field: &str) -> BTreeSet<usize> {
        let mut knows = self.known.get(item).cloned().unwrap_or_default();
        knows.retain(|write| oracle.value(*write, LIFE) != DELETED);
        if let Some(said) = self.said.get(item).and_then(|said| said.get(field)) {
            let heads = oracle.heads(here, item, field).into_iter();
            knows.extend(heads.filter(|write| said.contains(oracle.value(*write, field))));
        }
        knows
    }

    /// What a deletion in the files knew of an item: all, if it shows nothing but what they have said themselves;
    /// else not that it still exists.
    pub(super) fn knows_all(&self, oracle: &Oracle, here: &Known, item: &str) -> BTreeSet<usize> {
        let mut all = here.get(item).cloned().unwrap_or_default();
        let said = self.said.get(item);
        let none = BTreeSet::from([NONE.to_owned()]);
        let is_said = |field: &&str| {
            let said = said.and_then(|said| said.get(*field)).unwrap_or(&none);
            oracle.values(here, item, field) == *said
        };
        let mut fields = oracle.fields(here, item).into_iter().filter(|field| ![LIFE, ORDER].contains(field));
        if !fields.all(|field| is_said(&field)) {
            let life = oracle.heads(here, item, LIFE);
            // Nor that it was deleted before: this deletion is one of its own.
            all.retain(|write| !life.contains(write) && oracle.value(*write, LIFE) != DELETED);
        }
        all
    }

    /// What the files have said, and say no more, of what they can say anything about.
    pub(super) fn missing(&self) -> Vec<String> {
        let can_say = |fields: &Fields| fields.contains_key("path") || fields.contains_key("sources");
        let said = self.said.iter().filter(|(_, fields)| can_say(fields));
        said.map(|(item, _)| item.clone()).filter(|item| !self.says.contains_key(item)).collect()
    }
}

/// What a store shows.
#[derive(Clone, Default)]
pub(super) struct Shown {
    pub(super) view: View,
    /// The same without what does not show because of a conflict.
    pub(super) plain: View,
    /// Fields that are in conflict, and are nobody's business but the implementation's.
    pub(super) orders: BTreeSet<String>,
    pub(super) tokens: Vec<Token>,
    /// Components and themes with their names.
    pub(super) components: Vec<(String, String)>,
    pub(super) themes: Vec<(String, String)>,
    /// Theme groups.
    pub(super) groups: Vec<String>,
    pub(super) conflicts: Vec<Value>,
    /// The last write of each token, and when each component's was.
    pub(super) revisions: BTreeMap<String, String>,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) id: String,
    pub(super) set: String,
    pub(super) path: String,
    /// Its type, or nothing.
    pub(super) kind: String,
}

impl Copy {
    pub(super) fn new() -> TestResult<Self> {
        Ok(Self {
            machine: Machine::new()?,
            known: Known::new(),
            imports: BTreeMap::new(),
            folders: Vec::new(),
            shown: Shown::default(),
        })
    }

    /// Everything that the commands for looking tell.
    pub(super) fn look(&self) -> TestResult<Shown> {
        let mut shown = Shown::default();
        self.look_at_components(&mut shown)?;
        self.look_at_themes(&mut shown)?;
        self.look_at_the_rest(shown)
    }

    /// The same, after a write to a token: nothing else can have changed.
    pub(super) fn look_at_tokens(&self) -> TestResult<Shown> {
        let Shown { plain, tokens, components, themes, groups, mut revisions, .. } = self.shown.clone();
        let is_token = |id: &String| tokens.iter().any(|token| token.id == *id);
        let view: View = plain.into_iter().filter(|(id, _)| !is_token(id)).collect();
        revisions.retain(|id, _| view.contains_key(id));
        self.look_at_the_rest(Shown { view, components, themes, groups, revisions, ..Shown::default() })
    }

    fn look_at_components(&self, shown: &mut Shown) -> TestResult {
        for component in list(&self.machine.ok("component list p")?, "components")? {
            let mut fields = alive();
            show(&mut fields, "description", &component["record"]["description"]);
            let id = text(&component["id"])?;
            shown.components.push((id.clone(), text(&component["name"])?));
            shown.revisions.insert(id.clone(), text(&component["updatedAt"])?);
            shown.add(&id, fields)?;
        }
        Ok(())
    }

    fn look_at_themes(&self, shown: &mut Shown) -> TestResult {
        for group in list(&self.machine.ok("theme list p")?, "layers")? {
            if group["kind"] != "themeGroup" {
                continue;
            }
            let mut fields = alive();
            show(&mut fields, "default", &group["default"]);
            shown.groups.push(text(&group["id"])?);
            shown.add(&text(&group["id"])?, fields)?;
            for theme in list(group, "themes")? {
                let mut fields = alive();
                show(&mut fields, "sources", &theme["sources"]);
                let id = text(&theme["id"])?;
                shown.add(&id, fields)?;
                shown.themes.push((id, text(&theme["name"])?));
            }
        }
        Ok(())
    }

    fn look_at_the_rest(&self, mut shown: Shown) -> TestResult<Shown> {
        let tokens = self.machine.ok("token list p")?;
        for token in list(&tokens, "tokens")? {
            let id = text(&token["id"])?;
            let mut fields = alive();
            for name in ["set", "path", "value", "description"] {
                show(&mut fields, name, &token[name]);
            }
            for tag in token["tags"].as_array().into_iter().flatten() {
                show(&mut fields, &format!("tag/{}", text(tag)?), &Value::Bool(true));
            }
            shown.revisions.insert(id.clone(), text(&token["revision"])?);
            shown.tokens.push(Token {
                id: id.clone(),
                set: text(&token["set"])?,
                path: text(&token["path"])?,
                kind: text(&token["type"])?,
            });
            shown.add(&id, fields)?;
        }
        shown.plain = shown.view.clone();
        let exit = self.machine.run("conflicts p list")?;
        let is_open = exit.exit == Some(1);
        let conflicts = exit.ends("conflicts p list", i32::from(is_open))?;
        for conflict in list(&conflicts, "conflicts")? {
            shown.add_conflict(conflict)?;
        }
        if is_open == shown.conflicts.is_empty() || conflicts["openConflicts"] != shown.conflicts.len() {
            return Err(format!("`conflicts p list` ended with {is_open}: {conflicts}").into());
        }
        Ok(shown)
    }
}

impl Shown {
    fn add(&mut self, id: &str, fields: Fields) -> TestResult {
        match self.view.insert(id.to_owned(), fields) {
            None => Ok(()),
            Some(_) => Err(format!("{id} is listed twice").into()),
        }
    }

    /// A field that has several values; one of them shows.
    fn add_conflict(&mut self, conflict: &Value) -> TestResult {
        let (id, field) = (text(&conflict["entity"])?, text(&conflict["field"])?);
        self.conflicts.push(conflict.clone());
        if field == ORDER {
            self.orders.insert(id);
            return Ok(());
        }
        let fields = self.view.get_mut(&id).ok_or_else(|| format!("a conflict of nothing: {conflict}"))?;
        let of = |side: &Value| value_of(&field, &side["value"]);
        let sides = list(conflict, "sides")?;
        let values: BTreeSet<String> = sides.iter().map(of).collect();
        let showing: BTreeSet<String> = sides.iter().filter(|side| side["shown"] == true).map(of).collect();
        let shown = fields.get(&field).cloned().unwrap_or_else(|| BTreeSet::from([NONE.to_owned()]));
        if sides.len() < 2 || values.len() != sides.len() || showing != shown {
            return Err(format!("shows {shown:?}, but its conflict says {conflict}").into());
        }
        fields.insert(field, values);
        Ok(())
    }

    /// The only token that stands there, or none.
    pub(super) fn only(&self, set: &str, path: &str) -> Option<&Token> {
        let mut there = self.tokens.iter().filter(|token| token.set == set && token.path == path);
        there.next().filter(|_| there.next().is_none())
    }
}

fn alive() -> Fields {
    Fields::from([(LIFE.to_owned(), BTreeSet::from([ALIVE.to_owned()]))])
}

fn show(fields: &mut Fields, name: &str, value: &Value) {
    if !value.is_null() {
        fields.insert(name.to_owned(), BTreeSet::from([value.to_string()]));
    }
}

/// The value of a side of a conflict, as lists show it.
pub(super) fn value_of(field: &str, value: &Value) -> String {
    if field == "value" { value["$value"].to_string() } else { value.to_string() }
}

pub(super) fn list<'a>(document: &'a Value, name: &str) -> TestResult<&'a Vec<Value>> {
    document[name].as_array().ok_or_else(|| format!("no list of {name}: {document}").into())
}

pub(super) fn text(value: &Value) -> TestResult<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no text: {value}").into())
}

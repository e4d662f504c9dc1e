//! What of a project is wanted.
//!
//! Archives are merged, files are read: an archive also carries what was deleted or has left the selection,
//! so that whoever got an earlier one learns of it. That is decided by everything an entity ever held here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use dss_model::{Entity, EntityId, JsonRef, JsonText, Kind, RegName, Register, TokenPath, Value};
use dss_store::{LifeFilter, ReadTx, Row, Scan};

use super::since::Since;
use crate::ServiceError;
use crate::options::Selection;

type Result<T> = std::result::Result<T, ServiceError>;

/// A selection, checked against the project.
pub(super) struct Wanted<'a> {
    tx: &'a dyn ReadTx,
    selection: &'a Selection,
    /// The sets that are named, or were once.
    sets: BTreeSet<EntityId>,
    since: Since<'a>,
    /// Whether what an entity once was counts as well.
    with_past: bool,
}

impl<'a> Wanted<'a> {
    /// Refuses a selection that names sets which never existed.
    pub(super) fn new(
        tx: &'a dyn ReadTx,
        selection: &'a Selection,
        since: Since<'a>,
        with_past: bool,
    ) -> Result<Self> {
        let mut wanted = Self { tx, selection, sets: BTreeSet::new(), since, with_past };
        if !selection.sets.is_empty() {
            wanted.find_sets()?;
        }
        Ok(wanted)
    }

    fn find_sets(&mut self) -> Result<()> {
        let mut rows = Vec::new();
        let life = if self.with_past { LifeFilter::Any } else { LifeFilter::Alive };
        self.tx.scan(&Scan::kinds(&[Kind::TokenSet]).life(life), &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        let mut found: BTreeSet<&String> = BTreeSet::new();
        for row in rows {
            let mut names = BTreeSet::from([row.columns.path]);
            if self.with_past {
                each_past(self.tx, &row.entity, &mut |name, value| {
                    let text = value.json().and_then(|json| json.get_ref().string());
                    names.extend(text.filter(|_| *name == RegName::NAME).map(Cow::into_owned));
                })?;
            }
            for name in self.selection.sets.iter().filter(|name| names.contains(*name)) {
                found.insert(name);
                self.sets.insert(row.entity.id());
            }
        }
        match self.selection.sets.iter().find(|name| !found.contains(name)) {
            Some(name) => Err(ServiceError::NotFound { what: "token set", name: name.clone() }),
            None => Ok(()),
        }
    }

    /// Whether it is all of the project.
    pub(super) const fn is_everything(&self) -> bool {
        self.selection.is_everything() && matches!(self.since, Since::Always)
    }

    /// Whether the entity is wanted.
    pub(super) fn has(&self, row: &Row) -> Result<bool> {
        Ok(self.is_selected(row)? && self.since.has(self.tx, row)?)
    }

    fn is_selected(&self, row: &Row) -> Result<bool> {
        let selection = self.selection;
        if selection.is_everything() {
            return Ok(true);
        }
        let has_token_filter =
            !(selection.tags.is_empty() && selection.folders.is_empty() && selection.types.is_empty());
        match row.entity.kind() {
            Kind::TokenSet => Ok(!has_token_filter && self.sets.contains(&row.entity.id())),
            Kind::Token if selection.selects_tokens() => self.fits(row),
            // Groups have neither type nor tags: those of wanted tokens come along all the same.
            Kind::Group
                if selection.selects_tokens() && selection.types.is_empty() && selection.tags.is_empty() =>
            {
                self.fits(row)
            }
            Kind::Component if selection.selects_components() => self.fits(row),
            _ => Ok(false),
        }
    }

    fn fits(&self, row: &Row) -> Result<bool> {
        let mut held = Held::shown(row);
        if self.matches(row, &held) {
            return Ok(true);
        }
        if !self.with_past {
            return Ok(false);
        }
        each_past(self.tx, &row.entity, &mut |name, value| held.add(name, value))?;
        Ok(self.matches(row, &held))
    }

    fn matches(&self, row: &Row, held: &Held) -> bool {
        let selection = self.selection;
        let in_folder =
            |path: &TokenPath| selection.folders.iter().any(|folder| path == folder || path.is_below(folder));
        let any = |wanted: &[String], held: &BTreeSet<String>| wanted.iter().any(|name| held.contains(name));
        let is_tagged = selection.tags.is_empty() || any(&selection.tags, &held.tags);
        if row.entity.kind() == Kind::Component {
            return is_tagged
                && (selection.categories.is_empty() || any(&selection.categories, &held.categories));
        }
        // What a deleted token got its type from is gone: it is carried rather than forgotten.
        let is_type_lost = !row.entity.is_alive() && held.types.is_empty();
        is_tagged
            && (selection.sets.is_empty() || !held.sets.is_disjoint(&self.sets))
            && (selection.folders.is_empty() || held.paths.iter().any(in_folder))
            && (selection.types.is_empty() || is_type_lost || any(&selection.types, &held.types))
    }

    /// The selection, as archives say it.
    pub(super) fn to_json(&self) -> JsonText {
        let selection = self.selection;
        JsonText::object(|out| {
            let mut list = |name: &str, items: Vec<&str>| {
                if !items.is_empty() {
                    out.array(name, |out| items.iter().for_each(|item| out.string(item)));
                }
            };
            list("sets", selection.sets.iter().map(String::as_str).collect());
            list("tags", selection.tags.iter().map(String::as_str).collect());
            list("folders", selection.folders.iter().map(TokenPath::as_str).collect());
            list("types", selection.types.iter().map(String::as_str).collect());
            list("categories", selection.categories.iter().map(String::as_str).collect());
            self.since.write(out);
        })
    }
}

/// Visits everything that an entity's registers hold or held here.
fn each_past(tx: &dyn ReadTx, entity: &Entity, each: &mut dyn FnMut(&RegName, &Value)) -> Result<()> {
    for (name, register) in entity.registers() {
        register.pairs().iter().for_each(|pair| each(name, &pair.value));
    }
    tx.history(Some(entity.id()), &mut |record| {
        each(&record.register, &record.pair.value);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// What a selection looks at, of one entity.
#[derive(Default)]
struct Held {
    sets: BTreeSet<EntityId>,
    paths: BTreeSet<TokenPath>,
    types: BTreeSet<String>,
    tags: BTreeSet<String>,
    categories: BTreeSet<String>,
}

impl Held {
    /// What it shows now.
    fn shown(row: &Row) -> Self {
        let mut held = Self::default();
        for (name, register) in row.entity.registers() {
            if let Some(pair) = Register::shown(register) {
                held.add(name, &pair.value);
            }
        }
        // Its own or its groups' or its target's: what it really has. Which one a deleted token was given depends
        // on when it was deleted, and nobody knows for what came deleted already.
        if let Some(token_type) = row.columns.token_type.as_ref().filter(|_| row.entity.is_alive()) {
            held.types = BTreeSet::from([token_type.clone()]);
        }
        held
    }

    fn add(&mut self, name: &RegName, value: &Value) {
        let string = || value.json().and_then(|json| json.get_ref().string());
        if *name == RegName::SET {
            self.sets.extend(value.entity());
        } else if *name == RegName::PATH {
            self.paths.extend(string().and_then(|path| TokenPath::parse(&path)));
        } else if *name == RegName::VALUE {
            let own = value.json().and_then(|json| json.get_ref().get("$type")).and_then(JsonRef::string);
            self.types.extend(own.map(Cow::into_owned));
        } else if name.as_str() == "category" {
            self.categories.extend(string().map(Cow::into_owned));
        } else if *value != Value::Absent {
            self.tags.extend(name.member_of("tag").map(Cow::into_owned));
        }
    }
}

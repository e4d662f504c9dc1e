//! What a design has of a payload's variables already, so that reading the payload again says only what is new in it.
//!
//! A set that says which collection and mode it is stays the set that it is, whatever it is called and wherever it applies;
//! and a token whose variable has the value that the token is written as stays as it is spelled: `1rem` where Figma has 16.

use std::collections::{HashMap, HashSet};

use super::design::columns;
use super::layout::{Collection, Layout, Variable};
use super::tokens::flatten;
use super::{CODE_SYNTAX, HIDDEN, SCOPES, VARIABLE_ID, names, value, write};
use crate::design::{Design, TokenSet};
use crate::error::InteropError;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::{keep, kept, take};
use crate::report::Report;
use crate::themes::Themes;

/// A design, by Figma's ids.
pub(super) struct Known {
    sets: Vec<TokenSet>,
    documents: Vec<Object>,
    /// The set of each collection and mode.
    homes: HashMap<(String, String), usize>,
    /// The path of each variable in each set, and its type there.
    places: HashMap<(usize, String), (Vec<String>, String)>,
    /// What Figma would have if it had the design.
    written: HashMap<String, Object>,
    /// Collections that a layer or modifier was made of.
    owned: HashSet<String>,
}

impl Known {
    pub(super) fn of(design: &Design) -> Result<Self, InteropError> {
        let written = write::local(design, &mut Report::default())?;
        let themes = Themes::of(design)?;
        let documents: Vec<Object> = themes.sets.iter().map(write::document).collect();
        let mut known = Self {
            sets: themes.sets.clone(),
            homes: HashMap::new(),
            places: HashMap::new(),
            written: written.variables.into_iter().collect(),
            owned: HashSet::new(),
            documents: Vec::new(),
        };
        for column in columns(&themes, &documents) {
            if column.stated.is_some() {
                known.owned.insert(column.id.clone());
            }
            for (mode, set) in column.modes.into_iter().filter_map(|mode| Some((mode.id, mode.set?))) {
                known.homes.insert((column.id.clone(), mode), set);
            }
        }
        for (set, document) in documents.iter().enumerate() {
            for token in flatten(document) {
                if let Some(id) = token.variable_id() {
                    let kind = token.kind().to_owned();
                    known.places.entry((set, id.to_owned())).or_insert((token.path, kind));
                }
            }
        }
        known.documents = documents;
        Ok(known)
    }

    /// Gives a payload's sets and tokens the places that they have in the design.
    pub(super) fn place(&self, layout: &mut Layout<'_>) {
        for collection in &mut layout.collections {
            let sets: Vec<usize> =
                collection.modes.iter().filter_map(|mode| self.home(collection.id, mode.id)).collect();
            let Some(first) = sets.first() else { continue };
            let group = self
                .documents
                .get(*first)
                .and_then(|document| kept(document, Format::Figma)?.string("group"));
            collection.group = group.map(str::to_owned);
            let stated: Vec<&str> = collection
                .variables
                .iter()
                .map(|variable| variable.stated.string("name").unwrap_or_default())
                .collect();
            let plain = names::paths(stated.into_iter(), group);
            for (variable, plain) in collection.variables.iter_mut().zip(plain) {
                let known = sets.iter().find_map(|set| self.places.get(&(*set, variable.id.to_owned())));
                let known = known.map(|(path, _)| path);
                let is_renamed = self.differs(variable, "name");
                variable.path = known.filter(|_| !is_renamed).cloned().unwrap_or(plain);
            }
            for mode in &mut collection.modes {
                if let Some(set) = self.home(collection.id, mode.id).and_then(|set| self.sets.get(set)) {
                    mode.set.clone_from(&set.name);
                }
            }
        }
    }

    /// Whether a collection's place among layers and themes is the design's own affair.
    pub(super) fn is_placed(&self, collection: &Collection<'_>) -> bool {
        self.is_home(collection) && !self.owned.contains(collection.id)
    }

    /// Whether the design has sets for a collection.
    pub(super) fn is_home(&self, collection: &Collection<'_>) -> bool {
        collection.modes.iter().any(|mode| self.home(collection.id, mode.id).is_some())
    }

    /// The file of a set of that name.
    pub(super) fn file(&self, name: &str) -> Option<&str> {
        self.sets.iter().find(|set| set.name == name).map(|set| set.file.as_str())
    }

    /// The document of a mode, with those tokens that the payload has too, if the design has one: `tokens` are those of
    /// the payload. Tokens that it uses are taken out of them.
    pub(super) fn document<'a>(
        &self,
        collection: &Collection<'a>,
        mode: &str,
        tokens: &mut HashMap<&'a str, Object>,
    ) -> Option<Object> {
        let set = self.home(collection.id, mode)?;
        let variables: HashMap<&str, &Variable<'_>> =
            collection.variables.iter().map(|variable| (variable.id, variable)).collect();
        let update = |path: &[String], own: &Object| {
            let id = own.get("$extensions")?.get(VARIABLE_ID)?.as_str()?;
            let (id, variable) = variables.get_key_value(id)?;
            let token = tokens.remove(*id)?;
            let mut updated = self.updated(own, &token, variable, (set, mode));
            if variable.path == path {
                return Some(updated);
            }
            // It stands elsewhere now, where its group does not give it its type.
            if let Some(kind) = self.kind(set, variable).filter(|_| !updated.has("$type")) {
                updated.set("$type", kind);
            }
            tokens.insert(id, updated);
            None
        };
        let document = self.documents.get(set)?;
        let mut updated = rewritten(document, &mut Vec::new(), &mut { update });
        // A value that the design has from another theme, and that Figma was given for want of one, is no news.
        tokens.retain(|id, _| variables.get(id).is_none_or(|variable| !self.is_filled(set, variable, mode)));
        let mut kept = kept(document, Format::Figma).cloned().unwrap_or_default();
        kept.set("collection", collection.id);
        kept.set("mode", mode);
        keep(&mut updated, Format::Figma, kept);
        Some(updated)
    }

    fn home(&self, collection: &str, mode: &str) -> Option<usize> {
        self.homes.get(&(collection.to_owned(), mode.to_owned())).copied()
    }

    /// The type that a variable's token has in a set.
    fn kind(&self, set: usize, variable: &Variable<'_>) -> Option<&str> {
        let (_, kind) = self.places.get(&(set, variable.id.to_owned()))?;
        Some(kind.as_str()).filter(|kind| !kind.is_empty())
    }

    /// Whether a variable says something else than Figma would have of the design.
    fn differs(&self, variable: &Variable<'_>, member: &str) -> bool {
        self.written.get(variable.id).and_then(|written| written.get(member)) != variable.stated.get(member)
    }

    /// Whether a variable has the same value in a mode whose set has no token for it as in the first.
    fn is_filled(&self, set: usize, variable: &Variable<'_>, mode: &str) -> bool {
        let is_known = self.written.contains_key(variable.id);
        let is_there = self.places.contains_key(&(set, variable.id.to_owned()));
        let values = variable.stated.get("valuesByMode").and_then(Json::as_object);
        let mut others = values.into_iter().flat_map(Object::iter).filter(|(other, _)| *other != mode);
        let own = values.and_then(|values| values.get(mode));
        let is_same = own.is_some_and(|own| others.any(|(_, other)| value::is_same(own, other)));
        is_known && !is_there && is_same
    }

    /// A token with what is new in its variable; `read` is what the payload says by itself.
    fn updated(
        &self,
        own: &Object,
        read: &Object,
        variable: &Variable<'_>,
        (set, mode): (usize, &str),
    ) -> Object {
        let mut token = own.clone();
        let written = self.written.get(variable.id);
        let value_in = |variable: &Object| variable.get("valuesByMode")?.get(mode).cloned();
        let (here, there) = (written.and_then(value_in), value_in(variable.stated));
        let is_same = here.zip(there.as_ref()).is_some_and(|(here, there)| value::is_same(&here, there));
        if let Some(there) = there.filter(|_| !is_same) {
            let kind = self.kind(set, variable).unwrap_or_default();
            let fits = value::resolved_type(kind, &there) == variable.stated.string("resolvedType");
            let plain = value::target(&there).is_none() && fits;
            match (plain, read.get("$value")) {
                (true, _) => token.set("$value", value::to_dtcg(kind, &there)),
                (false, Some(value)) => {
                    token.set("$value", value.clone());
                    if !fits && let Some(kind) = read.get("$type") {
                        token.set("$type", kind.clone());
                    }
                }
                (false, None) => {}
            }
        }
        if self.differs(variable, "description") {
            match read.get("$description") {
                Some(description) => token.set("$description", description.clone()),
                None => drop(token.remove("$description")),
            }
        }
        take(&mut token, Format::Figma);
        let of_read =
            |name: &str| read.get("$extensions").and_then(|extensions| extensions.get(name)).cloned();
        token.with_object("$extensions", |extensions| {
            for name in [VARIABLE_ID, SCOPES, CODE_SYNTAX, HIDDEN] {
                match of_read(name) {
                    Some(value) => extensions.set(name, value),
                    None => drop(extensions.remove(name)),
                }
            }
        });
        keep(&mut token, Format::Figma, kept(read, Format::Figma).cloned().unwrap_or_default());
        token
    }
}

/// A document with its tokens replaced by what `update` makes of them, and without those of which it makes nothing.
fn rewritten(
    group: &Object,
    path: &mut Vec<String>,
    update: &mut impl FnMut(&[String], &Object) -> Option<Object>,
) -> Object {
    let mut made = Object::new();
    for (key, value) in group.iter() {
        let Some(child) = value.as_object().filter(|_| !key.starts_with('$') || key == "$root") else {
            made.push(key, value.clone());
            continue;
        };
        path.push(key.to_owned());
        let inside = rewritten(child, path, update);
        let child = if child.has("$value") { update(path, &inside) } else { Some(inside) };
        path.pop();
        child.into_iter().for_each(|child| made.push(key, child));
    }
    made
}

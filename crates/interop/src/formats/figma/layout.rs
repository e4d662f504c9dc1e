//! What a payload's collections, modes and variables are called as sets, themes and tokens.

use std::collections::{HashMap, HashSet};

use super::names;
use super::payload::{Payload, is_true};
use crate::json::{Json, Object};
use crate::names::Names;

/// A payload's collections, in order.
pub(super) struct Layout<'a> {
    pub(super) collections: Vec<Collection<'a>>,
    /// Each variable that has a place: its collection's number, and its own in that.
    pub(super) places: HashMap<&'a str, (usize, usize)>,
}

/// A collection: a modifier, or a layer.
pub(super) struct Collection<'a> {
    pub(super) id: &'a str,
    pub(super) stated: &'a Object,
    /// What the modifier or layer is called.
    pub(super) name: String,
    /// The group that its tokens stand in, where others have tokens of the same names.
    pub(super) group: Option<String>,
    pub(super) modes: Vec<Mode<'a>>,
    pub(super) variables: Vec<Variable<'a>>,
}

/// A mode: a context, and the set that it is.
pub(super) struct Mode<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) set: String,
}

/// A variable: a token in each mode's set.
pub(super) struct Variable<'a> {
    pub(super) id: &'a str,
    pub(super) stated: &'a Object,
    pub(super) path: Vec<String>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(payload: &'a Payload) -> Self {
        let mut members = members(payload);
        let called = called(payload);
        let mut sets = Names::default();
        let mut collections: Vec<Collection<'a>> = Vec::new();
        for ((id, stated), name) in payload.collections.iter().zip(called) {
            let modes = modes(stated, &name, &mut sets);
            // Without a mode there is no set that could hold anything.
            let variables = members.remove(id.as_str()).filter(|_| !modes.is_empty()).unwrap_or_default();
            let variables =
                variables.into_iter().map(|(id, stated)| Variable { id, stated, path: Vec::new() }).collect();
            collections.push(Collection { id, stated, name, group: None, modes, variables });
        }
        let plain: Vec<_> = collections
            .iter()
            .map(|one| (one.name.as_str(), is_true(one.stated, "remote"), names::paths(one.names(), None)))
            .collect();
        let groups = names::groups(&plain);
        let mut places = HashMap::new();
        for ((at, collection), group) in collections.iter_mut().enumerate().zip(groups) {
            let paths = names::paths(collection.names(), group.as_deref());
            collection.group = group;
            for ((index, variable), path) in collection.variables.iter_mut().enumerate().zip(paths) {
                variable.path = path;
                places.insert(variable.id, (at, index));
            }
        }
        Self { collections, places }
    }

    /// The variable of that id.
    pub(super) fn variable(&self, id: &str) -> Option<&Variable<'a>> {
        let (collection, index) = self.places.get(id)?;
        self.collections.get(*collection)?.variables.get(*index)
    }
}

impl<'a> Collection<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.variables.iter().map(|variable| variable.stated.string("name").unwrap_or_default())
    }
}

/// The variables of each collection, in its order; those that it does not list come last.
fn members(payload: &Payload) -> HashMap<&str, Vec<(&str, &Object)>> {
    let all: HashMap<&str, &Object> =
        payload.variables.iter().map(|(id, variable)| (id.as_str(), variable)).collect();
    let home = |variable: &'_ Object| variable.string("variableCollectionId").map(str::to_owned);
    let mut members: HashMap<&str, Vec<(&str, &Object)>> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for (id, collection) in &payload.collections {
        let listed = collection.get("variableIds").and_then(Json::as_array).unwrap_or_default();
        let of_it = members.entry(id).or_default();
        for (id_of, variable) in listed.iter().filter_map(|id| all.get_key_value(id.as_str()?)) {
            if home(variable).as_deref() == Some(id) && seen.insert(id_of) {
                of_it.push((id_of, variable));
            }
        }
    }
    for (id, variable) in payload.variables.iter().filter(|(id, _)| !seen.contains(id.as_str())) {
        let of_it = variable.string("variableCollectionId").and_then(|home| members.get_mut(home));
        of_it.into_iter().for_each(|of_it| of_it.push((id, variable)));
    }
    members
}

/// What the collections are called: different, and those of the file itself first, so that what it uses of others changes
/// no name.
fn called(payload: &Payload) -> Vec<String> {
    let mut names = Names::default();
    let mut called = vec![String::new(); payload.collections.len()];
    for of_others in [false, true] {
        for ((_, collection), called) in payload.collections.iter().zip(&mut called) {
            if is_true(collection, "remote") == of_others {
                let name = collection.string("name").filter(|name| !name.is_empty()).unwrap_or("collection");
                *called = names.unique(name);
            }
        }
    }
    called
}

/// The modes of a collection, each listed once.
fn modes<'a>(collection: &'a Object, name: &str, sets: &mut Names) -> Vec<Mode<'a>> {
    let mut contexts = Names::default();
    let mut seen = HashSet::new();
    let listed = collection.get("modes").and_then(Json::as_array).unwrap_or_default();
    let mode = |mode: &'a Json| {
        let id = mode.get("modeId")?.as_str().filter(|id| seen.insert(*id))?;
        let called = mode.get("name").and_then(Json::as_str).filter(|name| !name.is_empty());
        let context = contexts.unique(called.unwrap_or(super::ONLY_MODE));
        let set = sets.unique(&format!("{name}/{context}"));
        Some(Mode { id, name: context, set })
    };
    listed.iter().filter_map(mode).collect()
}

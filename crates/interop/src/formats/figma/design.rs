//! A design's sets as columns: each set is one mode of one collection.
//!
//! The sets that a theme group's themes have to themselves are modes of one collection; what themes share, and what always
//! applies, are collections with one mode.

use std::collections::{HashMap, HashSet};

use super::ONLY_MODE;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::EXTENSION;
use crate::names::Names;
use crate::themes::{GroupOf, Step, Themes};

/// A collection to be.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) modes: Vec<Mode>,
    /// The number of the mode that is the default, if the design says so.
    pub(super) default: Option<usize>,
    /// The collection as it stood in the payload that it came from.
    pub(super) stated: Option<Object>,
}

impl Column {
    /// The ids of its variables in the order that is kept, if one is.
    pub(super) fn listed(&self) -> &[Json] {
        let listed = self.stated.as_ref().and_then(|stated| stated.get("variableIds")?.as_array());
        listed.unwrap_or_default()
    }
}

/// A mode, and the set that it is.
#[derive(Debug)]
pub(super) struct Mode {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) set: Option<usize>,
}

/// What a layer or modifier keeps for the whole payload.
pub(super) fn kept_file(themes: &Themes) -> Option<Object> {
    let layers = themes.layers.iter().map(|layer| layer.extensions.as_ref());
    let groups = themes.groups.iter().map(|group| group.extensions.as_ref());
    let mut files = layers.chain(groups).filter_map(|extensions| kept(extensions?)?.get("file")?.as_object());
    files.next().cloned()
}

/// What extensions keep for Figma.
fn kept(extensions: &Object) -> Option<&Object> {
    extensions.get(EXTENSION)?.get(Format::Figma.name())?.as_object()
}

/// The columns, in the order in which they apply.
pub(super) fn columns(themes: &Themes, documents: &[Object]) -> Vec<Column> {
    let mut planner = Planner {
        themes,
        documents,
        taken: HashSet::new(),
        names: Names::default(),
        ids: HashSet::new(),
        columns: Vec::new(),
    };
    for step in &themes.order {
        match step {
            Step::Layer(at) => {
                if let Some(layer) = themes.layers.get(*at) {
                    planner.layer(&layer.name, &layer.sets, layer.extensions.as_ref());
                }
            }
            Step::Group(at) => {
                if let Some(group) = themes.groups.get(*at) {
                    planner.group(group);
                }
            }
        }
    }
    for set in 0..themes.sets.len() {
        planner.single(set);
    }
    planner.columns
}

/// A collection as a layer or modifier keeps it, and what it is called now.
struct Stated {
    collection: Object,
    name: String,
}

impl Stated {
    fn of(extensions: &Object, owner: &str) -> Option<Self> {
        let kept = kept(extensions)?;
        let collection = kept.get("collection")?.as_object()?.clone();
        let name = collection.string("name");
        // A name that others have, too, stands for the one that was made of it.
        let name = match kept.string("as") {
            Some(called) if called == owner => name.unwrap_or_default(),
            _ => owner,
        };
        let name = name.to_owned();
        Some(Self { collection, name })
    }
}

struct Planner<'a> {
    themes: &'a Themes,
    documents: &'a [Object],
    /// The sets that have a place.
    taken: HashSet<usize>,
    names: Names,
    ids: HashSet<String>,
    columns: Vec<Column>,
}

impl Planner<'_> {
    fn layer(&mut self, name: &str, sets: &[usize], extensions: Option<&Object>) {
        if let Some(stated) = extensions.and_then(|extensions| Stated::of(extensions, name)) {
            let set = sets.iter().copied().find(|set| self.taken.insert(*set));
            self.add(name, &[(String::new(), set)], None, Some(stated));
        }
        for set in sets {
            self.single(*set);
        }
    }

    /// A collection for one set.
    fn single(&mut self, set: usize) {
        if self.taken.insert(set) {
            let name = self.themes.sets.get(set).map(|set| set.name.clone()).unwrap_or_default();
            self.add(&name, &[(ONLY_MODE.to_owned(), Some(set))], None, None);
        }
    }

    fn group(&mut self, group: &GroupOf) {
        let mut used: HashMap<usize, usize> = HashMap::new();
        for (_, sets) in &group.themes {
            for set in sets.iter().collect::<HashSet<_>>() {
                let count = used.entry(*set).or_default();
                *count = count.saturating_add(1);
            }
        }
        let shared = group.themes.iter().flat_map(|(_, sets)| sets).filter(|set| used.get(set) > Some(&1));
        shared.copied().collect::<Vec<_>>().into_iter().for_each(|set| self.single(set));
        let own: Vec<(&String, Vec<usize>)> = group
            .themes
            .iter()
            .map(|(name, sets)| (name, sets.iter().copied().filter(|set| self.taken.insert(*set)).collect()))
            .collect();
        let extensions = group.extensions.as_ref();
        let mut stated = extensions.and_then(|extensions| Stated::of(extensions, &group.name));
        let rows = own.iter().map(|(_, sets)| sets.len()).max().unwrap_or_default();
        for row in 0..rows.max(usize::from(stated.is_some())) {
            let stated = stated.take();
            let modes: Vec<(String, Option<usize>)> = own
                .iter()
                .map(|(name, sets)| ((*name).clone(), sets.get(row).copied()))
                // A mode without anything is one only where it was one.
                .filter(|(_, set)| set.is_some() || stated.is_some())
                .collect();
            self.add(&group.name, &modes, group.default.as_deref(), stated);
        }
    }

    fn add(
        &mut self,
        name: &str,
        modes: &[(String, Option<usize>)],
        default: Option<&str>,
        stated: Option<Stated>,
    ) {
        let known = modes.iter().filter_map(|(_, set)| self.kept_of(*set));
        let known_id = known.into_iter().find_map(|kept| kept.string("collection")).map(str::to_owned);
        let (stated, unique) = match stated {
            Some(Stated { collection, name }) => (Some(collection), name),
            None => (None, self.names.unique(name)),
        };
        let stated_id = stated.as_ref().and_then(|stated| stated.string("id")).map(str::to_owned);
        // What its sets say is newer: a collection may have been made once more.
        let id = known_id.or(stated_id).filter(|id| self.ids.insert(id.clone()));
        let id = id.unwrap_or_else(|| self.temporary(&format!("collection:{unique}")));
        let listed = stated.as_ref().and_then(|stated| stated.get("modes")?.as_array()).unwrap_or_default();
        let mut contexts = Names::default();
        let contexts: Vec<(String, &Json)> = listed
            .iter()
            .map(|mode| {
                let called = mode.get("name").and_then(Json::as_str).filter(|name| !name.is_empty());
                (contexts.unique(called.unwrap_or(ONLY_MODE)), mode)
            })
            .collect();
        let mut of_column = HashSet::new();
        let mut made = Vec::with_capacity(modes.len());
        for (at, (context, set)) in modes.iter().enumerate() {
            // A set knows its mode; a context without one goes by its name, and a layer by its only mode.
            let kept = self.kept_of(*set).and_then(|kept| kept.string("mode")).map(str::to_owned);
            let by_name = || contexts.iter().find(|(name, _)| name == context).map(|(_, mode)| *mode);
            let only = || listed.first().filter(|_| context.is_empty() && at == 0);
            let by_place =
                || by_name().or_else(only).and_then(|mode| mode.get("modeId")?.as_str()).map(str::to_owned);
            let mode = kept.or_else(by_place).filter(|id| of_column.insert(id.clone()));
            let mode = mode.unwrap_or_else(|| self.temporary(&format!("mode:{unique}/{context}")));
            let stated = contexts
                .iter()
                .find(|(_, stated)| stated.get("modeId").and_then(Json::as_str) == Some(&mode));
            let name = match stated {
                // The name is as it stood, or there was none, if the context is called as it was read.
                Some((name, stated)) if name == context || context.is_empty() => {
                    stated.get("name").and_then(Json::as_str).unwrap_or(name).to_owned()
                }
                _ if context.is_empty() => ONLY_MODE.to_owned(),
                _ => context.clone(),
            };
            made.push(Mode { id: mode, name, set: *set });
        }
        let default = modes.iter().position(|(name, _)| Some(name.as_str()) == default);
        self.columns.push(Column { id, name: unique, modes: made, default, stated });
    }

    /// What a set keeps for Figma.
    fn kept_of(&self, set: Option<usize>) -> Option<&Object> {
        crate::keep::kept(self.documents.get(set?)?, Format::Figma)
    }

    /// An id for something that Figma has not got.
    fn temporary(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut number = 2_u64;
        while !self.ids.insert(id.clone()) {
            id = format!("{wanted} {number}");
            number = number.saturating_add(1);
        }
        id
    }
}

//! How a resolver document is spelled that means the same in other words: the order of its members, `./` before paths,
//! sets that stand in the resolution order, documents that stand in place.
//!
//! A store keeps what a resolver document means. What is kept here says nothing about any one theme, so that two people
//! who change different themes do not change the same thing.

use std::collections::{HashMap, HashSet};

use dss_format::resolver;
use dss_model::JsonText;

use crate::design::TokenSet;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::{keep, take};

/// The members of a resolver document in the order in which they are usually written.
const USUAL: [&str; 7] =
    ["$schema", "name", "description", "version", "sets", "modifiers", "resolutionOrder"];

/// A resolver document that says how it is spelled, in the `$extensions` of its first set or modifier: as it is, if that
/// is the usual way.
pub fn keep_spelling(document: &JsonText) -> JsonText {
    let Json::Object(mut root) = Json::from_ref(document.get_ref()) else { return document.clone() };
    let spelling = spelling(&root);
    if spelling.is_empty() {
        return document.clone();
    }
    let Some(first) = first_entry(&mut root) else { return document.clone() };
    keep(first, Format::Dtcg, spelling);
    Json::Object(root).to_text("resolver").unwrap_or_else(|_| document.clone())
}

/// The first set or modifier, wherever it stands.
fn first_entry(root: &mut Object) -> Option<&mut Object> {
    let is_filled =
        |root: &Object, key: &str| root.get(key).and_then(Json::as_object).is_some_and(|map| !map.is_empty());
    let map = ["sets", "modifiers"].into_iter().find(|key| is_filled(root, key));
    let mut entries: Box<dyn Iterator<Item = &mut Json>> =
        match (map, root.get_mut(map.unwrap_or("resolutionOrder"))?) {
            (Some(_), Json::Object(entries)) => Box::new(entries.iter_mut().map(|(_, entry)| entry)),
            (None, Json::Array(steps)) => Box::new(steps.iter_mut()),
            _ => return None,
        };
    match entries.next()? {
        Json::Object(entry) if !entry.has("$ref") => Some(entry),
        _ => None,
    }
}

fn spelling(root: &Object) -> Object {
    let mut spelling = Object::new();
    let usual = USUAL.into_iter().filter(|key| root.has(key));
    let others = root.iter().map(|(key, _)| key).filter(|key| !USUAL.contains(key));
    if !usual.chain(others).eq(root.iter().map(|(key, _)| key)) {
        spelling.push("members", Json::Array(root.iter().map(|(key, _)| Json::from(key)).collect()));
    }
    let mut references = References::default();
    references.count(&Json::Object(root.clone()));
    if references.dotted > 0 && references.dotted == references.all {
        spelling.push("dot", Json::Boolean(true));
    }
    let steps = root.get("resolutionOrder").and_then(Json::as_array).unwrap_or_default();
    let mut inline = Object::new();
    let mut seen = HashSet::new();
    for step in steps.iter().filter_map(Json::as_object).filter(|step| !step.has("$ref")) {
        if let Some(name) = step.string("name").filter(|name| seen.insert(name.to_owned())) {
            inline.push(name, Json::Array(step.iter().map(|(key, _)| Json::from(key)).collect()));
        }
    }
    if !inline.is_empty() {
        spelling.push("inline", inline);
    }
    if references.has_documents {
        spelling.push("documents", Json::Boolean(true));
    }
    spelling
}

/// How files are referred to.
#[derive(Default)]
struct References {
    all: u64,
    dotted: u64,
    has_documents: bool,
}

impl References {
    /// Looks at all lists of sources.
    fn count(&mut self, value: &Json) {
        match value {
            Json::Object(object) => object.iter().for_each(|(key, value)| match value {
                Json::Array(sources) if key != "resolutionOrder" => {
                    sources.iter().for_each(|source| self.source(source))
                }
                value => self.count(value),
            }),
            Json::Array(items) => items.iter().for_each(|item| self.count(item)),
            _ => {}
        }
    }

    fn source(&mut self, source: &Json) {
        match source.get("$ref").and_then(Json::as_str) {
            Some(reference) if reference.starts_with('#') => {}
            Some(reference) => {
                self.all = self.all.saturating_add(1);
                self.dotted = self.dotted.saturating_add(u64::from(reference.starts_with("./")));
            }
            None => self.has_documents |= source.as_object().is_some(),
        }
    }
}

/// Spells a resolver document as it was, as far as it says how that is. Sets that stand in place in it are taken out of
/// `sets`.
pub(super) fn respell(mut root: Object, sets: &mut Vec<TokenSet>) -> Object {
    let Some(spelling) = first_entry(&mut root).and_then(|first| take(first, Format::Dtcg)) else {
        return root;
    };
    if spelling.has("documents") {
        let mut documents: HashMap<String, Json> =
            sets.iter().map(|set| (set.file.clone(), Json::from_ref(set.document.get_ref()))).collect();
        let placed = Placed::of(&root);
        placed.put(&mut root, &mut documents);
        sets.retain(|set| documents.contains_key(&set.file));
    }
    if spelling.has("dot") {
        dot(&mut root);
    }
    if let Some(Json::Object(inline)) = spelling.get("inline") {
        move_inline(&mut root, inline);
    }
    let Some(Json::Array(members)) = spelling.get("members") else { return root };
    let place: HashMap<&str, usize> = members.iter().filter_map(Json::as_str).zip(0..).collect();
    let mut root: Vec<(String, Json)> = root.into_iter().collect();
    root.sort_by_key(|(key, _)| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
    root.into_iter().collect()
}

/// Documents that are referred to once, by a layer or theme that is called like them: those stood in place.
struct Placed {
    files: HashSet<String>,
}

impl Placed {
    fn of(root: &Object) -> Self {
        let mut times: HashMap<String, u64> = HashMap::new();
        each_source(&mut root.clone(), &mut |source, owner| {
            if let Some(file) = file_of(source)
                && is_called_after(&file, owner)
            {
                let count = times.entry(file).or_default();
                *count = count.saturating_add(1);
            }
        });
        Self { files: times.into_iter().filter(|(_, count)| *count == 1).map(|(file, _)| file).collect() }
    }

    fn put(&self, root: &mut Object, documents: &mut HashMap<String, Json>) {
        each_source(root, &mut |source, _| {
            let document = file_of(source)
                .filter(|file| self.files.contains(file))
                .and_then(|file| documents.remove(&file));
            if let Some(document) = document {
                *source = document;
            }
        });
    }
}

/// Whether a set that stood in place in `owner` would be in that file.
fn is_called_after(file: &str, owner: &str) -> bool {
    let name = file.strip_suffix(".tokens.json").unwrap_or(file);
    name == owner
        || name
            .strip_prefix(owner)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| rest.parse::<u32>().is_ok())
}

fn file_of(source: &Json) -> Option<String> {
    let reference = source.get("$ref")?.as_str().filter(|reference| !reference.starts_with('#'))?;
    let path = resolver::decode_uri(reference)?;
    Some(path.strip_prefix("./").unwrap_or(&path).to_owned())
}

/// Visits all sources of sets and contexts, with what a document in place there is called.
fn each_source(root: &mut Object, each: &mut dyn FnMut(&mut Json, &str)) {
    if let Some(Json::Object(entries)) = root.get_mut("sets") {
        for (name, entry) in entries.iter_mut() {
            if let Json::Object(entry) = entry
                && let Some(Json::Array(sources)) = entry.get_mut("sources")
            {
                sources.iter_mut().for_each(|source| each(source, name));
            }
        }
    }
    if let Some(Json::Object(entries)) = root.get_mut("modifiers") {
        for (name, entry) in entries.iter_mut() {
            let Json::Object(entry) = entry else { continue };
            let Some(Json::Object(contexts)) = entry.get_mut("contexts") else { continue };
            for (context, sources) in contexts.iter_mut() {
                if let Json::Array(sources) = sources {
                    sources.iter_mut().for_each(|source| each(source, &format!("{name}/{context}")));
                }
            }
        }
    }
}

fn dot(root: &mut Object) {
    each_source(root, &mut |source, _| {
        if let Json::Object(source) = source
            && let Some(Json::String(reference)) = source.get_mut("$ref")
            && !reference.starts_with(['#', '.', '/'])
        {
            reference.insert_str(0, "./");
        }
    });
}

/// Moves sets and modifiers that stood in the resolution order back to there.
fn move_inline(root: &mut Object, inline: &Object) {
    for (map, kind) in [("sets", "set"), ("modifiers", "modifier")] {
        let Some(Json::Object(entries)) = root.remove(map) else { continue };
        let Some(Json::Array(mut steps)) = root.remove("resolutionOrder") else { return };
        let at: HashMap<String, usize> = steps
            .iter()
            .zip(0..)
            .filter_map(|(step, at)| Some((step.get("$ref")?.as_str()?.to_owned(), at)))
            .collect();
        let mut left = Object::new();
        for (name, entry) in entries {
            let pointer = format!("#{}", resolver::encode_uri(&resolver::pointer(&[map, &name])));
            let plain = format!("#{}", resolver::pointer(&[map, &name]));
            let step = at.get(&pointer).or_else(|| at.get(&plain)).and_then(|at| steps.get_mut(*at));
            match (inline.get(&name).and_then(Json::as_array), step, entry) {
                (Some(order), Some(step), Json::Object(entry)) => {
                    *step = Json::Object(as_step(&name, kind, entry, order))
                }
                (_, _, entry) => left.push(name, entry),
            }
        }
        if !left.is_empty() {
            root.push(map, left);
        }
        root.push("resolutionOrder", Json::Array(steps));
    }
}

fn as_step(name: &str, kind: &str, entry: Object, order: &[Json]) -> Object {
    let mut members: Vec<(String, Json)> =
        vec![("name".to_owned(), name.into()), ("type".to_owned(), kind.into())];
    members.extend(entry);
    let place: HashMap<&str, usize> = order.iter().filter_map(Json::as_str).zip(0..).collect();
    members.sort_by_key(|(key, _)| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
    members.into_iter().collect()
}

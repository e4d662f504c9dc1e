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
    let documents = documents(root);
    if !documents.is_empty() {
        spelling.push("documents", documents);
    }
    spelling
}

/// How files are referred to.
#[derive(Default)]
struct References {
    all: u64,
    dotted: u64,
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
        let reference = source.get("$ref").and_then(Json::as_str);
        if let Some(reference) = reference.filter(|reference| !reference.starts_with('#')) {
            self.all = self.all.saturating_add(1);
            self.dotted = self.dotted.saturating_add(u64::from(reference.starts_with("./")));
        }
    }
}

/// The places of documents that stand in place, by the set or context that they are sources of.
fn documents(root: &Object) -> Object {
    let mut places: Vec<(String, Vec<Json>)> = Vec::new();
    each_source(&mut root.clone(), &mut |source, owner, index| {
        if source.get("$ref").is_some() || source.as_object().is_none() {
            return;
        }
        match places.last_mut().filter(|(last, _)| last == owner) {
            Some((_, indexes)) => indexes.push(Json::integer(index)),
            None => places.push((owner.to_owned(), vec![Json::integer(index)])),
        }
    });
    places.into_iter().map(|(owner, indexes)| (owner, Json::Array(indexes))).collect()
}

/// Spells a resolver document as it was, as far as it says how that is. Sets that stand in place in it are taken out of
/// `sets`.
pub(super) fn respell(mut root: Object, sets: &mut Vec<TokenSet>) -> Object {
    let Some(spelling) = first_entry(&mut root).and_then(|first| take(first, Format::Dtcg)) else {
        return root;
    };
    if let Some(Json::Object(places)) = spelling.get("documents") {
        put_in_place(&mut root, places, sets);
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

/// Puts documents in place where there were some, if nothing else refers to them, and takes them out of `sets`.
fn put_in_place(root: &mut Object, places: &Object, sets: &mut Vec<TokenSet>) {
    let mut times: HashMap<String, u64> = HashMap::new();
    each_source(&mut root.clone(), &mut |source, _, _| {
        if let Some(file) = file_of(source) {
            let count = times.entry(file).or_default();
            *count = count.saturating_add(1);
        }
    });
    let places: HashMap<&str, HashSet<&str>> = places
        .iter()
        .filter_map(|(owner, indexes)| {
            Some((owner, indexes.as_array()?.iter().filter_map(Json::number).collect()))
        })
        .collect();
    let mut documents: HashMap<String, Json> =
        sets.iter().map(|set| (set.file.clone(), Json::from_ref(set.document.get_ref()))).collect();
    each_source(root, &mut |source, owner, index| {
        if !places.get(owner).is_some_and(|indexes| indexes.contains(index.to_string().as_str())) {
            return;
        }
        let file = file_of(source).filter(|file| times.get(file) == Some(&1));
        if let Some(document) = file.and_then(|file| documents.remove(&file)) {
            *source = document;
        }
    });
    sets.retain(|set| documents.contains_key(&set.file));
}

fn file_of(source: &Json) -> Option<String> {
    let reference = source.get("$ref")?.as_str().filter(|reference| !reference.starts_with('#'))?;
    let path = resolver::decode_uri(reference)?;
    Some(path.strip_prefix("./").unwrap_or(&path).to_owned())
}

/// Visits all sources of sets and contexts, with whose they are and their places there, from 0. Sets and modifiers that
/// stand in the resolution order come last.
fn each_source(root: &mut Object, each: &mut dyn FnMut(&mut Json, &str, u64)) {
    let mut visit = |sources: &mut Json, owner: &str| {
        if let Json::Array(sources) = sources {
            sources.iter_mut().zip(0..).for_each(|(source, index)| each(source, owner, index));
        }
    };
    let mut entry = |name: &str, entry: &mut Object| {
        if let Some(sources) = entry.get_mut("sources") {
            visit(sources, name);
        }
        if let Some(Json::Object(contexts)) = entry.get_mut("contexts") {
            contexts.iter_mut().for_each(|(context, sources)| visit(sources, &format!("{name}/{context}")));
        }
    };
    for map in ["sets", "modifiers"] {
        let Some(Json::Object(entries)) = root.get_mut(map) else { continue };
        for (name, value) in entries.iter_mut() {
            if let Json::Object(value) = value {
                entry(name, value);
            }
        }
    }
    let Some(Json::Array(steps)) = root.get_mut("resolutionOrder") else { return };
    for step in steps {
        let Json::Object(step) = step else { continue };
        if let Some(name) = step.string("name").map(str::to_owned) {
            entry(&name, step);
        }
    }
}

fn dot(root: &mut Object) {
    each_source(root, &mut |source, _, _| {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A document is kept as it is spelled, and spelled so again when a store has written it in its own way.
    #[test]
    fn documents_are_spelled_as_they_were() {
        let spelled = r##"{"resolutionOrder":[{"type":"set","name":"a","sources":[{"x":{"$value":1}}]},{"$ref":"#/sets/b"}],"version":"2025.10","sets":{"b":{"sources":[{"$ref":"./b.tokens.json"},{"y":{"$value":2}}]}}}"##;
        let text = JsonText::parse(spelled.as_bytes(), &dss_model::JsonLimits::default()).unwrap();
        let kept = keep_spelling(&text);
        let Json::Object(kept) = Json::from_ref(kept.get_ref()) else { panic!() };
        assert_eq!(Json::Object(respell(kept.clone(), &mut Vec::new())), Json::from_ref(text.get_ref()));

        let extensions =
            kept.get("sets").unwrap().get("b").unwrap().get("$extensions").unwrap().to_text("").unwrap();
        let stored = format!(
            r##"{{"version":"2025.10","sets":{{"b":{{"sources":[{{"$ref":"b.tokens.json"}},{{"$ref":"b-2.tokens.json"}}],"$extensions":{extensions}}},"a":{{"sources":[{{"$ref":"a.tokens.json"}}]}}}},"resolutionOrder":[{{"$ref":"#/sets/a"}},{{"$ref":"#/sets/b"}}]}}"##
        );
        let Json::Object(stored) = Json::parse(stored.as_bytes(), "", 64).unwrap() else { panic!() };
        let set = |name: &str, text: &str| {
            TokenSet::new(name, JsonText::parse(text.as_bytes(), &dss_model::JsonLimits::default()).unwrap())
        };
        let mut sets = vec![
            set("a", r#"{"x":{"$value":1}}"#),
            set("b", r#"{"z":{"$value":3}}"#),
            set("b-2", r#"{"y":{"$value":2}}"#),
        ];
        let again = respell(stored, &mut sets);
        assert_eq!(Json::Object(again), Json::from_ref(text.get_ref()));
        assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn what_is_spelled_as_usual_keeps_nothing() {
        let text = r##"{"name":"n","version":"2025.10","sets":{"b":{"sources":[{"$ref":"b.tokens.json"}]}},"resolutionOrder":[{"$ref":"#/sets/b"}]}"##;
        let text = JsonText::parse(text.as_bytes(), &dss_model::JsonLimits::default()).unwrap();
        assert_eq!(keep_spelling(&text).as_str(), text.as_str());
    }
}

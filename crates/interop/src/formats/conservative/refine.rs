//! Types on every token, and what tools stumble over put out of their way.

use std::collections::{HashMap, HashSet};

use super::{Index, KEPT, alias, is_child, push};
use crate::json::{Json, Object};
use crate::keep::forget;
use crate::report::{Fate, Report};

/// The documents, after everything was spelled out.
pub(super) fn refine(documents: Vec<Object>, report: &mut Report) -> Vec<Object> {
    let (types, parents) = {
        let index = Index::of(&documents);
        let types: Vec<HashMap<String, String>> =
            (0..documents.len()).map(|document| types(&index, document)).collect();
        let parents: HashSet<String> = index
            .first
            .iter()
            .filter(|(_, object)| is_parent(object))
            .map(|(path, _)| path.clone())
            .collect();
        (types, parents)
    };
    let mut refined = Vec::with_capacity(documents.len());
    for (document, types) in documents.into_iter().zip(&types) {
        let mut refiner = Refiner { types, parents: &parents, report };
        refined.push(refiner.group(document, &mut String::new()));
    }
    refined
}

/// Whether a token has tokens or groups in it.
fn is_parent(object: &Object) -> bool {
    object.has("$value") && object.iter().any(|(key, value)| is_child(key) && value.as_object().is_some())
}

/// The type of every token of a document that has none of its own: that of what it refers to, else its group's.
fn types(index: &Index<'_>, document: usize) -> HashMap<String, String> {
    let mut inherited = HashMap::new();
    let root = index.documents.get(document).and_then(|paths| paths.get("")).copied();
    if let Some(root) = root {
        inherit(root, None, &mut String::new(), &mut inherited);
    }
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    let mut types = HashMap::new();
    for (path, group) in &inherited {
        let of_target = resolved(index, document, path, &mut known);
        types.extend(of_target.or_else(|| group.clone()).map(|kind| (path.clone(), kind)));
    }
    types
}

/// The types that groups give to tokens without one.
fn inherit(
    group: &Object,
    kind: Option<&str>,
    path: &mut String,
    found: &mut HashMap<String, Option<String>>,
) {
    let kind = group.string("$type").filter(|_| !group.has("$value")).or(kind);
    for (key, child) in group.iter().filter_map(|(key, value)| Some((key, value.as_object()?))) {
        if !is_child(key) {
            continue;
        }
        let before = path.len();
        push(path, key);
        if child.has("$value") && !child.has("$type") {
            found.insert(path.clone(), kind.map(str::to_owned));
        }
        inherit(child, kind, path, found);
        path.truncate(before);
    }
}

/// The type that a token has by what it refers to, along the whole chain. Each token of a chain is followed once.
fn resolved(
    index: &Index<'_>,
    document: usize,
    path: &str,
    known: &mut HashMap<String, Option<String>>,
) -> Option<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut at = path.to_owned();
    let kind = loop {
        if let Some(known) = known.get(&at) {
            break known.clone();
        }
        let Some(token) = index.find(document, &at).filter(|_| seen.insert(at.clone())) else { break None };
        if let Some(stated) = token.string("$type") {
            break Some(stated.to_owned());
        }
        let next = token.get("$value").and_then(alias).map(str::to_owned);
        chain.push(at);
        match next {
            Some(next) => at = next,
            None => break None,
        }
    };
    for token in chain {
        known.insert(token, kind.clone());
    }
    kind
}

struct Refiner<'a> {
    types: &'a HashMap<String, String>,
    /// Tokens, anywhere, that have children.
    parents: &'a HashSet<String>,
    report: &'a mut Report,
}

impl Refiner<'_> {
    fn group(&mut self, group: Object, path: &mut String) -> Object {
        let mut written = Object::new();
        for (key, value) in group {
            let value = match value {
                Json::Object(child) if is_child(&key) => {
                    let before = path.len();
                    push(path, &key);
                    let child =
                        if child.has("$value") { self.token(child, path) } else { self.group(child, path) };
                    path.truncate(before);
                    Json::Object(child)
                }
                value => value,
            };
            written.push(key, value);
        }
        self.tidy(&mut written, path);
        written
    }

    fn token(&mut self, token: Object, path: &mut String) -> Object {
        let mut own = Object::new();
        let mut children = Object::new();
        for (key, value) in token {
            match value {
                Json::Object(child) if is_child(&key) => children.push(key, child),
                value if key == "$value" => own.push(key, self.value(&value)),
                value => own.push(key, value),
            }
        }
        if !own.has("$type") {
            match self.types.get(path.as_str()) {
                Some(kind) => own.push("$type", kind.as_str()),
                None => self.report.note(Fate::Changed, "tokens whose type nothing tells", || path.clone()),
            }
        }
        self.hue(&mut own, path);
        self.tidy(&mut own, path);
        if children.is_empty() {
            return own;
        }
        self.report
            .note(Fate::Changed, "tokens with others inside, as the $root of a group", || path.clone());
        let mut group = Object::new();
        group.push("$root", own);
        for (key, child) in self.group(children, path) {
            if key != "$root" {
                group.push(key, child);
            }
        }
        group
    }

    /// A value whose aliases lead to where tokens with others inside are now.
    fn value(&self, value: &Json) -> Json {
        match value {
            Json::String(_) => match alias(value).filter(|target| self.parents.contains(*target)) {
                Some(target) => Json::String(format!("{{{target}.$root}}")),
                None => value.clone(),
            },
            Json::Array(items) => Json::Array(items.iter().map(|item| self.value(item)).collect()),
            Json::Object(parts) => {
                Json::Object(parts.iter().map(|(key, part)| (key.to_owned(), self.value(part))).collect())
            }
            other => other.clone(),
        }
    }

    /// A hue that is `none` means no colour at all, for which any angle will do.
    fn hue(&mut self, token: &mut Object, path: &str) {
        let Some(Json::Object(color)) = token.get_mut("$value") else { return };
        let hue_at = match color.string("colorSpace") {
            Some("hsl" | "hwb") => 0,
            Some("lch" | "oklch") => 2,
            _ => return,
        };
        let Some(Json::Array(components)) = color.get_mut("components") else { return };
        if let Some(hue) = components.get_mut(hue_at).filter(|hue| hue.as_str() == Some("none")) {
            *hue = Json::integer(0);
            self.report.note(Fate::Changed, "hues that are \"none\", as 0", || path.to_owned());
        }
    }

    /// Takes out what would be read as references.
    fn tidy(&mut self, owner: &mut Object, path: &str) {
        if forget(owner) {
            self.report.note(Fate::Lost, KEPT, || path.to_owned());
        }
        if let Some(Json::String(reason)) = owner.get_mut("$deprecated")
            && reason.contains(['{', '}'])
        {
            *reason = reason.replace('{', "(").replace('}', ")");
            self.report.note(Fate::Changed, "braces in $deprecated, as parentheses", || path.to_owned());
        }
    }
}

//! DTCG as every tool reads it: nothing extended, nothing referred to by pointer, every type spelled out.
//!
//! What tools do not agree on was tried with Style Dictionary 5.5 and Terrazzo 2.7: the first leaves out tokens that are
//! written as `$ref` or inherited by `$extends`, and what stands inside of a token; the second wants a type where an alias
//! is to be of one, and no `none` for a hue. Braces outside of values are references for Style Dictionary, so what other
//! formats keep in `$extensions` is left out.

mod expand;
mod refine;

use std::collections::HashMap;

use dss_model::JsonText;

use crate::codec::Codec;
use crate::design::{Design, TokenSet, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::{InteropError, InteropErrorKind};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::forget;
use crate::report::{Fate, Report};

pub(super) use expand::expand;

pub(crate) const CODEC: Codec = Codec {
    format: Format::DtcgConservative,
    recognize: |_| Fit::no("it is written, not read"),
    read: None,
    write: Some(write),
};

/// What is counted of what was kept.
const KEPT: &str = "what was kept for other formats";
/// JSON values that a design may have when everything in it is spelled out: groups that extend groups can double it at
/// every step.
const VALUES_MAX: u64 = 1_000_000;

fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let design = crate::themes::outlined(design)?;
    let documents: Vec<Object> = design.sets.iter().filter_map(document).collect();
    let expanded = expand(&documents, &mut report)?;
    let refined = refine::refine(expanded, &mut report);
    let sets = design.sets.iter().zip(refined).map(|(set, document)| {
        let document = Json::Object(document).to_text(&set.file)?;
        Ok(TokenSet { document, ..set.clone() })
    });
    let sets = sets.collect::<Result<Vec<_>, InteropError>>()?;
    let resolver = design.resolver.as_ref().map(|text| without_kept(text, &mut report)).transpose()?;
    let mut written = super::dtcg::write(&Design { sets, resolver, ..design }, options)?;
    written.report.add(report);
    Ok(written)
}

/// A resolver document without what is kept for other formats: of DTCG, that would put documents into it again.
fn without_kept(text: &JsonText, report: &mut Report) -> Result<JsonText, InteropError> {
    let Json::Object(mut root) = Json::from_ref(text.get_ref()) else { return Ok(text.clone()) };
    for (key, value) in root.iter_mut() {
        let entries: Vec<&mut Json> = match value {
            Json::Object(entries) => entries.iter_mut().map(|(_, entry)| entry).collect(),
            Json::Array(steps) => steps.iter_mut().collect(),
            _ => continue,
        };
        for entry in entries {
            if let Json::Object(entry) = entry
                && forget(entry)
            {
                report.note(Fate::Lost, KEPT, || key.to_owned());
            }
        }
    }
    Json::Object(root).to_text("resolver")
}

fn document(set: &TokenSet) -> Option<Object> {
    match Json::from_ref(set.document.get_ref()) {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

/// Counts what is written, and ends where that is too much.
#[derive(Debug, Default)]
struct Budget {
    spent: u64,
}

impl Budget {
    fn spend(&mut self, value: &Json) -> Result<(), InteropError> {
        self.spent = self.spent.saturating_add(size(value));
        if self.spent <= VALUES_MAX {
            return Ok(());
        }
        let message = "spelled out, what its groups extend and its references name is too much";
        Err(InteropError::new(InteropErrorKind::NotWritable, "", message))
    }
}

/// The number of values in a value.
fn size(value: &Json) -> u64 {
    let inside = match value {
        Json::Array(items) => items.iter().map(size).fold(0, u64::saturating_add),
        Json::Object(object) => object.iter().map(|(_, value)| size(value)).fold(0, u64::saturating_add),
        _ => 0,
    };
    inside.saturating_add(1)
}

/// Tokens and groups of documents, by path.
struct Index<'a> {
    documents: Vec<HashMap<String, &'a Object>>,
    first: HashMap<String, &'a Object>,
}

impl<'a> Index<'a> {
    fn of(documents: &'a [Object]) -> Self {
        let mut index = Self { documents: Vec::new(), first: HashMap::new() };
        for document in documents {
            let mut paths = HashMap::new();
            paths.insert(String::new(), document);
            add(document, &mut String::new(), &mut paths);
            for (path, object) in &paths {
                index.first.entry(path.clone()).or_insert(object);
            }
            index.documents.push(paths);
        }
        index
    }

    /// What stands at a path: in the document itself, or else in the first that has it.
    fn find(&self, document: usize, path: &str) -> Option<&'a Object> {
        let own = self.documents.get(document).and_then(|paths| paths.get(path));
        own.or_else(|| self.first.get(path)).copied()
    }
}

fn add<'a>(group: &'a Object, path: &mut String, paths: &mut HashMap<String, &'a Object>) {
    for (key, child) in group.iter().filter_map(|(key, value)| Some((key, value.as_object()?))) {
        if !is_child(key) {
            continue;
        }
        let before = path.len();
        push(path, key);
        paths.insert(path.clone(), child);
        add(child, path, paths);
        path.truncate(before);
    }
}

/// Whether a member of that name is a token or a group, if it is an object.
fn is_child(key: &str) -> bool {
    key == "$root" || !key.starts_with('$')
}

/// Adds a name to a path, as aliases spell it.
fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// The path that `{a.b}` names.
fn alias(value: &Json) -> Option<&str> {
    value.as_str().filter(|_| crate::value::is_alias(value))?.strip_prefix('{')?.strip_suffix('}')
}

/// The names of a pointer into the same document: `#/a/$value/0`.
fn pointer(value: &Json) -> Option<Vec<String>> {
    let text = dss_format::resolver::decode_uri(value.as_str()?.strip_prefix("#/")?)?;
    Some(text.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect())
}

#[cfg(test)]
mod tests;

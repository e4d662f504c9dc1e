//! DTCG itself: files as they are, and the conservative way of writing them.

use std::collections::{HashMap, HashSet};

use dss_format::dtcg::indent;
use dss_format::resolver;
use dss_model::JsonText;

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::design::{Design, Reading, Skipped, TokenSet, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::json::{Json, Object};

pub(crate) const CODEC: Codec =
    Codec { format: Format::Dtcg, recognize, read: Some(read), write: Some(write) };

fn recognize(bundle: &Bundle) -> Fit {
    let is_any = |is: fn(&Object) -> bool| bundle.documents().iter().filter_map(Document::json).any(is);
    if is_any(has_token) || is_any(is_resolver) {
        Fit::Possible
    } else {
        Fit::no("no object with \"$value\", and no resolver document")
    }
}

/// Whether there is a DTCG token somewhere below.
pub(crate) fn has_token(object: &Object) -> bool {
    let is_token = |object: &Object| object.has("$value") || (object.has("$ref") && object.len() == 1);
    object
        .iter()
        .filter(|(key, _)| !key.starts_with('$'))
        .filter_map(|(_, value)| value.as_object())
        .any(|child| is_token(child) || has_token(child))
}

/// Whether this is a resolver document.
pub(crate) fn is_resolver(object: &Object) -> bool {
    object.get("resolutionOrder").is_some_and(|order| order.as_array().is_some())
}

fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let mut reading = Reading::default();
    let resolvers: Vec<&Document> = bundle
        .documents()
        .iter()
        .filter(|document| !document.path().contains('/') && document.json().is_some_and(is_resolver))
        .collect();
    let resolver = if let [only] = resolvers.as_slice() { Some(only.path()) } else { None };
    let mut names = HashSet::new();
    for document in bundle.documents() {
        let skip = |reason: &str| Skipped { path: document.path().to_owned(), reason: reason.to_owned() };
        let Some(object) = document.json() else {
            reading.skipped.push(skip("no JSON object"));
            continue;
        };
        let text = || Json::Object(object.clone()).to_text(document.path());
        if Some(document.path()) == resolver {
            reading.design.resolver = Some(text()?);
            reading.design.name = Some(document.stem().trim_end_matches(".resolver").to_owned());
        } else if has_token(object) {
            let stem = document.stem();
            let name = if names.insert(stem) { stem } else { document.path() };
            reading.design.sets.push(TokenSet {
                name: name.to_owned(),
                file: document.path().to_owned(),
                document: text()?,
            });
        } else if is_resolver(object) {
            reading.skipped.push(skip("more than one resolver document, or not at the top"));
        } else {
            reading.skipped.push(skip("no object with \"$value\" in it"));
        }
    }
    Ok(reading)
}

pub(super) fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut written = Written::default();
    let mut paths = Paths::default();
    let mut moved: HashMap<&str, String> = HashMap::new();
    for set in &design.sets {
        let path = paths.take(&set.file, &set.name, ".tokens.json");
        written.files.push(File::new(path.clone(), pretty(&set.document)));
        if path != set.file {
            moved.insert(&set.file, path);
        }
    }
    if let Some(resolver) = &design.resolver {
        let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
        let path = paths.take("", name, ".resolver.json");
        let text = if moved.is_empty() {
            pretty(resolver)
        } else {
            let mut tree = Json::from_ref(resolver.get_ref());
            follow(&mut tree, &moved);
            tree.to_pretty(&path)?
        };
        written.files.push(File::new(path, text));
    }
    Ok(written)
}

/// Makes references to files lead to where those are now.
fn follow(value: &mut Json, moved: &HashMap<&str, String>) {
    match value {
        Json::Object(object) => {
            for (key, value) in object.iter_mut() {
                let to = value.as_str().filter(|_| key == "$ref").and_then(|reference| {
                    let path = resolver::decode_uri(reference)?;
                    moved.get(path.strip_prefix("./").unwrap_or(&path))
                });
                match to {
                    Some(to) => *value = Json::String(resolver::encode_uri(to)),
                    None => follow(value, moved),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| follow(item, moved)),
        _ => {}
    }
}

/// A document as people write it.
fn pretty(document: &JsonText) -> Vec<u8> {
    let mut text = indent(document.get_ref(), 0);
    text.push('\n');
    text.into_bytes()
}

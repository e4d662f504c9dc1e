//! DTCG itself: files as they are, and the conservative way of writing them.

mod spelling;

use std::collections::{HashMap, HashSet};

use dss_format::dtcg::indent;
use dss_format::resolver::{self, Resolver, Source};
use dss_model::JsonText;

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::design::{Design, Reading, Skipped, TokenSet, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::json::{Json, Object};
use spelling::respell;

pub use spelling::keep_spelling;

pub(crate) const CODEC: Codec =
    Codec { format: Format::Dtcg, recognize, read: Some(read), write: Some(write) };

fn recognize(bundle: &Bundle) -> Fit {
    let is_any = |is: fn(&Object) -> bool| bundle.documents().iter().filter_map(Document::json).any(is);
    if bundle.only().is_none()
        && let Some(path) = super::tokens_studio::single_in(bundle)
    {
        return Fit::readable(format!("{path} is Tokens Studio's: read it by itself"));
    }
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
    let mut named = None;
    if let [only] = resolvers.as_slice()
        && let Some(root) = only.json()
    {
        let text = keep_spelling(&Json::Object(root.clone()).to_text(only.path())?);
        named = Some(files_of(&resolver::read(&text, only.path())?));
        reading.design.resolver = Some(text);
        reading.design.name = Some(only.stem().trim_end_matches(".resolver").to_owned());
    }
    let mut names = HashSet::new();
    for document in bundle.documents() {
        let is_the_resolver =
            named.is_some() && resolvers.iter().any(|known| known.path() == document.path());
        let skip = |reason: &str| Skipped { path: document.path().to_owned(), reason: reason.to_owned() };
        let reason = match document.json() {
            _ if is_the_resolver => continue,
            None => "no JSON object",
            Some(object) if is_resolver(object) => "more than one resolver document, or not at the top",
            Some(_) if named.as_ref().is_some_and(|named| !named.contains(document.path())) => {
                "the resolver document does not name it"
            }
            // What a resolver document names is a set, even if it is empty.
            Some(object) if named.is_none() && !has_token(object) => "no object with \"$value\" in it",
            Some(object) => {
                let stem = document.stem();
                let name = if names.insert(stem) { stem } else { document.path() };
                let text = Json::Object(object.clone()).to_text(document.path())?;
                reading.design.sets.push(TokenSet {
                    name: name.to_owned(),
                    file: document.path().to_owned(),
                    document: text,
                });
                continue;
            }
        };
        reading.skipped.push(skip(reason));
    }
    Ok(reading)
}

/// The files that a resolver document names.
fn files_of(document: &Resolver) -> HashSet<String> {
    let sources = document.source_lists().flat_map(|(_, sources)| sources);
    let files = sources.filter_map(|source| match source {
        Source::File { path, .. } => Some(path.strip_prefix("./").unwrap_or(path).to_owned()),
        _ => None,
    });
    files.collect()
}

pub(super) fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut written = Written::default();
    let mut sets = design.sets.clone();
    let resolver = match design.resolver.as_ref().map(|text| Json::from_ref(text.get_ref())) {
        Some(Json::Object(root)) => Some(respell(root, &mut sets)),
        _ => None,
    };
    let mut paths = Paths::default();
    let mut moved: HashMap<&str, String> = HashMap::new();
    for set in &sets {
        let path = paths.take(&set.file, &set.name, ".tokens.json");
        written.files.push(File::new(path.clone(), pretty(&set.document)));
        if path != set.file {
            moved.insert(&set.file, path);
        }
    }
    if let Some(resolver) = resolver {
        let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
        let path = paths.take("", name, ".resolver.json");
        let mut tree = Json::Object(resolver);
        if !moved.is_empty() {
            follow(&mut tree, &moved);
        }
        let text = tree.to_pretty(&path)?;
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

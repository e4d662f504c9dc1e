//! What a `.penpot` archive says about tokens: `files/ID/tokens.json`, and the libraries beside it.

use std::collections::HashMap;

use dss_format::resolver;

use super::TOOL;
use super::library::Library;
use crate::bundle::{Bundle, Document};
use crate::design::{Reading, Skipped, TokenSet};
use crate::error::{InteropError, InteropErrorKind};
use crate::formats::tokens_studio::Studio;
use crate::json::{Json, Object};
use crate::names::Names;
use crate::plain::read_document;

const MANIFEST: &str = "manifest.json";
const TYPE: &str = "penpot/export-files";
/// The layer of the libraries, which always apply.
const LAYER: &str = "library";

/// Whether these are the files of an archive.
pub(super) fn is_archive(bundle: &Bundle) -> bool {
    let manifest = bundle.at(MANIFEST).and_then(Document::json);
    manifest.is_some_and(|manifest| manifest.string("type") == Some(TYPE))
}

/// One design of an archive.
struct File<'a> {
    id: &'a str,
    /// What it is called, and no other of the archive.
    name: String,
    documents: Vec<&'a Document>,
}

pub(super) fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let (files, skipped) = files(bundle);
    let mut studio = Studio::default();
    let mut libraries = Vec::new();
    let mut reading = Reading::default();
    let has_several = files.len() > 1;
    for file in &files {
        let prefix = if has_several { format!("{}/", file.name) } else { String::new() };
        let tokens = format!("files/{}/tokens.json", file.id);
        let tokens = file.documents.iter().find(|document| document.path() == tokens);
        if let Some(root) = tokens.and_then(|document| document.json()) {
            add(&mut studio, root, &prefix, &file.name, has_several);
        }
        let library = Library::of(file.id, &file.documents, &mut reading.report);
        libraries.extend(library.sets().map(|(name, set)| (format!("{prefix}{name}"), set)));
    }
    if studio.sets.is_empty() && libraries.is_empty() {
        let message = "there are no tokens in it, and no library colours or typographies";
        return Err(InteropError::new(InteropErrorKind::NotThisFormat, "", message));
    }
    let mut of_tokens = studio.read(&TOOL)?;
    of_tokens.report.add(reading.report);
    of_tokens.skipped = skipped;
    of_tokens.design.name = match files.as_slice() {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    for (at, (name, set)) in libraries.iter().enumerate() {
        let name = unique(name, &of_tokens);
        let document = read_document(&TOOL.dialect, &name, set, &mut of_tokens.report);
        let document = Json::Object(document).to_text(&name)?;
        of_tokens.design.sets.insert(at, TokenSet::new(name, document));
    }
    reading = of_tokens;
    let names: Vec<&TokenSet> = reading.design.sets.iter().take(libraries.len()).collect();
    reading.design.resolver = with_layer(reading.design.resolver.as_ref(), &names, studio.sets.is_empty())?;
    Ok(reading)
}

/// The designs, in the order of the manifest, and what is not looked at.
fn files(bundle: &Bundle) -> (Vec<File<'_>>, Vec<Skipped>) {
    let manifest = bundle.at(MANIFEST).and_then(Document::json);
    let listed = manifest.and_then(|manifest| manifest.get("files")?.as_array()).unwrap_or_default();
    let named = listed.iter().filter_map(|file| {
        Some((file.get("id")?.as_str()?, file.get("name").and_then(Json::as_str).unwrap_or("file")))
    });
    let mut names = Names::default();
    let file = |(id, name)| File { id, name: names.unique(name), documents: Vec::new() };
    let mut files: Vec<File<'_>> = named.map(file).collect();
    let places: HashMap<&str, usize> = files.iter().zip(0..).map(|(file, at)| (file.id, at)).collect();
    let mut skipped = Vec::new();
    for document in bundle.documents() {
        let below = document.path().strip_prefix("files/");
        let id = below.and_then(|path| path.split(['/', '.']).next()).unwrap_or_default();
        if let Some(file) = places.get(id).and_then(|at| files.get_mut(*at)) {
            file.documents.push(document);
        } else if document.path() != MANIFEST {
            let reason = "it belongs to no file that the manifest lists".to_owned();
            skipped.push(Skipped { path: document.path().to_owned(), reason });
        }
    }
    (files, skipped)
}

/// Adds the tokens of a design; with several, sets and theme groups are called after theirs.
fn add(studio: &mut Studio, root: &Object, prefix: &str, name: &str, has_several: bool) {
    let file = Studio::of_file(root);
    if !has_several {
        *studio = file;
        return;
    }
    let renamed = |set: &str| format!("{prefix}{set}");
    let order: Vec<Json> = file.order().into_iter().map(|set| Json::String(renamed(set))).collect();
    let order = [tokens_in(studio.metadata.as_ref()), order].concat();
    let mut metadata = Object::new();
    metadata.push("tokenSetOrder", Json::Array(order));
    studio.metadata = Some(Json::Object(metadata));
    let themes = file.themes.as_ref().and_then(Json::as_array).unwrap_or_default();
    let themes = themes.iter().filter_map(Json::as_object).map(|theme| {
        let mut theme = theme.clone();
        let group = theme.string("group").filter(|group| !group.is_empty()).unwrap_or("theme").to_owned();
        theme.set("group", format!("{name}/{group}"));
        let sets = theme.get("selectedTokenSets").and_then(Json::as_object).cloned().unwrap_or_default();
        let sets: Object = sets.into_iter().map(|(set, status)| (renamed(&set), status)).collect();
        theme.set("selectedTokenSets", sets);
        Json::Object(theme)
    });
    let before = studio.themes.as_ref().and_then(Json::as_array).unwrap_or_default().to_vec();
    studio.themes = Some(Json::Array(before.into_iter().chain(themes).collect()));
    studio.sets.extend(file.sets.into_iter().map(|(set, tokens)| (renamed(&set), tokens)));
    studio.keys = studio.sets.iter().map(|(set, _)| set.clone()).collect();
    studio.keys.extend(["$themes".to_owned(), "$metadata".to_owned()]);
}

fn tokens_in(metadata: Option<&Json>) -> Vec<Json> {
    let order = metadata.and_then(|metadata| metadata.get("tokenSetOrder")?.as_array());
    order.unwrap_or_default().to_vec()
}

fn unique(name: &str, reading: &Reading) -> String {
    let is_taken = |name: &str| reading.design.sets.iter().any(|set| set.name == name);
    let mut unique = name.to_owned();
    let mut number = 2_u32;
    while is_taken(&unique) {
        unique = format!("{name} {number}");
        number = number.saturating_add(1);
    }
    unique
}

/// The resolver document with a layer of these sets before all else.
fn with_layer(
    document: Option<&dss_model::JsonText>,
    sets: &[&TokenSet],
    is_all: bool,
) -> Result<Option<dss_model::JsonText>, InteropError> {
    let Some(Json::Object(mut root)) = document.map(|text| Json::from_ref(text.get_ref())) else {
        return Ok(None);
    };
    if sets.is_empty() {
        return Ok(document.cloned());
    }
    if is_all {
        // Nothing but the libraries is there, and without a resolver document all of it applies.
        return Ok(None);
    }
    let reference = |to: String| {
        let mut reference = Object::new();
        reference.push("$ref", to);
        Json::Object(reference)
    };
    let mut layer = Object::new();
    let sources = sets.iter().map(|set| reference(resolver::encode_uri(&set.file)));
    layer.push("sources", Json::Array(sources.collect()));
    root.with_object("sets", |layers| layers.set(LAYER, layer));
    let steps = root.get("resolutionOrder").and_then(Json::as_array).unwrap_or_default();
    let mut order = vec![reference(format!("#/sets/{LAYER}"))];
    order.extend(steps.iter().cloned());
    root.set("resolutionOrder", Json::Array(order));
    Ok(Some(Json::Object(root).to_text("$themes")?))
}

//! Files of Figma's native export as a design.

use std::collections::{HashMap, HashSet};

use super::{ALIAS_DATA, extension, mode_of, write};
use crate::bundle::Bundle;
use crate::design::{Reading, Skipped, TokenSet};
use crate::error::InteropError;
use crate::format::Format;
use crate::formats::dtcg::has_token;
use crate::formats::figma::names::segment;
use crate::formats::figma::tokens::{Token, flatten};
use crate::json::{Json, Object};
use crate::keep::keep;
use crate::names::Names;
use crate::report::{Fate, Report};

/// What a modifier is called whose collection's name no file says.
const MODIFIER: &str = "mode";

/// A file, and the collection that it is a mode of.
struct Mode<'a> {
    path: &'a str,
    stem: &'a str,
    root: &'a Object,
    collection: usize,
}

pub(super) fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let (reading, is_sure) = read_as(bundle, true)?;
    // Aliases that lead in circles, say, would not be the values again that they were: then they stay values.
    if is_sure || comes_back(bundle, &reading)? { Ok(reading) } else { Ok(read_as(bundle, false)?.0) }
}

/// Whether writing the design gives the files that it is of.
fn comes_back(bundle: &Bundle, reading: &Reading) -> Result<bool, InteropError> {
    let written = write::documents(&reading.design, &mut Report::default())?;
    let written: HashMap<String, Object> = written.into_iter().collect();
    let files = bundle.documents().iter().filter_map(|document| Some((document.path(), document.json()?)));
    Ok(files.filter(|(_, root)| has_token(root)).all(|(path, root)| written.get(path) == Some(root)))
}

/// The files as a design, in which values of other files' variables are aliases of those if `links` says so; and whether
/// it is known that writing it gives the files.
fn read_as(bundle: &Bundle, links: bool) -> Result<(Reading, bool), InteropError> {
    let mut reading = Reading::default();
    let mut modes: Vec<Mode<'_>> = Vec::new();
    for document in bundle.documents() {
        let path = document.path();
        if let Some(root) = document.json().filter(|root| has_token(root)) {
            modes.push(Mode { path, stem: document.stem(), root, collection: modes.len() });
        } else {
            let reason = "no object with \"$value\" in it".to_owned();
            reading.skipped.push(Skipped { path: path.to_owned(), reason });
        }
    }
    let tokens: Vec<Vec<Token<'_>>> = modes.iter().map(|mode| flatten(mode.root)).collect();
    group(&mut modes, &tokens);
    let targets = targets(&modes, &tokens);
    let mut names = Names::default();
    for (at, mode) in modes.iter().enumerate() {
        let name = names.unique(mode.stem);
        let mut document = mode.root.clone();
        keep(&mut document, Format::FigmaNative, kept_of_file(mode.path, None));
        for token in tokens.get(at).into_iter().flatten().filter(|_| links) {
            if let Some(alias) = alias(token, mode.collection, &targets, &modes, &tokens) {
                reading.report.note(
                    Fate::Changed,
                    "values of another file's variable, as aliases of it",
                    || format!("{name}:{}", token.path.join(".")),
                );
                relink(&mut document, &token.path, alias);
            }
        }
        let text = Json::Object(document).to_text(mode.path)?;
        reading.design.sets.push(TokenSet::new(name, text));
    }
    reading.design.resolver = Some(resolver(&modes, &reading.design.sets, &mut reading.report)?);
    let is_sure = keep_whole(&modes, &mut reading)?;
    Ok((reading, is_sure))
}

/// Files that hold the same variable are modes of one collection.
fn group(modes: &mut [Mode<'_>], tokens: &[Vec<Token<'_>>]) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for at in 0..modes.len() {
        let ids = || tokens.get(at).into_iter().flatten().filter_map(Token::variable_id);
        let meets: HashSet<usize> = ids().filter_map(|id| first.get(id)).copied().collect();
        let known: HashSet<usize> =
            meets.iter().filter_map(|other| modes.get(*other)).map(|mode| mode.collection).collect();
        let home = known.iter().min().copied().unwrap_or(at);
        for mode in modes.iter_mut().filter(|mode| known.contains(&mode.collection)) {
            mode.collection = home;
        }
        if let Some(mode) = modes.get_mut(at) {
            mode.collection = home;
        }
        for id in ids() {
            first.entry(id).or_insert(at);
        }
    }
}

/// Where each path stands.
fn targets(modes: &[Mode<'_>], tokens: &[Vec<Token<'_>>]) -> HashMap<String, Vec<(usize, usize)>> {
    let mut targets: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (set, tokens) in tokens.iter().enumerate().take(modes.len()) {
        for (at, token) in tokens.iter().enumerate() {
            targets.entry(token.path.join(".")).or_default().push((set, at));
        }
    }
    targets
}

/// The alias that a token's value stands for: its target is in one other collection only, and has that value.
fn alias(
    token: &Token<'_>,
    collection: usize,
    targets: &HashMap<String, Vec<(usize, usize)>>,
    modes: &[Mode<'_>],
    tokens: &[Vec<Token<'_>>],
) -> Option<String> {
    let name = extension(token.own, ALIAS_DATA)?.get("targetVariableName")?.as_str()?;
    let path = name.split('/').map(segment).collect::<Vec<_>>().join(".");
    let places = targets.get(&path)?;
    let homes: HashSet<usize> =
        places.iter().filter_map(|(set, _)| modes.get(*set)).map(|mode| mode.collection).collect();
    let is_another = homes.len() == 1 && !homes.contains(&collection);
    let value = token.own.get("$value").filter(|value| !crate::value::is_alias(value))?;
    let mut values = places.iter().filter_map(|(set, at)| tokens.get(*set)?.get(*at)?.own.get("$value"));
    (is_another && values.any(|target| target == value)).then_some(path)
}

/// Makes a token an alias, and keeps the value that it had.
fn relink(group: &mut Object, path: &[String], alias: String) {
    let Some((name, below)) = path.split_first() else { return };
    let Some(Json::Object(child)) = group.get_mut(name) else { return };
    if !below.is_empty() {
        return relink(child, below, alias);
    }
    let value = child.get("$value").cloned().unwrap_or(Json::Null);
    child.set("$value", format!("{{{alias}}}"));
    let mut kept = Object::new();
    kept.push("target", alias);
    kept.push("value", value);
    keep(child, Format::FigmaNative, kept);
}

/// A layer for each collection of one file, and a modifier for each of several.
fn resolver(
    modes: &[Mode<'_>],
    sets: &[TokenSet],
    report: &mut Report,
) -> Result<dss_model::JsonText, InteropError> {
    let (mut layers, mut modifiers, mut steps) = (Object::new(), Object::new(), Vec::new());
    let mut names = Names::default();
    let mut seen = HashSet::new();
    for mode in modes.iter().filter(|mode| seen.insert(mode.collection)) {
        let of_it = || modes.iter().zip(sets).filter(|(other, _)| other.collection == mode.collection);
        let sources = |set: &TokenSet| {
            let mut source = Object::new();
            source.push("$ref", dss_format::resolver::encode_uri(&set.file));
            Json::Array(vec![Json::Object(source)])
        };
        let is_layer = of_it().count() == 1;
        let mut owner = Object::new();
        let (map, owners, name) = if let (true, Some((_, set))) = (is_layer, of_it().next()) {
            owner.push("sources", sources(set));
            ("sets", &mut layers, names.unique(&set.name))
        } else {
            let mut taken = Names::default();
            let contexts: Object = of_it()
                .map(|(mode, set)| (taken.unique(mode_of(mode.root).unwrap_or(mode.stem)), sources(set)))
                .collect();
            let default = contexts.iter().next().map(|(name, _)| name.to_owned());
            let name = names.unique(MODIFIER);
            report.note(Fate::Assumed, "names of collections, and their first modes as the defaults", || {
                name.clone()
            });
            owner.push("contexts", contexts);
            default.into_iter().for_each(|default| owner.push("default", default));
            ("modifiers", &mut modifiers, name)
        };
        let pointer = dss_format::resolver::pointer(&[map, &name]);
        owners.push(name, owner);
        let mut step = Object::new();
        step.push("$ref", format!("#{}", dss_format::resolver::encode_uri(&pointer)));
        steps.push(Json::Object(step));
    }
    let mut root = Object::new();
    root.push("version", "2025.10");
    for (name, owners) in [("sets", layers), ("modifiers", modifiers)] {
        if !owners.is_empty() {
            root.push(name, owners);
        }
    }
    root.push("resolutionOrder", Json::Array(steps));
    Json::Object(root).to_text("resolver")
}

/// Keeps those documents whole that nothing less brings back; returns whether there was none.
fn keep_whole(modes: &[Mode<'_>], reading: &mut Reading) -> Result<bool, InteropError> {
    let written = write::documents(&reading.design, &mut Report::default())?;
    let written: HashMap<String, Object> = written.into_iter().collect();
    let mut is_sure = true;
    for (mode, set) in modes.iter().zip(&mut reading.design.sets) {
        if written.get(mode.path) == Some(mode.root) {
            continue;
        }
        is_sure = false;
        reading.report.note(Fate::Kept, "documents that are kept whole", || set.name.clone());
        if let Json::Object(mut document) = Json::from_ref(set.document.get_ref()) {
            keep(&mut document, Format::FigmaNative, kept_of_file(mode.path, Some(mode.root)));
            set.document = Json::Object(document).to_text(mode.path)?;
        }
    }
    Ok(is_sure)
}

/// What a document keeps: its file's path, and all of it where nothing less brings it back.
pub(super) fn kept_of_file(path: &str, whole: Option<&Object>) -> Object {
    let mut kept = Object::new();
    kept.push("file", path);
    whole.into_iter().for_each(|whole| kept.push("document", whole.clone()));
    kept
}

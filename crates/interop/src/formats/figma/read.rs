//! A payload as a design.

use std::collections::{HashMap, HashSet};

use super::known::Known;
use super::layout::{Collection, Layout, Variable};
use super::payload::{Payload, is_true, usual_shell};
use super::types::Types;
use super::variable::{Facts, describe, leftover};
use super::{names, value, write};
use crate::bundle::Bundle;
use crate::design::{Design, Reading, Skipped, TokenSet};
use crate::error::{InteropError, InteropErrorKind};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::keep;
use crate::report::{Fate, Report};

pub(super) fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let refused = |message: &str| InteropError::new(InteropErrorKind::NotThisFormat, "", message);
    let (document, root) = super::local_in(bundle).ok_or_else(|| refused("there is no variable in it"))?;
    let payload = Payload::of(root).ok_or_else(|| refused("a collection or variable in it is no object"))?;
    let mut reading = of_payload(&payload)?;
    if reading.design.sets.is_empty() {
        return Err(refused("no variable in it is of a collection that has modes"));
    }
    let others = bundle.documents().iter().filter(|other| other.path() != document.path());
    reading.skipped = others
        .map(|other| Skipped {
            path: other.path().to_owned(),
            reason: "not the payload with the values".to_owned(),
        })
        .collect();
    Ok(reading)
}

/// The design that a payload says, with what brings the very same payload back.
pub(super) fn of_payload(payload: &Payload) -> Result<Reading, InteropError> {
    let mut reading = of_known(payload, None)?;
    if !write::is_brought_back(&reading.design, payload) {
        reading.report.note(Fate::Kept, "documents that are kept whole", String::new);
        let mut whole = Object::new();
        whole.push("document", payload.clone().into_json());
        reading.design.resolver = Reader::new(payload, &Layout::of(payload), None).resolver(whole)?;
    }
    Ok(reading)
}

/// The same, as far as another design has it already, in that design's words; and without keeping it whole where nothing
/// less brings it back.
pub(super) fn of_known(payload: &Payload, known: Option<&Known>) -> Result<Reading, InteropError> {
    let mut layout = Layout::of(payload);
    known.into_iter().for_each(|known| known.place(&mut layout));
    let types = Types::of(payload);
    let mut reader =
        Reader { layout: &layout, types, report: Report::default(), listed: HashSet::new(), known };
    let mut design = Design { name: None, sets: reader.sets()?, resolver: None };
    let report = std::mem::take(&mut reader.report);
    let file = file(payload, &layout);
    design.resolver = reader.resolver(file.clone())?;
    reader.listed = listed_otherwise(&design, payload);
    design.resolver = reader.resolver(file)?;
    Ok(Reading { design, report, ..Reading::default() })
}

/// What concerns the whole payload and is not as usual.
fn file(payload: &Payload, layout: &Layout<'_>) -> Object {
    let mut file = Object::new();
    if payload.shell != usual_shell() {
        file.push("shell", payload.shell.clone());
    }
    let usual = layout.collections.iter().flat_map(|one| one.variables.iter().map(|variable| variable.id));
    if !usual.eq(payload.variables.iter().map(|(id, _)| id.as_str())) {
        file.push(
            "order",
            Json::Array(payload.variables.iter().map(|(id, _)| Json::from(id.as_str())).collect()),
        );
    }
    file
}

/// The collections that list their variables in another order than the sets that they became.
fn listed_otherwise(design: &Design, payload: &Payload) -> HashSet<String> {
    let Ok(plain) = write::local(design, &mut Report::default()) else { return HashSet::new() };
    let plain: HashMap<String, Object> = plain.collections.into_iter().collect();
    let list = |collection: &Object| collection.get("variableIds").cloned();
    let differs =
        |(id, stated): &&(String, Object)| plain.get(id).is_none_or(|plain| list(plain) != list(stated));
    payload.collections.iter().filter(differs).map(|(id, _)| id.clone()).collect()
}

struct Reader<'a> {
    layout: &'a Layout<'a>,
    types: Types<'a>,
    report: Report,
    /// The collections whose lists of variables are kept.
    listed: HashSet<String>,
    /// The design that has some of it already.
    known: Option<&'a Known>,
}

impl<'a> Reader<'a> {
    fn new(payload: &'a Payload, layout: &'a Layout<'a>, known: Option<&'a Known>) -> Self {
        let types = Types::of(payload);
        Self { layout, types, report: Report::default(), listed: HashSet::new(), known }
    }
}

impl Reader<'_> {
    fn sets(&mut self) -> Result<Vec<TokenSet>, InteropError> {
        let mut sets = Vec::new();
        let (layout, known) = (self.layout, self.known);
        for collection in layout.collections.iter().filter(|one| has_sets(one, known)) {
            self.note(collection);
            for mode in &collection.modes {
                let tokens = collection.variables.iter();
                let mut tokens: HashMap<&str, Object> =
                    tokens.filter_map(|one| Some((one.id, self.token(collection, mode.id, one)?))).collect();
                let known = self.known.and_then(|known| known.document(collection, mode.id, &mut tokens));
                let mut document = known.clone().unwrap_or_default();
                for variable in &collection.variables {
                    if let Some(token) = tokens.remove(variable.id) {
                        insert(&mut document, &variable.path, token);
                    }
                }
                if known.is_none() {
                    let mut extensions = Object::new();
                    extensions.push("com.figma.modeName", mode.name.as_str());
                    document.push("$extensions", extensions);
                    keep(&mut document, Format::Figma, kept_of_set(collection, mode.id));
                }
                let text = Json::Object(document).to_text(&mode.set)?;
                let mut set = TokenSet::new(mode.set.as_str(), text);
                if let Some(file) = self.known.and_then(|known| known.file(&mode.set)) {
                    file.clone_into(&mut set.file);
                }
                sets.push(set);
            }
        }
        Ok(sets)
    }

    fn note(&mut self, collection: &Collection<'_>) {
        let report = &mut self.report;
        if collection.group.is_some() {
            let what =
                "collections below a group of their name, because others have variables of the same names";
            report.note(Fate::Assumed, what, || collection.name.clone());
        }
        if is_true(collection.stated, "isExtension") {
            let what = "collections that extend others, with their own values only";
            report.note(Fate::Assumed, what, || collection.name.clone());
        }
        for variable in &collection.variables {
            let kind = self.types.kind(variable.id, variable.stated);
            let what = match kind.as_str() {
                "dimension" => "numbers that only lengths take, as px",
                "fontWeight" => "numbers that only weights take, as font weights",
                "fontFamily" => "texts that only font families take, as those",
                _ => continue,
            };
            report.note(Fate::Assumed, what, || format!("{}:{}", collection.name, variable.path.join(".")));
        }
    }

    /// A variable's token in a mode, if it has a value there.
    fn token(&self, collection: &Collection<'_>, mode: &str, variable: &Variable<'_>) -> Option<Object> {
        let values = variable.stated.get("valuesByMode").and_then(Json::as_object)?;
        let stated = values.get(mode)?;
        let kind = self.types.kind(variable.id, variable.stated);
        let mut token = Object::new();
        token.push("$type", kind.as_str());
        token.push("$value", self.value(&kind, stated));
        describe(&mut token, variable.id, variable.stated);
        let mut kept = Object::new();
        if is_first(collection, mode, values) {
            kept = left_of(collection, variable, values, &kind, &token);
        }
        if Self::is_spelled_otherwise(&kind, stated) {
            kept.push("value", stated.clone());
        }
        keep(&mut token, Format::Figma, kept);
        Some(token)
    }

    /// Whether a value is spelled in another way than it would be written in.
    fn is_spelled_otherwise(kind: &str, stated: &Json) -> bool {
        let usual = match value::target(stated) {
            Some(id) => value::alias(id),
            None => match value::from_dtcg(kind, &value::to_dtcg(kind, stated)) {
                value::Said::Exactly(usual) => usual,
                _ => return false,
            },
        };
        usual != *stated && value::has_same_members(&usual, stated)
    }

    fn value(&self, kind: &str, stated: &Json) -> Json {
        match value::target(stated) {
            Some(id) => Json::String(match self.layout.variable(id) {
                Some(variable) => format!("{{{}}}", variable.path.join(".")),
                // It is in no collection of the payload: its id says which it was.
                None => format!("{{{id}}}"),
            }),
            None => value::to_dtcg(kind, stated),
        }
    }

    /// A collection as it stands, without the list of its variables if that is what there is.
    fn kept_collection(&self, collection: &Collection<'_>) -> Object {
        let mut kept = collection.stated.clone();
        if kept.has("variableIds") && !self.listed.contains(collection.id) {
            kept.set("variableIds", Json::Null);
        }
        kept
    }

    /// The resolver document; `file` is kept where the first collection is.
    fn resolver(&self, mut file: Object) -> Result<Option<dss_model::JsonText>, InteropError> {
        let mut root = Object::new();
        root.push("version", "2025.10");
        let (mut layers, mut modifiers, mut steps) = (Object::new(), Object::new(), Vec::new());
        let is_stated = |one: &&Collection<'_>| !self.known.is_some_and(|known| known.is_placed(one));
        for collection in self.layout.collections.iter().filter(is_stated) {
            let mut kept = Object::new();
            kept.push("collection", self.kept_collection(collection));
            if collection.stated.string("name") != Some(&collection.name) {
                kept.push("as", collection.name.as_str());
            }
            if self.layout.collections.first().is_some_and(|first| first.id == collection.id) {
                kept.push("file", std::mem::take(&mut file));
            }
            let is_layer = collection.modes.len() < 2;
            let mut owner = Object::new();
            let sources = |set: &str| {
                let mut source = Object::new();
                let file = self.known.and_then(|known| known.file(set)).map(str::to_owned);
                let file = file.unwrap_or_else(|| format!("{set}.tokens.json"));
                source.push("$ref", dss_format::resolver::encode_uri(&file));
                let is_there = has_sets(collection, self.known);
                Json::Array(is_there.then_some(Json::Object(source)).into_iter().collect())
            };
            if is_layer {
                let set = collection.modes.first().map(|mode| sources(&mode.set));
                owner.push("sources", set.unwrap_or_else(|| Json::Array(Vec::new())));
            } else {
                let contexts = collection.modes.iter().map(|mode| (mode.name.clone(), sources(&mode.set)));
                owner.push("contexts", contexts.collect::<Object>());
                let default = collection.stated.string("defaultModeId");
                let default = collection.modes.iter().find(|mode| Some(mode.id) == default);
                default.into_iter().for_each(|mode| owner.push("default", mode.name.as_str()));
            }
            keep(&mut owner, Format::Figma, kept);
            let (map, owners) = if is_layer { ("sets", &mut layers) } else { ("modifiers", &mut modifiers) };
            owners.push(collection.name.as_str(), owner);
            let pointer = dss_format::resolver::pointer(&[map, &collection.name]);
            let mut step = Object::new();
            step.push("$ref", format!("#{}", dss_format::resolver::encode_uri(&pointer)));
            steps.push(Json::Object(step));
        }
        for (name, owners) in [("sets", layers), ("modifiers", modifiers)] {
            if !owners.is_empty() {
                root.push(name, owners);
            }
        }
        if steps.is_empty() {
            return Ok(None);
        }
        root.push("resolutionOrder", Json::Array(steps));
        Ok(Some(Json::Object(root).to_text("resolver")?))
    }
}

/// Whether a collection's modes are sets: without variables they are only where there are sets for them.
fn has_sets(collection: &Collection<'_>, known: Option<&Known>) -> bool {
    !collection.variables.is_empty() || known.is_some_and(|known| known.is_home(collection))
}

/// Whether it is this mode's token that keeps what concerns the whole variable.
fn is_first(collection: &Collection<'_>, mode: &str, values: &Object) -> bool {
    let first = collection.modes.iter().find(|mode| values.has(mode.id));
    first.is_some_and(|first| first.id == mode)
}

/// What a variable's first token has to keep.
fn left_of(
    collection: &Collection<'_>,
    variable: &Variable<'_>,
    values: &Object,
    kind: &str,
    token: &Object,
) -> Object {
    let stated = variable.stated;
    let plain = names::name_of(&variable.path, collection.group.as_deref());
    let name = stated.string("name").unwrap_or_default();
    let facts = Facts {
        id: variable.id,
        name,
        collection: collection.id,
        is_remote: is_true(collection.stated, "remote"),
        resolved_type: value::resolved_type(kind, &Json::Null),
        values,
    };
    let mut kept = leftover(token, stated, &facts);
    if plain != name {
        let mut names = Object::new();
        names.push(plain, name);
        kept.push("names", names);
    }
    let usual = collection.modes.iter().map(|mode| mode.id).filter(|id| values.has(id));
    if !usual.eq(values.iter().map(|(id, _)| id)) {
        kept.push("modes", Json::Array(values.iter().map(|(id, _)| Json::from(id)).collect()));
    }
    kept
}

/// What a set keeps: which collection and mode it is, and the group that its tokens were put into.
fn kept_of_set(collection: &Collection<'_>, mode: &str) -> Object {
    let mut kept = Object::new();
    kept.push("collection", collection.id);
    kept.push("mode", mode);
    collection.group.iter().for_each(|group| kept.push("group", group.as_str()));
    kept
}

/// Puts a token at its path.
fn insert(document: &mut Object, path: &[String], token: Object) {
    match path {
        [] => {}
        [name] => document.push(name.as_str(), token),
        [name, below @ ..] => document.with_object(name, |group| insert(group, below, token)),
    }
}

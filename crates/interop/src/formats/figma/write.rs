//! A design as a payload, or as the request that creates it.

use std::collections::HashMap;

use super::design::{Column, columns, kept_file};
use super::payload::{Payload, is_true};
use super::tokens::{Place, Row, Tokens};
use super::value::Said;
use super::variable::{Facts, written};
use super::{names, post};
use crate::design::{Design, TokenSet, WriteOptions, Written};
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::formats::conservative;
use crate::json::{Json, Object};
use crate::keep::{EXTENSION, kept};
use crate::names::Names;
use crate::report::{Fate, Report};
use crate::themes::Themes;

pub(super) fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let themes = Themes::of(design)?;
    let document = match kept_file(&themes) {
        Some(_) => local(design, &mut report)?.into_json(),
        None => Json::Object(post::request(&local(design, &mut report)?, &Payload::empty(), &mut report)),
    };
    let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("variables");
    let path = Paths::default().take("", name, ".json");
    let bytes = document.to_pretty(&path)?;
    Ok(Written { files: vec![File::new(path, bytes)], report })
}

/// Whether a design is written as the payload that it was read from.
pub(super) fn is_brought_back(design: &Design, payload: &Payload) -> bool {
    local(design, &mut Report::default()).is_ok_and(|again| again == *payload)
}

/// The payload that Figma would answer with if it had the design. What Figma has no id for has a temporary one.
pub(super) fn local(design: &Design, report: &mut Report) -> Result<Payload, InteropError> {
    let made = made(design, report)?;
    let file = kept_file(&Themes::of(design)?).unwrap_or_default();
    let whole = file.get("document").and_then(Json::as_object).and_then(Payload::of);
    let Some(whole) = whole else { return Ok(made) };
    // What is kept whole is what is written, if nothing was changed since: then the same would be made of it.
    let before = super::read::of_payload(&whole)?.design;
    let is_same = self::made(&before, &mut Report::default())? == made;
    Ok(if is_same { whole } else { made })
}

fn made(design: &Design, report: &mut Report) -> Result<Payload, InteropError> {
    let themes = Themes::of(design)?;
    let documents: Vec<Object> = themes.sets.iter().map(document).collect();
    let documents = conservative::expand(&documents, report)?;
    let columns = columns(&themes, &documents);
    let mut tokens = Tokens::of(&documents, &columns);
    let rows = std::mem::take(&mut tokens.rows);
    let mut writer = Writer { documents: &documents, tokens, report };
    let mut payload = Payload::empty();
    for (column, rows) in columns.iter().zip(&rows) {
        let mut variables = writer.variables(column, rows);
        arrange(&mut variables, column.listed());
        let ids: Vec<&str> = variables.iter().map(|(id, _)| id.as_str()).collect();
        payload.collections.push((column.id.clone(), collection(column, &ids)));
        payload.variables.extend(variables);
    }
    for _ in 0..themes.dangling {
        report.note(Fate::Lost, "sources of layers and themes that are no sets of the design", String::new);
    }
    if let Some(file) = kept_file(&themes) {
        if let Some(shell) = file.get("shell").and_then(Json::as_object) {
            payload.shell = shell.clone();
        }
        arrange(&mut payload.variables, file.get("order").and_then(Json::as_array).unwrap_or_default());
    }
    Ok(payload)
}

/// The document of a set.
pub(super) fn document(set: &TokenSet) -> Object {
    match Json::from_ref(set.document.get_ref()) {
        Json::Object(document) => document,
        _ => Object::new(),
    }
}

/// What a set and its tokens are called in the request for them.
pub(super) struct Called {
    pub(super) collection: String,
    pub(super) mode: String,
    /// The variable of each token, in the document's order.
    pub(super) tokens: Vec<Option<String>>,
}

/// What sets and tokens are called in the request for them, by the sets' numbers.
pub(super) fn places(design: &Design) -> Result<HashMap<usize, Called>, InteropError> {
    let themes = Themes::of(design)?;
    let documents: Vec<Object> = themes.sets.iter().map(document).collect();
    let documents = conservative::expand(&documents, &mut Report::default())?;
    let columns = columns(&themes, &documents);
    let tokens = Tokens::of(&documents, &columns);
    let mut places = HashMap::new();
    for column in &columns {
        for (mode, set) in column.modes.iter().filter_map(|mode| Some((mode, mode.set?))) {
            let own = themes.sets.get(set).map(document).unwrap_or_default();
            // What is inherited has a variable, and no token of its own that could carry its id.
            let ids = super::tokens::flatten(&own).into_iter().map(|token| {
                let place = tokens.place_in(set, &token.path.join("."))?;
                tokens.id_of(place).map(str::to_owned)
            });
            let tokens = ids.collect();
            let (collection, mode) = (column.id.clone(), mode.id.clone());
            places.insert(set, Called { collection, mode, tokens });
        }
    }
    Ok(places)
}

/// Puts variables into the order that is kept, new ones last.
fn arrange(variables: &mut [(String, Object)], order: &[Json]) {
    let places: HashMap<&str, usize> = order.iter().filter_map(Json::as_str).zip(0..).collect();
    if !places.is_empty() {
        variables.sort_by_key(|(id, _)| places.get(id.as_str()).copied().unwrap_or(usize::MAX));
    }
}

/// A collection as it stood, or as Figma would make it.
fn collection(column: &Column, ids: &[&str]) -> Object {
    let mode = |mode: &super::design::Mode, stated: Option<&Object>| {
        let mut made = stated.cloned().unwrap_or_default();
        made.set("modeId", mode.id.as_str());
        if made.string("name") != Some(&mode.name) && !(mode.name == super::ONLY_MODE && stated.is_some()) {
            made.set("name", mode.name.as_str());
        }
        Json::Object(made)
    };
    let listed =
        column.stated.as_ref().and_then(|stated| stated.get("modes")?.as_array()).unwrap_or_default();
    let stated_mode = |id: &str| {
        let mut stated = listed.iter().filter_map(Json::as_object);
        stated.find(|mode| mode.string("modeId") == Some(id))
    };
    let modes = column.modes.iter().map(|one| mode(one, stated_mode(&one.id)));
    let modes = Json::Array(modes.collect());
    let default = column.default.and_then(|at| column.modes.get(at));
    let default = default.or_else(|| column.modes.first().filter(|_| column.stated.is_none()));
    let mut made = column.stated.clone().unwrap_or_else(|| {
        let mut made = Object::new();
        made.push("defaultModeId", "");
        made.push("id", column.id.as_str());
        made.push("name", "");
        made.push("remote", Json::Boolean(false));
        made.push("modes", Json::Null);
        made.push("variableIds", Json::Null);
        made
    });
    if made.string("name") != Some(&column.name) && (made.has("name") || !column.name.is_empty()) {
        made.set("name", column.name.as_str());
    }
    if made.string("id").is_some_and(|id| id != column.id) {
        made.set("id", column.id.as_str());
    }
    if made.get("modes").is_some_and(|old| *old != modes) {
        made.set("modes", modes);
    }
    if let Some(default) = default {
        made.set("defaultModeId", default.id.as_str());
    }
    if made.has("variableIds") {
        let list = ids.iter().map(|id| Json::from(*id)).collect();
        made.set("variableIds", Json::Array(list));
    }
    made
}

struct Writer<'a> {
    documents: &'a [Object],
    tokens: Tokens<'a>,
    report: &'a mut Report,
}

impl Writer<'_> {
    /// A column's variables, by id.
    fn variables(&mut self, column: &Column, rows: &[Row]) -> Vec<(String, Object)> {
        let mut names = Names::default();
        let variables =
            rows.iter().map(|row| Some((row.id.clone(), self.variable(column, row, &mut names)?)));
        variables.flatten().collect()
    }

    fn variable(&mut self, column: &Column, row: &Row, names: &mut Names) -> Option<Object> {
        let place = *row.tokens.iter().flatten().next()?;
        let token = self.tokens.get(place)?;
        let (first, is_known) = (token.own, token.variable_id() == Some(&row.id));
        let (resolved, path) = (self.tokens.said(place).0, token.path.join("."));
        let mut values = Object::new();
        for (mode, place) in column.modes.iter().zip(&row.tokens) {
            let Some(place) = place else { continue };
            if let Some(value) = self.value(*place, resolved) {
                values.push(mode.id.as_str(), value);
            }
            self.note_losses(*place, first);
        }
        let stated = values.iter().next().map(|(_, value)| value.clone())?;
        if !is_known {
            for mode in column.modes.iter().filter(|mode| !values.has(&mode.id)).collect::<Vec<_>>() {
                let what = "values that a theme does not say, as another one's";
                self.report.note(Fate::Changed, what, || format!("{}/{}:{path}", column.name, mode.name));
                values.push(mode.id.as_str(), stated.clone());
            }
        }
        let kept = kept(first, Format::Figma);
        if let Some(order) = kept.and_then(|kept| kept.get("modes")?.as_array()) {
            values = order
                .iter()
                .filter_map(|id| Some((id.as_str()?.to_owned(), values.remove(id.as_str()?)?)))
                .collect::<Vec<_>>()
                .into_iter()
                .chain(values.clone())
                .collect();
        }
        let name = self.name(place, kept, names);
        let facts = Facts {
            id: &row.id,
            name: &name,
            collection: &column.id,
            is_remote: column.stated.as_ref().is_some_and(|stated| is_true(stated, "remote")),
            resolved_type: resolved,
            values: &values,
        };
        Some(written(first, &facts))
    }

    /// A token's value as a variable of that type has it.
    fn value(&mut self, place: Place, resolved: Option<&'static str>) -> Option<Json> {
        let (kind, said) = self.tokens.said(place);
        let token = self.tokens.get(place)?;
        let path = || token.path.join(".");
        if kind != resolved {
            self.report.note(
                Fate::Lost,
                "values of another type than the same token's in the first theme",
                path,
            );
            return None;
        }
        let (value, alias) = match said {
            Said::Not(what) => {
                self.report.note(Fate::Lost, what, path);
                return None;
            }
            Said::Exactly(value) => (value, token.alias()),
            Said::Nearly(value, what) => {
                if token.alias().is_none() {
                    self.report.note(Fate::Changed, what, path);
                }
                (value, token.alias())
            }
        };
        let target = alias.and_then(|alias| self.tokens.id_at(alias));
        let value = target.map_or(value, super::value::alias);
        let spelled = kept(token.own, Format::Figma).and_then(|kept| kept.get("value"));
        Some(
            spelled
                .filter(|spelled| super::value::has_same_members(spelled, &value))
                .cloned()
                .unwrap_or(value),
        )
    }

    fn name(&self, (set, at): Place, kept: Option<&Object>, names: &mut Names) -> String {
        let Some(token) = self.tokens.get((set, at)) else { return String::new() };
        let of_set = self.documents.get(set).and_then(|document| crate::keep::kept(document, Format::Figma));
        let plain = names::name_of(&token.path, of_set.and_then(|kept| kept.string("group")));
        let stated = kept.and_then(|kept| kept.get("names")?.get(&plain)?.as_str());
        match stated {
            Some(stated) => stated.to_owned(),
            // Two tokens may come to one name only where Figma has not named them.
            None if token.variable_id().is_none() => names.unique(&plain),
            None => plain,
        }
    }

    /// Counts what a token says that a variable does not, given the token that speaks for the variable.
    fn note_losses(&mut self, place: Place, first: &Object) {
        let Some(token) = self.tokens.get(place) else { return };
        let path = || token.path.join(".");
        let report = &mut *self.report;
        if token.own.has("$deprecated") {
            report.note(Fate::Lost, "marks that tokens are deprecated", path);
        }
        if token.own.get("$description") != first.get("$description") {
            report.note(Fate::Lost, "descriptions that differ between themes", path);
        }
        let extensions = token.own.get("$extensions").and_then(Json::as_object);
        let is_foreign = |vendor: &str| !vendor.starts_with("com.figma.") && vendor != EXTENSION;
        if extensions.is_some_and(|extensions| extensions.iter().any(|(vendor, _)| is_foreign(vendor))) {
            report.note(Fate::Lost, "extensions of other tools", path);
        }
        if token.variable_id().is_none() && token.path.iter().any(|name| name.contains('/')) {
            report.note(Fate::Changed, "names with a slash, which makes groups in Figma", path);
        }
    }
}

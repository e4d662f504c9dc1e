//! A design as files that Figma imports: one for each collection and mode.

use std::cell::RefCell;
use std::collections::HashMap;

use super::read::kept_of_file;
use super::{ALIAS_DATA, MODE_NAME};
use crate::design::{Design, WriteOptions, Written};
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::formats::conservative;
use crate::formats::figma::design::{Column, columns};
use crate::formats::figma::names::name_of;
use crate::formats::figma::tokens::{End, Place, Tokens};
use crate::formats::figma::value::{Said, resolved_type, to_dtcg};
use crate::formats::figma::write::document;
use crate::json::{Json, Object};
use crate::keep::{keep, kept, take};
use crate::report::{Fate, Report};
use crate::themes::Themes;

pub(super) fn write(design: &Design, _: &WriteOptions) -> Result<Written, InteropError> {
    let mut written = Written::default();
    let mut paths = Paths::default();
    for (path, document) in documents(design, &mut written.report)? {
        let path = paths.take(&path, path.trim_end_matches(".tokens.json"), ".tokens.json");
        let bytes = Json::Object(document).to_pretty(&path)?;
        written.files.push(File::new(path, bytes));
    }
    Ok(written)
}

/// The documents, by path.
pub(super) fn documents(design: &Design, report: &mut Report) -> Result<Vec<(String, Object)>, InteropError> {
    let themes = Themes::of(design)?;
    let current: Vec<Object> = themes.sets.iter().map(document).collect();
    let whole =
        |document: &Object| kept(document, Format::FigmaNative)?.get("document")?.as_object().cloned();
    let mut made = made(&themes, &current, report)?;
    if current.iter().all(|document| whole(document).is_none()) {
        return Ok(made.into_iter().map(|made| (made.path, made.document)).collect());
    }
    // What is kept whole is what is written, if nothing was changed since: then the same would be made of it.
    let before = current.iter().map(|document| match (whole(document), file_of(document)) {
        (Some(mut before), Some(path)) => {
            keep(&mut before, Format::FigmaNative, kept_of_file(path, None));
            before
        }
        _ => document.clone(),
    });
    let before: Vec<Object> = before.collect();
    let before = self::made(&themes, &before, &mut Report::default())?;
    for (made, before) in made.iter_mut().zip(before) {
        let whole = current.get(made.set).and_then(whole);
        if let Some(whole) = whole.filter(|_| made.document == before.document) {
            made.document = whole;
        }
    }
    Ok(made.into_iter().map(|made| (made.path, made.document)).collect())
}

/// The path of the file that a document was.
fn file_of(document: &Object) -> Option<&str> {
    kept(document, Format::FigmaNative)?.string("file")
}

/// A file that was made of a set.
struct Made {
    set: usize,
    path: String,
    document: Object,
}

fn made(themes: &Themes, documents: &[Object], report: &mut Report) -> Result<Vec<Made>, InteropError> {
    let documents = conservative::expand(documents, report)?;
    let columns = columns(themes, &documents);
    let tokens = Tokens::of(&documents, &columns);
    let homes = columns
        .iter()
        .enumerate()
        .flat_map(|(at, column)| column.modes.iter().filter_map(move |mode| Some((mode.set?, at))));
    let homes = homes.collect();
    let mut writer = Writer {
        tokens: &tokens,
        columns: &columns,
        homes,
        unlinked: RefCell::default(),
        documents: &documents,
        report,
    };
    let mut made = Vec::new();
    for column in &columns {
        for mode in &column.modes {
            let Some((set, document)) = mode.set.and_then(|set| Some((set, documents.get(set)?))) else {
                continue;
            };
            let path = match (file_of(document), column.modes.as_slice()) {
                (Some(path), _) => path.to_owned(),
                (None, [_]) => format!("{}.tokens.json", column.name),
                (None, _) => format!("{}/{}.tokens.json", column.name, mode.name),
            };
            let is_native = file_of(document).is_some();
            let mut written = writer.group(document, &mut Walk { set, at: 0, is_native });
            take(&mut written, Format::FigmaNative);
            if !is_native {
                written
                    .with_object("$extensions", |extensions| extensions.set(MODE_NAME, mode.name.as_str()));
            }
            made.push(Made { set, path, document: written });
        }
    }
    Ok(made)
}

/// Where in a document a writer is.
struct Walk {
    set: usize,
    /// Tokens that it has passed.
    at: usize,
    /// Whether the document was one of Figma's.
    is_native: bool,
}

struct Writer<'a> {
    tokens: &'a Tokens<'a>,
    columns: &'a [Column],
    /// Each set's column.
    homes: HashMap<usize, usize>,
    /// The tokens that were asked for the value that they had, and whether they have it still.
    unlinked: RefCell<HashMap<Place, bool>>,
    documents: &'a [Object],
    report: &'a mut Report,
}

impl Writer<'_> {
    fn group(&mut self, group: &Object, walk: &mut Walk) -> Object {
        let mut written = Object::new();
        for (key, value) in group.iter() {
            let child = value.as_object().filter(|_| !key.starts_with('$') || key == "$root");
            let Some(child) = child else {
                written.push(key, value.clone());
                continue;
            };
            if !child.has("$value") {
                written.push(key, self.group(child, walk));
                continue;
            }
            let place = (walk.set, walk.at);
            walk.at = walk.at.saturating_add(1);
            let inside = self.group(child, walk);
            if let Some(token) = self.token(place, inside, walk.is_native) {
                written.push(key, token);
            }
        }
        written
    }

    /// A token as Figma has it; `own` is the token, with what stands in it written already.
    fn token(&mut self, place: Place, mut own: Object, is_native: bool) -> Option<Object> {
        let token = self.tokens.get(place)?;
        take(&mut own, Format::FigmaNative);
        if let Some(value) = self.unlinked(place) {
            own.set("$value", value.clone());
            return Some(own);
        }
        let Some(alias) = token.alias() else { return self.literal(place, own, is_native) };
        let target = self.tokens.place_at(alias);
        let is_other = target.is_some_and(|(set, _)| self.homes.get(&set) != self.homes.get(&place.0));
        if !is_other && (is_native || target.is_some()) {
            let kind = native_type(self.tokens.said(place).0);
            if let Some(kind) = kind.filter(|_| !is_native) {
                own.set("$type", kind);
            }
            return Some(own);
        }
        let data = target.and_then(|target| self.alias_data(target));
        let mut written = self.literal(place, own, is_native)?;
        written.with_object("$extensions", |extensions| {
            data.into_iter().for_each(|data| extensions.set(ALIAS_DATA, data));
        });
        Some(written)
    }

    /// The value that a token had which became an alias, if its target, which may be one, too, has that value still.
    fn unlinked(&self, place: Place) -> Option<&Json> {
        let token = self.tokens.get(place)?;
        let kept = kept(token.own, Format::FigmaNative)?;
        let (target, value) = (kept.string("target")?, kept.get("value")?);
        if token.alias() != Some(target) {
            return None;
        }
        if let Some(known) = self.unlinked.borrow().get(&place) {
            return known.then_some(value);
        }
        // Nothing that leads back to itself has a value.
        self.unlinked.borrow_mut().insert(place, false);
        let (set, _) = self.tokens.place_at(target)?;
        let column = self.homes.get(&set).and_then(|at| self.columns.get(*at))?;
        let has_value = |place: Place| {
            let stated = self.tokens.get(place).and_then(|token| token.own.get("$value"));
            self.unlinked(place).or(stated) == Some(value)
        };
        let mut sets = column.modes.iter().filter_map(|mode| mode.set);
        let is_there = sets.any(|set| self.tokens.place_in(set, target).is_some_and(has_value));
        self.unlinked.borrow_mut().insert(place, is_there);
        is_there.then_some(value)
    }

    /// A token with its value in the end, as Figma writes values.
    fn literal(&mut self, place: Place, mut own: Object, is_native: bool) -> Option<Object> {
        let token = self.tokens.get(place)?;
        let path = || token.path.join(".");
        let is_alias = token.alias().is_some();
        let is_figmas = matches!(token.kind(), "color" | "number" | "string" | "boolean");
        let (resolved, said) = self.tokens.said(place);
        let value = match said {
            // Figma's own stay as they are, whatever is wrong with them.
            Said::Exactly(_) | Said::Not(_) if is_native && is_figmas && !is_alias => return Some(own),
            Said::Exactly(value) => value,
            Said::Nearly(value, what) => {
                self.report.note(Fate::Changed, what, path);
                value
            }
            Said::Not(what) => {
                self.report.note(Fate::Lost, what, path);
                return None;
            }
        };
        let kind = native_type(resolved)?;
        let value = match self.tokens.end(place) {
            End::Literal(end) if kind == "color" => self.color(end, &value),
            _ => value,
        };
        own.set("$type", kind);
        own.set("$value", value);
        if matches!(kind, "string" | "boolean") && resolved_type(token.kind(), &Json::Null).is_some() {
            own.with_object("$extensions", |extensions| extensions.set("com.figma.type", kind));
        }
        Some(own)
    }

    /// A colour with everything that Figma's have.
    fn color(&self, place: Place, value: &Json) -> Json {
        let stated = self.tokens.get(place).and_then(|token| token.own.get("$value"));
        let Json::Object(mut color) = to_dtcg("color", value) else { return value.clone() };
        if !color.has("alpha") {
            color.push("alpha", Json::integer(1));
        }
        let hex = stated.and_then(|stated| stated.get("hex")?.as_str()).map(str::to_owned);
        if let Some(hex) = hex.or_else(|| hex_of(&color)) {
            color.push("hex", hex);
        }
        Json::Object(color)
    }

    /// What Figma writes about a target in another collection.
    fn alias_data(&self, target: Place) -> Option<Object> {
        let token = self.tokens.get(target)?;
        let column = self.homes.get(&target.0).and_then(|at| self.columns.get(*at))?;
        let of_set = self.documents.get(target.0).and_then(|document| kept(document, Format::Figma));
        let name = name_of(&token.path, of_set.and_then(|kept| kept.string("group")));
        let mut data = Object::new();
        let id = token.variable_id().or_else(|| self.tokens.id_of(target));
        id.into_iter().for_each(|id| data.push("targetVariableId", id));
        data.push("targetVariableName", name);
        data.push("targetVariableSetId", column.id.as_str());
        data.push("targetVariableSetName", column.name.as_str());
        Some(data)
    }
}

/// What Figma's types are called in its files.
fn native_type(resolved: Option<&str>) -> Option<&'static str> {
    Some(match resolved? {
        "COLOR" => "color",
        "FLOAT" => "number",
        "STRING" => "string",
        "BOOLEAN" => "boolean",
        _ => return None,
    })
}

/// The colour in eight bits a channel.
fn hex_of(color: &Object) -> Option<String> {
    let mut hex = "#".to_owned();
    for channel in color.get("components")?.as_array()? {
        let channel = (channel.f64()?.clamp(0.0, 1.0) * 255.0).round();
        let byte = (0..=255_u8).find(|byte| f64::from(*byte) >= channel)?;
        hex.push_str(&format!("{byte:02X}"));
    }
    Some(hex)
}

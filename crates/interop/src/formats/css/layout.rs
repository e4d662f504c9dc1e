//! Style sheets as they were: the text around the values is kept, and values are put into it again.
//!
//! It is used only while the style sheet that it makes is read as what there is now.

use std::collections::HashMap;
use std::ops::Range;

use super::typed::{self, Typed};
use crate::bundle::Bundle;
use crate::design::Design;
use crate::file::{File, Paths, ReadLimits};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep;
use crate::themes::Themes;

/// Longest text that is kept; an item of a design may have a megabyte.
const TEXT_MAX: usize = 512 << 10;

/// Where in a text the value of a token is.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The set's place among those of the file.
    pub(super) set: usize,
    pub(super) token: String,
    pub(super) value: Range<usize>,
}

/// What is kept of a style sheet: the names of its `sets`, the `slots` of its values (a set's place, and a token), and the
/// `text` in front of each and behind the last.
pub(super) fn kept<'a>(text: &str, sets: &[&str], slots: impl Iterator<Item = &'a Slot>) -> Object {
    let mut kept = Object::new();
    if text.len() > TEXT_MAX {
        return kept;
    }
    let mut pieces = Vec::new();
    let mut places = Vec::new();
    let mut at = 0;
    for slot in slots {
        pieces.push(Json::from(text.get(at..slot.value.start).unwrap_or_default()));
        let set = Json::integer(u64::try_from(slot.set).unwrap_or_default());
        places.push(Json::Array(vec![set, Json::from(slot.token.as_str())]));
        at = slot.value.end;
    }
    pieces.push(Json::from(text.get(at..).unwrap_or_default()));
    kept.push("sets", Json::Array(sets.iter().map(|name| Json::from(*name)).collect()));
    kept.push("slots", Json::Array(places));
    kept.push("text", Json::Array(pieces));
    kept
}

/// The style sheets that a design was read from, with the values that it has now.
pub(super) enum Again {
    /// It was read from none.
    None,
    /// They are not what there is now.
    Other,
    Files(Vec<File>),
}

pub(super) fn again(design: &Design) -> Again {
    let documents = documents(design);
    let is_layout =
        |document: &Object| keep::kept(document, Format::Css).is_some_and(|kept| kept.has("text"));
    if !documents.iter().any(|(_, document)| is_layout(document)) {
        return Again::None;
    }
    let Some(now) = Texts::of(&documents) else { return Again::Other };
    let mut files = Vec::new();
    let mut paths = Paths::default();
    for (name, document) in documents.iter().filter(|(_, document)| is_layout(document)) {
        let Some(text) = now.text(document) else { return Again::Other };
        let usual = format!("{name}.css");
        let wanted = keep::kept(document, Format::Css).and_then(|kept| kept.string("file")).unwrap_or(&usual);
        files.push(File::new(paths.take(wanted, name, ".css"), text));
    }
    if is_same(design, &now, files.clone()).unwrap_or_default() { Again::Files(files) } else { Again::Other }
}

/// Whether these files are read as what a design is.
fn is_same(design: &Design, now: &Texts, files: Vec<File>) -> Option<bool> {
    let bundle = Bundle::new(files, ReadLimits::default()).ok()?;
    let read = super::read::read(&bundle).ok()?.design;
    Some(Texts::of(&documents(&read))? == *now && choices(design)? == choices(&read)?)
}

/// The documents of a design, by the names of their sets.
fn documents(design: &Design) -> Vec<(&str, Object)> {
    let documents = design.sets.iter().filter_map(|set| match Json::from_ref(set.document.get_ref()) {
        Json::Object(document) => Some((set.name.as_str(), document)),
        _ => None,
    });
    documents.collect()
}

/// Sets that are selected together, by name.
#[derive(Debug, PartialEq, Eq)]
struct Selection {
    /// The modifier and its default, and the context; none for what always applies.
    choice: Option<(String, Option<String>, String)>,
    sets: Vec<String>,
}

/// What is selected when.
fn choices(design: &Design) -> Option<Vec<Selection>> {
    let themes = Themes::of(design).ok()?;
    let names = |sets: &mut dyn Iterator<Item = usize>| -> Vec<String> {
        sets.filter_map(|at| themes.sets.get(at)).map(|set| set.name.clone()).collect()
    };
    let mut choices = vec![Selection { choice: None, sets: names(&mut themes.fixed()) }];
    for group in themes.groups() {
        for (context, sets) in &group.themes {
            let choice = Some((group.name.clone(), group.default.clone(), context.clone()));
            choices.push(Selection { choice, sets: names(&mut sets.iter().copied()) });
        }
    }
    Some(choices)
}

/// The value of every token as CSS writes it, by set and name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Texts {
    sets: HashMap<String, HashMap<String, String>>,
}

impl Texts {
    /// None if there is something that is no custom property.
    fn of(documents: &[(&str, Object)]) -> Option<Self> {
        let mut properties = Properties::default();
        for (_, document) in documents {
            for (name, token) in document.iter().filter(|(name, _)| !name.starts_with('$')) {
                let kept = keep::kept(token.as_object()?, Format::Css).and_then(|kept| kept.string("name"));
                if let Some(property) = kept {
                    properties.of.insert(name, property);
                    properties.tokens.insert(property, name);
                }
            }
        }
        let mut texts = Self::default();
        for (set, document) in documents {
            let mut tokens = HashMap::new();
            for (name, token) in document.iter().filter(|(name, _)| *name != "$extensions") {
                tokens.insert(name.to_owned(), text_of(token.as_object()?, &properties)?);
            }
            texts.sets.insert((*set).to_owned(), tokens);
        }
        Some(texts)
    }

    /// The text of a style sheet.
    fn text(&self, document: &Object) -> Option<String> {
        let kept = keep::kept(document, Format::Css)?;
        let (sets, slots) = (kept.get("sets")?.as_array()?, kept.get("slots")?.as_array()?);
        let mut pieces = kept.get("text")?.as_array()?.iter();
        let mut out = String::from(pieces.next()?.as_str()?);
        for slot in slots {
            let [set, token] = slot.as_array()? else { return None };
            let set = sets.get(set.number()?.parse::<usize>().ok()?)?.as_str()?;
            out.push_str(self.sets.get(set)?.get(token.as_str()?)?);
            out.push_str(pieces.next()?.as_str()?);
        }
        pieces.next().is_none().then_some(out)
    }
}

/// Custom properties whose tokens are called otherwise.
#[derive(Default)]
struct Properties<'a> {
    /// By token.
    of: HashMap<&'a str, &'a str>,
    /// Tokens by property.
    tokens: HashMap<&'a str, &'a str>,
}

/// A token's value as it was spelled, if that still means what it is; else as it is written usually.
fn text_of(token: &Object, properties: &Properties<'_>) -> Option<String> {
    let value = token.get("$value")?;
    let kind = token.string("$type");
    if let Some(written) = keep::kept(token, Format::Css).and_then(|kept| kept.string("value")) {
        let name_of = |property: &str| {
            let known = properties.tokens.get(property);
            known.map_or_else(|| super::read::mangled(property), |name| (*name).to_owned())
        };
        let Typed { kind: was, value: before } = typed::read(written, name_of);
        if was == kind && before == *value {
            return Some(written.to_owned());
        }
    }
    typed::spell(kind, value, |path| {
        super::syntax::property(properties.of.get(path).copied().unwrap_or(path))
    })
}

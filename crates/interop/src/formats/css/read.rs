//! Style sheets as a design.
//!
//! What always holds is a file's own set; what holds in a theme is a set of that theme's; what holds for some elements only
//! is a set that nothing selects. Of everything else in a file, the layout keeps the text (`layout.rs`).

use std::collections::{HashMap, HashSet};

use super::choices::Choices;
use super::condition::{Condition, Theme, condition};
use super::layout::{self, Slot};
use super::parse::{Declared, Parsed, Rule, parse};
use super::{syntax, typed};
use crate::bundle::{Bundle, Document};
use crate::design::{Reading, Skipped, TokenSet};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::keep;
use crate::report::Fate;

pub(super) fn recognize(bundle: &Bundle) -> Fit {
    let is_json = |document: &Document| document.json().is_some() || document.array().is_some();
    if !bundle.documents().iter().any(|document| style_sheet(document).is_some()) {
        Fit::no("no CSS with custom properties")
    } else if bundle.documents().iter().any(is_json) {
        Fit::readable("there are JSON files beside the CSS")
    } else {
        Fit::Certain
    }
}

/// A document's text and what it declares, if it is a style sheet with custom properties.
fn style_sheet(document: &Document) -> Option<(&str, Parsed)> {
    let is_json = document.json().is_some() || document.array().is_some();
    let is_page = document.bytes().trim_ascii_start().starts_with(b"<");
    let text = std::str::from_utf8(document.bytes()).ok().filter(|text| text.contains("--"))?;
    if is_json || is_page {
        return None;
    }
    let parsed = parse(without_mark(text));
    (!parsed.declared.is_empty()).then_some((text, parsed))
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

pub(super) fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let mut sheets = Vec::new();
    let mut reader = Reader::default();
    for document in bundle.documents() {
        match style_sheet(document) {
            Some((text, parsed)) => sheets.push((document, text, parsed)),
            None => reader.reading.skipped.push(Skipped {
                path: document.path().to_owned(),
                reason: "no CSS with custom properties in it".to_owned(),
            }),
        }
    }
    let properties =
        sheets.iter().flat_map(|(_, _, parsed)| parsed.declared.iter().map(|one| one.name.as_str()));
    reader.tokens = token_names(properties);
    for (document, text, parsed) in &sheets {
        reader.sheet(document, text, parsed)?;
    }
    reader.finish()
}

/// The names that properties have as tokens: their own, unless DTCG does not allow it or another one has it.
fn token_names<'a>(properties: impl Iterator<Item = &'a str> + Clone) -> HashMap<String, String> {
    let mut taken: HashSet<String> =
        properties.clone().filter(|name| mangled(name) == **name).map(str::to_owned).collect();
    let mut names = HashMap::new();
    for property in properties {
        if names.contains_key(property) {
            continue;
        }
        let mut name = mangled(property);
        if name != property {
            while !taken.insert(name.clone()) {
                name.push('_');
            }
        }
        names.insert(property.to_owned(), name);
    }
    names
}

/// A name as DTCG allows it.
pub(super) fn mangled(property: &str) -> String {
    let name = property.replace(['.', '{', '}'], "_");
    name.strip_prefix('$').map_or_else(|| name.clone(), |rest| format!("_{rest}"))
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    /// What each property is called as a token.
    tokens: HashMap<String, String>,
    /// The names of sets.
    names: HashSet<String>,
    choices: Choices,
}

/// A set that is being filled.
struct Filled {
    name: String,
    tokens: Vec<(String, Object)>,
    /// Where each token is, and its slot.
    places: HashMap<String, (usize, usize)>,
}

/// What a rule is for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Place {
    Always,
    Theme(Theme),
    Scope(Vec<Rule>),
}

impl Reader {
    fn sheet(&mut self, document: &Document, text: &str, parsed: &Parsed) -> Result<(), InteropError> {
        let base = self.unique(document.stem());
        let mut sets = vec![Filled::new(base.clone())];
        self.choices.always.push(file(&base));
        let mut places: HashMap<Place, usize> = HashMap::from([(Place::Always, 0)]);
        let mut slots: Vec<Option<Slot>> = Vec::new();
        // A byte order mark was not parsed.
        let mark = text.len().saturating_sub(without_mark(text).len());
        for one in &parsed.declared {
            let place = self.place(one);
            let at = if let Some(at) = places.get(&place) {
                *at
            } else {
                let at = sets.len();
                sets.push(Filled::new(self.set_of(&base, &place, &one.rules)));
                places.insert(place, at);
                at
            };
            let value = one.value.start.saturating_add(mark)..one.value.end.saturating_add(mark);
            let token = self.token(one, text.get(value.clone()).unwrap_or_default());
            let name = self.tokens.get(&one.name).cloned().unwrap_or_default();
            let Some(set) = sets.get_mut(at) else { continue };
            // What is declared again holds, and the text of the first time stays.
            if let Some(earlier) = set.put(name.clone(), token, slots.len()) {
                slots.get_mut(earlier).into_iter().for_each(|slot| *slot = None);
            }
            slots.push(Some(Slot { set: at, token: name, value }));
        }
        for _ in 0..parsed.others {
            self.note(Fate::Kept, "declarations that are no custom properties, as text", document.path());
        }
        let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        let mut kept = layout::kept(text, &names, slots.iter().flatten());
        if kept.is_empty() {
            let what = "rules and comments of style sheets too long to keep them";
            self.note(Fate::Lost, what, document.path());
        }
        if document.path() != format!("{base}.css") {
            kept.push("file", document.path());
        }
        for (at, set) in sets.into_iter().enumerate() {
            let tokens = set.tokens.into_iter().map(|(name, token)| (name, Json::Object(token)));
            let mut tokens: Object = tokens.collect();
            if at == 0 {
                keep(&mut tokens, Format::Css, std::mem::take(&mut kept));
            }
            let text = Json::Object(tokens).to_text(document.path())?;
            self.reading.design.sets.push(TokenSet::new(set.name, text));
        }
        Ok(())
    }

    fn note(&mut self, fate: Fate, what: &'static str, place: &str) {
        self.reading.report.note(fate, what, || place.to_owned());
    }

    fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1_u64;
        while !self.names.insert(name.clone()) {
            number = number.saturating_add(1);
            name = format!("{wanted}-{number}");
        }
        name
    }

    fn place(&mut self, one: &Declared) -> Place {
        match condition(&one.rules) {
            Condition::Always(default) => {
                default.iter().for_each(|theme| self.choices.default(theme));
                Place::Always
            }
            Condition::Theme(theme) => Place::Theme(theme),
            Condition::Scope => Place::Scope(one.rules.clone()),
        }
    }

    /// The name of a new set for what is not there always.
    fn set_of(&mut self, base: &str, place: &Place, rules: &[Rule]) -> String {
        match place {
            Place::Always => base.to_owned(),
            Place::Theme(theme) => {
                let what = "classes, attributes and media queries of themes, as contexts of a modifier";
                self.note(Fate::Assumed, what, &format!("{}={}", theme.modifier, theme.context));
                let name = self.unique(&format!("{base}/{}/{}", slug(&theme.modifier), slug(&theme.context)));
                self.choices.context(theme, file(&name), rules);
                name
            }
            Place::Scope(rules) => {
                let text: Vec<String> = rules.iter().map(Rule::text).collect();
                let text = text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
                self.note(Fate::Kept, "rules for some elements only, as sets that nothing selects", &text);
                let name = self.unique(&format!("{base}/{}", slug(&text)));
                self.choices.scopes.push((name.clone(), file(&name)));
                name
            }
        }
    }

    /// A declaration as a token. Kept of it are the `name`, if it is no token's, and the `value` as it is spelled, if it
    /// would not be written so.
    fn token(&mut self, one: &Declared, written: &str) -> Object {
        let tokens = &self.tokens;
        let typed = typed::read(written, |name| tokens.get(name).cloned().unwrap_or_else(|| mangled(name)));
        let mut token = Object::new();
        typed.kind.iter().for_each(|kind| token.push("$type", *kind));
        let name = self.tokens.get(&one.name);
        let mut kept = Object::new();
        if name != Some(&one.name) {
            kept.push("name", one.name.as_str());
        }
        let usual = typed::spell(typed.kind, &typed.value, syntax::property);
        if usual.as_deref() != Some(written) {
            kept.push("value", written);
        }
        token.push("$value", typed.value);
        if kept.has("value") {
            self.note(Fate::Kept, "values that are spelled in the format's own way", &one.name);
        }
        keep(&mut token, Format::Css, kept);
        token
    }

    fn finish(self) -> Result<Reading, InteropError> {
        let Self { mut reading, choices, .. } = self;
        reading.design.resolver = choices.resolver()?;
        if let [only] = choices.always.as_slice() {
            reading.design.name = Some(only.trim_end_matches(".tokens.json").to_owned());
        }
        Ok(reading)
    }
}

impl Filled {
    fn new(name: String) -> Self {
        Self { name, tokens: Vec::new(), places: HashMap::new() }
    }

    /// Sets a token; returns the slot that it had before.
    fn put(&mut self, name: String, token: Object, slot: usize) -> Option<usize> {
        if let Some((at, before)) = self.places.get_mut(&name) {
            if let Some((_, old)) = self.tokens.get_mut(*at) {
                *old = token;
            }
            return Some(std::mem::replace(before, slot));
        }
        self.places.insert(name.clone(), (self.tokens.len(), slot));
        self.tokens.push((name, token));
        None
    }
}

/// The file that a set of that name is.
fn file(name: &str) -> String {
    format!("{name}.tokens.json")
}

/// Letters and digits of a text, for the name of a set.
fn slug(text: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let plain: String = text.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let short: String = words.join("-").chars().take(LENGTH_MAX).collect();
    if short.is_empty() { "rule".to_owned() } else { short }
}

//! Values of tokens as CSS writes them.
//!
//! References stay references where that is the same in CSS: a whole token, or a whole part of one, that refers to a token
//! of the type that is wanted there is `var(--…)`. Everything else is resolved.

use std::collections::HashMap;

use dss_format::dtcg::alias::{self, Target};
use dss_format::resolve::ResolvedToken;
use dss_model::TokenPath;

use super::font::families;
use super::name::{Names, WHOLE};
use super::syntax;
use crate::json::{Json, Object};
use crate::report::Fate;
use crate::value;

/// What is noted about a token.
pub(crate) type Notes = Vec<(Fate, &'static str)>;

/// A token's variables: which part of it each is, and its value.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// The parts of a typography, as CSS and as DTCG call them.
const TYPOGRAPHY: [(&str, &str, &str); 5] = [
    ("font-family", "fontFamily", "fontFamily"),
    ("font-size", "fontSize", "dimension"),
    ("font-weight", "fontWeight", "fontWeight"),
    ("letter-spacing", "letterSpacing", "dimension"),
    ("line-height", "lineHeight", "number"),
];

/// Spells the tokens of one permutation.
pub(crate) struct Speller<'a> {
    /// The tokens, by path.
    pub(crate) tokens: &'a HashMap<&'a TokenPath, ResolvedToken<'a>>,
    /// The variables that tokens have so far.
    pub(crate) names: &'a Names,
}

impl Speller<'_> {
    /// The variables of a token; none if CSS cannot say its value.
    pub(crate) fn token(&self, token: &ResolvedToken<'_>) -> (Option<Variables>, Notes) {
        let mut notes = Notes::new();
        let (resolved, written) =
            (Json::from_ref(token.value.get_ref()), Json::from_ref(token.written.get_ref()));
        let mut spelling = Spelling { speller: self, notes: &mut notes };
        let variables = match (token.token_type, &resolved) {
            (Some("typography"), Json::Object(parts)) => {
                Some(spelling.typography(token.path, &written, parts)).filter(|parts| !parts.is_empty())
            }
            (kind, _) => spelling.part(kind, Some(&written), &resolved).map(|text| vec![(WHOLE, text)]),
        };
        (variables, notes)
    }

    /// The token that a value refers to as a whole, if it is of that type.
    fn target(&self, kind: Option<&str>, written: &Json) -> Option<&ResolvedToken<'_>> {
        let target = match written {
            Json::String(text) => alias::curly(text)?,
            Json::Object(object) if object.len() == 1 => alias::pointer(object.string("$ref")?),
            _ => return None,
        };
        let Target::Whole(path) = target else { return None };
        self.tokens.get(&path).filter(|token| token.token_type == kind)
    }

    /// The variable that says what a value refers to.
    fn variable(&self, kind: Option<&str>, written: &Json) -> Option<String> {
        let target = self.target(kind, written)?;
        self.names.get(target.path, WHOLE).map(reference)
    }
}

/// A value without references, of a token that stands by itself.
pub(super) fn literal(kind: Option<&str>, value: &Json) -> Option<String> {
    let none = Names::new(super::write::SCHEME);
    let mut notes = Notes::new();
    let speller = Speller { tokens: &HashMap::new(), names: &none };
    let text = Spelling { speller: &speller, notes: &mut notes }.part(kind, None, value)?;
    notes.is_empty().then_some(text)
}

fn reference(name: &str) -> String {
    format!("var({})", syntax::property(name))
}

/// One token that is being spelled.
struct Spelling<'a, 'n> {
    speller: &'a Speller<'a>,
    notes: &'n mut Notes,
}

impl Spelling<'_, '_> {
    fn note(&mut self, fate: Fate, what: &'static str) {
        self.notes.push((fate, what));
    }

    /// A value of that type; `written` is how it stands in the file, where that is known.
    fn part(&mut self, kind: Option<&str>, written: Option<&Json>, resolved: &Json) -> Option<String> {
        let literal = self.literal(kind, written, resolved)?;
        Some(written.and_then(|written| self.speller.variable(kind, written)).unwrap_or(literal))
    }

    fn literal(&mut self, kind: Option<&str>, written: Option<&Json>, resolved: &Json) -> Option<String> {
        match (kind, resolved) {
            (Some("border"), Json::Object(parts)) => self.listed(
                parts,
                written,
                &[("width", "dimension"), ("style", "strokeStyle"), ("color", "color")],
            ),
            (Some("transition"), Json::Object(parts)) => self.listed(
                parts,
                written,
                &[("duration", "duration"), ("timingFunction", "cubicBezier"), ("delay", "duration")],
            ),
            (Some("shadow"), Json::Object(parts)) => self.shadow(parts, written),
            (Some("shadow"), Json::Array(items)) => self.items("shadow", items, written, Self::shadow),
            (Some("gradient"), Json::Array(items)) => self.items("gradient", items, written, Self::stop),
            (kind, resolved) => self.simple(kind, resolved),
        }
    }

    /// Parts behind each other, those that are missing left out.
    fn listed(&mut self, parts: &Object, written: Option<&Json>, known: &[(&str, &str)]) -> Option<String> {
        self.others(parts, |key| known.iter().any(|(name, _)| *name == key));
        let mut texts = Vec::with_capacity(known.len());
        for (name, kind) in known {
            if let Some(part) = parts.get(name) {
                texts.push(self.part(Some(kind), written.and_then(|written| written.get(name)), part)?);
            }
        }
        (!texts.is_empty()).then(|| texts.join(" "))
    }

    /// Notes parts that CSS does not know.
    fn others(&mut self, parts: &Object, is_known: impl Fn(&str) -> bool) {
        if parts.iter().any(|(key, _)| !is_known(key)) {
            self.note(Fate::Lost, "parts of values that no such value has");
        }
    }

    fn shadow(&mut self, parts: &Object, written: Option<&Json>) -> Option<String> {
        const PARTS: [(&str, &str); 5] = [
            ("offsetX", "dimension"),
            ("offsetY", "dimension"),
            ("blur", "dimension"),
            ("spread", "dimension"),
            ("color", "color"),
        ];
        let is_inset = match parts.get("inset") {
            None | Some(Json::Boolean(false)) => false,
            Some(Json::Boolean(true)) => true,
            Some(_) => return None,
        };
        // Lengths are told apart by their places.
        let there = PARTS.map(|(name, _)| parts.has(name));
        let [true, true, blur, spread, _] = there else { return None };
        if spread && !blur {
            return None;
        }
        let known: Object = parts
            .iter()
            .filter(|(key, _)| *key != "inset")
            .map(|(key, part)| (key.to_owned(), part.clone()))
            .collect();
        let text = self.listed(&known, written, &PARTS)?;
        Some(if is_inset { format!("inset {text}") } else { text })
    }

    /// A colour stop.
    fn stop(&mut self, parts: &Object, written: Option<&Json>) -> Option<String> {
        self.others(parts, |key| matches!(key, "color" | "position"));
        let color =
            self.part(Some("color"), written.and_then(|written| written.get("color")), parts.get("color")?)?;
        let position = written.and_then(|written| written.get("position"));
        let variable = position.and_then(|position| self.speller.variable(Some("number"), position));
        let position = match (variable, parts.get("position")?) {
            (Some(variable), _) => format!("calc({variable} * 100%)"),
            (None, Json::Number(spelled)) => {
                // A position outside of 0 to 1 means the nearest of both (format module, §9.6).
                let number = Json::Number(spelled.clone()).f64()?.clamp(0.0, 1.0);
                format!("{}%", value::percent(number))
            }
            _ => return None,
        };
        Some(format!("{color} {position}"))
    }

    /// The items of a list, between commas.
    fn items(
        &mut self,
        kind: &str,
        items: &[Json],
        written: Option<&Json>,
        spell: impl Fn(&mut Self, &Object, Option<&Json>) -> Option<String>,
    ) -> Option<String> {
        let written = written.and_then(Json::as_array).unwrap_or_default();
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let written = written.get(index);
            // A reference is one item, never a list in the list (format module, §9.7).
            let literal = spell(self, item.as_object()?, written)?;
            texts.push(
                written.and_then(|written| self.speller.variable(Some(kind), written)).unwrap_or(literal),
            );
        }
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    fn typography(&mut self, path: &TokenPath, written: &Json, parts: &Object) -> Variables {
        self.others(parts, |key| TYPOGRAPHY.iter().any(|(_, name, _)| *name == key));
        let target = self.speller.target(Some("typography"), written);
        let mut variables = Variables::new();
        for (part, name, kind) in TYPOGRAPHY {
            let Some(resolved) = parts.get(name) else { continue };
            let Some(text) = self.part(Some(kind), written.get(name), resolved) else {
                self.note(Fate::Lost, "parts of values that CSS cannot say");
                continue;
            };
            let of_target = target.and_then(|target| self.speller.names.get(target.path, part));
            variables.push((part, of_target.map_or(text, reference)));
        }
        if self.speller.names.scheme().has_shorthand
            && let Some(font) = self.font(path, &variables)
        {
            let of_target = target.and_then(|target| self.speller.names.get(target.path, WHOLE));
            variables.insert(0, (WHOLE, of_target.map_or(font, reference)));
        }
        variables
    }

    /// The shorthand `font`, of the variables of the parts; it needs a size and a family, and has no letter spacing.
    fn font(&self, path: &TokenPath, parts: &Variables) -> Option<String> {
        let part = |wanted: &'static str| {
            let (_, text) = parts.iter().find(|(part, _)| *part == wanted)?;
            Some(self.speller.names.get(path, wanted).map_or_else(|| text.clone(), reference))
        };
        let (size, family) = (part("font-size")?, part("font-family")?);
        let weight = part("font-weight").map(|weight| format!("{weight} ")).unwrap_or_default();
        let line = part("line-height").map(|line| format!("/{line}")).unwrap_or_default();
        Some(format!("{weight}{size}{line} {family}"))
    }

    fn simple(&mut self, kind: Option<&str>, resolved: &Json) -> Option<String> {
        match (kind, resolved) {
            (Some("color"), Json::Object(color)) => value::spell_color(color),
            // A line height is a length in many files, though none that DTCG allows.
            (Some("dimension" | "duration" | "number"), Json::Object(measure)) => length(measure),
            (Some("cubicBezier"), Json::Array(_)) => value::spell("cubicBezier", resolved),
            (Some("fontFamily"), Json::String(name)) => Some(families(std::iter::once(name.as_str()))),
            (Some("fontFamily"), Json::Array(names)) if !names.is_empty() => {
                let names: Option<Vec<&str>> = names.iter().map(Json::as_str).collect();
                names.map(|names| families(names.into_iter()))
            }
            (Some("fontWeight"), Json::String(name)) => {
                value::weight_of(name).or_else(|| self.text(kind, name))
            }
            (Some("strokeStyle"), Json::Object(_)) => {
                self.note(Fate::Changed, "stroke styles with dashes of their own, as dashed");
                Some("dashed".to_owned())
            }
            (_, Json::String(text)) => self.text(kind, text),
            (_, Json::Number(spelled)) => Some(spelled.to_string()),
            (_, Json::Boolean(value)) => Some(value.to_string()),
            _ => None,
        }
    }

    /// A value that is a text, which DTCG has for names only.
    fn text(&mut self, kind: Option<&str>, text: &str) -> Option<String> {
        let kind = kind.unwrap_or_default();
        let read = if kind == "color" {
            value::parse_css_color(text)
        } else {
            value::parse(kind, &Json::from(text))
        };
        if let Some(read) = read {
            return self.simple(Some(kind), &read);
        }
        let is_name = kind == "strokeStyle" && dss_format::dtcg::value::STROKE_STYLES.contains(&text);
        if is_name {
            return Some(text.to_owned());
        }
        if text.contains('{') {
            return None;
        }
        self.note(Fate::Changed, "values that are texts and of no type that CSS has, as they stand");
        // White space may be what a backslash before it escapes, so that the text is looked at without it.
        let bare = syntax::trim(text);
        Some(if syntax::is_value(bare) { bare.to_owned() } else { syntax::string(text) })
    }
}

/// `16px`, of any unit that is one for CSS.
fn length(measure: &Object) -> Option<String> {
    let (number, unit) = (measure.get("value")?.number()?, measure.string("unit")?);
    let is_unit = unit == "%" || (!unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (measure.len() == 2 && is_unit).then(|| format!("{number}{unit}"))
}

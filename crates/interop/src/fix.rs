//! Older ways of writing values, put into the form of DTCG 2025.10 where they stand.
//!
//! Only what means exactly one thing is changed, and only if it is valid then. For the rest there is advice.

mod advice;
mod place;

use dss_format::dtcg::{TokenType, value as dtcg};
use dss_format::rewrite::{Spot, Step, rewrite};
use dss_model::JsonText;

use crate::error::InteropError;
use crate::json::Json;
use crate::value;
use place::{Color, Place};

/// A token file with its values in the present form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The file, in which nothing else has changed.
    pub text: String,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// What somebody has to decide, in order.
    pub advice: Vec<Advice>,
}

/// A value that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The token's path.
    pub path: String,
    /// The line in the file as it was, from 1.
    pub line: u64,
    /// Where in the token: `$value`, `$value/0/color`.
    pub at: String,
    /// The value before, as JSON; or the member's name.
    pub before: String,
    /// The value now, as JSON; or the member's name.
    pub after: String,
}

/// A value that may mean several things, or nothing that DTCG can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The token's path.
    pub path: String,
    /// The line in the file, from 1.
    pub line: u64,
    /// Where in the token.
    pub at: String,
    /// The value, as JSON.
    pub value: String,
    /// What it may be meant to be, for people.
    pub message: String,
}

/// Puts the values of a DTCG token file, or of a resolver document with tokens in it, into the form of 2025.10: texts become
/// objects and numbers, and members and types get their present names. Fixing again changes nothing.
///
/// # Errors
/// [`InteropError::Format`] if the file, which errors call `file`, is no JSON.
pub fn fix(file: &str, bytes: &[u8]) -> Result<Fixed, InteropError> {
    let mut fixer = Fixer::default();
    let text = rewrite(file, bytes, &mut |spot| fixer.step(spot))?;
    Ok(Fixed { text, ..fixer.fixed })
}

/// Types that drafts called otherwise.
const TYPES: [(&str, &str); 2] = [("cubic-bezier", "cubicBezier"), ("font", "fontFamily")];

/// The timing functions that CSS has a name for (CSS Easing Functions Level 1, §2.2).
const EASINGS: [(&str, &str); 5] = [
    ("linear", "[0,0,1,1]"),
    ("ease", "[0.25,0.1,0.25,1]"),
    ("ease-in", "[0.42,0,1,1]"),
    ("ease-out", "[0,0,0.58,1]"),
    ("ease-in-out", "[0.42,0,0.58,1]"),
];

fn present_type(name: &str) -> &str {
    TYPES.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

#[derive(Default)]
struct Fixer {
    fixed: Fixed,
    /// The colour whose members are looked at.
    color: Color,
}

impl Fixer {
    fn step(&mut self, spot: &Spot<'_>) -> Step {
        let Some((first, rest)) = spot.at.split_first() else { return Step::Leave };
        let value = Json::from_ref(spot.value);
        if first == "$type" {
            let now = value.as_str().map(present_type);
            return match (value.as_str(), now) {
                (Some(old), Some(new)) if old != new => self.replace(spot, &Json::from(new)),
                _ => Step::Leave,
            };
        }
        let place = spot.token_type.and_then(|kind| Place::of(present_type(kind), rest));
        match place {
            Some(place) if !is_reference(&value) => self.value(spot, place, &value),
            _ => Step::Leave,
        }
    }

    fn value(&mut self, spot: &Spot<'_>, place: Place, value: &Json) -> Step {
        match (place, value) {
            (Place::Value(TokenType::Color), Json::Object(color)) => {
                self.color = Color::of(color);
                Step::Descend
            }
            (Place::Value(_) | Place::Components, Json::Object(_) | Json::Array(_))
            | (Place::Dashes, Json::Array(_)) => Step::Descend,
            (Place::Value(kind), value) => self.simple(spot, kind, value),
            (Place::Channels, _) if self.color.is_draft => self.rename(spot, "channels", "components"),
            (Place::Component(index), value) if self.color.is_full_turn(index, value) => {
                self.replace(spot, &Json::integer(0))
            }
            (Place::Hex, Json::String(text)) => match self.color.hex(text) {
                Some(hex) => self.replace(spot, &Json::String(hex)),
                None => Step::Leave,
            },
            (Place::Measure, Json::String(text)) => match value::decimal(text) {
                Some(number) => self.replace(spot, &number),
                None => Step::Leave,
            },
            _ => Step::Leave,
        }
    }

    /// A value that is a text or a number, where one of that type belongs.
    fn simple(&mut self, spot: &Spot<'_>, kind: TokenType, value: &Json) -> Step {
        let is_valid = |value: &Json| {
            let text = value.to_text("").ok();
            text.is_some_and(|text| {
                dtcg::check(kind, text.get_ref()).problems.iter().all(|problem| problem.is_warning)
            })
        };
        if is_valid(value) {
            return Step::Leave;
        }
        if let Some(new) = present(kind, value).filter(is_valid) {
            return self.replace(spot, &new);
        }
        if let Some(message) = advice::about(kind, value) {
            self.fixed.advice.push(Advice {
                path: spot.path.to_string(),
                line: spot.line,
                at: spot.at.join("/"),
                value: spot.value.as_str().to_owned(),
                message,
            });
        }
        Step::Leave
    }

    fn replace(&mut self, spot: &Spot<'_>, new: &Json) -> Step {
        // What was read within the limits is within them now.
        let Ok(text) = new.to_text("") else { return Step::Leave };
        self.note(spot, spot.value.as_str(), text.as_str());
        Step::Replace(text)
    }

    fn rename(&mut self, spot: &Spot<'_>, before: &str, after: &'static str) -> Step {
        let quoted = |name: &str| JsonText::string(name).as_str().to_owned();
        self.note(spot, &quoted(before), &quoted(after));
        Step::Rename(after)
    }

    fn note(&mut self, spot: &Spot<'_>, before: &str, after: &str) {
        self.fixed.changes.push(Change {
            path: spot.path.to_string(),
            line: spot.line,
            at: spot.at.join("/"),
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }
}

/// The value in the form of 2025.10, if it means exactly one thing.
fn present(kind: TokenType, value: &Json) -> Option<Json> {
    let text = value.as_str()?.trim();
    match kind {
        TokenType::Color => value::parse_css_color(text),
        TokenType::CubicBezier => {
            let named = EASINGS.iter().find(|(name, _)| *name == text);
            named
                .and_then(|(_, points)| Json::parse(points.as_bytes(), "", 2).ok())
                .or_else(|| value::parse(kind.name(), &Json::from(text)))
        }
        _ => value::parse(kind.name(), &Json::from(text)),
    }
}

/// Whether a value is a reference, or a text with references in it.
fn is_reference(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('{'),
        Json::Object(object) => object.has("$ref"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;

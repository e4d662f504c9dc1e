//! Which DTCG types variables have.
//!
//! Figma's numbers have no unit. Where they may be used says what they are: a number that only lengths take, or one that
//! such a number is an alias of, is a length in px. Variables that are aliases of each other have one type, as DTCG asks.

use std::collections::{BTreeSet, HashMap};

use super::payload::Payload;
use crate::json::{Json, Object};

/// What takes numbers that are lengths.
const LENGTHS: [&str; 10] = [
    "CORNER_RADIUS",
    "WIDTH_HEIGHT",
    "GAP",
    "STROKE_FLOAT",
    "EFFECT_FLOAT",
    "FONT_SIZE",
    "LINE_HEIGHT",
    "LETTER_SPACING",
    "PARAGRAPH_SPACING",
    "PARAGRAPH_INDENT",
];
/// What takes weights of fonts. A number is no style.
const WEIGHTS: [&str; 2] = ["FONT_WEIGHT", "FONT_STYLE"];

/// The DTCG types of a payload's variables.
pub(super) struct Types<'a> {
    /// Each variable, and another one of the same type or itself.
    like: HashMap<&'a str, &'a str>,
    uses: HashMap<&'a str, Uses>,
}

/// What variables of one type are used for.
type Uses = BTreeSet<Use>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Length,
    Weight,
    Family,
    Other,
    /// There is a number that no weight has.
    NotWeight,
}

impl<'a> Types<'a> {
    pub(super) fn of(payload: &'a Payload) -> Self {
        let like = payload.variables.iter().map(|(id, _)| (id.as_str(), id.as_str())).collect();
        let mut types = Self { like, uses: HashMap::new() };
        for (id, variable) in &payload.variables {
            for target in values(variable).filter_map(super::value::target) {
                types.unite(id, target);
            }
        }
        for (id, variable) in &payload.variables {
            let root = types.root_of(id);
            types.like.insert(id, root);
            add(types.uses.entry(root).or_default(), variable);
        }
        types
    }

    /// A variable's type; what Figma calls it, if DTCG has none.
    pub(super) fn kind(&self, id: &str, variable: &Object) -> String {
        let uses = self.uses.get(self.root(id));
        let is_only = |one: Use, others: &[Use]| {
            uses.is_some_and(|uses| uses.contains(&one) && !others.iter().any(|other| uses.contains(other)))
        };
        let kind = match variable.string("resolvedType").unwrap_or_default() {
            "COLOR" => "color",
            "FLOAT" if is_only(Use::Length, &[Use::Weight, Use::Other]) => "dimension",
            "FLOAT" if is_only(Use::Weight, &[Use::Length, Use::Other, Use::NotWeight]) => "fontWeight",
            "FLOAT" => "number",
            "STRING" if is_only(Use::Family, &[Use::Length, Use::Weight, Use::Other]) => "fontFamily",
            "STRING" => "string",
            "BOOLEAN" => "boolean",
            other => other,
        };
        kind.to_owned()
    }

    fn root<'b>(&'b self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let mut at = id;
        while let Some(next) = self.like.get(at).filter(|next| **next != at) {
            at = next;
        }
        at
    }

    /// Makes two variables have one type; one that is not in the payload has none.
    fn unite(&mut self, one: &'a str, other: &str) {
        let Some(other) = self.like.get_key_value(other).map(|(id, _)| *id) else { return };
        let (one, other) = (self.root_of(one), self.root_of(other));
        if one != other {
            self.like.insert(one, other);
        }
    }

    /// The same, leaving a shorter way behind.
    fn root_of(&mut self, id: &'a str) -> &'a str {
        let mut at = id;
        while let Some(next) = self.like.get(at).copied().filter(|next| *next != at) {
            let after = self.like.get(next).copied().unwrap_or(next);
            self.like.insert(at, after);
            at = after;
        }
        at
    }
}

fn add(uses: &mut Uses, variable: &Object) {
    let scopes = variable.get("scopes").and_then(Json::as_array).unwrap_or_default();
    uses.extend(scopes.iter().filter_map(Json::as_str).filter_map(|scope| match scope {
        "ALL_SCOPES" => None,
        "FONT_FAMILY" => Some(Use::Family),
        _ if LENGTHS.contains(&scope) => Some(Use::Length),
        _ if WEIGHTS.contains(&scope) => Some(Use::Weight),
        _ => Some(Use::Other),
    }));
    let mut numbers = values(variable).filter_map(Json::f64);
    uses.extend(numbers.any(|number| !(1.0..=1000.0).contains(&number)).then_some(Use::NotWeight));
}

fn values(variable: &Object) -> impl Iterator<Item = &Json> {
    let values = variable.get("valuesByMode").and_then(Json::as_object);
    values.into_iter().flat_map(Object::iter).map(|(_, value)| value)
}

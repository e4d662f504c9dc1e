//! Whether a value fits its type (format module, §8 and §9).

mod range;

use std::fmt;

use dss_model::{JsonKind, JsonRef};

use super::alias::{self, Reference, ReferenceKind, Target};
use super::types::TokenType;
use range::{Range, component_ranges};

/// What a look at one value found.
#[derive(Debug, Default)]
pub struct ValueReport {
    /// What does not fit: where in the value, and why.
    pub problems: Vec<Problem>,
    /// What the value refers to.
    pub references: Vec<Reference>,
}

/// Something about a value that the format does not allow, or advises against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name for programs; [`FINDING_CODES`](crate::FINDING_CODES) lists them.
    pub code: &'static str,
    /// Whether the token stays valid.
    pub is_warning: bool,
    /// What is wrong, for people.
    pub message: String,
}

/// Checks `value` against `kind`; a reference may stand for the whole.
pub fn check(kind: TokenType, value: JsonRef<'_>) -> ValueReport {
    let mut report = ValueReport::default();
    match alias::reference(value) {
        Some(target) => report.reference(target, ReferenceKind::Alias, Some(kind), At::Value),
        None => report.literal(kind, value, At::Value),
    }
    report
}

/// Finds the references in a value of no known type.
pub fn references(value: JsonRef<'_>) -> ValueReport {
    let mut report = ValueReport::default();
    match alias::reference(value) {
        Some(target) => report.reference(target, ReferenceKind::Alias, None, At::Value),
        None => report.any(value),
    }
    report
}

/// Where in a token something stands; spelled only where something is wrong.
#[derive(Clone, Copy)]
enum At<'a> {
    Value,
    Member(&'a Self, &'a str),
    Element(&'a Self, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("$value"),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A field of a composite value: its name, and what it holds. Every field must be there.
type Field = (&'static str, TokenType);

const BORDER: [Field; 3] =
    [("color", TokenType::Color), ("width", TokenType::Dimension), ("style", TokenType::StrokeStyle)];
const TRANSITION: [Field; 3] = [
    ("duration", TokenType::Duration),
    ("delay", TokenType::Duration),
    ("timingFunction", TokenType::CubicBezier),
];
const SHADOW: [Field; 5] = [
    ("color", TokenType::Color),
    ("offsetX", TokenType::Dimension),
    ("offsetY", TokenType::Dimension),
    ("blur", TokenType::Dimension),
    ("spread", TokenType::Dimension),
];
const STOP: [Field; 2] = [("color", TokenType::Color), ("position", TokenType::Number)];
const TYPOGRAPHY: [Field; 5] = [
    ("fontFamily", TokenType::FontFamily),
    ("fontSize", TokenType::Dimension),
    ("fontWeight", TokenType::FontWeight),
    ("letterSpacing", TokenType::Dimension),
    ("lineHeight", TokenType::Number),
];

/// The font weights that have a name (DTCG 2025.10, type `fontWeight`).
pub const FONT_WEIGHTS: [&str; 18] = [
    "thin",
    "hairline",
    "extra-light",
    "ultra-light",
    "light",
    "normal",
    "regular",
    "book",
    "medium",
    "semi-bold",
    "demi-bold",
    "bold",
    "extra-bold",
    "ultra-bold",
    "black",
    "heavy",
    "extra-black",
    "ultra-black",
];
/// The strokes that have a name (DTCG 2025.10, type `strokeStyle`).
pub const STROKE_STYLES: [&str; 8] =
    ["solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset"];

impl ValueReport {
    fn problem(&mut self, at: At<'_>, message: &str) {
        self.problems.push(Problem {
            code: "value_invalid",
            is_warning: false,
            message: format!("{at}: {message}"),
        });
    }

    fn warning(&mut self, code: &'static str, at: At<'_>, message: &str) {
        self.problems.push(Problem { code, is_warning: true, message: format!("{at}: {message}") });
    }

    fn wrong_kind(&mut self, at: At<'_>, expected: &str, found: JsonRef<'_>) {
        self.problem(at, &format!("expected {expected}, found {}", found.kind().name()));
    }

    fn reference(&mut self, target: Target, kind: ReferenceKind, expected: Option<TokenType>, at: At<'_>) {
        match target {
            Target::Whole(target) => self.references.push(Reference { target, kind, expected }),
            Target::Inside(target) => {
                self.references.push(Reference { target, kind: ReferenceKind::Pointer, expected: None });
            }
            Target::Malformed(message) => self.problems.push(Problem {
                code: "reference_malformed",
                is_warning: false,
                message: format!("{at}: {message}"),
            }),
        }
    }

    /// A sub-value of that type, or a reference to a token of that type.
    fn part(&mut self, kind: TokenType, value: JsonRef<'_>, at: At<'_>) {
        match alias::reference(value) {
            Some(target) => self.reference(target, ReferenceKind::Part, Some(kind), at),
            None => self.literal(kind, value, at),
        }
    }

    /// Whether `value` is a JSON pointer reference, which may stand for any part of a value.
    fn is_pointer(&mut self, value: JsonRef<'_>, at: At<'_>) -> bool {
        if value.kind() != JsonKind::Object {
            return false;
        }
        match alias::reference(value) {
            Some(target) => {
                self.reference(target, ReferenceKind::Part, None, at);
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, kind: TokenType, value: JsonRef<'_>, at: At<'_>) {
        match kind {
            TokenType::Color => self.color(value, at),
            TokenType::Dimension => self.quantity(value, at, &["px", "rem"]),
            TokenType::Duration => self.quantity(value, at, &["ms", "s"]),
            TokenType::FontFamily => self.font_family(value, at),
            TokenType::FontWeight => self.font_weight(value, at),
            TokenType::CubicBezier => self.cubic_bezier(value, at),
            TokenType::Number => self.number(value, at, None),
            TokenType::StrokeStyle => self.stroke_style(value, at),
            TokenType::Border => self.fields(value, at, BORDER),
            TokenType::Transition => self.fields(value, at, TRANSITION),
            TokenType::Typography => self.fields(value, at, TYPOGRAPHY),
            TokenType::Shadow => self.shadow(value, at),
            TokenType::Gradient => self.gradient(value, at),
        }
    }

    fn color(&mut self, value: JsonRef<'_>, at: At<'_>) {
        if value.kind() != JsonKind::Object {
            let hint =
                if value.kind() == JsonKind::String { " (a CSS string is the pre-2025 style)" } else { "" };
            self.wrong_kind(at, &format!("a color object{hint}"), value);
            return;
        }
        let [space, components, alpha, hex] =
            self.members(value, at, ["colorSpace", "components", "alpha", "hex"]);
        let space = self.required(space, at, "colorSpace").filter(|space| !self.is_pointer(*space, at));
        let ranges = space.and_then(|space| {
            let ranges = component_ranges(&space.string().unwrap_or_default());
            if ranges.is_none() {
                self.problem(at, "unknown colorSpace");
            }
            ranges
        });
        if let Some(components) = self.required(components, at, "components")
            && !self.is_pointer(components, at)
        {
            self.components(components, At::Member(&at, "components"), ranges);
        }
        if let Some(alpha) = alpha {
            self.number(alpha, At::Member(&at, "alpha"), Some((0.0, 1.0)));
        }
        if let Some(hex) = hex
            && !self.is_pointer(hex, at)
        {
            self.hex(hex, At::Member(&at, "hex"));
        }
    }

    fn components(&mut self, components: JsonRef<'_>, at: At<'_>, ranges: Option<[Range; 3]>) {
        let mut items = components.elements();
        let three = [items.next(), items.next(), items.next()];
        let ([Some(a), Some(b), Some(c)], None) = (three, items.next()) else {
            self.problem(at, "expected an array of three numbers");
            return;
        };
        let ranges = ranges.map_or([None; 3], |ranges| ranges.map(Some));
        for (index, (item, range)) in [a, b, c].into_iter().zip(ranges).enumerate() {
            let at = At::Element(&at, index);
            if item.string().as_deref() == Some("none") || self.is_pointer(item, at) {
                continue;
            }
            match (item.f64(), range) {
                (None, _) => self.wrong_kind(at, "a number or \"none\"", item),
                (Some(number), Some(range)) if !range.contains(number) => {
                    self.problem(at, &format!("{} is outside {range}", item.as_str()));
                }
                _ => {}
            }
        }
    }

    fn hex(&mut self, hex: JsonRef<'_>, at: At<'_>) {
        let text = hex.string().unwrap_or_default();
        let digits = text.strip_prefix('#').unwrap_or_default();
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match digits.len() {
            6 if is_hex => {}
            3 | 4 | 8 if is_hex => {
                self.warning(
                    "hex_short",
                    at,
                    "expected six digits; most tools read this, the format does not",
                );
            }
            _ => self.problem(at, "expected \"#\" and six hexadecimal digits"),
        }
    }

    /// `{value, unit}`.
    fn quantity(&mut self, value: JsonRef<'_>, at: At<'_>, units: &[&str]) {
        if value.kind() != JsonKind::Object {
            self.wrong_kind(at, &format!("{{\"value\", \"unit\": {}}}", units.join(" or ")), value);
            return;
        }
        let [amount, unit] = self.members(value, at, ["value", "unit"]);
        if let Some(amount) = self.required(amount, at, "value") {
            self.number(amount, At::Member(&at, "value"), None);
        }
        if let Some(unit) = self.required(unit, at, "unit")
            && !self.is_pointer(unit, at)
            && !units.contains(&unit.string().unwrap_or_default().as_ref())
        {
            self.problem(at, &format!("unit {} is none of {}", unit.as_str(), units.join(", ")));
        }
    }

    fn font_family(&mut self, value: JsonRef<'_>, at: At<'_>) {
        let mut names = value.elements().peekable();
        match value.kind() {
            JsonKind::String => {}
            JsonKind::Array if names.peek().is_some() => {
                for name in names {
                    if name.kind() != JsonKind::String && !self.is_pointer(name, at) {
                        self.wrong_kind(at, "font names", name);
                    }
                }
            }
            _ => self.wrong_kind(at, "a font name or a list of them", value),
        }
    }

    fn font_weight(&mut self, value: JsonRef<'_>, at: At<'_>) {
        let is_named = value.string().is_some_and(|name| FONT_WEIGHTS.contains(&name.as_ref()));
        let is_number = value.f64().is_some_and(|weight| (1.0..=1000.0).contains(&weight));
        if !is_named && !is_number {
            self.problem(
                at,
                &format!("{} is no font weight (1 to 1000, or a name like \"bold\")", value.as_str()),
            );
        }
    }

    fn cubic_bezier(&mut self, value: JsonRef<'_>, at: At<'_>) {
        let items: Vec<_> = value.elements().collect();
        if items.len() != 4 {
            self.problem(at, "expected an array of four numbers");
            return;
        }
        for (index, item) in items.into_iter().enumerate() {
            let is_x = matches!(index, 0 | 2);
            self.number(item, At::Element(&at, index), is_x.then_some((0.0, 1.0)));
        }
    }

    /// A number, or a pointer to one.
    fn number(&mut self, value: JsonRef<'_>, at: At<'_>, range: Option<(f64, f64)>) {
        if self.is_pointer(value, at) {
            return;
        }
        match (value.f64(), range) {
            (None, _) => self.wrong_kind(at, "a number", value),
            (Some(number), Some((low, high))) if !(low..=high).contains(&number) => {
                self.problem(at, &format!("{} is outside {low} to {high}", value.as_str()));
            }
            _ => {}
        }
    }

    fn stroke_style(&mut self, value: JsonRef<'_>, at: At<'_>) {
        if let Some(name) = value.string() {
            if !STROKE_STYLES.contains(&name.as_ref()) {
                self.problem(at, &format!("{} is no stroke style", value.as_str()));
            }
            return;
        }
        if value.kind() != JsonKind::Object {
            self.wrong_kind(at, "a stroke style", value);
            return;
        }
        let [dashes, cap] = self.members(value, at, ["dashArray", "lineCap"]);
        if let Some(dashes) = self.required(dashes, at, "dashArray")
            && !self.is_pointer(dashes, at)
        {
            self.list(dashes, at, TokenType::Dimension);
        }
        if let Some(cap) = self.required(cap, at, "lineCap")
            && !self.is_pointer(cap, at)
            && !["round", "butt", "square"].contains(&cap.string().unwrap_or_default().as_ref())
        {
            self.problem(at, "lineCap is none of round, butt, square");
        }
    }

    fn shadow(&mut self, value: JsonRef<'_>, at: At<'_>) {
        if value.kind() == JsonKind::Array {
            self.list(value, at, TokenType::Shadow);
            return;
        }
        if let Some(inset) = self.fields_and(value, at, SHADOW, Some("inset"))
            && inset.boolean().is_none()
            && !self.is_pointer(inset, at)
        {
            self.wrong_kind(At::Member(&at, "inset"), "a boolean", inset);
        }
    }

    fn gradient(&mut self, value: JsonRef<'_>, at: At<'_>) {
        if value.kind() != JsonKind::Array || value.elements().next().is_none() {
            self.wrong_kind(at, "a list of colour stops", value);
            return;
        }
        for (index, stop) in value.elements().enumerate() {
            let at = At::Element(&at, index);
            if let Some(target) = alias::reference(stop) {
                self.reference(target, ReferenceKind::Part, None, at);
                continue;
            }
            self.fields(stop, at, STOP);
            let position = stop.get("position").and_then(JsonRef::f64);
            if position.is_some_and(|position| !(0.0..=1.0).contains(&position)) {
                self.warning("gradient_clamped", at, "position is outside 0 to 1 and will be clamped");
            }
        }
    }

    /// An array of at least one sub-value, or reference to one.
    fn list(&mut self, value: JsonRef<'_>, at: At<'_>, kind: TokenType) {
        if value.kind() != JsonKind::Array || value.elements().next().is_none() {
            self.wrong_kind(at, &format!("a list of {kind} values"), value);
            return;
        }
        for (index, item) in value.elements().enumerate() {
            let at = At::Element(&at, index);
            if item.kind() == JsonKind::Array {
                self.wrong_kind(at, &format!("a {kind} value"), item);
            } else {
                self.part(kind, item, at);
            }
        }
    }

    fn fields<const N: usize>(&mut self, value: JsonRef<'_>, at: At<'_>, fields: [Field; N]) {
        self.fields_and(value, at, fields, None);
    }

    /// The same for a value that may have one more member; returns that.
    fn fields_and<'a, const N: usize>(
        &mut self,
        value: JsonRef<'a>,
        at: At<'_>,
        fields: [Field; N],
        optional: Option<&str>,
    ) -> Option<JsonRef<'a>> {
        if value.kind() != JsonKind::Object {
            self.wrong_kind(at, "an object", value);
            return None;
        }
        let (parts, other) = self.members_and(value, at, fields.map(|(name, _)| name), optional);
        for ((name, kind), part) in fields.into_iter().zip(parts) {
            if let Some(part) = self.required(part, at, name) {
                self.part(kind, part, At::Member(&at, name));
            }
        }
        other
    }

    /// The members of those names, in that order; there should be no others.
    fn members<'a, const N: usize>(
        &mut self,
        value: JsonRef<'a>,
        at: At<'_>,
        names: [&str; N],
    ) -> [Option<JsonRef<'a>>; N] {
        self.members_and(value, at, names, None).0
    }

    fn members_and<'a, const N: usize>(
        &mut self,
        value: JsonRef<'a>,
        at: At<'_>,
        names: [&str; N],
        optional: Option<&str>,
    ) -> ([Option<JsonRef<'a>>; N], Option<JsonRef<'a>>) {
        let (mut found, mut other) = ([None; N], None);
        for (name, member) in value.members() {
            let known = names.iter().zip(&mut found).find(|(known, _)| **known == name);
            let known = known.map(|(_, place)| place);
            match known.or_else(|| (optional == Some(&*name)).then_some(&mut other)) {
                Some(place) => *place = place.or(Some(member)),
                None => {
                    self.problem(at, &format!("\"{}\" is not part of such a value", name.escape_debug()));
                }
            }
        }
        (found, other)
    }

    fn required<'a>(&mut self, found: Option<JsonRef<'a>>, at: At<'_>, name: &str) -> Option<JsonRef<'a>> {
        if found.is_none() {
            self.problem(at, &format!("\"{name}\" is missing"));
        }
        found
    }

    /// Whatever refers to something in a value whose type is unknown.
    fn any(&mut self, value: JsonRef<'_>) {
        let items = value.members().map(|(_, item)| item).chain(value.elements());
        for item in items {
            match alias::reference(item) {
                Some(Target::Malformed(_)) => {}
                Some(target) => self.reference(target, ReferenceKind::Part, None, At::Value),
                None => self.any(item),
            }
        }
    }
}

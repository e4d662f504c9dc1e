//! Whether a value fits its type (format module, §8 and §9).

use dss_model::{JsonKind, JsonRef};

use super::alias::{self, Reference, ReferenceKind, Target};
use super::types::TokenType;

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
        Some(target) => report.reference(target, ReferenceKind::Alias, Some(kind), "$value"),
        None => report.literal(kind, value, "$value"),
    }
    report
}

/// Finds the references in a value of no known type.
pub fn references(value: JsonRef<'_>) -> ValueReport {
    let mut report = ValueReport::default();
    match alias::reference(value) {
        Some(target) => report.reference(target, ReferenceKind::Alias, None, "$value"),
        None => report.any(value),
    }
    report
}

/// Fields of a composite value: name, whether it must be there, and what it holds.
type Fields = &'static [(&'static str, bool, TokenType)];

const BORDER: Fields = &[
    ("color", true, TokenType::Color),
    ("width", true, TokenType::Dimension),
    ("style", true, TokenType::StrokeStyle),
];
const TRANSITION: Fields = &[
    ("duration", true, TokenType::Duration),
    ("delay", true, TokenType::Duration),
    ("timingFunction", true, TokenType::CubicBezier),
];
const SHADOW: Fields = &[
    ("color", true, TokenType::Color),
    ("offsetX", true, TokenType::Dimension),
    ("offsetY", true, TokenType::Dimension),
    ("blur", true, TokenType::Dimension),
    ("spread", true, TokenType::Dimension),
];
const STOP: Fields = &[("color", true, TokenType::Color), ("position", true, TokenType::Number)];
const TYPOGRAPHY: Fields = &[
    ("fontFamily", true, TokenType::FontFamily),
    ("fontSize", true, TokenType::Dimension),
    ("fontWeight", true, TokenType::FontWeight),
    ("letterSpacing", true, TokenType::Dimension),
    ("lineHeight", true, TokenType::Number),
];

const FONT_WEIGHTS: [&str; 18] = [
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
const STROKE_STYLES: [&str; 8] =
    ["solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset"];

impl ValueReport {
    fn problem(&mut self, at: &str, message: &str) {
        self.problems.push(Problem {
            code: "value_invalid",
            is_warning: false,
            message: format!("{at}: {message}"),
        });
    }

    fn warning(&mut self, code: &'static str, at: &str, message: &str) {
        self.problems.push(Problem { code, is_warning: true, message: format!("{at}: {message}") });
    }

    fn wrong_kind(&mut self, at: &str, expected: &str, found: JsonRef<'_>) {
        self.problem(at, &format!("expected {expected}, found {}", found.kind().name()));
    }

    fn reference(&mut self, target: Target, kind: ReferenceKind, expected: Option<TokenType>, at: &str) {
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
    fn part(&mut self, kind: TokenType, value: JsonRef<'_>, at: &str) {
        match alias::reference(value) {
            Some(target) => self.reference(target, ReferenceKind::Part, Some(kind), at),
            None => self.literal(kind, value, at),
        }
    }

    /// Whether `value` is a JSON pointer reference, which may stand for any part of a value.
    fn is_pointer(&mut self, value: JsonRef<'_>, at: &str) -> bool {
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

    fn literal(&mut self, kind: TokenType, value: JsonRef<'_>, at: &str) {
        match kind {
            TokenType::Color => self.color(value, at),
            TokenType::Dimension => self.quantity(value, at, &["px", "rem"]),
            TokenType::Duration => self.quantity(value, at, &["ms", "s"]),
            TokenType::FontFamily => self.font_family(value, at),
            TokenType::FontWeight => self.font_weight(value, at),
            TokenType::CubicBezier => self.cubic_bezier(value, at),
            TokenType::Number => self.number(value, at, None),
            TokenType::StrokeStyle => self.stroke_style(value, at),
            TokenType::Border => self.fields(value, at, BORDER, &[]),
            TokenType::Transition => self.fields(value, at, TRANSITION, &[]),
            TokenType::Typography => self.fields(value, at, TYPOGRAPHY, &[]),
            TokenType::Shadow => self.shadow(value, at),
            TokenType::Gradient => self.gradient(value, at),
        }
    }

    fn color(&mut self, value: JsonRef<'_>, at: &str) {
        if value.kind() != JsonKind::Object {
            let hint =
                if value.kind() == JsonKind::String { " (a CSS string is the pre-2025 style)" } else { "" };
            self.wrong_kind(at, &format!("a color object{hint}"), value);
            return;
        }
        self.known_members(value, at, &["colorSpace", "components", "alpha", "hex"]);
        let space = self.required(value, at, "colorSpace").filter(|space| !self.is_pointer(*space, at));
        let ranges = space.and_then(|space| {
            let ranges = component_ranges(&space.string().unwrap_or_default());
            if ranges.is_none() {
                self.problem(at, "unknown colorSpace");
            }
            ranges
        });
        if let Some(components) = self.required(value, at, "components")
            && !self.is_pointer(components, at)
        {
            self.components(components, at, ranges);
        }
        if let Some(alpha) = value.get("alpha") {
            self.number(alpha, &format!("{at}.alpha"), Some((0.0, 1.0)));
        }
        if let Some(hex) = value.get("hex")
            && !self.is_pointer(hex, at)
        {
            self.hex(hex, &format!("{at}.hex"));
        }
    }

    fn components(&mut self, components: JsonRef<'_>, at: &str, ranges: Option<[Range; 3]>) {
        let at = format!("{at}.components");
        let items: Vec<_> = components.elements().collect();
        if components.kind() != JsonKind::Array || items.len() != 3 {
            self.problem(&at, "expected an array of three numbers");
            return;
        }
        let ranges = ranges.map_or([None; 3], |ranges| ranges.map(Some));
        for (index, (item, range)) in items.into_iter().zip(ranges).enumerate() {
            let at = format!("{at}[{index}]");
            if item.string().as_deref() == Some("none") || self.is_pointer(item, &at) {
                continue;
            }
            match (item.f64(), range) {
                (None, _) => self.wrong_kind(&at, "a number or \"none\"", item),
                (Some(number), Some(range)) if !range.contains(number) => {
                    self.problem(&at, &format!("{} is outside {range}", item.as_str()));
                }
                _ => {}
            }
        }
    }

    fn hex(&mut self, hex: JsonRef<'_>, at: &str) {
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
    fn quantity(&mut self, value: JsonRef<'_>, at: &str, units: &[&str]) {
        if value.kind() != JsonKind::Object {
            self.wrong_kind(at, &format!("{{\"value\", \"unit\": {}}}", units.join(" or ")), value);
            return;
        }
        self.known_members(value, at, &["value", "unit"]);
        if let Some(amount) = self.required(value, at, "value") {
            self.number(amount, &format!("{at}.value"), None);
        }
        if let Some(unit) = self.required(value, at, "unit")
            && !self.is_pointer(unit, at)
            && !units.contains(&unit.string().unwrap_or_default().as_ref())
        {
            self.problem(at, &format!("unit {} is none of {}", unit.as_str(), units.join(", ")));
        }
    }

    fn font_family(&mut self, value: JsonRef<'_>, at: &str) {
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

    fn font_weight(&mut self, value: JsonRef<'_>, at: &str) {
        let is_named = value.string().is_some_and(|name| FONT_WEIGHTS.contains(&name.as_ref()));
        let is_number = value.f64().is_some_and(|weight| (1.0..=1000.0).contains(&weight));
        if !is_named && !is_number {
            self.problem(
                at,
                &format!("{} is no font weight (1 to 1000, or a name like \"bold\")", value.as_str()),
            );
        }
    }

    fn cubic_bezier(&mut self, value: JsonRef<'_>, at: &str) {
        let items: Vec<_> = value.elements().collect();
        if items.len() != 4 {
            self.problem(at, "expected an array of four numbers");
            return;
        }
        for (index, item) in items.into_iter().enumerate() {
            let is_x = matches!(index, 0 | 2);
            self.number(item, &format!("{at}[{index}]"), is_x.then_some((0.0, 1.0)));
        }
    }

    /// A number, or a pointer to one.
    fn number(&mut self, value: JsonRef<'_>, at: &str, range: Option<(f64, f64)>) {
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

    fn stroke_style(&mut self, value: JsonRef<'_>, at: &str) {
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
        self.known_members(value, at, &["dashArray", "lineCap"]);
        if let Some(dashes) = self.required(value, at, "dashArray")
            && !self.is_pointer(dashes, at)
        {
            self.list(dashes, at, TokenType::Dimension);
        }
        if let Some(cap) = self.required(value, at, "lineCap")
            && !self.is_pointer(cap, at)
            && !["round", "butt", "square"].contains(&cap.string().unwrap_or_default().as_ref())
        {
            self.problem(at, "lineCap is none of round, butt, square");
        }
    }

    fn shadow(&mut self, value: JsonRef<'_>, at: &str) {
        if value.kind() == JsonKind::Array {
            self.list(value, at, TokenType::Shadow);
            return;
        }
        self.fields(value, at, SHADOW, &["inset"]);
        if let Some(inset) = value.get("inset")
            && inset.boolean().is_none()
            && !self.is_pointer(inset, at)
        {
            self.wrong_kind(&format!("{at}.inset"), "a boolean", inset);
        }
    }

    fn gradient(&mut self, value: JsonRef<'_>, at: &str) {
        if value.kind() != JsonKind::Array || value.elements().next().is_none() {
            self.wrong_kind(at, "a list of colour stops", value);
            return;
        }
        for (index, stop) in value.elements().enumerate() {
            let at = format!("{at}[{index}]");
            if let Some(target) = alias::reference(stop) {
                self.reference(target, ReferenceKind::Part, None, &at);
                continue;
            }
            self.fields(stop, &at, STOP, &[]);
            let position = stop.get("position").and_then(JsonRef::f64);
            if position.is_some_and(|position| !(0.0..=1.0).contains(&position)) {
                self.warning("gradient_clamped", &at, "position is outside 0 to 1 and will be clamped");
            }
        }
    }

    /// An array of at least one sub-value, or reference to one.
    fn list(&mut self, value: JsonRef<'_>, at: &str, kind: TokenType) {
        if value.kind() != JsonKind::Array || value.elements().next().is_none() {
            self.wrong_kind(at, &format!("a list of {kind} values"), value);
            return;
        }
        for (index, item) in value.elements().enumerate() {
            let at = format!("{at}[{index}]");
            if item.kind() == JsonKind::Array {
                self.wrong_kind(&at, &format!("a {kind} value"), item);
            } else {
                self.part(kind, item, &at);
            }
        }
    }

    fn fields(&mut self, value: JsonRef<'_>, at: &str, fields: Fields, optional: &[&str]) {
        if value.kind() != JsonKind::Object {
            self.wrong_kind(at, "an object", value);
            return;
        }
        let names: Vec<&str> =
            fields.iter().map(|(name, ..)| *name).chain(optional.iter().copied()).collect();
        self.known_members(value, at, &names);
        for (name, is_required, kind) in fields {
            match value.get(name) {
                Some(part) => self.part(*kind, part, &format!("{at}.{name}")),
                None if *is_required => self.problem(at, &format!("\"{name}\" is missing")),
                None => {}
            }
        }
    }

    fn required<'a>(&mut self, value: JsonRef<'a>, at: &str, name: &str) -> Option<JsonRef<'a>> {
        let found = value.get(name);
        if found.is_none() {
            self.problem(at, &format!("\"{name}\" is missing"));
        }
        found
    }

    fn known_members(&mut self, value: JsonRef<'_>, at: &str, known: &[&str]) {
        for (name, _) in value.members() {
            if !known.contains(&name.as_ref()) {
                self.problem(at, &format!("\"{}\" is not part of such a value", name.escape_debug()));
            }
        }
    }

    /// Whatever refers to something in a value whose type is unknown.
    fn any(&mut self, value: JsonRef<'_>) {
        let items = value.members().map(|(_, item)| item).chain(value.elements());
        for item in items {
            match alias::reference(item) {
                Some(Target::Malformed(_)) => {}
                Some(target) => self.reference(target, ReferenceKind::Part, None, "$value"),
                None => self.any(item),
            }
        }
    }
}

/// A component's range (color module, §4.2).
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f64,
    high: f64,
    /// Whether the upper end itself is outside: a hue of 360 is a hue of 0.
    is_hue: bool,
}

impl Range {
    const fn to(low: f64, high: f64) -> Self {
        Self { low, high, is_hue: false }
    }

    fn contains(self, number: f64) -> bool {
        number >= self.low && (number < self.high || (number <= self.high && !self.is_hue))
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_hue {
            write!(f, "{} to below {}", self.low, self.high)
        } else {
            write!(f, "{} to {}", self.low, self.high)
        }
    }
}

fn component_ranges(space: &str) -> Option<[Range; 3]> {
    const HUE: Range = Range { low: 0.0, high: 360.0, is_hue: true };
    const UNIT: Range = Range::to(0.0, 1.0);
    const PERCENT: Range = Range::to(0.0, 100.0);
    const ANY: Range = Range::to(f64::NEG_INFINITY, f64::INFINITY);
    const POSITIVE: Range = Range::to(0.0, f64::INFINITY);
    Some(match space {
        "srgb" | "srgb-linear" | "display-p3" | "a98-rgb" | "prophoto-rgb" | "rec2020" | "xyz-d65"
        | "xyz-d50" => [UNIT; 3],
        "hsl" | "hwb" => [HUE, PERCENT, PERCENT],
        "lab" => [PERCENT, ANY, ANY],
        "lch" => [PERCENT, POSITIVE, HUE],
        "oklab" => [UNIT, ANY, ANY],
        "oklch" => [UNIT, POSITIVE, HUE],
        _ => return None,
    })
}

//! Values as tools and CSS write them in text, to and from the objects of DTCG 2025.10.
//!
//! Reading is exact or nothing: text that means something else, or something more, than a DTCG value of its type can say
//! is left as it is. So is everything that is an alias or holds one.

mod color;
mod number;

pub(crate) use color::{parse_color, parse_css_color, spell_color};
pub(crate) use number::{decimal, number_and_unit, percent, ratio};

use dss_format::dtcg::value::FONT_WEIGHTS;

use crate::json::{Json, Object};

/// Whether a value is one whole reference in braces, as most formats have them.
pub(crate) fn is_alias(value: &Json) -> bool {
    let inner = value.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
    inner.is_some_and(|path| !path.is_empty() && !path.contains(['{', '}']))
}

/// The DTCG value of that type that a text, or a number, stands for.
pub(crate) fn parse(kind: &str, value: &Json) -> Option<Json> {
    match (kind, value) {
        ("color", Json::String(text)) => parse_color(text),
        ("dimension", Json::String(text)) => measure(text, &["px", "rem"]),
        ("duration", Json::String(text)) => measure(text, &["ms", "s"]),
        ("number", Json::String(text)) => decimal(text),
        ("fontWeight", Json::String(text)) => font_weight(text),
        ("cubicBezier", Json::String(text)) => cubic_bezier(text),
        _ => None,
    }
}

/// The type of a part of a composite value, in DTCG.
pub(crate) fn part_kind(kind: &str, part: &str) -> Option<&'static str> {
    Some(match (kind, part) {
        ("typography", "fontFamily") => "fontFamily",
        ("typography", "fontWeight") => "fontWeight",
        ("typography", "fontSize" | "letterSpacing")
        | ("border", "width")
        | ("shadow", "offsetX" | "offsetY" | "blur" | "spread") => "dimension",
        ("typography", "lineHeight") | ("gradient", "position") => "number",
        ("border" | "shadow" | "gradient", "color") => "color",
        ("border", "style") => "strokeStyle",
        ("transition", "duration" | "delay") => "duration",
        ("transition", "timingFunction") => "cubicBezier",
        _ => return None,
    })
}

/// The value with every simple value in it, which `change` gets with its type, replaced by what that makes of it. Where
/// `change` makes nothing of one, it stays.
pub(crate) fn map(kind: &str, value: &Json, change: &mut dyn FnMut(&str, &Json) -> Option<Json>) -> Json {
    match value {
        Json::Array(items) if matches!(kind, "shadow" | "gradient") => {
            Json::Array(items.iter().map(|item| map_parts(kind, item, change)).collect())
        }
        Json::Object(_) if matches!(kind, "typography" | "border" | "transition" | "shadow" | "gradient") => {
            map_parts(kind, value, change)
        }
        _ => change(kind, value).unwrap_or_else(|| value.clone()),
    }
}

fn map_parts(kind: &str, value: &Json, change: &mut dyn FnMut(&str, &Json) -> Option<Json>) -> Json {
    let Json::Object(parts) = value else { return value.clone() };
    let parts = parts.iter().map(|(key, part)| {
        let changed = part_kind(kind, key).and_then(|kind| change(kind, part));
        (key.to_owned(), changed.unwrap_or_else(|| part.clone()))
    });
    Json::Object(parts.collect())
}

/// A DTCG value of that type as CSS writes it.
pub(crate) fn spell(kind: &str, value: &Json) -> Option<String> {
    match (kind, value) {
        ("color", Json::Object(color)) => spell_color(color),
        ("dimension" | "duration", Json::Object(measure)) => spell_measure(measure),
        ("number" | "fontWeight", Json::Number(spelled)) => Some(spelled.to_string()),
        ("fontWeight" | "fontFamily" | "strokeStyle", Json::String(name)) => Some(name.clone()),
        ("cubicBezier", Json::Array(points)) => {
            let points: Option<Vec<&str>> = points.iter().map(Json::number).collect();
            points
                .filter(|points| points.len() == 4)
                .map(|points| format!("cubic-bezier({})", points.join(", ")))
        }
        _ => None,
    }
}

/// `16px` with a unit that the format knows.
fn measure(text: &str, units: &[&str]) -> Option<Json> {
    let (number, unit) = number_and_unit(text)?;
    units.contains(&unit).then(|| of_unit(number, unit))
}

/// A dimension or duration.
pub(crate) fn of_unit(number: Json, unit: &str) -> Json {
    let mut measure = Object::new();
    measure.push("value", number);
    measure.push("unit", unit);
    Json::Object(measure)
}

fn spell_measure(measure: &Object) -> Option<String> {
    let is_plain = measure.len() == 2;
    let (number, unit) = (measure.get("value")?.number()?, measure.string("unit")?);
    is_plain.then(|| format!("{number}{unit}"))
}

/// A weight by number or by name, as fonts spell it: `700`, `SemiBold`, `Semi Bold`.
fn font_weight(text: &str) -> Option<Json> {
    if let Some(number) = decimal(text) {
        return number.f64().filter(|weight| (1.0..=1000.0).contains(weight)).map(|_| number);
    }
    if FONT_WEIGHTS.contains(&text) {
        return None;
    }
    let plain = |name: &str| {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let wanted = plain(text);
    let is_name = text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '_'));
    let known = FONT_WEIGHTS.iter().find(|name| is_name && plain(name) == wanted)?;
    Some(Json::from(*known))
}

/// The number that the name of a weight stands for (format module, §8.4).
pub(crate) fn weight_of(name: &str) -> Option<String> {
    let weight = match name {
        "thin" | "hairline" => 100,
        "extra-light" | "ultra-light" => 200,
        "light" => 300,
        "normal" | "regular" | "book" => 400,
        "medium" => 500,
        "semi-bold" | "demi-bold" => 600,
        "bold" => 700,
        "extra-bold" | "ultra-bold" => 800,
        "black" | "heavy" => 900,
        "extra-black" | "ultra-black" => 950,
        _ => return None,
    };
    Some(weight.to_string())
}

fn cubic_bezier(text: &str) -> Option<Json> {
    let points = text.trim().strip_prefix("cubic-bezier(")?.strip_suffix(')')?;
    let points: Option<Vec<Json>> = points.split(',').map(|point| decimal(point.trim())).collect();
    points.filter(|points| points.len() == 4).map(Json::Array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(kind: &str, text: &str) -> Option<String> {
        parse(kind, &Json::from(text)).map(|value| value.to_text("").unwrap().as_str().to_owned())
    }

    #[test]
    fn texts_become_values_where_they_say_exactly_that() {
        let check =
            |kind, text, value: &str| assert_eq!(parsed(kind, text).as_deref(), Some(value), "{text}");
        check("dimension", "16px", r#"{"value":16,"unit":"px"}"#);
        check("dimension", "-0.50rem", r#"{"value":-0.50,"unit":"rem"}"#);
        check("dimension", ".5rem", r#"{"value":0.5,"unit":"rem"}"#);
        check("duration", "200ms", r#"{"value":200,"unit":"ms"}"#);
        check("number", "1.20", "1.20");
        check("fontWeight", "700", "700");
        check("fontWeight", "SemiBold", r#""semi-bold""#);
        check("fontWeight", "Extra Light", r#""extra-light""#);
        check("cubicBezier", "cubic-bezier(0.5, 0, 1, 1)", "[0.5,0,1,1]");
    }

    #[test]
    fn other_texts_are_left_alone() {
        for (kind, text) in [
            ("dimension", "16"),
            ("dimension", "1em"),
            ("dimension", "{a} * 2px"),
            ("dimension", "px"),
            ("dimension", "1 px"),
            ("dimension", "0x10px"),
            ("duration", "2min"),
            ("number", "1,5"),
            ("number", "NaN"),
            ("number", "1e999999999999999999999"),
            ("fontWeight", "Italic"),
            ("fontWeight", "2000"),
            ("fontWeight", "semi-bold"),
            ("cubicBezier", "cubic-bezier(1,2,3)"),
            ("spacing", "16px"),
        ] {
            assert_eq!(parsed(kind, text), None, "{kind} {text}");
        }
    }
}

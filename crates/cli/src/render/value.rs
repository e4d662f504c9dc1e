//! Token values in the words of designers, not of JSON.

use serde_json::Value;
use serde_json::value::RawValue;

use super::color::{Color, byte};

/// The value in short: `#3b82f6`, `16px`, `{color.brand}`; JSON where nothing shorter is known.
pub(super) fn short(value: &RawValue, token_type: Option<&str>) -> String {
    let Ok(parsed) = serde_json::from_str::<Value>(value.get()) else { return value.get().to_owned() };
    known(&parsed, token_type).unwrap_or_else(|| parsed.to_string())
}

/// The colour to show for a value, if it is one that can be shown.
pub(super) fn swatch(value: &RawValue) -> Option<[u8; 3]> {
    let parsed: Value = serde_json::from_str(value.get()).ok()?;
    // A space that is not known may bring a fallback along.
    let fallback = || Color::of(parsed.get("hex")?);
    Color::of(&parsed).or_else(fallback).map(Color::rgb)
}

fn known(value: &Value, token_type: Option<&str>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(members) if members.len() == 1 && members.contains_key("$ref") => {
            Some(value.get("$ref")?.as_str()?.to_owned())
        }
        _ => match token_type? {
            "color" => color(value),
            "dimension" | "duration" => quantity(value),
            "fontFamily" => list(value, ", "),
            "cubicBezier" => Some(format!("cubic-bezier({})", list(value, ", ")?)),
            "shadow" => shadows(value),
            "border" => parts(value, &[("width", quantity), ("style", plain), ("color", color)]),
            "transition" => {
                parts(value, &[("duration", quantity), ("timingFunction", bezier), ("delay", quantity)])
            }
            "typography" => typography(value),
            "gradient" => gradient(value),
            "strokeStyle" => dashes(value),
            _ => None,
        },
    }
}

/// A string (an alias, mostly) or a number, as it is.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(_) => value.get("$ref")?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn list(value: &Value, separator: &str) -> Option<String> {
    let items: Option<Vec<String>> = value.as_array()?.iter().map(plain).collect();
    Some(items?.join(separator))
}

fn bezier(value: &Value) -> Option<String> {
    plain(value).or_else(|| known(value, Some("cubicBezier")))
}

fn quantity(value: &Value) -> Option<String> {
    plain(value).or_else(|| {
        let number = value.get("value")?.as_number()?;
        Some(format!("{number}{}", value.get("unit")?.as_str()?))
    })
}

/// How a part of a value is shortened.
type Short = fn(&Value) -> Option<String>;

fn parts(value: &Value, wanted: &[(&str, Short)]) -> Option<String> {
    let texts: Option<Vec<String>> = wanted.iter().map(|(name, short)| short(value.get(name)?)).collect();
    Some(texts?.join(" "))
}

fn shadows(value: &Value) -> Option<String> {
    let shadow = |value: &Value| {
        if let Some(alias) = plain(value) {
            return Some(alias);
        }
        let inset = if value.get("inset").and_then(Value::as_bool) == Some(true) { "inset " } else { "" };
        let sizes: [(&str, Short); 5] = [
            ("offsetX", quantity),
            ("offsetY", quantity),
            ("blur", quantity),
            ("spread", quantity),
            ("color", color),
        ];
        Some(format!("{inset}{}", parts(value, &sizes)?))
    };
    match value.as_array() {
        Some(layers) => Some(layers.iter().map(shadow).collect::<Option<Vec<String>>>()?.join(", ")),
        None => shadow(value),
    }
}

fn typography(value: &Value) -> Option<String> {
    let family = value.get("fontFamily")?;
    let family = plain(family).or_else(|| list(family, ", "))?;
    let part = |name| quantity(value.get(name)?);
    Some(format!("{} {}/{} {family}", part("fontWeight")?, part("fontSize")?, part("lineHeight")?))
}

fn dashes(value: &Value) -> Option<String> {
    let lengths: Option<Vec<String>> = value.get("dashArray")?.as_array()?.iter().map(quantity).collect();
    Some(format!("dashes {}, {}", lengths?.join(" "), plain(value.get("lineCap")?)?))
}

fn gradient(value: &Value) -> Option<String> {
    let stop = |value: &Value| {
        if let Some(alias) = plain(value) {
            return Some(alias);
        }
        let position = value.get("position")?;
        let position = match position.as_f64() {
            Some(position) => format!("{}%", super::color::plain(position * 100.0)),
            None => plain(position)?,
        };
        Some(format!("{} {position}", color(value.get("color")?)?))
    };
    Some(value.as_array()?.iter().map(stop).collect::<Option<Vec<String>>>()?.join(", "))
}

fn color(value: &Value) -> Option<String> {
    if let Some(alias) = plain(value) {
        return Some(alias);
    }
    let space = value.get("colorSpace")?.as_str()?;
    let text = match (space, components(value)) {
        ("srgb", Some(components)) => {
            let [red, green, blue] = components.map(byte);
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        _ => format!("{space}({})", list(value.get("components")?, " ")?),
    };
    Some(match value.get("alpha") {
        None => text,
        Some(alpha) => match alpha.as_f64() {
            Some(1.0) => text,
            Some(alpha) => format!("{text} {}%", percent(alpha)),
            None => format!("{text} {}", plain(alpha)?),
        },
    })
}

/// Percent with at most one decimal.
fn percent(share: f64) -> f64 {
    (share * 1_000.0).round() / 10.0
}

fn components(value: &Value) -> Option<[f64; 3]> {
    match value.get("components")?.as_array()?.as_slice() {
        [first, second, third] => Some([first.as_f64()?, second.as_f64()?, third.as_f64()?]),
        _ => None,
    }
}

/// What was written to a field, in short. A token's type and value are written together.
pub(super) fn written(field: &str, value: &RawValue) -> String {
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(rename = "$type")]
        token_type: Option<String>,
        #[serde(rename = "$value", borrow)]
        value: &'a RawValue,
    }
    if field == "value"
        && let Ok(Typed { token_type, value }) = serde_json::from_str(value.get())
    {
        let short = short(value, token_type.as_deref().or(guess(value)));
        return token_type.map_or(short.clone(), |token_type| format!("{token_type} {short}"));
    }
    serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// The type of a value that says it by its shape alone.
pub(super) fn guess(value: &RawValue) -> Option<&'static str> {
    let parsed: Value = serde_json::from_str(value.get()).ok()?;
    if parsed.get("colorSpace").is_some() {
        return Some("color");
    }
    (parsed.get("unit").is_some() && parsed.get("value").is_some()).then_some("dimension")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(token_type: &str, value: &str, expected: &str) {
        let value: &RawValue = serde_json::from_str(value).unwrap();
        assert_eq!(short(value, Some(token_type)), expected);
    }

    #[test]
    fn values_read_like_css() {
        let orange = r##"{"colorSpace":"srgb","components":[1,0.4,0],"hex":"#ff6600"}"##;
        check("color", orange, "#ff6600");
        check("color", r#"{"colorSpace":"srgb","components":[0,0,0],"alpha":0.125}"#, "#000000 12.5%");
        check("color", r#"{"colorSpace":"oklch","components":[0.7,0.1,"none"]}"#, "oklch(0.7 0.1 none)");
        check("color", r#""{color.brand}""#, "{color.brand}");
        check("color", r##"{"$ref":"#/color/brand"}"##, "#/color/brand");
        check("dimension", r#"{"value":1.5,"unit":"rem"}"#, "1.5rem");
        check("number", "0.5", "0.5");
        check("fontFamily", r#"["Inter","sans-serif"]"#, "Inter, sans-serif");
        check("cubicBezier", "[0.2,0,0,1]", "cubic-bezier(0.2, 0, 0, 1)");
        check(
            "shadow",
            &format!(
                r#"[{{"color":{orange},"offsetX":{{"value":0,"unit":"px"}},"offsetY":"{{y}}",
                 "blur":{{"value":2,"unit":"px"}},"spread":{{"value":0,"unit":"px"}},"inset":true}},"{{shadow.low}}"]"#
            ),
            "inset 0px {y} 2px 0px #ff6600, {shadow.low}",
        );
        check(
            "typography",
            r#"{"fontFamily":"{font.body}","fontSize":{"value":16,"unit":"px"},"fontWeight":600,
             "letterSpacing":{"value":0,"unit":"px"},"lineHeight":1.5}"#,
            "600 16px/1.5 {font.body}",
        );
        check("gradient", &format!(r#"[{{"color":{orange},"position":0.5}}]"#), "#ff6600 50%");
        check("gradient", &format!(r#"[{{"color":{orange},"position":0.07}}]"#), "#ff6600 7%");
    }

    #[test]
    fn what_is_not_understood_stays_json() {
        check("color", r#"{"red":1}"#, r#"{"red":1}"#);
        check("unheard-of", "[1,2]", "[1,2]");
        check("shadow", "null", "null");
    }

    #[test]
    fn colours_can_be_shown() {
        let show = |value: &str| swatch(serde_json::from_str(value).unwrap());
        assert_eq!(show(r#"{"colorSpace":"hsl","components":[210,50,40]}"#), Some([51, 102, 153]));
        assert_eq!(show(r#"{"colorSpace":"srgb","components":[2,-1,0.5]}"#), Some([255, 0, 128]));
        assert_eq!(show(r##"{"colorSpace":"cmyk","components":[1,2,3],"hex":"#010203"}"##), Some([1, 2, 3]));
        assert_eq!(show(r##""#fff""##), Some([255, 255, 255]));
        assert_eq!(show(r#""{color.brand}""#), None);
    }
}

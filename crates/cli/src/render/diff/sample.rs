//! Values as they look: pieces of HTML whose styles hold nothing but numbers and words of our own.

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::color::{Color, plain};

/// Layers, stops and dashes that are drawn.
const PARTS_MAX: usize = 16;

/// What a value looks like, if that can be shown: aliases stand for something else, and are not.
pub(super) fn sample(value: &RawValue, token_type: Option<&str>) -> Option<String> {
    let value: Value = serde_json::from_str(value.get()).ok()?;
    match token_type? {
        "color" => Some(boxed("color", &format!("background:{}", Color::of(&value)?.css()))),
        "dimension" => {
            let length = length(&value)?;
            Some(boxed("bar", &format!("width:{}px", plain(length.abs().min(320.0)))))
        }
        "shadow" => Some(boxed("card", &format!("box-shadow:{}", shadows(&value)?))),
        "border" => Some(boxed("card", &format!("border:{}", border(&value)?))),
        "gradient" => Some(boxed("wide", &format!("background:linear-gradient(90deg,{})", stops(&value)?))),
        "typography" => Some(text(&typography(&value)?)),
        "fontFamily" => Some(text(&format!("font-family:{}", family(&value)?))),
        "fontWeight" => Some(text(&format!("font-weight:{}", weight(&value)?))),
        "strokeStyle" => {
            let style = stroke(&value)?;
            Some(format!("<i class=\"line\" style=\"border-top:3px {style} currentColor\"></i>"))
        }
        "cubicBezier" => curve(&value),
        _ => None,
    }
}

fn boxed(class: &str, style: &str) -> String {
    match class {
        // What is transparent shows the pattern below it.
        "color" | "wide" => format!("<i class=\"{class}\"><i style=\"{style}\"></i></i>"),
        _ => format!("<i class=\"{class}\" style=\"{style}\"></i>"),
    }
}

fn text(style: &str) -> String {
    format!("<span class=\"type\" style=\"{style}\">Hamburgefonts</span>")
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite() && number.abs() < 1e6)
}

/// A length in pixels: an object, or a string of an older draft.
fn length(value: &Value) -> Option<f64> {
    let (number, unit) = match value {
        Value::String(text) => {
            let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '%')?;
            let (number, unit) = text.split_at_checked(end)?;
            (number.trim().parse().ok().filter(|number: &f64| number.is_finite())?, unit)
        }
        _ => (number(value.get("value")?)?, value.get("unit")?.as_str()?),
    };
    let px = match unit {
        "px" => number,
        "rem" | "em" => number * 16.0,
        _ => return None,
    };
    Some(px.clamp(-1e4, 1e4))
}

fn px(value: &Value) -> Option<String> {
    Some(format!("{}px", plain(length(value)?)))
}

fn shadows(value: &Value) -> Option<String> {
    let one = |value: &Value| {
        let part = |name: &str| px(value.get(name)?);
        let inset = if value.get("inset").and_then(Value::as_bool) == Some(true) { "inset " } else { "" };
        let (x, y, blur) = (part("offsetX")?, part("offsetY")?, part("blur")?);
        let spread = part("spread").unwrap_or_else(|| "0px".to_owned());
        let blur = blur.trim_start_matches('-');
        Some(format!("{inset}{x} {y} {blur} {spread} {}", Color::of(value.get("color")?)?.css()))
    };
    match value.as_array() {
        Some(layers) => join(layers.iter().take(PARTS_MAX).map(one)),
        None => one(value),
    }
}

fn join(parts: impl Iterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join(","))
}

fn border(value: &Value) -> Option<String> {
    let width = length(value.get("width")?)?.clamp(0.0, 24.0);
    let color = Color::of(value.get("color")?)?;
    Some(format!("{}px {} {}", plain(width), stroke(value.get("style")?)?, color.css()))
}

/// A style of lines that CSS knows, spelled by us.
fn stroke(value: &Value) -> Option<&'static str> {
    const STYLES: [&str; 8] = ["solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset"];
    match value {
        Value::String(name) => STYLES.into_iter().find(|style| style == name),
        _ => value.get("dashArray").map(|_| "dashed"),
    }
}

fn stops(value: &Value) -> Option<String> {
    let stop = |value: &Value| {
        let color = Color::of(value.get("color")?)?;
        let position = number(value.get("position")?)?.clamp(0.0, 1.0);
        Some(format!("{} {}%", color.css(), plain(position * 100.0)))
    };
    join(value.as_array()?.iter().take(PARTS_MAX).map(stop))
}

fn typography(value: &Value) -> Option<String> {
    let size = length(value.get("fontSize")?)?.clamp(1.0, 96.0);
    let mut style = format!("font-size:{}px", plain(size));
    let mut add = |name: &str, value: Option<String>| {
        style.extend(value.map(|value| format!(";{name}:{value}")));
    };
    add("font-family", value.get("fontFamily").and_then(family));
    add("font-weight", value.get("fontWeight").and_then(weight));
    let spacing = value.get("letterSpacing").and_then(length).map(|px| px.clamp(-20.0, 20.0));
    add("letter-spacing", spacing.map(|px| format!("{}px", plain(px))));
    let height = value.get("lineHeight").and_then(number).map(|height| height.clamp(0.5, 4.0));
    add("line-height", height.map(plain));
    Some(style)
}

/// Names of fonts in quotes, as far as they are made of plain characters.
fn family(value: &Value) -> Option<String> {
    let name = |value: &Value| {
        let name = value.as_str()?;
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        (!name.is_empty() && name.len() <= 100 && name.chars().all(is_plain)).then(|| match name {
            "serif" | "sans-serif" | "monospace" | "system-ui" => name.to_owned(),
            // Single quotes, for the attribute has double ones.
            _ => format!("'{name}'"),
        })
    };
    match value {
        Value::Array(names) => join(names.iter().take(PARTS_MAX).map(name)),
        _ => name(value),
    }
}

fn weight(value: &Value) -> Option<String> {
    const NAMES: [(&str, u16); 18] = [
        ("thin", 100),
        ("hairline", 100),
        ("extra-light", 200),
        ("ultra-light", 200),
        ("light", 300),
        ("normal", 400),
        ("regular", 400),
        ("book", 400),
        ("medium", 500),
        ("semi-bold", 600),
        ("demi-bold", 600),
        ("bold", 700),
        ("extra-bold", 800),
        ("ultra-bold", 800),
        ("black", 900),
        ("heavy", 900),
        ("extra-black", 950),
        ("ultra-black", 950),
    ];
    match value {
        Value::String(name) => {
            NAMES.iter().find(|(known, _)| known == name).map(|(_, weight)| weight.to_string())
        }
        _ => number(value).map(|weight| plain(weight.clamp(1.0, 1000.0))),
    }
}

/// A timing function as a curve.
fn curve(value: &Value) -> Option<String> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(number).collect::<Option<_>>()?;
    let [x1, y1, x2, y2] = <[f64; 4]>::try_from(numbers).ok()?;
    let x = |share: f64| plain(share.clamp(0.0, 1.0) * 40.0);
    let y = |share: f64| plain((1.0 - share.clamp(-1.0, 2.0)) * 40.0);
    Some(format!(
        "<svg class=\"curve\" viewBox=\"0 -40 40 120\" width=\"40\" height=\"120\" aria-hidden=\"true\">\
         <path d=\"M0 40C{} {} {} {} 40 0\"/></svg>",
        x(x1),
        y(y1),
        x(x2),
        y(y2)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(token_type: &str, json: &str) -> Option<String> {
        sample(&RawValue::from_string(json.to_owned()).unwrap(), Some(token_type))
    }

    #[test]
    fn every_type_that_can_be_seen_is_shown() {
        let black = r#"{"colorSpace":"srgb","components":[0,0,0],"alpha":0.5}"#;
        let px = r#"{"value":2,"unit":"px"}"#;
        let is_shown = |token_type: &str, json: &str, style: &str| {
            let html = of(token_type, json).unwrap();
            assert!(html.contains(style), "{html}");
        };
        is_shown("color", black, "background:color(srgb 0 0 0 / 0.5)");
        is_shown("dimension", r#"{"value":2,"unit":"rem"}"#, "width:32px");
        is_shown("dimension", r#""-4px""#, "width:4px");
        let shadow = format!(
            r#"{{"color":{black},"offsetX":{px},"offsetY":{px},"blur":{px},"spread":{px},"inset":true}}"#
        );
        is_shown("shadow", &shadow, "box-shadow:inset 2px 2px 2px 2px color(srgb 0 0 0 / 0.5)");
        is_shown("shadow", &format!("[{shadow},{shadow}]"), ",inset 2px");
        is_shown(
            "border",
            &format!(r#"{{"color":{black},"width":{px},"style":"dashed"}}"#),
            "border:2px dashed color(",
        );
        is_shown("gradient", &format!(r#"[{{"color":{black},"position":0.25}}]"#), " 25%)");
        is_shown("fontWeight", r#""semi-bold""#, "font-weight:600");
        is_shown("fontFamily", r#"["Inter","sans-serif"]"#, "font-family:'Inter',sans-serif");
        is_shown(
            "typography",
            &format!(
                r#"{{"fontFamily":"Inter","fontSize":{px},"fontWeight":700,"lineHeight":1.5,"letterSpacing":{px}}}"#
            ),
            "font-size:2px;font-family:'Inter';font-weight:700;letter-spacing:2px;line-height:1.5",
        );
        is_shown("cubicBezier", "[0.5,0,0.5,1]", "M0 40C20 40 20 0 40 0");
        is_shown("strokeStyle", r#""dotted""#, "3px dotted");
    }

    #[test]
    fn nothing_of_a_stranger_gets_into_a_style() {
        let evil = r#""x\";}</style><script>alert(1)</script>""#;
        for token_type in ["color", "dimension", "fontFamily", "fontWeight", "strokeStyle", "cubicBezier"] {
            assert_eq!(of(token_type, evil), None, "{token_type}");
        }
        assert_eq!(of("fontFamily", r#""Inter'; background: url(x)""#), None);
        assert_eq!(of("color", r#""{color.brand}""#), None);
        assert_eq!(of("dimension", r#"{"value":1e300,"unit":"px"}"#), None);
        assert_eq!(of("dimension", r#""NaNpx""#), None);
        assert_eq!(of("unheard-of", "1"), None);
    }
}

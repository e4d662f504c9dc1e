//! Values as people type them.

use serde_json::value::RawValue;

/// The JSON of a value that was typed: JSON as it is, a short form of the type, or else a string.
pub(crate) fn from_typed(text: &str, token_type: Option<&str>) -> String {
    if serde_json::from_str::<&RawValue>(text).is_ok() {
        return text.trim().to_owned();
    }
    let short = match token_type {
        Some("color") => color(text),
        Some("dimension") => quantity(text, &["rem", "px"]),
        Some("duration") => quantity(text, &["ms", "s"]),
        _ => None,
    };
    short.unwrap_or_else(|| serde_json::Value::from(text).to_string())
}

/// Whether the type decides how to read the text.
pub(crate) fn needs_type(text: &str) -> bool {
    let is_short = color(text).is_some() || quantity(text, &["rem", "px", "ms", "s"]).is_some();
    is_short && serde_json::from_str::<&RawValue>(text).is_err()
}

/// `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa` as a colour of DTCG 2025.10.
fn color(text: &str) -> Option<String> {
    let [red, green, blue, alpha] = hex_bytes(text)?;
    let part = |byte: u8| {
        let text = format!("{:.4}", f64::from(byte) / 255.0);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let alpha = if alpha == u8::MAX { String::new() } else { format!(",\"alpha\":{}", part(alpha)) };
    Some(format!(
        "{{\"colorSpace\":\"srgb\",\"components\":[{},{},{}]{alpha},\"hex\":\"#{red:02x}{green:02x}{blue:02x}\"}}",
        part(red),
        part(green),
        part(blue)
    ))
}

/// The bytes of a CSS hex colour; alpha is 255 if it has none.
pub(crate) fn hex_bytes(text: &str) -> Option<[u8; 4]> {
    let digits: Option<Vec<u8>> = text
        .strip_prefix('#')?
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    // A digit alone stands for two of it.
    let width = if digits.len() < 6 { 1 } else { 2 };
    let join = |pair: &[u8]| match *pair {
        [digit] => Some(digit.wrapping_mul(17)),
        [high, low] => Some(high.wrapping_shl(4) | low),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.chunks(width).map(join).collect();
    match *bytes?.as_slice() {
        [red, green, blue] if digits.len() == width.wrapping_mul(3) => Some([red, green, blue, u8::MAX]),
        [red, green, blue, alpha] if digits.len() == width.wrapping_mul(4) => Some([red, green, blue, alpha]),
        _ => None,
    }
}

/// `16px` as a number and a unit.
fn quantity(text: &str, units: &[&str]) -> Option<String> {
    let (number, unit) = units.iter().find_map(|unit| Some((text.strip_suffix(unit)?, unit)))?;
    let number = number.trim_end();
    serde_json::from_str::<serde_json::Number>(number).ok()?;
    Some(format!("{{\"value\":{number},\"unit\":\"{unit}\"}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_as_it_is() {
        assert_eq!(from_typed(" {\"value\":1.50}\n", Some("dimension")), "{\"value\":1.50}");
        assert_eq!(from_typed("16", Some("dimension")), "16");
        assert_eq!(from_typed("\"#fff\"", Some("color")), "\"#fff\"");
    }

    #[test]
    fn short_forms_depend_on_the_type() {
        assert_eq!(
            from_typed("#f06", Some("color")),
            r##"{"colorSpace":"srgb","components":[1,0,0.4],"hex":"#ff0066"}"##
        );
        assert_eq!(
            from_typed("#00000080", Some("color")),
            r##"{"colorSpace":"srgb","components":[0,0,0],"alpha":0.502,"hex":"#000000"}"##
        );
        assert_eq!(from_typed("-1.50rem", Some("dimension")), r#"{"value":-1.50,"unit":"rem"}"#);
        assert_eq!(from_typed("200 ms", Some("duration")), r#"{"value":200,"unit":"ms"}"#);
        assert_eq!(from_typed("2s", Some("duration")), r#"{"value":2,"unit":"s"}"#);
        assert!(needs_type("16px") && needs_type("#fff") && !needs_type("16") && !needs_type("bold"));
    }

    #[test]
    fn everything_else_is_a_string() {
        assert_eq!(from_typed("#f06", Some("fontFamily")), "\"#f06\"");
        assert_eq!(from_typed("{a.b}", Some("color")), "\"{a.b}\"");
        assert_eq!(from_typed("#12", Some("color")), "\"#12\"");
        assert_eq!(from_typed("infpx", Some("dimension")), "\"infpx\"");
        assert_eq!(from_typed("Inter \"Tight\"", None), "\"Inter \\\"Tight\\\"\"");
    }
}

//! What a value may be meant to be that is not changed.

use dss_format::dtcg::TokenType;

use crate::json::Json;
use crate::value::{number_and_unit, ratio};

/// Advice about a value that is none of its type; none if `dss lint` says all there is to say.
pub(super) fn about(kind: TokenType, value: &Json) -> Option<String> {
    match (kind, value) {
        (TokenType::Dimension | TokenType::Duration, Json::Number(number)) => Some(unitless(kind, number)),
        (TokenType::Dimension | TokenType::Duration, Json::String(text)) => Some(measure(kind, text.trim())),
        (TokenType::Number, Json::String(text)) => Some(number(text.trim())),
        (TokenType::Color, Json::String(_)) => {
            Some("no colour that CSS has by itself; DTCG has no functions, variables or references inside of texts".to_owned())
        }
        (TokenType::CubicBezier, Json::String(_)) => {
            Some("no cubic Bézier curve; DTCG has no other timing functions".to_owned())
        }
        (TokenType::FontWeight, Json::String(_)) => {
            Some("no font weight: a number from 1 to 1000, or a name such as \"semi-bold\"".to_owned())
        }
        (TokenType::Shadow | TokenType::Border | TokenType::Transition | TokenType::Typography | TokenType::Gradient, Json::String(_)) => {
            Some(format!("a {kind} is an object; its parts have to be named"))
        }
        _ => None,
    }
}

fn unitless(kind: TokenType, number: &str) -> String {
    let (unit, meant) = if kind == TokenType::Duration { ("ms", "milliseconds") } else { ("px", "pixels") };
    format!("it has no unit: {{\"value\": {number}, \"unit\": \"{unit}\"}}, if {meant} are meant")
}

fn measure(kind: TokenType, text: &str) -> String {
    let known = if kind == TokenType::Duration { "ms and s" } else { "px and rem" };
    let Some((Json::Number(number), unit)) = number_and_unit(text) else {
        return format!("no {kind}; DTCG has no expressions, and the units {known}");
    };
    match (unit, ratio(text)) {
        ("", _) => unitless(kind, &number),
        ("em", _) if kind == TokenType::Dimension => format!(
            "em depends on the element: {{\"value\": {number}, \"unit\": \"rem\"}}, if the root's font size is meant"
        ),
        ("%", Some(Json::Number(ratio))) => {
            format!("% is no unit of DTCG: {ratio} in a token of type number, if a ratio is meant")
        }
        (unit, _) => format!("{unit} is no unit of DTCG, which has {known}"),
    }
}

fn number(text: &str) -> String {
    match (ratio(text), number_and_unit(text)) {
        (Some(Json::Number(ratio)), _) => format!("{ratio}, if a ratio is meant"),
        (_, Some((_, unit))) => {
            format!("a number has no unit ({unit}); a length belongs into a token of type dimension")
        }
        _ => "no number; DTCG has no expressions".to_owned(),
    }
}

//! Values of variables, to and from those of tokens. Numbers stay spelled as they are.

use crate::json::{Json, Object};
use crate::value::of_unit;

/// The variable that a value is an alias of.
pub(super) fn target(value: &Json) -> Option<&str> {
    let alias = value.as_object().filter(|alias| alias.string("type") == Some("VARIABLE_ALIAS"))?;
    alias.string("id")
}

/// An alias of a variable.
pub(super) fn alias(id: &str) -> Json {
    let mut alias = Object::new();
    alias.push("type", "VARIABLE_ALIAS");
    alias.push("id", id);
    Json::Object(alias)
}

/// What a variable's value is as a token's of that type. What is nothing of that type stays as it is.
pub(super) fn to_dtcg(kind: &str, value: &Json) -> Json {
    let token = match (kind, value) {
        ("color", Json::Object(color)) => to_color(color),
        ("dimension", Json::Number(_)) => Some(of_unit(value.clone(), "px")),
        _ => None,
    };
    token.unwrap_or_else(|| value.clone())
}

/// What becomes of a token's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// A variable says it.
    Exactly(Json),
    /// A variable says something near it.
    Nearly(Json, &'static str),
    /// No variable can.
    Not(&'static str),
}

/// The type that Figma has for a token's, by its value where that matters.
pub(super) fn resolved_type(kind: &str, value: &Json) -> Option<&'static str> {
    Some(match kind {
        "color" => "COLOR",
        "fontWeight" if value.as_str().is_some() => "STRING",
        "dimension" | "number" | "fontWeight" | "duration" => "FLOAT",
        "fontFamily" | "string" => "STRING",
        "boolean" => "BOOLEAN",
        _ => return None,
    })
}

/// A token's value, which is no alias, as a variable's.
pub(super) fn from_dtcg(kind: &str, value: &Json) -> Said {
    match (kind, value) {
        ("color", Json::Object(color)) => from_color(color),
        ("dimension", Json::Object(size)) => match (size.get("value"), size.string("unit")) {
            (Some(Json::Number(number)), Some("px")) => Said::Exactly(Json::Number(number.clone())),
            (Some(number @ Json::Number(_)), Some("rem")) => {
                scaled(number, 16.0, "sizes in rem, as 16 px each")
            }
            _ => Said::Not("sizes that are neither in px nor in rem"),
        },
        ("duration", Json::Object(time)) => match (time.get("value"), time.string("unit")) {
            (Some(Json::Number(number)), Some("ms")) => {
                Said::Nearly(Json::Number(number.clone()), "durations, as numbers of milliseconds")
            }
            (Some(number @ Json::Number(_)), Some("s")) => {
                scaled(number, 1000.0, "durations, as numbers of milliseconds")
            }
            _ => Said::Not("durations without a unit"),
        },
        ("fontFamily", Json::Array(families)) => match families.first() {
            Some(first @ Json::String(_)) => {
                Said::Nearly(first.clone(), "font families, as the first of them")
            }
            _ => Said::Not("font families that are no names"),
        },
        ("number" | "fontWeight" | "dimension", Json::Number(_))
        | ("string" | "fontFamily" | "fontWeight", Json::String(_))
        | ("boolean", Json::Boolean(_)) => Said::Exactly(value.clone()),
        _ => Said::Not("values that are none of their token's type"),
    }
}

/// Whether two values differ at most in the order of their members.
pub(super) fn has_same_members(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key) == Some(value))
        }
        _ => one == other,
    }
}

/// Whether Figma has the same in both: its numbers are floats of 32 bits.
pub(super) fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(a), Json::Number(b)) => a == b || a.parse::<f32>().ok() == b.parse::<f32>().ok(),
        (Json::Object(a), Json::Object(b)) if target(one).is_none() => {
            let opaque = Json::integer(1);
            let channel =
                |color: &Object, name: &str| color.get(name).cloned().unwrap_or_else(|| opaque.clone());
            let is_color = |color: &Object| ["r", "g", "b"].iter().all(|name| color.has(name));
            if is_color(a) && is_color(b) {
                ["r", "g", "b", "a"].iter().all(|name| is_same(&channel(a, name), &channel(b, name)))
            } else {
                a == b
            }
        }
        _ => one == other || target(one).is_some_and(|id| target(other) == Some(id)),
    }
}

/// A number as many times as large.
fn scaled(number: &Json, factor: f64, what: &'static str) -> Said {
    let scaled = number.f64().map(|number| number * factor).filter(|number| number.is_finite());
    match scaled {
        Some(number) => Said::Nearly(Json::Number(number.to_string().into()), what),
        None => Said::Not("numbers beyond what Figma has"),
    }
}

fn to_color(color: &Object) -> Option<Json> {
    let is_plain = color.len() == 3 || (color.len() == 4 && color.has("a"));
    let channel = |name| color.get(name).filter(|value| value.number().is_some()).cloned();
    let components = [channel("r")?, channel("g")?, channel("b")?];
    let mut made = Object::new();
    made.push("colorSpace", "srgb");
    made.push("components", Json::Array(components.to_vec()));
    if color.has("a") {
        made.push("alpha", channel("a")?);
    }
    is_plain.then_some(Json::Object(made))
}

fn from_color(color: &Object) -> Said {
    let alpha = color.get("alpha");
    let with_alpha = |channels: [Json; 3]| {
        let mut made = Object::new();
        for (name, channel) in ["r", "g", "b"].into_iter().zip(channels) {
            made.push(name, channel);
        }
        alpha.into_iter().for_each(|alpha| made.push("a", alpha.clone()));
        Json::Object(made)
    };
    if let Some(Json::Array(components)) =
        color.get("components").filter(|_| color.string("colorSpace") == Some("srgb"))
        && let [Json::Number(_), Json::Number(_), Json::Number(_)] = components.as_slice()
        && let Ok(channels) = <[Json; 3]>::try_from(components.clone())
    {
        return Said::Exactly(with_alpha(channels));
    }
    let fallback = color.string("hex").and_then(crate::value::parse_color);
    match fallback.as_ref().and_then(|color| color.get("components")?.as_array()?.to_vec().try_into().ok()) {
        Some(channels) => {
            Said::Nearly(with_alpha(channels), "colours that are not sRGB, as their hexadecimal fallback")
        }
        None => Said::Not("colours that are not sRGB and have no hexadecimal fallback"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes(), "", 16).unwrap()
    }

    #[test]
    fn values_come_back_as_they_were_spelled() {
        for (kind, value, token) in [
            (
                "color",
                r#"{"r":0.10,"g":0,"b":1e-1,"a":1}"#,
                r#"{"colorSpace":"srgb","components":[0.10,0,1e-1],"alpha":1}"#,
            ),
            ("color", r#"{"r":0,"g":0,"b":0}"#, r#"{"colorSpace":"srgb","components":[0,0,0]}"#),
            ("dimension", "16.0", r#"{"value":16.0,"unit":"px"}"#),
            ("number", "-0", "-0"),
            ("string", r#""Inter""#, r#""Inter""#),
            ("boolean", "true", "true"),
        ] {
            assert_eq!(to_dtcg(kind, &json(value)), json(token));
            assert_eq!(from_dtcg(kind, &json(token)), Said::Exactly(json(value)));
        }
        assert_eq!(to_dtcg("color", &json(r#"{"r":0,"g":0,"b":"x"}"#)), json(r#"{"r":0,"g":0,"b":"x"}"#));
    }

    #[test]
    fn what_figma_has_not_is_near_it_or_nothing() {
        let near = |kind, token: &str, value: &str| match from_dtcg(kind, &json(token)) {
            Said::Nearly(said, _) => assert_eq!(said, json(value), "{token}"),
            other => panic!("{token}: {other:?}"),
        };
        near("dimension", r#"{"value":1.5,"unit":"rem"}"#, "24");
        near("duration", r#"{"value":0.2,"unit":"s"}"#, "200");
        near("fontFamily", r#"["Inter","serif"]"#, r#""Inter""#);
        near(
            "color",
            r##"{"colorSpace":"oklch","components":[1,0,0],"hex":"#ffffff"}"##,
            r#"{"r":1,"g":1,"b":1}"#,
        );
        for (kind, token) in [
            ("color", r#"{"colorSpace":"oklch","components":[1,0,0]}"#),
            ("color", r##""#fff""##),
            ("dimension", r#"{"value":1,"unit":"em"}"#),
            ("typography", "{}"),
        ] {
            assert!(matches!(from_dtcg(kind, &json(token)), Said::Not(_)), "{token}");
        }
    }
}

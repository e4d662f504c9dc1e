//! Types and values of Tokens Studio, to and from those of DTCG.

use crate::json::{Json, Object};
use crate::plain::Typed;
use crate::value;

/// What is taken for granted of numbers without a unit: Tokens Studio itself makes them pixels.
const PIXELS: &str = "sizes without a unit, taken as px";

pub(crate) fn to_dtcg(token: &Typed) -> (Typed, Option<&'static str>) {
    let Some(theirs) = token.effective() else { return (token.clone(), None) };
    let mut assumed = None;
    let renamed = rename_shadow(theirs, &token.value, Direction::In);
    let kind = kind_of(theirs, &renamed);
    let value = value::map(kind.unwrap_or(theirs), &renamed, &mut |part, value| {
        simple(part, theirs, value, &mut assumed)
    });
    let is_same = kind == Some(theirs);
    let kind = match (&token.kind, kind) {
        // Whatever its target is.
        (_, None) => None,
        (None, Some(_)) if is_same => None,
        (_, Some(kind)) => Some(Json::from(kind)),
    };
    (Typed { kind, inherited: token.inherited.clone(), value }, assumed)
}

/// What a type is called in DTCG; `None` if that depends on what the value refers to. Types that DTCG does not have keep
/// their names.
fn kind_of<'a>(theirs: &'a str, value: &Json) -> Option<&'a str> {
    Some(match theirs {
        "spacing" | "sizing" | "borderRadius" | "borderWidth" | "fontSizes" | "fontSize"
        | "letterSpacing" | "paragraphSpacing" | "paragraphIndent" => "dimension",
        "fontFamilies" => "fontFamily",
        "fontWeights" => "fontWeight",
        "opacity" => "number",
        "boxShadow" => "shadow",
        "lineHeights" | "lineHeight" => match value.as_str() {
            Some(_) if value::is_alias(value) => return None,
            Some(text) if text.ends_with('%') => "number",
            Some(text) if value::number_and_unit(text).is_some() => "dimension",
            _ => theirs,
        },
        other => other,
    })
}

/// A simple value of the DTCG type `kind`, in a token that Tokens Studio calls `theirs`.
fn simple(kind: &str, theirs: &str, value: &Json, assumed: &mut Option<&'static str>) -> Option<Json> {
    let text = value.as_str()?;
    match kind {
        "dimension" => match value::number_and_unit(text)? {
            (number, "") => {
                *assumed = Some(PIXELS);
                Some(value::of_unit(number, "px"))
            }
            _ => value::parse(kind, value),
        },
        "number" if theirs != "number" && text.ends_with('%') => value::ratio(text),
        _ => value::parse(kind, value),
    }
}

pub(crate) fn from_dtcg(token: &Typed) -> Typed {
    let Some(kind) = token.effective() else { return token.clone() };
    let value =
        value::map(kind, &token.value, &mut |kind, value| value::spell(kind, value).map(Json::String));
    let value = rename_shadow(kind, &value, Direction::Out);
    let theirs = token.kind.as_ref().map(|stated| match stated.as_str() {
        Some("fontFamily") => Json::from("fontFamilies"),
        Some("fontWeight") => Json::from("fontWeights"),
        Some("shadow") => Json::from("boxShadow"),
        _ => stated.clone(),
    });
    Typed { kind: theirs, inherited: token.inherited.clone(), value }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// Shadows have other names for their parts.
fn rename_shadow(kind: &str, value: &Json, direction: Direction) -> Json {
    if !matches!(kind, "boxShadow" | "shadow") {
        return value.clone();
    }
    match value {
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| rename_shadow(kind, item, direction)).collect())
        }
        Json::Object(shadow) => Json::Object(rename_parts(shadow, direction)),
        other => other.clone(),
    }
}

fn rename_parts(shadow: &Object, direction: Direction) -> Object {
    let rename = |(key, value): (&str, &Json)| {
        let (key, value) = match (direction, key, value) {
            (Direction::In, "x", _) => ("offsetX", value.clone()),
            (Direction::In, "y", _) => ("offsetY", value.clone()),
            (Direction::In, "type", Json::String(style)) if style == "innerShadow" => {
                ("inset", Json::Boolean(true))
            }
            (Direction::In, "type", Json::String(style)) if style == "dropShadow" => {
                ("inset", Json::Boolean(false))
            }
            (Direction::Out, "offsetX", _) => ("x", value.clone()),
            (Direction::Out, "offsetY", _) => ("y", value.clone()),
            (Direction::Out, "inset", Json::Boolean(true)) => ("type", Json::from("innerShadow")),
            (Direction::Out, "inset", Json::Boolean(false)) => ("type", Json::from("dropShadow")),
            _ => (key, value.clone()),
        };
        (key.to_owned(), value)
    };
    shadow.iter().map(rename).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes(), "", 16).unwrap()
    }

    fn check(kind: &str, value: &str, dtcg_kind: Option<&str>, dtcg_value: &str) {
        let stated = Typed { kind: Some(Json::from(kind)), inherited: None, value: json(value) };
        let (typed, _) = to_dtcg(&stated);
        assert_eq!(typed.kind.as_ref().and_then(Json::as_str), dtcg_kind, "{value}");
        assert_eq!(typed.value.to_text("").unwrap().as_str(), dtcg_value, "{value}");
    }

    #[test]
    fn types_and_values_become_dtcg() {
        check("spacing", r#""16""#, Some("dimension"), r#"{"value":16,"unit":"px"}"#);
        check("borderRadius", r#""0.5rem""#, Some("dimension"), r#"{"value":0.5,"unit":"rem"}"#);
        check("spacing", r#""{a.b}""#, Some("dimension"), r#""{a.b}""#);
        check("spacing", r#""{a.b} * 2""#, Some("dimension"), r#""{a.b} * 2""#);
        check("letterSpacing", r#""-1%""#, Some("dimension"), r#""-1%""#);
        check("lineHeights", r#""130%""#, Some("number"), "1.3");
        check("lineHeights", r#""24""#, Some("dimension"), r#"{"value":24,"unit":"px"}"#);
        check("lineHeights", r#""{a}""#, None, r#""{a}""#);
        check("lineHeights", r#""AUTO""#, Some("lineHeights"), r#""AUTO""#);
        check("opacity", r#""50%""#, Some("number"), "0.5");
        check("fontWeights", r#""SemiBold""#, Some("fontWeight"), r#""semi-bold""#);
        check("fontFamilies", r#""Inter""#, Some("fontFamily"), r#""Inter""#);
        check("composition", r#"{"a":"1"}"#, Some("composition"), r#"{"a":"1"}"#);
        check(
            "boxShadow",
            r#"{"x":"0","y":"4px","blur":"2","spread":"0","color":"{c}","type":"innerShadow"}"#,
            Some("shadow"),
            r#"{"offsetX":{"value":0,"unit":"px"},"offsetY":{"value":4,"unit":"px"},"blur":{"value":2,"unit":"px"},"spread":{"value":0,"unit":"px"},"color":"{c}","inset":true}"#,
        );
        check(
            "typography",
            r#"{"fontFamily":"{f}","fontSize":"12","lineHeight":"150%"}"#,
            Some("typography"),
            r#"{"fontFamily":"{f}","fontSize":{"value":12,"unit":"px"},"lineHeight":1.5}"#,
        );
    }
}

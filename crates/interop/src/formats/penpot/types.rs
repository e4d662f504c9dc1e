//! Types and values of Penpot, to and from those of DTCG: mostly Tokens Studio's.

use super::super::tokens_studio;
use crate::json::{Json, Object};
use crate::plain::Typed;

/// What the parts of a typography are called, and in DTCG.
const PARTS: [(&str, &str); 4] = [
    ("fontFamilies", "fontFamily"),
    ("fontSizes", "fontSize"),
    ("fontWeights", "fontWeight"),
    ("lineHeights", "lineHeight"),
];
/// The types that Penpot writes, and the other names of them that it reads. Tokens of other types it leaves out.
const TYPES: [&str; 24] = [
    "boolean",
    "borderRadius",
    "borderWidth",
    "boxShadow",
    "color",
    "dimension",
    "fontFamilies",
    "fontFamily",
    "fontSize",
    "fontSizes",
    "fontWeight",
    "fontWeights",
    "letterSpacing",
    "number",
    "opacity",
    "other",
    "rotation",
    "shadow",
    "sizing",
    "spacing",
    "string",
    "textCase",
    "textDecoration",
    "typography",
];

pub(super) fn to_dtcg(token: &Typed) -> (Typed, Option<&'static str>) {
    let kind = match token.effective() {
        Some("strokeWidth") => Some("borderWidth"),
        // Degrees.
        Some("rotation") => Some("number"),
        _ => None,
    };
    let mut token = token.clone();
    if let Some(kind) = kind {
        token.kind = Some(Json::from(kind));
    }
    if token.effective() == Some("typography") {
        token.value = renamed(&token.value, |name| pick(name, |(theirs, dtcg)| (theirs, dtcg)));
    }
    tokens_studio::to_dtcg(&token)
}

pub(super) fn from_dtcg(token: &Typed) -> Typed {
    let is_shadow = token.effective() == Some("shadow");
    let mut theirs = tokens_studio::from_dtcg(token);
    if is_shadow {
        // Here, Penpot writes as DTCG does, and not as Tokens Studio.
        theirs.kind.clone_from(&token.kind);
        theirs.value = shadows(&theirs.value);
    }
    if token.effective() == Some("typography") {
        theirs.value = renamed(&theirs.value, |name| pick(name, |(theirs, dtcg)| (dtcg, theirs)));
    }
    theirs
}

fn pick(
    name: &str,
    order: fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> Option<&'static str> {
    PARTS.into_iter().map(order).find(|(from, _)| *from == name).map(|(_, to)| to)
}

/// An object with some of its members called otherwise.
fn renamed(value: &Json, name: impl Fn(&str) -> Option<&'static str>) -> Json {
    let Json::Object(parts) = value else { return value.clone() };
    let parts: Object =
        parts.iter().map(|(key, part)| (name(key).unwrap_or(key).to_owned(), part.clone())).collect();
    Json::Object(parts)
}

/// Shadows with the parts that DTCG has.
fn shadows(value: &Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.iter().map(shadows).collect()),
        Json::Object(parts) => {
            let part = |(key, part): (&str, &Json)| match (key, part.as_str()) {
                ("x", _) => ("offsetX".to_owned(), part.clone()),
                ("y", _) => ("offsetY".to_owned(), part.clone()),
                ("type", Some(style)) => ("inset".to_owned(), Json::Boolean(style == "innerShadow")),
                _ => (key.to_owned(), part.clone()),
            };
            Json::Object(parts.iter().map(part).collect())
        }
        other => other.clone(),
    }
}

/// The places of tokens of which Penpot does not know the type.
pub(super) fn unknown(tree: &Json, found: &mut Vec<String>) {
    fn walk(group: &Object, inherited: Option<&str>, path: &mut String, found: &mut Vec<String>) {
        let kind = group.string("$type").or(inherited);
        if group.has("$value") && kind.is_some_and(|kind| !TYPES.contains(&kind)) {
            found.push(path.clone());
        }
        for (key, child) in group.iter().filter_map(|(key, child)| Some((key, child.as_object()?))) {
            if key.starts_with('$') && key != "$root" {
                continue;
            }
            let before = path.len();
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
            walk(child, kind, path, found);
            path.truncate(before);
        }
    }
    if let Json::Object(root) = tree {
        walk(root, None, &mut String::new(), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes(), "", 16).unwrap()
    }

    #[track_caller]
    fn check(kind: &str, value: &str, dtcg_kind: &str, dtcg_value: &str) {
        let stated = Typed { kind: Some(Json::from(kind)), inherited: None, value: json(value) };
        let (typed, _) = to_dtcg(&stated);
        assert_eq!(typed.kind.as_ref().and_then(Json::as_str), Some(dtcg_kind), "{value}");
        assert_eq!(typed.value.to_text("").unwrap().as_str(), dtcg_value, "{value}");
    }

    #[test]
    fn types_and_values_become_dtcg() {
        check("dimension", r#""16""#, "dimension", r#"{"value":16,"unit":"px"}"#);
        check("borderWidth", r#""1px""#, "dimension", r#"{"value":1,"unit":"px"}"#);
        check("strokeWidth", r#""1px""#, "dimension", r#"{"value":1,"unit":"px"}"#);
        check("rotation", r#""45""#, "number", "45");
        check("opacity", r#""0.5""#, "number", "0.5");
        check("fontFamilies", r#"["Inter","Arial"]"#, "fontFamily", r#"["Inter","Arial"]"#);
        check("fontWeights", r#""700""#, "fontWeight", "700");
        check("textCase", r#""uppercase""#, "textCase", r#""uppercase""#);
        check(
            "typography",
            r#"{"fontFamilies":["Aboreto"],"fontSizes":"12","fontWeights":"300","lineHeights":"1.5","letterSpacing":"0"}"#,
            "typography",
            r#"{"fontFamily":["Aboreto"],"fontSize":{"value":12,"unit":"px"},"fontWeight":300,"lineHeight":1.5,"letterSpacing":{"value":0,"unit":"px"}}"#,
        );
    }

    #[test]
    fn dtcg_is_written_as_penpot_writes() {
        let write = |kind: &str, value: &str| {
            let typed =
                from_dtcg(&Typed { kind: Some(Json::from(kind)), inherited: None, value: json(value) });
            let kind = typed.kind.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
            format!("{kind} {}", typed.value.to_text("").unwrap().as_str())
        };
        assert_eq!(write("dimension", r#"{"value":16,"unit":"px"}"#), r#"dimension "16px""#);
        assert_eq!(write("fontWeight", "300"), r#"fontWeights "300""#);
        assert_eq!(
            write("typography", r#"{"fontFamily":"A","fontSize":{"value":12,"unit":"px"},"lineHeight":1.5}"#),
            r#"typography {"fontFamilies":"A","fontSizes":"12px","lineHeights":"1.5"}"#
        );
        assert_eq!(
            write("shadow", r#"[{"offsetX":{"value":0,"unit":"px"},"color":"{c}","inset":true}]"#),
            r#"shadow [{"offsetX":"0px","color":"{c}","inset":true}]"#
        );
    }
}

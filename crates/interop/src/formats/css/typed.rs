//! What a custom property's text is in DTCG, where it can mean only one thing.

use cssparser::{Parser, Token};

use super::font::{GENERIC, stack};
use super::value::literal;
use crate::json::Json;
use crate::value;

/// A value, with its type if it has one by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) kind: Option<&'static str>,
    pub(super) value: Json,
}

/// What a text means; `token` is what the token of a property is called.
pub(super) fn read(text: &str, token: impl Fn(&str) -> String) -> Typed {
    let typed = |kind: &'static str, value: Json| Typed { kind: Some(kind), value };
    if let Some(name) = variable(text) {
        return Typed { kind: None, value: Json::String(format!("{{{}}}", token(&name))) };
    }
    let known = ["dimension", "duration", "cubicBezier", "number"];
    let known = known.into_iter().find_map(|kind| Some((kind, value::parse(kind, &Json::from(text))?)));
    if let Some((kind, value)) = known {
        return typed(kind, value);
    }
    if let Some(color) = value::parse_css_color(text) {
        return typed("color", color);
    }
    match families(text) {
        Some(families) => typed("fontFamily", families),
        None => Typed { kind: None, value: Json::from(text) },
    }
}

/// The text of a value that is read like that, as far as nothing else is kept of it.
pub(super) fn spell(kind: Option<&str>, value: &Json, property: impl Fn(&str) -> String) -> Option<String> {
    match value {
        Json::String(text) if value::is_alias(value) => {
            let path = text.strip_prefix('{')?.strip_suffix('}')?;
            Some(format!("var({})", property(path)))
        }
        Json::String(text) if kind.is_none() => super::syntax::is_value(text).then(|| text.clone()),
        value => literal(kind, value),
    }
}

/// The name in `var(--name)`, if that is all.
fn variable(text: &str) -> Option<String> {
    let mut parser = Parser::new(text);
    parser.expect_function_matching("var").ok()?;
    let name = parser.parse_nested_block(|parser| {
        let name = parser.expect_ident_cloned()?;
        parser.expect_exhausted()?;
        Ok::<_, cssparser::ParseError<()>>(name)
    });
    parser.expect_exhausted().ok()?;
    Some(name.ok()?.strip_prefix("--").filter(|name| !name.is_empty())?.to_owned())
}

/// A list of fonts, if it says so: several, of which one is a kind of font or in quotes.
fn families(text: &str) -> Option<Json> {
    let families = stack(text)?;
    let is_font = |name: &String| GENERIC.contains(&name.as_str());
    let mut parser = Parser::new(text);
    let mut has_quotes = false;
    while let Ok(token) = parser.next() {
        has_quotes |= matches!(token, Token::QuotedString(_));
    }
    let is_stack = families.len() > 1 && (has_quotes || families.iter().any(is_font));
    is_stack.then(|| Json::Array(families.into_iter().map(Json::String).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_one_thing_gets_a_type() {
        let check = |text: &str, wanted: &str| {
            let typed = read(text, str::to_owned);
            let value = typed.value.to_text("").unwrap();
            assert_eq!(format!("{} {}", typed.kind.unwrap_or("-"), value.as_str()), wanted, "{text}");
        };
        check("16px", r#"dimension {"value":16,"unit":"px"}"#);
        check(".5rem", r#"dimension {"value":0.5,"unit":"rem"}"#);
        check("200ms", r#"duration {"value":200,"unit":"ms"}"#);
        check("1.50", "number 1.50");
        check("cubic-bezier(0, 0, 1, 1)", "cubicBezier [0,0,1,1]");
        check("var( --a-b )", r#"- "{a-b}""#);
        check("Inter, 'Segoe UI', sans-serif", r#"fontFamily ["Inter","Segoe UI","sans-serif"]"#);
        check("tomato", r##"color {"colorSpace":"srgb","components":[1,0.3882,0.2784],"hex":"#ff6347"}"##);
        for text in [
            "1em",
            "50%",
            "var(--a, 1px)",
            "calc(1px + 1px)",
            "a, b",
            "\"x\"",
            "ease",
            "",
            "0 1px #000",
            "currentcolor",
        ] {
            check(text, &format!("- {}", Json::from(text).to_text("").unwrap().as_str()));
        }
    }
}

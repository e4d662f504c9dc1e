//! Font stacks.

use cssparser::{Parser, Token};

use super::syntax;

/// Names that mean a kind of font, and so stand without quotes (CSS Fonts Module Level 4, §2.1.3), and what browsers take
/// for the system's font.
pub(super) const GENERIC: [&str; 15] = [
    "serif",
    "sans-serif",
    "monospace",
    "cursive",
    "fantasy",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "math",
    "emoji",
    "fangsong",
    "-apple-system",
    "BlinkMacSystemFont",
];

/// Families in their order. A name that is a stack itself, as many files have it, is taken apart.
pub(super) fn families<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = names.flat_map(|name| {
        let is_stack = name.contains([',', '"', '\'']);
        is_stack.then(|| stack(name)).flatten().unwrap_or_else(|| vec![name.to_owned()])
    });
    names.map(|name| family(&name)).collect::<Vec<_>>().join(", ")
}

fn family(name: &str) -> String {
    if GENERIC.contains(&name) { name.to_owned() } else { syntax::string(name) }
}

/// The families of a list as CSS writes it: names in quotes, or words.
pub(super) fn stack(text: &str) -> Option<Vec<String>> {
    let mut parser = Parser::new(text);
    let names = parser.parse_comma_separated(|parser| {
        let mut words: Vec<String> = Vec::new();
        let mut is_quoted = false;
        while let Ok(token) = parser.next() {
            match token {
                Token::QuotedString(name) if words.is_empty() => {
                    is_quoted = true;
                    words.push(name.to_string());
                }
                Token::Ident(word) if !is_quoted => words.push(word.to_string()),
                _ => return Err(parser.new_error_for_next_token::<()>()),
            }
        }
        if words.is_empty() { Err(parser.new_error_for_next_token::<()>()) } else { Ok(words.join(" ")) }
    });
    names.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_kinds_of_fonts_are_not() {
        let check = |names: &[&str], text: &str| assert_eq!(families(names.iter().copied()), text);
        check(&["Inter", "sans-serif"], "\"Inter\", sans-serif");
        check(&["Comic \"Sans\"; }"], "\"Comic \\\"Sans\\\"; }\"");
        check(&["'SF Mono', Segoe UI, monospace"], "\"SF Mono\", \"Segoe UI\", monospace");
        check(&["inherit"], "\"inherit\"");
        check(&["a, {}"], "\"a, {}\"");
    }
}

//! Names and texts as CSS writes them (CSS Syntax Module Level 3), so that none ends what it stands in: not the string,
//! not the declaration, not the block, and not the `<style>` element of a page either.

use cssparser::{Parser, Token};

/// Blocks inside each other.
const DEPTH_MAX: usize = 64;

/// A custom property's name, of what stands behind its `--`.
pub(crate) fn property(name: &str) -> String {
    let mut out = String::from("--");
    // Writing into a string cannot fail.
    let _written = cssparser::serialize_name(name, &mut out);
    out
}

/// A string in quotes.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::new();
    let _written = cssparser::serialize_string(text, &mut out);
    out.replace('<', "\\3c ")
}

/// A text without what is white space for CSS around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{c}'])
}

/// Whether a text can stand as the value of a custom property, and is nothing more: its brackets and quotes are closed,
/// and nothing in it ends the declaration.
pub(crate) fn is_value(text: &str) -> bool {
    if text.contains("</") || text.contains("<!") {
        return false;
    }
    // What is left open at its end would swallow this semicolon.
    let closed = format!("{text}\n;");
    let mut parser = Parser::new(&closed);
    let start = parser.position();
    loop {
        let at = parser.slice_from(start).len();
        match parser.next_including_whitespace_and_comments() {
            Err(_) | Ok(Token::Delim('!')) => return false,
            Ok(Token::Semicolon) => return at == text.len().saturating_add(1),
            Ok(token) if is_malformed(token) => return false,
            Ok(token) if opens(token) => {
                if !is_block(&mut parser, 1) {
                    return false;
                }
            }
            Ok(_) => {}
        }
    }
}

/// Whether a text can stand in front of a block.
pub(crate) fn is_prelude(text: &str) -> bool {
    is_value(text) && !text.contains(['{', '}', ';']) && !text.trim().is_empty()
}

/// Whether the block that was just opened holds nothing that is malformed.
fn is_block(parser: &mut Parser<'_>, depth: usize) -> bool {
    let inside = parser.parse_nested_block(|parser| {
        loop {
            let is_open = match parser.next_including_whitespace_and_comments() {
                Err(_) => return Ok::<bool, cssparser::ParseError<()>>(true),
                Ok(token) if is_malformed(token) => return Ok(false),
                Ok(token) => opens(token),
            };
            if is_open && (depth >= DEPTH_MAX || !is_block(parser, depth.saturating_add(1))) {
                return Ok(false);
            }
        }
    });
    inside.unwrap_or_default()
}

/// Whether a token is none of its own: a bracket or string that is never closed, or a backslash that would escape what
/// comes behind the text.
fn is_malformed(token: &Token<'_>) -> bool {
    token.is_parse_error() || matches!(token, Token::Delim('\\'))
}

fn opens(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_its_declaration_is_no_value() {
        for text in
            ["", " ", "1px", "calc(1px + (2 * var(--x)))", "{a: b}", "\"a;b\"", "[a] /* ; */", "url(x)"]
        {
            assert!(is_value(text), "{text:?}");
        }
        for text in [
            "a; --b: c",
            "}",
            ")",
            "a]",
            "(",
            "f(",
            "{",
            "\"a",
            "'a",
            "/* a",
            "a !important",
            "\"a\nb\"",
            "url(a b)",
            "url(x",
            "\"a\\",
            "</style>",
            "\"</style>\"",
            "<!--",
            ";",
            "(a;b",
            "a\\",
        ] {
            assert!(!is_value(text), "{text:?}");
        }
        assert!(!is_value(&"(".repeat(100_000)));
        assert!(!is_value(&format!("{}{}", "(".repeat(100_000), ")".repeat(100_000))));
    }

    #[test]
    fn strings_end_where_they_should() {
        assert_eq!(string("a\"b\\c\nd</style>"), "\"a\\\"b\\\\c\\a d\\3c /style>\"");
        assert_eq!(property("a b;c"), "--a\\ b\\;c");
    }
}

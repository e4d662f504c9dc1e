//! The custom properties of a style sheet, as browsers see them: what is malformed is passed over, and the rest counts.

use std::ops::Range;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, SourcePosition, StyleSheetParser,
};

use super::syntax;

/// Rules inside each other.
const DEPTH_MAX: usize = 24;
/// At-rules in which custom properties mean what they do outside of them, if the condition holds.
const CONDITIONAL: [&str; 7] =
    ["media", "supports", "layer", "theme", "container", "scope", "starting-style"];

/// Whether what stands in front of a block is no at-rule, or one of those.
pub(super) fn is_conditional(prelude: &str) -> bool {
    let name = prelude.strip_prefix('@').map(|rule| rule.split_whitespace().next().unwrap_or_default());
    name.is_none_or(|name| CONDITIONAL.contains(&name))
}

/// A custom property that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// The rules that it stands in, the outermost first.
    pub(super) rules: Vec<Rule>,
    /// Its name without `--`, and without escapes.
    pub(super) name: String,
    /// Where its value is.
    pub(super) value: Range<usize>,
}

/// What stands in front of a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// The name of an at-rule in lower case, and what is behind it.
    At(String, String),
    /// Selectors.
    Selectors(String),
}

impl Rule {
    /// The rule as CSS writes it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::At(name, prelude) if prelude.is_empty() => format!("@{name}"),
            Self::At(name, prelude) => format!("@{name} {prelude}"),
            Self::Selectors(text) => text.clone(),
        }
    }
}

/// What a style sheet declares.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// Its custom properties, in order.
    pub(super) declared: Vec<Declared>,
    /// How many declarations are of something else.
    pub(super) others: u64,
}

/// Reads a style sheet.
pub(super) fn parse(css: &str) -> Parsed {
    let mut parser = Parser::new(css);
    let origin = parser.position();
    let mut sheet = Sheet { origin, rules: Vec::new(), parsed: Parsed::default() };
    // What is wrong with a rule keeps no other from being read.
    StyleSheetParser::new(&mut parser, &mut sheet).for_each(drop);
    sheet.parsed
}

struct Sheet {
    /// Where the style sheet begins.
    origin: SourcePosition,
    rules: Vec<Rule>,
    parsed: Parsed,
}

type Failed = ParseError<()>;

impl Sheet {
    fn block(&mut self, rule: Rule, input: &mut Parser<'_>) -> Result<(), Failed> {
        if self.rules.len() >= DEPTH_MAX {
            return Err(ParseError::unexpected_token());
        }
        self.rules.push(rule);
        RuleBodyParser::new(input, self).for_each(drop);
        self.rules.pop();
        Ok(())
    }
}

/// All that the parser is in front of, as it stands.
fn rest<'i>(input: &mut Parser<'i>) -> &'i str {
    let start = input.position();
    while input.next_including_whitespace_and_comments().is_ok() {}
    input.slice_from(start)
}

impl<'i> DeclarationParser<'i> for Sheet {
    type Declaration = ();
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<(), Failed> {
        let from = input.slice_from(self.origin).len();
        let written = rest(input);
        let Some(name) = name.strip_prefix("--").filter(|name| !name.is_empty()) else {
            self.parsed.others = self.parsed.others.saturating_add(1);
            // It may be a nested rule, which begins like a declaration.
            return if written.contains('{') { Err(ParseError::unexpected_token()) } else { Ok(()) };
        };
        let text = without_important(written);
        if syntax::is_value(text) {
            let before =
                written.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')).unwrap_or(written.len());
            let start = from.saturating_add(before);
            let value = start..start.saturating_add(text.len());
            self.parsed.declared.push(Declared { rules: self.rules.clone(), name: name.to_owned(), value });
        }
        Ok(())
    }
}

/// A value without white space around it and `!important` behind it.
fn without_important(written: &str) -> &str {
    let text = syntax::trim(written);
    let important =
        text.rsplit_once('!').filter(|(_, word)| syntax::trim(word).eq_ignore_ascii_case("important"));
    important.map_or(text, |(value, _)| syntax::trim(value))
}

impl<'i> QualifiedRuleParser<'i> for Sheet {
    type Prelude = String;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, Failed> {
        Ok(rest(input).trim().to_owned())
    }

    fn parse_block(
        &mut self,
        prelude: String,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Failed> {
        self.block(Rule::Selectors(prelude), input)
    }
}

impl<'i> AtRuleParser<'i> for Sheet {
    type Prelude = (String, String);
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<(String, String), Failed> {
        Ok((name.to_ascii_lowercase(), rest(input).trim().to_owned()))
    }

    fn rule_without_block(&mut self, _: (String, String), _: &ParserState) -> Result<(), ()> {
        Ok(())
    }

    fn parse_block(
        &mut self,
        (name, prelude): (String, String),
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Failed> {
        if CONDITIONAL.contains(&name.as_str()) { self.block(Rule::At(name, prelude), input) } else { Ok(()) }
    }
}

impl RuleBodyItemParser<'_, (), ()> for Sheet {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(css: &str) -> Vec<String> {
        let line = |declared: &Declared| {
            let rules: Vec<String> = declared.rules.iter().map(Rule::text).collect();
            format!(
                "{} | {} = {}",
                rules.join(" / "),
                declared.name,
                css.get(declared.value.clone()).unwrap()
            )
        };
        parse(css).declared.iter().map(line).collect()
    }

    #[test]
    fn custom_properties_are_found_where_they_count() {
        let css = "@charset \"utf-8\"; @import url(x.css);\n:root { color: red; --a: 1px; --b : { x: y } !IMPORTANT ;--c:;\n \
                   --\\31 0\\.5: \"};\" }\n@media (prefers-color-scheme: DARK) { :root { --a: 2px } }\n\
                   @layer base { .x { & > y { --d: 1 } --e: 2; } } @theme inline { --color-*: initial; --f: 3 }\n\
                   @keyframes k { from { --g: 1 } } @font-face { --h: 1 }";
        assert_eq!(
            declared(css),
            [
                ":root | a = 1px",
                ":root | b = { x: y }",
                ":root | c = ",
                ":root | 10.5 = \"};\"",
                "@media (prefers-color-scheme: DARK) / :root | a = 2px",
                "@layer base / .x / & > y | d = 1",
                "@layer base / .x | e = 2",
                "@theme inline | f = 3",
            ]
        );
    }

    #[test]
    fn what_is_malformed_is_passed_over() {
        assert_eq!(declared(":root { --a: ); --b: 1; --: 2; --c 3; --d: (1"), [":root | b = 1"]);
        assert_eq!(declared(&format!("{}--a: 1", "@media x {".repeat(100_000))), Vec::<String>::new());
    }
}

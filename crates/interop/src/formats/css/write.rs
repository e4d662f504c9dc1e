//! A design as CSS custom properties.

use std::collections::{HashMap, HashSet};

use super::choices::rules_of;
use super::layout::{self, Again};
use super::name::{Scheme, hyphenated, mangled};
use super::parse::is_conditional;
use super::sheet::{Variable, note_losses, sheet};
use super::syntax;
use crate::design::{Design, WriteOptions, Written};
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::permutation::Choice;
use crate::report::{Fate, Report};
use crate::themes::Themes;

/// Names are paths joined by hyphens; a typography is its font, and each of its parts.
pub(super) const SCHEME: Scheme = Scheme {
    name: |path, _| hyphenated(path),
    part: |base, part| format!("{base}-{part}"),
    has_shorthand: true,
};

pub(super) fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    match layout::again(design) {
        Again::Files(files) => {
            note_losses(design, &mut report);
            return Ok(Written { files, report });
        }
        Again::Other => {
            let what = "rules and comments of style sheets that are laid out anew, for more than their values has changed";
            report.note(Fate::Lost, what, String::new);
        }
        Again::None => {}
    }
    let sheet = sheet(design, SCHEME, &mut report)?;
    let mut selectors = Selectors::of(design)?;
    let blocks = sheet.blocks.iter().map(|block| rule(&selectors.rules(&block.choices), &block.variables));
    let text = blocks.collect::<Vec<_>>().join("\n");
    Ok(Written { files: vec![file(design, options, text)], report })
}

/// The one file.
pub(crate) fn file(design: &Design, options: &WriteOptions, text: String) -> File {
    let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
    File::new(Paths::default().take("", name, ".css"), text)
}

/// A rule with the variables in it, inside of the rules that stand around it.
pub(crate) fn rule(rules: &[String], variables: &[Variable]) -> String {
    let mut text = String::new();
    let mut indent = String::new();
    for prelude in rules {
        text.push_str(&format!("{indent}{prelude} {{\n"));
        indent.push_str("  ");
    }
    for variable in variables {
        text.push_str(&format!("{indent}{}: {};\n", syntax::property(&variable.name), variable.text));
    }
    for _ in rules {
        indent.truncate(indent.len().saturating_sub(2));
        text.push_str(&format!("{indent}}}\n"));
    }
    text
}

/// The rules of blocks: `:root`, and for what is chosen attributes `data-…`, or what the style sheet had that the design
/// comes from.
#[derive(Debug, Default)]
pub(crate) struct Selectors {
    kept: HashMap<Choice, Vec<String>>,
    attributes: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Selectors {
    pub(crate) fn of(design: &Design) -> Result<Self, InteropError> {
        let themes = Themes::of(design)?;
        let mut selectors = Self::default();
        for group in themes.groups() {
            for (context, rules) in rules_of(group) {
                let choice = Choice { modifier: group.name.clone(), context: context.to_owned() };
                // What is kept may have been written by anybody.
                if rules.iter().all(|rule| syntax::is_prelude(rule) && is_conditional(rule)) {
                    selectors.kept.insert(choice, rules.into_iter().map(str::to_owned).collect());
                }
            }
        }
        Ok(selectors)
    }

    /// The rules of what these choices make: at-rules, and a selector.
    pub(crate) fn rules(&mut self, choices: &[Choice]) -> Vec<String> {
        let mut rules = Vec::new();
        let mut selectors: Vec<String> = Vec::new();
        for choice in choices {
            let kept = self.kept.get(choice).cloned().unwrap_or_else(|| vec![self.choice(choice)]);
            for rule in kept {
                // Layers and `@theme` say nothing of when they apply.
                let is_place = rule.starts_with("@layer") || rule.starts_with("@theme");
                if rule.starts_with('@') && !is_place {
                    rules.push(rule);
                } else if !is_place && rule != ":root" {
                    selectors.push(rule);
                }
            }
        }
        let selector = match selectors.as_slice() {
            [] => ":root".to_owned(),
            [only] => only.clone(),
            several => {
                let each = several.iter().map(|selector| {
                    if selector.starts_with('[') && !selector.contains(',') {
                        selector.clone()
                    } else {
                        format!(":is({selector})")
                    }
                });
                each.collect()
            }
        };
        rules.push(selector);
        rules
    }

    fn choice(&mut self, choice: &Choice) -> String {
        let attribute = match self.attributes.get(&choice.modifier) {
            Some(known) => known.clone(),
            None => self.attribute(&choice.modifier),
        };
        format!("[{attribute}={}]", syntax::string(&choice.context))
    }

    /// A name that HTML allows for an attribute, where upper and lower case are one.
    fn attribute(&mut self, modifier: &str) -> String {
        let is_plain =
            |c: char| c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !c.is_whitespace());
        let name: String = mangled(modifier).chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
        let wanted = format!("data-{}", name.to_ascii_lowercase());
        let mut attribute = wanted.clone();
        let mut number = 1_u64;
        while !self.taken.insert(attribute.clone()) {
            number = number.saturating_add(1);
            attribute = format!("{wanted}-{number}");
        }
        self.attributes.insert(modifier.to_owned(), attribute.clone());
        attribute
    }
}

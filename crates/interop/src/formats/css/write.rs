//! A design as CSS custom properties.

use std::collections::{HashMap, HashSet};

use super::name::{Scheme, hyphenated, mangled};
use super::sheet::{Block, Variable, sheet};
use super::syntax;
use crate::design::{Design, WriteOptions, Written};
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::permutation::Choice;
use crate::report::Report;

/// Names are paths joined by hyphens; a typography is its font, and each of its parts.
const SCHEME: Scheme = Scheme {
    name: |path, _| hyphenated(path),
    part: |base, part| format!("{base}-{part}"),
    has_shorthand: true,
};

pub(super) fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let sheet = sheet(design, SCHEME, &mut report)?;
    let mut selectors = Selectors::default();
    let blocks = sheet.blocks.iter().map(|block| rule(&selectors.of(&block.choices), &block.variables));
    let text = blocks.collect::<Vec<_>>().join("\n");
    Ok(Written { files: vec![file(design, options, text)], report })
}

/// The one file.
pub(crate) fn file(design: &Design, options: &WriteOptions, text: String) -> File {
    let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
    File::new(Paths::default().take("", name, ".css"), text)
}

/// A rule with the variables in it.
pub(crate) fn rule(prelude: &str, variables: &[Variable]) -> String {
    let mut text = format!("{prelude} {{\n");
    for variable in variables {
        text.push_str(&format!("  {}: {};\n", syntax::property(&variable.name), variable.text));
    }
    text.push_str("}\n");
    text
}

/// The selectors of blocks: `:root`, and attributes `data-…` for what is chosen.
#[derive(Debug, Default)]
pub(crate) struct Selectors {
    attributes: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Selectors {
    /// The selector of what these choices make.
    pub(crate) fn of(&mut self, choices: &[Choice]) -> String {
        if choices.is_empty() {
            return ":root".to_owned();
        }
        choices.iter().map(|choice| self.choice(choice)).collect()
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

/// Whether a block holds whatever is chosen.
pub(crate) fn is_default(block: &Block) -> bool {
    block.choices.is_empty()
}

//! A design as blocks of variables: one for the defaults, and one for every choice of themes that changes any.
//!
//! A block has what the blocks that apply with it do not give already, so that the cascade comes to what the resolver
//! does, for every combination of themes.

use std::collections::{HashMap, HashSet};

use dss_format::resolve::{Resolution, ResolvedToken};
use dss_model::{JsonRef, TokenPath};

use super::name::{Names, Scheme};
use super::value::{Notes, Speller, Variables};
use crate::design::Design;
use crate::error::InteropError;
use crate::permutation::{self, Choice};
use crate::report::{Fate, Report};

/// What a variable is where there is no such token: as if it had never been declared.
const NO_VALUE: &str = "initial";

/// Blocks in the order in which they are to stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) blocks: Vec<Block>,
}

/// Variables that hold together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// What must be chosen for it to apply; the defaults' block has no choices.
    pub(crate) choices: Vec<Choice>,
    pub(crate) variables: Vec<Variable>,
}

impl Block {
    /// Whether it holds whatever is chosen.
    pub(crate) fn is_default(&self) -> bool {
        self.choices.is_empty()
    }
}

/// A custom property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Its name without `--`.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The type of its token.
    pub(crate) kind: Option<String>,
}

/// The blocks of a design. What CSS cannot say is counted.
pub(crate) fn sheet(design: &Design, scheme: Scheme, report: &mut Report) -> Result<Sheet, InteropError> {
    note_losses(design, report);
    let mut builder = Builder { sheet: Sheet::default(), names: Names::new(scheme), told: HashSet::new() };
    permutation::each(design, report, &mut |choices, resolution, report| {
        builder.add(choices, resolution, report);
        Ok(())
    })?;
    Ok(builder.sheet)
}

/// What no variable can carry.
pub(super) fn note_losses(design: &Design, report: &mut Report) {
    fn walk(value: JsonRef<'_>, place: &str, report: &mut Report) {
        for (key, child) in value.members() {
            match &*key {
                "$description" => report.note(Fate::Lost, "descriptions", || place.to_owned()),
                "$deprecated" => {
                    report.note(Fate::Lost, "notes that something is deprecated", || place.to_owned())
                }
                "$extensions" if child.members().any(|(key, _)| key != crate::EXTENSION) => {
                    report.note(Fate::Lost, "extensions", || place.to_owned());
                }
                key if !key.starts_with('$') || key == "$root" => {
                    let separator = if place.contains(':') { '.' } else { ':' };
                    walk(child, &format!("{place}{separator}{key}"), report);
                }
                _ => {}
            }
        }
    }
    for set in &design.sets {
        walk(set.document.get_ref(), &set.name, report);
    }
}

struct Builder {
    sheet: Sheet,
    names: Names,
    /// What was counted for a token is not counted again for another permutation.
    told: HashSet<(TokenPath, &'static str)>,
}

impl Builder {
    fn add(&mut self, choices: &[Choice], resolution: &Resolution, report: &mut Report) {
        let tokens: HashMap<&TokenPath, ResolvedToken<'_>> =
            resolution.iter().map(|token| (token.path, token)).collect();
        // What refers to a variable needs its name, wherever that stands: so once for the names, and once again.
        for token in resolution.iter() {
            let (variables, _) = Speller { tokens: &tokens, names: &self.names }.token(&token);
            for (part, _) in variables.unwrap_or_default() {
                let (_, is_changed) = self.names.take(token.path, token.token_type, part);
                if is_changed {
                    let what = "names that another token has in CSS, with a number behind them";
                    report.note(Fate::Changed, what, || token.path.to_string());
                }
            }
        }
        let mut declared = Vec::new();
        for token in resolution.iter() {
            let (variables, notes) = Speller { tokens: &tokens, names: &self.names }.token(&token);
            self.note(&token, notes, report);
            self.declare(&token, variables, &mut declared, report);
        }
        self.block(choices, &declared);
    }

    fn note(&mut self, token: &ResolvedToken<'_>, notes: Notes, report: &mut Report) {
        for (fate, what) in notes {
            if self.told.insert((token.path.clone(), what)) {
                report.note(fate, what, || token.path.to_string());
            }
        }
    }

    fn declare(
        &mut self,
        token: &ResolvedToken<'_>,
        variables: Option<Variables>,
        declared: &mut Vec<Variable>,
        report: &mut Report,
    ) {
        let Some(variables) = variables else {
            self.note(token, vec![(Fate::Lost, "tokens whose value CSS cannot say")], report);
            return;
        };
        for (part, text) in variables {
            if let Some(name) = self.names.get(token.path, part) {
                let kind = token.token_type.map(str::to_owned);
                declared.push(Variable { name: name.to_owned(), text, kind });
            }
        }
    }

    /// Adds a block of what the blocks before it do not say already.
    fn block(&mut self, choices: &[Choice], declared: &[Variable]) {
        let applies = |block: &&Block| block.choices.iter().all(|choice| choices.contains(choice));
        let mut given: HashMap<&str, &Variable> = HashMap::new();
        for block in self.sheet.blocks.iter().filter(applies) {
            given.extend(block.variables.iter().map(|variable| (variable.name.as_str(), variable)));
        }
        let there: HashSet<&str> = declared.iter().map(|variable| variable.name.as_str()).collect();
        let is_given = |variable: &&Variable| {
            given.get(variable.name.as_str()).is_some_and(|given| given.text == variable.text)
        };
        let mut variables: Vec<Variable> =
            declared.iter().filter(|variable| !is_given(variable)).cloned().collect();
        let mut missing: Vec<&Variable> = given
            .values()
            .filter(|variable| !there.contains(variable.name.as_str()) && variable.text != NO_VALUE)
            .copied()
            .collect();
        missing.sort_by(|a, b| a.name.cmp(&b.name));
        variables.extend(
            missing.into_iter().map(|variable| Variable { text: NO_VALUE.to_owned(), ..variable.clone() }),
        );
        if choices.is_empty() || !variables.is_empty() {
            self.sheet.blocks.push(Block { choices: choices.to_vec(), variables });
        }
    }
}

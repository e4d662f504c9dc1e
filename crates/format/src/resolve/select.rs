//! Which sources a choice of contexts comes to (resolver module, §5).

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::resolver::{Layer, Resolver, Source, ThemeGroup};

/// A choice that the resolver document does not offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectError {
    /// No modifier has that name.
    UnknownModifier {
        /// What was asked for.
        name: String,
        /// The modifiers there are.
        known: Vec<String>,
    },
    /// The modifier has no such context.
    UnknownContext {
        /// The modifier.
        modifier: String,
        /// What was asked for.
        name: String,
        /// The contexts there are.
        known: Vec<String>,
    },
    /// Modifiers have no default, and nothing was chosen for them.
    Unchosen {
        /// The modifiers, each with its contexts.
        modifiers: Vec<(String, Vec<String>)>,
    },
    /// A modifier was chosen for twice.
    ChosenTwice {
        /// The modifier.
        name: String,
    },
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownModifier { name, known } => {
                write!(
                    f,
                    "there is no modifier \"{}\"; the document has {}",
                    name.escape_debug(),
                    listed(known)
                )
            }
            Self::UnknownContext { modifier, name, known } => {
                let (modifier, name) = (modifier.escape_debug(), name.escape_debug());
                write!(f, "modifier \"{modifier}\" has no context \"{name}\"; it has {}", listed(known))
            }
            Self::Unchosen { modifiers } => {
                let each = modifiers.iter().map(|(name, contexts)| format!("{name} ({})", listed(contexts)));
                write!(f, "nothing is chosen for {}", listed(&each.collect::<Vec<_>>()))
            }
            Self::ChosenTwice { name } => {
                write!(f, "modifier \"{}\" is chosen for twice", name.escape_debug())
            }
        }
    }
}

impl std::error::Error for SelectError {}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The sources that make up the tokens when for each modifier of `inputs` that context is chosen, and for the others
/// their default; in order, later ones win. Names are matched exactly, or else without regard to case.
///
/// A source that comes twice counts where it comes last: there it wins, so that nothing else is left to see of the
/// first time.
///
/// # Errors
/// [`SelectError`] if the document does not offer that, or a modifier is left open.
pub fn selected<'a>(
    resolver: &'a Resolver,
    inputs: &[(String, String)],
) -> Result<Vec<&'a Source>, SelectError> {
    let contexts = choose(resolver, inputs)?.into_iter().map(|chosen| chosen.map(|(_, sources)| sources));
    let mut order: Vec<(u64, &'a [Source])> = Vec::new();
    order.extend(resolver.layers.iter().filter_map(|layer| Some((layer.place?, layer.sources.as_slice()))));
    for (group, chosen) in resolver.groups.iter().zip(contexts) {
        order.extend(group.place.zip(chosen));
    }
    order.sort_by_key(|(place, _)| *place);
    let layers = resolver.layers.iter().map(|layer| (layer.name.as_str(), layer)).collect();
    let mut walk = Walk { layers, seen: HashSet::new(), found: Vec::new() };
    order.iter().rev().for_each(|(_, sources)| walk.take(sources));
    walk.found.reverse();
    Ok(walk.found)
}

/// Which context of each modifier [`selected`] takes, in the order of the document; of modifiers that have one only.
///
/// # Errors
/// As [`selected`].
pub fn contexts<'a>(
    resolver: &'a Resolver,
    inputs: &[(String, String)],
) -> Result<Vec<(&'a str, &'a str)>, SelectError> {
    let chosen = resolver.groups.iter().zip(choose(resolver, inputs)?);
    Ok(chosen.filter_map(|(group, chosen)| Some((group.name.as_str(), chosen?.0))).collect())
}

/// A context: its name, and what it is made of.
type Context<'a> = (&'a str, &'a [Source]);

/// For each modifier the context that applies.
fn choose<'a>(
    resolver: &'a Resolver,
    inputs: &[(String, String)],
) -> Result<Vec<Option<Context<'a>>>, SelectError> {
    let names: Vec<&str> = resolver.groups.iter().map(|group| group.name.as_str()).collect();
    let mut chosen: Vec<Option<&str>> = vec![None; names.len()];
    for (name, context) in inputs {
        let at = position(&names, name).ok_or_else(|| SelectError::UnknownModifier {
            name: name.clone(),
            known: resolver.groups.iter().map(|group| group.name.clone()).collect(),
        })?;
        if let Some(slot) = chosen.get_mut(at)
            && slot.replace(context).is_some()
        {
            return Err(SelectError::ChosenTwice { name: name.clone() });
        }
    }
    let mut open = Vec::new();
    let mut found = Vec::with_capacity(names.len());
    for (group, chosen) in resolver.groups.iter().zip(chosen) {
        let default = group.default.as_ref().and_then(|default| default.get_ref().string());
        let Some(context) = chosen.or(default.as_deref()) else {
            if group.place.is_some() {
                open.push((group.name.clone(), context_names(group)));
            }
            found.push(None);
            continue;
        };
        found.push(Some(context_of(group, context)?));
    }
    if open.is_empty() { Ok(found) } else { Err(SelectError::Unchosen { modifiers: open }) }
}

fn context_of<'a>(group: &'a ThemeGroup, context: &str) -> Result<Context<'a>, SelectError> {
    let names: Vec<&str> = group.themes.iter().map(|(name, _)| name.as_str()).collect();
    let found = position(&names, context).and_then(|at| group.themes.get(at));
    found.map(|(name, sources)| (name.as_str(), sources.as_slice())).ok_or_else(|| {
        SelectError::UnknownContext {
            modifier: group.name.clone(),
            name: context.to_owned(),
            known: context_names(group),
        }
    })
}

fn context_names(group: &ThemeGroup) -> Vec<String> {
    group.themes.iter().map(|(name, _)| name.clone()).collect()
}

fn position(names: &[&str], wanted: &str) -> Option<usize> {
    let is_alike = |name: &&str| name.to_lowercase() == wanted.to_lowercase();
    names.iter().position(|name| *name == wanted).or_else(|| names.iter().position(is_alike))
}

/// Lists sources from the last to the first, each layer once.
struct Walk<'a> {
    layers: HashMap<&'a str, &'a Layer>,
    seen: HashSet<&'a str>,
    found: Vec<&'a Source>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, sources: &'a [Source]) {
        // Layers can contain layers to any depth, so that what is left to do is a list of its own.
        let mut open: Vec<&'a Source> = sources.iter().collect();
        while let Some(source) = open.pop() {
            match source {
                Source::Layer(name) if self.seen.insert(name) => {
                    open.extend(self.layers.get(name.as_str()).into_iter().flat_map(|layer| &layer.sources));
                }
                Source::Layer(_) => {}
                other => self.found.push(other),
            }
        }
    }
}

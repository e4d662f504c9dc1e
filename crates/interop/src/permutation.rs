//! What a design comes to for every choice of themes: the permutations of its resolver document (DTCG resolver module,
//! §5).

use std::collections::{HashMap, HashSet};

use dss_format::dtcg::ReadLimits;
use dss_format::resolve::{Resolution, Tokens, selected};
use dss_format::resolver::{self, Resolver, Source, ThemeGroup};
use dss_model::JsonText;

use crate::design::{Design, TokenSet};
use crate::error::{InteropError, InteropErrorKind};
use crate::json::{Json, Object};
use crate::report::{Fate, Report};

/// Permutations that are looked at; the rest is counted as lost.
const PERMUTATIONS_MAX: usize = 256;
/// Tokens of one permutation.
const TOKENS_MAX: u64 = 1_000_000;
/// Tokens of all permutations together.
const RESOLVED_MAX: u64 = 4_000_000;

/// A modifier that a permutation differs in from the default one, and what is chosen for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Choice {
    pub(crate) modifier: String,
    pub(crate) context: String,
}

/// Takes what one permutation comes to.
pub(crate) type Visit<'a> = dyn FnMut(&[Choice], &Resolution, &mut Report) -> Result<(), InteropError> + 'a;

/// Resolves every permutation of a design: the one of all defaults first, then those with one other choice, then those
/// with two, …, each kind in the order of the document. What does not resolve is counted.
pub(crate) fn each(design: &Design, report: &mut Report, visit: &mut Visit<'_>) -> Result<(), InteropError> {
    let resolver = match &design.resolver {
        Some(text) => Some(resolver::read(text, "")?),
        None => None,
    };
    let sets = design.sets.iter().map(|set| (set.file.as_str(), set)).collect();
    let mut walk = Walk {
        design,
        sets,
        resolver: resolver.as_ref(),
        selected: HashSet::new(),
        told: HashSet::new(),
        left: RESOLVED_MAX,
    };
    let modifiers = resolver.as_ref().map(|resolver| modifiers(resolver, report)).unwrap_or_default();
    let (choices, left_out) = permutations(&modifiers);
    for choices in &choices {
        let resolution = walk.resolve(&modifiers, choices, report)?;
        let named: Vec<Choice> = choices.iter().filter_map(|choice| choice.named(&modifiers)).collect();
        visit(&named, &resolution, report)?;
    }
    walk.note_unselected(report);
    if left_out > 0 {
        let what = "combinations of themes, beyond the first 256";
        (0..left_out).for_each(|_| report.note(Fate::Lost, what, String::new));
    }
    Ok(())
}

/// A modifier that is applied.
struct Modifier<'a> {
    group: &'a ThemeGroup,
    /// The place of its default among its contexts.
    default: usize,
}

/// The modifiers that are applied, in their order.
fn modifiers<'a>(resolver: &'a Resolver, report: &mut Report) -> Vec<Modifier<'a>> {
    let mut groups: Vec<&ThemeGroup> = resolver.groups.iter().filter(|group| group.place.is_some()).collect();
    groups.sort_by_key(|group| group.place);
    let modifiers = groups.into_iter().map(|group| {
        let named = group.default.as_ref().and_then(|default| default.get_ref().string());
        let default = named.and_then(|named| group.themes.iter().position(|(name, _)| *name == named));
        if default.is_none() {
            let what = "defaults of modifiers that state none, as their first context";
            report.note(Fate::Assumed, what, || group.name.clone());
        }
        Modifier { group, default: default.unwrap_or_default() }
    });
    modifiers.collect()
}

/// A modifier's place, and that of one of its contexts.
#[derive(Clone, Copy)]
struct Chosen {
    modifier: usize,
    context: usize,
}

impl Chosen {
    fn named(self, modifiers: &[Modifier<'_>]) -> Option<Choice> {
        let group = modifiers.get(self.modifier)?.group;
        let (context, _) = group.themes.get(self.context)?;
        Some(Choice { modifier: group.name.clone(), context: context.clone() })
    }
}

/// All permutations, by how many choices differ from the defaults; and how many there are beyond the limit.
fn permutations(modifiers: &[Modifier<'_>]) -> (Vec<Vec<Chosen>>, usize) {
    let contexts = modifiers.iter().map(|modifier| modifier.group.themes.len().max(1));
    let all = contexts.fold(1_usize, usize::saturating_mul);
    let mut found: Vec<Vec<Chosen>> = vec![Vec::new()];
    let mut at = 0_usize;
    while let Some(before) = found.get(at).cloned() {
        at = at.saturating_add(1);
        let next = before.last().map_or(0, |last| last.modifier.saturating_add(1));
        for (place, modifier) in modifiers.iter().enumerate().skip(next) {
            let others = (0..modifier.group.themes.len()).filter(|context| *context != modifier.default);
            for context in others {
                if found.len() >= PERMUTATIONS_MAX {
                    return (found, all.saturating_sub(PERMUTATIONS_MAX).min(1_000_000));
                }
                let mut choices = before.clone();
                choices.push(Chosen { modifier: place, context });
                found.push(choices);
            }
        }
    }
    (found, 0)
}

struct Walk<'a> {
    design: &'a Design,
    /// Its sets, by file.
    sets: HashMap<&'a str, &'a TokenSet>,
    resolver: Option<&'a Resolver>,
    /// Those that were selected, by file.
    selected: HashSet<&'a str>,
    /// What was counted once is not counted again for another permutation.
    told: HashSet<(&'static str, String)>,
    /// How many tokens may still be resolved.
    left: u64,
}

impl Walk<'_> {
    fn resolve(
        &mut self,
        modifiers: &[Modifier<'_>],
        choices: &[Chosen],
        report: &mut Report,
    ) -> Result<Resolution, InteropError> {
        let mut tokens = Tokens::new(TOKENS_MAX);
        match self.resolver {
            None => {
                for set in &self.design.sets {
                    tokens.add(&set.name, set.document.as_str().as_bytes(), ReadLimits::default())?;
                }
            }
            Some(resolver) => {
                let sources = selected(resolver, &inputs(resolver, modifiers, choices)).map_err(|error| {
                    InteropError::new(InteropErrorKind::NotWritable, "", error.to_string())
                })?;
                for source in sources {
                    let Some((name, text)) = self.document(source, report)? else { continue };
                    tokens.add(&name, text.as_str().as_bytes(), ReadLimits::default())?;
                }
            }
        }
        let resolution = tokens.resolve()?;
        let count = u64::try_from(resolution.iter().count()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(count).ok_or_else(|| {
            let message = format!("its themes have more than {RESOLVED_MAX} tokens together");
            InteropError::new(InteropErrorKind::NotWritable, "", message)
        })?;
        for problem in resolution.problems() {
            self.note(report, "tokens whose references lead nowhere", &problem.path);
        }
        Ok(resolution)
    }

    /// What a source is called, and its document; none if it is not here.
    fn document(
        &mut self,
        source: &Source,
        report: &mut Report,
    ) -> Result<Option<(String, JsonText)>, InteropError> {
        let path = match source {
            Source::Inline(document) => return Ok(Some(("inline".to_owned(), document.clone()))),
            Source::File { path, overrides } => {
                let file = path.strip_prefix("./").unwrap_or(path);
                if let Some(set) = self.sets.get(file).copied() {
                    self.selected.insert(&set.file);
                    let document = overridden(&set.document, overrides.as_ref(), &set.name)?;
                    return Ok(Some((set.name.clone(), document)));
                }
                path.as_str()
            }
            Source::Layer(_) | Source::Other(_) => "",
        };
        self.note(report, "sources that are no sets of the design", path);
        Ok(None)
    }

    /// Counts sets that no choice selects.
    fn note_unselected(&mut self, report: &mut Report) {
        let is_selected = |set: &TokenSet| self.selected.contains(set.file.as_str());
        let others = self.design.sets.iter().filter(|set| self.resolver.is_some() && !is_selected(set));
        others.for_each(|set| report.note(Fate::Lost, "sets that nothing selects", || set.name.clone()));
    }

    fn note(&mut self, report: &mut Report, what: &'static str, place: &str) {
        if self.told.insert((what, place.to_owned())) {
            report.note(Fate::Lost, what, || place.to_owned());
        }
    }
}

/// The context of every modifier: the chosen ones, and the defaults of the others. Modifiers that are not applied get
/// any, so that a default of theirs that does not exist does no harm.
fn inputs(resolver: &Resolver, modifiers: &[Modifier<'_>], choices: &[Chosen]) -> Vec<(String, String)> {
    let of = |group: &ThemeGroup, at: usize| {
        group.themes.get(at).map(|(context, _)| (group.name.clone(), context.clone()))
    };
    let applied = modifiers.iter().enumerate().filter_map(|(place, modifier)| {
        let chosen = choices.iter().find(|choice| choice.modifier == place);
        of(modifier.group, chosen.map_or(modifier.default, |choice| choice.context))
    });
    let others = resolver.groups.iter().filter(|group| group.place.is_none());
    applied.chain(others.filter_map(|group| of(group, 0))).collect()
}

/// A document whose root members are replaced by those beside the reference to it (resolver module, §4.2).
fn overridden(
    document: &JsonText,
    overrides: Option<&JsonText>,
    name: &str,
) -> Result<JsonText, InteropError> {
    let Some(overrides) = overrides else { return Ok(document.clone()) };
    let Json::Object(mut root) = Json::from_ref(document.get_ref()) else { return Ok(document.clone()) };
    let members: Object = match Json::from_ref(overrides.get_ref()) {
        Json::Object(members) => members,
        _ => Object::new(),
    };
    members.into_iter().for_each(|(key, value)| root.set(&key, value));
    Json::Object(root).to_text(name)
}

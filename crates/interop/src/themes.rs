//! Which sets make up which theme: a design's resolver document, read.

use std::collections::HashMap;

use dss_format::resolver::{self, Layer, Resolver, Source, ThemeGroup};

use crate::design::{Design, TokenSet};
use crate::error::InteropError;
use crate::json::{Json, Object};

/// Sources that one layer or theme may have, those of the layers that it names included.
const SOURCES_MAX: usize = 20_000;

/// A design whose sets, layers and theme groups are known by their places.
#[derive(Debug, Default)]
pub(crate) struct Themes {
    /// All sets: those of the design, and behind them what the resolver document holds itself.
    pub(crate) sets: Vec<TokenSet>,
    pub(crate) layers: Vec<LayerOf>,
    pub(crate) groups: Vec<GroupOf>,
    /// What applies, in the order of resolution; all that is missing is not in it.
    pub(crate) order: Vec<Step>,
    /// Sources that lead to no set of the design.
    pub(crate) dangling: u64,
}

/// A fixed list of sets.
#[derive(Debug)]
pub(crate) struct LayerOf {
    pub(crate) name: String,
    pub(crate) sets: Vec<usize>,
    pub(crate) extensions: Option<Object>,
}

/// A choice of themes.
#[derive(Debug)]
pub(crate) struct GroupOf {
    pub(crate) name: String,
    pub(crate) default: Option<String>,
    pub(crate) themes: Vec<(String, Vec<usize>)>,
    pub(crate) extensions: Option<Object>,
    pub(crate) has_description: bool,
}

/// An entry of the resolution order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Layer(usize),
    Group(usize),
}

impl Themes {
    /// Reads the design's resolver document; without one, everything is one layer.
    pub(crate) fn of(design: &Design) -> Result<Self, InteropError> {
        let sets = design.sets.clone();
        let Some(text) = &design.resolver else {
            let layer =
                LayerOf { name: "tokens".to_owned(), sets: (0..sets.len()).collect(), extensions: None };
            return Ok(Self { sets, layers: vec![layer], order: vec![Step::Layer(0)], ..Self::default() });
        };
        let document = resolver::read(text, "")?;
        let mut finder = Finder::new(Self { sets, ..Self::default() }, &document);
        let mut order: Vec<(u64, Step)> = Vec::new();
        for layer in &document.layers {
            let at = finder.themes.layers.len();
            order.extend(layer.place.map(|place| (place, Step::Layer(at))));
            let layer = finder.layer(layer);
            finder.themes.layers.push(layer);
        }
        for group in &document.groups {
            let at = finder.themes.groups.len();
            order.extend(group.place.map(|place| (place, Step::Group(at))));
            let group = finder.group(group);
            finder.themes.groups.push(group);
        }
        order.sort_by_key(|(place, _)| *place);
        let mut themes = finder.themes;
        themes.order = order.into_iter().map(|(_, step)| step).collect();
        Ok(themes)
    }

    /// The groups that apply, in their order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &GroupOf> {
        self.order.iter().filter_map(|step| match step {
            Step::Group(at) => self.groups.get(*at),
            Step::Layer(_) => None,
        })
    }

    /// The sets that apply whatever is chosen, in their order.
    pub(crate) fn fixed(&self) -> impl Iterator<Item = usize> {
        let layers = self.order.iter().filter_map(|step| match step {
            Step::Layer(at) => self.layers.get(*at),
            Step::Group(_) => None,
        });
        layers.flat_map(|layer| layer.sets.iter().copied())
    }
}

/// Finds sets by how the resolver document names them.
struct Finder<'a> {
    themes: Themes,
    by_file: HashMap<String, usize>,
    layers: HashMap<&'a str, &'a Layer>,
}

impl<'a> Finder<'a> {
    fn new(themes: Themes, document: &'a Resolver) -> Self {
        let by_file = themes.sets.iter().zip(0..).map(|(set, at)| (set.file.clone(), at)).collect();
        let layers = document.layers.iter().map(|layer| (layer.name.as_str(), layer)).collect();
        Self { themes, by_file, layers }
    }

    fn layer(&mut self, layer: &Layer) -> LayerOf {
        LayerOf {
            name: layer.name.clone(),
            sets: self.sources(&layer.name, &layer.sources),
            extensions: layer.extensions.as_ref().and_then(object),
        }
    }

    fn group(&mut self, group: &ThemeGroup) -> GroupOf {
        let themes = group.themes.iter().map(|(theme, sources)| {
            (theme.clone(), self.sources(&format!("{}/{theme}", group.name), sources))
        });
        let themes = themes.collect();
        GroupOf {
            name: group.name.clone(),
            default: group.default.as_ref().and_then(|text| Some(text.get_ref().string()?.into_owned())),
            themes,
            extensions: group.extensions.as_ref().and_then(object),
            has_description: group.description.is_some(),
        }
    }

    fn sources(&mut self, owner: &str, sources: &[Source]) -> Vec<usize> {
        let mut sets = Vec::new();
        for source in sources {
            match source {
                Source::Layer(name) => {
                    // Layers that name layers are not followed further: those would be cycles, or chains to no end.
                    let named = self.layers.get(name.as_str()).map(|layer| layer.sources.as_slice());
                    for source in named.unwrap_or_default() {
                        self.source(name, source, &mut sets);
                    }
                }
                source => self.source(owner, source, &mut sets),
            }
        }
        sets.truncate(SOURCES_MAX);
        sets
    }

    fn source(&mut self, owner: &str, source: &Source, sets: &mut Vec<usize>) {
        let found = match source {
            Source::File { path, .. } => self.by_file.get(path.strip_prefix("./").unwrap_or(path)).copied(),
            Source::Inline(document) => {
                let at = self.themes.sets.len();
                let is_free = |name: &String| self.themes.sets.iter().all(|set| set.name != *name);
                let name = Some(owner.to_owned()).filter(is_free).unwrap_or_else(|| format!("{owner}-{at}"));
                self.themes.sets.push(TokenSet::new(name, document.clone()));
                Some(at)
            }
            Source::Layer(_) | Source::Other(_) => None,
        };
        match found {
            Some(at) => sets.push(at),
            None => self.themes.dangling = self.themes.dangling.saturating_add(1),
        }
    }
}

fn object(text: &dss_model::JsonText) -> Option<Object> {
    match Json::from_ref(text.get_ref()) {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

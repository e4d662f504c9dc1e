//! Which sets make up which theme: a design's resolver document, read.

use std::collections::{HashMap, HashSet};

use dss_format::resolver::{self, Layer, Resolver, Source, ThemeGroup};
use dss_model::JsonText;

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
    /// Where the resolver document holds sets itself: JSON pointers, and the sets' places.
    inline: HashMap<String, usize>,
    /// The names of all sets.
    names: HashSet<String>,
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
        let mut themes = themes;
        themes.names = themes.sets.iter().map(|set| set.name.clone()).collect();
        Self { themes, by_file, layers }
    }

    fn layer(&mut self, layer: &Layer) -> LayerOf {
        LayerOf {
            name: layer.name.clone(),
            sets: self.sources(&layer.name, &format!("{}/sources", layer.pointer), &layer.sources),
            extensions: layer.extensions.as_ref().and_then(object),
        }
    }

    fn group(&mut self, group: &ThemeGroup) -> GroupOf {
        let themes = group.themes.iter().map(|(theme, sources)| {
            let at = format!("{}{}", group.pointer, resolver::pointer(&["contexts", theme]));
            (theme.clone(), self.sources(&format!("{}/{theme}", group.name), &at, sources))
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

    /// The sets of a list of sources, which stands at the JSON pointer `at`.
    fn sources(&mut self, owner: &str, at: &str, sources: &[Source]) -> Vec<usize> {
        let mut sets = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let Source::Layer(name) = source else {
                sets.extend(self.source(owner, &format!("{at}/{index}"), source));
                continue;
            };
            // Layers that name layers are not followed further: those would be cycles, or chains to no end.
            let Some(layer) = self.layers.get(name.as_str()).copied() else { continue };
            for (index, source) in layer.sources.iter().enumerate() {
                sets.extend(self.source(name, &format!("{}/sources/{index}", layer.pointer), source));
            }
            if sets.len() > SOURCES_MAX {
                break;
            }
        }
        sets
    }

    fn source(&mut self, owner: &str, at: &str, source: &Source) -> Option<usize> {
        let found = match source {
            Source::File { path, .. } => self.by_file.get(path.strip_prefix("./").unwrap_or(path)).copied(),
            Source::Inline(document) => Some(self.inline(owner, at, document)),
            Source::Layer(_) | Source::Other(_) => None,
        };
        if found.is_none() {
            self.themes.dangling = self.themes.dangling.saturating_add(1);
        }
        found
    }

    /// The set that a document in place is.
    fn inline(&mut self, owner: &str, at: &str, document: &JsonText) -> usize {
        if let Some(known) = self.themes.inline.get(at) {
            return *known;
        }
        let place = self.themes.sets.len();
        let mut name = owner.to_owned();
        if !self.themes.names.insert(name.clone()) {
            // No pointer is a set's name by chance.
            name = format!("{owner}{at}");
            self.themes.names.insert(name.clone());
        }
        self.themes.sets.push(TokenSet::new(name, document.clone()));
        self.themes.inline.insert(at.to_owned(), place);
        place
    }
}

/// The design with every document that its resolver document holds itself made a set of its own.
pub(crate) fn outlined(design: &Design) -> Result<Design, InteropError> {
    let Some(resolver) = &design.resolver else { return Ok(design.clone()) };
    let themes = Themes::of(design)?;
    let mut document = Json::from_ref(resolver.get_ref());
    for (pointer, at) in &themes.inline {
        let Some(set) = themes.sets.get(*at) else { continue };
        if let Some(place) = at_pointer(&mut document, pointer) {
            let mut source = Object::new();
            source.push("$ref", resolver::encode_uri(&set.file));
            *place = Json::Object(source);
        }
    }
    let resolver = Some(document.to_text("resolver")?);
    Ok(Design { name: design.name.clone(), sets: themes.sets, resolver })
}

/// What stands at a JSON pointer (RFC 6901).
fn at_pointer<'a>(value: &'a mut Json, pointer: &str) -> Option<&'a mut Json> {
    pointer.split('/').skip(1).try_fold(value, |value, name| {
        let name = name.replace("~1", "/").replace("~0", "~");
        match value {
            Json::Object(object) => object.get_mut(&name),
            Json::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
            _ => None,
        }
    })
}

fn object(text: &JsonText) -> Option<Object> {
    match Json::from_ref(text.get_ref()) {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

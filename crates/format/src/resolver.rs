//! Resolver documents (DTCG resolver module 2025.10): which token sets make up which theme. How archives write them
//! is told in docs/archive-format.md §8.
//!
//! Specification: <https://www.designtokens.org/tr/2025.10/resolver/>.

mod entities;
mod read;
mod uri;
mod write;

pub use entities::{
    Names, SourceItem, Stated, bodies, decode, project_body, sources_in, sources_of, sources_text, view,
};
pub use read::read;
pub use uri::{decode as decode_uri, encode as encode_uri};
pub use write::{LayerView, ResolverView, ThemeGroupView, ThemeView, write};

use dss_model::JsonText;

/// A resolver document, as it stands.
#[derive(Debug, Default)]
pub struct Resolver {
    /// The root member `name`.
    pub name: Option<String>,
    /// The root member `description`, whatever it holds.
    pub description: Option<JsonText>,
    /// Root members without meaning here (`$schema`, `$defs`, …), in order.
    pub other: Vec<(String, JsonText)>,
    /// `sets` and inline sets, in the order of the document.
    pub layers: Vec<Layer>,
    /// `modifiers` and inline modifiers, in the order of the document.
    pub groups: Vec<ThemeGroup>,
    /// What is wrong with it that does not keep it from being used.
    pub findings: Vec<Finding>,
}

/// Something wrong with a part of a resolver document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name for programs; [`FINDING_CODES`](crate::FINDING_CODES) lists them.
    pub code: &'static str,
    /// Whether it is only a warning.
    pub is_warning: bool,
    /// What is at fault, as a JSON pointer into the document (RFC 6901).
    pub path: String,
    /// What is wrong, for people.
    pub message: String,
}

/// A fixed list of sources: an entry of `sets`.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Where it stands in the document, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Its place in `resolutionOrder`, from 0, if it is there.
    pub place: Option<u64>,
    /// `description`
    pub description: Option<JsonText>,
    /// `$extensions`
    pub extensions: Option<JsonText>,
    /// What it is made of, in order.
    pub sources: Vec<Source>,
}

/// A choice: an entry of `modifiers`.
#[derive(Clone, Debug)]
pub struct ThemeGroup {
    /// Its name.
    pub name: String,
    /// Where it stands in the document, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Its place in `resolutionOrder`, from 0, if it is there.
    pub place: Option<u64>,
    /// `description`
    pub description: Option<JsonText>,
    /// `default`
    pub default: Option<JsonText>,
    /// `$extensions`
    pub extensions: Option<JsonText>,
    /// `contexts`: each one's name and sources, in order.
    pub themes: Vec<(String, Vec<Source>)>,
}

/// One source of a layer or theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, relative to the document.
    File {
        /// The reference, percent-decoded.
        path: String,
        /// Members beside `$ref`, which override shallowly.
        overrides: Option<JsonText>,
    },
    /// The sources of an entry of `sets`.
    Layer(String),
    /// Tokens written in place.
    Inline(JsonText),
    /// Something this build does not follow (a URL, a fragment of a file), kept as it is.
    Other(JsonText),
}

impl Resolver {
    /// Every list of sources, with the JSON pointer that it stands at.
    pub fn source_lists(&self) -> impl Iterator<Item = (String, &Vec<Source>)> {
        let layers = self.layers.iter().map(|layer| (format!("{}/sources", layer.pointer), &layer.sources));
        let themes = self.groups.iter().flat_map(|group| {
            let at = |theme: &str| format!("{}{}", group.pointer, pointer(&["contexts", theme]));
            group.themes.iter().map(move |(theme, sources)| (at(theme), sources))
        });
        layers.chain(themes)
    }
}

/// A JSON pointer (RFC 6901 §3) to what these names lead to.
pub fn pointer(names: &[&str]) -> String {
    let escaped = |name: &&str| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    names.iter().map(escaped).collect()
}

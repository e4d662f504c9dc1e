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
    /// The set, modifier or context at fault.
    pub path: String,
    /// What is wrong, for people.
    pub message: String,
}

/// A fixed list of sources: an entry of `sets`.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its name.
    pub name: String,
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

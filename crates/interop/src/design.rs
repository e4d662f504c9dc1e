//! The neutral form: a design as DTCG 2025.10 documents.

use dss_model::{Diagnostic, JsonRef, JsonText};

use crate::file::File;
use crate::report::Report;

/// A design: token sets in their order, and the resolver document that makes themes of them.
///
/// It is what a folder of DTCG files holds. The resolver document's `$ref`s name a set by its [`TokenSet::file`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Design {
    /// What it is called, if the files say so.
    pub name: Option<String>,
    /// The token sets, in order.
    pub sets: Vec<TokenSet>,
    /// A DTCG resolver document (2025.10). Without one, all sets apply, in their order.
    pub resolver: Option<JsonText>,
}

impl Design {
    /// How many objects of its documents are tokens.
    pub fn tokens(&self) -> u64 {
        self.sets.iter().map(|set| tokens(set.document.get_ref())).fold(0, u64::saturating_add)
    }
}

fn tokens(value: JsonRef<'_>) -> u64 {
    let children = value.members().filter(|(key, _)| !key.starts_with('$') || key == "$root");
    let inside = children.map(|(_, child)| tokens(child)).fold(0, u64::saturating_add);
    inside.saturating_add(u64::from(value.get("$value").is_some()))
}

/// A token set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSet {
    /// Its name: a path without an ending (`base/color/light`), unique in the design.
    pub name: String,
    /// The file that it is, relative to the resolver document, unique in the design.
    pub file: String,
    /// A DTCG 2025.10 token document. Tokens that are invalid are in it as they were.
    pub document: JsonText,
}

impl TokenSet {
    /// A set of that name, in a file that is called like it.
    pub fn new(name: impl Into<String>, document: JsonText) -> Self {
        let name = name.into();
        Self { file: format!("{name}.tokens.json"), name, document }
    }
}

/// What came of foreign files.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The design that they hold.
    pub design: Design,
    /// What became of everything that DTCG has no place for.
    pub report: Report,
    /// What is wrong with single items, which are kept all the same.
    pub findings: Vec<Diagnostic>,
    /// Files that are not part of the design.
    pub skipped: Vec<Skipped>,
}

/// A file that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why, for people.
    pub reason: String,
}

/// How to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// What the one file of a format that is one file is called, without its ending.
    pub name: Option<String>,
}

/// A design in another format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, by path.
    pub files: Vec<File>,
    /// What became of everything that the format has no place for.
    pub report: Report,
}

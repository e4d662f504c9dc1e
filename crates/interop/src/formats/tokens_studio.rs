//! Tokens Studio for Figma, and what took its files over: a file whose members are token sets, with `$themes` and `$metadata` beside them, or a folder
//! with a file per set. Both say the same.
//!
//! A set becomes a token set, a theme group a modifier, a theme a context. One layer, [`Tool::layer`], lists all sets in their
//! order, and keeps what concerns the whole. It is in the resolution order only if there are no themes.

mod read;
mod themes;
mod types;
mod write;

pub(crate) use read::Studio;
pub(crate) use types::{from_dtcg, to_dtcg};

use std::collections::HashSet;

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::design::{Design, Reading, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::{InteropError, InteropErrorKind};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::plain::{Count, Dialect, Style, token_style};
use crate::report::Report;

pub(crate) const CODEC: Codec =
    Codec { format: Format::TokensStudio, recognize, read: Some(read), write: Some(write) };

/// A tool that writes such files.
pub(crate) struct Tool {
    pub(crate) dialect: Dialect,
    /// The layer that lists all sets.
    pub(crate) layer: &'static str,
    /// `$metadata` for sets and themes that come from elsewhere.
    pub(crate) metadata: fn(sets: &[&str], themes: &[Json]) -> Json,
}

const TOOL: Tool = Tool {
    dialect: Dialect {
        format: Format::TokensStudio,
        style: Style::Dollar,
        description: "description",
        to_dtcg,
        from_dtcg,
    },
    layer: "tokens-studio",
    metadata: |sets, _| metadata(sets),
};

/// The theme group of themes that are in none.
const NO_GROUP: &str = "theme";
/// The files of a folder that are no sets, and the members of a single file.
const THEMES: &str = "$themes";
const METADATA: &str = "$metadata";

fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    read_as(&TOOL, bundle)
}

fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    write_as(&TOOL, design, options)
}

/// Reads the files of a tool.
pub(crate) fn read_as(tool: &Tool, bundle: &Bundle) -> Result<Reading, InteropError> {
    let mut skipped = Vec::new();
    let studio = match bundle.only().and_then(Document::json) {
        Some(root) => Studio::of_file(root),
        None => Studio::of_folder(bundle, &mut skipped),
    };
    if studio.sets.is_empty() {
        let message = "there is no token set in it";
        return Err(InteropError::new(InteropErrorKind::NotThisFormat, "", message));
    }
    let mut reading = studio.read(tool)?;
    reading.skipped = skipped;
    Ok(reading)
}

/// Writes the files of a tool.
pub(crate) fn write_as(
    tool: &Tool,
    design: &Design,
    options: &WriteOptions,
) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let studio = write::studio(tool, design, &mut report)?;
    Ok(Written { files: studio.files(options, design)?, report })
}

/// `$metadata` with nothing but the order of the sets.
pub(crate) fn metadata(order: &[&str]) -> Json {
    let mut metadata = Object::new();
    metadata.push("tokenSetOrder", Json::Array(order.iter().map(|name| Json::from(*name)).collect()));
    Json::Object(metadata)
}

fn recognize(bundle: &Bundle) -> Fit {
    if let Some(mark) = super::penpot::mark(bundle) {
        return Fit::readable(format!("{mark} is Penpot's"));
    }
    let Some(document) = bundle.only() else {
        return match top(bundle) {
            Some(_) => Fit::Certain,
            None => Fit::readable("no folder with $themes.json or $metadata.json, or several of them"),
        };
    };
    let Some(root) = document.json() else { return Fit::no("no JSON object") };
    let sets: Vec<&Object> = sets(root).map(|(_, set)| set).collect();
    if sets.iter().all(|set| Count::of(set).is_zero()) {
        return Fit::no("no token in any set");
    }
    if is_marked(root) || only_sets_resolve(root) {
        Fit::Certain
    } else {
        Fit::readable("no $themes, no $metadata, and no alias that leaves a set's name out")
    }
}

/// Whether a file has what only Tokens Studio writes.
fn is_marked(root: &Object) -> bool {
    let has_themes = root.get(THEMES).is_some_and(|themes| themes.as_array().is_some());
    has_themes || root.get(METADATA).is_some_and(|metadata| metadata.get("tokenSetOrder").is_some())
}

/// The first file that holds a whole design of Tokens Studio's.
pub(crate) fn single_in(bundle: &Bundle) -> Option<&str> {
    let mut documents = bundle.documents().iter();
    documents.find(|document| document.json().is_some_and(is_marked)).map(Document::path)
}

/// The folder of the sets, as paths in it start: the one that has `$themes.json` or `$metadata.json`.
pub(crate) fn top(bundle: &Bundle) -> Option<&str> {
    let names = ["$themes.json", "$metadata.json"];
    let top_of = |path: &'_ str| names.iter().find_map(|name| path.strip_suffix(name).map(str::len));
    let mut tops = bundle.documents().iter().filter_map(|document| {
        let path = document.path();
        path.get(..top_of(path)?).filter(|top| top.is_empty() || top.ends_with('/'))
    });
    let first = tops.next()?;
    tops.all(|top| top == first).then_some(first)
}

/// The members of a single file that are token sets.
fn sets(root: &Object) -> impl Iterator<Item = (&str, &Object)> {
    root.iter()
        .filter(|(key, _)| !key.starts_with('$'))
        .filter_map(|(key, value)| Some((key, value.as_object()?)))
}

/// Whether there are aliases that lead to a token only if the first names of paths are sets.
fn only_sets_resolve(root: &Object) -> bool {
    let mut seen = Seen::default();
    for (name, set) in sets(root) {
        seen.group(set, &mut name.to_owned());
    }
    let is_set_path = |alias: &&String| seen.in_sets.contains(*alias) && !seen.whole.contains(*alias);
    let is_whole_path = |alias: &&String| seen.whole.contains(*alias);
    seen.aliases.iter().any(|alias| is_set_path(&alias))
        && !seen.aliases.iter().any(|alias| is_whole_path(&alias))
}

/// The tokens of a document by path, with and without the first name, and what its aliases say.
#[derive(Default)]
struct Seen {
    whole: HashSet<String>,
    in_sets: HashSet<String>,
    aliases: HashSet<String>,
}

impl Seen {
    fn group(&mut self, group: &Object, path: &mut String) {
        for (key, child) in group.iter().filter_map(|(key, value)| Some((key, value.as_object()?))) {
            let before = path.len();
            path.push('.');
            path.push_str(key);
            match token_style(child) {
                Some(_) => self.token(child, path),
                None => self.group(child, path),
            }
            path.truncate(before);
        }
    }

    fn token(&mut self, token: &Object, path: &str) {
        self.whole.insert(path.to_owned());
        self.in_sets.extend(path.split_once('.').map(|(_, rest)| rest.to_owned()));
        let value = token.get("$value").or_else(|| token.get("value"));
        let alias = value.filter(|value| crate::value::is_alias(value)).and_then(Json::as_str);
        self.aliases.extend(alias.map(|alias| alias.trim_matches(['{', '}']).to_owned()));
    }
}

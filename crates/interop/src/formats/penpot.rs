//! Penpot: its tokens as JSON, in one file or a folder with a file per set, and `.penpot` archives, of which the files are
//! looked at that hold tokens, library colours and library typographies.
//!
//! The JSON is that of Tokens Studio, with Penpot's own types, and with what is active in `$metadata`. It is specified by
//! what Penpot itself does (`common/types/tokens_lib`, `common/types/token` and `binfile/v3` of its sources).

mod archive;
mod library;
mod types;

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::design::{Design, Reading, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::plain::{Count, Dialect, Style};
use crate::report::Fate;

use super::tokens_studio::{self, Tool};

pub(crate) const CODEC: Codec =
    Codec { format: Format::Penpot, recognize, read: Some(read), write: Some(write) };

const TOOL: Tool = Tool {
    dialect: Dialect {
        format: Format::Penpot,
        style: Style::Dollar,
        description: "description",
        to_dtcg: types::to_dtcg,
        from_dtcg: types::from_dtcg,
    },
    layer: "penpot",
    metadata,
};

fn recognize(bundle: &Bundle) -> Fit {
    if mark(bundle).is_some() {
        return Fit::Certain;
    }
    let has_tokens = |document: &Document| {
        document.json().is_some_and(|root| {
            root.iter().filter_map(|(_, set)| set.as_object()).any(|set| !Count::of(set).is_zero())
        })
    };
    if bundle.documents().iter().any(has_tokens) {
        Fit::readable("no activeThemes or activeSets in $metadata, and no manifest of Penpot's")
    } else {
        Fit::no("no token in any set")
    }
}

/// What in the files only Penpot writes.
pub(crate) fn mark(bundle: &Bundle) -> Option<&'static str> {
    if archive::is_archive(bundle) {
        return Some("the manifest");
    }
    let Some(document) = bundle.only() else {
        let top = tokens_studio::top(bundle)?;
        let metadata = bundle.at(&format!("{top}$metadata.json")).and_then(Document::json);
        return metadata.filter(|metadata| is_active(metadata)).map(|_| "activeSets in $metadata.json");
    };
    let root = document.json()?;
    if root.get("$metadata").and_then(Json::as_object).is_some_and(is_active) {
        return Some("activeSets in $metadata");
    }
    let themes = root.get("$themes").and_then(Json::as_array);
    let is_source = |theme: &Json| theme.get("isSource").is_some() || theme.get("is-source").is_some();
    themes.is_some_and(|themes| themes.iter().any(is_source)).then_some("isSource in $themes")
}

fn is_active(metadata: &Object) -> bool {
    metadata.has("activeThemes") || metadata.has("activeSets")
}

fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    if archive::is_archive(bundle) { archive::read(bundle) } else { tokens_studio::read_as(&TOOL, bundle) }
}

fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut written = tokens_studio::write_as(&TOOL, design, options)?;
    for file in &written.files {
        let Ok(tree) = Json::parse(&file.bytes, &file.path, 128) else { continue };
        let mut unknown = Vec::new();
        types::unknown(&tree, &mut unknown);
        for place in unknown {
            written.report.note(
                Fate::Lost,
                "tokens of types that Penpot does not have, and leaves out",
                || place,
            );
        }
    }
    Ok(written)
}

/// `$metadata`: the first theme of every group is active, or, where there are none, all sets.
fn metadata(sets: &[&str], themes: &[Json]) -> Json {
    let mut groups: Vec<&str> = Vec::new();
    let mut names = Vec::new();
    let mut selected = Vec::new();
    for theme in themes {
        let group = theme.get("group").and_then(Json::as_str).unwrap_or_default();
        if groups.contains(&group) {
            continue;
        }
        groups.push(group);
        let name = theme.get("name").and_then(Json::as_str).unwrap_or_default();
        names.push(Json::String(format!("{group}/{name}")));
        selected.extend(theme.get("selectedTokenSets").and_then(Json::as_object));
    }
    let is_active = |set: &&&str| themes.is_empty() || selected.iter().any(|selected| selected.has(set));
    let active = sets.iter().filter(is_active).map(|set| Json::from(*set)).collect();
    let mut metadata = Object::new();
    metadata.push("tokenSetOrder", Json::Array(sets.iter().map(|name| Json::from(*name)).collect()));
    metadata.push("activeThemes", Json::Array(names));
    metadata.push("activeSets", Json::Array(active));
    Json::Object(metadata)
}

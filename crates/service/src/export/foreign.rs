//! Exporting to other tools' formats: the project as a design, and that written.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dss_format::FormatError;
use dss_format::dtcg::Spacing;
use dss_format::resolver::{self, Names};
use dss_format::set::{Revisions, SetWriter};
use dss_interop::{Design, File, Format, Json, Object, TokenSet, WriteOptions};
use dss_model::{Entity, JsonLimits, JsonText, Kind, ProjectName, RegName};

use super::folder::Document;
use super::target::{Target, failed};
use super::{Export, collect};
use crate::ServiceError;
use crate::import::IMPLIED_LAYER;
use crate::summary::{Conversion, ExportSummary};

/// Writes the project in a format. All of it is held in memory.
pub(super) fn write(
    export: &Export<'_>,
    project: &ProjectName,
    target: &Path,
    format: Format,
) -> Result<ExportSummary, ServiceError> {
    let mut summary = ExportSummary::default();
    let design = design(export, project, &mut summary)?;
    let mut options = WriteOptions::default();
    options.name = if is_folder(target) { design.name.clone() } else { Some(stem(target)) };
    let written = dss_interop::write(format, &design, &options)?;
    summary.bytes = put_files(&written.files, target, export.options.overwrite)?;
    summary.file_bytes = summary.bytes;
    summary.entries = u64::try_from(written.files.len()).unwrap_or(u64::MAX);
    summary.conversion = Some(Conversion::of(format, &written.report));
    summary.skipped = super::folder::left_out(export)?;
    Ok(summary)
}

/// The project, without its revisions.
pub(super) fn design(
    export: &Export<'_>,
    project: &ProjectName,
    summary: &mut ExportSummary,
) -> Result<Design, ServiceError> {
    let title = export.project.string(&RegName::NAME).map(std::borrow::Cow::into_owned);
    let mut design = Design { name: Some(title.unwrap_or_else(|| project.to_string())), ..Design::default() };
    let mut names = Names::new();
    let mut taken = HashSet::new();
    for row in &export.sets {
        if !export.has_any(row)? {
            continue;
        }
        let set = &row.entity;
        let called = set.string(&RegName::NAME).unwrap_or_default().into_owned();
        // A merge can bring about two sets of one name.
        let name = if taken.insert(called.clone()) { called } else { format!("{called}-{}", set.id()) };
        let document = document(export, set, &name, summary)?;
        let set_of_name = TokenSet::new(name, document);
        names.add(&set_of_name.file, set.id());
        design.sets.push(set_of_name);
    }
    let rows = collect(export.tx, &[Kind::Layer, Kind::ThemeGroup, Kind::Theme])?;
    let entities: Vec<Entity> = rows.into_iter().map(|row| row.entity).collect();
    if !entities.is_empty() && export.is_full() {
        let mut view = resolver::view(&export.project, &entities, &names);
        // What the project is called here is nothing that its files have said.
        view.name = view.name.filter(|name| name != project.as_str());
        design.resolver = without_revisions(&resolver::write(&view), &design)?;
        for entity in &entities {
            super::folder::count(summary, entity.kind(), 1);
        }
    }
    Ok(design)
}

fn document(
    export: &Export<'_>,
    set: &Entity,
    name: &str,
    summary: &mut ExportSummary,
) -> Result<JsonText, ServiceError> {
    let path = PathBuf::from(name);
    let error = |cause| failed(&path, cause);
    let writer = SetWriter::new(Vec::new(), set, 0, &export.table, Revisions::Omitted, Spacing::Lines)
        .map_err(error)?;
    let mut document = Document { writer, path: &path, groups: 0 };
    export.nodes(set.id(), &mut document)?;
    let Document { writer, groups, .. } = document;
    super::folder::count(summary, Kind::TokenSet, 1);
    super::folder::count(summary, Kind::Group, groups);
    super::folder::count(summary, Kind::Token, writer.tokens());
    let bytes = writer.finish().map_err(error)?;
    // It came through these limits, item by item.
    let mut limits = JsonLimits::default();
    limits.members = u32::MAX;
    limits.depth = limits.depth.saturating_mul(2);
    Ok(JsonText::parse(&bytes, &limits).map_err(|error| FormatError::malformed(name, error))?)
}

/// A resolver document without what says which entities it is made of; none, if it says no more than that all sets apply
/// in their order, which they do without.
fn without_revisions(document: &JsonText, design: &Design) -> Result<Option<JsonText>, ServiceError> {
    let Json::Object(mut root) = Json::from_ref(document.get_ref()) else { return Ok(None) };
    for map in ["sets", "modifiers"] {
        if let Some(Json::Object(entries)) = root.get_mut(map) {
            for (_, entry) in entries.iter_mut() {
                if let Json::Object(entry) = entry {
                    strip(entry);
                }
            }
        }
    }
    let text = Json::Object(root).to_text("resolver")?;
    Ok((text != implied(design)?).then_some(text))
}

fn strip(owner: &mut Object) {
    if let Some(Json::Object(extensions)) = owner.get_mut("$extensions") {
        extensions.remove("org.dss");
        if extensions.is_empty() {
            owner.remove("$extensions");
        }
    }
}

/// The resolver document of a project that was made of files without one.
fn implied(design: &Design) -> Result<JsonText, ServiceError> {
    let reference = |to: String| {
        let mut reference = Object::new();
        reference.push("$ref", to);
        Json::Object(reference)
    };
    let sources = design.sets.iter().map(|set| reference(resolver::encode_uri(&set.file)));
    let mut layer = Object::new();
    layer.push("sources", Json::Array(sources.collect()));
    let mut layers = Object::new();
    layers.push(IMPLIED_LAYER, layer);
    let mut root = Object::new();
    root.push("version", "2025.10");
    root.push("sets", layers);
    root.push("resolutionOrder", Json::Array(vec![reference(format!("#/sets/{IMPLIED_LAYER}"))]));
    Ok(Json::Object(root).to_text("resolver")?)
}

/// Writes files: one as `target`, or any number into the folder that it is. Returns their size in bytes.
pub(crate) fn put_files(files: &[File], target: &Path, may_replace: bool) -> Result<u64, ServiceError> {
    let is_folder = is_folder(target);
    let places: Vec<(PathBuf, &File)> = match files {
        [only] if !is_folder => vec![(target.to_owned(), only)],
        files if !is_folder => {
            let message = format!("that makes {} files, and {} is one", files.len(), target.display());
            return Err(ServiceError::Usage { message, hint: "name a folder, ending with \"/\"".to_owned() });
        }
        files => files.iter().map(|file| (target.join(&file.path), file)).collect(),
    };
    // Nothing is written if something is in the way.
    if let Some((path, _)) = places.iter().find(|(path, _)| !may_replace && path.exists()) {
        return Err(ServiceError::Exists { what: "file", name: path.display().to_string() });
    }
    let mut bytes = 0_u64;
    for (path, file) in places {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|cause| failed(&path, cause))?;
        }
        let target = Target::new(&path, may_replace)?;
        target.file().write_all(&file.bytes).map_err(|cause| failed(&path, cause))?;
        bytes = bytes.saturating_add(target.publish()?);
    }
    Ok(bytes)
}

/// Whether files are to go into a target, and not to be it.
pub(crate) fn is_folder(target: &Path) -> bool {
    target.is_dir() || target.to_string_lossy().ends_with(std::path::is_separator)
}

/// A path's name without its ending.
pub(crate) fn stem(path: &Path) -> String {
    crate::input::set_name(&crate::input::file_name(path))
}

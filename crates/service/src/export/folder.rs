//! Exporting to a folder: DTCG files as people keep them, and a resolver document.

use std::fs;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use dss_format::dtcg::Spacing;
use dss_format::layout::EntryNames;
use dss_format::resolver::{self, Names};
use dss_format::set::{Revisions, SetWriter};
use dss_model::{Entity, Kind, RegName};
use dss_store::Scan;

use super::sets::{Nodes, SetNode};
use super::target::{Target, failed};
use super::{Export, collect};
use crate::ServiceError;
use crate::summary::{ExportSummary, Skipped};

/// Writes the files. Each one appears when it is complete.
pub(super) fn write(export: &Export<'_>, folder: &Path) -> Result<ExportSummary, ServiceError> {
    fs::create_dir_all(folder).map_err(|cause| failed(&folder.join("."), cause))?;
    let mut entries = EntryNames::new();
    let mut names = Names::new();
    let mut summary = ExportSummary::default();
    // Who reads the files counts those that are there.
    let mut index = 0_u64;
    for row in &export.sets {
        if !export.has_any(row)? {
            continue;
        }
        let set = &row.entity;
        let name = set.string(&RegName::NAME).unwrap_or_default();
        let path = entries.set(&name);
        names.add(&path, set.id());
        write_set(export, index, set, &folder.join(&path), &mut summary)?;
        index = index.saturating_add(1);
    }
    write_resolver(export, folder, &mut entries, &names, &mut summary)?;
    summary.skipped = left_out(export)?;
    Ok(summary)
}

/// What is wanted and no token file can hold.
pub(super) fn left_out(export: &Export<'_>) -> Result<Vec<Skipped>, ServiceError> {
    let mut skipped = Vec::new();
    let mut skip = |path: &str, reason: String| skipped.push(Skipped { path: path.to_owned(), reason });
    for (kind, path) in [(Kind::Component, "components"), (Kind::Asset, "assets")] {
        let mut count = 0_u64;
        let mut failed = Ok(());
        export.tx.scan(&Scan::kinds(&[kind]), &mut |row| {
            match export.wanted.has(&row) {
                Ok(is_wanted) => count = count.saturating_add(u64::from(is_wanted)),
                Err(error) => failed = Err(error),
            }
            if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        failed?;
        if count > 0 {
            skip(path, format!("{count} left out: token files hold tokens and themes only"));
        }
    }
    let counts = export.tx.counts()?;
    let themes = [Kind::Layer, Kind::ThemeGroup].iter().any(|kind| counts.alive(*kind) > 0);
    if themes && !export.is_full() {
        skip("themes", "left out: they choose among all sets, not among a selection".to_owned());
    }
    Ok(skipped)
}

fn write_set(
    export: &Export<'_>,
    index: u64,
    set: &Entity,
    path: &Path,
    summary: &mut ExportSummary,
) -> Result<(), ServiceError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|cause| failed(path, cause))?;
    }
    let target = Target::new(path, export.options.overwrite)?;
    let out = BufWriter::new(target.handle()?);
    let writer = SetWriter::new(out, set, index, &export.table, Revisions::Written, Spacing::Pretty)
        .map_err(|cause| failed(path, cause))?;
    let mut document = Document { writer, path, groups: 0 };
    export.nodes(set.id(), &mut document)?;
    let Document { writer, groups, .. } = document;
    let tokens = writer.tokens();
    finish(writer.finish().map_err(|cause| failed(path, cause))?, path)?;
    add(summary, target.publish()?);
    count(summary, Kind::TokenSet, 1);
    count(summary, Kind::Group, groups);
    count(summary, Kind::Token, tokens);
    Ok(())
}

/// A set's document that is being written.
pub(super) struct Document<'a, W: Write> {
    pub(super) writer: SetWriter<'a, W>,
    pub(super) path: &'a Path,
    pub(super) groups: u64,
}

impl<W: Write> Nodes for Document<'_, W> {
    fn node(&mut self, node: SetNode) -> Result<(), ServiceError> {
        self.groups = self.groups.saturating_add(u64::from(node.entity.kind() == Kind::Group));
        let written = self.writer.node(&node.entity, node.path, &node.sort);
        written.map_err(|cause| failed(self.path, cause))
    }
}

fn write_resolver(
    export: &Export<'_>,
    folder: &Path,
    entries: &mut EntryNames,
    names: &Names,
    summary: &mut ExportSummary,
) -> Result<(), ServiceError> {
    let rows = collect(export.tx, &[Kind::Layer, Kind::ThemeGroup, Kind::Theme])?;
    let entities: Vec<Entity> = rows.into_iter().map(|row| row.entity).collect();
    if entities.is_empty() || !export.is_full() {
        return Ok(());
    }
    for entity in &entities {
        count(summary, entity.kind(), 1);
    }
    let name = export.project.string(&RegName::NAME).unwrap_or_default();
    let path = folder.join(entries.resolver(&name));
    let view = resolver::view(&export.project, &entities, names);
    let target = Target::new(&path, export.options.overwrite)?;
    let mut out = BufWriter::new(target.handle()?);
    let text = dss_format::dtcg::indent(resolver::write(&view).get_ref(), 0);
    writeln!(out, "{text}").map_err(|cause| failed(&path, cause))?;
    finish(out, &path)?;
    add(summary, target.publish()?);
    Ok(())
}

fn finish(mut out: BufWriter<fs::File>, path: &Path) -> Result<(), ServiceError> {
    out.flush().map_err(|cause| failed(path, cause))
}

fn add(summary: &mut ExportSummary, bytes: u64) {
    summary.entries = summary.entries.saturating_add(1);
    summary.bytes = summary.bytes.saturating_add(bytes);
    summary.file_bytes = summary.bytes;
}

pub(super) fn count(summary: &mut ExportSummary, kind: Kind, more: u64) {
    if more > 0 {
        let count = summary.kinds.entry(kind.name()).or_default();
        *count = count.saturating_add(more);
    }
}

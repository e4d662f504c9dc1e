//! Exporting to an archive.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use dss_format::archive::{ArchiveWriter, Header, Receipt};
use dss_format::dtcg::Spacing;
use dss_format::layout::{self, EntryNames};
use dss_format::manifest::{Extent, Role};
use dss_format::record::{self, ListWriter};
use dss_format::resolver::{self, Names};
use dss_format::revision::Replicas;
use dss_format::set::{Revisions, SetWriter};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{ContentHash, Entity, Kind, RegName, Stage, Value};
use dss_store::{LifeFilter, Row, Scan, ScanOrder};

use super::sets::SetNode;
use super::target::Target;
use super::{Export, collect};
use crate::summary::ExportSummary;
use crate::{ServiceError, pipeline};

/// A set's document is cut into parts of about this size.
const PART_BYTES: u64 = 8 << 20;
/// Assets up to this size are compressed: readers do not judge the ratio of smaller entries.
const DEFLATED_ASSET_BYTES_MAX: u64 = 4 << 20;

type Zip = ArchiveWriter<BufWriter<std::fs::File>>;

/// Writes the archive, and gives it its name when it is complete.
pub(super) fn write(export: &Export<'_>, path: &Path) -> Result<ExportSummary, ServiceError> {
    let target = Target::new(path, export.options.overwrite)?;
    let zip = ArchiveWriter::new(BufWriter::with_capacity(256 << 10, target.handle()?))?;
    let mut writing = Writing { export, output: Output::new(zip), deleted: 0 };
    writing.sets()?;
    if export.is_full() {
        writing.resolver()?;
        writing.components()?;
        writing.assets()?;
    }
    writing.deleted()?;
    let Writing { output: Output { zip, counts, .. }, deleted, .. } = writing;
    let header = Header {
        project: record::encode(&export.project, None, &export.table, &[]),
        replicas: export.replicas.clone(),
        extent: if export.is_full() {
            Extent::Full
        } else {
            Extent::Partial { selection: export.wanted.to_json() }
        },
        counts: counts.clone(),
        exported_at_ms: export.exported_at_ms()?,
        by: export.options.by.clone(),
    };
    let Receipt { mut out, export_hash, entries, bytes } = zip.finish(header)?;
    out.flush().map_err(|cause| super::target::failed(path, cause))?;
    drop(out);
    let file_bytes = target.publish()?;
    Ok(ExportSummary {
        kinds: counts.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
        deleted,
        entries,
        bytes,
        file_bytes,
        export_hash: Some(export_hash.to_string()),
        ..ExportSummary::default()
    })
}

impl Export<'_> {
    /// When the archive says it was made.
    fn exported_at_ms(&self) -> Result<i64, ServiceError> {
        match self.options.exported_at_ms {
            Some(at_ms) => Ok(at_ms),
            None => Ok(self.tx.header()?.last_change_ms),
        }
    }
}

/// What is written so far: this half needs no store, and so can work on another thread.
struct Output {
    zip: Zip,
    entries: EntryNames,
    /// Which entry holds which set.
    names: Names,
    counts: BTreeMap<Kind, u64>,
}

impl Output {
    fn new(zip: Zip) -> Self {
        let mut entries = EntryNames::new();
        entries.take(layout::MIMETYPE);
        entries.take(layout::MANIFEST);
        Self { zip, entries, names: Names::new(), counts: [(Kind::Project, 1)].into_iter().collect() }
    }

    /// Writes a set, part by part: a part is complete before its entry begins, so that a set of one part
    /// can be told from one of several.
    fn set(
        &mut self,
        set: &Entity,
        replicas: &Replicas,
        nodes: &mut dyn Iterator<Item = SetNode>,
        may_be_empty: bool,
    ) -> Result<(), ServiceError> {
        // Unless told, a reader takes a set's place in the archive, which may be partial, for its place at all.
        let index = self.counts.get(&Kind::TokenSet).copied().unwrap_or(0);
        let mut writer = SetWriter::new(Vec::new(), set, index, replicas, Revisions::Written, Spacing::Lines)
            .map_err(memory)?;
        let mut parts = 0_u64;
        let mut groups = 0_u64;
        let mut is_empty = true;
        for SetNode { entity, path, sort } in nodes {
            is_empty = false;
            if writer.bytes() >= PART_BYTES && writer.can_split_before(&path) {
                let tokens = writer.tokens();
                let (done, next) = writer.next_part(Vec::new()).map_err(memory)?;
                parts = parts.saturating_add(1);
                self.part(set, Some(parts), tokens, &done)?;
                writer = next;
            }
            groups = groups.saturating_add(u64::from(entity.kind() == Kind::Group));
            writer.node(&entity, path, &sort).map_err(memory)?;
        }
        if is_empty && !may_be_empty {
            return Ok(());
        }
        let tokens = writer.tokens();
        let done = writer.finish().map_err(memory)?;
        let number = (parts > 0).then(|| parts.saturating_add(1));
        self.part(set, number, tokens, &done)?;
        self.count(Kind::TokenSet, 1);
        self.count(Kind::Group, groups);
        Ok(())
    }

    fn part(
        &mut self,
        set: &Entity,
        number: Option<u64>,
        tokens: u64,
        bytes: &[u8],
    ) -> Result<(), ServiceError> {
        let name = set.string(&RegName::NAME).unwrap_or_default();
        let path = match number {
            Some(number) => self.entries.part(&name, number),
            None => self.entries.set(&name),
        };
        self.names.add(&path, set.id());
        let mut entry = self.zip.entry(&path)?;
        entry.write_all(bytes).map_err(|cause| write_failed(&path, cause))?;
        entry.finish(Role::Tokens, layout::TOKENS_MEDIA_TYPE, tokens, Some(&name));
        self.count(Kind::Token, tokens);
        Ok(())
    }

    fn count(&mut self, kind: Kind, more: u64) {
        if more > 0 {
            let count = self.counts.entry(kind).or_default();
            *count = count.saturating_add(more);
        }
    }
}

struct Writing<'e, 'a> {
    export: &'e Export<'a>,
    output: Output,
    deleted: u64,
}

impl Writing<'_, '_> {
    /// Writes the token sets: rows are read here, documents are made and compressed on another thread.
    fn sets(&mut self) -> Result<(), ServiceError> {
        let export = self.export;
        let may_be_empty = !export.wanted.has_token_filter();
        for (_, set) in &export.sets {
            let output = &mut self.output;
            let table = &export.table;
            let scan = |belt: &mut pipeline::Belt<SetNode>| {
                export.nodes(set.id(), &mut |node| {
                    let bytes = node.bytes();
                    belt.put(node, bytes).map_err(ServiceError::from)
                })
            };
            pipeline::to_thread(scan, move |nodes| output.set(set, table, nodes, may_be_empty))?;
        }
        Ok(())
    }

    fn resolver(&mut self) -> Result<(), ServiceError> {
        let rows = collect(self.export.tx, &[Kind::Layer, Kind::ThemeGroup, Kind::Theme])?;
        let entities: Vec<Entity> = rows.into_iter().map(|row| row.entity).collect();
        if entities.is_empty() {
            return Ok(());
        }
        for entity in &entities {
            self.output.count(entity.kind(), 1);
        }
        let view = resolver::view(&self.export.project, &entities, &self.output.names);
        let text = dss_format::dtcg::indent(resolver::write(&view).get_ref(), 0);
        let name = self.export.project.string(&RegName::NAME).unwrap_or_default();
        let path = self.output.entries.resolver(&name);
        let count = u64::try_from(entities.len()).unwrap_or(u64::MAX);
        let mut entry = self.output.zip.entry(&path)?;
        entry
            .write_all(text.as_bytes())
            .and_then(|()| entry.write_all(b"\n"))
            .map_err(|cause| write_failed(&path, cause))?;
        entry.finish(Role::Resolver, "application/json", count, None);
        Ok(())
    }

    fn components(&mut self) -> Result<(), ServiceError> {
        self.list(layout::COMPONENTS, "components", Kind::Component, Role::Components)
    }

    fn assets(&mut self) -> Result<(), ServiceError> {
        self.list(layout::ASSETS, "assets", Kind::Asset, Role::Assets)?;
        let mut contents: BTreeMap<ContentHash, String> = BTreeMap::new();
        for row in collect(self.export.tx, &[Kind::Asset])? {
            if let Some(Value::Blob(hash)) = row.entity.value(&RegName::CONTENT) {
                contents.entry(*hash).or_insert(row.columns.path);
            }
        }
        for (hash, path) in contents {
            self.asset(hash, &path)?;
        }
        Ok(())
    }

    fn asset(&mut self, hash: ContentHash, path: &str) -> Result<(), ServiceError> {
        let name = layout::asset(&hash.to_string(), path);
        let is_packed = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".woff", ".woff2", ".zip"]
            .iter()
            .any(|ending| name.ends_with(ending));
        // What deflates too well looks like a bomb to whoever opens the archive.
        let is_large = self.export.tx.blob_len(hash)?.is_some_and(|bytes| bytes > DEFLATED_ASSET_BYTES_MAX);
        let zip = &mut self.output.zip;
        let mut entry = if is_packed || is_large { zip.stored_entry(&name)? } else { zip.entry(&name)? };
        if self.export.tx.read_blob(hash, &mut entry)?.is_none() {
            return Err(ServiceError::NotFound { what: "asset content", name: path.to_owned() });
        }
        entry.finish(Role::Asset, "application/octet-stream", 1, None);
        Ok(())
    }

    /// Writes the live entities of a kind as a list, in order; nothing if there are none.
    fn list(&mut self, path: &str, name: &str, kind: Kind, role: Role) -> Result<(), ServiceError> {
        let export = self.export;
        let mut has_any = false;
        export.tx.scan(&Scan::kinds(&[kind]), &mut |_| {
            has_any = true;
            ControlFlow::Break(())
        })?;
        if !has_any {
            return Ok(());
        }
        self.output.entries.take(path);
        let entry = self.output.zip.entry(path)?;
        let mut list =
            ListWriter::new(entry, name, &export.table).map_err(|cause| write_failed(path, cause))?;
        let mut failed = Ok(());
        export.tx.scan(&Scan::kinds(&[kind]), &mut |row| {
            failed = export.record(&mut list, &row, path);
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed?;
        let count = list.count();
        let entry = list.finish().map_err(|cause| write_failed(path, cause))?;
        entry.finish(role, "application/json", count, None);
        self.output.count(kind, count);
        Ok(())
    }

    /// Deleted entities are revisions too: without them a deletion would be forgotten.
    fn deleted(&mut self) -> Result<(), ServiceError> {
        let export = self.export;
        let scan = Scan { life: LifeFilter::Deleted, order: ScanOrder::Id, ..Scan::default() };
        let mut has_any = false;
        export.tx.scan(&scan, &mut |row| {
            has_any |= export.wants_deleted(&row);
            if has_any { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if !has_any {
            return Ok(());
        }
        let path = layout::DELETED;
        self.output.entries.take(path);
        let entry = self.output.zip.entry(path)?;
        let mut list =
            ListWriter::new(entry, "deleted", &export.table).map_err(|cause| write_failed(path, cause))?;
        let mut failed = Ok(());
        export.tx.scan(&scan, &mut |row| {
            if export.wants_deleted(&row) {
                let text = record::encode_whole(&row.entity, &export.table);
                failed = list.record(&text).map_err(|cause| write_failed(path, cause));
            }
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed?;
        self.deleted = list.count();
        let count = list.count();
        let entry = list.finish().map_err(|cause| write_failed(path, cause))?;
        entry.finish(Role::Deleted, "application/json", count, None);
        Ok(())
    }
}

impl Export<'_> {
    fn record<W: Write>(&self, list: &mut ListWriter<W>, row: &Row, path: &str) -> Result<(), ServiceError> {
        let mut extra = Vec::new();
        if let Some(Value::Blob(hash)) = row.entity.value(&RegName::CONTENT) {
            extra.extend(self.tx.blob_len(*hash)?.map(|size| ("size", size)));
        }
        // Only components stand in an order.
        let place = (row.entity.kind() == Kind::Component).then(|| list.count());
        let text = record::encode(&row.entity, place, &self.table, &extra);
        list.record(&text).map_err(|cause| write_failed(path, cause))
    }

    fn wants_deleted(&self, row: &Row) -> bool {
        if self.is_full() {
            return true;
        }
        let in_set = |set: dss_model::EntityId| self.sets.iter().any(|(_, known)| known.id() == set);
        row.columns.set.is_some_and(in_set)
            && (!self.wanted.has_token_filter() || self.wanted.has_deleted_token(row))
    }
}

fn write_failed(entry: &str, cause: std::io::Error) -> ServiceError {
    let message = format!("cannot write the archive: {cause}");
    FormatError::new(FormatErrorKind::WriteFailed, Stage::Archive, entry, message).caused_by(cause).into()
}

/// Writing to memory does not fail.
fn memory(cause: std::io::Error) -> ServiceError {
    write_failed("", cause)
}

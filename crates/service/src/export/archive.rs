//! Exporting to an archive.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc;

use dss_format::archive::{ArchiveWriter, Header, Receipt};
use dss_format::layout::{self, EntryNames};
use dss_format::manifest::{Extent, Role};
use dss_format::record::{self, ListWriter};
use dss_format::resolver::{self, Names};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{ContentHash, Entity, Kind, RegName, Stage, Value};
use dss_store::{LifeFilter, Row, Scan, ScanOrder};

use super::parts::{self, Part, Sender};
use super::target::Target;
use super::{Export, collect};
use crate::summary::ExportSummary;
use crate::{ServiceError, pipeline};

/// Assets up to this size are compressed: readers do not judge the ratio of smaller entries.
const DEFLATED_ASSET_BYTES_MAX: u64 = 4 << 20;

pub(super) type Zip = ArchiveWriter<BufWriter<std::fs::File>>;

/// Writes the archive, and gives it its name when it is complete.
pub(super) fn write(export: &Export<'_>, path: &Path) -> Result<ExportSummary, ServiceError> {
    let target = Target::new(path, export.options.overwrite)?;
    let zip = ArchiveWriter::new(BufWriter::with_capacity(256 << 10, target.handle()?))?;
    let mut writing = Writing { export, output: Output::new(zip), deleted: 0 };
    let nodes_ms = writing.sets()?;
    writing.resolver()?;
    writing.components()?;
    writing.assets()?;
    writing.deleted()?;
    if export.options.history {
        writing.history()?;
    }
    let Writing { output: Output { zip, counts, .. }, deleted, .. } = writing;
    let header = Header {
        project: record::encode(&export.project, None, &export.table, &[]),
        also_known_as: export.ids.also_known_as().to_vec(),
        replicas: export.replicas.clone(),
        extent: if export.is_full() {
            Extent::Full
        } else {
            Extent::Partial { selection: export.wanted.to_json() }
        },
        counts: counts.clone(),
        exported_at_ms: export.exported_at_ms(nodes_ms)?,
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
    /// When the archive says it was made; `nodes_ms` is when the newest write that is in a set's document was.
    fn exported_at_ms(&self, nodes_ms: Option<i64>) -> Result<i64, ServiceError> {
        if let Some(at_ms) = self.options.exported_at_ms {
            return Ok(at_ms);
        }
        // Not when this copy was last changed: other copies of the same state would say another time.
        let of = |kinds: &[Kind], life| self.tx.newest_write_ms(&Scan::kinds(kinds).life(life));
        let newest = if self.is_full() {
            let (nodes, others): (Vec<_>, Vec<_>) =
                Kind::ALL.into_iter().partition(|kind| matches!(kind, Kind::Group | Kind::Token));
            nodes_ms.max(of(&others, LifeFilter::Any)?).max(of(&nodes, LifeFilter::Deleted)?)
        } else {
            of(&[], LifeFilter::Any)?
        };
        Ok(newest.unwrap_or_default())
    }
}

/// What is written so far.
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
    /// Writes the token sets: documents are made here, hashed and compressed on another thread. Returns when
    /// the newest write in them was made.
    fn sets(&mut self) -> Result<Option<i64>, ServiceError> {
        let Output { zip, entries, names, .. } = &mut self.output;
        let (emptied, room) = mpsc::channel();
        let made = pipeline::to_thread(
            |belt| {
                let mut send = |part: Part| {
                    let bytes = part.bytes();
                    belt.put(part, bytes).map_err(ServiceError::from)
                };
                parts::make(self.export, &mut Sender { entries, names, room: &room, send: &mut send })
            },
            move |parts: &mut dyn Iterator<Item = Part>| {
                for part in parts {
                    let room = part.write(zip)?;
                    // Unless no more parts are made that need it.
                    emptied.send(room).ok();
                }
                Ok(())
            },
        )?;
        self.output.count(Kind::TokenSet, made.sets);
        self.output.count(Kind::Group, made.groups);
        self.output.count(Kind::Token, made.tokens);
        Ok(made.newest_ms)
    }

    fn resolver(&mut self) -> Result<(), ServiceError> {
        let entities = self.export.resolution()?;
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
            if !self.export.wanted.has(&row)? {
                continue;
            }
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
        if !export.any(&Scan::kinds(&[kind]))? {
            return Ok(());
        }
        self.output.entries.take(path);
        let entry = self.output.zip.entry(path)?;
        let mut list =
            ListWriter::new(entry, name, &export.table).map_err(|cause| write_failed(path, cause))?;
        let mut failed = Ok(());
        export.tx.scan(&Scan::kinds(&[kind]), &mut |row| {
            failed = export
                .wanted
                .has(&row)
                .and_then(|is_wanted| if is_wanted { export.record(&mut list, &row, path) } else { Ok(()) });
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
        if !export.any(&scan)? {
            return Ok(());
        }
        let path = layout::DELETED;
        self.output.entries.take(path);
        let entry = self.output.zip.entry(path)?;
        let mut list =
            ListWriter::new(entry, "deleted", &export.table).map_err(|cause| write_failed(path, cause))?;
        let mut failed = Ok(());
        export.tx.scan(&scan, &mut |row| {
            failed = export.wanted.has(&row).and_then(|is_wanted| {
                let text = is_wanted.then(|| record::encode_whole(&row.entity, &export.table));
                let written = text.map_or(Ok(()), |text| list.record(&text));
                written.map_err(|cause| write_failed(path, cause))
            });
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

impl Writing<'_, '_> {
    fn history(&mut self) -> Result<(), ServiceError> {
        let path = layout::HISTORY;
        self.output.entries.take(path);
        let mut entry = self.output.zip.entry(path)?;
        let count = self.export.write_history(&mut entry, |cause| write_failed(path, cause))?;
        entry.finish(Role::History, dss_format::history::MEDIA_TYPE, count, None);
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

    /// The layers and themes to write. A theme stands in its group, and a group with all of its themes: a
    /// choice that lacks some would be another one.
    fn resolution(&self) -> Result<Vec<Entity>, ServiceError> {
        let rows = collect(self.tx, &[Kind::Layer, Kind::ThemeGroup, Kind::Theme])?;
        if self.is_full() {
            return Ok(rows.into_iter().map(|row| row.entity).collect());
        }
        let group = |row: &Row| match row.entity.kind() {
            Kind::Theme => row.entity.value(&RegName::GROUP).and_then(Value::entity),
            _ => Some(row.entity.id()),
        };
        let mut wanted = BTreeSet::new();
        for row in &rows {
            if self.wanted.has(row)? {
                wanted.extend(group(row));
            }
        }
        let is_wanted = |row: &Row| group(row).is_some_and(|group| wanted.contains(&group));
        Ok(rows.into_iter().filter(is_wanted).map(|row| row.entity).collect())
    }
}

pub(super) fn write_failed(entry: &str, cause: std::io::Error) -> ServiceError {
    let message = format!("cannot write the archive: {cause}");
    FormatError::new(FormatErrorKind::WriteFailed, Stage::Archive, entry, message).caused_by(cause).into()
}

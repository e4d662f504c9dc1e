//! The documents of an archive's token sets, in parts.

use std::io::{self, Write as _};
use std::sync::mpsc::Receiver;

use dss_format::dtcg::Spacing;
use dss_format::layout::{self, EntryNames};
use dss_format::manifest::Role;
use dss_format::resolver::Names;
use dss_format::set::{Revisions, SetWriter};
use dss_model::{Entity, Kind, RegName};
use dss_store::RowInPlace;

use super::Export;
use super::archive::{Zip, write_failed};
use super::sets::{Nodes, SetNode};
use crate::ServiceError;

/// A set's document is cut into parts of about this size.
const PART_BYTES: usize = 8 << 20;
/// What a part may have beyond that without asking for more memory: most tokens.
const MARGIN_BYTES: usize = 64 << 10;

/// A part of a set's document. It is complete before it gets its entry, so that a set of one part can be
/// told from one of several.
pub(super) struct Part {
    /// The entry.
    path: String,
    set_name: String,
    tokens: u64,
    bytes: Vec<u8>,
}

impl Part {
    /// Bytes of the document.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Writes it; returns its room.
    pub(super) fn write(mut self, zip: &mut Zip) -> Result<Vec<u8>, ServiceError> {
        let mut entry = zip.entry(&self.path)?;
        entry.write_all(&self.bytes).map_err(|cause| write_failed(&self.path, cause))?;
        entry.finish(Role::Tokens, layout::TOKENS_MEDIA_TYPE, self.tokens, Some(&self.set_name));
        self.bytes.clear();
        Ok(self.bytes)
    }
}

/// What the parts show.
#[derive(Default)]
pub(super) struct Made {
    pub(super) sets: u64,
    pub(super) groups: u64,
    pub(super) tokens: u64,
    /// When the newest write of tokens and groups was made.
    pub(super) newest_ms: Option<i64>,
}

/// Where parts go, and what they are called.
pub(super) struct Sender<'s> {
    pub(super) entries: &'s mut EntryNames,
    /// Which entry holds which set.
    pub(super) names: &'s mut Names,
    /// That of parts that are not needed any more.
    pub(super) room: &'s Receiver<Vec<u8>>,
    pub(super) send: &'s mut dyn FnMut(Part) -> Result<(), ServiceError>,
}

impl Sender<'_> {
    /// Room for a part: what it does not fill costs nothing.
    fn room(&self) -> Vec<u8> {
        let new = |_| Vec::with_capacity(PART_BYTES.saturating_add(MARGIN_BYTES));
        self.room.try_recv().unwrap_or_else(new)
    }

    /// Sends a part; `number` is which one it is, from 1, if it is not all of the document.
    fn send(
        &mut self,
        set: &Entity,
        number: Option<u64>,
        tokens: u64,
        bytes: Vec<u8>,
    ) -> Result<(), ServiceError> {
        let set_name = set.string(&RegName::NAME).unwrap_or_default().into_owned();
        let path = match number {
            Some(number) => self.entries.part(&set_name, number),
            None => self.entries.set(&set_name),
        };
        self.names.add(&path, set.id());
        (self.send)(Part { path, set_name, tokens, bytes })
    }
}

/// Makes the documents of all sets, part by part.
pub(super) fn make(export: &Export<'_>, sender: &mut Sender<'_>) -> Result<Made, ServiceError> {
    let mut made = Made::default();
    for row in &export.sets {
        let set = &row.entity;
        // Unless told, a reader takes a set's place in the archive, which may be partial, for its place at all.
        let (index, table) = (made.sets, &export.table);
        let writer = SetWriter::new(sender.room(), set, index, table, Revisions::Written, Spacing::Lines)
            .map_err(memory)?;
        let mut document = Document { set, writer, parts: 0, is_empty: true, made: &mut made, sender };
        export.nodes(set.id(), &mut document)?;
        let Document { writer, parts, is_empty, .. } = document;
        if is_empty && !export.wanted.has(row)? {
            continue;
        }
        let tokens = writer.tokens();
        let number = (parts > 0).then(|| parts.saturating_add(1));
        sender.send(set, number, tokens, writer.finish().map_err(memory)?)?;
        made.sets = made.sets.saturating_add(1);
        made.tokens = made.tokens.saturating_add(tokens);
    }
    Ok(made)
}

/// The document of one set.
struct Document<'d, 's, 'a> {
    set: &'a Entity,
    writer: SetWriter<'a, Vec<u8>>,
    /// How many are complete.
    parts: u64,
    is_empty: bool,
    made: &'d mut Made,
    sender: &'d mut Sender<'s>,
}

impl Document<'_, '_, '_> {
    fn tell(&mut self, kind: Kind, written_ms: Option<i64>) {
        self.made.groups = self.made.groups.saturating_add(u64::from(kind == Kind::Group));
        self.made.newest_ms = self.made.newest_ms.max(written_ms);
    }

    /// Ends the part if it is large enough and may end before the node at `path`.
    fn cut_before(&mut self, path: &str) -> Result<(), ServiceError> {
        self.is_empty = false;
        let part_bytes = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
        if self.writer.bytes() < part_bytes || !self.writer.can_split_before(path) {
            return Ok(());
        }
        let tokens = self.writer.tokens();
        let bytes = self.writer.next_part(self.sender.room()).map_err(memory)?;
        self.parts = self.parts.saturating_add(1);
        self.made.tokens = self.made.tokens.saturating_add(tokens);
        self.sender.send(self.set, Some(self.parts), tokens, bytes)
    }
}

impl Nodes for Document<'_, '_, '_> {
    fn in_place(&mut self, row: &dyn RowInPlace) -> Result<bool, ServiceError> {
        let Some(node) = row.plain()? else { return Ok(false) };
        self.cut_before(row.path())?;
        let is_written = self.writer.plain(&node, row.path(), row.sort()).map_err(memory)?;
        if is_written {
            self.tell(node.kind(), Some(node.write().wall_ms));
        }
        Ok(is_written)
    }

    fn node(&mut self, node: SetNode) -> Result<(), ServiceError> {
        self.cut_before(node.path.as_str())?;
        self.tell(node.entity.kind(), node.entity.newest().map(|pair| pair.stamp.wall_ms));
        self.writer.node(&node.entity, node.path, &node.sort).map_err(memory)
    }
}

/// Writing to memory does not fail.
fn memory(cause: io::Error) -> ServiceError {
    write_failed("", cause)
}

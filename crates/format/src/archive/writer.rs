//! Writing archives: same contents, same bytes.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use dss_model::{ContentHash, EntityId, JsonText, Kind, ReplicaId, Stage};
use dss_security::HashingWriter;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::valve::{Control, Valve};
use crate::error::{FormatError, FormatErrorKind};
use crate::layout::{MANIFEST, MIMETYPE, MIMETYPE_CONTENT};
use crate::manifest::{Compressed, Content, Extent, Manifest, Role, SCHEMA_VERSION};

/// Deflate level: 2 is 1.4 times as slow as 1 and a third smaller (FLOOR.md §2).
const LEVEL: i64 = 2;

/// What a manifest says beyond its list of entries.
#[derive(Debug)]
pub struct Header {
    /// The project entity as a record with its revision.
    pub project: JsonText,
    /// Further ids that the project is known by, sorted.
    pub also_known_as: Vec<EntityId>,
    /// Every copy whose writes are in the archive, with that copy's highest counter, by id.
    pub replicas: Vec<(ReplicaId, u64)>,
    /// Whether it is all of the project.
    pub extent: Extent,
    /// Live entities by kind.
    pub counts: BTreeMap<Kind, u64>,
    /// When: milliseconds since 1970.
    pub exported_at_ms: i64,
    /// Who exports, if they wish to say.
    pub by: Option<String>,
}

/// What was written.
#[derive(Debug)]
pub struct Receipt<W> {
    /// The output.
    pub out: W,
    /// The archive's identity.
    pub export_hash: ContentHash,
    /// Entries, the manifest included.
    pub entries: u64,
    /// Bytes before compression.
    pub bytes: u64,
}

/// Writes one archive.
///
/// The same entries in the same order give the same bytes: times are fixed, and nothing is said about
/// the machine. Nothing is complete before [`ArchiveWriter::finish`].
#[derive(Debug)]
pub struct ArchiveWriter<W: Write + Seek> {
    // Dropped before the zip, which otherwise would end an archive that was given up.
    control: Control,
    zip: ZipWriter<Valve<W>>,
    contents: Vec<Content>,
    /// Whether the entry that is being written is compressed.
    is_deflating: bool,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// Starts an archive.
    ///
    /// # Errors
    /// [`FormatError`] if `out` cannot be written.
    pub fn new(out: W) -> Result<Self, FormatError> {
        let (valve, control) = Valve::new(out);
        let zip = ZipWriter::new(valve);
        let mut writer = Self { control, zip, contents: Vec::new(), is_deflating: false };
        let mut entry = writer.start(MIMETYPE, CompressionMethod::Stored)?;
        entry.write_all(MIMETYPE_CONTENT.as_bytes()).map_err(|error| failed(MIMETYPE, error))?;
        entry.finish(Role::Mimetype, "text/plain", 0, None);
        Ok(writer)
    }

    /// Starts an entry, which ends with [`EntryWriter::finish`].
    ///
    /// # Errors
    /// [`FormatError`] if the output cannot be written.
    pub fn entry(&mut self, path: &str) -> Result<EntryWriter<'_, W>, FormatError> {
        self.start(path, CompressionMethod::Deflated)
    }

    /// Starts an entry whose content is compressed already, and so is stored as it is.
    ///
    /// # Errors
    /// [`FormatError`] if the output cannot be written.
    pub fn stored_entry(&mut self, path: &str) -> Result<EntryWriter<'_, W>, FormatError> {
        self.start(path, CompressionMethod::Stored)
    }

    /// Writes the manifest and ends the archive.
    ///
    /// # Errors
    /// [`FormatError`] if the output cannot be written.
    pub fn finish(mut self, header: Header) -> Result<Receipt<W>, FormatError> {
        // Stored: its CRC-32 and its own hash then cover every bit, and it need not say how it was compressed.
        self.open(MANIFEST, CompressionMethod::Stored)?;
        let manifest = Manifest {
            generator: concat!("dss/", env!("CARGO_PKG_VERSION")).to_owned(),
            schema_version: SCHEMA_VERSION,
            project: header.project,
            also_known_as: header.also_known_as,
            replicas: header.replicas,
            extent: header.extent,
            counts: header.counts,
            contents: std::mem::take(&mut self.contents),
            exported_at_ms: header.exported_at_ms,
            by: header.by,
        };
        let (text, export_hash) = manifest.to_json();
        let bytes = manifest.contents.iter().fold(0_u64, |sum, content| sum.saturating_add(content.size));
        let entries = u64::try_from(manifest.contents.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.zip.write_all(text.as_str().as_bytes()).map_err(|error| failed(MANIFEST, error))?;
        let out = self.zip.finish().map_err(|error| failed("", io::Error::from(error)))?;
        let out = out.into_inner().map_err(|error| failed("", error))?;
        Ok(Receipt { out, export_hash, entries, bytes })
    }

    fn start(&mut self, path: &str, method: CompressionMethod) -> Result<EntryWriter<'_, W>, FormatError> {
        self.open(path, method)?;
        Ok(EntryWriter {
            hash: HashingWriter::new(&mut self.zip),
            contents: &mut self.contents,
            path: path.to_owned(),
        })
    }

    /// Ends the entry before, and writes the header of the next.
    fn open(&mut self, path: &str, method: CompressionMethod) -> Result<(), FormatError> {
        let level = (method == CompressionMethod::Deflated).then_some(LEVEL);
        let options = SimpleFileOptions::DEFAULT
            .compression_method(method)
            .compression_level(level)
            .last_modified_time(zip::DateTime::DEFAULT)
            .unix_permissions(0o644);
        self.zip.start_file(path, options).map_err(|error| failed(path, io::Error::from(error)))?;
        let (size, digest) = self.control.read_meter();
        if self.is_deflating
            && let Some(before) = self.contents.last_mut()
        {
            before.compressed = Some(Compressed { size, sha256: ContentHash::from_bytes(digest.0) });
        }
        self.is_deflating = method == CompressionMethod::Deflated;
        self.control.start_meter();
        Ok(())
    }
}

/// Writes one entry of an archive.
#[derive(Debug)]
pub struct EntryWriter<'a, W: Write + Seek> {
    hash: HashingWriter<&'a mut ZipWriter<Valve<W>>>,
    contents: &'a mut Vec<Content>,
    path: String,
}

impl<W: Write + Seek> EntryWriter<'_, W> {
    /// Ends the entry and lists it. An archive with an entry that was started and not finished cannot be read.
    pub fn finish(self, role: Role, media_type: &str, count: u64, set: Option<&str>) {
        let (_, digest, size) = self.hash.finish();
        self.contents.push(Content {
            path: self.path,
            role,
            media_type: media_type.to_owned(),
            size,
            sha256: ContentHash::from_bytes(digest.0),
            // Known when the last of its data is written, which is when the next entry starts.
            compressed: None,
            count,
            set: set.map(str::to_owned),
        });
    }
}

impl<W: Write + Seek> Write for EntryWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.flush()
    }
}

fn failed(entry: &str, error: io::Error) -> FormatError {
    let message = format!("cannot write the archive: {error}");
    FormatError::new(FormatErrorKind::WriteFailed, Stage::Archive, entry, message).caused_by(error)
}

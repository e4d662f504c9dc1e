//! Zips of token files, which are read like the folder that they hold.
//!
//! `dss-security` opens them; what is named like a token file is unpacked where nobody else can look, and nothing else is.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use dss_format::FormatError;
use dss_model::Limits;
use dss_security::{EntryInfo, OpenOptions, OpenedArchive};
use tempfile::TempDir;

use super::{ENDINGS, Files, check_files, file_name, open, set_name};
use crate::import::container_limits;
use crate::{ServiceError, temporary};

/// What every `.dss` archive starts with.
const MIMETYPE: &str = "mimetype";
const MANIFEST: &str = "manifest.json";
/// What is asked of a manifest to tell whose it is.
const MANIFEST_BYTES: u64 = 1 << 20;
/// What in a `.penpot` archive is drawn, and no token: a file for every shape.
const DRAWN: [&str; 3] = ["/pages/", "/thumbnails/", "objects/"];

/// A zip's token files.
#[derive(Debug)]
pub(crate) struct Unpacked {
    /// Goes with them when it is let go of.
    _folder: TempDir,
    top: PathBuf,
}

impl Unpacked {
    /// The folder that all of them are in, or the only one.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }
}

/// Unpacks a zip that holds token files. Nothing of one that is an archive of DSS's, or is refused, or holds none: that
/// is for the archive's stages to say.
///
/// # Errors
/// [`ServiceError`] if an entry is not what its headers say, or cannot be written.
pub(crate) fn unpack(path: &Path, limits: &Limits) -> Result<Option<Unpacked>, ServiceError> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dss")) {
        return Ok(None);
    }
    let options = OpenOptions::upload().with_limits(container_limits(limits));
    let Ok(archive) = OpenedArchive::open(open(path)?, &options) else { return Ok(None) };
    let kind = kind(&archive)?;
    let wanted: Vec<&EntryInfo> = archive.entries().filter(|entry| is_wanted(entry, kind)).collect();
    if kind == Kind::Project || wanted.is_empty() {
        return Ok(None);
    }
    check_files(wanted.len())?;
    let folder =
        temporary::folder().map_err(|cause| ServiceError::File { path: std::env::temp_dir(), cause })?;
    for entry in &wanted {
        let target = entry.path().join_under(folder.path());
        write(&archive, entry, &target)?;
    }
    let top = top(folder.path(), &wanted);
    Ok(Some(Unpacked { _folder: folder, top }))
}

/// Whose zip it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A `.dss` archive, however damaged.
    Project,
    /// A `.penpot` archive.
    Penpot,
    /// Files that somebody zipped.
    Files,
}

fn kind(archive: &OpenedArchive<File>) -> Result<Kind, ServiceError> {
    if archive.find(MIMETYPE).is_some() {
        return Ok(Kind::Project);
    }
    let Some(manifest) = archive.find(MANIFEST).filter(|entry| entry.size() <= MANIFEST_BYTES) else {
        return Ok(Kind::Files);
    };
    let mut text = Vec::new();
    let read = archive.reader(manifest).map_err(io::Error::from);
    read.and_then(|mut reader| reader.read_to_end(&mut text))
        .map_err(|error| FormatError::unreadable(MANIFEST, error))?;
    let text: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    Ok(match text.get("type").and_then(serde_json::Value::as_str) {
        Some("penpot/export-files") => Kind::Penpot,
        _ if text.get("formatVersion").is_some() => Kind::Project,
        _ => Kind::Files,
    })
}

/// Whether an entry is named like a token file, and is none of what Finder adds.
fn is_wanted(entry: &EntryInfo, kind: Kind) -> bool {
    let name = entry.name();
    let is_hidden = name.split('/').any(|segment| segment.starts_with('.') || segment == "__MACOSX");
    let is_drawn = kind == Kind::Penpot && DRAWN.iter().any(|part| name.contains(part));
    !is_hidden && !is_drawn && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn write(archive: &OpenedArchive<File>, entry: &EntryInfo, target: &Path) -> Result<(), ServiceError> {
    let failed = |cause| ServiceError::File { path: target.to_owned(), cause };
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = File::create_new(target).map_err(failed)?;
    let reader = archive.reader(entry).map_err(io::Error::from);
    reader.and_then(|mut reader| io::copy(&mut reader, &mut file)).map_err(|error| {
        match FormatError::unreadable(entry.name(), error) {
            refused if refused.kind() == dss_format::FormatErrorKind::Archive => refused.into(),
            other => failed(io::Error::other(other)),
        }
    })?;
    Ok(())
}

/// The only file; or the folder that all files are in, for people zip a folder as often as what is in it.
fn top(folder: &Path, wanted: &[&EntryInfo]) -> PathBuf {
    if let [only] = wanted {
        return only.path().join_under(folder);
    }
    let first = wanted.first().and_then(|entry| entry.name().split_once('/')).map(|(first, _)| first);
    let is_inside = |first: &&str| {
        wanted.iter().all(|entry| entry.name().strip_prefix(*first).is_some_and(|rest| rest.starts_with('/')))
    };
    first.filter(is_inside).map_or_else(|| folder.to_owned(), |first| folder.join(first))
}

impl Files {
    /// What a zip holds, under the zip's name.
    pub(super) fn unpacked(mut self, unpacked: Unpacked, path: &Path) -> Self {
        let shown = file_name(path);
        if unpacked.top().is_dir() {
            let name = Path::new(&shown).file_stem().map(|stem| set_name(&stem.to_string_lossy()));
            let inner = file_name(unpacked.top());
            if let Some((resolver, label)) = &mut self.resolver {
                if *label == inner {
                    label.clone_from(&shown);
                }
                self.name = resolver.name.clone().or(name).unwrap_or_default();
            } else {
                self.name = name.unwrap_or_default();
            }
        }
        self.unpacked = Some(unpacked);
        self
    }
}

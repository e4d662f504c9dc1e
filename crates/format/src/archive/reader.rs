//! Reading archives: container, then manifest, then one entry after the other.

use std::collections::HashMap;
use std::io::{self, Read};

use dss_model::{ContentHash, Stage};
use dss_security::{EntryReader, HashingReader, OpenError, OpenOptions, OpenedArchive, ReadAt};

use super::canonical;
use crate::error::{FormatError, FormatErrorKind};
use crate::layout::{MANIFEST, MIMETYPE, MIMETYPE_CONTENT};
use crate::manifest::{Content, Role, VerifiedManifest};

/// Largest manifest, in bytes: about 90,000 entries.
const MANIFEST_BYTES_MAX: u64 = 32 << 20;

/// An archive whose container is sane and whose manifest holds: the first two stages are behind it.
///
/// [`Archive::open`] is the only way to one. Its entries are read through [`Archive::payload`], which
/// checks each one's hash at its end.
///
/// ```no_run
/// use std::fs::File;
/// use dss_format::archive::Archive;
/// use dss_security::OpenOptions;
///
/// let archive = Archive::open(File::open("primer.dss")?, &OpenOptions::strict())?;
/// for content in archive.contents() {
///     println!("{} {} bytes", content.path, content.size);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Archive<S> {
    container: OpenedArchive<S>,
    manifest: VerifiedManifest,
}

impl<S: ReadAt> Archive<S> {
    /// Opens an archive: proves that the container is sane, that it is a DSS project, that the manifest's
    /// hash holds, and that it lists exactly the entries that are there.
    ///
    /// # Errors
    /// [`FormatError`] of the stage `archive`, `manifest`, or, for an unknown version, `schema`.
    pub fn open(source: S, options: &OpenOptions) -> Result<Self, FormatError> {
        let container = OpenedArchive::open(source, options).map_err(refused)?;
        Self::of(container).map_err(|refused| refused.1)
    }

    /// Proves that a container is a DSS project whose manifest's hash holds and lists exactly the entries that are
    /// there.
    ///
    /// # Errors
    /// [`FormatError`] of the stage `manifest`, or, for an unknown version, `schema`; beside it the container, for
    /// callers who want to know what else is wrong with that.
    pub fn of(container: OpenedArchive<S>) -> Result<Self, Box<(OpenedArchive<S>, FormatError)>> {
        let manifest =
            check_mimetype(&container).and_then(|()| read_manifest(&container)).and_then(|manifest| {
                check_contents(&container, manifest.manifest().contents.as_slice())?;
                Ok(manifest)
            });
        match manifest {
            Ok(manifest) => Ok(Self { container, manifest }),
            Err(error) => Err(Box::new((container, error))),
        }
    }

    /// What the archive says about itself.
    pub const fn manifest(&self) -> &VerifiedManifest {
        &self.manifest
    }

    /// The container.
    pub const fn container(&self) -> &OpenedArchive<S> {
        &self.container
    }

    /// Everything in it but the manifest, in archive order.
    pub fn contents(&self) -> &[Content] {
        &self.manifest.manifest().contents
    }

    /// The entries of that role, in archive order.
    pub fn contents_of(&self, role: Role) -> impl Iterator<Item = &Content> {
        self.contents().iter().filter(move |content| content.role == role)
    }

    /// Holds the archive to the bytes that its writer gave it: a change of any bit of the file is refused. An archive that
    /// was unzipped and zipped again holds the same contents in other bytes, and is refused as well.
    ///
    /// # Errors
    /// [`FormatError`] of the stage `archive`, which names the first place that differs.
    pub fn check_canonical(&self) -> Result<(), FormatError> {
        self.check_canonical_form()?;
        self.container.verify().map_err(|error| refused(error.into()))
    }

    /// As [`Archive::check_canonical`], but that the entries' data is sound is left to whoever reads all of it anyway.
    ///
    /// # Errors
    /// [`FormatError`] of the stage `archive`, which names the first place that differs.
    pub fn check_canonical_form(&self) -> Result<(), FormatError> {
        canonical::check(&self.container, self.manifest.manifest())
    }

    /// Reads what the manifest does not list: itself, and directories. Whoever has also finished the
    /// [payload](Archive::payload) of everything that it does list has proven all data in the container.
    ///
    /// # Errors
    /// [`FormatError`] of the stage `archive`.
    pub fn check_unlisted(&self) -> Result<(), FormatError> {
        let unlisted = self.container.entries().filter(|entry| entry.is_dir() || entry.name() == MANIFEST);
        for entry in unlisted {
            let read = self.container.reader(entry).map_err(io::Error::from);
            read.and_then(|mut reader| io::copy(&mut reader, &mut io::sink()))
                .map_err(|error| FormatError::read(entry.name(), error))?;
        }
        Ok(())
    }

    /// A reader of one entry's bytes.
    ///
    /// # Errors
    /// [`FormatError`] if there is no such entry.
    pub fn payload<'a>(&'a self, content: &'a Content) -> Result<PayloadReader<'a, S>, FormatError> {
        let entry = self.container.find(&content.path).ok_or_else(|| missing(&content.path))?;
        let reader =
            self.container.reader(entry).map_err(|error| FormatError::read(&content.path, error.into()))?;
        Ok(PayloadReader { reader: HashingReader::new(reader), content })
    }
}

/// Reads one entry; [`PayloadReader::finish`] proves that it was what the manifest lists.
#[must_use = "an entry is only proven when it is finished"]
#[derive(Debug)]
pub struct PayloadReader<'a, S: ReadAt> {
    reader: HashingReader<EntryReader<'a, S>>,
    content: &'a Content,
}

impl<S: ReadAt> PayloadReader<'_, S> {
    /// Reads what is left and checks size and hash.
    ///
    /// # Errors
    /// [`FormatError`] if the entry is not the one that the manifest lists, or cannot be read.
    pub fn finish(mut self) -> Result<(), FormatError> {
        io::copy(&mut self.reader, &mut io::sink())
            .map_err(|error| FormatError::read(&self.content.path, error))?;
        let (_, digest, _) = self.reader.finish();
        let found = ContentHash::from_bytes(digest.0);
        if found == self.content.sha256 {
            return Ok(());
        }
        let message = format!(
            "Manifest integrity check failed: the entry's SHA-256 is {found}, the manifest lists {}",
            self.content.sha256
        );
        Err(FormatError::new(FormatErrorKind::EntryChanged, Stage::Structure, &self.content.path, message))
    }
}

impl<S: ReadAt> Read for PayloadReader<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// A container that was refused, as an error of the stage `archive`.
pub fn refused(error: OpenError) -> FormatError {
    let entry = error.refusal().and_then(|refusal| refusal.entry_name()).unwrap_or_default().to_owned();
    let message = error.to_string();
    FormatError::new(FormatErrorKind::Archive, Stage::Archive, &entry, message).caused_by(error)
}

fn check_mimetype<S: ReadAt>(container: &OpenedArchive<S>) -> Result<(), FormatError> {
    let error = |message: &str| {
        FormatError::new(FormatErrorKind::NotAProject, Stage::Manifest, MIMETYPE, message.to_owned())
    };
    let Some(entry) = container.find(MIMETYPE) else {
        return Err(error("this zip is no DSS project: it has no \"mimetype\""));
    };
    let content = read_small(container, entry.name(), 256)?;
    if content != MIMETYPE_CONTENT.as_bytes() {
        return Err(error("this zip is no DSS project: its \"mimetype\" says something else"));
    }
    Ok(())
}

fn read_manifest<S: ReadAt>(container: &OpenedArchive<S>) -> Result<VerifiedManifest, FormatError> {
    if container.find(MANIFEST).is_none() {
        let message = "the archive has no manifest.json";
        return Err(FormatError::new(FormatErrorKind::ManifestInvalid, Stage::Manifest, MANIFEST, message));
    }
    VerifiedManifest::read(&manifest_bytes(container)?)
}

pub(super) fn manifest_bytes<S: ReadAt>(container: &OpenedArchive<S>) -> Result<Vec<u8>, FormatError> {
    read_small(container, MANIFEST, MANIFEST_BYTES_MAX)
}

/// The manifest lists exactly the entries that are there, each with its size.
fn check_contents<S: ReadAt>(container: &OpenedArchive<S>, contents: &[Content]) -> Result<(), FormatError> {
    let mut listed: HashMap<&str, &Content> = HashMap::with_capacity(contents.len());
    for content in contents {
        if listed.insert(&content.path, content).is_some() || content.path == MANIFEST {
            let message = "the manifest lists this entry twice, or itself";
            return Err(FormatError::new(
                FormatErrorKind::ManifestInvalid,
                Stage::Manifest,
                &content.path,
                message,
            ));
        }
    }
    for entry in container.entries().filter(|entry| !entry.is_dir() && entry.name() != MANIFEST) {
        let Some(content) = listed.remove(entry.name()) else {
            let message = "the archive holds an entry that the manifest does not list";
            return Err(FormatError::new(
                FormatErrorKind::EntryExtra,
                Stage::Manifest,
                entry.name(),
                message,
            ));
        };
        if content.size != entry.size() {
            let message = format!(
                "Manifest integrity check failed: the entry has {} bytes, the manifest lists {}",
                entry.size(),
                content.size
            );
            return Err(FormatError::new(
                FormatErrorKind::EntryChanged,
                Stage::Manifest,
                entry.name(),
                message,
            ));
        }
    }
    match contents.iter().find(|content| listed.contains_key(content.path.as_str())) {
        Some(content) => Err(missing(&content.path)),
        None => Ok(()),
    }
}

fn missing(path: &str) -> FormatError {
    let message = "the manifest lists an entry that the archive does not hold";
    FormatError::new(FormatErrorKind::EntryMissing, Stage::Manifest, path, message)
}

fn read_small<S: ReadAt>(
    container: &OpenedArchive<S>,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, FormatError> {
    let entry = container.find(name).ok_or_else(|| missing(name))?;
    if entry.size() > limit {
        let message = format!("larger than {limit} bytes");
        return Err(FormatError::limit(name, None, "manifest_bytes", &message));
    }
    let mut bytes = Vec::new();
    let read = container
        .reader(entry)
        .map_err(io::Error::other)
        .and_then(|mut reader| reader.read_to_end(&mut bytes));
    read.map_err(|error| FormatError::read(name, error))?;
    Ok(bytes)
}

//! The type that exists only after the whole container has been scanned.

use std::fmt;

use crate::digest::Sha256Digest;
use crate::entry::EntryInfo;
use crate::error::{OpenError, ReadError, Refusal};
use crate::limits::LimitWarning;
use crate::policy::OpenOptions;
use crate::reader::{EntryReader, Scratch};
use crate::rule::Rule;
use crate::scan::framing::Frame;
use crate::scan::{self, Scanned};
use crate::source::ReadAt;

/// An archive whose framing, directory, names, headers and tiling have passed every rule.
///
/// Only [`OpenedArchive::open`] and [`OpenedArchive::open_verified`] make one; it cannot be forged:
///
/// ```compile_fail,E0451
/// use dss_security::OpenedArchive;
/// fn forge(honest: OpenedArchive<Vec<u8>>) -> OpenedArchive<Vec<u8>> {
///     OpenedArchive { source: Vec::new(), ..honest }
/// }
/// ```
///
/// It keeps the handle that was checked, never a path. Entry data is checked while it is read, by
/// [`EntryReader`]: a file that changes after `open` fails its size or CRC there.
pub struct OpenedArchive<S> {
    source: S,
    options: OpenOptions,
    frame: Frame,
    entries: Vec<EntryInfo>,
    /// Positions in `entries`, by name.
    by_name: Vec<usize>,
    warnings: Vec<LimitWarning>,
}

impl<S> fmt::Debug for OpenedArchive<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedArchive").field("frame", &self.frame).finish_non_exhaustive()
    }
}

impl<S: ReadAt> OpenedArchive<S> {
    /// Scans the whole container: stages A, B, N and C. No entry is inflated.
    ///
    /// # Errors
    ///
    /// The first broken rule, or what the source reports. Nothing was handed out.
    pub fn open(source: S, options: &OpenOptions) -> Result<Self, OpenError> {
        let Scanned { frame, entries, warnings } = scan::scan(&source, options)?;
        let mut by_name: Vec<usize> = (0..entries.len()).collect();
        by_name.sort_unstable_by_key(|&at| entries.get(at).map(|entry| (&entry.name, entry.index)));
        Ok(Self { source, options: options.clone(), frame, entries, by_name, warnings })
    }

    /// Opens, and reads every entry once to check its data (stage D), for callers that act on what they read
    /// before they have read everything.
    ///
    /// # Errors
    ///
    /// As [`OpenedArchive::open`], and what reading any entry reports.
    pub fn open_verified(source: S, options: &OpenOptions) -> Result<Self, OpenError> {
        let archive = Self::open(source, options)?;
        archive.verify()?;
        Ok(archive)
    }

    /// Reads every entry once to check its data (stage D).
    ///
    /// # Errors
    ///
    /// What reading the first bad entry reports.
    pub fn verify(&self) -> Result<(), ReadError> {
        let refuses_nested = self.options.policy.nested_archives.refuses();
        let mut scratch = Scratch::default();
        self.entries
            .iter()
            .try_for_each(|entry| EntryReader::check(&self.source, entry, refuses_nested, &mut scratch))
    }

    /// Returns the entries in the order in which they lie in the file.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &EntryInfo> {
        self.entries.iter()
    }

    /// Returns the entry with exactly this name, in logarithmic time.
    pub fn find(&self, name: &str) -> Option<&EntryInfo> {
        let at =
            self.by_name.partition_point(|&at| self.entries.get(at).is_some_and(|entry| *entry.name < *name));
        let entry = self.by_name.get(at).and_then(|&at| self.entries.get(at));
        entry.filter(|entry| *entry.name == *name)
    }

    /// Returns a reader of the entry's uncompressed data.
    ///
    /// # Errors
    ///
    /// `foreign_entry` if the entry was taken from another archive.
    pub fn reader<'a>(&'a self, entry: &EntryInfo) -> Result<EntryReader<'a, S>, ReadError> {
        let entry = self.own(entry)?;
        Ok(EntryReader::new(&self.source, entry, self.options.policy.nested_archives.refuses()))
    }

    /// Returns the SHA-256 of the entry's data as it lies in the file, before inflating.
    ///
    /// Different deflate streams can inflate to the same bytes, so the hash of the contents does not cover
    /// every bit of the file; a list that holds this one as well does.
    ///
    /// # Errors
    ///
    /// `foreign_entry` if the entry was taken from another archive, or what the source reports.
    pub fn compressed_sha256(&self, entry: &EntryInfo) -> Result<Sha256Digest, ReadError> {
        let entry = self.own(entry)?;
        crate::canonical::hash_range(&self.source, entry.data_offset, entry.compressed_size)
    }

    /// Checks that every byte of the container but the entries' data has the one value that the `.dss` writer
    /// gives it, and that the data is sound; see the [crate's notes](crate#canonical-archives).
    ///
    /// # Errors
    ///
    /// `not_canonical` at the first other byte, or what reading an entry reports.
    pub fn check_canonical(&self) -> Result<(), OpenError> {
        self.check_canonical_headers()?;
        Ok(self.verify()?)
    }

    /// As [`OpenedArchive::check_canonical`], but the data itself is left to whoever reads all of it anyway.
    ///
    /// # Errors
    ///
    /// `not_canonical` at the first other byte.
    pub fn check_canonical_headers(&self) -> Result<(), OpenError> {
        crate::canonical::check_headers(&self.source, &self.frame, &self.entries)
    }

    /// Returns every limit of which at least 80 % are used.
    pub fn warnings(&self) -> &[LimitWarning] {
        &self.warnings
    }

    /// Returns the length of the file, in bytes.
    pub fn archive_bytes(&self) -> u64 {
        self.frame.archive_bytes
    }

    /// Returns the uncompressed size of all entries together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.entries.iter().map(EntryInfo::size).fold(0, u64::saturating_add)
    }

    /// Gives the source back.
    pub fn into_source(self) -> S {
        self.source
    }

    /// Finds the entry among our own: ranges of another archive prove nothing about this one.
    fn own(&self, entry: &EntryInfo) -> Result<&EntryInfo, ReadError> {
        let at = self.entries.binary_search_by_key(&entry.header_offset, EntryInfo::header_offset);
        let own = at.ok().and_then(|at| self.entries.get(at)).filter(|own| *own == entry);
        own.ok_or_else(|| {
            let refusal =
                Refusal::new(Rule::ForeignEntry, "an entry that this archive does not have", "its own");
            refusal.in_entry(entry.index, entry.name.as_bytes()).into()
        })
    }
}

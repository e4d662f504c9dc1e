//! Token documents in an archive: the entries that its manifest calls token sets, or parts of them.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use dss_format::archive::Archive;
use dss_format::manifest::{Content, Role};
use dss_format::resolver;

use super::{Documents, ResolveOptions, ResolveReport, Take};
use crate::ServiceError;
use crate::import::{open_archive, proven, read_small, told_first};
use crate::observer::Observer;

pub(super) fn resolve(
    path: &Path,
    source: String,
    options: &ResolveOptions,
    observer: &dyn Observer,
) -> Result<ResolveReport, ServiceError> {
    let archive = open_archive(path, &options.limits)?;
    of(&archive, source, options, observer).map_err(|error| told_first(archive.container(), error))
}

fn of(
    archive: &Archive<File>,
    source: String,
    options: &ResolveOptions,
    observer: &dyn Observer,
) -> Result<ResolveReport, ServiceError> {
    let report = (ResolveReport::new(source, "archive"), Vec::new());
    let entries = Entries { archive, sets: archive.contents_of(Role::Tokens).collect() };
    let Some(content) = archive.contents_of(Role::Resolver).next() else {
        return super::run(&entries, None, report, options, observer);
    };
    let text = read_small(archive, content, &options.limits)?;
    let resolver = resolver::read(&text, &content.path)?;
    super::run(&entries, Some((&resolver, &content.path)), report, options, observer)
}

struct Entries<'a> {
    archive: &'a Archive<File>,
    sets: Vec<&'a Content>,
}

impl Documents for Entries<'_> {
    const IS_MISSING_TOLD: bool = false;

    fn count(&self) -> usize {
        self.sets.len()
    }

    fn find(&self, reference: &str) -> Option<usize> {
        self.sets.iter().position(|content| content.path == reference)
    }

    fn read(&self, at: usize, take: Take<'_>) -> Result<(), ServiceError> {
        let Some(content) = self.sets.get(at) else { return Ok(()) };
        let mut payload = self.archive.payload(content)?;
        let taken = take(&content.path, &mut payload);
        proven(payload, taken)
    }

    fn without_lines(&self) -> HashSet<String> {
        HashSet::new()
    }
}

//! Token documents that are files, or were made of another tool's.

use std::collections::{HashMap, HashSet};

use super::{Documents, ResolveOptions, ResolveReport, Take};
use crate::ServiceError;
use crate::input::{Content, Files, SetInput};
use crate::observer::Observer;

pub(super) fn resolve(
    files: Files,
    source: String,
    options: &ResolveOptions,
    observer: &dyn Observer,
) -> Result<ResolveReport, ServiceError> {
    let Files { kind, sets, resolver, skipped, findings, conversion, .. } = files;
    let report = ResolveReport { conversion, skipped, ..ResolveReport::new(source, kind) };
    let resolver = resolver.as_ref().map(|(resolver, label)| (resolver, label.as_str()));
    super::run(&Named::new(&sets), resolver, (report, findings), options, observer)
}

struct Named<'a> {
    sets: &'a [SetInput],
    /// Places in `sets`, by what a resolver document calls them.
    places: HashMap<&'a str, usize>,
}

impl<'a> Named<'a> {
    fn new(sets: &'a [SetInput]) -> Self {
        let places = sets
            .iter()
            .zip(0..)
            .flat_map(|(set, at)| set.references.iter().map(move |reference| (reference.as_str(), at)));
        Self { sets, places: places.collect() }
    }
}

impl Documents for Named<'_> {
    const IS_MISSING_TOLD: bool = true;

    fn count(&self) -> usize {
        self.sets.len()
    }

    fn find(&self, reference: &str) -> Option<usize> {
        self.places.get(reference.strip_prefix("./").unwrap_or(reference)).copied()
    }

    fn read(&self, at: usize, take: Take<'_>) -> Result<(), ServiceError> {
        let Some(set) = self.sets.get(at) else { return Ok(()) };
        take(&set.label, &mut set.open()?)
    }

    fn without_lines(&self) -> HashSet<String> {
        let made = self.sets.iter().filter(|set| matches!(set.content, Content::Inline(_)));
        made.map(|set| set.label.clone()).collect()
    }
}

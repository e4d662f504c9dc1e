//! Reading an input into a project that nobody else will see, to look at it.

use std::path::Path;

use dss_model::{EntityId, ProjectName, Stamp};
use dss_store::{NewProject, StoreError, WriteTx};

use super::Opened;
use super::sink::{Mode, Sink};
use crate::observer::Observer;
use crate::options::ImportOptions;
use crate::{ServiceError, diff};

/// An input that was read: what an import into an empty store would have left there.
pub(crate) struct Apart<'s> {
    pub(crate) tx: Box<dyn WriteTx + 's>,
    /// `archive`, `resolver`, `folder` or `file`.
    pub(crate) kind: &'static str,
    /// Which project it is a copy of; token files do not say.
    pub(crate) project_id: Option<EntityId>,
    pub(crate) extent: diff::Extent,
}

/// Reads all of `input` into what `scratch` gives.
pub(crate) fn read_apart<'s>(
    input: &Path,
    options: &'s ImportOptions,
    observer: &'s dyn Observer,
    stamp: Stamp,
    scratch: impl FnOnce(&NewProject) -> Result<Box<dyn WriteTx + 's>, StoreError>,
) -> Result<Apart<'s>, ServiceError> {
    let opened = Opened::new(input, options, observer)?;
    let header = opened.new_project(stamp.wall_ms);
    // Any name will do for what has no place to go to.
    let fallback = || "compared".parse::<ProjectName>();
    let name = opened.project_name().or_else(|_| fallback());
    let name = name.map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut sink = Sink::new(scratch(&header)?, Mode::New, header.ids.id(), options, observer, stamp);
    opened.fill(&mut sink, &name, input)?;
    sink.finish(opened.is_full())?;
    let (tx, _) = sink.into_summary()?;
    let (kind, extent) = match &opened {
        Opened::Archive(_) if opened.is_full() => ("archive", diff::Extent::Everything),
        Opened::Archive(_) => ("archive", diff::Extent::Part),
        Opened::Files(files) if files.resolver.is_some() => (files.kind, diff::Extent::Resolver),
        Opened::Files(files) if files.kind == "file" => (files.kind, diff::Extent::OneSet),
        Opened::Files(files) => (files.kind, diff::Extent::Sets),
    };
    Ok(Apart { tx, kind, project_id: opened.project_ids().map(|ids| ids.id()), extent })
}

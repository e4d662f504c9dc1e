//! Exporting: a project, or part of it, to an archive or to token files.

mod archive;
mod folder;
mod foreign;
mod history;
mod parts;
mod renames;
mod selection;
mod sets;
mod since;
mod target;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use dss_format::revision::Replicas;
use dss_interop::Design;
use dss_model::{Entity, Kind, Limits, ProjectIds, ProjectName};
use dss_store::{ReadTx, Row, Scan};

use crate::observer::Observer;
use crate::operation::measure;
use crate::options::{ExportOptions, ImportOptions};
use crate::service::ProjectService;
use crate::summary::ExportSummary;
use crate::{ServiceError, estimate};

pub(crate) use foreign::{is_folder, put_files, stem};
use renames::Renames;
use selection::Wanted;
use since::Since;

impl ProjectService {
    /// Exports a project to the archive `target`, or, if `target` is a folder or ends with a
    /// separator, to DTCG files and a resolver document in it. [`ExportOptions::to`] names another format.
    ///
    /// The same state gives the same bytes. An archive appears under its name when it is complete;
    /// whatever happens before leaves what was there.
    ///
    /// # Errors
    /// [`ServiceError`]; nothing stands under the target's name that did not before.
    pub fn export_project(
        &self,
        project: &ProjectName,
        target: &Path,
        options: &ExportOptions,
        observer: &dyn Observer,
    ) -> Result<ExportSummary, ServiceError> {
        self.audited(
            "export",
            Some(project),
            || self.run_export(project, target, options, observer),
            |summary| serde_json::to_value(summary).unwrap_or_default(),
        )
    }

    /// The export itself, which nobody logs.
    pub(crate) fn run_export(
        &self,
        project: &ProjectName,
        target: &Path,
        options: &ExportOptions,
        observer: &dyn Observer,
    ) -> Result<ExportSummary, ServiceError> {
        let started = Instant::now();
        let tx = self.store.read(project)?;
        if options.time_budget_ms.is_some() {
            let tokens = tx.counts()?.alive(Kind::Token);
            estimate::check(estimate::export_ms(tokens), options.time_budget_ms)?;
        }
        let is_folder = options.to.is_some() || is_folder(target);
        if is_folder && (options.since.is_some() || options.history) {
            return Err(ServiceError::Usage {
                message: "token files carry neither deletions nor the past".to_owned(),
                hint: "export to an archive: -o FILE.dss".to_owned(),
            });
        }
        let limits = Limits { tokens: u64::MAX, components: u64::MAX, ..Limits::aggressive() };
        let unpacking = ImportOptions { limits, ..ImportOptions::default() };
        let since = Since::new(self, tx.as_ref(), options.since.as_ref(), &unpacking, observer)?;
        let wanted = Wanted::new(tx.as_ref(), &options.selection, since, !is_folder)?;
        let export = Export::new(tx.as_ref(), options, wanted, observer)?;
        let mut summary = match options.to {
            Some(format) => foreign::write(&export, project, target, format)?,
            None if is_folder => folder::write(&export, target)?,
            None => archive::write(&export, target)?,
        };
        summary.project = project.to_string();
        summary.project_id = export.project.id().to_string();
        summary.target = target.display().to_string();
        summary.full = export.is_full();
        let items = summary.kinds.values().copied().fold(summary.deleted, u64::saturating_add);
        measure(items, summary.bytes, 0);
        summary.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(summary)
    }

    /// The project as a design of token documents, held in memory, without revisions.
    pub(crate) fn design(
        &self,
        project: &ProjectName,
        observer: &dyn Observer,
    ) -> Result<Design, ServiceError> {
        let tx = self.store.read(project)?;
        let options = ExportOptions::default();
        let unpacking = ImportOptions::default();
        let since = Since::new(self, tx.as_ref(), None, &unpacking, observer)?;
        let wanted = Wanted::new(tx.as_ref(), &options.selection, since, false)?;
        let export = Export::new(tx.as_ref(), &options, wanted, observer)?;
        foreign::design(&export, project, &mut ExportSummary::default())
    }
}

/// All of a project that token files can say, in memory.
pub(crate) fn design_of(tx: &dyn ReadTx, project: &ProjectName) -> Result<Design, ServiceError> {
    let options = ExportOptions::default();
    let wanted = Wanted::new(tx, &options.selection, Since::Always, false)?;
    let export = Export::new(tx, &options, wanted, &())?;
    foreign::design(&export, project, &mut ExportSummary::default())
}

/// One export under way: a snapshot, and what of it is wanted.
struct Export<'a> {
    tx: &'a dyn ReadTx,
    options: &'a ExportOptions,
    observer: &'a dyn Observer,
    ids: ProjectIds,
    project: Entity,
    /// Token sets in order: all of them, for any may hold something that is wanted.
    sets: Vec<Row>,
    replicas: Vec<(dss_model::ReplicaId, u64)>,
    table: Replicas,
    wanted: Wanted<'a>,
    /// Entities whose path another one shows: the path they are shown at instead.
    renames: Renames,
}

impl<'a> Export<'a> {
    fn new(
        tx: &'a dyn ReadTx,
        options: &'a ExportOptions,
        wanted: Wanted<'a>,
        observer: &'a dyn Observer,
    ) -> Result<Self, ServiceError> {
        let header = tx.header()?;
        let project = tx.get(header.ids.id())?.map(|row| row.entity);
        let project =
            project.ok_or_else(|| ServiceError::Internal("the project has no entity".to_owned()))?;
        let mut sets = collect(tx, &[Kind::TokenSet])?;
        sets.sort_by(|a, b| (&a.columns.sort, a.entity.id()).cmp(&(&b.columns.sort, b.entity.id())));
        let replicas = tx.replicas()?;
        let table = Replicas::new(replicas.iter().map(|(id, _)| *id));
        let renames = Renames::find(tx)?;
        Ok(Self { tx, options, observer, ids: header.ids, project, sets, replicas, table, wanted, renames })
    }

    const fn is_full(&self) -> bool {
        self.wanted.is_everything()
    }
}

/// Live entities of some kinds; for kinds of which there are few.
fn collect(tx: &dyn ReadTx, kinds: &[Kind]) -> Result<Vec<Row>, ServiceError> {
    let mut rows = Vec::new();
    tx.scan(&Scan::kinds(kinds), &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

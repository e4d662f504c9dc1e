//! Importing: from an archive or token files into a project, in one transaction.

mod absent;
mod again;
mod apart;
mod archive;
mod check;
mod document;
mod earlier;
mod extends;
mod facts;
mod files;
mod history;
mod hold;
mod homes;
mod identity;
mod join;
mod judge;
mod layers;
mod ledger;
mod link;
mod merge;
mod missing;
mod order;
mod origins;
mod place;
mod preview;
mod records;
mod renames;
mod reorder;
mod sink;
mod source;
mod stated;
mod statement;
mod undo;

use std::path::Path;
use std::time::Instant;

use dss_format::archive::Archive;
use dss_model::{ContentHash, EntityId, Kind, Limits, NearLimit, ProjectIds, ProjectName};
use dss_store::{ImportRecord, NewProject, StoreError, WriteTx};

use crate::input::{Files, Input};
use crate::observer::{Observer, Phase, Progress};
use crate::operation::{Subject, measure, name_project, observed};
use crate::options::{ImportOptions, Strategy};
use crate::service::ProjectService;
use crate::summary::ImportSummary;
use crate::{ServiceError, estimate};

pub(crate) use apart::{Apart, read_apart};
pub(crate) use archive::{
    container_limits, open as open_archive, project_ids as archive_project_ids, proven, read_small,
    told_first,
};
pub(crate) use check::check;
pub(crate) use extends::Extended;
pub(crate) use layers::LAYER as IMPLIED_LAYER;
use preview::Preview;
pub(crate) use sink::temporary_file;
use sink::{Mode, Sink};

/// What an import is to leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// The imported project.
    Result,
    /// Nothing: it was only tried out.
    Nothing,
}

impl ProjectService {
    /// Imports an archive, a DTCG token file, a folder of them, or a resolver document.
    ///
    /// A project that does not exist is created. Items that are wrong in themselves are kept and
    /// marked; see [`ImportSummary::findings`].
    ///
    /// # Errors
    /// [`ServiceError`]; the store is as it was then, whatever happened.
    pub fn import_project(
        &self,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<ImportSummary, ServiceError> {
        let started = Instant::now();
        let mut project = options.project.clone();
        let subject = Subject { action: "import", project: options.project.as_ref(), source: Some(input) };
        let result = observed(subject, || {
            let opened = Opened::new(input, options, observer)?;
            if let (None, Ok(own)) = (&project, opened.project_name()) {
                name_project(&own);
                project = Some(own);
            }
            self.run_import(&opened, input, options, observer, Keep::Result)
        });
        let subject = Subject { project: project.as_ref(), ..subject };
        self.log_end(subject, started, result, |summary| serde_json::to_value(summary).unwrap_or_default())
    }

    /// Imports what another tool has said, in `files`, which is called `name`; or tries it out.
    pub(crate) fn import_said(
        &self,
        files: Files,
        name: &str,
        options: &ImportOptions,
        observer: &dyn Observer,
        is_tried_out: bool,
    ) -> Result<ImportSummary, ServiceError> {
        let opened = Opened::Files(Box::new(files));
        let keep = if is_tried_out { Keep::Nothing } else { Keep::Result };
        let run = || self.run_import(&opened, Path::new(name), options, observer, keep);
        if is_tried_out {
            return run();
        }
        let detail = |summary: &ImportSummary| serde_json::to_value(summary).unwrap_or_default();
        self.audited("import", options.project.as_ref(), run, detail)
    }

    /// What [`ProjectService::import_project`] would do: the same code, with nothing kept. Its
    /// [`preview_token`](ImportSummary::preview_token) makes sure that this is what is done then.
    ///
    /// # Errors
    /// As the import itself.
    pub fn analyze_import(
        &self,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<ImportSummary, ServiceError> {
        observed(
            Subject { action: "preview", project: options.project.as_ref(), source: Some(input) },
            || {
                let opened = Opened::new(input, options, observer)?;
                self.run_import(&opened, input, options, observer, Keep::Nothing)
            },
        )
    }

    fn run_import(
        &self,
        opened: &Opened,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
        keep: Keep,
    ) -> Result<ImportSummary, ServiceError> {
        match self.attempt(opened, input, options, observer, keep) {
            // Somebody else has made the project meanwhile: it is imported into what they made.
            Err(ServiceError::Store(StoreError::AlreadyExists { .. })) => {
                self.attempt(opened, input, options, observer, keep)
            }
            done => done,
        }
    }

    fn attempt(
        &self,
        opened: &Opened,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
        keep: Keep,
    ) -> Result<ImportSummary, ServiceError> {
        let started = Instant::now();
        estimate::check(opened.estimate_ms(), options.time_budget_ms)?;
        let project = match &options.project {
            Some(project) => project.clone(),
            None => opened.project_name()?,
        };
        let Begun { tx, mode, project_id, adopted } = self.begin(&project, opened, options, keep)?;
        let mut sink = Sink::new(tx, mode, project_id, options, observer, self.stamp());
        if mode != Mode::New {
            sink.own = sink.tx.own_replica()?;
        }
        if keep == Keep::Nothing || options.expect.is_some() {
            sink.preview = Some(Preview::new(&project, mode, opened.export_hash(), options));
        }
        let bytes = opened.fill(&mut sink, &project, input)?;
        let full = opened.is_full();
        sink.finish(full)?;
        let token = sink.token();
        if options.expect.is_some() && options.expect != token {
            return Err(ServiceError::PreviewStale { project: project.to_string() });
        }
        let (deletions, live) = sink.deletions()?;
        let (tx, mut summary) = sink.into_summary()?;
        summary.preview_token = token.filter(|_| keep == Keep::Nothing);
        let is_mass_deletion =
            options.mass_deletion.is_exceeded(deletions, live) && !options.allow.mass_deletion;
        summary.is_mass_deletion = is_mass_deletion;
        summary.project = project.to_string();
        summary.project_id = project_id.to_string();
        summary.adopted = adopted.map(|id| id.to_string());
        summary.source = input.display().to_string();
        summary.dry_run = keep == Keep::Nothing;
        summary.bytes = bytes;
        opened.describe(&mut summary, &options.limits);
        if summary.created && options.project.is_none() && summary.delivered.is_some() {
            summary.hint = self.other_project(&project, input)?;
        }
        if let Some(first) = summary.findings.first_error.clone().filter(|_| options.is_strict) {
            return Err(ServiceError::Strict { count: summary.findings.errors, first });
        }
        // A preview only tells.
        if is_mass_deletion && keep == Keep::Result {
            return Err(ServiceError::MassDeletion { deletions, live });
        }
        summary.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if keep == Keep::Result {
            summary.number = Some(self.save(tx, opened, &summary, observer)?);
        }
        let items = summary.kinds.values().map(|kind| kind.read).fold(0, u64::saturating_add);
        measure(items, summary.bytes, summary.merge.as_ref().map_or(0, |merge| merge.new_conflicts));
        Ok(summary)
    }

    /// The project that may have been meant, when token files made a new one that nobody had named.
    fn other_project(&self, made: &ProjectName, input: &Path) -> Result<Option<String>, ServiceError> {
        let path = source::absolute(input);
        let is_around = |name: &str| path.ancestors().any(|around| around.as_os_str() == name);
        let mut others = 0_u64;
        for project in self.store.projects()?.into_iter().filter(|project| project.name != *made) {
            others = others.saturating_add(1);
            let Ok(tx) = self.store.read(&project.name) else { continue };
            if tx.sources()?.iter().any(|source| is_around(&source.name)) {
                let name = project.name;
                return Ok(Some(format!(
                    "project \"{name}\" was imported from there before: --project {name} updates it"
                )));
            }
        }
        let hint = "to bring it into a project that exists, name that with --project";
        Ok((others > 0).then(|| hint.to_owned()))
    }

    /// Starts the transaction that the import happens in.
    fn begin(
        &self,
        project: &ProjectName,
        opened: &Opened,
        options: &ImportOptions,
        keep: Keep,
    ) -> Result<Begun<'_>, ServiceError> {
        match self.store.write(project) {
            Ok(mut tx) => {
                let existing = tx.header()?.ids;
                let archive = opened.project_ids().unwrap_or_else(|| existing.clone());
                let is_other = !existing.meets(&archive);
                let ids = existing.joined(&archive);
                // Its own exports would be refused everywhere.
                let is_full = ids.also_known_as().len() > ProjectIds::OTHERS_MAX;
                if is_full || (is_other && !options.allow.other_project) {
                    return Err(other_project(project.to_string(), &existing, &archive));
                }
                if ids != existing {
                    tx.join_ids(&archive)?;
                }
                let mode = match options.strategy {
                    Strategy::Merge => Mode::Merge,
                    Strategy::Replace => Mode::Replace,
                };
                Ok(Begun { tx, mode, project_id: ids.id(), adopted: is_other.then(|| archive.id()) })
            }
            Err(StoreError::NotFound { .. }) => {
                let now = self.clock.now_ms();
                let header = opened.new_project(now);
                let tx = match keep {
                    Keep::Result => self.store.create(project, &header)?,
                    Keep::Nothing => self.store.scratch(&header)?,
                };
                Ok(Begun { tx, mode: Mode::New, project_id: header.ids.id(), adopted: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Unpacks an archive of that project, every stage but the last one, where nobody will see it.
    pub(crate) fn unpack<'a>(
        &'a self,
        path: &Path,
        ids: &ProjectIds,
        options: &'a ImportOptions,
        observer: &'a dyn Observer,
    ) -> Result<(Box<dyn WriteTx + 'a>, ContentHash), ServiceError> {
        let opened = Opened::new(path, options, observer)?;
        let (Some(archive), Some(hash)) = (opened.project_ids(), opened.export_hash()) else {
            return Err(ServiceError::Usage {
                message: format!("{} is no archive: nothing tells what its reader has", path.display()),
                hint: "name a .dss archive, or the number of an import (`dss log PROJECT`)".to_owned(),
            });
        };
        if !archive.meets(ids) {
            let name = opened.project_name().map(|name| name.to_string()).unwrap_or_default();
            return Err(other_project(name, ids, &archive));
        }
        let header = NewProject::copy_of(ids.joined(&archive), self.clock.now_ms());
        let tx = self.store.scratch(&header)?;
        let mut sink = Sink::new(tx, Mode::New, header.ids.id(), options, observer, self.stamp());
        opened.fill(&mut sink, &opened.project_name()?, path)?;
        let (mut tx, _) = sink.into_summary()?;
        tx.finish_load()?;
        Ok((tx, hash))
    }

    fn save(
        &self,
        mut tx: Box<dyn WriteTx + '_>,
        opened: &Opened,
        summary: &ImportSummary,
        observer: &dyn Observer,
    ) -> Result<u64, ServiceError> {
        observer.progress(Progress { phase: Phase::Saving, done: 0, total: None });
        let number = tx.log_import(&ImportRecord {
            at_ms: self.clock.now_ms(),
            by: self.actor.clone(),
            action: "import".to_owned(),
            source: summary.source.clone(),
            hash: opened.export_hash(),
            report: serde_json::to_string(summary).unwrap_or_default(),
        })?;
        if observer.is_cancelled() {
            return Err(ServiceError::Cancelled);
        }
        tx.commit()?;
        Ok(number)
    }
}

/// An import that has begun.
struct Begun<'s> {
    tx: Box<dyn WriteTx + 's>,
    mode: Mode,
    /// What the project goes by, as far as this transaction is concerned.
    project_id: EntityId,
    /// The other project that is one with it from now on.
    adopted: Option<EntityId>,
}

fn other_project(project: String, existing: &ProjectIds, archive: &ProjectIds) -> ServiceError {
    ServiceError::OtherProject {
        project,
        existing: existing.id().to_string(),
        archive: archive.id().to_string(),
    }
}

/// An input that was opened: an archive is proven up to its manifest.
enum Opened {
    Archive(Box<Archive<std::fs::File>>),
    Files(Box<Files>),
}

impl Opened {
    fn new(input: &Path, options: &ImportOptions, observer: &dyn Observer) -> Result<Self, ServiceError> {
        observer.progress(Progress { phase: Phase::Opening, done: 0, total: None });
        match Input::detect(input, options.from, &options.limits)? {
            Input::Archive(path) => {
                let archive = archive::open(&path, &options.limits)?;
                Ok(Self::Archive(Box::new(archive)))
            }
            Input::Files(files) => {
                files.check(&options.limits)?;
                Ok(Self::Files(files))
            }
        }
    }

    /// Puts everything into `sink`; returns the bytes that were read.
    fn fill(&self, sink: &mut Sink<'_>, project: &ProjectName, input: &Path) -> Result<u64, ServiceError> {
        match self {
            Self::Archive(archive) => {
                archive::fill(archive, sink).map_err(|error| told_first(archive.container(), error))
            }
            Self::Files(files) => files::fill(files, sink, project, input),
        }
    }

    /// Holds an archive to the bytes that its writer gave it. That they are sound turns out when they are read.
    fn check_canonical(&self) -> Result<(), ServiceError> {
        match self {
            Self::Archive(archive) => {
                archive.check_canonical_form().map_err(|error| told_first(archive.container(), error.into()))
            }
            Self::Files(_) => Err(ServiceError::Usage {
                message: "only archives have a canonical form".to_owned(),
                hint: "leave --canonical out for token files".to_owned(),
            }),
        }
    }

    /// Which project it is a copy of; token files do not say.
    fn project_ids(&self) -> Option<ProjectIds> {
        match self {
            Self::Archive(archive) => archive::project_ids(archive),
            Self::Files(_) => None,
        }
    }

    /// The project that an import makes of it where there is none.
    fn new_project(&self, now_ms: i64) -> NewProject {
        match self.project_ids() {
            Some(ids) => NewProject::copy_of(ids, now_ms),
            None => NewProject::fresh(now_ms),
        }
    }

    fn project_name(&self) -> Result<ProjectName, ServiceError> {
        let name = match self {
            Self::Archive(archive) => archive::project_name(archive),
            Self::Files(files) => files.name.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        name.parse().map_err(|_| ServiceError::Usage {
            message: format!("the input's name \"{}\" cannot name a project", name.escape_debug()),
            hint: "name the project with --project".to_owned(),
        })
    }

    fn is_full(&self) -> bool {
        match self {
            Self::Archive(archive) => archive::is_full(archive),
            Self::Files(_) => true,
        }
    }

    fn export_hash(&self) -> Option<ContentHash> {
        match self {
            Self::Archive(archive) => Some(archive.manifest().export_hash()),
            Self::Files(_) => None,
        }
    }

    fn estimate_ms(&self) -> u64 {
        match self {
            Self::Archive(archive) => estimate::import_ms(archive.container().total_bytes()),
            Self::Files(files) => estimate::import_ms(files.bytes()),
        }
    }

    /// Adds to the summary what is known about the input as a whole.
    fn describe(&self, summary: &mut ImportSummary, limits: &Limits) {
        let bytes = match self {
            Self::Archive(archive) => {
                summary.source_kind = "archive";
                summary.export_hash = Some(archive.manifest().export_hash().to_string());
                archive.container().archive_bytes()
            }
            Self::Files(files) => {
                summary.source_kind = files.kind;
                summary.conversion.clone_from(&files.conversion);
                summary.skipped.splice(0..0, files.skipped.iter().cloned());
                files.bytes()
            }
        };
        let count = |kind: Kind| summary.kinds.get(kind.name()).map_or(0, |kind| kind.read);
        let file = NearLimit::check("archive_bytes", bytes, limits.archive_bytes);
        let container = match self {
            Self::Archive(opened) => archive::near_limits(opened).collect(),
            Self::Files(_) => Vec::from_iter(file),
        };
        let contents = [
            NearLimit::check("tokens", count(Kind::Token), limits.tokens),
            NearLimit::check("components", count(Kind::Component), limits.components),
        ];
        let near = container.into_iter().chain(contents.into_iter().flatten());
        summary.near_limits = near.map(Into::into).collect();
    }
}

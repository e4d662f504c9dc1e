//! Bringing projects back.

use std::path::{Path, PathBuf};
use std::time::Instant;

use dss_model::ProjectName;
use dss_store::Restored;
use serde::Serialize;
use serde_json::json;

use super::files::digest;
use super::manifest::{self, Listed, ListedProject, Manifest};
use super::{Result, look};
use crate::ServiceError;
use crate::observer::{Observer, Phase, Progress};
use crate::operation::{Subject, tell_failure};
use crate::service::ProjectService;

/// What to bring back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    /// These projects; all of them if none is named.
    pub projects: Vec<ProjectName>,
    /// Projects that are there give way.
    pub may_replace: bool,
}

/// What was brought back.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreSummary {
    /// The backup.
    pub backup: String,
    /// When it was taken, in RFC 3339.
    pub taken_at: String,
    /// The projects, by name.
    pub projects: Vec<RestoredProject>,
    /// How long it took.
    pub duration_ms: u64,
}

/// One project that was brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoredProject {
    /// Its name.
    pub project: String,
    /// Whether another one of that name gave way.
    pub replaced: bool,
    /// Entities in it, deleted ones among them.
    pub entities: u64,
    /// Bytes of its file.
    pub bytes: u64,
}

/// Refuses what is no backup, for callers who have no store yet and would make one for what is in it. Whether the files in
/// it are whole is found out by [`ProjectService::restore`].
///
/// # Errors
/// [`ServiceError::NotFound`] if nothing is there, [`ServiceError::BackupDamaged`] if it is no backup.
pub fn screen_backup(backup: &Path) -> Result<()> {
    let screened = Manifest::read(backup).map(drop);
    screened.inspect_err(|error| tell_failure(Subject::file("restore", backup), error))
}

impl ProjectService {
    /// Brings projects back from a backup: all of them or, whatever happens, none. They are checked before; and each is a
    /// copy of its own from then on, with an identity of its own (MERGE.md §7). The log of operations comes back only into
    /// a store that has none.
    ///
    /// # Errors
    /// [`ServiceError::BackupDamaged`] if the backup is not whole, [`ServiceError::StoreNotEmpty`] if the store holds
    /// projects and neither some are named nor may they be replaced; if a named one is there and may not be replaced, or is
    /// in use. Nothing was changed.
    pub fn restore(
        &self,
        backup: &Path,
        options: &RestoreOptions,
        observer: &dyn Observer,
    ) -> Result<RestoreSummary> {
        let run = || self.run_restore(backup, options, observer);
        self.audited("restore", None, run, |summary| {
            let projects: Vec<&str> =
                summary.projects.iter().map(|project| project.project.as_str()).collect();
            json!({ "source": summary.backup, "takenAt": summary.taken_at, "projects": projects })
        })
    }

    fn run_restore(
        &self,
        backup: &Path,
        options: &RestoreOptions,
        observer: &dyn Observer,
    ) -> Result<RestoreSummary> {
        let started = Instant::now();
        let store = self.files()?;
        let manifest = Manifest::read(backup)?;
        let present: Vec<ProjectName> = self.named_or_all(&[])?;
        if options.projects.is_empty() && !options.may_replace && !present.is_empty() {
            return Err(ServiceError::StoreNotEmpty { projects: present.len() });
        }
        let wanted = wanted(&manifest, backup, options)?;
        for ((name, listed), done) in wanted.iter().zip(0_u64..) {
            let total = u64::try_from(wanted.len()).ok();
            observer.progress(Progress { phase: Phase::Reading, done, total });
            if observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            prove(backup, name, listed)?;
        }
        let log = manifest.log.as_ref().filter(|_| options.projects.is_empty());
        let log_file = backup.join(manifest::LOG);
        log.map_or(Ok(()), |log| prove_file(backup, &log_file, log))?;
        let files: Vec<(PathBuf, &ProjectName)> =
            wanted.iter().map(|(name, _)| (manifest::file_of(backup, name), name)).collect();
        let restored: Vec<Restored<'_>> = files.iter().map(|(copy, name)| Restored { copy, name }).collect();
        store.restore(&restored, log.map(|_| log_file.as_path()), options.may_replace)?;
        let projects = wanted.iter().map(|(name, listed)| RestoredProject {
            project: name.to_string(),
            replaced: present.contains(name),
            entities: listed.entities,
            bytes: listed.file.bytes,
        });
        Ok(RestoreSummary {
            backup: backup.display().to_string(),
            taken_at: manifest.taken_at.clone(),
            projects: projects.collect(),
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// The projects that are to be brought back.
fn wanted<'a>(
    manifest: &'a Manifest,
    backup: &Path,
    options: &RestoreOptions,
) -> Result<Vec<(ProjectName, &'a ListedProject)>> {
    let mut listed = Vec::with_capacity(manifest.projects.len());
    for project in &manifest.projects {
        let name: ProjectName = project.project.parse().map_err(|_| ServiceError::BackupDamaged {
            path: backup.to_owned(),
            detail: format!("\"{}\" is no name of a project", project.project.escape_debug()),
        })?;
        listed.push((name, project));
    }
    if options.projects.is_empty() {
        return Ok(listed);
    }
    let find = |name: &ProjectName| {
        let found = listed.iter().find(|(known, _)| known == name).cloned();
        found.ok_or_else(|| ServiceError::NotFound { what: "project in this backup", name: name.to_string() })
    };
    options.projects.iter().map(find).collect()
}

/// A project's file is the one that was written, and everything in it agrees.
fn prove(backup: &Path, name: &ProjectName, listed: &ListedProject) -> Result<()> {
    let file = manifest::file_of(backup, name);
    prove_file(backup, &file, &listed.file)?;
    let (check, _) = look(name, &file)?;
    match check.damage.first() {
        None => Ok(()),
        Some(damage) => Err(ServiceError::BackupDamaged {
            path: backup.to_owned(),
            detail: format!("project \"{name}\": {}", damage.message),
        }),
    }
}

fn prove_file(backup: &Path, file: &Path, listed: &Listed) -> Result<()> {
    let damaged = |detail: String| ServiceError::BackupDamaged { path: backup.to_owned(), detail };
    let name = file.strip_prefix(backup).unwrap_or(file).display().to_string();
    if !file.exists() {
        return Err(damaged(format!("{name} is missing")));
    }
    let (sha256, bytes) = digest(file)?;
    let found = Listed { bytes, sha256 };
    if found == *listed { Ok(()) } else { Err(damaged(format!("{name} is not what was written"))) }
}

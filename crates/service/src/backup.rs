//! Backups: the store's projects as they were at one moment, in a folder of their own.
//!
//! ```text
//! DIR/.dss-backup.lock                held by whoever makes a backup there
//! DIR/.dss-….tmp/                     a backup that is not complete yet, or that is being removed
//! DIR/dss-2026-01-05T09-30-00.000Z/   a backup
//!     backup.json                     what it holds, and the SHA-256 of each file
//!     projects/NAME.db                a project, without an identity
//!     store.db                        the log of operations
//! ```
//!
//! A backup has its name only when all of it is on the disk and has been read again and checked.

mod files;
mod manifest;
mod restore;
mod retention;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use dss_model::ProjectName;
use dss_store::{ReadTx, SqliteStore, StoreError};
use serde::Serialize;
use serde_json::json;

use crate::ServiceError;
use crate::check::{self, ProjectCheck};
use crate::observer::{Observer, Phase, Progress};
use crate::operation::measure;
use crate::service::ProjectService;

use files::{Folder, digest, failed, sync_folder};
use manifest::{Listed, ListedProject, Manifest};

pub use restore::{RestoreOptions, RestoreSummary, RestoredProject, screen_backup};

type Result<T> = std::result::Result<T, ServiceError>;

/// Which earlier backups to keep. Without either number, all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupOptions {
    /// That many, the newest ones, the new one among them.
    pub keep: Option<u64>,
    /// Those that are younger than that many days.
    pub keep_days: Option<u64>,
}

/// What a backup came to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupSummary {
    /// The backup's folder.
    pub backup: String,
    /// When it was begun, in RFC 3339: each project is as it was then or a moment later.
    pub taken_at: String,
    /// The projects in it, by name.
    pub projects: Vec<BackedUp>,
    /// Bytes of all its files.
    pub bytes: u64,
    /// How many backups of this store are kept there now; 0 if that cannot be told.
    pub kept: u64,
    /// Those that were removed, by name.
    pub removed: Vec<String>,
    /// Why older ones could not be removed, if they could not. The new one is not affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unremoved: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// One project in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackedUp {
    /// Its name.
    pub project: String,
    /// Its identity.
    pub project_id: String,
    /// Entities in it, deleted ones among them.
    pub entities: u64,
    /// Bytes of its file.
    pub bytes: u64,
}

impl ProjectService {
    /// Copies all projects and the log into a new folder in `folder`, while they are in use: nobody has to wait. The copy
    /// is checked, and appears under its name when it is complete. After that, backups of this store that `options` does
    /// not keep are removed.
    ///
    /// # Errors
    /// If a project is damaged, there is no room, or somebody else makes a backup there; then there is no new backup, and
    /// no earlier one was removed. [`ServiceError::Usage`] if the store is no folder of files.
    pub fn back_up(
        &self,
        folder: &Path,
        options: &BackupOptions,
        observer: &dyn Observer,
    ) -> Result<BackupSummary> {
        let run = || self.run_backup(folder, options, observer);
        self.audited("backup", None, run, |summary| {
            let removed = summary.removed.len();
            json!({ "target": summary.backup, "projects": summary.projects.len(), "bytes": summary.bytes, "removed": removed })
        })
    }

    fn run_backup(
        &self,
        folder: &Path,
        options: &BackupOptions,
        observer: &dyn Observer,
    ) -> Result<BackupSummary> {
        let started = Instant::now();
        let store = self.files()?;
        let target = Folder::lock(folder)?;
        let (taken_ms, name) = target.free_name(self.clock.now_ms())?;
        let unfinished = target.unfinished(&name)?;
        let mut manifest = Manifest::new(taken_ms, store.root());
        for project in self.named_or_all(&[])? {
            let listed = back_up_project(store, &project, &unfinished, observer)?;
            manifest.projects.extend(listed);
        }
        let log = unfinished.join(manifest::LOG);
        if store.copy_audit(&log)? {
            let (sha256, bytes) = digest(&log)?;
            manifest.log = Some(Listed { bytes, sha256 });
        }
        manifest.write(&unfinished)?;
        sync_folder(&unfinished.join(manifest::PROJECTS))?;
        sync_folder(&unfinished)?;
        let backup = target.publish(&unfinished, &name)?;
        // There is a new backup, whatever becomes of the old ones.
        let tidied = retention::apply(&target, &name, store.root(), options, taken_ms);
        let unremoved = tidied.as_ref().err().map(ToString::to_string);
        let (kept, removed) = tidied.unwrap_or_default();
        let entities = manifest.projects.iter().map(|project| project.entities).fold(0, u64::saturating_add);
        measure(entities, manifest.bytes(), 0);
        Ok(BackupSummary {
            backup: backup.display().to_string(),
            taken_at: manifest.taken_at.clone(),
            bytes: manifest.bytes(),
            projects: manifest.projects.into_iter().map(ListedProject::shown).collect(),
            kept,
            removed,
            unremoved,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// Copies a project, and looks at the copy; nothing if it was deleted meanwhile.
fn back_up_project(
    store: &SqliteStore,
    project: &ProjectName,
    backup: &Path,
    observer: &dyn Observer,
) -> Result<Option<ListedProject>> {
    let file = manifest::file_of(backup, project);
    let copied = store.copy_project(project, &file, &mut |done, total| {
        observer.progress(Progress { phase: Phase::Saving, done, total: Some(total) });
        if observer.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match copied {
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(StoreError::Aborted) => return Err(ServiceError::Cancelled),
        other => other?,
    }
    let (check, project_id) = look(project, &file)?;
    if let Some(damage) = check.damage.first() {
        let detail = format!("{}: {}", damage.path, damage.message);
        return Err(StoreError::Damaged { path: project.as_str().into(), detail }.into());
    }
    let (sha256, bytes) = digest(&file)?;
    let project = project.to_string();
    Ok(Some(ListedProject { project, project_id, entities: check.entities, file: Listed { bytes, sha256 } }))
}

/// Checks a copy; returns what was found, and the project's identity.
fn look(project: &ProjectName, file: &Path) -> Result<(ProjectCheck, String)> {
    let copy = dss_store::open_copy(file)?;
    let tx: &dyn ReadTx = copy.project();
    let mut found = ProjectCheck { project: project.to_string(), ..ProjectCheck::default() };
    check::look(tx, &mut found)?;
    Ok((found, tx.header()?.ids.id().to_string()))
}

/// Removes a folder that has no name yet, or not any more.
fn remove(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).map_err(|cause| failed(folder, cause))
}

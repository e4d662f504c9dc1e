//! `backup.json`: what a backup holds.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use dss_format::time;
use dss_model::ProjectName;
use serde::{Deserialize, Serialize};

use super::files::{failed, newest};
use super::{BackedUp, Result};
use crate::ServiceError;

/// The file's name.
const NAME: &str = "backup.json";
/// The folder of the projects' files.
pub(super) const PROJECTS: &str = "projects";
/// The file of the log.
pub(super) const LOG: &str = "store.db";
/// What the file says it is.
const FORMAT: &str = "dss-backup";
/// The newest version.
const VERSION: u32 = 1;
/// Largest file that is read.
const BYTES_MAX: u64 = 64 << 20;

/// What a backup holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    format: String,
    version: u32,
    generator: String,
    /// When it was begun, in RFC 3339.
    pub(super) taken_at: String,
    /// The folder of the store that it was taken of.
    store: String,
    pub(super) projects: Vec<ListedProject>,
    pub(super) log: Option<Listed>,
}

/// A project's file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedProject {
    pub(super) project: String,
    pub(super) project_id: String,
    pub(super) entities: u64,
    #[serde(flatten)]
    pub(super) file: Listed,
}

/// What a file has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl ListedProject {
    pub(super) fn shown(self) -> BackedUp {
        let Self { project, project_id, entities, file } = self;
        BackedUp { project, project_id, entities, bytes: file.bytes }
    }
}

impl Manifest {
    pub(super) fn new(taken_ms: i64, store: &Path) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            generator: concat!("dss ", env!("CARGO_PKG_VERSION")).to_owned(),
            taken_at: time::format(taken_ms),
            store: store.display().to_string(),
            projects: Vec::new(),
            log: None,
        }
    }

    /// Whether it was taken of that store.
    pub(super) fn is_of(&self, store: &Path) -> bool {
        self.store == store.display().to_string()
    }

    /// Bytes of all files that it lists.
    pub(super) fn bytes(&self) -> u64 {
        let files = self.projects.iter().map(|project| &project.file).chain(&self.log);
        files.map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// Writes it into a backup, durably.
    pub(super) fn write(&self, backup: &Path) -> Result<()> {
        let path = backup.join(NAME);
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| ServiceError::Internal(format!("a backup cannot be described: {error}")))?;
        text.push('\n');
        File::create_new(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .map_err(|cause| failed(&path, cause))
    }

    /// Reads it from a backup.
    pub(super) fn read(backup: &Path) -> Result<Self> {
        let path = backup.join(NAME);
        let damaged = |detail: String| ServiceError::BackupDamaged { path: backup.to_owned(), detail };
        let file = File::open(&path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound if !backup.exists() => {
                ServiceError::NotFound { what: "backup", name: backup.display().to_string() }
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => match newest(backup) {
                Some(newest) => ServiceError::Usage {
                    message: format!("{} holds backups, and is none itself", backup.display()),
                    hint: format!("name one of them; the newest is {}", newest.display()),
                },
                None => damaged(format!("it has no {NAME}")),
            },
            _ => failed(&path, cause),
        })?;
        let mut text = String::new();
        let read = file.take(BYTES_MAX).read_to_string(&mut text);
        read.map_err(|cause| match cause.kind() {
            io::ErrorKind::InvalidData => damaged(format!("{NAME} is no text")),
            _ => failed(&path, cause),
        })?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|error| damaged(format!("{NAME}: {error}")))?;
        if manifest.format != FORMAT || manifest.version > VERSION {
            let Self { format, version, .. } = manifest;
            let known = format!("this program knows {FORMAT} up to version {VERSION}");
            return Err(damaged(format!("{NAME} says {} version {version}; {known}", format.escape_debug())));
        }
        Ok(manifest)
    }
}

/// Where a project's file is in a backup.
pub(super) fn file_of(backup: &Path, project: &ProjectName) -> PathBuf {
    backup.join(PROJECTS).join(format!("{project}.db"))
}

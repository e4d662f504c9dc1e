//! The folder that backups are kept in.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use dss_format::time;
use dss_security::HashingReader;
use dss_store::StoreError;

use super::{Result, manifest, remove};
use crate::ServiceError;

const LOCK: &str = ".dss-backup.lock";
const PREFIX: &str = "dss-";
const UNFINISHED: (&str, &str) = (".dss-", ".tmp");

/// The folder, in which nobody else makes a backup meanwhile.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is missing, keeps others out, and removes what killed processes have left there.
    pub(super) fn lock(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(|cause| failed(path, cause))?;
        let path = path.canonicalize().map_err(|cause| failed(path, cause))?;
        let name = path.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&name);
        let file = file.map_err(|cause| failed(&name, cause))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { path: name, waited_ms: 0 }.into());
            }
            Err(TryLockError::Error(cause)) => return Err(failed(&name, cause)),
        }
        let folder = Self { path, _lock: file };
        for name in folder.names()?.iter().filter(|name| is_unfinished(name)) {
            remove(&folder.path.join(name))?;
        }
        Ok(folder)
    }

    /// A name for a backup that is taken now, or, if that one is taken, a moment later.
    pub(super) fn free_name(&self, now_ms: i64) -> Result<(i64, String)> {
        let mut taken_ms = now_ms;
        loop {
            let name = name_of(taken_ms);
            let path = self.path.join(&name);
            if !path.try_exists().map_err(|cause| failed(&path, cause))? {
                return Ok((taken_ms, name));
            }
            taken_ms = taken_ms.saturating_add(1);
        }
    }

    /// Starts the backup that will have that name.
    pub(super) fn unfinished(&self, name: &str) -> Result<PathBuf> {
        let unfinished = self.unfinished_path(name);
        let projects = unfinished.join(manifest::PROJECTS);
        fs::create_dir_all(&projects).map_err(|cause| failed(&projects, cause))?;
        Ok(unfinished)
    }

    fn unfinished_path(&self, name: &str) -> PathBuf {
        let (start, end) = UNFINISHED;
        self.path.join(format!("{start}{name}{end}"))
    }

    /// Gives a complete backup its name, durably.
    pub(super) fn publish(&self, unfinished: &Path, name: &str) -> Result<PathBuf> {
        let target = self.path.join(name);
        fs::rename(unfinished, &target).map_err(|cause| failed(&target, cause))?;
        let synced = sync_folder(&self.path);
        if synced.is_err() {
            fs::rename(&target, unfinished).ok();
        }
        synced.map(|()| target)
    }

    /// Removes a backup: it loses its name at once, and then its files.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let unfinished = self.unfinished_path(name);
        let path = self.path.join(name);
        fs::rename(&path, &unfinished).map_err(|cause| failed(&path, cause))?;
        remove(&unfinished)
    }

    /// The backups in it, as their names say, with when they were taken.
    pub(super) fn backups(&self) -> Result<Vec<(i64, String)>> {
        let named = self.names()?.into_iter().filter_map(|name| Some((taken_at(&name)?, name)));
        Ok(named.collect())
    }

    /// The place of something in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folders in it.
    fn names(&self) -> Result<Vec<String>> {
        names(&self.path).map_err(|cause| failed(&self.path, cause))
    }
}

/// The newest backup in a folder, as names say; none if it has none, or cannot be looked into.
pub(super) fn newest(folder: &Path) -> Option<PathBuf> {
    let backups = names(folder).ok()?.into_iter().filter_map(|name| Some((taken_at(&name)?, name)));
    backups.max().map(|(_, name)| folder.join(name))
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A link is no backup of ours, wherever it leads.
        if entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(names)
}

/// `dss-2026-01-05T09-30-00.000Z`: colons are not for file names.
fn name_of(taken_ms: i64) -> String {
    format!("{PREFIX}{}", time::format(taken_ms).replace(':', "-"))
}

/// When a backup of that name was taken, if it is the name of one.
fn taken_at(name: &str) -> Option<i64> {
    let (date, clock) = name.strip_prefix(PREFIX)?.split_once('T')?;
    let taken_ms = time::parse(&format!("{date}T{}", clock.replace('-', ":")))?;
    (name_of(taken_ms) == name).then_some(taken_ms)
}

fn is_unfinished(name: &str) -> bool {
    let (start, end) = UNFINISHED;
    name.strip_prefix(start)
        .and_then(|name| name.strip_suffix(end))
        .is_some_and(|name| taken_at(name).is_some())
}

/// A file's SHA-256 and its length in bytes, read from the disk.
pub(super) fn digest(path: &Path) -> Result<(String, u64)> {
    let file = File::open(path).map_err(|cause| failed(path, cause))?;
    let mut reader = HashingReader::new(file);
    io::copy(&mut reader, &mut io::sink()).map_err(|cause| failed(path, cause))?;
    let (_, digest, bytes) = reader.finish();
    Ok((digest.to_string(), bytes))
}

/// Makes names in a folder durable, where the system has a way to.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let synced = if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()) } else { Ok(()) };
    match synced {
        // Some network file systems cannot, and the names stand all the same.
        Err(cause) if cause.kind() != io::ErrorKind::InvalidInput => Err(failed(folder, cause)),
        _ => Ok(()),
    }
}

pub(super) fn failed(path: &Path, cause: io::Error) -> ServiceError {
    ServiceError::File { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_when() {
        let name = name_of(1_700_000_000_123);
        assert_eq!(name, "dss-2023-11-14T22-13-20.123Z");
        assert_eq!(taken_at(&name), Some(1_700_000_000_123));
        for other in
            ["dss-", "dss-notes", "dss-2023-11-14", "dss-2023-11-14T22-13-20Z", "2023-11-14T22-13-20.123Z"]
        {
            assert_eq!(taken_at(other), None, "{other}");
        }
        assert!(is_unfinished(&format!(".dss-{name}.tmp")) && !is_unfinished(".dss-abc123.tmp"));
    }
}

//! Files that appear when they are complete, or not at all.
//!
//! Until then they stand beside their place, and their writer holds a lock on them. A writer that was killed
//! holds none any more, by which the next one knows what it may clear away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::ServiceError;

/// A file that is written beside its place.
pub(super) struct Target {
    path: PathBuf,
    file: NamedTempFile,
    may_replace: bool,
}

impl Target {
    /// Starts a file that will be called `path`.
    pub(super) fn new(path: &Path, may_replace: bool) -> Result<Self, ServiceError> {
        if !may_replace && path.exists() {
            return Err(ServiceError::Exists { what: "file", name: path.display().to_string() });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        clear_away(folder);
        let file = locked_file(folder).map_err(|cause| failed(path, cause))?;
        Ok(Self { path: path.to_owned(), file, may_replace })
    }

    /// Where the bytes go.
    pub(super) fn file(&self) -> &fs::File {
        self.file.as_file()
    }

    /// The same, for a writer that wants to own it.
    pub(super) fn handle(&self) -> Result<fs::File, ServiceError> {
        self.file().try_clone().map_err(|cause| failed(&self.path, cause))
    }

    /// Makes the file durable and gives it its name; returns its size in bytes.
    pub(super) fn publish(self) -> Result<u64, ServiceError> {
        let Self { path, file, may_replace } = self;
        set_permissions(file.as_file()).map_err(|cause| failed(&path, cause))?;
        file.as_file().sync_all().map_err(|cause| failed(&path, cause))?;
        let bytes = file.as_file().metadata().map_err(|cause| failed(&path, cause))?.len();
        let named = if may_replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => {
                ServiceError::Exists { what: "file", name: path.display().to_string() }
            }
            _ => failed(&path, error.error),
        })?;
        sync_folder(&path);
        Ok(bytes)
    }
}

/// What temporary files are called: this, six characters, and [`SUFFIX`].
const PREFIX: &str = ".dss-";
const SUFFIX: &str = ".tmp";
/// How often a file is made anew that somebody cleared away before it could be locked.
const ATTEMPTS: u32 = 16;

/// Makes a temporary file that is known to be in use.
fn locked_file(folder: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let file = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
        match file.as_file().lock() {
            // Another process may have taken it for a dead one's before it was locked.
            Ok(()) if !file.path().exists() => {}
            // A file system without locks: then nobody clears anything away, either.
            Ok(()) | Err(_) => return Ok(file),
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "temporary files vanish as soon as they are made"))
}

/// Removes the temporary files of writers that are gone. What cannot be looked at or locked stays.
fn clear_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !name.to_str().is_some_and(is_temporary) {
            continue;
        }
        let Ok(file) = fs::OpenOptions::new().write(true).open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn is_temporary(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Temporary files are private; what they become is an ordinary file.
#[cfg(unix)]
fn set_permissions(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_permissions(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Makes the new name durable, where the system has a way to.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = fs::File::open(folder) {
        drop(folder.sync_all());
    }
}

pub(super) fn failed(path: &Path, cause: io::Error) -> ServiceError {
    match cause.kind() {
        io::ErrorKind::NotFound => ServiceError::NotFound {
            what: "folder",
            name: path.parent().unwrap_or(path).display().to_string(),
        },
        _ => ServiceError::File { path: path.to_owned(), cause },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_dead_writers_left_is_cleared_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let others = [".dss-notes.tmp", ".dss-ab-123.tmp", "dss-abc123.tmp", ".dss-abc123.tmp.bak"];
        for name in others.iter().chain(&[".dss-abc123.tmp"]) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join(".dss-folder.tmp")).unwrap();
        let living = Target::new(&folder.path().join("a"), false).unwrap();
        let second = Target::new(&folder.path().join("b"), false).unwrap();
        let left = names(folder.path());
        assert!(!left.iter().any(|name| name == ".dss-abc123.tmp"), "{left:?}");
        assert_eq!(left.len(), 7, "four of others, a folder, and two that are being written: {left:?}");
        living.publish().unwrap();
        drop(second);
        assert_eq!(names(folder.path()).len(), 6);
        assert!(folder.path().join("a").exists());
    }
}

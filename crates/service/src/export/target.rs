//! Files that appear when they are complete, or not at all.

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
        let file = tempfile::Builder::new()
            .prefix(".dss-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(|cause| failed(path, cause))?;
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

//! A folder of our own to work in.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::path::PathBuf;

use crate::failure::Failure;

/// So many names are tried.
const TRIES: u32 = 100;

/// A temporary folder that is the working folder as long as this lives, and is removed then.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    before: Option<PathBuf>,
}

impl Folder {
    pub(super) fn new() -> Result<Self, Failure> {
        let parent = env::temp_dir();
        let folder =
            Self::create(&parent.join("dss-demo")).map_err(|error| Failure::file(&parent, &error))?;
        env::set_current_dir(&folder.path).map_err(|error| Failure::file(&folder.path, &error))?;
        Ok(folder)
    }

    /// Never takes a folder that is there: somebody else may have put it there.
    fn create(stem: &std::path::Path) -> io::Result<Self> {
        for number in 0..TRIES {
            let path = PathBuf::from(format!("{}-{}-{number}", stem.display(), std::process::id()));
            match builder().create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Self { path, before: env::current_dir().ok() }),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Windows removes no folder that somebody works in.
        let before = self.before.clone().unwrap_or_else(env::temp_dir);
        let _left = env::set_current_dir(before);
        let _removed = fs::remove_dir_all(&self.path);
    }
}

/// Only for us.
#[cfg(unix)]
fn builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn builder() -> DirBuilder {
    DirBuilder::new()
}

//! Files and folders that come and go.

use std::fs::{self, File};
use std::path::Path;

use crate::failure::Failure;

/// Removes a file or a folder, if it is there.
pub(crate) fn clear(place: &Path) -> Result<(), Failure> {
    if place.is_dir() {
        fs::remove_dir_all(place)?;
    } else if place.exists() {
        fs::remove_file(place)?;
    }
    Ok(())
}

/// Copies a file or a folder over what is there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    clear(to)?;
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Waits until a file, or all files in a folder, are on the disk.
pub(crate) fn sync(place: &Path) -> Result<(), Failure> {
    if place.is_dir() {
        return fs::read_dir(place)?.try_for_each(|entry| sync(&entry?.path()));
    }
    Ok(File::open(place)?.sync_all()?)
}

/// Makes an empty folder, whatever is there.
pub(crate) fn fresh(folder: &Path) -> Result<(), Failure> {
    clear(folder)?;
    Ok(fs::create_dir_all(folder)?)
}

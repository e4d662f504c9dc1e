//! Giving several files their names, all of them or none.
//!
//! One rename is atomic, several are not. So what is to be renamed is written down first: once that list has its name, the
//! restore is done, and whoever opens the store after a crash does what is left of it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dss_model::ProjectName;

use super::fault::lift_io;
use super::lock::{Building, NameLock};
use super::{AUDIT, ENDING, lock, sync_folder};
use crate::StoreError;

/// The list, in the folder of projects: for each file, its name until now and its name from now on.
const LIST: &str = ".restore";
const UNFINISHED: &str = ".restore.tmp";

/// Gives each building its target's name. The caller holds the store's lock alone, and nobody uses the targets.
///
/// # Errors
/// If the list could not be written; nothing was changed. After that it is done: what cannot be renamed now will be when the
/// store is opened next.
pub(super) fn swap(
    folder: &Path,
    moves: Vec<(Building, PathBuf)>,
    held: &NameLock,
) -> Result<(), StoreError> {
    let lines = moves.iter().filter_map(|(building, target)| line(building.database(), target));
    let written = write_list(folder, &lines.collect::<String>());
    if let Err(error) = written {
        fs::remove_file(folder.join(LIST)).ok();
        return Err(lift_io(folder, error));
    }
    // From here on the files belong to the list.
    moves.into_iter().for_each(|(building, _)| building.hand_over());
    finish(folder, held).ok();
    Ok(())
}

/// Does what a list says that a crash has left behind. The caller holds the store's lock alone.
pub(super) fn finish(folder: &Path, _held: &NameLock) -> Result<(), StoreError> {
    let list = folder.join(LIST);
    // What was not written to its end was never begun.
    fs::remove_file(folder.join(UNFINISHED)).ok();
    let text = match fs::read_to_string(&list) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(lift_io(&list, error)),
    };
    for (from, to) in text.lines().filter_map(|line| line.split_once('\t')) {
        let Some(target) = target(folder, to) else {
            let detail = "it is no list of what is to be restored".to_owned();
            return Err(StoreError::Damaged { path: list, detail });
        };
        let from = folder.join(from);
        // Otherwise it was renamed already.
        if from.try_exists().map_err(|error| lift_io(&from, error))? {
            lock::give_name(&from, &target)?;
        }
    }
    sync_folder(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)?;
    fs::remove_file(&list).map_err(|error| lift_io(&list, error))?;
    sync_folder(folder)
}

fn write_list(folder: &Path, text: &str) -> io::Result<()> {
    let unfinished = folder.join(UNFINISHED);
    let mut file = File::create(&unfinished)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    fs::rename(&unfinished, folder.join(LIST))?;
    sync_folder(folder).map_err(io::Error::other)
}

fn line(from: &Path, to: &Path) -> Option<String> {
    let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
    Some(format!("{}\t{}\n", name(from)?, name(to)?))
}

/// Where a file of that name belongs: into the folder of projects, or, the log, beside it.
fn target(folder: &Path, name: &str) -> Option<PathBuf> {
    if name == AUDIT {
        return folder.parent().map(|root| root.join(AUDIT));
    }
    let project: ProjectName = name.strip_suffix(ENDING)?.parse().ok()?;
    Some(folder.join(format!("{project}{ENDING}")))
}

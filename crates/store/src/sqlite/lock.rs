//! Locks between processes: on the store's names, and on projects that are still being built.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::fault::{Place, lift_io};
use crate::StoreError;

/// Whoever opens a project holds the store's lock together with others while opening; whoever gives
/// a name to a file or takes it away holds it alone. So nobody ever opens a file on its way out.
/// It is held for milliseconds; it ends with this value, or with the process.
#[derive(Debug)]
pub(super) struct NameLock {
    _file: File,
}

impl NameLock {
    pub(super) fn shared(place: &Place) -> Result<Self, StoreError> {
        Self::acquire(place, File::try_lock_shared)
    }

    pub(super) fn exclusive(place: &Place) -> Result<Self, StoreError> {
        Self::acquire(place, File::try_lock)
    }

    fn acquire(place: &Place, lock: fn(&File) -> Result<(), TryLockError>) -> Result<Self, StoreError> {
        let file = open_lock_file(&place.path)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match lock(&file) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if start.elapsed() < place.busy_timeout => {
                    thread::sleep(pause);
                    pause = pause.saturating_mul(2).min(Duration::from_millis(25));
                }
                Err(TryLockError::WouldBlock) => return Err(place.locked()),
                Err(TryLockError::Error(error)) => return Err(lift_io(&place.path, error)),
            }
        }
    }
}

/// A project that is being built: a database file that no name leads to, and a locked file beside
/// it that says that somebody is still at work. Dropping it removes both.
#[derive(Debug)]
pub(super) struct Building {
    database: PathBuf,
    lock: PathBuf,
    file: Option<File>,
    /// Somebody else sees to the database file from now on.
    is_handed_over: bool,
}

const BUILDING: &str = ".new-";
const LOCK_ENDING: &str = ".lock";

impl Building {
    /// Starts one in `folder`. The caller holds the store's lock alone, lest somebody take the new
    /// files for leftovers before they are locked.
    pub(super) fn start(folder: &Path, _held: &NameLock) -> Result<Self, StoreError> {
        let stem = format!("{BUILDING}{}", Uuid::new_v4().simple());
        let lock = folder.join(format!("{stem}{LOCK_ENDING}"));
        let file = open_lock_file(&lock)?;
        let building = Self {
            database: folder.join(format!("{stem}.db")),
            lock,
            file: Some(file),
            is_handed_over: false,
        };
        match building.file.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::Error(error))) => Err(lift_io(&building.lock, error)),
            _ => Ok(building),
        }
    }

    /// The database file.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// Leaves the database file where it is.
    pub(super) fn hand_over(mut self) {
        self.is_handed_over = true;
    }

    /// Removes what killed processes have left in `folder`, and what lies beside databases that are gone. The caller
    /// holds the store's lock alone.
    pub(super) fn sweep(folder: &Path, _held: &NameLock) -> Result<(), StoreError> {
        let entries = fs::read_dir(folder).map_err(|error| lift_io(folder, error))?;
        for entry in entries {
            let path = entry.map_err(|error| lift_io(folder, error))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if let Some(database) = beside_of(&path) {
                if matches!(database.try_exists(), Ok(false)) {
                    fs::remove_file(&path).ok();
                }
                continue;
            }
            let Some(stem) = name.strip_suffix(LOCK_ENDING).filter(|stem| stem.starts_with(BUILDING)) else {
                continue;
            };
            let file = open_lock_file(&path)?;
            if file.try_lock().is_ok() {
                let database = folder.join(format!("{stem}.db"));
                drop(Self { database, lock: path, file: Some(file), is_handed_over: false });
            }
        }
        Ok(())
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // Whatever cannot be removed now is swept up when the store is opened next.
        if !self.is_handed_over {
            remove_database(&self.database).ok();
        }
        self.file.take();
        fs::remove_file(&self.lock).ok();
    }
}

/// Removes a database file and what SQLite keeps beside it, the database itself first. With that it is gone; what cannot be
/// removed then is in nobody's way ([`give_name`]).
pub(super) fn remove_database(path: &Path) -> Result<(), StoreError> {
    remove(path, &[""])?;
    remove_beside(path).ok();
    Ok(())
}

/// Gives a database file, which has nothing beside it, a name. What lies beside that name belongs to another file that is
/// gone or goes now; SQLite would take it for this one's, and write it into it.
pub(super) fn give_name(from: &Path, to: &Path) -> Result<(), StoreError> {
    remove_beside(to)?;
    fs::rename(from, to).map_err(|error| lift_io(to, error))?;
    // A journal that SQLite could not remove is over, too.
    remove_beside(from).ok();
    Ok(())
}

/// What SQLite appends to the name of a database for the files that it keeps beside it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Removes what SQLite keeps beside a database file.
pub(super) fn remove_beside(path: &Path) -> Result<(), StoreError> {
    remove(path, &BESIDE)
}

/// The database that SQLite keeps this file beside.
fn beside_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let database = BESIDE.iter().find_map(|ending| name.strip_suffix(ending))?;
    Some(path.with_file_name(database)).filter(|path| path.extension().is_some_and(|ending| ending == "db"))
}

fn remove(path: &Path, endings: &[&str]) -> Result<(), StoreError> {
    for ending in endings {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(lift_io(path, error)),
            _ => {}
        }
    }
    Ok(())
}

fn open_lock_file(path: &Path) -> Result<File, StoreError> {
    File::options().create(true).truncate(false).write(true).open(path).map_err(|error| lift_io(path, error))
}

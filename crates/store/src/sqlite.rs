//! The embedded store: a folder with one SQLite file per project (DESIGN.md §6).
//!
//! ```text
//! store.db            audit
//! store.lock          lock on the names in projects/
//! projects/NAME.db    one project each
//! projects/.new-*     projects that are being built
//! projects/.restore   which of those are on their way to which names
//! ```

mod audit;
mod blob;
mod check;
mod codes;
mod compact;
mod copy;
mod core;
mod create;
mod cycles;
mod fault;
mod history;
mod ids;
mod load;
mod lock;
mod names;
mod pool;
mod read;
mod resolve;
mod restore;
mod scan;
mod schema;
mod sources;
mod survey;
mod tx;
mod witness;
mod write;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dss_model::ProjectName;
use rusqlite::Connection;

use crate::{
    AuditFilter, AuditRecord, NewProject, OwnReplica, ProjectDetails, ProjectInfo, ReadTx, Store, StoreError,
    StoreOptions, Visit, WriteTx,
};
pub use compact::Compaction;
pub use copy::{OpenedCopy, Restored, open_copy};
use fault::{Place, lift_io};
use lock::{Building, NameLock};
use pool::{Database, Databases};
use tx::{ReadTransaction, Target, WriteTransaction};
use witness::{Witness, Witnesses};

const ENDING: &str = ".db";
/// The file of the log.
const AUDIT: &str = "store.db";

/// A store in a folder, one SQLite file per project; many processes may use it at the same time.
#[derive(Debug)]
pub struct SqliteStore {
    projects: PathBuf,
    audit: Place,
    /// The file whose lock guards the names in `projects`.
    names: Place,
    pool_size: u32,
    databases: Databases,
    witnesses: Witnesses,
}

impl SqliteStore {
    /// Opens the store, making its folder if it is missing, and removes what killed processes have
    /// left behind.
    ///
    /// # Errors
    /// [`StoreError::Access`] if the folder cannot be made or written to.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let StoreOptions { root, witness_dir, busy_timeout_ms, pool_size } = options;
        fs::create_dir_all(&root).map_err(|error| lift_io(&root, error))?;
        let root = root.canonicalize().map_err(|error| lift_io(&root, error))?;
        let projects = root.join("projects");
        fs::create_dir_all(&projects).map_err(|error| lift_io(&projects, error))?;
        let busy_timeout = Duration::from_millis(busy_timeout_ms);
        let place = |name: &str| Place { path: root.join(name), busy_timeout };
        let store = Self {
            projects,
            audit: place(AUDIT),
            names: place("store.lock"),
            pool_size,
            databases: Databases::default(),
            witnesses: Witnesses::new(witness_dir),
        };
        // Leftovers can wait if somebody is at work on the names.
        let at_once = Place { busy_timeout: Duration::ZERO, ..store.names.clone() };
        match NameLock::exclusive(&at_once) {
            Ok(alone) => {
                restore::finish(&store.projects, &alone)?;
                Building::sweep(&store.projects, &alone)?;
            }
            Err(StoreError::Locked { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(store)
    }

    /// Whether a store has been made in this folder. Where that cannot be told, opening it says why.
    pub fn is_at(root: &Path) -> bool {
        !matches!(root.join("projects").try_exists(), Ok(false))
    }

    /// The store's folder.
    pub fn root(&self) -> &Path {
        self.audit.path.parent().unwrap_or(&self.projects)
    }

    fn place(&self, name: &ProjectName) -> Place {
        let path = self.projects.join(format!("{name}{ENDING}"));
        Place { path, busy_timeout: self.names.busy_timeout }
    }

    fn exists(&self, name: &ProjectName) -> Result<bool, StoreError> {
        let path = self.place(name).path;
        path.try_exists().map_err(|error| lift_io(&path, error))
    }

    fn database(&self, name: &ProjectName) -> Result<Arc<Database>, StoreError> {
        let place = self.place(name);
        if !self.exists(name)? {
            self.databases.forget(&place);
            return Err(StoreError::NotFound { project: name.clone() });
        }
        self.databases.get(&place, || {
            Database::open(place.clone(), self.names.clone(), &schema::PROJECT, self.pool_size)
        })
    }

    /// Gives a finished project its name.
    fn publish(
        &self,
        name: &ProjectName,
        building: &Building,
        own: Option<OwnReplica>,
    ) -> Result<(), StoreError> {
        let place = self.place(name);
        make_durable(building.database(), &place)?;
        let alone = NameLock::exclusive(&self.names)?;
        if self.exists(name)? {
            return Err(StoreError::AlreadyExists { project: name.clone() });
        }
        self.name_durably(building.database(), &place.path)?;
        // Before anybody else can open it.
        self.vouch(&place.path, own);
        drop(alone);
        Ok(())
    }

    /// Gives a file a name that outlives a power cut, or leaves it the one that it has.
    fn name_durably(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        lock::give_name(from, to)?;
        let synced = sync_folder(&self.projects);
        if synced.is_err() {
            fs::rename(to, from).ok();
        }
        synced
    }

    /// Lets the witness of a file know what is about to be committed.
    fn vouch(&self, database: &Path, own: Option<OwnReplica>) {
        let witness = own.and_then(|own| Witness::of(database, own.replica, own.issued));
        if let Some(witness) = witness {
            self.witnesses.put(database, &witness);
        }
    }

    /// Takes a project that nobody uses away from everybody: on success, its file is complete
    /// without the ones that SQLite keeps beside it.
    fn seclude(&self, place: &Place) -> Result<(), StoreError> {
        self.databases.forget(place);
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let lift = |error| place.lift(error);
        let connection = Connection::open_with_flags(&place.path, flags).map_err(lift)?;
        connection.busy_timeout(Duration::ZERO).map_err(lift)?;
        // Leaving the WAL needs the file alone: any other open connection makes it fail.
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
            .map_err(lift)?;
        if mode.eq_ignore_ascii_case("delete") { Ok(()) } else { Err(place.locked()) }
    }

    /// Runs an operation that needs a project unused, alone with the names, until it is. Others get
    /// at the names between two attempts.
    fn when_unused(
        &self,
        mut attempt: impl FnMut(&NameLock) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let start = Instant::now();
        loop {
            let alone = NameLock::exclusive(&self.names)?;
            match attempt(&alone) {
                Err(StoreError::Locked { .. }) if start.elapsed() < self.names.busy_timeout => {}
                other => return other,
            }
            drop(alone);
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn details(&self, name: &ProjectName) -> Result<ProjectDetails, StoreError> {
        let tx = self.read(name)?;
        Ok(ProjectDetails { header: tx.header()?, counts: tx.counts()? })
    }
}

impl Store for SqliteStore {
    fn projects(&self) -> Result<Vec<ProjectInfo>, StoreError> {
        let lift = |error| lift_io(&self.projects, error);
        let mut names: Vec<ProjectName> = Vec::new();
        for entry in fs::read_dir(&self.projects).map_err(lift)? {
            let file = entry.map_err(lift)?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(ENDING));
            names.extend(name.and_then(|name| name.parse::<ProjectName>().ok()));
        }
        names.sort();
        let mut projects = Vec::with_capacity(names.len());
        for name in names {
            let details = self.details(&name);
            // Deleted or renamed since it was listed.
            if !matches!(details, Err(StoreError::NotFound { .. })) {
                let bytes = fs::metadata(self.place(&name).path).map_or(0, |metadata| metadata.len());
                projects.push(ProjectInfo { name, bytes, details });
            }
        }
        Ok(projects)
    }

    fn create(&self, name: &ProjectName, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        if self.exists(name)? {
            return Err(StoreError::AlreadyExists { project: name.clone() });
        }
        let building = {
            let alone = NameLock::exclusive(&self.names)?;
            Building::start(&self.projects, &alone)?
        };
        let place = Place { path: building.database().to_path_buf(), ..self.names.clone() };
        let connection = Connection::open(&place.path).map_err(|error| place.lift(error))?;
        let core = create::begin_new(connection, place, project)?;
        let target = Target::New { store: self, name: name.clone(), building };
        Ok(Box::new(WriteTransaction::over(core, target)?))
    }

    fn scratch(&self, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        scratch(project)
    }

    fn read(&self, name: &ProjectName) -> Result<Box<dyn ReadTx + '_>, StoreError> {
        Ok(Box::new(ReadTransaction::begin(&*self.database(name)?)?))
    }

    fn write(&self, name: &ProjectName) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        Ok(Box::new(WriteTransaction::begin(self, &self.database(name)?)?))
    }

    fn rename(&self, from: &ProjectName, to: &ProjectName) -> Result<(), StoreError> {
        let (old, new) = (self.place(from), self.place(to));
        self.when_unused(|_| {
            if !self.exists(from)? {
                return Err(StoreError::NotFound { project: from.clone() });
            }
            if self.exists(to)? {
                return Err(StoreError::AlreadyExists { project: to.clone() });
            }
            self.seclude(&old)?;
            self.name_durably(&old.path, &new.path)?;
            // It is the same file, so whoever vouched for it still does.
            if let Some(witness) = self.witnesses.take(&old.path) {
                self.witnesses.put(&new.path, &witness);
            }
            Ok(())
        })
    }

    fn delete(&self, name: &ProjectName) -> Result<(), StoreError> {
        let place = self.place(name);
        self.when_unused(|_| {
            if !self.exists(name)? {
                return Err(StoreError::NotFound { project: name.clone() });
            }
            match self.seclude(&place) {
                Ok(()) | Err(StoreError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
            lock::remove_database(&place.path)?;
            self.witnesses.take(&place.path);
            // It is gone; if that cannot be made to last, it may be back after a power cut, and be deleted again.
            sync_folder(&self.projects).ok();
            Ok(())
        })
    }

    fn append_audit(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.append_to_audit(record)
    }

    fn audit(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRecord) -> Visit,
    ) -> Result<(), StoreError> {
        self.visit_audit(filter, each)
    }
}

/// A project that nobody will ever see, without a store: see [`Store::scratch`]. It lies in an
/// unnamed file of the temporary folder, which goes away with the process at the latest.
///
/// # Errors
/// [`StoreError::Full`] and its like.
pub fn scratch(project: &NewProject) -> Result<Box<dyn WriteTx>, StoreError> {
    let place = Place { path: PathBuf::from("(temporary project)"), busy_timeout: Duration::ZERO };
    let connection = Connection::open("").map_err(|error| place.lift(error))?;
    let core = create::begin_new(connection, place, project)?;
    Ok(Box::new(WriteTransaction::over(core, Target::Scratch)?))
}

/// Brings a finished, closed file into the mode that others will use it in, and onto the disk.
fn make_durable(path: &Path, place: &Place) -> Result<(), StoreError> {
    let lift = |error| place.lift(error);
    let connection = Connection::open(path).map_err(lift)?;
    // Nobody knows the file yet: it is enough that all of it is on the disk at the end.
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL").map_err(lift)?;
    connection.close().map_err(|(_, error)| place.lift(error))?;
    // Windows only writes to the disk what it may write to.
    let file = File::options().write(true).open(path);
    file.and_then(|file| file.sync_all()).map_err(|error| lift_io(path, error))
}

/// Makes a change of names durable, where the system can do that.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = if cfg!(unix) { File::open(folder).and_then(|file| file.sync_all()) } else { Ok(()) };
    match synced {
        // Some network file systems cannot, and the rename stands all the same.
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(lift_io(folder, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;

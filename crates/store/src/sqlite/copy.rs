//! Copies of whole projects, for backups: out of a store that is in use, and into one.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use dss_model::ProjectName;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::core::{Core, Handle};
use super::fault::{Place, lift_io};
use super::lock::{Building, NameLock};
use super::tx::ReadTransaction;
use super::{SqliteStore, lock, restore, schema};
use crate::{ReadTx, StoreError, Visit};

/// Pages between two looks at the visitor: 16 MiB.
const STEP_PAGES: i32 = 1_024;

/// What a copy that was opened tells of itself.
#[derive(Debug)]
pub struct OpenedCopy {
    transaction: ReadTransaction,
}

impl OpenedCopy {
    /// The project in the copy, to be read and checked.
    pub fn project(&self) -> &dyn ReadTx {
        &self.transaction
    }
}

/// A project that comes back out of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored<'a> {
    /// The copy's file.
    pub copy: &'a Path,
    /// How the project is called from now on.
    pub name: &'a ProjectName,
}

impl SqliteStore {
    /// Copies a project as it is at this moment to the new file `target`, durably. Nobody has to wait for it, and what is
    /// written meanwhile is not in the copy. The copy has no identity: whoever writes to it mints one (MERGE.md §7).
    ///
    /// `each` is asked every 16 MiB, with how much of how much is copied (in pages), whether to go on.
    ///
    /// # Errors
    /// [`StoreError::Access`] if `target` exists or cannot be written, [`StoreError::Full`] and its like;
    /// [`StoreError::Aborted`] if `each` had enough. What stands at `target` then is no copy.
    pub fn copy_project(
        &self,
        name: &ProjectName,
        target: &Path,
        each: &mut dyn FnMut(u64, u64) -> Visit,
    ) -> Result<(), StoreError> {
        let database = self.database(name)?;
        let from = database.connection()?;
        let lift = |error| database.place.lift(error);
        // The snapshot is held, so that no writer makes the copy start again.
        from.execute_batch("BEGIN").map_err(lift)?;
        let pinned = from.query_row("SELECT 1 FROM project", [], |_| Ok(())).map_err(lift);
        let copied = pinned.and_then(|()| write_copy(&from, target, each));
        from.execute_batch("ROLLBACK").map_err(lift)?;
        copied
    }

    /// Copies the log of operations to the new file `target`, durably; returns whether there is one.
    ///
    /// # Errors
    /// As [`SqliteStore::copy_project`].
    pub fn copy_audit(&self, target: &Path) -> Result<bool, StoreError> {
        if !self.audit.path.try_exists().map_err(|error| lift_io(&self.audit.path, error))? {
            return Ok(false);
        }
        let database = self.store_database()?;
        let from = database.connection()?;
        copy_pages(&from, target, &mut |_, _| ControlFlow::Continue(()))?;
        Ok(true)
    }

    /// Brings projects back out of copies, all of them or none: whatever happens meanwhile, the store is found as it was
    /// or as it is to be. They get new identities with their next writes. Existing projects of these names give way if
    /// `may_replace`, and must not be in use then. The log comes back only where there is none.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if a name is taken and may not be replaced, [`StoreError::Locked`] if a project that
    /// is to give way is in use, [`StoreError::Damaged`] if a copy is, [`StoreError::Full`] and its like. Nothing was
    /// changed.
    pub fn restore(
        &self,
        projects: &[Restored<'_>],
        audit: Option<&Path>,
        may_replace: bool,
    ) -> Result<(), StoreError> {
        for Restored { name, .. } in projects {
            if !may_replace && self.exists(name)? {
                return Err(StoreError::AlreadyExists { project: (*name).clone() });
            }
        }
        let mut built = Vec::with_capacity(projects.len());
        for Restored { copy, name } in projects {
            built.push((self.build(copy, true)?, self.place(name).path, Some(*name)));
        }
        // A log that was begun meanwhile is the one that counts.
        if let Some(copy) = audit.filter(|_| !self.audit.path.exists()) {
            built.push((self.build(copy, false)?, self.audit.path.clone(), None));
        }
        let mut built = Some(built);
        self.when_unused(|alone| {
            for (_, target, name) in built.iter().flatten() {
                let Some(name) = name else { continue };
                if target.try_exists().map_err(|error| lift_io(target, error))? {
                    if !may_replace {
                        return Err(StoreError::AlreadyExists { project: (*name).clone() });
                    }
                    self.give_way(name)?;
                }
            }
            // What vouched for the files that were there vouches for nothing any more.
            built.iter().flatten().for_each(|(_, target, _)| drop(self.witnesses.take(target)));
            let moves = built.take().into_iter().flatten().map(|(building, target, _)| (building, target));
            restore::swap(&self.projects, moves.collect(), alone)
        })
    }

    /// Takes a project from everybody who could have it open.
    fn give_way(&self, name: &ProjectName) -> Result<(), StoreError> {
        match self.seclude(&self.place(name)) {
            // A damaged file has to go anyway, with whatever SQLite has left beside it.
            Err(StoreError::Damaged { .. }) => lock::remove_beside(&self.place(name).path),
            other => other,
        }
    }

    /// A file that only has to get its name: the copy's pages, without an identity, on the disk.
    fn build(&self, copy: &Path, is_project: bool) -> Result<Building, StoreError> {
        let building = {
            let alone = NameLock::exclusive(&self.names)?;
            Building::start(&self.projects, &alone)?
        };
        let from = open_read_only(copy)?;
        let target = building.database();
        if is_project {
            write_copy(&from, target, &mut |_, _| ControlFlow::Continue(()))?;
        } else {
            copy_pages(&from, target, &mut |_, _| ControlFlow::Continue(()))?;
        }
        super::make_durable(target, &place(target))?;
        Ok(building)
    }
}

/// Opens a copy to look at it. Nothing is written, not even beside it.
///
/// # Errors
/// [`StoreError::Damaged`] if it is none, [`StoreError::NewerSchema`], [`StoreError::Access`].
pub fn open_copy(path: &Path) -> Result<OpenedCopy, StoreError> {
    let mut connection = open_read_only(path)?;
    let place = place(path);
    if schema::PROJECT.check(&connection, &place)? {
        connection = of_this_version(&connection, &place)?;
    }
    connection.execute_batch("BEGIN").map_err(|error| place.lift(error))?;
    let core = Core::new(Handle::Own(connection), place, false)?;
    Ok(OpenedCopy { transaction: ReadTransaction::over(core) })
}

/// An older file as this version would have it: a temporary copy, which goes away with the connection.
fn of_this_version(from: &Connection, place: &Place) -> Result<Connection, StoreError> {
    let lift = |error| place.lift(error);
    let mut copy = Connection::open("").map_err(lift)?;
    Backup::new(from, &mut copy).and_then(|backup| backup.step(-1)).map_err(lift)?;
    copy.execute_batch("PRAGMA journal_mode = OFF").map_err(lift)?;
    schema::PROJECT.migrate(&mut copy, place)?;
    Ok(copy)
}

fn place(path: &Path) -> Place {
    Place { path: path.to_owned(), busy_timeout: Duration::ZERO }
}

fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| place(path).lift(error))
}

/// Copies all pages, and takes the identity out of the copy.
fn write_copy(
    from: &Connection,
    target: &Path,
    each: &mut dyn FnMut(u64, u64) -> Visit,
) -> Result<(), StoreError> {
    copy_pages(from, target, each)?;
    let lift = |error| place(target).lift(error);
    let copy = Connection::open(target).map_err(lift)?;
    let nobody = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN;
                  UPDATE project SET own_replica = NULL, own_issued = 0;
                  UPDATE source SET replica = NULL, issued = 0; COMMIT;";
    copy.execute_batch(nobody).map_err(lift)?;
    copy.close().map_err(|(_, error)| lift(error))?;
    lock::remove_beside(target)
}

/// Copies all pages to a new file, as one that needs no other beside it.
fn copy_pages(
    from: &Connection,
    target: &Path,
    each: &mut dyn FnMut(u64, u64) -> Visit,
) -> Result<(), StoreError> {
    let file = File::options().write(true).create_new(true).open(target);
    let file = file.map_err(|error| lift_io(target, error))?;
    let lift = |error| place(target).lift(error);
    let mut copy = Connection::open(target).map_err(lift)?;
    let backup = Backup::new(from, &mut copy).map_err(lift)?;
    loop {
        let step = backup.step(STEP_PAGES).map_err(lift)?;
        let progress = backup.progress();
        let pages = u64::try_from(progress.pagecount).unwrap_or(0);
        let left = u64::try_from(progress.remaining).unwrap_or(0);
        match step {
            StepResult::Done => break,
            StepResult::More if each(pages.saturating_sub(left), pages).is_continue() => {}
            StepResult::More => return Err(StoreError::Aborted),
            _ => return Err(place(target).locked()),
        }
    }
    drop(backup);
    copy.execute_batch("PRAGMA journal_mode = DELETE").map_err(lift)?;
    copy.close().map_err(|(_, error)| lift(error))?;
    // SQLite says nothing where it could not remove these; whoever opens the copy would play them into it.
    lock::remove_beside(target)?;
    file.sync_all().map_err(|error| lift_io(target, error))
}

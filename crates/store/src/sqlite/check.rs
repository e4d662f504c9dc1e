//! Looking for damage: whether everything in a project's file agrees.
//!
//! It is one pass after the other over a snapshot, each of constant memory: what the size of the project needs room for is
//! left to SQLite, which has its temporary files. Nothing in the file is changed.

mod links;
mod past;
mod references;
mod states;

use std::ops::ControlFlow;

use rusqlite::Connection;

use super::core::Core;
use super::schema;
use crate::{Damage, DamageKind, StoreError, Visit};

/// Messages of SQLite's own check; where there is one, there are often thousands.
const MESSAGES_MAX: u32 = 100;

/// Passes damage on until the visitor has had enough.
struct Reporter<'a> {
    each: &'a mut dyn FnMut(Damage) -> Visit,
    enough: bool,
}

impl Reporter<'_> {
    fn add(&mut self, damage: Damage) {
        if !self.enough {
            self.enough = (self.each)(damage).is_break();
        }
    }

    /// Whether to go on.
    const fn visit(&self) -> Visit {
        if self.enough { Visit::Break(()) } else { Visit::Continue(()) }
    }

    /// Notes that something could not be read because of damage; goes on after that.
    fn survive(&mut self, kind: DamageKind, read: Result<(), StoreError>) -> Result<(), StoreError> {
        match read {
            Err(StoreError::Damaged { detail, .. }) => self.add(Damage::of_project(kind, detail)),
            // A statement that any project's file answers, and this one does not.
            Err(StoreError::Database { cause, .. }) => self.add(Damage::of_project(kind, cause.to_string())),
            other => return other,
        }
        Ok(())
    }
}

/// One part of a check, and what it is a sign of if it cannot even be made.
type Part = (DamageKind, fn(&Core, &mut Reporter<'_>) -> Result<(), StoreError>);

const PARTS: [Part; 7] = [
    (DamageKind::File, Core::check_file),
    (DamageKind::File, Core::check_shape),
    (DamageKind::Orphan, Core::check_links),
    (DamageKind::State, Core::check_states),
    (DamageKind::Content, Core::check_contents),
    (DamageKind::References, Core::check_references),
    (DamageKind::History, Core::check_past),
];

impl Core {
    /// Visits everything that contradicts the rest of the file.
    pub(super) fn check(&self, each: &mut dyn FnMut(Damage) -> Visit) -> Result<(), StoreError> {
        let mut reporter = Reporter { each, enough: false };
        for (kind, part) in PARTS {
            let read = part(self, &mut reporter);
            reporter.survive(kind, read)?;
            if reporter.enough {
                break;
            }
        }
        Ok(())
    }

    fn check_file(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let visited = visit_integrity(&self.connection, &mut |message| {
            reporter.add(Damage::of_project(DamageKind::File, message));
            reporter.visit()
        });
        visited.map_err(|error| self.lift(error))
    }

    /// Tables and indexes are those of a new project. SQLite itself misses none of them.
    fn check_shape(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let expected = || {
            let fresh = Connection::open_in_memory()?;
            fresh.execute_batch(schema::PROJECT_TABLES)?;
            fresh.execute_batch(schema::PROJECT_INDEXES)?;
            shape(&fresh)
        };
        let expected = expected().map_err(|error| self.lift(error))?;
        let found = shape(&self.connection).map_err(|error| self.lift(error))?;
        let missing = expected.iter().filter(|entry| !found.contains(entry)).map(|entry| ("lacks", entry));
        let strange =
            found.iter().filter(|entry| !expected.contains(entry)).map(|entry| ("has its own", entry));
        for (how, (name, _)) in missing.chain(strange) {
            let detail = format!("the file {how} table or index \"{name}\"");
            reporter.add(Damage::of_project(DamageKind::File, detail));
        }
        Ok(())
    }
}

/// Visits the messages of SQLite's own check of a database.
pub(super) fn visit_integrity(
    connection: &Connection,
    each: &mut dyn FnMut(String) -> Visit,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MESSAGES_MAX})"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let message: String = row.get(0)?;
        if message != "ok"
            && let ControlFlow::Break(()) = each(message)
        {
            break;
        }
    }
    Ok(())
}

/// Names and definitions of a database's tables and indexes, but for those that SQLite makes by itself.
fn shape(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(
        "SELECT name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name",
    )?;
    statement.query_map([], |row| row.try_into())?.collect()
}

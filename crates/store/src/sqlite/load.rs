//! Inserting rows. A bulk load writes many at a time, so that each statement is prepared once for all of them.

use std::sync::LazyLock;

use dss_model::{EntityId, Kind};
use rusqlite::{CachedStatement, ToSql, params, params_from_iter};

use super::codes;
use super::core::Core;
use crate::{Columns, Reference, StoreError};

/// Bytes of rows that wait to be written: more would take memory, and gain nothing.
const LOAD_BYTES: usize = 64 << 10;
/// About how many bytes a row has beside its state.
const ROW_BYTES: usize = 256;

/// Rows that one statement inserts: beginning and ending it costs as much as inserting one of them.
const AT_ONCE: usize = 8;

static INSERT_ONE: LazyLock<String> = LazyLock::new(|| insert(1));
static INSERT_SEVERAL: LazyLock<String> = LazyLock::new(|| insert(AT_ONCE));

fn insert(rows: usize) -> String {
    let rows = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
    format!(
        "INSERT INTO entity (id, kind, set_number, path, sort, type_number, flags, conflicts, updated_ms, hash, state)
         VALUES {rows}"
    )
}

/// What a state puts into the row's columns.
#[derive(Debug)]
pub(super) struct Derived {
    pub(super) set_number: Option<i64>,
    pub(super) type_number: Option<i64>,
    pub(super) flags: i64,
    pub(super) conflicts: i64,
    pub(super) updated_ms: i64,
    pub(super) hash: [u8; 16],
    pub(super) state: Vec<u8>,
}

/// A row that is to be inserted.
#[derive(Debug)]
pub(super) struct New {
    id: [u8; 16],
    kind: i64,
    path: String,
    sort: Vec<u8>,
    derived: Derived,
    links: Vec<Link>,
}

impl New {
    /// In the order of the columns that [`insert`] names.
    fn values(&self) -> [&dyn ToSql; 11] {
        let Self { id, kind, path, sort, derived, .. } = self;
        let Derived { set_number, type_number, flags, conflicts, updated_ms, hash, state } = derived;
        [id, kind, set_number, path, sort, type_number, flags, conflicts, updated_ms, hash, state]
    }
}

/// A reference, in numbers.
#[derive(Debug)]
pub(super) struct Link {
    target: String,
    kind: i64,
    expected: Option<i64>,
}

/// Rows of a bulk load that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Load {
    rows: Vec<New>,
    bytes: usize,
}

impl Core {
    /// Counts a row in and makes it ready to be inserted.
    pub(super) fn new_row(
        &mut self,
        (id, kind): (EntityId, Kind),
        columns: Columns,
        references: Vec<Reference>,
        derived: Derived,
    ) -> New {
        let kind = codes::kind_code(kind);
        self.registry.tally(kind, derived.flags, 1);
        let Columns { path, sort, .. } = columns;
        let id = id.to_bytes();
        New { id, kind, path, sort, derived, links: self.links(references) }
    }

    pub(super) fn links(&mut self, references: Vec<Reference>) -> Vec<Link> {
        let types = &mut self.registry.types;
        let link = |Reference { target, kind, expected_type }| {
            let expected = expected_type.map(|name: String| types.number(name.as_str()));
            Link { target, kind: codes::reference_code(kind), expected }
        };
        references.into_iter().map(link).collect()
    }

    /// Takes a row of a bulk load.
    pub(super) fn load(&self, row: New) -> Result<(), StoreError> {
        let is_full = {
            let mut load = self.load.borrow_mut();
            load.bytes = load.bytes.saturating_add(row.derived.state.len()).saturating_add(ROW_BYTES);
            load.rows.push(row);
            load.bytes >= LOAD_BYTES
        };
        if is_full { self.write_loaded() } else { Ok(()) }
    }

    /// Writes what a bulk load has brought so far.
    pub(super) fn write_loaded(&self) -> Result<(), StoreError> {
        let mut load = self.load.take();
        let written = self.write_new(&load.rows).map(drop);
        if written.is_err() {
            self.failed.set(true);
        }
        // Its memory is good for the next ones.
        load.rows.clear();
        load.bytes = 0;
        self.load.replace(load);
        written
    }

    /// Inserts rows with their references; returns the number of the last one.
    pub(super) fn write_new(&self, rows: &[New]) -> Result<i64, StoreError> {
        let mut linking = self.prepare_linking()?;
        let mut next = 0_i64;
        let (several, rest) = rows.as_chunks::<AT_ONCE>();
        for rows in several.iter().map(<[New; AT_ONCE]>::as_slice).chain(rest.chunks(1)) {
            let values = params_from_iter(rows.iter().flat_map(New::values));
            let mut statement = self.prepare(if rows.len() == 1 { &INSERT_ONE } else { &INSERT_SEVERAL })?;
            let inserted = statement.execute(values).map_err(|error| self.lift(error))?;
            // Each new row has the number behind the highest.
            let inserted = i64::try_from(inserted).unwrap_or(0);
            next = self.connection.last_insert_rowid().saturating_add(1);
            for (number, row) in (next.saturating_sub(inserted)..).zip(rows) {
                self.link(&mut linking, number, &row.links)?;
            }
        }
        Ok(next.saturating_sub(1))
    }

    pub(super) fn write_links(&self, row: i64, links: &[Link]) -> Result<(), StoreError> {
        self.link(&mut self.prepare_linking()?, row, links)
    }

    fn prepare_linking(&self) -> Result<CachedStatement<'_>, StoreError> {
        self.prepare(
            "INSERT INTO reference (source, place, target, kind, expected) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
    }

    fn link(&self, statement: &mut CachedStatement<'_>, row: i64, links: &[Link]) -> Result<(), StoreError> {
        for (place, Link { target, kind, expected }) in (0_i64..).zip(links) {
            let inserted = statement.execute(params![row, place, target, kind, expected]);
            inserted.map_err(|error| self.lift(error))?;
        }
        Ok(())
    }
}

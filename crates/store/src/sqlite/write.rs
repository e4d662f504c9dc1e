//! Changing rows.

use dss_model::EntityId;
use rusqlite::{OptionalExtension as _, Params, params};

use super::codes;
use super::core::{Core, ROW_COLUMNS};
use super::load::Derived;
use crate::state::{self, Context};
use crate::{Columns, PlainRow, Reference, ReferenceKind, Row, StoreError};

/// About how many bytes of a state are no registers, if one write made it.
const HEADER_BYTES: usize = 32;

/// What stands in the row now.
#[derive(Debug)]
pub(super) struct Stored {
    row: i64,
    set_number: Option<i64>,
    type_number: Option<i64>,
    flags: i64,
    hash: [u8; 16],
    pub(super) value: Row,
}

impl Core {
    /// Inserts or replaces a row.
    pub(super) fn put(&mut self, row: &Row) -> Result<(), StoreError> {
        let columns = &row.columns;
        let context =
            Context { id: row.entity.id(), kind: row.entity.kind(), path: &columns.path, set: columns.set };
        let mut state = Vec::new();
        state::encode(&row.entity, context, &mut self.registry.names, &mut state);
        let derived = Derived {
            set_number: columns.set.map(|set| self.registry.sets.number(&set)),
            type_number: columns.token_type.as_deref().map(|name| self.registry.types.number(name)),
            flags: flags(row.entity.is_alive(), columns, &row.references),
            conflicts: i64::try_from(row.entity.open_conflicts()).unwrap_or(i64::MAX),
            updated_ms: row.entity.newest().map_or(0, |pair| pair.stamp.wall_ms),
            hash: state::hash(&state, context),
            state,
        };
        let recent = self.recent.take().filter(|recent| recent.value.entity.id() == row.entity.id());
        let stored = match recent {
            Some(recent) => Some(recent),
            None if self.loading.get() => None,
            None => self.stored(row.entity.id())?,
        };
        let Some(stored) = stored else {
            self.registry.count(&row.entity, 1);
            let named = (row.entity.id(), row.entity.kind());
            let new = self.new_row(named, row.columns.clone(), row.references.clone(), derived);
            if self.loading.get() {
                return self.load(new);
            }
            let number = self.write_new(&[new])?;
            self.keep_change(number, None, &row.entity)?;
            return self.touch(number, None);
        };
        if stored.hash != derived.hash {
            self.registry.count(&row.entity, 1);
            self.registry.count(&stored.value.entity, -1);
            self.keep_change(stored.row, Some(&stored.value.entity), &row.entity)?;
        }
        self.update(row, &stored, &derived)?;
        let has_other_references = self.references(stored.row)? != row.references;
        let was = (stored.value.entity.kind(), stored.set_number, stored.type_number);
        let is_elsewhere = stored.value.columns.path != columns.path;
        if has_other_references
            || is_elsewhere
            || was != (row.entity.kind(), derived.set_number, derived.type_number)
            || (stored.flags ^ derived.flags) & !codes::VALID != 0
        {
            self.run("DELETE FROM resolved_type WHERE row = ?1", [stored.row])?;
            self.touch(stored.row, is_elsewhere.then_some(stored.value.columns.path.as_str()))?;
        }
        if has_other_references {
            self.run("DELETE FROM reference WHERE source = ?1", [stored.row])?;
            let links = self.links(row.references.clone());
            self.write_links(stored.row, &links)?;
        }
        Ok(())
    }

    /// Inserts what one write made, in a bulk load without taking it apart.
    pub(super) fn put_plain(&mut self, row: PlainRow) -> Result<(), StoreError> {
        if !self.loading.get() {
            return self.put(&row.to_row()?);
        }
        let (columns, context, write) = (row.columns(), row.context(), row.write());
        let mut state = Vec::with_capacity(row.registers().len().saturating_add(HEADER_BYTES));
        state::encode_plain(write, row.registers(), &mut self.registry.names, &mut state);
        let derived = Derived {
            set_number: columns.set.map(|set| self.registry.sets.number(&set)),
            type_number: columns.token_type.as_deref().map(|name| self.registry.types.number(name)),
            flags: flags(row.is_alive(), columns, row.references()),
            conflicts: 0,
            updated_ms: write.wall_ms,
            hash: state::hash(&state, context),
            state,
        };
        self.registry.count_write(write);
        let named = (row.id(), row.kind());
        let (columns, references) = row.into_parts();
        let new = self.new_row(named, columns, references, derived);
        self.load(new)
    }

    pub(super) fn stored(&self, id: EntityId) -> Result<Option<Stored>, StoreError> {
        self.stored_where("id = ?1", [id.to_bytes()])
    }

    /// The same, if it stands at that path of that set.
    pub(super) fn stored_at(
        &self,
        id: EntityId,
        set: EntityId,
        path: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let set = self.registry.sets.known(&set);
        // The plus keeps the planner from the index of ids.
        self.stored_where("+id = ?1 AND path = ?2 AND set_number = ?3", params![id.to_bytes(), path, set])
    }

    fn stored_where(&self, condition: &str, parameters: impl Params) -> Result<Option<Stored>, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement =
            self.prepare(&format!("SELECT {ROW_COLUMNS}, row, type_number FROM entity WHERE {condition}"))?;
        let mut rows = statement.query(parameters).map_err(lift)?;
        let Some(row) = rows.next().map_err(lift)? else { return Ok(None) };
        Ok(Some(Stored {
            row: row.get(9).map_err(lift)?,
            set_number: row.get(2).map_err(lift)?,
            type_number: row.get(10).map_err(lift)?,
            flags: row.get(6).map_err(lift)?,
            hash: row.get(7).map_err(lift)?,
            value: self.row(row)?,
        }))
    }

    /// Writes what differs. Columns that no index holds are cheap to write, the others are not.
    fn update(&mut self, row: &Row, stored: &Stored, derived: &Derived) -> Result<(), StoreError> {
        let columns = &row.columns;
        let same_place = stored.value.entity.kind() == row.entity.kind()
            && stored.set_number == derived.set_number
            && stored.type_number == derived.type_number
            && stored.flags == derived.flags
            && stored.value.columns.path == columns.path
            && stored.value.columns.sort == columns.sort;
        let kind = codes::kind_code(stored.value.entity.kind());
        self.registry.tally(kind, stored.flags, -1);
        self.registry.tally(codes::kind_code(row.entity.kind()), derived.flags, 1);
        let changed = if !same_place {
            let mut statement = self.prepare(
                "UPDATE entity SET kind = ?2, set_number = ?3, path = ?4, sort = ?5, type_number = ?6, flags = ?7,
                 conflicts = ?8, updated_ms = ?9, hash = ?10, state = ?11 WHERE row = ?1",
            )?;
            statement.execute(params![
                stored.row,
                codes::kind_code(row.entity.kind()),
                derived.set_number,
                columns.path,
                columns.sort,
                derived.type_number,
                derived.flags,
                derived.conflicts,
                derived.updated_ms,
                derived.hash,
                derived.state,
            ])
        } else if stored.hash != derived.hash {
            let mut statement = self.prepare(
                "UPDATE entity SET conflicts = ?2, updated_ms = ?3, hash = ?4, state = ?5 WHERE row = ?1",
            )?;
            let Derived { conflicts, updated_ms, hash, state, .. } = derived;
            statement.execute(params![stored.row, conflicts, updated_ms, hash, state])
        } else {
            return Ok(());
        };
        changed.map(drop).map_err(|error| self.lift(error))
    }

    /// The number of the entity's row.
    pub(super) fn row_of(&self, id: EntityId) -> Result<Option<i64>, StoreError> {
        if let Some(recent) = self.recent.borrow().as_ref().filter(|recent| recent.value.entity.id() == id) {
            return Ok(Some(recent.row));
        }
        self.number("SELECT row FROM entity WHERE id = ?1", [id.to_bytes()])
    }

    pub(super) fn references_of(&self, id: EntityId) -> Result<Vec<Reference>, StoreError> {
        self.ensure_indexes()?;
        let row = self.row_of(id)?;
        row.map_or(Ok(Vec::new()), |row| self.references(row))
    }

    fn references(&self, row: i64) -> Result<Vec<Reference>, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement =
            self.prepare("SELECT target, kind, expected FROM reference WHERE source = ?1 ORDER BY place")?;
        let mut rows = statement.query([row]).map_err(lift)?;
        let mut references = Vec::new();
        while let Some(row) = rows.next().map_err(lift)? {
            let (target, kind, expected): (String, i64, Option<i64>) = row.try_into().map_err(lift)?;
            let kind = codes::reference_kind(kind);
            references.push(Reference {
                target,
                kind: kind.ok_or_else(|| self.damaged("unknown kind of reference"))?,
                expected_type: expected.and_then(|number| self.registry.types.name(number).cloned()),
            });
        }
        Ok(references)
    }

    pub(super) fn set_columns(
        &mut self,
        id: EntityId,
        token_type: Option<&str>,
        valid: bool,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        self.recent.take();
        let type_number = token_type.map(|name| self.registry.types.number(name));
        let sql = "SELECT row, kind, flags, type_number FROM entity WHERE id = ?1";
        let mut statement = self.prepare(sql)?;
        let found: Option<(i64, i64, i64, Option<i64>)> = statement
            .query_row([id.to_bytes()], |row| row.try_into())
            .optional()
            .map_err(|error| self.lift(error))?;
        drop(statement);
        let Some((row, kind, flags, old_type)) = found else { return Ok(()) };
        let new_flags = (flags & (codes::ALIVE | codes::REFERS)) | flag(valid, codes::VALID);
        if (new_flags, type_number) == (flags, old_type) {
            return Ok(());
        }
        self.registry.tally(kind, flags, -1);
        self.registry.tally(kind, new_flags, 1);
        if type_number != old_type {
            self.run("DELETE FROM resolved_type WHERE row = ?1", [row])?;
            self.touch(row, None)?;
        }
        let mut statement = self.prepare("UPDATE entity SET flags = ?2, type_number = ?3 WHERE row = ?1")?;
        statement.execute(params![row, new_flags, type_number]).map(drop).map_err(|error| self.lift(error))
    }
}

fn flags(is_alive: bool, columns: &Columns, references: &[Reference]) -> i64 {
    flag(is_alive, codes::ALIVE)
        | flag(columns.valid, codes::VALID)
        | flag(references.iter().any(refers_further), codes::REFERS)
}

/// Whether resolving goes on from there: a pointer may lead back to its own token without harm.
fn refers_further(reference: &Reference) -> bool {
    reference.kind != ReferenceKind::Pointer
}

const fn flag(set: bool, bit: i64) -> i64 {
    if set { bit } else { 0 }
}

//! Visiting many rows: one query whose order an index gives.

use dss_model::Kind;
use rusqlite::params_from_iter;
use rusqlite::types::Value as SqlValue;

use super::codes;
use super::core::{Core, InPlace, ROW_COLUMNS};
use crate::{LifeFilter, RowInPlace, Scan, ScanOrder, StoreError, Visit};

impl Core {
    pub(super) fn scan_in_place(
        &self,
        scan: &Scan,
        each: &mut dyn FnMut(&dyn RowInPlace) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let order = match scan.order {
            ScanOrder::Document => "set_number, sort, id",
            ScanOrder::Id => "id",
            ScanOrder::Insertion => "row",
        };
        let (filter, parameters) = self.filter(scan);
        let sql = format!("SELECT {ROW_COLUMNS} FROM entity WHERE {filter} ORDER BY {order}");
        let mut statement = self.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(parameters)).map_err(|error| self.lift(error))?;
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            if each(&InPlace::new(self, row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn newest_write_ms(&self, scan: &Scan) -> Result<Option<i64>, StoreError> {
        self.write_loaded()?;
        let (filter, parameters) = self.filter(scan);
        let mut statement = self.prepare(&format!("SELECT MAX(updated_ms) FROM entity WHERE {filter}"))?;
        let newest = statement.query_row(params_from_iter(parameters), |row| row.get(0));
        newest.map_err(|error| self.lift(error))
    }

    /// The rows that are visited, as a condition and its parameters.
    fn filter(&self, scan: &Scan) -> (String, Vec<SqlValue>) {
        let mut conditions: Vec<String> = Vec::new();
        let mut parameters = Vec::new();
        if !scan.kinds.is_empty() {
            let kinds: Vec<_> = scan.kinds.iter().map(|kind| codes::kind_code(*kind).to_string()).collect();
            conditions.push(format!("kind IN ({})", kinds.join(", ")));
            // To the letter the condition of an index, which so finds them without a look at any token.
            if !scan.kinds.iter().any(|kind| matches!(kind, Kind::Group | Kind::Token)) {
                conditions.push("kind NOT IN (2, 3)".to_owned());
            }
        }
        if let Some(set) = scan.set {
            // A few rows below a path are found by their paths and sorted: the plus keeps the planner from going
            // through the whole set, in whose order nobody asks for them.
            let by_path = scan.below.as_ref().is_some_and(|group| !group.is_root())
                && scan.order != ScanOrder::Document;
            conditions.push(if by_path { "+set_number = ?" } else { "set_number = ?" }.to_owned());
            // A set nobody ever heard of has no number, and nothing equals NULL.
            parameters.push(self.registry.sets.known(&set).map_or(SqlValue::Null, SqlValue::Integer));
        }
        if let Some(group) = &scan.below {
            if group.is_root() {
                conditions.push("path <> ''".to_owned());
            } else {
                // '/' is the character after '.'.
                conditions.push("path > ? AND path < ?".to_owned());
                parameters.push(SqlValue::Text(format!("{group}.")));
                parameters.push(SqlValue::Text(format!("{group}/")));
            }
        }
        match scan.life {
            LifeFilter::Alive => conditions.push("flags & 1".to_owned()),
            LifeFilter::Deleted => conditions.push("NOT flags & 1".to_owned()),
            LifeFilter::Any => {}
        }
        if scan.only_conflicts {
            conditions.push("conflicts > 0".to_owned());
        }
        if let (ScanOrder::Id, Some(after)) = (scan.order, scan.after) {
            conditions.push("id > ?".to_owned());
            parameters.push(SqlValue::Blob(after.to_bytes().to_vec()));
        }
        let filter = if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") };
        (filter, parameters)
    }
}

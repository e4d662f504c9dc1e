//! The audit: who did what, when, to which project, and how it ended.

use std::fs::File;
use std::sync::Arc;

use rusqlite::params;

use super::fault::lift_io;
use super::pool::Database;
use super::{SqliteStore, schema};
use crate::{AuditFilter, AuditRecord, StoreError, Visit};

impl SqliteStore {
    pub(super) fn store_database(&self) -> Result<Arc<Database>, StoreError> {
        let place = &self.audit;
        self.databases.get(place, || {
            // An empty file is an empty database; opening it brings it to the newest schema.
            let made = File::options().create(true).append(true).open(&place.path);
            made.map_err(|error| lift_io(&place.path, error))?;
            Database::open(place.clone(), self.names.clone(), &schema::STORE, self.pool_size)
        })
    }

    pub(super) fn append_to_audit(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let database = self.store_database()?;
        let connection = database.connection()?;
        let appended = connection.execute(
            "INSERT INTO audit (at_ms, who, action, project, outcome, error_code, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                record.at_ms,
                record.who,
                record.action,
                record.project,
                record.outcome,
                record.error_code,
                record.detail
            ],
        );
        appended.map(drop).map_err(|error| database.place.lift(error))
    }

    pub(super) fn visit_audit(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRecord) -> Visit,
    ) -> Result<(), StoreError> {
        let database = self.store_database()?;
        let lift = |error| database.place.lift(error);
        let connection = database.connection()?;
        let mut statement = connection
            .prepare_cached(
                "SELECT at_ms, who, action, project, outcome, error_code, detail FROM audit
                 WHERE (?1 IS NULL OR project = ?1) AND at_ms >= ?2 ORDER BY number DESC",
            )
            .map_err(lift)?;
        let since_ms = filter.since_ms.unwrap_or(i64::MIN);
        let mut rows = statement.query(params![filter.project, since_ms]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            if each(record(row).map_err(lift)?).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn record(row: &rusqlite::Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        at_ms: row.get(0)?,
        who: row.get(1)?,
        action: row.get(2)?,
        project: row.get(3)?,
        outcome: row.get(4)?,
        error_code: row.get(5)?,
        detail: row.get(6)?,
    })
}

//! What resolving has found: the same comes out when everything is resolved once more.

use std::ops::ControlFlow;

use dss_model::EntityId;

use super::super::core::{Core, Resolved};
use super::Reporter;
use crate::{Damage, DamageKind, StoreError};

/// Tables that stand before those of the file for as long as a check resolves: the statements are the same, and nothing in
/// the file is written.
const BEGIN: &str = "
    DROP TABLE IF EXISTS temp.resolved_type;
    DROP TABLE IF EXISTS temp.fault;
    CREATE TEMP TABLE resolved_type (
        row INTEGER PRIMARY KEY, type_number INTEGER NOT NULL, round INTEGER NOT NULL);
    CREATE TEMP TABLE fault (
        source INTEGER NOT NULL, what INTEGER NOT NULL, target TEXT NOT NULL, detail INTEGER NOT NULL,
        PRIMARY KEY (source, what, target, detail)) WITHOUT ROWID;";
const END: &str = "DROP TABLE temp.resolved_type; DROP TABLE temp.fault;";

/// What is compared: rows that stand in one of the two tables only, and their entities.
const RESOLVED: [(&str, &str); 2] = [("resolved_type", "row"), ("fault", "source")];

impl Core {
    pub(super) fn check_references(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let stored = self.resolved.get();
        if stored == Resolved::No {
            return Ok(());
        }
        self.batch(BEGIN)?;
        let compared = self.resolve_again(stored, reporter);
        self.resolved.set(stored);
        self.touched.set(false);
        self.batch(END)?;
        compared
    }

    fn resolve_again(&self, stored: Resolved, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        self.resolved.set(Resolved::No);
        self.resolve(&mut |_| ControlFlow::Continue(()))?;
        if (stored, self.resolved.get()) == (Resolved::Yes, Resolved::Endless) {
            let detail = "some references never end, and the file says that all do";
            reporter.add(Damage::of_project(DamageKind::References, detail));
        }
        RESOLVED.into_iter().try_for_each(|(table, row)| self.compare(table, row, reporter))
    }

    fn compare(&self, table: &str, row: &str, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let sql = format!(
            "SELECT e.id, e.path FROM (
                 SELECT {row} AS row FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM temp.{table})
                 UNION
                 SELECT {row} AS row FROM (SELECT * FROM temp.{table} EXCEPT SELECT * FROM main.{table})
             ) d CROSS JOIN entity e ON e.row = d.row ORDER BY e.path, e.id"
        );
        let mut statement = self.prepare(&sql)?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let id = EntityId::from_bytes(row.get(0).map_err(lift)?);
            let path: String = row.get(1).map_err(lift)?;
            let detail =
                format!("resolving its references again gives another {table} than the one that is kept");
            reporter.add(Damage::of_entity(DamageKind::References, id, &path, detail));
            if reporter.enough {
                break;
            }
        }
        Ok(())
    }
}

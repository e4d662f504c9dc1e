//! Rows that name other rows.

use super::super::core::Core;
use super::Reporter;
use crate::{Damage, DamageKind, StoreError};

/// A column that names rows of another table. The file declares no foreign keys: they would cost a bulk load dear, and
/// nothing but this program writes to it.
struct Link {
    table: &'static str,
    column: &'static str,
    names: &'static str,
    by: &'static str,
}

const fn link(table: &'static str, column: &'static str, names: &'static str, by: &'static str) -> Link {
    Link { table, column, names, by }
}

const LINKS: [Link; 13] = [
    link("entity", "set_number", "set_name", "number"),
    link("entity", "type_number", "type_name", "number"),
    link("reference", "source", "entity", "row"),
    link("reference", "expected", "type_name", "number"),
    link("resolved_type", "row", "entity", "row"),
    link("resolved_type", "type_number", "type_name", "number"),
    link("fault", "source", "entity", "row"),
    link("history", "change", "change", "number"),
    link("history", "replica", "replica", "number"),
    link("history", "origin_replica", "replica", "number"),
    link("change", "import", "import", "number"),
    link("decision", "import", "import", "number"),
    link("delivery", "source", "source", "number"),
];

impl Core {
    pub(super) fn check_links(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        for Link { table, column, names, by } in LINKS {
            let sql = format!(
                "SELECT COUNT(*), MIN(x.{column}) FROM {table} x WHERE x.{column} IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM {names} y WHERE y.{by} = x.{column})"
            );
            let mut statement = self.prepare(&sql)?;
            let counted = statement.query_row([], |row| row.try_into());
            let (count, first): (i64, Option<i64>) = counted.map_err(|error| self.lift(error))?;
            let Some(first) = first else { continue };
            let detail =
                format!("{count} rows of {table} name a {names} that is not there, the first is {first}");
            reporter.add(Damage::of_project(DamageKind::Orphan, detail));
            if reporter.enough {
                break;
            }
        }
        Ok(())
    }
}

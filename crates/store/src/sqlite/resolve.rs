//! Checking all references of a project, set by set of rows: nothing of the project's size is held
//! in memory, and no step looks at a row more often than its references ask for.

use dss_model::EntityId;
use rusqlite::params;

use super::codes;
use super::core::Core;
use crate::{ALIAS_DEPTH_MAX, ReferenceFinding, ReferenceSource, StoreError, Visit};

/// Visits findings until the visitor has had enough; the work goes on without it.
pub(super) struct Reporter<'a> {
    each: &'a mut dyn FnMut(ReferenceFinding) -> Visit,
    enough: bool,
}

impl Reporter<'_> {
    pub(super) fn report(&mut self, finding: ReferenceFinding) -> Visit {
        if !self.enough {
            self.enough = (self.each)(finding).is_break();
        }
        if self.enough { Visit::Break(()) } else { Visit::Continue(()) }
    }

    pub(super) const fn has_enough(&self) -> bool {
        self.enough
    }
}

impl Core {
    pub(super) fn resolve_references(
        &mut self,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let connection = &self.connection;
        self.registry.save(connection).map_err(|error| self.place.lift(error))?;
        self.batch(include_str!("sql/resolve_begin.sql"))?;
        self.resolve_types()?;
        let mut reporter = Reporter { each, enough: false };
        self.report_dangling(&mut reporter)?;
        self.report_mismatches(&mut reporter)?;
        self.report_cycles(codes::TOKEN, "0, 1", &mut reporter)?;
        self.report_cycles(codes::GROUP, "3", &mut reporter)?;
        self.batch(include_str!("sql/resolve_end.sql"))
    }

    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.lift(error))
    }

    pub(super) fn run(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.prepare(sql)?.execute(parameters).map_err(|error| self.lift(error))
    }

    /// Gives untyped aliases the types of their targets, in rounds: each takes the first type that
    /// reaches it. A round only visits what the round before has typed.
    fn resolve_types(&self) -> Result<(), StoreError> {
        self.run(include_str!("sql/types_first.sql"), [])?;
        for round in 1..=ALIAS_DEPTH_MAX {
            if round > 1 {
                self.run(include_str!("sql/types_next.sql"), [])?;
            }
            let fresh = self.run(include_str!("sql/types_pick.sql"), [])?;
            self.batch(
                "DELETE FROM temp.candidate; DELETE FROM temp.frontier;
                 INSERT INTO temp.typed SELECT row, type_number FROM temp.fresh;
                 INSERT INTO temp.frontier SELECT row FROM temp.fresh; DELETE FROM temp.fresh;",
            )?;
            if fresh == 0 {
                break;
            }
        }
        self.batch(include_str!("sql/types_write.sql"))
    }

    fn report_dangling(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        self.run(include_str!("sql/dangling.sql"), [])?;
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT DISTINCT s.id, s.set_number, s.path, p.target, p.kind FROM temp.problem p
             CROSS JOIN entity s ON s.row = p.source WHERE s.flags & 1 ORDER BY s.path, s.id, p.target, p.kind",
        )?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let kind = codes::reference_kind(row.get(4).map_err(lift)?);
            let finding = ReferenceFinding::Dangling {
                source: self.reference_source(row)?,
                target: row.get(3).map_err(lift)?,
                kind: kind.ok_or_else(|| self.damaged("unknown kind of reference"))?,
            };
            if reporter.report(finding).is_break() {
                break;
            }
        }
        drop(rows);
        self.run("DELETE FROM temp.problem", []).map(drop)
    }

    fn report_mismatches(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        self.run(include_str!("sql/mismatches.sql"), [])?;
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT s.id, s.set_number, s.path, p.target, wanted.name, MIN(found.name) FROM temp.problem p
             CROSS JOIN entity s ON s.row = p.source
             CROSS JOIN type_name wanted ON wanted.number = p.expected
             CROSS JOIN entity t ON t.path = p.target AND t.kind = 3 AND t.flags & 1
             CROSS JOIN type_name found ON found.number =
                 COALESCE(t.type_number, (SELECT y.type_number FROM resolved_type y WHERE y.row = t.row))
             WHERE s.flags & 1
             GROUP BY s.path, s.id, p.target, wanted.name ORDER BY s.path, s.id, p.target, wanted.name",
        )?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let finding = ReferenceFinding::TypeMismatch {
                source: self.reference_source(row)?,
                target: row.get(3).map_err(lift)?,
                expected: row.get(4).map_err(lift)?,
                found: row.get(5).map_err(lift)?,
            };
            if reporter.report(finding).is_break() {
                break;
            }
        }
        drop(rows);
        self.run("DELETE FROM temp.problem", []).map(drop)
    }

    /// The source in the first three columns: id, set number, path.
    pub(super) fn reference_source(&self, row: &rusqlite::Row<'_>) -> Result<ReferenceSource, StoreError> {
        let lift = |error| self.lift(error);
        Ok(ReferenceSource {
            id: EntityId::from_bytes(row.get(0).map_err(lift)?),
            set: self.set(row.get(1).map_err(lift)?)?,
            path: row.get(2).map_err(lift)?,
        })
    }

    /// The first entity of that kind at the path of that node.
    pub(super) fn node_source(&self, node: i64, kind: i64) -> Result<ReferenceSource, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT e.id, e.set_number, e.path FROM entity n CROSS JOIN entity e
             ON e.path = n.path AND e.kind = ?2 AND e.flags & 1 WHERE n.row = ?1 ORDER BY e.id LIMIT 1",
        )?;
        let mut rows = statement.query(params![node, kind]).map_err(lift)?;
        match rows.next().map_err(lift)? {
            Some(row) => self.reference_source(row),
            None => Err(self.damaged("a reference starts nowhere")),
        }
    }
}

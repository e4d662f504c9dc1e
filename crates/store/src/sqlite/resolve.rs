//! Checking the references of a project, set by set of rows: nothing of the project's size is held
//! in memory, and no step looks at a row more often than its references ask for.
//!
//! What was found is kept. After that, only what depends on a change is looked at again: the rows that were
//! changed, and those that refer to them, directly or not.

use dss_model::EntityId;
use rusqlite::params;

use super::codes;
use super::core::{Core, Resolved};
use super::cycles::Edges;
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

/// What a step looks at: tables that have what it asks for, put for the words of its SQL.
#[derive(Clone, Copy)]
struct Scope {
    /// References whose targets may have another type than the one needed.
    links: &'static str,
    /// Tokens that refer.
    sources: &'static str,
    /// Tokens that are referred to.
    tokens: &'static str,
    /// Types that were found.
    types: &'static str,
}

/// The whole project. Of most references it was clear at a first look whether the type is right.
const ALL: Scope =
    Scope { links: "temp.unclear", sources: "entity", tokens: "entity", types: "resolved_type" };
/// What may have changed.
const AFFECTED: Scope =
    Scope { links: "temp.link", sources: "temp.affected", tokens: "temp.there", types: "temp.known" };

impl Scope {
    fn of(self, sql: &str) -> String {
        let Self { links, sources, tokens, types } = self;
        let words = [("LINKS", links), ("SOURCES", sources), ("TOKENS", tokens), ("TYPES", types)];
        words.into_iter().fold(sql.to_owned(), |sql, (word, table)| sql.replace(word, table))
    }
}

impl Core {
    pub(super) fn resolve_references(
        &mut self,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        self.recent.take();
        let connection = &self.connection;
        self.registry.save(connection).map_err(|error| self.place.lift(error))?;
        self.resolve(each)
    }

    /// The same, where every name has a number already.
    pub(super) fn resolve(&self, each: &mut dyn FnMut(ReferenceFinding) -> Visit) -> Result<(), StoreError> {
        // A run that failed may have left its tables behind.
        self.batch(concat!(include_str!("sql/resolve_end.sql"), include_str!("sql/resolve_begin.sql")))?;
        match self.resolved.get() {
            Resolved::No => self.sorting(|| self.resolve_since(Resolved::No, each))?,
            before => self.resolve_since(before, each)?,
        }
        self.batch(include_str!("sql/resolve_end.sql"))
    }

    fn resolve_since(
        &self,
        before: Resolved,
        each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        if before == Resolved::No {
            self.batch("DELETE FROM resolved_type; DELETE FROM fault")?;
            self.batch(include_str!("sql/survey_begin.sql"))?;
            self.survey()?;
            self.resolve_all_types()?;
            self.find_mismatches(ALL)?;
        } else if self.touched.get() {
            self.gather_affected()?;
            self.resolve_affected_types()?;
            self.batch("DELETE FROM fault WHERE source IN (SELECT row FROM temp.affected)")?;
            self.run(include_str!("sql/dangling.sql"), [])?;
            self.find_mismatches(AFFECTED)?;
        }
        // Few groups extend others: whether what they extend exists is asked anew.
        self.batch(concat!(
            "DELETE FROM fault WHERE what = 0 AND detail = 3;",
            include_str!("sql/dangling_groups.sql")
        ))?;
        let mut reporter = Reporter { each, enough: false };
        self.report_dangling(&mut reporter)?;
        self.report_mismatches(&mut reporter)?;
        // What never ends may lie anywhere, if it did before.
        let endless = match before {
            Resolved::Yes if !self.touched.get() => false,
            Resolved::Yes if !reporter.has_enough() && self.affected_end()? => false,
            Resolved::Yes => self.report_cycles(codes::TOKEN, &Edges::Affected, &mut reporter)?,
            Resolved::No if !reporter.has_enough() && self.all_end()? => false,
            _ => self.report_cycles(codes::TOKEN, &Edges::All("0, 1"), &mut reporter)?,
        };
        self.report_cycles(codes::GROUP, &Edges::All("3"), &mut reporter)?;
        self.touched.set(false);
        self.resolved.set(if endless { Resolved::Endless } else { Resolved::Yes });
        Ok(())
    }

    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.lift(error))
    }

    pub(super) fn run(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.prepare(sql)?.execute(parameters).map_err(|error| self.lift(error))
    }

    /// Gives untyped aliases the types of their targets, in rounds: each takes the first type that
    /// reaches it. A round only visits what the round before has typed. Most of the first is done when this begins.
    fn resolve_all_types(&self) -> Result<(), StoreError> {
        self.batch("CREATE INDEX temp.awaited_target ON awaited (target)")?;
        self.pick_types(ALL, 1)?;
        self.batch("DELETE FROM temp.fresh")?;
        let mut typed = self.run(include_str!("sql/types_frontier.sql"), [])?;
        let mut round = 2;
        while typed > 0 && round <= ALIAS_DEPTH_MAX {
            self.run(include_str!("sql/types_next.sql"), [])?;
            typed = self.pick_types(ALL, round)?;
            self.batch(
                "DELETE FROM temp.frontier; INSERT INTO temp.frontier SELECT row FROM temp.fresh;
                 DELETE FROM temp.fresh;",
            )?;
            round = round.saturating_add(1);
        }
        Ok(())
    }

    /// Looks up once what the other steps ask about what may have changed: that is what has, whatever refers to it, whatever
    /// refers to that, and so on. What lies outside depends on none of it.
    fn gather_affected(&self) -> Result<(), StoreError> {
        self.batch(include_str!("sql/affected_begin.sql"))?;
        loop {
            self.run("INSERT INTO temp.affected SELECT * FROM temp.level", [])?;
            self.run(include_str!("sql/affected_referrers.sql"), [])?;
            self.run("DELETE FROM temp.level", [])?;
            if self.run(include_str!("sql/affected_level.sql"), [])? == 0 {
                break;
            }
            self.run("DELETE FROM temp.frontier", [])?;
        }
        self.run(include_str!("sql/affected_links.sql"), [])?;
        self.run(include_str!("sql/affected_targets.sql"), [])?;
        self.run(include_str!("sql/affected_known.sql"), []).map(drop)
    }

    /// The types of untyped aliases among what may have changed, in the same rounds.
    fn resolve_affected_types(&self) -> Result<(), StoreError> {
        self.run(include_str!("sql/waiting.sql"), [])?;
        let mut round = 1;
        while round <= ALIAS_DEPTH_MAX {
            self.run(include_str!("sql/types_again.sql"), [round])?;
            if self.pick_types(AFFECTED, round)? > 0 {
                self.batch(
                    "DELETE FROM temp.waiting WHERE source IN (SELECT row FROM temp.fresh);
                     DELETE FROM temp.fresh;",
                )?;
                round = round.saturating_add(1);
                continue;
            }
            let next: Option<u32> = self
                .prepare(include_str!("sql/waiting_round.sql"))?
                .query_row([round], |row| row.get(0))
                .map_err(|error| self.lift(error))?;
            let Some(next) = next else { break };
            round = next;
        }
        self.run(include_str!("sql/affected_gone.sql"), [])?;
        self.run(include_str!("sql/affected_new.sql"), []).map(drop)
    }

    /// Settles the types of this round's candidates, and leaves them in `fresh`; returns how many there are.
    fn pick_types(&self, scope: Scope, round: u32) -> Result<usize, StoreError> {
        let fresh = self.run(&scope.of(include_str!("sql/types_pick.sql")), [round])?;
        self.run(&scope.of("INSERT INTO TYPES SELECT row, type_number, ?1 FROM temp.fresh"), [round])?;
        self.batch("DELETE FROM temp.candidate")?;
        Ok(fresh)
    }

    /// Notes which references need another type than the one that they find.
    fn find_mismatches(&self, scope: Scope) -> Result<(), StoreError> {
        self.run(&scope.of(include_str!("sql/mismatches.sql")), []).map(drop)
    }

    fn report_dangling(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT s.id, s.set_number, s.path, f.target, f.detail FROM fault f
             CROSS JOIN entity s ON s.row = f.source
             WHERE f.what = 0 AND s.flags & 1 ORDER BY s.path, s.id, f.target, f.detail",
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
        Ok(())
    }

    fn report_mismatches(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT s.id, s.set_number, s.path, f.target, wanted.name, MIN(found.name) FROM fault f
             CROSS JOIN entity s ON s.row = f.source
             CROSS JOIN type_name wanted ON wanted.number = f.detail
             CROSS JOIN entity t ON t.path = f.target AND t.kind = 3 AND t.flags & 1
             CROSS JOIN type_name found ON found.number =
                 COALESCE(t.type_number, (SELECT y.type_number FROM resolved_type y WHERE y.row = t.row))
             WHERE f.what = 1 AND s.flags & 1
             GROUP BY s.path, s.id, f.target, wanted.name ORDER BY s.path, s.id, f.target, wanted.name",
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
        Ok(())
    }

    /// Notes that something has changed that the resolution of references depends on: a row, and the path that it
    /// had before.
    pub(super) fn touch(&self, row: i64, path_before: Option<&str>) -> Result<(), StoreError> {
        if self.resolved.get() == Resolved::No {
            return Ok(());
        }
        if !self.touched.replace(true) {
            self.batch(include_str!("sql/touched_begin.sql"))?;
        }
        self.run("INSERT OR IGNORE INTO temp.touched_row (row) VALUES (?1)", [row])?;
        if let Some(path) = path_before {
            self.run("INSERT OR IGNORE INTO temp.touched_path (path) VALUES (?1)", [path])?;
        }
        Ok(())
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

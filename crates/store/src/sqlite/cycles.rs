//! References that never end: cycles, and chains that are too long.
//!
//! Paths whose references all lead to paths already taken away are taken away, again and again
//! (Kahn 1962): what is left is on a cycle or leads into one. The round in which a path goes is the
//! length of its longest chain. Each reference is looked at once, so the work is linear.

use rusqlite::{OptionalExtension as _, params};

use super::core::Core;
use super::resolve::Reporter;
use crate::{ALIAS_DEPTH_MAX, ReferenceFinding, StoreError};

/// Which references may never end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edges {
    /// All of those kinds, as SQL.
    All(&'static str),
    /// Those of tokens that can be reached from what may have changed.
    Affected,
}

/// What a walk from path to path found.
struct Cycle {
    /// The node of the smallest path.
    start: i64,
    length: u64,
}

impl Core {
    /// Reports cycles of references between entities of that kind; returns whether there may be any, or a chain
    /// that is too long.
    pub(super) fn report_cycles(
        &self,
        entity_kind: i64,
        edges: &Edges,
        reporter: &mut Reporter<'_>,
    ) -> Result<bool, StoreError> {
        if reporter.has_enough() {
            return Ok(true);
        }
        self.batch("DELETE FROM temp.hop; DELETE FROM temp.edge; DELETE FROM temp.shared;")?;
        let found = match edges {
            Edges::All(kinds) => {
                let sql = include_str!("sql/edges_first.sql").replace("KINDS", kinds);
                match self.run(&sql, [entity_kind])? {
                    0 => 0,
                    _ => self.run(include_str!("sql/edges_next.sql"), [entity_kind])?,
                }
            }
            Edges::Affected => self.edges_from("temp.affected WHERE kind = 3 AND flags & 5 = 5")?,
        };
        if found == 0 {
            return Ok(false);
        }
        self.batch("CREATE INDEX temp.edge_target ON edge (target)")?;
        let is_deep = self.peel(Some((entity_kind, reporter)))?;
        let is_endless = self.number("SELECT 1 FROM temp.degree LIMIT 1", [])?.is_some();
        self.batch(
            "DELETE FROM temp.edge WHERE source NOT IN (SELECT node FROM temp.degree)
                 OR target NOT IN (SELECT node FROM temp.degree);",
        )?;
        self.run(include_str!("sql/shared.sql"), [entity_kind])?;
        // First with all definitions, for cycles that a theme may break; then without the paths that
        // several sets define, for those that nothing can break.
        self.walk_all(entity_kind, false, reporter)?;
        self.batch(
            "DELETE FROM temp.edge WHERE source IN (SELECT node FROM temp.shared)
                 OR target IN (SELECT node FROM temp.shared);",
        )?;
        self.peel(None)?;
        self.walk_all(entity_kind, true, reporter)?;
        self.batch("DROP INDEX temp.edge_target")?;
        Ok(is_deep || is_endless)
    }

    /// Whether all references come to an end, and soon enough, by what the survey has noted.
    pub(super) fn all_end(&self) -> Result<bool, StoreError> {
        self.run(include_str!("sql/edges_surveyed.sql"), [])?;
        self.edges_end()
    }

    /// The same of what may have changed, and of what it leads to, by what was gathered. Nearly always they do.
    pub(super) fn affected_end(&self) -> Result<bool, StoreError> {
        self.run(include_str!("sql/edges_gathered.sql"), [])?;
        // What has not changed has not been gathered with its references.
        self.edges_from("temp.there WHERE flags & 5 = 5 AND row NOT IN (SELECT row FROM temp.affected)")?;
        self.edges_end()
    }

    /// Notes the edges that can be reached from tokens that refer further.
    fn edges_from(&self, start: &str) -> Result<usize, StoreError> {
        self.run(&include_str!("sql/edges_reached.sql").replace("START", start), [])
    }

    fn edges_end(&self) -> Result<bool, StoreError> {
        if self.number("SELECT 1 FROM temp.edge LIMIT 1", [])?.is_none() {
            return Ok(true);
        }
        self.batch("CREATE INDEX temp.edge_target ON edge (target)")?;
        let is_deep = self.peel(None)?;
        let is_endless = self.number("SELECT 1 FROM temp.degree LIMIT 1", [])?.is_some();
        self.batch("DROP INDEX temp.edge_target")?;
        Ok(!is_deep && !is_endless)
    }

    /// Takes away, round by round, what leads to nothing but what was taken away before. What is
    /// left is in `degree`. Reports where chains grow too long, and returns whether any does.
    fn peel(&self, mut report: Option<(i64, &mut Reporter<'_>)>) -> Result<bool, StoreError> {
        self.batch(
            "DELETE FROM temp.degree; DELETE FROM temp.frontier;
             INSERT INTO temp.degree SELECT source, COUNT(*) FROM temp.edge GROUP BY source;
             INSERT OR IGNORE INTO temp.frontier
             SELECT target FROM temp.edge WHERE target NOT IN (SELECT node FROM temp.degree);",
        )?;
        // A path without edges takes one step to its value.
        let mut steps = 1_u32;
        loop {
            self.run(
                "UPDATE temp.degree SET open = open - gone.count FROM (
                     SELECT e.source AS node, COUNT(*) AS count
                     FROM temp.frontier f CROSS JOIN temp.edge e ON e.target = f.row GROUP BY e.source
                 ) gone WHERE degree.node = gone.node",
                [],
            )?;
            let freed = self.run(
                "INSERT INTO temp.next SELECT DISTINCT e.source
                 FROM temp.frontier f CROSS JOIN temp.edge e ON e.target = f.row
                 CROSS JOIN temp.degree d ON d.node = e.source WHERE d.open = 0",
                [],
            )?;
            if freed == 0 {
                return Ok(steps > ALIAS_DEPTH_MAX);
            }
            self.run("DELETE FROM temp.degree WHERE node IN (SELECT row FROM temp.next)", [])?;
            self.run("DELETE FROM temp.frontier", [])?;
            self.run("INSERT INTO temp.frontier SELECT row FROM temp.next", [])?;
            self.run("DELETE FROM temp.next", [])?;
            steps = steps.saturating_add(1);
            if let Some((kind, reporter)) = report.as_mut()
                && steps == ALIAS_DEPTH_MAX.saturating_add(1)
            {
                self.report_too_deep(*kind, reporter)?;
            }
        }
    }

    fn report_too_deep(&self, kind: i64, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT e.id, e.set_number, e.path FROM temp.frontier f CROSS JOIN entity n ON n.row = f.row
             CROSS JOIN entity e ON e.path = n.path AND e.kind = ?1 AND e.flags & 5 = 5 ORDER BY e.path, e.id",
        )?;
        let mut rows = statement.query([kind]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let source = self.reference_source(row)?;
            if reporter.report(ReferenceFinding::TooDeep { source }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Walks from every path that is left, always on to the smallest path, until it meets a path
    /// that was visited: in the same walk, that is a cycle.
    fn walk_all(&self, kind: i64, certain: bool, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        self.run("DELETE FROM temp.visited", [])?;
        let mut starts = self.prepare(
            "SELECT d.node FROM temp.degree d CROSS JOIN entity n ON n.row = d.node ORDER BY n.path",
        )?;
        let mut rows = starts.query([]).map_err(|error| self.lift(error))?;
        let mut walk = 0_i64;
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            let start = row.get(0).map_err(|error| self.lift(error))?;
            walk = walk.saturating_add(1);
            let Some(met) = self.walk(start, walk)? else { continue };
            let cycle = self.measure(met)?;
            if certain || self.is_shared(&cycle)? {
                let source = self.node_source(cycle.start, kind)?;
                let paths = self.cycle_paths(&cycle)?;
                let finding = ReferenceFinding::Cycle { source, paths, length: cycle.length, certain };
                if reporter.report(finding).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Walks on; returns the first node met twice in this walk.
    fn walk(&self, start: i64, walk: i64) -> Result<Option<i64>, StoreError> {
        let mut node = start;
        loop {
            let before = self.number("SELECT walk FROM temp.visited WHERE node = ?1", [node])?;
            if let Some(before) = before {
                return Ok((before == walk).then_some(node));
            }
            self.run("INSERT INTO temp.visited VALUES (?1, ?2)", params![node, walk])?;
            match self.step(node)? {
                Some((next, _)) => node = next,
                None => return Ok(None),
            }
        }
    }

    /// The next node of a walk, and its path.
    fn step(&self, node: i64) -> Result<Option<(i64, String)>, StoreError> {
        let mut statement = self.prepare(
            "SELECT e.target, n.path FROM temp.edge e CROSS JOIN entity n ON n.row = e.target
             CROSS JOIN temp.degree d ON d.node = e.target WHERE e.source = ?1 ORDER BY n.path LIMIT 1",
        )?;
        statement.query_row([node], |row| row.try_into()).optional().map_err(|error| self.lift(error))
    }

    /// Goes once around the cycle through that node.
    fn measure(&self, met: i64) -> Result<Cycle, StoreError> {
        let mut smallest: Option<(i64, String)> = None;
        let mut length = 0_u64;
        let mut node = met;
        while let Some((next, path)) = self.step(node)? {
            if smallest.as_ref().is_none_or(|(_, known)| path < *known) {
                smallest = Some((next, path));
            }
            length = length.saturating_add(1);
            node = next;
            if node == met {
                break;
            }
        }
        Ok(Cycle { start: smallest.map_or(met, |(node, _)| node), length })
    }

    /// Whether several sets define a path of the cycle.
    fn is_shared(&self, cycle: &Cycle) -> Result<bool, StoreError> {
        let mut node = cycle.start;
        for _ in 0..cycle.length {
            if self.number("SELECT 1 FROM temp.shared WHERE node = ?1", [node])?.is_some() {
                return Ok(true);
            }
            match self.step(node)? {
                Some((next, _)) => node = next,
                None => break,
            }
        }
        Ok(false)
    }

    fn cycle_paths(&self, cycle: &Cycle) -> Result<Vec<String>, StoreError> {
        let mut statement = self.prepare("SELECT path FROM entity WHERE row = ?1")?;
        let first = statement.query_row([cycle.start], |row| row.get(0)).map_err(|error| self.lift(error))?;
        let mut paths = vec![first];
        let mut node = cycle.start;
        for _ in 1..cycle.length.min(u64::from(ALIAS_DEPTH_MAX)) {
            let Some((next, path)) = self.step(node)? else { break };
            paths.push(path);
            node = next;
        }
        Ok(paths)
    }
}

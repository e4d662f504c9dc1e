//! Questions about one project, for reading and writing transactions alike.

use dss_model::{EntityId, Kind};
use rusqlite::{OptionalExtension as _, params};

use super::codes;
use super::core::{Core, ROW_COLUMNS, Resolved};
use super::write::Stored;
use crate::{Counts, Duplicate, KindCounts, Placed, Referrer, Row, StoreError, Visit};

impl Core {
    pub(super) fn get(&self, id: EntityId) -> Result<Option<Row>, StoreError> {
        self.ensure_indexes()?;
        Ok(self.stored(id)?.map(|stored| self.hand_out(stored)))
    }

    pub(super) fn get_at(&self, id: EntityId, set: EntityId, path: &str) -> Result<Option<Row>, StoreError> {
        self.ensure_indexes()?;
        let there = self.stored_at(id, set, path)?;
        let stored = there.map_or_else(|| self.stored(id), |there| Ok(Some(there)))?;
        Ok(stored.map(|stored| self.hand_out(stored)))
    }

    /// The row; what was stored is kept for whoever is about to change it.
    fn hand_out(&self, stored: Stored) -> Row {
        if !self.is_writing {
            return stored.value;
        }
        let row = stored.value.clone();
        self.recent.replace(Some(stored));
        row
    }

    pub(super) fn state_hash(&self, id: EntityId) -> Result<Option<[u8; 16]>, StoreError> {
        self.ensure_indexes()?;
        let mut statement = self.prepare("SELECT hash FROM entity WHERE id = ?1")?;
        let hash = statement.query_row([id.to_bytes()], |row| row.get(0)).optional();
        hash.map_err(|error| self.lift(error))
    }

    pub(super) fn find(&self, kind: Kind, set: Option<EntityId>, path: &str) -> Result<Vec<Row>, StoreError> {
        self.ensure_indexes()?;
        let mut sql = format!("SELECT {ROW_COLUMNS} FROM entity WHERE path = ?1 AND kind = ?2");
        if set.is_some() {
            sql.push_str(" AND set_number = ?3");
        }
        let mut statement = self.prepare(&sql)?;
        let kind = codes::kind_code(kind);
        let rows = match set {
            Some(set) => statement.query(params![path, kind, self.registry.sets.known(&set)]),
            None => statement.query(params![path, kind]),
        };
        let mut rows = rows.map_err(|error| self.lift(error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            found.push(self.row(row)?);
        }
        found.sort_unstable_by_key(|row| row.entity.id());
        Ok(found)
    }

    pub(super) fn placed(&self, set: EntityId, path: &str) -> Result<Vec<Placed>, StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        // The plus keeps the planner from a table of two kinds to loop over.
        let mut statement = self.prepare(
            "SELECT id, kind, flags, sort FROM entity WHERE path = ?1 AND set_number = ?2 AND +kind IN (2, 3)",
        )?;
        let mut rows = statement.query(params![path, self.registry.sets.known(&set)]).map_err(lift)?;
        let mut placed = Vec::new();
        while let Some(row) = rows.next().map_err(lift)? {
            let (id, kind, flags, sort): (_, _, i64, _) = row.try_into().map_err(lift)?;
            let (id, kind) = (EntityId::from_bytes(id), self.kind(kind)?);
            placed.push(Placed { id, kind, is_alive: flags & codes::ALIVE != 0, sort });
        }
        // There are few: SQLite would set up more than it sorts.
        placed.sort_unstable_by_key(|placed| placed.id);
        Ok(placed)
    }

    pub(super) fn counts(&self) -> Result<Counts, StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        let mut counts = Counts::default();
        for (kind, flags, count) in self.registry.tallies().filter(|(.., count)| *count > 0) {
            let (kind, count) = (self.kind(kind)?, codes::wide(count));
            if counts.kinds.last().is_none_or(|last| last.kind != kind) {
                counts.kinds.push(KindCounts { kind, alive: 0, deleted: 0, invalid: 0 });
            }
            let Some(entry) = counts.kinds.last_mut() else { continue };
            if flags & codes::ALIVE == 0 {
                entry.deleted = entry.deleted.saturating_add(count);
                continue;
            }
            entry.alive = entry.alive.saturating_add(count);
            if flags & codes::VALID == 0 {
                entry.invalid = entry.invalid.saturating_add(count);
            }
        }
        counts.kinds.sort_by_key(|entry| entry.kind);
        let one = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(codes::wide);
        // What is in conflict below a deletion comes up when it is restored.
        let open = "FROM entity WHERE conflicts > 0 AND flags & 1";
        counts.conflicted = one(&format!("SELECT COUNT(*) {open}")).map_err(lift)?;
        counts.conflicts = one(&format!("SELECT COALESCE(SUM(conflicts), 0) {open}")).map_err(lift)?;
        counts.blobs = one("SELECT COUNT(*) FROM blob").map_err(lift)?;
        counts.blob_bytes = one("SELECT COALESCE(SUM(LENGTH(content)), 0) FROM blob").map_err(lift)?;
        Ok(counts)
    }

    pub(super) fn referrers(
        &self,
        path: &str,
        each: &mut dyn FnMut(Referrer) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        let sql = "SELECT DISTINCT e.path, e.id, e.set_number, r.kind
                   FROM reference r JOIN entity e ON e.row = r.source
                   WHERE r.kind IN (0, 1, 2, 3) AND r.target = ?1 AND e.flags & 1 ORDER BY e.path, e.id, r.kind";
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query([path]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let kind = codes::reference_kind(row.get(3).map_err(lift)?);
            let referrer = Referrer {
                path: row.get(0).map_err(lift)?,
                source: EntityId::from_bytes(row.get(1).map_err(lift)?),
                set: self.set(row.get(2).map_err(lift)?)?,
                kind: kind.ok_or_else(|| self.damaged("unknown kind of reference"))?,
            };
            if each(referrer).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        // This streams through the index.
        self.duplicates_among(
            "SELECT path, set_number FROM entity WHERE kind IN (2, 3) AND flags & 1 ORDER BY path, set_number",
            each,
        )
    }

    /// Visits what stands among `places`, paths and sets in order, more than once.
    fn duplicates_among(
        &self,
        places: &str,
        each: &mut dyn FnMut(Duplicate) -> Visit,
    ) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut places = self.prepare(places)?;
        let mut rows = places.query([]).map_err(lift)?;
        let mut last: (String, Option<i64>) = (String::new(), None);
        let mut count = 0_u64;
        while let Some(row) = rows.next().map_err(lift)? {
            let path = row.get_ref(0).and_then(|path| Ok(path.as_str()?)).map_err(lift)?;
            let set_number = row.get(1).map_err(lift)?;
            if count > 0 && last.1 == set_number && last.0 == path {
                count = count.saturating_add(1);
                if count == 2 && self.visit_duplicates(&last, each)?.is_break() {
                    return Ok(());
                }
            } else {
                count = 1;
                last.0.clear();
                last.0.push_str(path);
                last.1 = set_number;
            }
        }
        Ok(())
    }

    /// Visits what stands at a path of a set.
    fn visit_duplicates(
        &self,
        (path, set_number): &(String, Option<i64>),
        each: &mut dyn FnMut(Duplicate) -> Visit,
    ) -> Result<Visit, StoreError> {
        let lift = |error| self.lift(error);
        let mut members = self.prepare(
            "SELECT id, kind FROM entity
             WHERE path = ?1 AND set_number IS ?2 AND kind IN (2, 3) AND flags & 1 ORDER BY id",
        )?;
        let mut found = members.query(params![path, set_number]).map_err(lift)?;
        while let Some(member) = found.next().map_err(lift)? {
            let id = EntityId::from_bytes(member.get(0).map_err(lift)?);
            let kind = self.kind(member.get(1).map_err(lift)?)?;
            let set = self.set(*set_number)?;
            if each(Duplicate { id, kind, set, path: path.clone() }).is_break() {
                return Ok(Visit::Break(()));
            }
        }
        Ok(Visit::Continue(()))
    }

    /// Duplicates at the paths of rows that were touched, or all of them if no one kept track.
    pub(super) fn new_duplicates(&self, each: &mut dyn FnMut(Duplicate) -> Visit) -> Result<(), StoreError> {
        if self.resolved.get() == Resolved::No {
            return self.duplicates(each);
        }
        if !self.touched.get() {
            return Ok(());
        }
        self.duplicates_among(
            "SELECT d.path, d.set_number FROM (
                 SELECT DISTINCT e.path, e.set_number FROM temp.touched_row t CROSS JOIN entity e ON e.row = t.row
             ) shared CROSS JOIN entity d ON d.path = shared.path AND d.set_number IS shared.set_number
             WHERE d.kind IN (2, 3) AND d.flags & 1 ORDER BY d.path, d.set_number",
            each,
        )
    }

    pub(super) fn is_taken(&self, set: Option<EntityId>, path: &str) -> Result<bool, StoreError> {
        self.ensure_indexes()?;
        let set_number = match set.map(|set| self.registry.sets.known(&set)) {
            Some(None) => return Ok(false),
            Some(number) => number,
            None => None,
        };
        // `/` comes right behind the dot: between the two is what stands below.
        let sql = "SELECT EXISTS (SELECT 1 FROM entity
                WHERE path = ?1 AND set_number IS ?2 AND kind IN (2, 3) AND flags & 1)
            OR EXISTS (SELECT 1 FROM entity
                WHERE path > ?1 || '.' AND path < ?1 || '/' AND set_number IS ?2 AND kind IN (2, 3) AND flags & 1)";
        Ok(self.number(sql, params![path, set_number])?.is_some_and(|found| found != 0))
    }

    /// One number, if there is a row.
    pub(super) fn number(&self, sql: &str, params: impl rusqlite::Params) -> Result<Option<i64>, StoreError> {
        let mut statement = self.prepare(sql)?;
        statement.query_row(params, |row| row.get(0)).optional().map_err(|error| self.lift(error))
    }
}

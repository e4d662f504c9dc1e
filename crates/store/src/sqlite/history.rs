//! What was: changes, what they superseded, imports, and what archives told of.

use dss_model::{Author, ContentHash, Dot, Entity, EntityId, Pair, RegName, Register, ReplicaId, Stamp};
use rusqlite::params;
use rusqlite::types::Value as SqlValue;

use super::codes;
use super::core::Core;
use crate::state;
use crate::{
    ChangeFilter, ChangeRecord, DecisionEntry, DecisionRecord, HistoryRecord, ImportEntry, ImportRecord,
    StoreError, Visit,
};

/// The columns that [`Core::history_record`] reads, in its order.
const HISTORY_COLUMNS: &str =
    "c.entity, h.register, h.replica, h.counter, h.origin_replica, h.origin_counter,
    h.wall_ms, h.author, h.value, h.later_replica, h.later_counter, h.change, c.import";

impl Core {
    /// The number of the newest change; 0 if there is none.
    pub(super) fn last_change(&self) -> Result<u64, StoreError> {
        let number = self.number("SELECT COALESCE(MAX(number), 0) FROM change", [])?;
        Ok(codes::wide(number.unwrap_or(0)))
    }

    /// Keeps what becomes of an entity: what had been seen of it, and the writes that the new state no
    /// longer holds.
    pub(super) fn keep_change(
        &mut self,
        row: i64,
        old: Option<&Entity>,
        new: &Entity,
    ) -> Result<(), StoreError> {
        let seen = old.map(|old| state::encode_seen(old.seen(), &mut self.registry.names));
        let mut statement = self.prepare("INSERT INTO change (entity, seen, row) VALUES (?1, ?2, ?3)")?;
        let change =
            statement.insert(params![new.id().to_bytes(), seen, row]).map_err(|error| self.lift(error))?;
        drop(statement);
        for (name, register) in old.into_iter().flat_map(Entity::registers) {
            self.keep_superseded(change, name, register, new)?;
        }
        Ok(())
    }

    fn keep_superseded(
        &mut self,
        change: i64,
        name: &RegName,
        register: &Register,
        new: &Entity,
    ) -> Result<(), StoreError> {
        let now = new.register(name).map(Register::pairs).unwrap_or_default();
        // What took its place: the newest of the writes that were not there before.
        let later: Option<Dot> = now
            .iter()
            .map(|pair| pair.dot)
            .filter(|dot| register.pairs().iter().all(|pair| pair.dot != *dot))
            .max();
        for pair in register.pairs().iter().filter(|pair| now.iter().all(|other| other.dot != pair.dot)) {
            let names = &mut self.registry.names;
            let mut number = |dot: Dot| codes::narrow(names.replica_number(dot.replica));
            let (replica, origin) = (number(pair.dot), number(pair.origin));
            let later = later.map(|dot| (number(dot), codes::narrow(dot.counter)));
            let author = codes::narrow(names.author_number(&pair.stamp.author));
            let mut statement = self.prepare(
                "INSERT INTO history (change, register, replica, counter, origin_replica, origin_counter,
                 wall_ms, author, value, later_replica, later_counter)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            let kept = statement.execute(params![
                change,
                name.as_str(),
                replica,
                codes::narrow(pair.dot.counter),
                origin,
                codes::narrow(pair.origin.counter),
                pair.stamp.wall_ms,
                author,
                state::encode_value(&pair.value),
                later.map(|(replica, _)| replica),
                later.map(|(_, counter)| counter),
            ]);
            kept.map_err(|error| self.lift(error))?;
        }
        Ok(())
    }

    pub(super) fn changes(
        &self,
        filter: &ChangeFilter,
        each: &mut dyn FnMut(ChangeRecord) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let mut sql = "SELECT number, entity, seen, import FROM change WHERE number > ?".to_owned();
        let mut parameters = vec![SqlValue::Integer(codes::narrow(filter.after))];
        if let Some(entity) = filter.entity {
            sql.push_str(" AND row = ?");
            parameters.push(self.row_of(entity)?.map_or(SqlValue::Null, SqlValue::Integer));
        }
        if let Some(import) = filter.import {
            sql.push_str(" AND import = ?");
            parameters.push(SqlValue::Integer(codes::narrow(import)));
        }
        sql.push_str(" ORDER BY number");
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters)).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let number = codes::wide(row.get(0).map_err(lift)?);
            let seen: Option<Vec<u8>> = row.get(2).map_err(lift)?;
            let seen = seen.map(|bytes| state::decode_seen(&bytes, &self.registry.names));
            let import: Option<i64> = row.get(3).map_err(lift)?;
            let record = ChangeRecord {
                number,
                entity: EntityId::from_bytes(row.get(1).map_err(lift)?),
                seen: seen
                    .transpose()
                    .map_err(|damage| self.damaged(format!("change {number}: {damage}")))?,
                import: import.map(codes::wide),
            };
            if each(record).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn history(
        &self,
        entity: Option<EntityId>,
        each: &mut dyn FnMut(HistoryRecord) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        // CROSS JOIN keeps this order: one entity's changes are few, and they lead to the rest.
        let mut statement = match entity {
            Some(_) => self.prepare(&format!(
                "SELECT {HISTORY_COLUMNS} FROM change c CROSS JOIN history h ON h.change = c.number
                 WHERE c.row = ?1 ORDER BY c.number, h.number"
            ))?,
            None => self.prepare(&format!(
                "SELECT {HISTORY_COLUMNS} FROM history h CROSS JOIN change c ON c.number = h.change
                 ORDER BY h.number"
            ))?,
        };
        let rows = match entity {
            Some(id) => statement.query([self.row_of(id)?]),
            None => statement.query([]),
        };
        let mut rows = rows.map_err(|error| self.lift(error))?;
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            if each(self.history_record(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn history_record(&self, row: &rusqlite::Row<'_>) -> Result<HistoryRecord, StoreError> {
        let lift = |error| self.lift(error);
        let entity = EntityId::from_bytes(row.get(0).map_err(lift)?);
        let damaged = |what: &str| self.damaged(format!("history of entity {entity}: {what}"));
        let number = |column: usize| row.get::<_, Option<i64>>(column).map_err(lift);
        let dot = |replica: Option<i64>, counter: Option<i64>| -> Result<Option<Dot>, StoreError> {
            match replica.zip(counter) {
                None => Ok(None),
                Some((replica, counter)) => {
                    self.registry.dot(replica, counter).map(Some).ok_or_else(|| damaged("unknown replica"))
                }
            }
        };
        let text: String = row.get(1).map_err(lift)?;
        let value = row.get_ref(8).and_then(|value| Ok(value.as_blob()?)).map_err(lift)?;
        let author = self.registry.names.author(codes::wide(number(7)?.unwrap_or(0))).cloned();
        Ok(HistoryRecord {
            entity,
            register: RegName::new(&text).ok_or_else(|| damaged("no register name"))?,
            pair: Pair {
                dot: dot(number(2)?, number(3)?)?.ok_or_else(|| damaged("no dot"))?,
                origin: dot(number(4)?, number(5)?)?.ok_or_else(|| damaged("no origin"))?,
                stamp: Stamp {
                    wall_ms: row.get(6).map_err(lift)?,
                    author: author.ok_or_else(|| damaged("unknown author"))?,
                },
                value: state::decode_value(value).map_err(|damage| damaged(&damage.to_string()))?,
            },
            superseded_by: dot(number(9)?, number(10)?)?,
            change: number(11)?.map(codes::wide),
            import: number(12)?.map(codes::wide),
        })
    }

    pub(super) fn log_import(
        &self,
        record: &ImportRecord,
        change_before: u64,
        is_first: bool,
    ) -> Result<u64, StoreError> {
        let mut statement = self.prepare(
            "INSERT INTO import (at_ms, author, action, source, hash, report, change_before, change_after, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let before = codes::narrow(change_before);
        let number = statement.insert(params![
            record.at_ms,
            record.by,
            record.action,
            record.source,
            record.hash.map(ContentHash::to_bytes),
            record.report,
            before,
            codes::narrow(self.last_change()?),
            is_first,
        ]);
        let number = number.map_err(|error| self.lift(error))?;
        let mut statement =
            self.prepare("UPDATE change SET import = ?1 WHERE number > ?2 AND import IS NULL")?;
        statement.execute((number, before)).map_err(|error| self.lift(error))?;
        Ok(codes::wide(number))
    }

    pub(super) fn decisions(
        &self,
        entity: Option<EntityId>,
        each: &mut dyn FnMut(DecisionEntry) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let filter = if entity.is_some() { " WHERE entity = ?1" } else { "" };
        let mut statement = self.prepare(&format!(
            "SELECT import, entity, register, at_ms, author, strategy, record FROM decision{filter} ORDER BY number"
        ))?;
        let rows = match entity {
            Some(id) => statement.query([id.to_bytes()]),
            None => statement.query([]),
        };
        let mut rows = rows.map_err(|error| self.lift(error))?;
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            if each(self.decision(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn decision(&self, row: &rusqlite::Row<'_>) -> Result<DecisionEntry, StoreError> {
        let lift = |error| self.lift(error);
        let register: String = row.get(2).map_err(lift)?;
        Ok(DecisionEntry {
            import: row.get::<_, Option<i64>>(0).map_err(lift)?.map(codes::wide),
            decision: DecisionRecord {
                entity: EntityId::from_bytes(row.get(1).map_err(lift)?),
                register: RegName::new(&register)
                    .ok_or_else(|| self.damaged("a decision about no register"))?,
                at_ms: row.get(3).map_err(lift)?,
                by: row.get(4).map_err(lift)?,
                strategy: row.get(5).map_err(lift)?,
                record: row.get(6).map_err(lift)?,
            },
        })
    }

    pub(super) fn imports(&self, each: &mut dyn FnMut(ImportEntry) -> Visit) -> Result<(), StoreError> {
        let sql = "SELECT number, at_ms, author, action, source, hash, report, change_before, change_after,
                   created FROM import ORDER BY number";
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query([]).map_err(|error| self.lift(error))?;
        while let Some(row) = rows.next().map_err(|error| self.lift(error))? {
            let entry = import_entry(row).map_err(|error| self.lift(error))?;
            if each(entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn tell(&self, record: &HistoryRecord) -> Result<bool, StoreError> {
        let Pair { dot, value, stamp, origin } = &record.pair;
        let mut statement = self.prepare(
            "INSERT OR IGNORE INTO told (entity, register, counter, replica, origin_counter, origin_replica,
             wall_ms, author, value, later_counter, later_replica)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        let told = statement.execute(params![
            record.entity.to_bytes(),
            record.register.as_str(),
            codes::narrow(dot.counter),
            dot.replica.to_bytes(),
            codes::narrow(origin.counter),
            origin.replica.to_bytes(),
            stamp.wall_ms,
            stamp.author.as_str(),
            state::encode_value(value),
            record.superseded_by.map(|dot| codes::narrow(dot.counter)),
            record.superseded_by.map(|dot| dot.replica.to_bytes()),
        ]);
        told.map(|rows| rows > 0).map_err(|error| self.lift(error))
    }

    pub(super) fn told(
        &self,
        entity: EntityId,
        each: &mut dyn FnMut(HistoryRecord) -> Visit,
    ) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(
            "SELECT register, counter, replica, origin_counter, origin_replica, wall_ms, author, value,
             later_counter, later_replica FROM told WHERE entity = ?1 ORDER BY register, counter, replica",
        )?;
        let mut rows = statement.query([entity.to_bytes()]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            if each(self.told_record(entity, row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn told_record(&self, entity: EntityId, row: &rusqlite::Row<'_>) -> Result<HistoryRecord, StoreError> {
        let lift = |error| self.lift(error);
        let damaged = |what: &str| self.damaged(format!("what was told of entity {entity}: {what}"));
        let dot = |counter: usize, replica: usize| -> Result<Option<Dot>, StoreError> {
            let counter: Option<i64> = row.get(counter).map_err(lift)?;
            let replica: Option<[u8; 16]> = row.get(replica).map_err(lift)?;
            let dot = counter.map(codes::wide).zip(replica.map(ReplicaId::from_bytes));
            Ok(dot.map(|(counter, replica)| Dot { counter, replica }))
        };
        let text: String = row.get(0).map_err(lift)?;
        let author: String = row.get(6).map_err(lift)?;
        let value = row.get_ref(7).and_then(|value| Ok(value.as_blob()?)).map_err(lift)?;
        Ok(HistoryRecord {
            entity,
            register: RegName::new(&text).ok_or_else(|| damaged("no register name"))?,
            pair: Pair {
                dot: dot(1, 2)?.ok_or_else(|| damaged("no dot"))?,
                origin: dot(3, 4)?.ok_or_else(|| damaged("no origin"))?,
                stamp: Stamp { wall_ms: row.get(5).map_err(lift)?, author: Author::new(&author) },
                value: state::decode_value(value).map_err(|damage| damaged(&damage.to_string()))?,
            },
            superseded_by: dot(8, 9)?,
            change: None,
            import: None,
        })
    }

    pub(super) fn tell_import(&self, record: &ImportRecord) -> Result<bool, StoreError> {
        let ImportRecord { at_ms, by, action, source, hash, report: _ } = record;
        let mut statement = self.prepare(
            "INSERT OR IGNORE INTO told_import (at_ms, author, action, source, hash)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        // No hash is the empty one: NULL would equal nothing, not even itself.
        let hash = hash.map(ContentHash::to_bytes);
        let hash = hash.as_ref().map_or(&[][..], <[u8; 32]>::as_slice);
        let told = statement.execute(params![at_ms, by, action, source, hash]);
        told.map(|rows| rows > 0).map_err(|error| self.lift(error))
    }

    pub(super) fn told_imports(&self, each: &mut dyn FnMut(ImportRecord) -> Visit) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let sql = "SELECT at_ms, author, action, source, hash FROM told_import ORDER BY at_ms, author, action, source, hash";
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let hash = row.get_ref(4).and_then(|value| Ok(value.as_blob()?)).map_err(lift)?;
            let record = ImportRecord {
                at_ms: row.get(0).map_err(lift)?,
                by: row.get(1).map_err(lift)?,
                action: row.get(2).map_err(lift)?,
                source: row.get(3).map_err(lift)?,
                hash: <[u8; 32]>::try_from(hash).ok().map(ContentHash::from_bytes),
                report: String::new(),
            };
            if each(record).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn import_entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<ImportEntry> {
    let hash: Option<[u8; 32]> = row.get(5)?;
    Ok(ImportEntry {
        number: codes::wide(row.get(0)?),
        record: ImportRecord {
            at_ms: row.get(1)?,
            by: row.get(2)?,
            action: row.get(3)?,
            source: row.get(4)?,
            hash: hash.map(ContentHash::from_bytes),
            report: row.get(6)?,
        },
        change_before: codes::wide(row.get(7)?),
        change_after: codes::wide(row.get(8)?),
        is_first: row.get(9)?,
    })
}

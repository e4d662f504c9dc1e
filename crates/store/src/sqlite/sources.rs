//! Outside sources: who they are, and what each stated last.

use dss_model::{Dot, EntityId, OrderKey, ReplicaId};
use rusqlite::params;
use uuid::Uuid;

use super::codes::{narrow, wide};
use super::core::Core;
use crate::{Delivery, OwnReplica, Source, SourceId, StoreError, Visit};

/// Deliveries that are remembered in any case.
const DELIVERIES_FREE: i64 = 10_000;
/// Deliveries that are remembered for each entity.
const DELIVERIES_PER_ENTITY: i64 = 4;

const SOURCE_COLUMNS: &str = "number, name, delivered_ms, made_replica, made_counter";
const DELIVERY_COLUMNS: &str = "item, entity, place, statement";

impl Core {
    pub(super) fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare(&format!("SELECT {SOURCE_COLUMNS} FROM source ORDER BY name"))?;
        let rows = statement.query_map([], source_of).map_err(lift)?;
        rows.collect::<Result<_, _>>().map_err(lift)
    }

    pub(super) fn source(&mut self, name: &str) -> Result<Source, StoreError> {
        let mut statement = self.prepare(&format!(
            "INSERT INTO source (name, issued) VALUES (?1, 0) ON CONFLICT (name) DO UPDATE SET name = name
             RETURNING {SOURCE_COLUMNS}"
        ))?;
        statement.query_row([name], source_of).map_err(|error| self.lift(error))
    }

    /// Issues a write of the source that comes after `clock`.
    pub(super) fn source_dot(&mut self, source: SourceId, clock: u64) -> Result<Dot, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare("SELECT replica, issued FROM source WHERE number = ?1")?;
        let (replica, issued): (Option<[u8; 16]>, i64) =
            statement.query_row([source.0], |row| row.try_into()).map_err(lift)?;
        let replica = replica.unwrap_or_else(|| Uuid::new_v4().into_bytes());
        let counter = clock.max(wide(issued)).saturating_add(1);
        if counter > Dot::COUNTER_MAX {
            return Err(StoreError::CounterOutOfRange { counter });
        }
        let mut statement = self.prepare("UPDATE source SET replica = ?2, issued = ?3 WHERE number = ?1")?;
        statement.execute(params![source.0, replica, narrow(counter)]).map_err(lift)?;
        Ok(Dot { counter, replica: ReplicaId::from_bytes(replica) })
    }

    pub(super) fn source_replicas(&self) -> Result<Vec<OwnReplica>, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement =
            self.prepare("SELECT replica, issued FROM source WHERE replica IS NOT NULL ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(OwnReplica { replica: ReplicaId::from_bytes(row.get(0)?), issued: wide(row.get(1)?) })
        });
        rows.map_err(lift)?.collect::<Result<_, _>>().map_err(lift)
    }

    /// The highest counter of all writes that were issued for sources.
    pub(super) fn issued_for_sources(&self) -> Result<u64, StoreError> {
        Ok(self.number("SELECT COALESCE(MAX(issued), 0) FROM source", [])?.map_or(0, wide))
    }

    /// Gives the identities of all sources up.
    pub(super) fn forget_source_replicas(&mut self) -> Result<(), StoreError> {
        let mut statement = self.prepare("UPDATE source SET replica = NULL, issued = 0")?;
        statement.execute([]).map(drop).map_err(|error| self.lift(error))
    }

    pub(super) fn delivery(&self, source: SourceId, item: EntityId) -> Result<Option<Delivery>, StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        let sql = format!("SELECT {DELIVERY_COLUMNS} FROM delivery WHERE source = ?1 AND item = ?2");
        let mut statement = self.prepare(&sql)?;
        let mut rows = statement.query(params![source.0, item.to_bytes()]).map_err(lift)?;
        rows.next().map_err(lift)?.map(|row| self.delivery_of(row)).transpose()
    }

    pub(super) fn deliveries(
        &self,
        source: SourceId,
        after: Option<EntityId>,
        each: &mut dyn FnMut(Delivery) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        let sql =
            format!("SELECT {DELIVERY_COLUMNS} FROM delivery WHERE source = ?1 AND item > ?2 ORDER BY item");
        let mut statement = self.prepare(&sql)?;
        // An empty blob sorts before all others.
        let after = after.map_or(Vec::new(), |item| item.to_bytes().to_vec());
        let mut rows = statement.query(params![source.0, after]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            if each(self.delivery_of(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn delivery_of(&self, row: &rusqlite::Row<'_>) -> Result<Delivery, StoreError> {
        let lift = |error| self.lift(error);
        let item = EntityId::from_bytes(row.get(0).map_err(lift)?);
        let entity: Option<[u8; 16]> = row.get(1).map_err(lift)?;
        let place: Option<String> = row.get(2).map_err(lift)?;
        let no_place = || self.damaged(format!("delivery of {item}: no place"));
        Ok(Delivery {
            item,
            entity: entity.map_or(item, EntityId::from_bytes),
            place: place.map(|text| OrderKey::parse(&text).ok_or_else(no_place)).transpose()?,
            statement: row.get(3).map_err(lift)?,
        })
    }

    pub(super) fn put_delivery(&mut self, source: SourceId, delivery: &Delivery) -> Result<(), StoreError> {
        let entity = (delivery.entity != delivery.item).then(|| delivery.entity.to_bytes());
        // Without the index there is nothing yet that could be in the way.
        let mut statement = self.prepare(if self.loading.get() {
            "INSERT INTO delivery (source, item, entity, place, statement) VALUES (?1, ?2, ?3, ?4, ?5)"
        } else {
            "INSERT INTO delivery (source, item, entity, place, statement) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (source, item) DO UPDATE SET
             entity = excluded.entity, place = excluded.place, statement = excluded.statement"
        })?;
        let place = delivery.place.as_ref().map(OrderKey::as_str);
        statement
            .execute(params![source.0, delivery.item.to_bytes(), entity, place, delivery.statement])
            .map(drop)
            .map_err(|error| self.lift(error))
    }

    pub(super) fn end_delivery(
        &mut self,
        source: SourceId,
        at_ms: i64,
        made: Option<Dot>,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        let lift = |error| self.lift(error);
        let mut statement = self.prepare("UPDATE source SET delivered_ms = ?2 WHERE number = ?1")?;
        statement.execute([source.0, at_ms]).map_err(lift)?;
        if let Some(dot) = made {
            let sql = "UPDATE source SET made_replica = ?2, made_counter = ?3 WHERE number = ?1";
            let made = params![source.0, dot.replica.to_bytes(), narrow(dot.counter)];
            self.prepare(sql)?.execute(made).map_err(lift)?;
        }
        let count = |sql| self.number(sql, []).map(|number| number.unwrap_or(0));
        let entities = self.registry.entities();
        let room = entities.saturating_mul(DELIVERIES_PER_ENTITY).saturating_add(DELIVERIES_FREE);
        // There are no more than the highest number says, which is known at once.
        let is_more = |sql| Ok::<_, StoreError>(count(sql)? > room);
        while is_more("SELECT COALESCE(MAX(number), 0) FROM delivery")?
            && is_more("SELECT COUNT(*) FROM delivery")?
        {
            let oldest = "SELECT number FROM source WHERE number <> ?1 ORDER BY delivered_ms, number LIMIT 1";
            let Some(oldest) = self.number(oldest, [source.0])? else { break };
            for sql in ["DELETE FROM delivery WHERE source = ?1", "DELETE FROM source WHERE number = ?1"] {
                self.prepare(sql)?.execute([oldest]).map_err(lift)?;
            }
        }
        Ok(())
    }
}

fn source_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Source> {
    let (replica, counter): (Option<[u8; 16]>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let dot = |(replica, counter)| Dot { replica: ReplicaId::from_bytes(replica), counter: wide(counter) };
    Ok(Source {
        id: SourceId(row.get(0)?),
        name: row.get(1)?,
        delivered_at_ms: row.get(2)?,
        made: replica.zip(counter).map(dot),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewProject, WriteTx};

    #[test]
    fn those_that_have_not_delivered_for_longest_are_forgotten() -> Result<(), StoreError> {
        let mut tx = crate::scratch(&NewProject::fresh(0))?;
        let item = |number: u32| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            EntityId::from_bytes(bytes)
        };
        let deliver = |tx: &mut dyn WriteTx, name: &str, count: u32, at_ms: i64| {
            let source = tx.source(name)?.id;
            for number in 0..count {
                let delivery =
                    Delivery { item: item(number), entity: item(number), place: None, statement: None };
                tx.put_delivery(source, &delivery)?;
            }
            tx.end_delivery(source, at_ms, None)?;
            Ok::<_, StoreError>(tx.sources()?.into_iter().map(|source| source.name).collect::<Vec<_>>())
        };
        assert_eq!(deliver(&mut *tx, "a", 6_000, 1)?, ["a"]);
        assert_eq!(deliver(&mut *tx, "b", 3_000, 2)?, ["a", "b"]);
        assert_eq!(deliver(&mut *tx, "a", 6_000, 3)?, ["a", "b"]);
        assert_eq!(deliver(&mut *tx, "c", 1_001, 4)?, ["a", "c"]);
        assert_eq!(deliver(&mut *tx, "d", 20_000, 5)?, ["d"], "the one that delivers is kept");
        Ok(())
    }
}

//! The project's ids.

use dss_model::{EntityId, ProjectIds};
use rusqlite::{OptionalExtension as _, params};

use super::core::Core;
use crate::StoreError;
use crate::state::{self, Context};

/// Where an entity's id stands, beside its row. What was kept under the new id gives way.
const MOVES: [&str; 4] = [
    "UPDATE change SET entity = ?2 WHERE row = (SELECT row FROM entity WHERE id = ?2) AND entity = ?1",
    "UPDATE decision SET entity = ?2 WHERE entity = ?1",
    "UPDATE OR REPLACE told SET entity = ?2 WHERE entity = ?1",
    "UPDATE OR REPLACE delivery SET item = ?2 WHERE source IN (SELECT number FROM source) AND item = ?1",
];

impl Core {
    /// The ids of the project that goes by `id`.
    pub(super) fn project_ids(&self, id: EntityId) -> Result<ProjectIds, StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare("SELECT id FROM other_id")?;
        let others = statement.query_map([], |row| row.get(0).map(EntityId::from_bytes)).map_err(lift)?;
        Ok(ProjectIds::new(id, others.collect::<Result<Vec<_>, _>>().map_err(lift)?))
    }

    /// Takes these ids beside its own.
    pub(super) fn join_ids(&mut self, ids: &ProjectIds) -> Result<(), StoreError> {
        let own = self.header()?.ids;
        let joined = own.joined(ids);
        if joined.id() != own.id() {
            self.move_entity(own.id(), joined.id())?;
        }
        self.write_ids(&joined)
    }

    /// Writes them instead of those that are there.
    pub(super) fn write_ids(&self, ids: &ProjectIds) -> Result<(), StoreError> {
        self.run("UPDATE project SET project_id = ?1", [ids.id().to_bytes()])?;
        self.run("DELETE FROM other_id", [])?;
        let mut statement = self.prepare("INSERT INTO other_id (id) VALUES (?1)")?;
        for id in ids.also_known_as() {
            statement.execute([id.to_bytes()]).map_err(|error| self.lift(error))?;
        }
        Ok(())
    }

    /// Gives an entity another id, and all that is kept about it. Nothing refers to it by the old one.
    fn move_entity(&mut self, from: EntityId, to: EntityId) -> Result<(), StoreError> {
        self.ensure_indexes()?;
        self.recent.take();
        let lift = |error| self.lift(error);
        let (old, new) = (from.to_bytes(), to.to_bytes());
        if self.number("SELECT row FROM entity WHERE id = ?1", [new])?.is_some() {
            return Err(StoreError::DuplicateEntity { id: to });
        }
        let sql = "SELECT kind, path, set_number, state FROM entity WHERE id = ?1";
        let mut statement = self.prepare(sql)?;
        let found = statement.query_row([old], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, Vec<u8>>(3)?))
        });
        if let Some((kind, path, set, state)) = found.optional().map_err(lift)? {
            let context = Context { id: to, kind: self.kind(kind)?, path: &path, set: self.set(set)? };
            let hash = state::hash(&state, context);
            let mut statement = self.prepare("UPDATE entity SET id = ?2, hash = ?3 WHERE id = ?1")?;
            statement.execute(params![old, new, hash]).map_err(lift)?;
        }
        MOVES.iter().try_for_each(|sql| self.run(sql, [old, new]).map(drop))
    }
}

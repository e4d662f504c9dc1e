//! Entities: states that hold, what the store derives from them, and the contents that they name.

use std::collections::BTreeMap;
use std::io;

use dss_model::{ContentHash, Entity, EntityId, ReplicaId};

use super::super::codes;
use super::super::core::{Core, InPlace, ROW_COLUMNS};
use super::Reporter;
use crate::damage::content;
use crate::{Damage, DamageKind, StoreError};

/// What no state may be ahead of.
struct Bounds {
    /// The project's clock.
    clock: u64,
    /// How far this copy and its sources have written.
    issued: BTreeMap<ReplicaId, u64>,
}

/// What the store keeps of a state beside it, as it stands in the row.
struct Kept {
    flags: i64,
    conflicts: i64,
    updated_ms: i64,
    /// Whether the row has references that resolving follows further.
    refers: bool,
}

impl Core {
    pub(super) fn check_states(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let bounds = self.bounds()?;
        let mut counted = self.registry.uncounted();
        // Kind 2 of references is that of pointers, which are not followed.
        let mut statement = self.prepare(&format!(
            "SELECT {ROW_COLUMNS}, conflicts, updated_ms,
                 EXISTS (SELECT 1 FROM reference r WHERE r.source = entity.row AND r.kind <> 2)
             FROM entity ORDER BY row"
        ))?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let kept = || {
                let (flags, conflicts) = (row.get(6)?, row.get(9)?);
                Ok(Kept { flags, conflicts, updated_ms: row.get(10)?, refers: row.get(11)? })
            };
            let kept = kept().map_err(lift)?;
            match InPlace::new(self, row).and_then(|row| Ok((row.place(), row.entity()?))) {
                Ok(((id, path), entity)) => {
                    counted.count(&entity, 1);
                    counted.tally(codes::kind_code(entity.kind()), kept.flags, 1);
                    let place = Place { id, path };
                    self.check_entity(&entity, &kept, &bounds, &place, reporter)?;
                }
                Err(StoreError::Damaged { detail, .. }) => {
                    let id = row.get(0).map(EntityId::from_bytes).ok();
                    let path = row.get(3).unwrap_or_default();
                    reporter.add(Damage { kind: DamageKind::State, entity: id, path, detail });
                }
                Err(error) => return Err(error),
            }
            if reporter.enough {
                return Ok(());
            }
        }
        self.registry.differences(&counted, &mut |detail| {
            reporter.add(Damage::of_project(DamageKind::Counts, detail));
            reporter.visit()
        });
        Ok(())
    }

    fn bounds(&self) -> Result<Bounds, StoreError> {
        let own = self.stored_own()?;
        let all = own.into_iter().chain(self.source_replicas()?);
        Ok(Bounds { clock: self.header()?.clock, issued: all.map(|own| (own.replica, own.issued)).collect() })
    }

    fn check_entity(
        &self,
        entity: &Entity,
        kept: &Kept,
        bounds: &Bounds,
        place: &Place<'_>,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), StoreError> {
        for (column, is_same) in kept.compare(entity) {
            if !is_same {
                let detail = format!("{column} is not what its state says");
                reporter.add(place.damage(DamageKind::Columns, detail));
            }
        }
        for dot in entity.seen().iter() {
            let issued = bounds.issued.get(&dot.replica).copied().unwrap_or(u64::MAX);
            if dot.counter > bounds.clock.min(issued) {
                let detail = format!("it has seen write {dot}, which the project has not come to yet");
                reporter.add(place.damage(DamageKind::Clock, detail));
            }
        }
        if let Some(hash) = content(entity)
            && self.blob_len(hash)?.is_none()
        {
            let detail = format!("its content {hash} is not stored");
            reporter.add(place.damage(DamageKind::Content, detail));
        }
        Ok(())
    }

    /// Every content has its hash.
    pub(super) fn check_contents(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare("SELECT hash FROM blob ORDER BY number")?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let hash = ContentHash::from_bytes(row.get(0).map_err(lift)?);
            let read = self.read_blob(hash, &mut io::sink()).map(drop);
            reporter.survive(DamageKind::Content, read)?;
            if reporter.enough {
                break;
            }
        }
        Ok(())
    }
}

impl Kept {
    /// Each column that the store derives by itself, and whether it is what the state says.
    fn compare(&self, entity: &Entity) -> [(&'static str, bool); 4] {
        let has = |flag| self.flags & flag != 0;
        let conflicts = i64::try_from(entity.open_conflicts()).unwrap_or(i64::MAX);
        [
            ("whether it is alive", has(codes::ALIVE) == entity.is_alive()),
            ("whether it refers to others", has(codes::REFERS) == self.refers),
            ("the number of its conflicts", self.conflicts == conflicts),
            (
                "the time of its last change",
                self.updated_ms == entity.newest().map_or(0, |pair| pair.stamp.wall_ms),
            ),
        ]
    }
}

struct Place<'a> {
    id: EntityId,
    path: &'a str,
}

impl Place<'_> {
    fn damage(&self, kind: DamageKind, detail: String) -> Damage {
        Damage::of_entity(kind, self.id, self.path, detail)
    }
}

//! Token sets.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_model::{Entity, EntityId, Kind, ProjectName, RegName, TokenPath};
use dss_store::{LifeFilter, ReadTx, Row, Scan, ScanOrder};

use super::{Edit, Result, check_name, collect, next_order, not_found, text};
use crate::{ProjectService, SetView};

/// The set that a first token goes into if nobody says where.
pub(super) const DEFAULT_SET: &str = "tokens";

impl ProjectService {
    /// Token sets in order.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn sets(&self, project: &ProjectName) -> Result<Vec<SetView>> {
        let tx = self.store.read(project)?;
        let mut tokens: BTreeMap<EntityId, u64> = BTreeMap::new();
        tx.scan(&Scan::kinds(&[Kind::Token]).by(ScanOrder::Insertion), &mut |row| {
            if let Some(set) = row.columns.set {
                let count = tokens.entry(set).or_default();
                *count = count.saturating_add(1);
            }
            ControlFlow::Continue(())
        })?;
        let sets = SetRef::all(&*tx)?.into_iter();
        let view = |set: SetRef| SetView {
            tokens: tokens.get(&set.id).copied().unwrap_or(0),
            id: set.id.to_string(),
            name: set.name,
        };
        Ok(sets.map(view).collect())
    }
}

/// A living token set.
#[derive(Clone, Debug)]
pub(super) struct SetRef {
    pub(super) id: EntityId,
    pub(super) name: String,
}

impl SetRef {
    fn of(entity: &Entity) -> Self {
        Self { id: entity.id(), name: entity.string(&RegName::NAME).unwrap_or_default().into_owned() }
    }

    /// All of them, in order.
    pub(super) fn all(tx: &dyn ReadTx) -> Result<Vec<Self>> {
        let rows = collect(tx, &[Kind::TokenSet], LifeFilter::Alive)?;
        Ok(rows.iter().map(|row| Self::of(&row.entity)).collect())
    }

    /// The one of that name; with `None`, all.
    pub(super) fn chosen(tx: &dyn ReadTx, name: Option<&str>) -> Result<Vec<Self>> {
        let mut sets = Self::all(tx)?;
        if let Some(name) = name {
            sets.retain(|set| set.name == name);
            sets.truncate(1);
            if sets.is_empty() {
                return Err(not_found("token set", name));
            }
        }
        Ok(sets)
    }
}

impl Edit<'_> {
    /// The set of that name, created behind the last one if it does not exist.
    pub(super) fn ensure_set(&mut self, name: &str) -> Result<SetRef> {
        check_name("token set", name)?;
        let place =
            self.named(Kind::TokenSet, name, EntityId::derived(Kind::TokenSet, name, &TokenPath::root()))?;
        if let Some(Row { entity, .. }) = place.existing.as_ref().filter(|row| row.entity.is_alive()) {
            return Ok(SetRef::of(entity));
        }
        let order = next_order(&*self.tx, &[Kind::TokenSet], |_| true)?;
        let changes = vec![
            (RegName::LIFE, super::alive()),
            text(RegName::NAME, name),
            text(RegName::ORDER, order.as_str()),
        ];
        Ok(SetRef::of(&self.put_named(Kind::TokenSet, place, changes)?))
    }
}

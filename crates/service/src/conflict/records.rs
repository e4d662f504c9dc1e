//! What imports have noted about conflicts: whose which value was.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_model::{EntityId, RegName};
use dss_store::ReadTx;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::SideOf;
use crate::ServiceError;

/// The newest record of each register of one entity.
#[derive(Debug, Default)]
pub(crate) struct Records(BTreeMap<RegName, Record>);

/// What a stored [`ConflictItem`](super::ConflictItem) is read for.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    sides: Vec<Side>,
    #[serde(default)]
    base: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
struct Side {
    #[serde(default)]
    side: Option<String>,
    #[serde(default)]
    revision: String,
}

impl Records {
    pub(crate) fn read(tx: &dyn ReadTx, entity: EntityId) -> Result<Self, ServiceError> {
        let mut records = Self::default();
        tx.decisions(Some(entity), &mut |entry| {
            // What no import noted is a decision, which knows no more than the import's record.
            let record = entry.import.and_then(|_| serde_json::from_str(&entry.decision.record).ok());
            if let Some(record) = record {
                records.0.insert(entry.decision.register, record);
            }
            ControlFlow::Continue(())
        })?;
        Ok(records)
    }

    pub(crate) fn of(&self, register: &RegName) -> Option<&Record> {
        self.0.get(register)
    }
}

impl Record {
    /// Whose value that write was, when the conflict came up.
    pub(crate) fn side_of(&self, revision: &str) -> Option<SideOf> {
        let side = self.sides.iter().find(|side| side.revision == revision)?;
        SideOf::from_name(side.side.as_deref()?)
    }

    /// What both sides had in common.
    pub(crate) fn base(&self) -> Option<Box<RawValue>> {
        self.base.clone()
    }
}

//! Who changed what about a token, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use dss_format::time;
use dss_model::{EntityId, JsonText, Kind, Life, Pair, ProjectName, RegName, TokenPath, Value};
use dss_store::{LifeFilter, ReadTx, Row};

use super::super::{Result, collect, newest, not_found};
use super::{SetRef, find, find_one};
use crate::view::raw;
use crate::{ProjectService, TokenHistoryEntry};

impl ProjectService {
    /// A token's changes, newest first; those of a deleted token if none stands at the path.
    ///
    /// Fields that say where the token stands or that it exists are only listed for writes that
    /// changed nothing else.
    ///
    /// # Errors
    /// If there is no such token, several sets have one and none is named, or it cannot be read.
    pub fn token_history(
        &self,
        project: &ProjectName,
        set: Option<&str>,
        path: &TokenPath,
    ) -> Result<Vec<TokenHistoryEntry>> {
        let tx = self.store.read(project)?;
        let is_gone = find(&*tx, set, path)?.is_empty();
        let row = if is_gone { deleted(&*tx, set, path)? } else { find_one(&*tx, set, path)?.1 };
        let mut writes: Vec<(RegName, Pair, bool)> = Vec::new();
        for (name, register) in row.entity.registers() {
            let shown = register.shown().map(|pair| pair.dot);
            let live = register.pairs().iter();
            writes.extend(live.map(|pair| (name.clone(), pair.clone(), Some(pair.dot) == shown)));
        }
        tx.history(Some(row.entity.id()), &mut |record| {
            writes.push((record.register, record.pair, false));
            ControlFlow::Continue(())
        })?;
        let telling: BTreeSet<_> =
            writes.iter().filter(|(name, ..)| !is_quiet(name)).map(|(_, pair, _)| pair.dot).collect();
        writes.retain(|(name, pair, _)| !is_quiet(name) || !telling.contains(&pair.dot));
        writes.sort_by(|(a, a_pair, _), (b, b_pair, _)| b_pair.dot.cmp(&a_pair.dot).then_with(|| a.cmp(b)));
        let names = set_names(&*tx)?;
        writes.iter().map(|(name, pair, is_current)| entry(name, pair, *is_current, &names)).collect()
    }
}

/// The token that was the last one to be deleted at that path.
fn deleted(tx: &dyn ReadTx, set: Option<&str>, path: &TokenPath) -> Result<Row> {
    let mut rows = Vec::new();
    for set in SetRef::chosen(tx, set)? {
        rows.extend(tx.find(Kind::Token, Some(set.id), path.as_str())?);
    }
    newest(rows).ok_or_else(|| not_found("token", path.as_str()))
}

/// Whether every write, or writes of others, change the register by the way.
fn is_quiet(name: &RegName) -> bool {
    [RegName::LIFE, RegName::LAYOUT, RegName::ORDER].contains(name)
}

fn set_names(tx: &dyn ReadTx) -> Result<BTreeMap<EntityId, String>> {
    let sets = collect(tx, &[Kind::TokenSet], LifeFilter::Any)?;
    Ok(sets.into_iter().map(|row| (row.entity.id(), row.columns.path)).collect())
}

fn entry(
    name: &RegName,
    pair: &Pair,
    is_current: bool,
    sets: &BTreeMap<EntityId, String>,
) -> Result<TokenHistoryEntry> {
    let value = match &pair.value {
        Value::Absent => None,
        Value::Json(json) => Some(json.clone()),
        Value::Ref(id) => Some(JsonText::string(sets.get(id).unwrap_or(&id.to_string()))),
        Value::Blob(hash) => Some(JsonText::string(&hash.to_string())),
        Value::Life(Life::Alive) => Some(JsonText::string("alive")),
        Value::Life(Life::Deleted) => Some(JsonText::string("deleted")),
    };
    Ok(TokenHistoryEntry {
        field: name.to_string(),
        value: value.map(|value| raw(value.as_str())).transpose()?,
        revision: pair.dot.to_string(),
        at: time::format(pair.stamp.wall_ms),
        by: pair.stamp.author.as_str().to_owned(),
        is_current,
    })
}

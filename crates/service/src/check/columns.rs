//! What is kept beside a state is what the state says.

use std::ops::ControlFlow;

use dss_format::dtcg::{self, SortKey};
use dss_model::{EntityId, Kind, OrderKey, RegName, Value};
use dss_store::{Damage, DamageKind, LifeFilter, ReadTx, Row, Scan, ScanOrder};

use super::Result;
use crate::{around, view};

/// Visits each entity whose columns or references are not what its state says.
pub(super) fn compare(tx: &dyn ReadTx, found: &mut dyn FnMut(Damage)) -> Result<()> {
    let mut looked = Ok(());
    let all = Scan::default().by(ScanOrder::Insertion).life(LifeFilter::Any);
    tx.scan(&all, &mut |row| {
        looked = compare_row(tx, &row, found);
        if looked.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    looked
}

fn compare_row(tx: &dyn ReadTx, row: &Row, found: &mut dyn FnMut(Damage)) -> Result<()> {
    let entity = &row.entity;
    let mut differs = |kind, what: &str| {
        let detail = format!("{what} not what its state says");
        found(Damage::of_entity(kind, entity.id(), &row.columns.path, detail));
    };
    let set = entity.value(&RegName::SET).and_then(Value::entity);
    let name = if set.is_some() { &RegName::PATH } else { &RegName::NAME };
    if row.columns.set != set {
        differs(DamageKind::Columns, "its set is");
    }
    if row.columns.path != entity.string(name).unwrap_or_default() {
        differs(DamageKind::Columns, "its path is");
    }
    if !entity.is_alive() {
        return Ok(());
    }
    if !is_in_place(tx, row, set)? {
        differs(DamageKind::Columns, "its place in the document is");
    }
    if set.is_some() && matches!(entity.kind(), Kind::Token | Kind::Group) {
        let (_, report) = around::look(tx, entity)?;
        let own_type = report.token_type.as_deref().filter(|_| entity.kind() == Kind::Token);
        if !report.takes_target_type && row.columns.token_type.as_deref() != own_type {
            differs(DamageKind::Columns, "its type is");
        }
        // References may make it invalid, too; nothing makes it valid.
        if entity.kind() == Kind::Token && row.columns.valid && !report.is_valid() {
            differs(DamageKind::Columns, "its mark as valid is");
        }
        if tx.references(entity.id())? != view::references(&report.references) {
            differs(DamageKind::References, "its references are");
        }
    }
    Ok(())
}

/// Whether it stands where its order and the group around it say.
fn is_in_place(tx: &dyn ReadTx, row: &Row, set: Option<EntityId>) -> Result<bool> {
    let entity = &row.entity;
    let (Some(set), Some(path)) = (set, dtcg::path_of(entity)) else {
        let order = entity.string(&RegName::ORDER).unwrap_or_default();
        return Ok(row.columns.sort == order.as_bytes());
    };
    let order = dtcg::order_of(entity).unwrap_or_else(|| OrderKey::nth(0));
    let name = path.name().unwrap_or_default();
    let parent = path.parent().filter(|parent| !parent.is_root());
    let Some(parent) = parent else {
        return Ok(row.columns.sort == SortKey::root().child(&order, &name).as_bytes());
    };
    let mut around = tx.find(Kind::Group, Some(set), parent.as_str())?;
    around.extend(tx.find(Kind::Token, Some(set), parent.as_str())?);
    around.retain(|group| group.entity.is_alive());
    // Several may share a path, and which of them gives the place is decided where rows are put. What stands in no living
    // group has kept the place that it had.
    let is_below = |group: &Row| {
        let group = SortKey::from_bytes(group.columns.sort.clone());
        group.child(&order, &name).as_bytes() == row.columns.sort
    };
    Ok(around.is_empty() || around.iter().any(is_below))
}

//! Where tokens and groups stand, and what follows from it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use dss_format::dtcg::{self, NodeReport, SortKey};
use dss_model::{Entity, EntityId, Kind, OrderKey, RegName, TokenPath, Value};
use dss_store::{Columns, ReadTx, ReferenceKind, Row, Scan, ScanOrder};

use super::sets::SetRef;
use super::{Edit, Result, alive, newest, text, usage};
use crate::view::references;
use crate::{ServiceError, around};

/// The kinds that have a path.
const PLACED: [Kind; 2] = [Kind::Group, Kind::Token];

/// A token or group with what its surroundings and its content say about it.
pub(crate) struct Placed {
    pub(crate) row: Row,
    pub(super) report: NodeReport,
    /// The type that the groups around it give.
    pub(super) inherited_type: Option<Arc<str>>,
}

/// Derives the columns of a token or group from its registers and what is around it.
pub(crate) fn place(tx: &dyn ReadTx, entity: Entity) -> Result<Placed> {
    let set = entity.value(&RegName::SET).and_then(Value::entity);
    let path = dtcg::path_of(&entity).unwrap_or_default();
    let parent = match (set, path.parent()) {
        (Some(set), Some(parent)) if !parent.is_root() => living(tx, set, &parent, &PLACED)?,
        _ => None,
    };
    let parent_sort = parent.map_or_else(SortKey::root, |row| SortKey::from_bytes(row.columns.sort));
    let order = dtcg::order_of(&entity).unwrap_or_else(|| OrderKey::nth(0));
    let sort = parent_sort.child(&order, &path.name().unwrap_or_default());
    let (node, report) = around::look(tx, &entity)?;
    let is_token = entity.kind() == Kind::Token;
    let columns = Columns {
        set,
        path: path.to_string(),
        sort: sort.as_bytes().to_vec(),
        token_type: report.token_type.clone().filter(|_| is_token).map(std::borrow::Cow::into_owned),
        valid: report.is_valid(),
    };
    let row = Row { entity, columns, references: references(&report.references) };
    Ok(Placed { row, report, inherited_type: node.inherited_type })
}

/// What stands at that path of a set: the living entity of the lowest id.
pub(super) fn living(
    tx: &dyn ReadTx,
    set: EntityId,
    path: &TokenPath,
    kinds: &[Kind],
) -> Result<Option<Row>> {
    for kind in kinds {
        let rows = tx.find(*kind, Some(set), path.as_str())?;
        if let Some(row) = rows.into_iter().find(|row| row.entity.is_alive()) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Whether anything living stands below that path.
pub(crate) fn has_children(tx: &dyn ReadTx, set: EntityId, path: &TokenPath) -> Result<bool> {
    let mut found = false;
    tx.scan(&below(set, path), &mut |_| {
        found = true;
        ControlFlow::Break(())
    })?;
    Ok(found)
}

fn below(set: EntityId, path: &TokenPath) -> Scan {
    Scan { below: Some(path.clone()), ..Scan::kinds(&PLACED).in_set(set).by(ScanOrder::Insertion) }
}

/// Refuses paths that nothing new may have (format module, §5.1).
pub(super) fn check_path(path: &TokenPath) -> Result<()> {
    let mut rest = path.segments().peekable();
    let mut is_fine = rest.peek().is_some() && path.as_str().len() <= 1_000;
    while let Some(name) = rest.next() {
        let is_root_token = name == "$root" && rest.peek().is_none();
        let is_odd = name.contains(['{', '}']) || name.contains(char::is_control);
        is_fine &= !name.is_empty() && !is_odd && (is_root_token || !name.starts_with('$'));
    }
    if is_fine {
        return Ok(());
    }
    let message = format!("\"{}\" cannot be the path of a token", path.as_str().escape_debug());
    Err(usage(
        message,
        "names between the dots are not empty, do not start with \"$\", and contain no braces",
    ))
}

impl Edit<'_> {
    /// The place behind the last sibling below `parent`.
    pub(super) fn last_place(&self, set: EntityId, parent: &TokenPath) -> Result<OrderKey> {
        let mut last: Option<OrderKey> = None;
        self.tx.scan(&below(set, parent), &mut |row| {
            let path = dtcg::path_of(&row.entity);
            if path.and_then(|path| path.parent()).as_ref() == Some(parent) {
                last = last.take().max(dtcg::order_of(&row.entity));
            }
            ControlFlow::Continue(())
        })?;
        Ok(OrderKey::between(last.as_ref(), None))
    }

    /// Makes room for a token: nothing stands there, and every group around it exists.
    ///
    /// `moving` is a token that is about to leave its place.
    pub(super) fn clear_place(
        &mut self,
        set: &SetRef,
        path: &TokenPath,
        moving: Option<EntityId>,
    ) -> Result<()> {
        check_path(path)?;
        let exists = |what, path: &TokenPath| ServiceError::Exists { what, name: path.to_string() };
        let is_other = |row: &Row| Some(row.entity.id()) != moving;
        if living(&*self.tx, set.id, path, &[Kind::Token])?.is_some_and(|row| is_other(&row)) {
            return Err(exists("token", path));
        }
        if let Some(group) = living(&*self.tx, set.id, path, &[Kind::Group])? {
            // What a removed token's group leaves behind is in nobody's way.
            if has_children(&*self.tx, set.id, path)? || !dtcg::members_of(&group.entity).is_empty() {
                return Err(exists("group", path));
            }
            self.delete(group)?;
        }
        let mut groups = Vec::new();
        let mut around = path.parent().filter(|parent| !parent.is_root());
        while let Some(group) = around {
            if living(&*self.tx, set.id, &group, &[Kind::Token])?.is_some_and(|row| is_other(&row)) {
                return Err(exists("token", &group));
            }
            around = group.parent().filter(|parent| !parent.is_root());
            groups.push(group);
        }
        groups.iter().rev().try_for_each(|group| self.ensure_group(set, group))
    }

    fn ensure_group(&mut self, set: &SetRef, path: &TokenPath) -> Result<()> {
        let existing = newest(self.tx.find(Kind::Group, Some(set.id), path.as_str())?);
        if existing.as_ref().is_some_and(|row| row.entity.is_alive()) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or_default();
        let order = self.last_place(set.id, &parent)?;
        let place = self.place(existing, EntityId::derived(Kind::Group, &set.name, path))?;
        let changes = vec![
            (RegName::LIFE, alive()),
            text(RegName::PATH, path.as_str()),
            (RegName::SET, Value::Ref(set.id)),
            text(RegName::ORDER, order.as_str()),
        ];
        let entity = match &place.existing {
            Some(row) => self.changed(&row.entity, changes)?,
            None => Some(self.create(place.id, Kind::Group, changes)?),
        };
        if let Some(entity) = entity {
            self.put_placed(entity)?;
        }
        // One that comes back brings along the type that it gave.
        if place.existing.is_some() { self.stand_below(set.id, path.clone()) } else { Ok(()) }
    }

    /// Looks again at what a change at that path may make others of: tokens there and around it, and all below it.
    pub(super) fn stand_beside(&mut self, set: EntityId, path: TokenPath) -> Result<()> {
        self.stand_around(set, &path)?;
        self.stand_below(set, path)
    }

    /// Looks again at tokens that something has come into or left: at that path, and around it.
    fn stand_around(&mut self, set: EntityId, path: &TokenPath) -> Result<()> {
        for holder in [Some(path.clone()), path.parent()].into_iter().flatten() {
            for row in self.tx.find(Kind::Token, Some(set), holder.as_str())? {
                if row.entity.is_alive() {
                    self.put_placed(row.entity)?;
                }
            }
        }
        Ok(())
    }

    /// Places what stands below a path again, and below groups that extend what is there, for they have its type.
    pub(super) fn stand_below(&mut self, set: EntityId, path: TokenPath) -> Result<()> {
        let mut known = BTreeSet::from([path.as_str().to_owned()]);
        let mut left = vec![path];
        while let Some(path) = left.pop() {
            self.tx.referrers(path.as_str(), &mut |referrer| {
                let is_extending = referrer.kind == ReferenceKind::Extends && referrer.set == Some(set);
                if is_extending && known.insert(referrer.path.clone()) {
                    left.extend(TokenPath::parse(&referrer.path));
                }
                ControlFlow::Continue(())
            })?;
            self.place_below(set, path)?;
        }
        Ok(())
    }

    /// Groups before what is in them.
    fn place_below(&mut self, set: EntityId, path: TokenPath) -> Result<()> {
        let mut found = Vec::new();
        let scan = Scan { below: Some(path), ..Scan::kinds(&PLACED).in_set(set) };
        self.tx.scan(&scan, &mut |row| {
            found.push((row.columns.path.matches('.').count(), row.entity.id()));
            ControlFlow::Continue(())
        })?;
        found.sort_unstable();
        for (_, id) in found {
            if let Some(row) = self.tx.get(id)? {
                self.put_placed(row.entity)?;
            }
        }
        Ok(())
    }

    /// Stores a token or group where its registers say.
    pub(super) fn put_placed(&mut self, entity: Entity) -> Result<Placed> {
        let placed = place(&*self.tx, entity)?;
        self.put(&placed.row)?;
        Ok(placed)
    }
}

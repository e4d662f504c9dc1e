//! The rows of a token set, in document order, as far as they are wanted.

use std::ops::ControlFlow;

use dss_format::dtcg::SortKey;
use dss_model::{Entity, EntityId, Kind, TokenPath};
use dss_store::{Row, RowInPlace, Scan};

use super::Export;
use crate::ServiceError;
use crate::observer::{Phase, Progress};

/// Nodes between two looks at the observer.
const STEP: u64 = 1_000;

/// A token or group to write.
pub(super) struct SetNode {
    pub(super) entity: Entity,
    pub(super) path: TokenPath,
    pub(super) sort: SortKey,
}

/// Where a set's nodes go.
pub(super) trait Nodes {
    /// Takes a node where it lies; `false` if it is needed whole.
    fn in_place(&mut self, _row: &dyn RowInPlace) -> Result<bool, ServiceError> {
        Ok(false)
    }

    /// Takes a node.
    fn node(&mut self, node: SetNode) -> Result<(), ServiceError>;
}

impl Export<'_> {
    /// Visits the wanted tokens of a set and the groups around them, in document order.
    pub(super) fn nodes(&self, set: EntityId, out: &mut dyn Nodes) -> Result<(), ServiceError> {
        let mut failed = Ok(());
        let mut groups: Vec<SetNode> = Vec::new();
        // Of two entities at one place, the one that is shown elsewhere waits behind the other's children.
        // Those that wait stand inside each other, the innermost last.
        let mut held: Vec<(Row, TokenPath)> = Vec::new();
        let mut count = 0_u64;
        let is_direct = self.is_full() && self.renames.is_empty();
        let scan = Scan::kinds(&[Kind::Group, Kind::Token]).in_set(set);
        self.tx.scan_in_place(&scan, &mut |row| {
            count = count.saturating_add(1);
            failed = self.step(count).and_then(|()| {
                if is_direct && out.in_place(row)? {
                    return Ok(());
                }
                let row = row.to_row()?;
                let is_inside =
                    |(held, _): &(Row, TokenPath)| row.columns.sort.starts_with(&held.columns.sort);
                let mut behind: Vec<_> = held.extract_if(.., |held| !is_inside(held)).collect();
                sort_innermost_first(&mut behind);
                for (row, path) in behind {
                    self.visit(row, Some(path), &mut groups, out)?;
                }
                match self.renames.get(row.entity.id(), &row.columns.path)? {
                    Some(path) => {
                        held.push((row, path));
                        Ok(())
                    }
                    None => self.visit(row, None, &mut groups, out),
                }
            });
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed?;
        sort_innermost_first(&mut held);
        held.into_iter().try_for_each(|(row, path)| self.visit(row, Some(path), &mut groups, out))
    }

    /// Looks at the observer now and then.
    fn step(&self, count: u64) -> Result<(), ServiceError> {
        if count.is_multiple_of(STEP) {
            if self.observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            self.observer.progress(Progress { phase: Phase::Writing, done: count, total: None });
        }
        Ok(())
    }

    fn visit(
        &self,
        row: Row,
        renamed: Option<TokenPath>,
        groups: &mut Vec<SetNode>,
        out: &mut dyn Nodes,
    ) -> Result<(), ServiceError> {
        let is_filtered = !self.is_full();
        let is_wanted = !is_filtered || self.wanted.has(&row)?;
        let node = node(row, renamed);
        if !is_filtered {
            return out.node(node);
        }
        // A group is written when the first wanted token in it comes.
        groups.retain(|group| node.path.is_below(&group.path));
        if is_wanted {
            groups.drain(..).try_for_each(|group| out.node(group))?;
            return out.node(node);
        }
        if node.entity.kind() == Kind::Group {
            groups.push(node);
        }
        Ok(())
    }

    /// Whether a set's document has anything to say: the set itself is wanted, or something in it.
    pub(super) fn has_any(&self, set: &Row) -> Result<bool, ServiceError> {
        let scan = Scan::kinds(&[Kind::Group, Kind::Token]).in_set(set.entity.id());
        Ok(self.wanted.has(set)? || self.any(&scan)?)
    }

    /// Whether anything that the scan visits is wanted.
    pub(super) fn any(&self, scan: &Scan) -> Result<bool, ServiceError> {
        let mut found = Ok(false);
        self.tx.scan(scan, &mut |row| {
            found = self.wanted.has(&row);
            if matches!(found, Ok(false)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        found
    }
}

fn node(row: Row, renamed: Option<TokenPath>) -> SetNode {
    let own = || TokenPath::parse(&row.columns.path).unwrap_or_default();
    SetNode {
        path: renamed.unwrap_or_else(own),
        sort: SortKey::from_bytes(row.columns.sort),
        entity: row.entity,
    }
}

fn sort_innermost_first(rows: &mut [(Row, TokenPath)]) {
    rows.sort_by(|(a, _), (b, _)| b.columns.sort.cmp(&a.columns.sort));
}

//! The rows of a token set, in document order, as far as they are wanted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_format::dtcg::SortKey;
use dss_model::{Entity, EntityId, Kind, Register, TokenPath};
use dss_store::{ReadTx, Row, Scan};

use super::Export;
use crate::ServiceError;
use crate::observer::{Phase, Progress};

/// Nodes between two looks at the observer.
const STEP: u64 = 1_000;
/// Colliding paths that are told apart.
const COLLISIONS_MAX: usize = 100_000;

/// A token or group to write.
pub(super) struct SetNode {
    pub(super) entity: Entity,
    pub(super) path: TokenPath,
    pub(super) sort: SortKey,
}

impl SetNode {
    /// About how many bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        let pairs = self.entity.registers().values().flat_map(Register::pairs);
        let text = pairs.map(|pair| pair.value.json().map_or(32, |text| text.as_str().len()));
        text.fold(0_usize, usize::saturating_add)
    }
}

impl Export<'_> {
    /// Visits the wanted tokens of a set and the groups around them, in document order.
    pub(super) fn nodes(
        &self,
        set: EntityId,
        each: &mut dyn FnMut(SetNode) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let mut failed = Ok(());
        let mut groups: Vec<SetNode> = Vec::new();
        let mut count = 0_u64;
        let scan = Scan::kinds(&[Kind::Group, Kind::Token]).in_set(set);
        self.tx.scan(&scan, &mut |row| {
            count = count.saturating_add(1);
            failed = self.visit(row, count, &mut groups, each);
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed
    }

    fn visit(
        &self,
        row: Row,
        count: u64,
        groups: &mut Vec<SetNode>,
        each: &mut dyn FnMut(SetNode) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        if count.is_multiple_of(STEP) {
            if self.observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            self.observer.progress(Progress { phase: Phase::Writing, done: count, total: None });
        }
        let is_filtered = self.wanted.has_token_filter();
        let is_wanted = !is_filtered || self.wanted.has_token(&row);
        let node = self.node(row);
        if !is_filtered {
            return each(node);
        }
        // A group is written when the first wanted token in it comes.
        groups.retain(|group| node.path.is_below(&group.path));
        if is_wanted {
            groups.drain(..).try_for_each(&mut *each)?;
            return each(node);
        }
        if node.entity.kind() == Kind::Group {
            groups.push(node);
        }
        Ok(())
    }

    fn node(&self, row: Row) -> SetNode {
        let shown = self.renamed.get(&row.entity.id()).unwrap_or(&row.columns.path);
        SetNode {
            path: TokenPath::parse(shown).unwrap_or_default(),
            sort: SortKey::from_bytes(row.columns.sort),
            entity: row.entity,
        }
    }
}

/// Entities whose path another one of their set shows, and the path they get (MERGE.md §6): the
/// smallest id keeps it.
pub(super) fn colliding_paths(tx: &dyn ReadTx) -> Result<BTreeMap<EntityId, String>, ServiceError> {
    let mut renamed = BTreeMap::new();
    let mut keeper: Option<(Option<EntityId>, String)> = None;
    tx.duplicates(&mut |duplicate| {
        let place = (duplicate.set, duplicate.path);
        if keeper.as_ref() == Some(&place) {
            let id = duplicate.id.to_string();
            let suffix: String = id.chars().rev().filter(char::is_ascii_hexdigit).take(6).collect();
            renamed.insert(duplicate.id, format!("{}~0{suffix}", place.1));
        } else {
            keeper = Some(place);
        }
        if renamed.len() < COLLISIONS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(renamed)
}

//! What groups get from the groups they extend: types and tokens.
//!
//! A stranger decides how often groups extend each other, so that both questions have an end: types are remembered, and
//! the search for tokens is given up after so many steps.

use std::collections::HashMap;

use dss_format::dtcg::{self, alias};
use dss_model::{Entity, EntityId, Kind, TokenPath};
use dss_store::ReadTx;

use crate::ServiceError;

/// Groups that extend groups that extend groups …
pub(crate) const DEPTH_MAX: u32 = 64;
/// Group types that are remembered.
const TYPES_MAX: usize = 10_000;
/// Steps of one search, and of all searches of one import.
const STEPS_MAX: u32 = 1_000;
const STEPS_MAX_IN_ALL: u32 = 200_000;

/// What is known so far.
#[derive(Debug)]
pub(crate) struct Extended {
    types: HashMap<(EntityId, TokenPath), Option<String>>,
    steps: u32,
    steps_left: u32,
}

impl Default for Extended {
    fn default() -> Self {
        Self { types: HashMap::new(), steps: 0, steps_left: STEPS_MAX_IN_ALL }
    }
}

impl Extended {
    /// The `$type` that the groups around a token give it, extended groups included.
    pub(crate) fn inherited_type(
        &mut self,
        tx: &dyn ReadTx,
        set: EntityId,
        token: &TokenPath,
    ) -> Result<Option<String>, ServiceError> {
        let mut group = token.parent();
        while let Some(path) = group {
            if let Some(found) = self.group_type(tx, set, &path, DEPTH_MAX)? {
                return Ok(Some(found));
            }
            group = path.parent();
        }
        Ok(None)
    }

    /// A group's own `$type`, or that of the group it extends.
    fn group_type(
        &mut self,
        tx: &dyn ReadTx,
        set: EntityId,
        path: &TokenPath,
        depth: u32,
    ) -> Result<Option<String>, ServiceError> {
        let key = (set, path.clone());
        if let Some(known) = self.types.get(&key) {
            return Ok(known.clone());
        }
        let row = if path.is_root() {
            tx.get(set)?
        } else {
            tx.find(Kind::Group, Some(set), path.as_str())?.into_iter().find(|row| row.entity.is_alive())
        };
        let own = row.as_ref().and_then(|row| row.entity.string(&dtcg::other_register("$type")));
        let found = match (own, row.as_ref().and_then(|row| base_of(&row.entity)), depth.checked_sub(1)) {
            (Some(own), ..) => Some(own.into_owned()),
            (None, Some(base), Some(depth)) => self.group_type(tx, set, &base, depth)?,
            _ => None,
        };
        if self.types.len() >= TYPES_MAX {
            self.types.clear();
        }
        self.types.insert(key, found.clone());
        Ok(found)
    }

    /// Whether the token at `target` exists because a group around it extends another one.
    pub(super) fn has_token(&mut self, tx: &dyn ReadTx, target: &TokenPath) -> Result<bool, ServiceError> {
        self.steps = STEPS_MAX.min(self.steps_left);
        let before = self.steps;
        let found = self.search(tx, target, DEPTH_MAX)?;
        self.steps_left = self.steps_left.saturating_sub(before.saturating_sub(self.steps));
        Ok(found)
    }

    fn search(&mut self, tx: &dyn ReadTx, target: &TokenPath, depth: u32) -> Result<bool, ServiceError> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
        let mut group = target.parent();
        while let Some(path) = group.filter(|path| !path.is_root()) {
            for row in tx.find(Kind::Group, None, path.as_str())? {
                let Some(steps) = self.steps.checked_sub(1) else { return Ok(false) };
                self.steps = steps;
                let Some(base) = base_of(&row.entity).filter(|_| row.entity.is_alive()) else { continue };
                let rest = target.segments().skip(path.segments().count());
                let there = rest.fold(base, |path, name| path.child(&name));
                let tokens = tx.find(Kind::Token, None, there.as_str())?;
                if tokens.iter().any(|row| row.entity.is_alive()) || self.search(tx, &there, depth)? {
                    return Ok(true);
                }
            }
            group = path.parent();
        }
        Ok(false)
    }
}

/// The group that a group extends.
fn base_of(group: &Entity) -> Option<TokenPath> {
    let text = group.string(&dtcg::other_register("$extends"))?;
    match alias::curly(&text).unwrap_or_else(|| alias::pointer(&text)) {
        alias::Target::Whole(base) => Some(base),
        _ => None,
    }
}

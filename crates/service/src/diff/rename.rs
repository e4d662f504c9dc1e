//! Whether an alias that reads differently still means the same token.

use dss_format::dtcg::alias::Target;
use dss_model::{EntityId, JsonKind, JsonRef, Kind, TokenPath};

use super::Comparison;
use super::fields::{can_refer, reference_of};
use super::side::Side;
use crate::ServiceError;

/// References of one value that are looked up: a value is what a stranger wrote.
const LOOKUPS_MAX: u32 = 64;

impl Comparison<'_> {
    /// Whether two values of a field differ only in the names of the tokens that they refer to.
    pub(super) fn follows_rename(
        &self,
        field: &str,
        old: JsonRef<'_>,
        new: JsonRef<'_>,
    ) -> Result<bool, ServiceError> {
        if !can_refer(field) {
            return Ok(false);
        }
        let mut left = LOOKUPS_MAX;
        self.means_the_same(field, old, new, &mut left)
    }

    fn means_the_same(
        &self,
        field: &str,
        old: JsonRef<'_>,
        new: JsonRef<'_>,
        left: &mut u32,
    ) -> Result<bool, ServiceError> {
        match (reference_of(field, old), reference_of(field, new)) {
            (Some(Target::Whole(from)), Some(Target::Whole(to)))
            | (Some(Target::Inside(from)), Some(Target::Inside(to)))
                if from != to =>
            {
                return self.is_renamed(&from, &to, left);
            }
            (None, None) => {}
            _ => return Ok(old.to_text() == new.to_text()),
        }
        match (old.kind(), new.kind()) {
            (JsonKind::Array, JsonKind::Array) => {
                let (mut olds, mut news) = (old.elements(), new.elements());
                loop {
                    match (olds.next(), news.next()) {
                        (None, None) => return Ok(true),
                        (Some(old), Some(new)) if self.means_the_same("", old, new, left)? => {}
                        _ => return Ok(false),
                    }
                }
            }
            (JsonKind::Object, JsonKind::Object) => {
                if old.members().count() != new.members().count() {
                    return Ok(false);
                }
                for (name, old) in old.members() {
                    match new.get(&name) {
                        Some(new) if self.means_the_same("", old, new, left)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            _ => Ok(old.to_text() == new.to_text()),
        }
    }

    /// Whether a token that stood at one path on the old side stands at the other on the new one.
    fn is_renamed(&self, from: &TokenPath, to: &TokenPath, left: &mut u32) -> Result<bool, ServiceError> {
        let Some(rest) = left.checked_sub(1) else { return Ok(false) };
        *left = rest;
        let old = tokens_at(self.old, from)?;
        Ok(!old.is_empty() && tokens_at(self.new, to)?.iter().any(|id| old.contains(id)))
    }
}

/// The living tokens at a path, of all sets.
fn tokens_at(side: &Side<'_>, path: &TokenPath) -> Result<Vec<EntityId>, ServiceError> {
    let rows = side.tx.find(Kind::Token, None, path.as_str())?;
    Ok(rows.iter().filter(|row| row.entity.is_alive()).map(|row| row.entity.id()).collect())
}

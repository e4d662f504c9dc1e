//! Telling what differs.

use std::collections::BTreeMap;

use dss_model::Kind;
use dss_store::Row;

use super::Comparison;
use super::join::{Difference, Found, each_difference};
use super::report::{DiffCounts, DiffItem, DiffSummary, DiffVisitor, Matching};
use super::side::Extent;
use super::twins::Which;
use crate::ServiceError;

impl Comparison<'_> {
    /// Counts what was found, and shows it to the visitor.
    pub(super) fn report(
        &self,
        found: Found,
        visitor: &mut dyn DiffVisitor,
    ) -> Result<DiffSummary, ServiceError> {
        let mut differences = found.differences.sorted();
        let mut total = DiffCounts::default();
        let mut kinds: BTreeMap<&'static str, DiffCounts> = BTreeMap::new();
        each_difference(&mut differences, |kind, difference| {
            total.count(difference.change());
            kinds.entry(kind.name()).or_default().count(difference.change());
            Ok(true)
        })?;
        let summary = DiffSummary {
            old: self.old.view.clone(),
            new: self.new.view.clone(),
            matched_by: if self.is_by_path { Matching::IdThenPath } else { Matching::Id },
            compared: self.kinds.iter().map(|kind| kind.name()).collect(),
            only_sets: self.only_sets.clone(),
            partial: [self.old, self.new].iter().any(|side| side.extent == Extent::Part),
            total,
            kinds,
            order_not_compared: found.order_not_compared,
        };
        visitor.begin(&summary);
        each_difference(&mut differences, |kind, difference| {
            self.check_cancelled()?;
            Ok(visitor.item(self.item(kind, difference)?))
        })?;
        Ok(summary)
    }

    fn item(&self, kind: Kind, difference: Difference) -> Result<DiffItem, ServiceError> {
        let change = difference.change();
        let old = difference.old.map(|id| self.old.living(id)).transpose()?;
        let new = difference.new.map(|id| self.new.living(id)).transpose()?;
        let (old, new) = (old.as_ref(), new.as_ref());
        let new_place = new.map(|row| self.place(Which::New, row));
        let old_place = old.map(|row| self.place(Which::Old, row));
        let is_elsewhere = difference.place.is_renamed || difference.place.is_moved;
        let (place, from) = match (new_place, old_place) {
            (Some(new), old) => (new, old.filter(|_| is_elsewhere)),
            (None, Some(old)) => (old, None),
            (None, None) => return Err(ServiceError::Internal("a difference without sides".to_owned())),
        };
        let token_type = |row: Option<&Row>| {
            row.filter(|_| kind == Kind::Token).and_then(|row| row.columns.token_type.clone())
        };
        let (old_type, new_type) = (token_type(old), token_type(new));
        let id = difference.new.or(difference.old).map(|id| id.to_string()).unwrap_or_default();
        let old_id = difference.old.map(|old| old.to_string()).filter(|old| *old != id);
        Ok(DiffItem {
            kind: kind.name(),
            change,
            id,
            old_id,
            place,
            from,
            reordered: difference.reordered,
            old_type: old_type.filter(|old| new_type.as_ref() != Some(old)),
            new_type,
            fields: self.field_changes(old, new)?,
        })
    }
}

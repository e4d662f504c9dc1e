//! What a full input does not hold, when a project is to show what the input shows.

use std::ops::ControlFlow;

use dss_model::Kind;
use dss_store::{Row, Scan, ScanOrder};

use super::sink::{Sink, temporary_file};
use crate::ServiceError;
use crate::spill::SortedIds;

impl Sink<'_> {
    /// Deletes every live entity that the input did not hold.
    pub(super) fn delete_absent(&mut self, present: &mut SortedIds) -> Result<(), ServiceError> {
        let mut after = None;
        loop {
            // A page at a time: rows cannot be written while they are visited.
            let mut page: Vec<Row> = Vec::new();
            let mut failed = None;
            let scan = Scan { order: ScanOrder::Id, after, ..Scan::default() };
            self.tx.scan(&scan, &mut |row| {
                after = Some(row.entity.id());
                match present.contains(row.entity.id()) {
                    Ok(true) => {}
                    Ok(false) => page.push(row),
                    Err(error) => failed = Some(error),
                }
                if page.len() >= 1_000 || failed.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            if let Some(error) = failed {
                return Err(temporary_file(error));
            }
            let is_last = page.len() < 1_000;
            for row in page.into_iter().filter(|row| row.entity.kind() != Kind::Project) {
                self.delete(row)?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn delete(&mut self, row: Row) -> Result<(), ServiceError> {
        let dot = self.dot()?;
        if let Some(entity) = dss_merge::delete(&row.entity, dot, &self.stamp)? {
            self.touch(&entity)?;
            let kind = self.kinds.entry(entity.kind()).or_default();
            kind.deleted = kind.deleted.saturating_add(1);
            self.last_write_ms = self.stamp.wall_ms;
            self.tx.put(&Row { entity, ..row })?;
        }
        Ok(())
    }
}

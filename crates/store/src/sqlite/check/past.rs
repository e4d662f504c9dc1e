//! What was: all of it can be read.

use std::ops::ControlFlow;

use dss_model::EntityId;

use super::super::core::Core;
use super::Reporter;
use crate::{ChangeFilter, Damage, DamageKind, StoreError};

impl Core {
    pub(super) fn check_past(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let history = DamageKind::History;
        reporter
            .survive(history, self.changes(&ChangeFilter::default(), &mut |_| ControlFlow::Continue(())))?;
        let changes = self.check_changes(reporter);
        reporter.survive(history, changes)?;
        reporter.survive(history, self.history(None, &mut |_| ControlFlow::Continue(())))?;
        reporter.survive(history, self.decisions(None, &mut |_| ControlFlow::Continue(())))?;
        reporter.survive(history, self.told_imports(&mut |_| ControlFlow::Continue(())))?;
        reporter.survive(history, self.check_told())?;
        reporter.survive(history, self.check_deliveries())?;
        self.check_imports(reporter)
    }

    /// Changes are found by the rows of their entities.
    fn check_changes(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let lost = "SELECT COUNT(*) FROM change c
             WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.row = c.row AND e.id = c.entity)";
        if let Some(count @ 1..) = self.number(lost, [])? {
            let detail = format!("{count} changes do not name the row of their entity");
            reporter.add(Damage::of_project(DamageKind::History, detail));
        }
        Ok(())
    }

    /// Imports tell truly which changes are theirs.
    fn check_imports(&self, reporter: &mut Reporter<'_>) -> Result<(), StoreError> {
        let last = self.last_change()?;
        self.imports(&mut |import| {
            let (before, after) = (import.change_before, import.change_after);
            if before <= after && after <= last {
                return ControlFlow::Continue(());
            }
            let number = import.number;
            let detail = format!("import {number} claims changes {before} to {after}, and there are {last}");
            reporter.add(Damage::of_project(DamageKind::History, detail));
            reporter.visit()
        })
    }

    fn check_told(&self) -> Result<(), StoreError> {
        let lift = |error| self.lift(error);
        let mut statement = self.prepare("SELECT DISTINCT entity FROM told")?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            let entity = EntityId::from_bytes(row.get(0).map_err(lift)?);
            self.told(entity, &mut |_| ControlFlow::Continue(()))?;
        }
        Ok(())
    }

    fn check_deliveries(&self) -> Result<(), StoreError> {
        self.sources()?
            .into_iter()
            .try_for_each(|source| self.deliveries(source.id, None, &mut |_| ControlFlow::Continue(())))
    }
}

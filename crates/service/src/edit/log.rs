//! The log of operations, and what one import did.

use std::ops::ControlFlow;

use dss_format::time;
use dss_model::{JsonText, ProjectName};
use dss_store::{AuditFilter, AuditRecord, ChangeFilter, DecisionRecord, ImportRecord};
use serde_json::json;

use super::Result;
use crate::history::{DecisionView, EntityChange, ImportView, Labels};
use crate::past::{Past, find_import, first_change};
use crate::view::raw;
use crate::{ImportLog, LogEntry, LogFilter, ProjectService};

impl ProjectService {
    /// The log, newest first: operations on this store, and imports into other copies of the project that an
    /// archive told of.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>> {
        let mut entries: Vec<(i64, LogEntry)> = Vec::new();
        let wanted = AuditFilter { project: filter.project.clone(), since_ms: filter.since_ms };
        let limit = filter.limit.unwrap_or(usize::MAX);
        let mut failed = None;
        if limit > 0 {
            self.store.audit(&wanted, &mut |record| {
                let at_ms = record.at_ms;
                match entry(record) {
                    Ok(entry) => entries.push((at_ms, entry)),
                    Err(error) => failed = Some(error),
                }
                let is_enough = failed.is_some() || entries.len() >= limit;
                if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if let Some(project) = filter.project.as_deref().and_then(|project| project.parse().ok()) {
            self.add_told(&project, filter, &mut entries)?;
        }
        // Stable: what happened at the same moment stays in its order.
        entries.sort_by_key(|(at_ms, _)| std::cmp::Reverse(*at_ms));
        entries.truncate(limit);
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Adds what archives told of imports elsewhere. A project that is not there any more tells nothing.
    fn add_told(
        &self,
        project: &ProjectName,
        filter: &LogFilter,
        entries: &mut Vec<(i64, LogEntry)>,
    ) -> Result<()> {
        let Ok(tx) = self.store.read(project) else { return Ok(()) };
        let mut failed = None;
        tx.told_imports(&mut |import| {
            if filter.since_ms.is_none_or(|since| import.at_ms >= since) {
                match told(project, &import) {
                    Ok(entry) => entries.push((import.at_ms, entry)),
                    Err(error) => failed = Some(error),
                }
            }
            ControlFlow::Continue(())
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// What an import changed, item by item, at most `limit` of them.
    ///
    /// # Errors
    /// [`NotFound`](crate::ServiceError::NotFound) if there is no such import.
    pub fn import_log(&self, project: &ProjectName, number: u64, limit: usize) -> Result<ImportLog> {
        let tx = self.store.read(project)?;
        let import = find_import(&*tx, number)?;
        let labels = Labels::new(&*tx)?;
        let before = Past::after_change(&*tx, import.change_before);
        let after = Past::after_change(&*tx, import.change_after);
        let mut log = ImportLog {
            project: project.to_string(),
            import: ImportView::of(&import),
            changed: 0,
            entities: Vec::new(),
            decisions: Vec::new(),
        };
        let change = |id| -> Result<Option<EntityChange>> {
            let Some(after) = after.entity(id)? else { return Ok(None) };
            EntityChange::between(before.entity(id)?.as_ref(), &after, &labels)
        };
        let mut failed = None;
        tx.changes(&ChangeFilter { import: Some(number), ..ChangeFilter::default() }, &mut |record| {
            let is_first = first_change(&*tx, record.entity, import.change_before)
                .map(|first| first.is_some_and(|first| first.number == record.number));
            let told = is_first.and_then(|is_first| if is_first { change(record.entity) } else { Ok(None) });
            match told {
                Ok(None) => {}
                Ok(Some(change)) => {
                    log.changed = log.changed.saturating_add(1);
                    if log.entities.len() < limit {
                        log.entities.push(change);
                    }
                }
                Err(error) => failed = Some(error),
            }
            if failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let decide = |decision: &DecisionRecord| -> Result<Option<DecisionView>> {
            let row = tx.get(decision.entity)?;
            row.map(|row| DecisionView::of(decision, &row.entity, &labels)).transpose()
        };
        tx.decisions(None, &mut |entry| {
            if entry.import == Some(number) && failed.is_none() && log.decisions.len() < limit {
                match decide(&entry.decision) {
                    Ok(decision) => log.decisions.extend(decision),
                    Err(error) => failed = Some(error),
                }
            }
            ControlFlow::Continue(())
        })?;
        failed.map_or(Ok(log), Err)
    }

    /// The project's imports, oldest first.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn imports(&self, project: &ProjectName) -> Result<Vec<ImportView>> {
        let mut imports = Vec::new();
        self.store.read(project)?.imports(&mut |entry| {
            imports.push(ImportView::of(&entry));
            ControlFlow::Continue(())
        })?;
        Ok(imports)
    }
}

fn entry(record: AuditRecord) -> Result<LogEntry> {
    let AuditRecord { at_ms, who, action, project, outcome, error_code, detail } = record;
    // What is no JSON was not written by this version: shown as text.
    let detail = raw(&detail).or_else(|_| raw(JsonText::string(&detail).as_str()))?;
    Ok(LogEntry { at: time::format(at_ms), who, action, project, outcome, error_code, detail })
}

fn told(project: &ProjectName, import: &ImportRecord) -> Result<LogEntry> {
    let hash = import.hash.map(|hash| hash.to_string());
    Ok(LogEntry {
        at: time::format(import.at_ms),
        who: import.by.clone(),
        action: import.action.clone(),
        project: Some(project.to_string()),
        outcome: "elsewhere".to_owned(),
        error_code: None,
        detail: raw(&json!({ "source": import.source, "exportHash": hash }).to_string())?,
    })
}

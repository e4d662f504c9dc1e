//! The log of operations.

use std::ops::ControlFlow;

use dss_format::time;
use dss_model::JsonText;
use dss_store::{AuditFilter, AuditRecord};

use super::Result;
use crate::view::raw;
use crate::{LogEntry, LogFilter, ProjectService};

impl ProjectService {
    /// The log, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>> {
        let mut records = Vec::new();
        let wanted = AuditFilter { project: filter.project.clone(), since_ms: None };
        if filter.limit != Some(0) {
            self.store.audit(&wanted, &mut |record| {
                records.push(record);
                let is_enough = filter.limit.is_some_and(|limit| records.len() >= limit);
                if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        records.into_iter().map(entry).collect()
    }
}

fn entry(record: AuditRecord) -> Result<LogEntry> {
    let AuditRecord { at_ms, who, action, project, outcome, error_code, detail } = record;
    // What is no JSON was not written by this version: shown as text.
    let detail = raw(&detail).or_else(|_| raw(JsonText::string(&detail).as_str()))?;
    Ok(LogEntry { at: time::format(at_ms), who, action, project, outcome, error_code, detail })
}

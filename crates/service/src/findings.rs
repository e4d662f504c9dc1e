//! Collecting findings: all counted, the first ones kept.

mod doubts;

use std::io;

use dss_model::{EntityId, Severity, Stage};

use crate::summary::{Finding, Findings};
use doubts::Doubts;

/// Counts findings and keeps the first ones.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    findings: Findings,
    keep: usize,
    /// Those that are kept, each with its number, in the order of these.
    first: Vec<(u64, Finding)>,
    first_error: Option<(u64, Finding)>,
    doubts: Doubts,
    count: u64,
}

impl Collector {
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        let number = self.next_number();
        self.add_as(number, finding);
    }

    /// Adds what is wrong with an item unless that is [cleared up](Self::clear_up) by what follows.
    pub(crate) fn doubt(&mut self, id: EntityId, finding: &Finding) -> io::Result<()> {
        let number = self.next_number();
        self.doubts.add(number, id, finding)
    }

    /// What was in doubt about an item is not so.
    pub(crate) fn clear_up(&mut self, id: EntityId) -> io::Result<()> {
        self.doubts.clear_up(id)
    }

    /// All findings, when no doubt can be cleared up any more.
    pub(crate) fn finish(mut self) -> io::Result<Findings> {
        for left in std::mem::take(&mut self.doubts).left()? {
            let (number, finding) = left?;
            self.add_as(number, finding);
        }
        self.findings.items = self.first.into_iter().map(|(_, finding)| finding).collect();
        self.findings.first_error = self.first_error.map(|(_, finding)| Box::new(finding));
        Ok(self.findings)
    }

    fn next_number(&mut self) -> u64 {
        self.count = self.count.saturating_add(1);
        self.count
    }

    fn add_as(&mut self, number: u64, mut finding: Finding) {
        // Lines are from 1; those of other tools' files are not always known.
        finding.line = finding.line.filter(|line| *line > 0);
        let count = self.findings.by_code.entry(finding.code).or_default();
        *count = count.saturating_add(1);
        let total = match finding.severity {
            Severity::Error => &mut self.findings.errors,
            Severity::Warning => &mut self.findings.warnings,
        };
        *total = total.saturating_add(1);
        let is_first_error = self.first_error.as_ref().is_none_or(|(first, _)| number < *first);
        if finding.severity == Severity::Error && is_first_error {
            self.first_error = Some((number, finding.clone()));
        }
        let at = self.first.partition_point(|(earlier, _)| *earlier < number);
        if at < self.keep {
            self.first.truncate(self.keep.saturating_sub(1));
            self.first.insert(at, (number, finding));
        }
    }
}

/// A finding of the stage `referential`, which knows no file.
pub(crate) fn referential(
    code: &'static str,
    severity: Severity,
    set: &str,
    path: &str,
    message: String,
) -> Finding {
    Finding {
        code,
        stage: Stage::Referential,
        severity,
        file: set.to_owned(),
        path: path.to_owned(),
        line: None,
        message,
    }
}

#[cfg(test)]
mod tests;

//! Collecting findings: all counted, the first ones kept.

use dss_model::{Severity, Stage, TokenPath};

use crate::summary::{Finding, Findings};

/// Counts findings and keeps the first ones.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    findings: Findings,
    keep: usize,
    first_error: Option<Finding>,
}

impl Collector {
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(crate) fn add(&mut self, mut finding: Finding) {
        // Lines are from 1; those of other tools' files are not always known.
        finding.line = finding.line.filter(|line| *line > 0);
        let count = self.findings.by_code.entry(finding.code).or_default();
        *count = count.saturating_add(1);
        match finding.severity {
            Severity::Error => {
                self.findings.errors = self.findings.errors.saturating_add(1);
                if self.first_error.is_none() {
                    self.first_error = Some(finding.clone());
                }
            }
            Severity::Warning => self.findings.warnings = self.findings.warnings.saturating_add(1),
        }
        if self.findings.items.len() < self.keep {
            self.findings.items.push(finding);
        }
    }

    /// Takes back an error that turned out not to be one.
    pub(crate) fn take_back(&mut self, code: &'static str, path: &TokenPath) {
        let Some(count) = self.findings.by_code.get_mut(code).filter(|count| **count > 0) else { return };
        *count = count.saturating_sub(1);
        self.findings.errors = self.findings.errors.saturating_sub(1);
        let is_it = |finding: &Finding| finding.code == code && finding.path == path.as_str();
        if let Some(at) = self.findings.items.iter().position(is_it) {
            self.findings.items.remove(at);
        }
        if self.first_error.as_ref().is_some_and(is_it) {
            let is_error = |finding: &&Finding| finding.severity == Severity::Error;
            self.first_error = self.findings.items.iter().find(is_error).cloned();
        }
    }

    pub(crate) fn finish(mut self) -> Findings {
        self.findings.by_code.retain(|_, count| *count > 0);
        self.findings.first_error = self.first_error.map(Box::new);
        self.findings
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

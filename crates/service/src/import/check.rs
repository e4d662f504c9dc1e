//! Checking an input as an import would, and keeping nothing of it.

use std::path::Path;
use std::time::Instant;

use dss_model::{ProjectName, Stamp};

use super::Opened;
use super::ledger::Ledger;
use super::sink::{Mode, Sink, temporary_file};
use crate::observer::{Observer, Phase, Progress};
use crate::options::ImportOptions;
use crate::summary::ImportSummary;
use crate::{ServiceError, estimate};

/// Takes `input` through all stages; says what an import into an empty store would refuse and report.
///
/// The checks are the import's own. Only tokens and groups go to no store, which would cost more than everything else:
/// what the stage `referential` has to know about them is in a [`Ledger`], and where that cannot judge the input is
/// read a second time, into a scratch store.
pub(crate) fn check(
    input: &Path,
    options: &ImportOptions,
    is_canonical: bool,
    observer: &dyn Observer,
    stamp: &Stamp,
) -> Result<ImportSummary, ServiceError> {
    let started = Instant::now();
    let opened = Opened::new(input, options, observer)?;
    if is_canonical {
        opened.check_canonical()?;
    }
    estimate::check(opened.estimate_ms(), options.time_budget_ms)?;
    let run = Run { input, opened: &opened, options, observer, stamp };
    let by_ledger = match &opened {
        Opened::Archive(_) => run.by_ledger()?,
        // Files are judged by what their sources said before, which is a store's to know.
        Opened::Files(_) => None,
    };
    let mut summary = by_ledger.map_or_else(|| run.by_store(), Ok)?;
    opened.describe(&mut summary, &options.limits);
    if let Some(first) = summary.findings.first_error.clone().filter(|_| options.is_strict) {
        return Err(ServiceError::Strict { count: summary.findings.errors, first });
    }
    summary.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

struct Run<'r> {
    input: &'r Path,
    opened: &'r Opened,
    options: &'r ImportOptions,
    observer: &'r dyn Observer,
    stamp: &'r Stamp,
}

impl<'r> Run<'r> {
    /// `None` where the ledger cannot judge.
    fn by_ledger(&self) -> Result<Option<ImportSummary>, ServiceError> {
        let mut sink = self.sink()?;
        sink.ledger = Some(Ledger::default());
        let bytes = self.fill(&mut sink)?;
        if sink.conclude()? { self.end(sink, bytes).map(Some) } else { Ok(None) }
    }

    fn by_store(&self) -> Result<ImportSummary, ServiceError> {
        let mut sink = self.sink()?;
        let bytes = self.fill(&mut sink)?;
        sink.finish(self.opened.is_full())?;
        self.end(sink, bytes)
    }

    fn sink(&self) -> Result<Sink<'r>, ServiceError> {
        let header = self.opened.new_project(self.stamp.wall_ms);
        let tx = dss_store::scratch(&header)?;
        Ok(Sink::new(tx, Mode::New, header.ids.id(), self.options, self.observer, self.stamp.clone()))
    }

    fn fill(&self, sink: &mut Sink<'_>) -> Result<u64, ServiceError> {
        // Nothing is called that, and files need not have a name that a project can have.
        let name = "verified".parse::<ProjectName>();
        let name = name.map_err(|error| ServiceError::Internal(error.to_string()))?;
        self.opened.fill(sink, &name, self.input)
    }

    fn end(&self, sink: Sink<'_>, bytes: u64) -> Result<ImportSummary, ServiceError> {
        let (_, mut summary) = sink.into_summary()?;
        summary.source = self.input.display().to_string();
        summary.bytes = bytes;
        Ok(summary)
    }
}

impl Sink<'_> {
    /// What [`Sink::finish`] checks, by the ledger: `false` where that cannot judge.
    fn conclude(&mut self) -> Result<bool, ServiceError> {
        self.observer.progress(Progress { phase: Phase::Linking, done: 0, total: None });
        let ledger = self.ledger.take().unwrap_or_default();
        // What gets a type from what follows, or tokens from another group, is looked up in many ways.
        if self.has_extends || !self.again.is_empty() {
            return Ok(false);
        }
        let Some(verdict) = ledger.verdict().map_err(temporary_file)? else { return Ok(false) };
        self.report_references(verdict.findings)?;
        self.check_sources()?;
        self.summary.invalid_tokens = verdict.invalid;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;

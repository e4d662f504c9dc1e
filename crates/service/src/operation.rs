//! What is told of operations while they run, for logs and metrics: a span for each, and an event that says how it ended.
//!
//! Whoever wants to hear it installs a `tracing` subscriber; without one, nothing here costs more than a comparison.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use dss_model::{ProjectName, Stage};
use tracing::field::Empty;
use tracing::{Span, error, info, info_span, warn};

use crate::{ConflictItem, ConflictSide, ErrorClass, ServiceError};

/// The target of everything that is told.
const TARGET: &str = "dss";

/// Failures that somebody should look at now: an attack, or something that is not what it was. The operator's guide
/// (docs/operations.md) says what to do.
const ALERTS: [&str; 13] = [
    "zip_slip",
    "symlink_entry",
    "lookalike_separator",
    "manifest_integrity",
    "entry_changed",
    "checksum_mismatch",
    "content_mismatch",
    "store_damaged",
    "merge_above_mark",
    "merge_covered_but_different",
    "merge_dot_collision",
    "merge_impossible_state",
    "merge_own_id_ahead",
];

/// What an operation does, and to what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// `import`, `token.set`, …
    pub(crate) action: &'static str,
    pub(crate) project: Option<&'a ProjectName>,
    /// The file that it reads.
    pub(crate) source: Option<&'a Path>,
}

impl<'a> Subject<'a> {
    /// An operation on a file, without a store.
    pub(crate) const fn file(action: &'static str, source: &'a Path) -> Self {
        Self { action, project: None, source: Some(source) }
    }
}

/// Runs an operation in a span of its own.
pub(crate) fn observed<T>(
    subject: Subject<'_>,
    run: impl FnOnce() -> Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    let span = info_span!(
        target: TARGET,
        "operation",
        action = subject.action,
        project = subject.project.map(ProjectName::as_str),
        source = subject.source.map(|source| source.display().to_string()),
        items = Empty,
        bytes = Empty,
        conflicts = Empty,
        duration_ms = Empty,
        peak_memory_bytes = Empty,
    );
    let started = Instant::now();
    span.in_scope(|| {
        let result = run();
        if !span.is_disabled() {
            span.record("duration_ms", millis_since(started));
            span.record("peak_memory_bytes", peak_memory_bytes());
        }
        match &result {
            Ok(_) => info!(target: TARGET, "done"),
            Err(error) => tell_failure(subject, error),
        }
        result
    })
}

/// Notes what the operation that runs now has worked through.
pub(crate) fn measure(items: u64, bytes: u64, conflicts: u64) {
    let span = Span::current();
    span.record("items", items);
    span.record("bytes", bytes);
    span.record("conflicts", conflicts);
}

/// Notes the project of the operation that runs now, which its input has named.
pub(crate) fn name_project(project: &ProjectName) {
    Span::current().record("project", project.as_str());
}

/// How an operation failed; `alert` marks what somebody should look at now.
pub(crate) fn tell_failure(subject: Subject<'_>, failure: &ServiceError) {
    let code = failure.code();
    let stage = failure.stage().map(Stage::name);
    let (entry, path, rule) = (failure.entry(), failure.path(), failure.rule());
    // The span says the same, but for those who listen to errors only.
    let action = subject.action;
    let message = failure.to_string();
    if ALERTS.contains(&code) {
        error!(target: TARGET, alert = true, action, code, stage, entry, path, rule, error = message, "refused");
        return;
    }
    match failure.class() {
        ErrorClass::Store | ErrorClass::Bug => {
            error!(target: TARGET, action, code, stage, entry, path, error = message, "failed");
        }
        ErrorClass::Cancelled => info!(target: TARGET, action, code, "cancelled"),
        _ => warn!(target: TARGET, action, code, stage, entry, path, rule, error = message, "refused"),
    }
}

/// A conflict that an import brings up, with both sides.
pub(crate) fn tell_conflict(item: &ConflictItem) {
    let hash = |side: Option<&ConflictSide>| side.map(|side| side.hash.clone());
    let at = |side: Option<&ConflictSide>| side.map(|side| side.updated_at.clone());
    let by = |side: Option<&ConflictSide>| side.map(|side| side.updated_by.clone());
    if tracing::enabled!(target: TARGET, tracing::Level::INFO) {
        let (local, imported) = (item.local(), item.imported());
        info!(
            target: TARGET,
            kind = item.kind,
            name = item.name,
            set = item.set,
            field = item.field,
            local_hash = hash(local),
            local_at = at(local),
            local_by = by(local),
            imported_hash = hash(imported),
            imported_at = at(imported),
            imported_by = by(imported),
            recommendation = item.recommendation.name(),
            clock_skew = !item.warnings.is_empty(),
            decided = item.decided.as_ref().map(|decided| decided.strategy),
            "conflict"
        );
    }
}

/// An item whose two sides contradict each other: it was left as it is.
pub(crate) fn tell_contradiction(code: &'static str, path: &str, message: &str) {
    error!(target: TARGET, alert = ALERTS.contains(&code), code, path, error = message, "left alone");
}

/// A project, or the log, that a check has found damage in.
pub(crate) fn tell_damage(project: Option<&str>, by_code: &BTreeMap<&'static str, u64>) {
    for (code, count) in by_code {
        error!(target: TARGET, alert = true, project, code, count, "damaged");
    }
}

/// Milliseconds since then.
pub(crate) fn millis_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The most memory that this process has had at once, as far as the system tells: Linux does.
fn peak_memory_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_codes_that_exist() {
        let known: Vec<&str> = crate::codes().into_iter().map(|entry| entry.code).collect();
        for alert in ALERTS {
            assert!(known.contains(&alert), "{alert}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_told() {
        assert!(peak_memory_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}

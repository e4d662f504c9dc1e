//! What the log of operations says in numbers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_format::time;
use dss_store::{AuditFilter, AuditRecord};
use serde::{Deserialize, Serialize};

use crate::{ProjectService, ServiceError};

/// Which operations to count.
#[derive(Clone, Debug, Default)]
pub struct StatsFilter {
    /// Only on this project.
    pub project: Option<String>,
    /// Only what happened then or later: milliseconds since 1970.
    pub since_ms: Option<i64>,
}

/// Operations in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// When the first one was, RFC 3339; nothing if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When the last one was, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// By what was done, in alphabetical order.
    pub operations: Vec<OperationStats>,
    /// By error code, the most frequent first.
    pub failures: Vec<FailureStats>,
    /// What imports brought up, and what became of it.
    pub conflicts: ConflictStats,
}

/// How one kind of operation went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationStats {
    /// `import`, `token.set`, …
    pub action: String,
    /// How many did what they were asked to.
    pub done: u64,
    /// How many were refused: the input, or the request.
    pub refused: u64,
    /// How many failed because something broke, or was busy.
    pub failed: u64,
    /// How many were stopped on request.
    pub cancelled: u64,
    /// How long those took that were done; nothing if nobody measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<Durations>,
}

/// How long operations took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Durations {
    /// Half of them took at most that.
    pub p50: u64,
    /// 95 of 100 took at most that.
    pub p95: u64,
    /// The longest.
    pub max: u64,
}

/// How often something went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureStats {
    /// The error's code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// When it was the last time, RFC 3339.
    pub last_at: String,
    /// What was to be done then.
    pub last_action: String,
}

/// What imports brought up, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictStats {
    /// Imports that brought up conflicts.
    pub imports: u64,
    /// Conflicts that imports brought up.
    pub found: u64,
    /// How many of them a strategy decided at once.
    pub decided: u64,
    /// Conflicts that people decided later.
    pub resolved: u64,
}

/// What counts of what the log says about an operation.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    duration_ms: Option<u64>,
    merge: Option<Merge>,
    resolved: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Merge {
    new_conflicts: u64,
    decided: u64,
}

impl ProjectService {
    /// What the log of this store says in numbers. Previews and what needs no store (`verify`, `diff`, …) are not in it.
    ///
    /// Takes memory for eight bytes of each operation.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn stats(&self, filter: &StatsFilter) -> Result<Stats, ServiceError> {
        let mut counting = Counting::default();
        let wanted = AuditFilter { project: filter.project.clone(), since_ms: filter.since_ms };
        self.store.audit(&wanted, &mut |record| {
            counting.take(&record);
            ControlFlow::Continue(())
        })?;
        Ok(counting.finish())
    }
}

#[derive(Default)]
struct Counting {
    span: Option<(i64, i64)>,
    operations: BTreeMap<String, (OperationStats, Vec<u64>)>,
    failures: BTreeMap<String, (FailureStats, i64)>,
    conflicts: ConflictStats,
}

impl Counting {
    fn take(&mut self, record: &AuditRecord) {
        let at_ms = record.at_ms;
        let (first, last) = self.span.unwrap_or((at_ms, at_ms));
        self.span = Some((first.min(at_ms), last.max(at_ms)));
        // What is no such JSON was not written by this version: it is counted, and says nothing more.
        let detail: Detail = serde_json::from_str(&record.detail).unwrap_or_default();
        let (stats, durations) = self.operations.entry(record.action.clone()).or_default();
        let counter = match record.outcome.as_str() {
            "done" => &mut stats.done,
            "refused" => &mut stats.refused,
            "cancelled" => &mut stats.cancelled,
            _ => &mut stats.failed,
        };
        *counter = counter.saturating_add(1);
        if record.outcome == "done" {
            durations.extend(detail.duration_ms);
            self.take_conflicts(&detail);
        }
        if let Some(code) = &record.error_code {
            let (failure, last_ms) = self.failures.entry(code.clone()).or_default();
            if failure.count == 0 || at_ms > *last_ms {
                *last_ms = at_ms;
                failure.last_action.clone_from(&record.action);
            }
            failure.count = failure.count.saturating_add(1);
        }
    }

    fn take_conflicts(&mut self, detail: &Detail) {
        let conflicts = &mut self.conflicts;
        conflicts.resolved = conflicts.resolved.saturating_add(detail.resolved);
        if let Some(merge) = detail.merge.as_ref().filter(|merge| merge.new_conflicts > 0) {
            conflicts.imports = conflicts.imports.saturating_add(1);
            conflicts.found = conflicts.found.saturating_add(merge.new_conflicts);
            conflicts.decided = conflicts.decided.saturating_add(merge.decided);
        }
    }

    fn finish(self) -> Stats {
        let operation = |(action, (stats, mut durations)): (String, (OperationStats, Vec<u64>))| {
            durations.sort_unstable();
            OperationStats { action, duration_ms: Durations::of(&durations), ..stats }
        };
        let failure = |(code, (stats, last_ms)): (String, (FailureStats, i64))| FailureStats {
            code,
            last_at: time::format(last_ms),
            ..stats
        };
        let mut failures: Vec<_> = self.failures.into_iter().map(failure).collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
        Stats {
            from: self.span.map(|(first, _)| time::format(first)),
            to: self.span.map(|(_, last)| time::format(last)),
            operations: self.operations.into_iter().map(operation).collect(),
            failures,
            conflicts: self.conflicts,
        }
    }
}

impl Durations {
    /// By nearest rank: each is a duration that was measured.
    fn of(sorted: &[u64]) -> Option<Self> {
        let rank = |percent: usize| {
            let rank = sorted.len().saturating_mul(percent).div_ceil(100);
            sorted.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { p50: rank(50)?, p95: rank(95)?, max: rank(100)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        assert_eq!(Durations::of(&[]), None);
        assert_eq!(Durations::of(&[7]), Some(Durations { p50: 7, p95: 7, max: 7 }));
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(Durations::of(&hundred), Some(Durations { p50: 50, p95: 95, max: 100 }));
        assert_eq!(Durations::of(&[1, 2, 3, 4]), Some(Durations { p50: 2, p95: 4, max: 4 }));
    }

    #[test]
    fn records_are_counted_whatever_they_say() {
        let mut counting = Counting::default();
        let record = |at_ms, outcome: &str, code: Option<&str>, detail: &str| AuditRecord {
            at_ms,
            action: "import".to_owned(),
            outcome: outcome.to_owned(),
            error_code: code.map(ToOwned::to_owned),
            detail: detail.to_owned(),
            ..AuditRecord::default()
        };
        // Newest first, as the store has it.
        counting.take(&record(
            40,
            "done",
            None,
            r#"{"durationMs": 8, "merge": {"newConflicts": 3, "decided": 1}}"#,
        ));
        counting.take(&record(30, "done", None, "not JSON"));
        counting.take(&record(20, "refused", Some("zip_slip"), r#"{"durationMs": 900}"#));
        counting.take(&record(10, "failed", Some("database_locked"), "{}"));
        counting.take(&record(5, "refused", Some("zip_slip"), "{}"));
        let stats = counting.finish();
        let import = &stats.operations[0];
        assert_eq!((import.done, import.refused, import.failed, import.cancelled), (2, 2, 1, 0));
        assert_eq!(import.duration_ms, Some(Durations { p50: 8, p95: 8, max: 8 }));
        assert_eq!(stats.failures[0].code, "zip_slip");
        assert_eq!(
            (stats.failures[0].count, stats.failures[0].last_at.as_str()),
            (2, "1970-01-01T00:00:00.020Z")
        );
        assert_eq!(stats.conflicts, ConflictStats { imports: 1, found: 3, decided: 1, resolved: 0 });
        assert_eq!(stats.from.as_deref(), Some("1970-01-01T00:00:00.005Z"));
    }
}

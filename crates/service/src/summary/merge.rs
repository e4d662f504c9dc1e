//! What merges report.

use dss_merge::Outcome;
use serde::Serialize;

use super::ImportSummary;
use crate::ConflictItem;

/// How the entities of the input relate to those in the store (MERGE.md §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcomes {
    /// Not known here.
    pub added: u64,
    /// Not known here, and deleted there: only the deletion is kept.
    pub added_deleted: u64,
    /// The same on both sides.
    pub identical: u64,
    /// Older than what is here: nothing happens.
    pub stale: u64,
    /// Newer than what is here, by somebody who had seen it.
    pub fast_forward: u64,
    /// The same, and deleted.
    pub fast_forward_delete: u64,
    /// The same, and restored.
    pub fast_forward_restore: u64,
    /// Changed on both sides, without a clash.
    pub auto_merged: u64,
    /// Changed on both sides, with a clash.
    pub conflict: u64,
    /// Left alone because the caller asked for it.
    pub held: u64,
    /// Left alone because both sides contradict each other; a finding says how.
    pub quarantined: u64,
}

impl Outcomes {
    /// Counts one more.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Added => &mut self.added,
            Outcome::AddedDeleted => &mut self.added_deleted,
            Outcome::Identical => &mut self.identical,
            Outcome::Stale => &mut self.stale,
            Outcome::FastForward => &mut self.fast_forward,
            Outcome::FastForwardDelete => &mut self.fast_forward_delete,
            Outcome::FastForwardRestore => &mut self.fast_forward_restore,
            Outcome::AutoMerged => &mut self.auto_merged,
            Outcome::Conflict => &mut self.conflict,
            Outcome::Held => &mut self.held,
            Outcome::Quarantined => &mut self.quarantined,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What became of both sides.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeReport {
    /// How many entities had each outcome.
    pub outcomes: Outcomes,
    /// Conflicts that this import brought up, decided or not.
    pub new_conflicts: u64,
    /// How many of them the strategy decided.
    pub decided: u64,
    /// The conflicts, the first of them up to [`dss_model::Limits::diagnostics`]; an
    /// [`Observer`](crate::Observer) is told of all.
    pub conflicts: Vec<ConflictItem>,
}

/// What a merge did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeSummary {
    /// What every import tells.
    #[serde(flatten)]
    pub import: ImportSummary,
    /// What became of both sides.
    pub merge: MergeReport,
}

/// What a merge would do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeAnalysis {
    /// What every import tells.
    #[serde(flatten)]
    pub import: ImportSummary,
    /// What would become of both sides.
    pub merge: MergeReport,
}

impl MergeAnalysis {
    /// What [`ImportOptions::expect`](crate::ImportOptions::expect) takes, so that exactly this is done, or nothing.
    pub fn preview_token(&self) -> Option<&str> {
        self.import.preview_token.as_deref()
    }
}

/// What became of open conflicts.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The project's name.
    pub project: String,
    /// Conflicts that are decided now.
    pub resolved: u64,
    /// Conflicts that were meant and stay open, for they have no such side.
    pub left: u64,
    /// The decided ones, the first thousand.
    pub conflicts: Vec<ConflictItem>,
    /// Conflicts that are open now, in the whole project.
    pub open_conflicts: u64,
}

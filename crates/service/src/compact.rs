//! Giving back room that nothing uses any more.

use std::time::Instant;

use dss_model::ProjectName;
use dss_store::Compaction;
use serde::Serialize;
use serde_json::json;

use crate::service::ProjectService;
use crate::{Observer, ServiceError};

type Result<T> = std::result::Result<T, ServiceError>;

/// What compacting came to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactSummary {
    /// The projects that were compacted, by name.
    pub projects: Vec<Compacted>,
    /// The store's log of operations, if all of the store was compacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Compacted>,
    /// Bytes that all of these took up before.
    pub bytes_before: u64,
    /// Bytes that they take up now.
    pub bytes_after: u64,
    /// How long it took.
    pub duration_ms: u64,
}

/// What compacting one file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compacted {
    /// The project; none for the log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub project: String,
    /// Bytes before.
    pub bytes_before: u64,
    /// Bytes now.
    pub bytes_after: u64,
}

impl Compacted {
    fn new(project: String, Compaction { bytes_before, bytes_after }: Compaction) -> Self {
        Self { project, bytes_before, bytes_after }
    }
}

impl ProjectService {
    /// Writes the files of these projects or, if none is named, of all of the store anew, without room that nothing uses
    /// any more. What is in them stays as it is, history included. Readers are not stopped, writers have to wait.
    ///
    /// # Errors
    /// If a project does not exist or is being written to for too long, or there is no room: as much as the largest
    /// project takes up is needed. [`ServiceError::Usage`] if the store is no folder of files.
    pub fn compact(&self, projects: &[ProjectName], observer: &dyn Observer) -> Result<CompactSummary> {
        let run = || {
            let started = Instant::now();
            let store = self.files()?;
            let all = self.named_or_all(projects)?;
            let mut summary = CompactSummary::default();
            for project in all {
                if observer.is_cancelled() {
                    return Err(ServiceError::Cancelled);
                }
                let done = store.compact(&project)?;
                summary.projects.push(Compacted::new(project.to_string(), done));
            }
            if projects.is_empty() {
                summary.log = store.compact_audit()?.map(|done| Compacted::new(String::new(), done));
            }
            for done in summary.projects.iter().chain(&summary.log) {
                summary.bytes_before = summary.bytes_before.saturating_add(done.bytes_before);
                summary.bytes_after = summary.bytes_after.saturating_add(done.bytes_after);
            }
            summary.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            Ok(summary)
        };
        let only = match projects {
            [only] => Some(only),
            _ => None,
        };
        self.audited(
            "compact",
            only,
            run,
            |summary| json!({ "bytesBefore": summary.bytes_before, "bytesAfter": summary.bytes_after }),
        )
    }
}

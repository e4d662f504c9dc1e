//! The log of operations: written whether they succeed or fail.

use std::path::Path;
use std::time::Instant;

use dss_model::{ProjectName, Stage};
use dss_store::AuditRecord;
use serde_json::{Value, json};

use crate::operation::{Subject, millis_since, observed};
use crate::{ErrorClass, ProjectService, ServiceError};

impl ProjectService {
    /// Runs an operation and logs how it ended; `detail` is what the log says about a success.
    ///
    /// # Errors
    /// What `run` returns; nothing hides that. [`ServiceError::AuditFailed`] if it succeeded and the
    /// log could not be written.
    pub(crate) fn audited<T>(
        &self,
        action: &'static str,
        project: Option<&ProjectName>,
        run: impl FnOnce() -> Result<T, ServiceError>,
        detail: impl FnOnce(&T) -> Value,
    ) -> Result<T, ServiceError> {
        let subject = Subject { action, project, source: None };
        let started = Instant::now();
        let result = observed(subject, run);
        self.log_end(subject, started, result, detail)
    }

    /// Logs how an operation ended that was observed already.
    ///
    /// # Errors
    /// As [`ProjectService::audited`].
    pub(crate) fn log_end<T>(
        &self,
        subject: Subject<'_>,
        started: Instant,
        result: Result<T, ServiceError>,
        detail: impl FnOnce(&T) -> Value,
    ) -> Result<T, ServiceError> {
        let (outcome, error_code, mut detail) = match &result {
            Ok(done) => ("done", None, detail(done)),
            Err(error) => (outcome(error), Some(error.code()), failure(subject.source, error)),
        };
        if let Value::Object(detail) = &mut detail {
            detail.entry("durationMs").or_insert_with(|| millis_since(started).into());
        }
        let record = AuditRecord {
            at_ms: self.clock.now_ms(),
            who: self.actor.clone(),
            action: subject.action.to_owned(),
            project: subject.project.map(ToString::to_string),
            outcome: outcome.to_owned(),
            error_code: error_code.map(ToOwned::to_owned),
            detail: detail.to_string(),
        };
        match (result, self.store.append_audit(&record)) {
            (Ok(_), Err(cause)) => Err(ServiceError::AuditFailed { action: subject.action, cause }),
            (result, _) => result,
        }
    }
}

/// What the log says about a failure: what a person would ask first.
fn failure(source: Option<&Path>, error: &ServiceError) -> Value {
    let mut detail = json!({ "message": error.to_string() });
    let facts = [
        ("source", source.map(|source| source.display().to_string())),
        ("stage", error.stage().map(|stage| Stage::name(stage).to_owned())),
        ("entry", error.entry().map(ToOwned::to_owned)),
        ("path", error.path().map(ToOwned::to_owned)),
    ];
    if let Value::Object(detail) = &mut detail {
        let known = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?.into())));
        detail.extend(known);
    }
    detail
}

/// How a failed operation ended: because it was not allowed, or because something broke.
fn outcome(error: &ServiceError) -> &'static str {
    match error.class() {
        ErrorClass::Usage | ErrorClass::Refused | ErrorClass::Missing => "refused",
        ErrorClass::Cancelled => "cancelled",
        ErrorClass::Store | ErrorClass::Bug => "failed",
    }
}

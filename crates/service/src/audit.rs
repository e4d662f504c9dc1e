//! The log of operations: written whether they succeed or fail.

use dss_model::ProjectName;
use dss_store::AuditRecord;
use serde_json::{Value, json};

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
        let result = run();
        let (outcome, error_code, detail) = match &result {
            Ok(done) => ("done", None, detail(done)),
            Err(error) => (outcome(error), Some(error.code()), json!({ "message": error.to_string() })),
        };
        let record = AuditRecord {
            at_ms: self.clock.now_ms(),
            who: self.actor.clone(),
            action: action.to_owned(),
            project: project.map(ToString::to_string),
            outcome: outcome.to_owned(),
            error_code: error_code.map(ToOwned::to_owned),
            detail: detail.to_string(),
        };
        match (result, self.store.append_audit(&record)) {
            (Ok(_), Err(cause)) => Err(ServiceError::AuditFailed { action, cause }),
            (result, _) => result,
        }
    }
}

/// How a failed operation ended: because it was not allowed, or because something broke.
fn outcome(error: &ServiceError) -> &'static str {
    match error.class() {
        ErrorClass::Usage | ErrorClass::Refused | ErrorClass::Missing => "refused",
        ErrorClass::Cancelled => "cancelled",
        ErrorClass::Store | ErrorClass::Bug => "failed",
    }
}

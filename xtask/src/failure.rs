//! What a task reports when it could not do its work.

use std::fmt;

/// One message for the person at the terminal; nothing in here is handled by code.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("cargo metadata printed something unexpected: {error}"))
    }
}

/// Turns the findings of a check into its result.
pub(crate) fn none_found(what: &str, findings: &[String]) -> Result<(), Failure> {
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure(format!("{} {what}:\n  {}", findings.len(), findings.join("\n  "))))
}

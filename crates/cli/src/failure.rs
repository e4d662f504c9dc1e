//! Why a command failed, whatever layer says so.

use std::error::Error as _;
use std::io;
use std::path::Path;

use dss_service::ServiceError;
use dss_service::model::Stage;
use dss_service::store::StoreError;
use serde::Serialize;

use crate::exit::Exit;

/// The end of a command that did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong, and the user is told what.
    Told(Box<Report>),
    /// The same, and the output says so already.
    Shown(Box<Report>),
}

/// A failure as a JSON document.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    pub(crate) error: &'a Report,
}

/// What is told about a failure.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// A stable name for programs.
    pub(crate) code: &'static str,
    /// The stage of an import that refused the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<&'static str>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) hint: String,
    /// The file or archive entry at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<String>,
    /// The line at fault, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// The token, theme or component at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The rule of the container that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
    /// How the run ends.
    #[serde(rename = "exitCode", serialize_with = "exit_code")]
    pub(crate) exit: Exit,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn exit_code<S: serde::Serializer>(exit: &Exit, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(exit.code())
}

impl Report {
    /// The command line makes no sense.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message, hint)
    }

    pub(crate) fn new(
        exit: Exit,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self { code, stage: None, message, hint, entry: None, line: None, path: None, rule: None, exit }
    }
}

impl Failure {
    pub(crate) fn new(
        exit: Exit,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Told(Box::new(Report::new(exit, code, message, hint)))
    }

    /// The command line makes no sense.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Told(Box::new(Report::usage(message, hint)))
    }

    /// A file of the user's could not be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists => Exit::Missing,
            _ => Exit::Store,
        };
        let message = format!("cannot access {}: {error}", path.display());
        Self::new(
            exit,
            "file_access",
            message,
            "check that it exists, may be accessed, and that there is room",
        )
    }

    /// Output could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        let message = format!("cannot write output: {error}");
        Self::new(
            Exit::Store,
            "output_failed",
            message,
            "check where the output goes, and that there is room",
        )
    }

    /// Something that cannot be.
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        Self::new(
            Exit::Bug,
            "internal",
            message,
            "this is a bug in dss; please report it with the command and its input",
        )
    }

    /// How the run ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Told(report) | Self::Shown(report) => report.exit,
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let report = Report {
            code: error.code(),
            stage: error.stage().map(Stage::name),
            message: with_causes(&error),
            hint: hint(&error),
            entry: error.entry().map(str::to_owned),
            line: error.line(),
            path: error.path().filter(|path| !path.is_empty()).map(str::to_owned),
            rule: error.rule(),
            exit: error.class().into(),
        };
        Self::Told(Box::new(report))
    }
}

/// What to do next, in the words of this program.
fn hint(error: &ServiceError) -> String {
    match error {
        ServiceError::InvalidToken { .. } => {
            "correct it, or keep it as it is, marked invalid, with --allow-invalid".to_owned()
        }
        ServiceError::Store(StoreError::NotFound { .. }) => {
            "`dss project list` shows what there is".to_owned()
        }
        ServiceError::NotFound { what: "folder", .. } => "create it first, or name another one".to_owned(),
        ServiceError::Exists { what: "file", .. } => {
            "name another file, or replace it with --force".to_owned()
        }
        _ => match limit_option(error.code()) {
            Some(option) => format!("if you trust the source, raise the limit with {option}"),
            None => error.hint(),
        },
    }
}

/// The option that raises the container's limit with that code.
fn limit_option(code: &str) -> Option<&'static str> {
    match code {
        "archive_too_large" => Some("--max-file-size"),
        "too_many_entries" => Some("--max-entries"),
        "entry_too_large" => Some("--max-entry-size"),
        "total_too_large" => Some("--max-total-size"),
        "zip_bomb" => Some("--max-ratio"),
        _ => None,
    }
}

/// The error and what caused it, as far as it does not repeat itself.
fn with_causes(error: &ServiceError) -> String {
    let mut message = error.to_string();
    if matches!(error, ServiceError::Format(_)) {
        // Says what its causes say, in its own words.
        return message;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let file = ServiceError::File { path: "a.dss".into(), cause: io::Error::other("no luck") };
        assert_eq!(with_causes(&file), "cannot access a.dss: no luck");
        let access = StoreError::Access { path: "s".into(), cause: Box::new(io::Error::other("no luck")) };
        assert_eq!(with_causes(&access.into()), "cannot access s: no luck");
    }

    #[test]
    fn output_that_cannot_be_written_is_no_bug() {
        assert_eq!(Failure::output(&io::Error::other("disk full")).exit(), Exit::Store);
    }
}

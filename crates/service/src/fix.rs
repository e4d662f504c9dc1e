//! Token files put into the form of DTCG 2025.10 where they stand.

use std::fs;
use std::path::Path;

use dss_interop::{Bundle, File, Format, fix as interop};
use dss_model::Limits;
use serde::Serialize;
use similar::TextDiff;

use crate::ServiceError;
use crate::export::put_files;
use crate::input::{load, read_limits};
use crate::operation::{Subject, observed};

/// Lines around a change in a diff.
const CONTEXT: usize = 2;

/// How to fix.
#[derive(Clone, Debug, Default)]
pub struct FixOptions {
    /// Whether files are changed, and not only looked at.
    pub write: bool,
    /// Bounds on the input.
    pub limits: Limits,
}

/// What was fixed, or can be.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FixReport {
    /// The input.
    pub source: String,
    /// Whether files were changed.
    pub written: bool,
    /// How many values are fixed, or can be.
    pub changes: u64,
    /// How many values somebody has to decide about.
    pub advice: u64,
    /// The files in which there is either, by path.
    pub files: Vec<FixedFile>,
}

/// A file in which something is fixed, or to be decided.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FixedFile {
    /// Its path, relative to the folder that was named, or its name.
    pub path: String,
    /// What is fixed, in order.
    pub changes: Vec<FixChange>,
    /// What somebody has to decide, in order.
    pub advice: Vec<FixAdvice>,
    /// The changes as a unified diff; empty if there are none.
    pub diff: String,
}

/// A value that is fixed.
#[derive(Clone, Debug, Serialize)]
pub struct FixChange {
    /// The token's path.
    pub path: String,
    /// The line in the file as it was, from 1.
    pub line: u64,
    /// Where in the token: `$value`, `$value/0/color`.
    pub at: String,
    /// The value before, as JSON; or the member's name.
    pub before: String,
    /// The value now, as JSON; or the member's name.
    pub after: String,
}

/// A value that may mean several things, or nothing that DTCG can say.
#[derive(Clone, Debug, Serialize)]
pub struct FixAdvice {
    /// The token's path.
    pub path: String,
    /// The line in the file, from 1.
    pub line: u64,
    /// Where in the token.
    pub at: String,
    /// The value, as JSON.
    pub value: String,
    /// What it may be meant to be, for people.
    pub message: String,
}

/// Puts the values of a DTCG token file, a folder of them, or a resolver document into the form of 2025.10: texts become the
/// objects and numbers that they mean. What may mean several things is left, with advice. Every other byte stays.
///
/// # Errors
/// [`ServiceError`] if the input is no DTCG, or a file cannot be written; of a folder, files before it are fixed then.
pub fn fix(input: &Path, options: &FixOptions) -> Result<FixReport, ServiceError> {
    observed(Subject::file("fix", input), || run(input, options))
}

fn run(input: &Path, options: &FixOptions) -> Result<FixReport, ServiceError> {
    let (loaded, _) = load(input, &options.limits)?;
    let only_dtcg = |what: String| ServiceError::Usage {
        message: format!("{} is {what}, and only DTCG token files are fixed", input.display()),
        hint: "make DTCG of it first: dss convert, or dss export for an archive".to_owned(),
    };
    if loaded.iter().any(|file| file.bytes.starts_with(b"PK")) {
        return Err(only_dtcg("an archive".to_owned()));
    }
    let bundle = Bundle::new(loaded, read_limits(&options.limits))?;
    let format = dss_interop::detect(&bundle)?;
    if format != Format::Dtcg {
        return Err(only_dtcg(format.to_string()));
    }
    let mut report = FixReport {
        source: input.display().to_string(),
        written: false,
        changes: 0,
        advice: 0,
        files: Vec::new(),
    };
    for document in bundle.documents().iter().filter(|document| document.json().is_some()) {
        let fixed = interop::fix(document.path(), document.bytes())?;
        if fixed.changes.is_empty() && fixed.advice.is_empty() {
            continue;
        }
        if options.write && !fixed.changes.is_empty() {
            write(input, document.path(), &fixed.text)?;
            report.written = true;
        }
        let file = of(document.path(), document.bytes(), fixed);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        report.changes = report.changes.saturating_add(count(file.changes.len()));
        report.advice = report.advice.saturating_add(count(file.advice.len()));
        report.files.push(file);
    }
    Ok(report)
}

/// Replaces a file of the input; where it is a link, the file that the link leads to.
fn write(input: &Path, document: &str, text: &str) -> Result<(), ServiceError> {
    let place = if input.is_dir() { input.join(document) } else { input.to_owned() };
    let told = |cause| ServiceError::File { path: place.clone(), cause };
    let target = fs::canonicalize(&place).map_err(told)?;
    let permissions = fs::metadata(&target).map_err(told)?.permissions();
    put_files(&[File::new(document, text)], &target, true)?;
    fs::set_permissions(&target, permissions).map_err(told)
}

fn of(path: &str, before: &[u8], fixed: interop::Fixed) -> FixedFile {
    let before = String::from_utf8_lossy(before);
    let diff = if fixed.changes.is_empty() {
        String::new()
    } else {
        let diff = TextDiff::from_lines(before.as_ref(), fixed.text.as_str());
        diff.unified_diff().context_radius(CONTEXT).header(path, path).to_string()
    };
    let changes = fixed.changes.into_iter().map(|change| {
        let interop::Change { path, line, at, before, after } = change;
        FixChange { path, line, at, before, after }
    });
    let advice = fixed.advice.into_iter().map(|advice| {
        let interop::Advice { path, line, at, value, message } = advice;
        FixAdvice { path, line, at, value, message }
    });
    FixedFile { path: path.to_owned(), changes: changes.collect(), advice: advice.collect(), diff }
}

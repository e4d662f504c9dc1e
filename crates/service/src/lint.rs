//! Everything that is wrong with token files, for people who want to mend them.

use std::collections::BTreeMap;
use std::path::Path;

use dss_interop::Format;
use dss_model::{Limits, ProjectName};
use serde::Serialize;

use crate::observer::Observer;
use crate::operation::{Subject, observed};
use crate::options::{ExportOptions, VerifyOptions};
use crate::service::ProjectService;
use crate::summary::{Finding, VerifySummary};
use crate::verify::run_verify;
use crate::{FINDING_CODES, ServiceError, temporary};

/// Findings that are told in full; more are counted only. A file can be wrong in every member, and what is held must
/// not grow with it.
const ITEMS_MAX: usize = 100_000;

/// What is wrong with an input.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LintReport {
    /// The input.
    pub source: String,
    /// `archive`, `file`, `folder`, `resolver` or `project`.
    pub source_kind: &'static str,
    /// Tokens that were looked at.
    pub tokens: u64,
    /// Tokens that are invalid.
    pub invalid_tokens: u64,
    /// How many errors.
    pub errors: u64,
    /// How many warnings.
    pub warnings: u64,
    /// How many of each code.
    pub by_code: BTreeMap<&'static str, u64>,
    /// What to do about each of these codes.
    pub hints: BTreeMap<&'static str, &'static str>,
    /// The findings by file and line; those without a line come last in their file.
    pub items: Vec<Finding>,
    /// Findings beyond the first 100,000, which are only counted.
    pub untold: u64,
}

/// Finds everything that is wrong with an archive, a token file, a folder of them or a resolver document, without a
/// store: all that an import would find, each with its place. What an import would refuse is an error here, too. With
/// `from`, files are taken for that format, whatever they look like.
///
/// # Errors
/// [`ServiceError`] with the stage that refused the input.
pub fn lint(
    input: &Path,
    from: Option<Format>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<LintReport, ServiceError> {
    observed(Subject::file("lint", input), || run_lint(input, from, limits, observer))
}

fn run_lint(
    input: &Path,
    from: Option<Format>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<LintReport, ServiceError> {
    let limits = Limits { diagnostics: ITEMS_MAX, ..*limits };
    let options = VerifyOptions { from, limits, ..VerifyOptions::default() };
    Ok(report(run_verify(input, &options, observer)?))
}

impl ProjectService {
    /// Finds everything that is wrong with a project: with what its archive would hold. Lines are told of files only.
    ///
    /// # Errors
    /// [`ServiceError`] if there is no such project, or it cannot be read.
    pub fn lint_project(
        &self,
        project: &ProjectName,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<LintReport, ServiceError> {
        observed(Subject { action: "lint", project: Some(project), source: None }, || {
            self.run_lint_project(project, limits, observer)
        })
    }

    fn run_lint_project(
        &self,
        project: &ProjectName,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<LintReport, ServiceError> {
        let unmade = |cause| ServiceError::File { path: std::env::temp_dir(), cause };
        let folder = temporary::folder().map_err(unmade)?;
        let archive = folder.path().join("project.dss");
        self.run_export(project, &archive, &ExportOptions::default(), observer)?;
        let mut report = run_lint(&archive, None, limits, observer)?;
        report.source = project.to_string();
        report.source_kind = "project";
        for item in &mut report.items {
            item.line = None;
            item.file = set_name(&item.file).to_owned();
        }
        Ok(report)
    }
}

/// The set that an archive's entry holds.
fn set_name(entry: &str) -> &str {
    let name = entry.strip_prefix("tokens/").and_then(|name| name.strip_suffix(".tokens.json"));
    name.unwrap_or(entry)
}

fn report(summary: VerifySummary) -> LintReport {
    let VerifySummary { source, source_kind, kinds, invalid_tokens, findings, .. } = summary;
    let mut items = findings.items;
    items.sort_by(|a, b| place(a).cmp(&place(b)));
    let told = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let hints = findings.by_code.keys().filter_map(|code| Some((*code, hint(code)?)));
    LintReport {
        source,
        source_kind,
        tokens: kinds.get("token").copied().unwrap_or_default(),
        invalid_tokens,
        errors: findings.errors,
        warnings: findings.warnings,
        hints: hints.collect(),
        by_code: findings.by_code,
        items,
        untold: findings.errors.saturating_add(findings.warnings).saturating_sub(told),
    }
}

fn place(finding: &Finding) -> (&str, u64, &str, &str, &str) {
    let line = finding.line.unwrap_or(u64::MAX);
    (&finding.file, line, &finding.path, finding.code, &finding.message)
}

/// What to do about a code.
fn hint(code: &str) -> Option<&'static str> {
    let mut known = FINDING_CODES.iter().chain(dss_format::FINDING_CODES);
    known.find(|entry| entry.code == code).map(|entry| entry.remedy)
}

//! Checking a file without a store of one's own.

use std::path::Path;

use dss_model::{Author, Limits, Stage, Stamp};

use crate::input::Input;
use crate::observer::Observer;
use crate::operation::{Subject, measure, observed, tell_failure};
use crate::options::{ImportOptions, VerifyOptions};
use crate::summary::VerifySummary;
use crate::{Clock as _, ServiceError, SystemClock, import};

/// Takes a file through every stage up to `referential`: what an import would refuse is refused, and
/// what it would report is reported. Nothing is kept, and what has to be noted meanwhile is in files that have no
/// name: what is verified may be a secret still.
///
/// # Errors
/// [`ServiceError`] with the stage that refused it.
pub fn verify(
    input: &Path,
    options: &VerifyOptions,
    observer: &dyn Observer,
) -> Result<VerifySummary, ServiceError> {
    observed(Subject::file("verify", input), || run_verify(input, options, observer))
}

/// The verification itself.
pub(crate) fn run_verify(
    input: &Path,
    options: &VerifyOptions,
    observer: &dyn Observer,
) -> Result<VerifySummary, ServiceError> {
    let import = ImportOptions {
        from: options.from,
        is_strict: options.is_strict,
        limits: options.limits,
        ..ImportOptions::default()
    };
    let stamp = Stamp { wall_ms: SystemClock.now_ms(), author: Author::default() };
    let summary = import::check(input, &import, options.is_canonical, observer, &stamp)?;
    let items = summary.kinds.values().map(|counts| counts.read).fold(0, u64::saturating_add);
    measure(items, summary.bytes, 0);
    let of_archives = [Stage::Archive, Stage::Manifest];
    let archive_stages = of_archives.iter().filter(|_| summary.export_hash.is_some());
    let stages = archive_stages.chain(&[Stage::Schema, Stage::Structure, Stage::Referential]);
    Ok(VerifySummary {
        source: summary.source,
        source_kind: summary.source_kind,
        stages: stages.map(|stage| stage.name()).collect(),
        kinds: summary.kinds.iter().map(|(kind, counts)| (*kind, counts.read)).collect(),
        invalid_tokens: summary.invalid_tokens,
        findings: summary.findings,
        near_limits: summary.near_limits,
        bytes: summary.bytes,
        duration_ms: summary.duration_ms,
        export_hash: summary.export_hash,
    })
}

/// Refuses what the stages `archive` and `manifest` refuse, for callers who have no store yet and would make one for
/// nothing. An import does not rely on it.
///
/// # Errors
/// [`ServiceError`] if there is no such file, or an import would refuse it before it looks at the contents.
pub fn screen(input: &Path, limits: &Limits) -> Result<(), ServiceError> {
    let screened = Input::detect(input, None, limits).and_then(|found| match found {
        Input::Archive(path) => import::open_archive(&path, limits).map(drop),
        Input::Files(_) => Ok(()),
    });
    // Nobody asks for a screening but who wants to import: what passes is told of then.
    screened.inspect_err(|error| tell_failure(Subject::file("import", input), error))
}

//! Checking a file without a store of one's own.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use dss_format::archive::Archive;
use dss_model::{Limits, Stage};
use dss_store::{SqliteStore, StoreOptions};

use crate::input::Input;
use crate::observer::Observer;
use crate::options::{ImportOptions, VerifyOptions};
use crate::service::ProjectService;
use crate::summary::VerifySummary;
use crate::{ServiceError, SystemClock, import};

/// Takes a file through every stage up to `referential`: what an import would refuse is refused, and
/// what it would report is reported. Nothing is kept.
///
/// # Errors
/// [`ServiceError`] with the stage that refused it.
pub fn verify(
    input: &Path,
    options: &VerifyOptions,
    observer: &dyn Observer,
) -> Result<VerifySummary, ServiceError> {
    // Before anything is written, even for a while: a hostile archive gets no further. An import checks data while it
    // reads it; here whatever is wrong with the container is said first.
    if let Input::Archive(path) = Input::detect(input, &options.limits)? {
        import::verify_container(&path, &options.limits)?;
    }
    let archive = open_if_archive(input, &options.limits)?;
    let is_archive = archive.is_some();
    if options.is_canonical {
        check_canonical(archive)?;
    }
    let folder =
        private_folder().map_err(|cause| ServiceError::File { path: std::env::temp_dir(), cause })?;
    let store = SqliteStore::open(StoreOptions::new(folder.path()))?;
    let service = ProjectService::new(Arc::new(store), Arc::new(SystemClock), "");
    let import = ImportOptions {
        project: "verified".parse().ok(),
        is_strict: options.is_strict,
        limits: options.limits,
        ..ImportOptions::default()
    };
    let summary = service.analyze_import(input, &import, observer)?;
    let archive_stages = [Stage::Archive, Stage::Manifest].iter().filter(|_| is_archive);
    let stages = archive_stages.chain(&[Stage::Schema, Stage::Structure, Stage::Referential]);
    Ok(VerifySummary {
        source: input.display().to_string(),
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

/// A folder that nobody else can look into: what is verified may be a secret still.
pub(crate) fn private_folder() -> io::Result<tempfile::TempDir> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems keep temporary folders apart by user"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Refuses what the stages `archive` and `manifest` refuse, for callers who have no store yet and would make one for
/// nothing. An import does not rely on it.
///
/// # Errors
/// [`ServiceError`] if there is no such file, or an import would refuse it before it looks at the contents.
pub fn screen(input: &Path, limits: &Limits) -> Result<(), ServiceError> {
    open_if_archive(input, limits).map(|_| ())
}

fn open_if_archive(input: &Path, limits: &Limits) -> Result<Option<Archive<File>>, ServiceError> {
    match Input::detect(input, limits)? {
        Input::Archive(path) => import::open_archive(&path, limits).map(Some),
        Input::Files(_) => Ok(None),
    }
}

fn check_canonical(archive: Option<Archive<File>>) -> Result<(), ServiceError> {
    let archive = archive.ok_or_else(|| ServiceError::Usage {
        message: "only archives have a canonical form".to_owned(),
        hint: "leave --canonical out for token files".to_owned(),
    })?;
    Ok(archive.check_canonical()?)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn nobody_else_looks_into_the_temporary_store() {
        let folder = private_folder().unwrap();
        let mode = std::fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}

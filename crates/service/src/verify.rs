//! Checking a file without a store of one's own.

use std::path::Path;
use std::sync::Arc;

use dss_model::Stage;
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
    let is_archive = matches!(Input::detect(input, &options.limits)?, Input::Archive(_));
    if options.is_canonical {
        check_canonical(input, options, is_archive)?;
    }
    let folder =
        tempfile::tempdir().map_err(|cause| ServiceError::File { path: std::env::temp_dir(), cause })?;
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

fn check_canonical(input: &Path, options: &VerifyOptions, is_archive: bool) -> Result<(), ServiceError> {
    if !is_archive {
        return Err(ServiceError::Usage {
            message: "only archives have a canonical form".to_owned(),
            hint: "leave --canonical out for token files".to_owned(),
        });
    }
    let archive = import::open_archive(input, &options.limits)?;
    archive.container().check_canonical().map_err(dss_format::archive::refused)?;
    Ok(())
}

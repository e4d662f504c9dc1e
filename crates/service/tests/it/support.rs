//! What the modules share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_service::model::{Limits, ProjectName, Stage};
use dss_service::store::{SqliteStore, StoreOptions};
use dss_service::{
    ExportOptions, FixedClock, ImportOptions, ImportSummary, ProjectService, ServiceError, VerifyOptions,
    VerifySummary, verify,
};
use dss_testkit::{TempDir, TestResult};
use serde_json::{Value, json};

/// 2026-01-01, for everything that is written in a test.
pub(crate) const NOW_MS: i64 = 1_767_225_600_000;

/// A store of its own in a temporary folder.
pub(crate) struct Fixture {
    pub(crate) dir: TempDir,
    pub(crate) service: ProjectService,
}

pub(crate) fn fixture() -> TestResult<Fixture> {
    let dir = TempDir::new()?;
    let options = StoreOptions::new(dir.join("store")).with_witness_dir(dir.join("witness"));
    let store = SqliteStore::open(options)?;
    Ok(Fixture { service: ProjectService::new(Arc::new(store), Arc::new(FixedClock(NOW_MS)), "ann"), dir })
}

impl Fixture {
    /// Continues as another person, at another time.
    pub(crate) fn become_user(&mut self, who: &str, later_ms: i64) -> TestResult {
        let options = StoreOptions::new(self.dir.join("store")).with_witness_dir(self.dir.join("witness"));
        let clock = FixedClock(NOW_MS.saturating_add(later_ms));
        self.service = ProjectService::new(Arc::new(SqliteStore::open(options)?), Arc::new(clock), who);
        Ok(())
    }

    /// Writes a file into the temporary folder.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> TestResult<PathBuf> {
        let path = self.dir.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Imports. Whatever the archive, honest or hostile: to verify it says what an import into an empty store says.
    pub(crate) fn import(&self, input: &Path, project: &str) -> Result<ImportSummary, ServiceError> {
        if input.is_file() {
            assert_eq!(said_by_verify(input), said_by_import(input), "{}", input.display());
        }
        self.service.import_project(input, &options(project), &())
    }

    pub(crate) fn export(&self, project: &str, file: &str) -> TestResult<PathBuf> {
        self.check(project)?;
        let path = self.dir.join(file);
        let options = ExportOptions { overwrite: true, ..ExportOptions::default() };
        self.service.export_project(&name(project), &path, &options, &())?;
        Ok(path)
    }

    /// Whatever was done to the project, everything in it agrees.
    pub(crate) fn check(&self, project: &str) -> TestResult {
        let report = self.service.check(&[name(project)], &())?;
        let found: Vec<_> = report.projects.iter().flat_map(|project| &project.damage).collect();
        if report.is_clean { Ok(()) } else { Err(format!("damage: {found:#?}").into()) }
    }

    /// The project's archive, byte by byte: equal bytes are an equal state.
    pub(crate) fn bytes(&self, project: &str) -> TestResult<Vec<u8>> {
        Ok(std::fs::read(self.export(project, "state.dss")?)?)
    }
}

/// What a summary or an error says, as far as it is about the input.
type Said = Result<Value, (String, Value)>;

fn said_by_verify(input: &Path) -> Said {
    let options = VerifyOptions { limits: Limits::aggressive(), ..VerifyOptions::default() };
    let summary = verify(input, &options, &());
    said(summary.map(|summary| {
        let VerifySummary { kinds, invalid_tokens, findings, near_limits, bytes, export_hash, .. } = summary;
        json!([kinds, invalid_tokens, findings, near_limits, bytes, export_hash])
    }))
}

#[expect(clippy::expect_used, reason = "a test's own folder")]
fn said_by_import(input: &Path) -> Said {
    let options = options("verified");
    let dir = TempDir::new().expect("a folder");
    let store = StoreOptions::new(dir.join("store")).with_witness_dir(dir.join("witness"));
    let store = Arc::new(SqliteStore::open(store).expect("a store"));
    let service = ProjectService::new(store, Arc::new(FixedClock(NOW_MS)), "");
    let summary = service.analyze_import(input, &options, &());
    said(summary.map(|summary| {
        let ImportSummary { kinds, invalid_tokens, findings, near_limits, bytes, export_hash, .. } = summary;
        let kinds: Vec<_> = kinds.iter().map(|(kind, counts)| (*kind, counts.read)).collect();
        let kinds: BTreeMap<_, _> = kinds.into_iter().collect();
        json!([kinds, invalid_tokens, findings, near_limits, bytes, export_hash])
    }))
}

fn said(done: Result<Value, ServiceError>) -> Said {
    done.map_err(|error| {
        (
            error.to_string(),
            json!([error.code(), error.stage().map(Stage::name), error.entry(), error.line(), error.path()]),
        )
    })
}

pub(crate) fn options(project: &str) -> ImportOptions {
    ImportOptions { project: Some(name(project)), limits: Limits::aggressive(), ..ImportOptions::default() }
}

#[expect(clippy::expect_used, reason = "a test's own names")]
pub(crate) fn name(name: &str) -> ProjectName {
    name.parse().expect("a project name")
}

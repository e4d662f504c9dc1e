//! What the modules share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_service::model::{Limits, ProjectName};
use dss_service::store::{SqliteStore, StoreOptions};
use dss_service::{ExportOptions, FixedClock, ImportOptions, ImportSummary, ProjectService, ServiceError};
use dss_testkit::{TempDir, TestResult};

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

    pub(crate) fn import(&self, input: &Path, project: &str) -> Result<ImportSummary, ServiceError> {
        self.service.import_project(input, &options(project), &())
    }

    pub(crate) fn export(&self, project: &str, file: &str) -> TestResult<PathBuf> {
        let path = self.dir.join(file);
        let options = ExportOptions { overwrite: true, ..ExportOptions::default() };
        self.service.export_project(&name(project), &path, &options, &())?;
        Ok(path)
    }

    /// The project's archive, byte by byte: equal bytes are an equal state.
    pub(crate) fn bytes(&self, project: &str) -> TestResult<Vec<u8>> {
        Ok(std::fs::read(self.export(project, "state.dss")?)?)
    }
}

pub(crate) fn options(project: &str) -> ImportOptions {
    ImportOptions { project: Some(name(project)), limits: Limits::aggressive(), ..ImportOptions::default() }
}

#[expect(clippy::expect_used, reason = "a test's own names")]
pub(crate) fn name(name: &str) -> ProjectName {
    name.parse().expect("a project name")
}

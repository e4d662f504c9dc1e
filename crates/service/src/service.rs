//! The facade.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_model::ProjectName;
use dss_store::{SqliteStore, Store, StoreOptions};

use crate::{
    Clock, ExportOptions, ExportSummary, ImportOptions, ImportSummary, Inspection, Observer, ServiceError,
    SystemClock, VerifyOptions, VerifySummary,
};

type Result<T> = std::result::Result<T, ServiceError>;

/// How to open a service on the embedded store.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    /// The store's folder.
    pub root: PathBuf,
    /// Where this machine keeps the witnesses of its copies; see [`StoreOptions::witness_dir`].
    pub witness_dir: Option<PathBuf>,
    /// Milliseconds to wait for a project that somebody else is writing to.
    pub busy_timeout_ms: u64,
    /// Who works with it, for stamps and the log; empty for nobody in particular.
    pub actor: String,
}

/// Everything DSS does with projects in a store.
///
/// Cheap to clone, and may be used from several threads at once.
#[derive(Clone)]
pub struct ProjectService {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) actor: String,
}

impl ProjectService {
    /// Opens the embedded store; the folder is created if it is missing.
    pub fn open(options: ServiceOptions) -> Result<Self> {
        let mut store = StoreOptions::new(options.root).with_busy_timeout_ms(options.busy_timeout_ms);
        store.witness_dir = options.witness_dir;
        let store = SqliteStore::open(store)?;
        Ok(Self::new(Arc::new(store), Arc::new(SystemClock), &options.actor))
    }

    /// A service on any store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, actor: &str) -> Self {
        Self { store, clock, actor: actor.to_owned() }
    }

    /// Imports an archive, a DTCG file, a folder of them, or a resolver document.
    pub fn import_project(&self, input: &Path, options: &ImportOptions, observer: &dyn Observer) -> Result<ImportSummary> { todo!() }
    /// What [`Self::import_project`] would do: the same code, with nothing kept.
    pub fn analyze_import(&self, input: &Path, options: &ImportOptions, observer: &dyn Observer) -> Result<ImportSummary> { todo!() }
    /// Exports to a `.dss` file, or, if `target` is a folder or ends with `/`, to DTCG files in it.
    pub fn export_project(&self, project: &ProjectName, target: &Path, options: &ExportOptions, observer: &dyn Observer) -> Result<ExportSummary> { todo!() }
}

/// Every stage up to referential, without a store.
pub fn verify(input: &Path, options: &VerifyOptions, observer: &dyn Observer) -> Result<VerifySummary> { todo!() }
/// What is in an archive, by its manifest.
pub fn inspect(input: &Path) -> Result<Inspection> { todo!() }

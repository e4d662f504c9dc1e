//! The facade.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_model::{Author, ProjectName, Stamp};
use dss_store::{SqliteStore, Store, StoreOptions};

use crate::{Clock, ServiceError, SystemClock};

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
    /// The same, if it is a folder of files.
    files: Option<Arc<SqliteStore>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) actor: String,
}

impl ProjectService {
    /// Opens the embedded store; the folder is created if it is missing.
    ///
    /// # Errors
    /// [`ServiceError::Store`] if the folder cannot be used.
    pub fn open(options: ServiceOptions) -> Result<Self> {
        let mut store = StoreOptions::new(options.root).with_busy_timeout_ms(options.busy_timeout_ms);
        store.witness_dir = options.witness_dir;
        Ok(Self::on_files(Arc::new(SqliteStore::open(store)?), Arc::new(SystemClock), &options.actor))
    }

    /// Whether there is a store in this folder, which [`Self::open`] would make otherwise. Nothing is changed.
    pub fn has_store(root: &Path) -> bool {
        SqliteStore::is_at(root)
    }

    /// A service on any store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, actor: &str) -> Self {
        Self { store, files: None, clock, actor: actor.to_owned() }
    }

    /// A service on a folder of files, which can also be backed up, restored and compacted.
    pub fn on_files(store: Arc<SqliteStore>, clock: Arc<dyn Clock>, actor: &str) -> Self {
        Self { files: Some(Arc::clone(&store)), ..Self::new(store, clock, actor) }
    }

    /// The store's files.
    pub(crate) fn files(&self) -> Result<&SqliteStore> {
        self.files.as_deref().ok_or_else(|| ServiceError::Usage {
            message: "this store is no folder of files".to_owned(),
            hint: "use what the store itself has for backups and upkeep".to_owned(),
        })
    }

    /// These projects or, if none is named, all there are.
    pub(crate) fn named_or_all(&self, projects: &[ProjectName]) -> Result<Vec<ProjectName>> {
        match projects {
            [] => Ok(self.store.projects()?.into_iter().map(|info| info.name).collect()),
            named => Ok(named.to_vec()),
        }
    }

    /// When and by whom something is written now.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { wall_ms: self.clock.now_ms(), author: Author::new(&self.actor) }
    }
}

impl std::fmt::Debug for ProjectService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProjectService").field("actor", &self.actor).finish_non_exhaustive()
    }
}

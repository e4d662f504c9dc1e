//! The facade.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_model::{ProjectName, TokenPath};
use dss_store::{SqliteStore, Store, StoreOptions};

use crate::{
    AssetView, Clock, ExportOptions, ExportSummary, ImportOptions, ImportSummary, Inspection, LayerView, LogEntry,
    LogFilter, Observer, ProjectView, RecordView, ServiceError, SetView, SystemClock, TokenChange, TokenFilter,
    TokenHistoryEntry, TokenView, VerifyOptions, VerifySummary,
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

    /// Projects by name.
    pub fn projects(&self) -> Result<Vec<ProjectView>> { todo!() }
    /// One project.
    pub fn project(&self, project: &ProjectName) -> Result<ProjectView> { todo!() }
    /// Creates an empty project.
    pub fn create_project(&self, project: &ProjectName, description: Option<&str>) -> Result<ProjectView> { todo!() }
    /// Renames.
    pub fn rename_project(&self, from: &ProjectName, to: &ProjectName) -> Result<()> { todo!() }
    /// Deletes for good.
    pub fn delete_project(&self, project: &ProjectName) -> Result<()> { todo!() }

    /// Token sets in order.
    pub fn sets(&self, project: &ProjectName) -> Result<Vec<SetView>> { todo!() }
    /// Visits tokens in document order; `each` returns false to stop.
    pub fn tokens(&self, project: &ProjectName, filter: &TokenFilter, each: &mut dyn FnMut(TokenView) -> bool) -> Result<()> { todo!() }
    /// The tokens at that path: one for each set that defines it.
    pub fn token(&self, project: &ProjectName, set: Option<&str>, path: &TokenPath) -> Result<Vec<TokenView>> { todo!() }
    /// Creates or changes a token.
    pub fn set_token(&self, project: &ProjectName, set: Option<&str>, path: &TokenPath, change: &TokenChange) -> Result<TokenView> { todo!() }
    /// Deletes a token.
    pub fn remove_token(&self, project: &ProjectName, set: Option<&str>, path: &TokenPath) -> Result<()> { todo!() }
    /// Renames or moves a token; its identity stays. Returns it, and how many aliases still name the old path.
    pub fn move_token(&self, project: &ProjectName, set: Option<&str>, from: &TokenPath, to_set: Option<&str>, to: &TokenPath) -> Result<(TokenView, u64)> { todo!() }
    /// A token's changes, newest first.
    pub fn token_history(&self, project: &ProjectName, set: Option<&str>, path: &TokenPath) -> Result<Vec<TokenHistoryEntry>> { todo!() }

    /// Layers and theme groups, in resolution order.
    pub fn layers(&self, project: &ProjectName) -> Result<Vec<LayerView>> { todo!() }
    /// Creates a theme in a group (created if missing), made of these sets; replaces its sources if it exists.
    pub fn set_theme(&self, project: &ProjectName, group: &str, theme: &str, sets: &[String]) -> Result<LayerView> { todo!() }
    /// Chooses the theme that applies when none is chosen.
    pub fn set_default_theme(&self, project: &ProjectName, group: &str, theme: &str) -> Result<LayerView> { todo!() }
    /// Deletes a theme, or with `None` the whole group.
    pub fn remove_theme(&self, project: &ProjectName, group: &str, theme: Option<&str>) -> Result<()> { todo!() }

    /// Components by order.
    pub fn components(&self, project: &ProjectName) -> Result<Vec<RecordView>> { todo!() }
    /// One component.
    pub fn component(&self, project: &ProjectName, name: &str) -> Result<RecordView> { todo!() }
    /// Creates or replaces a component from a JSON object (its `name` member names it).
    pub fn set_component(&self, project: &ProjectName, record: &[u8]) -> Result<RecordView> { todo!() }
    /// Deletes a component.
    pub fn remove_component(&self, project: &ProjectName, name: &str) -> Result<()> { todo!() }

    /// Assets by path.
    pub fn assets(&self, project: &ProjectName) -> Result<Vec<AssetView>> { todo!() }
    /// Stores a file as the asset at `path` (created or replaced).
    pub fn set_asset(&self, project: &ProjectName, path: &str, media_type: Option<&str>, file: &Path) -> Result<AssetView> { todo!() }
    /// Writes an asset's content to `out`.
    pub fn read_asset(&self, project: &ProjectName, path: &str, out: &mut dyn std::io::Write) -> Result<AssetView> { todo!() }
    /// Deletes an asset.
    pub fn remove_asset(&self, project: &ProjectName, path: &str) -> Result<()> { todo!() }

    /// The log, newest first.
    pub fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>> { todo!() }
}

//! What was done, and taking it back.

use clap::Args;
use dss_service::model::{ProjectName, TokenPath};

use super::parse;

/// Show what was done in this store, by an import, or to a token
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss log
  dss log brand --limit 5
  dss log brand --since 7d
  dss log brand --import 3
  dss log brand --token color.primary --set dark")]
pub(crate) struct LogArgs {
    /// Only about this project
    #[arg(value_parser = parse::project)]
    pub(crate) project: Option<ProjectName>,
    /// The changes to this token, whoever made them and wherever
    #[arg(long, value_name = "PATH", value_parser = parse::path, requires = "project")]
    pub(crate) token: Option<TokenPath>,
    /// The token set it is in, if several define it
    #[arg(long, value_name = "SET", requires = "token")]
    pub(crate) set: Option<String>,
    /// What this import did, item by item
    #[arg(long, value_name = "N", requires = "project", conflicts_with_all = ["token", "since"])]
    pub(crate) import: Option<u64>,
    /// Only what happened since: a date, a time, or a span such as 12h, 7d, 2w
    #[arg(long, value_name = "WHEN", value_parser = parse::moment)]
    pub(crate) since: Option<parse::Moment>,
    /// Oldest first
    #[arg(long, conflicts_with = "import")]
    pub(crate) reverse: bool,
    /// At most that many, the newest ones
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
}

/// Take back the last import, or an earlier one
///
/// What the import changed gets its former values, what it added is deleted, what it deleted comes back, and a conflict
/// that it brought ends with the value that was here: as ordinary changes, which others merge like any other. What
/// somebody has changed since is left as it is, and listed. An undo can itself be taken back.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss undo brand --dry-run
  dss undo brand
  dss undo brand --import 3")]
pub(crate) struct UndoArgs {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// The import to take back, by its number in `dss log` [default: the last one that changed anything]
    #[arg(long, value_name = "N")]
    pub(crate) import: Option<u64>,
    /// Tell what would happen, and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

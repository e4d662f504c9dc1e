//! Operations in numbers.

use clap::Args;
use dss_service::model::ProjectName;

use super::parse;

/// Show in numbers what was done: how many, how long, what failed
///
/// Counts what this store's log holds (`dss log` shows it one by one). Previews, and commands that need no store, are not in
/// it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss stats
  dss stats brand --since 7d
  dss stats --since 2026-01-01 --json")]
pub(crate) struct StatsArgs {
    /// Only about this project
    #[arg(value_parser = parse::project)]
    pub(crate) project: Option<ProjectName>,
    /// Only what happened since: a date, a time, or a span such as 12h, 7d, 2w
    #[arg(long, value_name = "WHEN", value_parser = parse::moment)]
    pub(crate) since: Option<parse::Moment>,
}

//! Looking after a store: checks, backups, room.

use std::path::PathBuf;

use clap::Args;
use dss_service::model::ProjectName;

use super::parse;
use crate::config::{Key, Value};

/// Look for damage in the store
///
/// Reads everything and compares it: the database files themselves, every item's hash and history, the contents of
/// assets, and all that is kept to find and sort things. Nothing is changed, and nobody has to wait. Ends with 5 if
/// anything is damaged; each finding has a code, the item, and a hint.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss check
  dss check brand
  dss check --json")]
pub(crate) struct CheckArgs {
    /// Only these projects [default: all, and the log]
    #[arg(value_name = "PROJECT", value_parser = parse::project)]
    pub(crate) projects: Vec<ProjectName>,
}

/// Give back room that nothing uses any more
///
/// Writes the files anew without unused pages. What is in them stays as it is, history included. Readers are not
/// stopped, writers have to wait; as much room as the largest project takes up is needed meanwhile.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss compact
  dss compact brand")]
pub(crate) struct CompactArgs {
    /// Only these projects [default: all, and the log]
    #[arg(value_name = "PROJECT", value_parser = parse::project)]
    pub(crate) projects: Vec<ProjectName>,
}

/// Copy the store while it is in use
///
/// Makes a new folder in DIR that holds every project as it was at one moment. It is checked after it was written, and
/// has its name only when it is complete. Nobody has to wait meanwhile. --keep and --keep-days remove older backups of
/// the same store: a backup goes when neither of them keeps it. The new one always stays.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss backup /srv/backup/dss
  dss backup /srv/backup/dss --keep 7 --keep-days 30")]
pub(crate) struct BackupArgs {
    /// Where backups are kept; made if it is missing
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Keep that many backups, the newest ones
    #[arg(long, value_name = "N", value_parser = parse::positive)]
    pub(crate) keep: Option<u64>,
    /// Keep backups that are younger than that many days
    #[arg(long, value_name = "DAYS", value_parser = parse::positive)]
    pub(crate) keep_days: Option<u64>,
}

impl BackupArgs {
    /// What of the settings was typed.
    pub(crate) fn typed(&self) -> [(Key, Option<Value>); 2] {
        [
            (Key::BackupKeep, self.keep.map(Value::Count)),
            (Key::BackupKeepDays, self.keep_days.map(Value::Count)),
        ]
    }
}

/// Bring projects back from a backup
///
/// All of them or none: whatever happens meanwhile, the store is found as it was or as it is to be. A restored project is
/// another copy of the one that was backed up, and both can go on and be merged. A store that holds projects already
/// takes only projects that are named and that it does not have, unless --force replaces them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss restore /srv/backup/dss/dss-2026-01-05T09-30-00.000Z
  dss restore /srv/backup/dss/dss-2026-01-05T09-30-00.000Z --store elsewhere
  dss restore /srv/backup/dss/dss-2026-01-05T09-30-00.000Z brand --force")]
pub(crate) struct RestoreArgs {
    /// The backup: a folder that `dss backup` made
    pub(crate) backup: PathBuf,
    /// Only these projects [default: all of them, and the log]
    #[arg(value_name = "PROJECT", value_parser = parse::project)]
    pub(crate) projects: Vec<ProjectName>,
    /// Replace projects that are there; they must not be in use
    #[arg(long)]
    pub(crate) force: bool,
}

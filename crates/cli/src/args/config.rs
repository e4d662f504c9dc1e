//! Settings.

use clap::{Args, Subcommand};

use super::LimitArgs;

/// Show settings, and where each comes from
///
/// What is said more than once is said strongest by an option, then by an environment variable, then by the project's
/// dss.toml (the nearest one in the working folder or above it), then by yours. A preset is as strong as the place that
/// names it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss config show\n  dss config path")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum ConfigCommand {
    /// Show what every setting is set to, and by whom
    #[command(after_long_help = "\
Examples:
  dss config show
  dss config show --json
  dss config show --preset conservative   (what would hold with it)")]
    Show {
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Show where settings are read from, and where the store is
    #[command(after_long_help = "Examples:\n  dss config path\n  dss config path --json")]
    Path,
}

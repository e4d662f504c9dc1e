//! Projects and their token sets.

use clap::{Args, Subcommand};
use dss_service::model::ProjectName;

use super::parse;

/// List, create, show, rename and delete projects
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss project list
  dss project create brand --description \"Everything we ship\"
  dss project show brand")]
pub(crate) struct ProjectArgs {
    #[command(subcommand)]
    pub(crate) command: ProjectCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum ProjectCommand {
    /// List the store's projects
    #[command(after_long_help = "Examples:\n  dss project list\n  dss project list --json")]
    List,
    /// Create an empty project
    #[command(after_long_help = "Examples:\n  dss project create brand --description \"Everything we ship\"")]
    Create {
        /// Its name
        #[arg(value_parser = parse::project)]
        name: ProjectName,
        /// What it is, for people
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Show a project
    #[command(after_long_help = "Examples:\n  dss project show brand")]
    Show {
        /// Its name
        #[arg(value_parser = parse::project)]
        name: ProjectName,
    },
    /// Rename a project in this store
    #[command(after_long_help = "Examples:\n  dss project rename brand brand-2026")]
    Rename {
        /// Its name
        #[arg(value_parser = parse::project)]
        from: ProjectName,
        /// Its new name
        #[arg(value_parser = parse::project)]
        to: ProjectName,
    },
    /// Delete a project and its history for good
    #[command(
        after_long_help = "Examples:\n  dss project delete scratch\n  dss project delete scratch --yes"
    )]
    Delete {
        /// Its name
        #[arg(value_parser = parse::project)]
        name: ProjectName,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

/// List a project's token sets
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss set list brand")]
pub(crate) struct SetArgs {
    #[command(subcommand)]
    pub(crate) command: SetCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum SetCommand {
    /// List a project's token sets, in order
    #[command(after_long_help = "Examples:\n  dss set list brand")]
    List {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
    },
}

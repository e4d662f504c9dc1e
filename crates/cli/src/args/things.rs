//! Themes, components, assets, the log, completions.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;
use dss_service::model::ProjectName;

use super::parse;

/// List, set and remove themes
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss theme list brand
  dss theme set brand mode dark base dark
  dss theme default brand mode light")]
pub(crate) struct ThemeArgs {
    #[command(subcommand)]
    pub(crate) command: ThemeCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum ThemeCommand {
    /// List layers and theme groups, in the order they apply
    #[command(after_long_help = "Examples:\n  dss theme list brand")]
    List {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
    },
    /// Create a theme, or change which sets make it
    #[command(
        after_long_help = "Examples:\n  dss theme set brand mode dark dark\n  dss theme set brand density compact base compact"
    )]
    Set {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The theme group; created if it is missing
        group: String,
        /// The theme
        theme: String,
        /// Token sets, in order: later ones win
        #[arg(required = true, value_name = "SET")]
        sets: Vec<String>,
    },
    /// Choose the theme that applies when none is chosen
    #[command(after_long_help = "Examples:\n  dss theme default brand mode light")]
    Default {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The theme group
        group: String,
        /// The theme
        theme: String,
    },
    /// Delete a theme, or a whole theme group
    #[command(after_long_help = "Examples:\n  dss theme rm brand mode dark\n  dss theme rm brand mode")]
    Rm {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The theme group
        group: String,
        /// The theme; without it, the whole group
        theme: Option<String>,
    },
}

/// List, show, set and remove components
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss component list brand
  dss component get brand Button
  dss component set brand components.json")]
pub(crate) struct ComponentArgs {
    #[command(subcommand)]
    pub(crate) command: ComponentCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum ComponentCommand {
    /// List a project's components
    #[command(after_long_help = "Examples:\n  dss component list brand")]
    List {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
    },
    /// Show a component
    #[command(after_long_help = "Examples:\n  dss component get brand Button")]
    Get {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The component's name
        name: String,
    },
    /// Create or replace components from a JSON file
    ///
    /// The file holds one component, an array of them, or an object with an array `components`. A component is an object
    /// with a `name`, and may have `description`, `status`, `category`, `tags`, `props`, `variants`, `slots`, `tokens`,
    /// `links` and `docs`.
    #[command(
        after_long_help = "Examples:\n  dss component set brand components.json\n  generate-components | dss component set brand -"
    )]
    Set {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// A JSON file, or `-` for standard input
        file: PathBuf,
    },
    /// Delete a component
    #[command(after_long_help = "Examples:\n  dss component rm brand Button")]
    Rm {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The component's name
        name: String,
    },
}

/// List, add, get and remove assets
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss asset list brand
  dss asset add brand arrow.svg --path icons/arrow.svg
  dss asset get brand icons/arrow.svg -o arrow.svg")]
pub(crate) struct AssetArgs {
    #[command(subcommand)]
    pub(crate) command: AssetCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum AssetCommand {
    /// List a project's assets
    #[command(after_long_help = "Examples:\n  dss asset list brand")]
    List {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
    },
    /// Store a file as an asset, in place of what is at that path
    #[command(
        after_long_help = "Examples:\n  dss asset add brand arrow.svg --path icons/arrow.svg\n  dss asset add brand inter.woff2 --media-type font/woff2"
    )]
    Add {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The file
        file: PathBuf,
        /// The asset's path in the project [default: the file's name]
        #[arg(long, value_name = "PATH")]
        path: Option<String>,
        /// The media type [default: by the path's ending]
        #[arg(long, value_name = "TYPE")]
        media_type: Option<String>,
    },
    /// Write an asset to a file
    #[command(
        after_long_help = "Examples:\n  dss asset get brand icons/arrow.svg -o arrow.svg\n  dss asset get brand icons/arrow.svg -o - | xmllint -"
    )]
    Get {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The asset's path in the project
        path: String,
        /// The file to write, or `-` for standard output
        #[arg(short, long, value_name = "FILE|-")]
        output: PathBuf,
        /// Replace a file that exists
        #[arg(short, long)]
        force: bool,
    },
    /// Delete an asset
    #[command(after_long_help = "Examples:\n  dss asset rm brand icons/arrow.svg")]
    Rm {
        /// The project
        #[arg(value_parser = parse::project)]
        project: ProjectName,
        /// The asset's path in the project
        path: String,
    },
}

/// Print a completion script for your shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss completions bash > ~/.local/share/bash-completion/completions/dss
  dss completions zsh > ~/.zfunc/_dss
  dss completions fish > ~/.config/fish/completions/dss.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

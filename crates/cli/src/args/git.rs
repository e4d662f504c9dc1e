//! Working with git.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Teach git to merge and show token files, token by token
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss git install
  dss git install 'design-tokens/**/*.json' --dry-run
  dss git uninstall")]
pub(crate) struct GitArgs {
    #[command(subcommand)]
    pub(crate) command: GitCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum GitCommand {
    /// Set up this repository: merge and diff driver, and the files they are for
    ///
    /// Writes the drivers into the repository's configuration, which is yours alone, and the files they are for into
    /// `.gitattributes`, which you commit. Whoever clones the repository runs this once; until then, git merges these
    /// files line by line, as always. Run again, it changes nothing.
    #[command(after_long_help = "\
Examples:
  dss git install
  dss git install 'tokens/**/*.json' '$themes.json'
  dss git install --global --dry-run")]
    Install {
        /// Files besides *.tokens.json, as patterns of .gitattributes
        #[arg(value_name = "PATTERN", value_parser = pattern)]
        patterns: Vec<String>,
        #[command(flatten)]
        scope: GitScope,
    },
    /// Take back what `dss git install` wrote
    #[command(after_long_help = "Examples:\n  dss git uninstall\n  dss git uninstall --global")]
    Uninstall {
        #[command(flatten)]
        scope: GitScope,
    },
    /// Print a token file in lines that do not depend on its order or indentation
    #[command(after_long_help = "Examples:\n  dss git textconv brand.tokens.json")]
    Textconv {
        /// The file; what is no JSON is printed as it is
        file: PathBuf,
    },
}

/// Where something is set up.
#[derive(Debug, Args)]
pub(crate) struct GitScope {
    /// For all your repositories, not only this one
    #[arg(long)]
    pub(crate) global: bool,
    /// Tell what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// Merge a token file for git, token by token
///
/// What git calls once `dss git install` has told it to. The result is written over OURS. Exits with 0 if all is merged,
/// with 1 if conflicts are open (the file keeps them, and stays JSON), and with 129 if nothing was done, which stops
/// git's merge. A file that is no JSON is merged line by line, as git itself would.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss merge-driver %O %A %B %P --marker-size=%L")]
pub(crate) struct MergeDriverArgs {
    /// What both sides started from (%O)
    pub(crate) base: PathBuf,
    /// This side, and where the result goes (%A)
    pub(crate) ours: PathBuf,
    /// The other side (%B)
    pub(crate) theirs: PathBuf,
    /// What the file is called (%P) [default: OURS]
    pub(crate) path: Option<PathBuf>,
    /// Length of conflict markers, where it has to be line by line (%L)
    #[arg(long, value_name = "N", default_value_t = 7, hide_default_value = true)]
    pub(crate) marker_size: u8,
}

/// A pattern that one line of .gitattributes can hold.
fn pattern(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with('!') || text.chars().any(char::is_control) {
        return Err("a pattern is as in .gitattributes, such as 'tokens/**/*.json', and starts with no `!`"
            .to_owned());
    }
    Ok(text.to_owned())
}

//! What `dss fix` takes.

use std::path::PathBuf;

use clap::Args;

use super::LimitArgs;

/// Put older token files into the form of DTCG 2025.10
///
/// Texts such as "#f00", "16px" or "200ms" become the objects that they mean, and members and types of drafts get
/// their present names. Shows a diff, and changes files with --write; every other byte of them stays. What may mean
/// several things (em, %, no unit) is left, with advice. Ends with 1 if there is something left to do.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss fix tokens/
  dss fix tokens/ --write
  dss fix brand.tokens.json --json")]
pub(crate) struct FixArgs {
    /// A DTCG token file, a folder of them, or a resolver document
    #[arg(value_name = "FILE|FOLDER")]
    pub(crate) source: PathBuf,
    /// Change the files
    #[arg(short, long)]
    pub(crate) write: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

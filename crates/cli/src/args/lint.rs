//! What `dss lint` takes.

use std::path::PathBuf;

use clap::Args;

use super::LimitArgs;

/// Show everything that is wrong with tokens, and how to mend it
///
/// Every finding has a code, the token's path, the file and line, and a hint. Ends with 1 if there are errors;
/// warnings alone count with --strict. A file needs no store.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss lint tokens/
  dss lint tokens/base.tokens.json --strict
  dss lint brand --json
  dss lint tokens/ --sarif > dss.sarif")]
pub(crate) struct LintArgs {
    /// A project, a DTCG token file, a folder of them, a resolver document, or a .dss archive
    #[arg(value_name = "FILE|PROJECT")]
    pub(crate) source: PathBuf,
    /// Print a SARIF 2.1.0 log, which code hosts show beside the lines
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,
    /// End with 1 if there are only warnings, too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

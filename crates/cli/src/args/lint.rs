//! What `dss lint` takes.

use std::path::PathBuf;

use clap::Args;

use super::{InputFormat, LimitArgs, parse};

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
    /// A project, a token file, a folder or zip of them, a resolver document, or a .dss archive
    #[arg(value_name = "FILE|PROJECT")]
    pub(crate) source: PathBuf,
    /// What the input is [default: what it looks like]
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_default_value = true, value_parser = parse::input_format())]
    pub(crate) from: InputFormat,
    /// Print a SARIF 2.1.0 log, which code hosts show beside the lines
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,
    /// End with 1 if there are only warnings, too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

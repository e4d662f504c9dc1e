//! What `dss resolve` takes.

use std::path::PathBuf;

use clap::Args;

use super::{InputFormat, LimitArgs, parse};

/// Show the values that a product uses, without references
///
/// Token sets are laid on each other as the resolver document says, for the themes that are chosen or else the default
/// ones; then groups are extended and references followed, inside of composite values, too. Tokens that come to no
/// value are told with file and line, and left out; it ends with 1 then. A file needs no store.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss resolve brand
  dss resolve brand --theme mode=dark --theme density=compact
  dss resolve tokens/brand.resolver.json --theme mode=dark --json
  dss resolve brand.dss
  dss resolve tokens-studio.json --theme mode=dark")]
pub(crate) struct ResolveTokensArgs {
    /// A project, a token file, a folder or zip of them, a resolver document, or a .dss archive
    #[arg(value_name = "FILE|PROJECT")]
    pub(crate) source: PathBuf,
    /// A theme to choose (may be repeated); other theme groups take their default
    #[arg(long = "theme", value_name = "MODIFIER=CONTEXT", value_parser = parse::theme)]
    pub(crate) themes: Vec<(String, String)>,
    /// What the input is [default: what it looks like]
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_default_value = true, value_parser = parse::input_format())]
    pub(crate) from: InputFormat,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

//! Tokens.

use clap::{Args, Subcommand};
use dss_service::model::{ProjectName, TokenPath};

use super::parse;

/// List, show, set, remove and move tokens
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss token list brand --type color
  dss token get brand color.primary
  dss token set brand color.primary '#0b57d0'
  dss token mv brand color.primary color.accent")]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum TokenCommand {
    List(TokenListArgs),
    /// Show everything about a token, in each set that defines it
    #[command(
        after_long_help = "Examples:\n  dss token get brand color.primary\n  dss token get brand color.primary --set dark --json"
    )]
    Get {
        #[command(flatten)]
        place: TokenPlace,
    },
    Set(TokenSetArgs),
    /// Delete a token
    #[command(
        after_long_help = "Examples:\n  dss token rm brand color.legacy\n  dss token rm brand color.primary --set dark"
    )]
    Rm {
        #[command(flatten)]
        place: TokenPlace,
    },
    Mv(TokenMoveArgs),
}

/// Which token.
#[derive(Debug, Args)]
pub(crate) struct TokenPlace {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// The token's path, such as color.brand.primary
    #[arg(value_parser = parse::path)]
    pub(crate) path: TokenPath,
    /// The token set it is in, if several define it
    #[arg(long, value_name = "SET")]
    pub(crate) set: Option<String>,
}

/// List a project's tokens, in order
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss token list brand
  dss token list brand --folder color.brand
  dss token list brand --set dark --type color
  dss token list brand --invalid
  dss token list brand --json")]
pub(crate) struct TokenListArgs {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// Only in this token set
    #[arg(long, value_name = "SET")]
    pub(crate) set: Option<String>,
    /// Only below this group
    #[arg(long, value_name = "PATH", value_parser = parse::path)]
    pub(crate) folder: Option<TokenPath>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) token_type: Option<String>,
    /// Only with this tag
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only those that break the rules of the format
    #[arg(long)]
    pub(crate) invalid: bool,
}

/// Create or change a token
///
/// VALUE is JSON, or else a plain string. For colours, dimensions and durations short forms are understood as well:
/// '#0b57d0', 16px, 200ms. `-` reads the value from standard input.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss token set brand color.primary '#0b57d0'
  dss token set brand size.gap 12px --type dimension --set base
  dss token set brand color.link '{color.primary}' --description \"Links in text\"
  dss token set brand shadow.card - < shadow.json
  dss token set brand color.old --deprecated='Use color.primary'
  dss token set brand color.primary --tag core --untag draft")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct TokenSetArgs {
    #[command(flatten)]
    pub(crate) place: TokenPlace,
    /// The value: JSON, or else a plain string; `-` for standard input
    #[arg(allow_negative_numbers = true)]
    pub(crate) value: Option<String>,
    /// Its type, such as color or dimension
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) token_type: Option<String>,
    /// Remove its own type
    #[arg(long, conflicts_with = "token_type")]
    pub(crate) no_type: bool,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Remove its description
    #[arg(long, conflicts_with = "description")]
    pub(crate) no_description: bool,
    /// Mark it as deprecated; `=false` for one in a deprecated group that is not
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) deprecated: Option<String>,
    /// Remove its deprecation
    #[arg(long, conflicts_with = "deprecated")]
    pub(crate) no_deprecated: bool,
    /// Keep the token, marked, if it breaks the rules of the format
    #[arg(long)]
    pub(crate) allow_invalid: bool,
    /// Add a tag (may be repeated)
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Remove a tag (may be repeated)
    #[arg(long, value_name = "TAG")]
    pub(crate) untag: Vec<String>,
}

/// Rename a token, or move it to another set
///
/// Its identity and its history stay. Aliases that name the old path are not rewritten: their number is told.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss token mv brand color.primary color.accent
  dss token mv brand color.primary color.primary --set base --to-set light")]
pub(crate) struct TokenMoveArgs {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// The token's path
    #[arg(value_parser = parse::path)]
    pub(crate) from: TokenPath,
    /// Its new path
    #[arg(value_parser = parse::path)]
    pub(crate) to: TokenPath,
    /// The token set it is in, if several define it
    #[arg(long, value_name = "SET")]
    pub(crate) set: Option<String>,
    /// The token set to move it to
    #[arg(long, value_name = "SET")]
    pub(crate) to_set: Option<String>,
}

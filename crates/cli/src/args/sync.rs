//! Working with tools that have a server: `dss pull`, `dss push`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dss_service::model::ProjectName;

use super::LimitArgs;
use super::merging::MergeArgs;
use super::parse;
use crate::config::{Key, Value};

/// Bring in what another tool's server has that is new
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss pull figma brand --file AbC123xyz")]
pub(crate) struct PullArgs {
    #[command(subcommand)]
    pub(crate) command: PullCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum PullCommand {
    Figma(Box<FigmaPullArgs>),
}

/// Give another tool's server what was changed here
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss push figma brand --file AbC123xyz --dry-run")]
pub(crate) struct PushArgs {
    #[command(subcommand)]
    pub(crate) command: PushCommand,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum PushCommand {
    Figma(Box<FigmaPushArgs>),
}

/// A Figma file, and how it is reached.
#[derive(Debug, Args)]
pub(crate) struct FigmaArgs {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// The Figma file: its key, or its address
    #[arg(long, value_name = "KEY", value_parser = figma_key)]
    pub(crate) file: String,
    /// Where Figma's REST API is [default: `https://api.figma.com`]
    #[arg(long, value_name = "URL", env = "FIGMA_API_URL", hide_env_values = true)]
    pub(crate) api: Option<String>,
    /// Tell what would happen, and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// Import what a Figma file's variables say that is new
///
/// The file is a source like a token file that comes again: only what was changed in Figma since the last time is
/// written, and what was changed here meanwhile is a conflict, never overwritten. Variables are known by their ids, so
/// that a rename is one. The project is made if there is none. Figma has this API on its Enterprise plan only.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss pull figma brand --file AbC123xyz
  dss pull figma brand --file https://www.figma.com/design/AbC123xyz/Brand --dry-run
  dss pull figma brand --file AbC123xyz --on-conflict keep-local
  dss pull figma brand --file AbC123xyz --delete-missing

Environment:
  FIGMA_TOKEN    a personal access token with the scope file_variables:read
  FIGMA_API_URL  as --api")]
pub(crate) struct FigmaPullArgs {
    #[command(flatten)]
    pub(crate) figma: FigmaArgs,
    /// Delete what was deleted in Figma, instead of listing it
    #[arg(long)]
    pub(crate) delete_missing: bool,
    #[command(flatten)]
    pub(crate) merge: MergeArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl FigmaPullArgs {
    /// What of the settings was typed.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (Key, Option<Value>)> {
        let own = [(Key::OnConflict, self.merge.on_conflict.map(Value::Decision))];
        own.into_iter().chain(self.merge.skew.typed()).chain(self.limits.typed())
    }
}

/// Give a Figma file what was changed in the project
///
/// The file is read first. If it says anything that the project does not know, or conflicts are open, nothing is sent:
/// pull, decide, and push again. Only differences are sent: what is new is created, what was changed is updated, and
/// the ids that Figma gives are kept on the tokens. What Figma cannot hold is told. Figma has this API on its
/// Enterprise plan only.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss push figma brand --file AbC123xyz --dry-run
  dss push figma brand --file AbC123xyz
  dss push figma brand --file AbC123xyz --dry-run --payload request.json
  dss push figma brand --file AbC123xyz --delete-missing

Environment:
  FIGMA_TOKEN    a personal access token with the scope file_variables:write
  FIGMA_API_URL  as --api")]
pub(crate) struct FigmaPushArgs {
    #[command(flatten)]
    pub(crate) figma: FigmaArgs,
    /// Delete variables in Figma whose tokens were deleted here, instead of telling
    #[arg(long)]
    pub(crate) delete_missing: bool,
    /// Create again what was deleted in Figma and is still here
    #[arg(long)]
    pub(crate) restore: bool,
    /// Write the request to a file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) payload: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// A Figma file's key, also out of its address.
fn figma_key(text: &str) -> Result<String, String> {
    let after = |start: &str| text.split_once(start).map(|(_, rest)| rest);
    let found = after("figma.com/design/").or_else(|| after("figma.com/file/"));
    // A branch has a key of its own, behind that of its file.
    let found = found.map(|rest| rest.split_once("/branch/").map_or(rest, |(_, branch)| branch));
    let key = found.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or(text);
    let is_key = !key.is_empty() && key.len() <= 128 && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_key {
        return Ok(key.to_owned());
    }
    Err("a file's key is letters and digits: the part of its address behind /design/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_addresses() {
        for text in [
            "AbC123",
            "https://www.figma.com/design/AbC123/Brand?node-id=1-2",
            "https://www.figma.com/file/AbC123",
            "https://www.figma.com/design/XyZ/branch/AbC123/Brand",
        ] {
            assert_eq!(figma_key(text).as_deref(), Ok("AbC123"), "{text}");
        }
        for text in ["", "a/b", "../x", "a b", "https://example.org/x", "a%2e"] {
            assert!(figma_key(text).is_err(), "{text}");
        }
    }
}

//! Moving projects: import, export, verify, inspect.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dss_service::interop::Format;
use dss_service::merge::Strategy as Decision;
use dss_service::model::{ProjectName, TokenPath};
use dss_service::{Since, Strategy};

use super::LimitArgs;
use super::merging::MergeArgs;
use super::parse;
use crate::config::{Key, Value};

/// Import an archive, a token file, a folder or a resolver document
///
/// Token files are DTCG, or another tool's: those are recognized by their content (docs/formats.md).
/// Into an existing project, an import is a merge: a newer edit wins over what its author had seen, and edits that did
/// not know of each other are a conflict, with both values kept. Tokens that break the format are kept and marked. An
/// import happens whole or not at all.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss import brand.dss
  dss import tokens/brand.resolver.json --project brand
  dss import tokens/ --project brand --dry-run
  dss import brand.dss --dry-run
  dss import brand.dss --expect 4f0c…            (the token that the dry run printed)
  dss import brand.dss --interactive
  dss import brand.dss --on-conflict take-imported --hold color.legacy
  dss import export.tokens.json --project brand --strict
  dss import tokens-studio.json --project brand --from tokens-studio

Environment:
  DSS_ASSUME_TERMINAL  set to 1, --interactive reads answers that are piped in")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct ImportArgs {
    /// A .dss archive, a token file, a folder or zip of them, or a resolver document
    pub(crate) file: PathBuf,
    /// The project to import into [default: the input's own name]
    #[arg(short, long, value_name = "NAME", value_parser = parse::project)]
    pub(crate) project: Option<ProjectName>,
    /// What the input is [default: what it looks like]
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_default_value = true, value_parser = parse::input_format())]
    pub(crate) from: InputFormat,
    /// What to do with a project that exists
    #[arg(long, value_name = "HOW", default_value = "merge", hide_default_value = true)]
    pub(crate) strategy: StrategyChoice,
    /// The token set that a single file is [default: what the file says, or is called like]
    #[arg(long, value_name = "SET")]
    pub(crate) set: Option<String>,
    /// What token files are from [default: their path]; judged against what came from there before
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Delete what token files held the last time and hold no more, instead of listing it
    #[arg(long)]
    pub(crate) delete_missing: bool,
    /// Tell what would happen, and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Join an archive of another project for good: one design system that was begun twice
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Refuse the input if any item in it is invalid
    #[arg(long)]
    pub(crate) strict: bool,
    /// Refuse to start what would take longer
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds)]
    pub(crate) time_budget: Option<u64>,
    #[command(flatten)]
    pub(crate) merge: MergeArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl ImportArgs {
    /// What of the settings was typed.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (Key, Option<Value>)> {
        // Whoever asks to be asked decides, whatever is set elsewhere.
        let asked = self.merge.interactive.then_some(DecisionChoice::Manual);
        let own = [
            (Key::OnConflict, self.merge.on_conflict.or(asked).map(Value::Decision)),
            (Key::TimeBudget, self.time_budget.map(Value::Millis)),
        ];
        own.into_iter().chain(self.merge.skew.typed()).chain(self.limits.typed())
    }
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputFormat {
    /// What it looks like.
    Auto,
    /// A .dss archive.
    Dss,
    /// Token files.
    Tokens(Format),
}

impl InputFormat {
    /// The format of token files, if it was named.
    pub(crate) const fn tokens(self) -> Option<Format> {
        match self {
            Self::Tokens(format) => Some(format),
            Self::Auto | Self::Dss => None,
        }
    }
}

/// What to do with a project that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StrategyChoice {
    /// Join both (the default)
    Merge,
    /// Make the project show what the input shows; the history keeps the rest
    Replace,
}

impl From<StrategyChoice> for Strategy {
    fn from(choice: StrategyChoice) -> Self {
        match choice {
            StrategyChoice::Merge => Self::Merge,
            StrategyChoice::Replace => Self::Replace,
        }
    }
}

/// Who decides conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecisionChoice {
    /// You, later: both values are kept (the default)
    Manual,
    /// The value in the store
    KeepLocal,
    /// The value in the input
    TakeImported,
    /// The later one, where clocks can be trusted
    Newest,
    /// Both: one of them becomes a new item
    Fork,
}

impl From<DecisionChoice> for Decision {
    fn from(choice: DecisionChoice) -> Self {
        match choice {
            DecisionChoice::Manual => Self::Manual,
            DecisionChoice::KeepLocal => Self::KeepLocal,
            DecisionChoice::TakeImported => Self::TakeImported,
            DecisionChoice::Newest => Self::Newest,
            DecisionChoice::Fork => Self::Fork,
        }
    }
}

/// Export a project, or a part of it, as an archive or token files
///
/// The same state of a project always gives the same bytes. With a target that ends with `/` or is a folder, plain DTCG
/// files are written into it. Selections narrow each other: tokens match all of --set, --folder, --type and --tag that
/// are given, components match --category and --tag. An archive of a selection also carries what was deleted or has left
/// the selection, so that whoever had it learns of it. With --since, it carries only what the other side has not got.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss export brand -o brand.dss
  dss export brand -o tokens/
  dss export brand -o colors.dss --type color
  dss export brand -o core.dss --set base --folder size --folder space
  dss export brand -o news.dss --since last.dss
  dss export brand -o full.dss --history
  dss export brand -o brand.json --to tokens-studio

Environment:
  SOURCE_DATE_EPOCH  seconds since 1970: the time that the archive carries
                     [default: the project's last change]")]
pub(crate) struct ExportArgs {
    /// The project
    #[arg(value_parser = parse::project)]
    pub(crate) project: ProjectName,
    /// The .dss file to write, or a folder (ending with `/`) for DTCG files
    #[arg(short, long, value_name = "FILE|DIR/")]
    pub(crate) output: PathBuf,
    /// Write another tool's format, without revisions
    #[arg(long, value_name = "FORMAT", value_parser = parse::output_format())]
    pub(crate) to: Option<Format>,
    /// Tell what the format cannot hold
    #[arg(long, requires = "to")]
    pub(crate) report: bool,
    /// Only this token set (may be repeated)
    #[arg(long, value_name = "SET")]
    pub(crate) set: Vec<String>,
    /// Only tokens and components with this tag (may be repeated)
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Only tokens below this group (may be repeated)
    #[arg(long, value_name = "PATH", value_parser = parse::path)]
    pub(crate) folder: Vec<TokenPath>,
    /// Only tokens of this type (may be repeated)
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// Only components of this category (may be repeated)
    #[arg(long, value_name = "CATEGORY")]
    pub(crate) category: Vec<String>,
    /// Only what somebody has not got who has this archive, or all there was after this import
    #[arg(long, value_name = "FILE|N|REVISIONS", value_parser = parse::since)]
    pub(crate) since: Option<Since>,
    /// Carry the history along, for display: former values, imports, who and when
    #[arg(long)]
    pub(crate) history: bool,
    /// Say in the archive who exported it
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Replace a file that exists
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Refuse to start what would take longer
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds)]
    pub(crate) time_budget: Option<u64>,
}

/// Convert token files from one format to another, without a store
///
/// A file or a folder is read whole. What the other format cannot hold is kept where it has a place for that, and counted
/// otherwise: --report shows all of it. Converting back to where it came from gives the same JSON.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss convert tokens-studio.json tokens/
  dss convert tokens/ brand.json --to tokens-studio
  dss convert style-dictionary/ dtcg/ --from style-dictionary --report
  dss convert tokens/ build/ --to dtcg-conservative")]
pub(crate) struct ConvertArgs {
    /// A token file, or a folder or zip of them
    pub(crate) input: PathBuf,
    /// The file to write, or a folder (ending with `/`) for several
    pub(crate) output: PathBuf,
    /// What the input is [default: what it looks like]
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_default_value = true, value_parser = parse::input_format())]
    pub(crate) from: InputFormat,
    /// What it is to become
    #[arg(long, value_name = "FORMAT", default_value = "dtcg", value_parser = parse::output_format())]
    pub(crate) to: Format,
    /// Tell what became of everything that one of the formats cannot hold
    #[arg(long)]
    pub(crate) report: bool,
    /// Replace files that exist
    #[arg(short, long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Check a file at every stage of an import, without a store
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss verify brand.dss
  dss verify brand.dss --strict --canonical
  dss verify tokens/base.tokens.json -v
  dss verify upload.dss --limits conservative --json")]
pub(crate) struct VerifyArgs {
    /// A .dss archive, a token file, a folder or zip of them, or a resolver document
    pub(crate) file: PathBuf,
    /// What the input is [default: what it looks like]
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_default_value = true, value_parser = parse::input_format())]
    pub(crate) from: InputFormat,
    /// Refuse it if any item in it is invalid
    #[arg(long)]
    pub(crate) strict: bool,
    /// Refuse an archive that is not, byte for byte, as DSS writes it
    #[arg(long)]
    pub(crate) canonical: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Show what an archive holds, by its manifest
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss inspect brand.dss\n  dss inspect brand.dss --json")]
pub(crate) struct InspectArgs {
    /// A .dss archive
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

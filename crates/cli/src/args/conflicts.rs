//! Open conflicts.

use clap::{Args, Subcommand};
use dss_service::merge::SkewOptions;
use dss_service::{ConflictFilter, Take};

use super::parse;

/// List, show and decide what two people changed apart
///
/// A conflict is a field that two people changed without knowing of each other. Both values are kept, and travel with
/// exports, until somebody decides: by this command, or by any other write to the field. Without a command, lists what
/// is open. Ends with 1 while conflicts are open.
///
/// A token file that git has merged (see `dss git install`) keeps its conflicts itself: name the file instead of a
/// project.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss conflicts brand list
  dss conflicts brand show color.primary
  dss conflicts brand resolve color.primary --take imported
  dss conflicts brand resolve --all --take local
  dss conflicts brand.tokens.json
  dss conflicts brand.tokens.json resolve color.primary --take theirs")]
pub(crate) struct ConflictsArgs {
    /// The project, or a token file
    #[arg(value_name = "PROJECT|FILE")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) narrow: NarrowArgs,
    #[command(subcommand)]
    pub(crate) command: Option<ConflictsCommand>,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum ConflictsCommand {
    /// List open conflicts
    #[command(
        after_long_help = "Examples:\n  dss conflicts brand list\n  dss conflicts brand list --set dark --json"
    )]
    List {
        #[command(flatten)]
        narrow: NarrowArgs,
    },
    /// Show all sides of an item's conflicts, and what they had in common
    #[command(
        after_long_help = "Examples:\n  dss conflicts brand show color.primary\n  dss conflicts brand show Button --json"
    )]
    Show {
        /// The item's path, name or id
        item: String,
        #[command(flatten)]
        narrow: NarrowArgs,
    },
    Resolve(ResolveArgs),
}

impl ConflictsCommand {
    /// Which conflicts are meant.
    pub(crate) const fn narrow(&self) -> &NarrowArgs {
        match self {
            Self::List { narrow } | Self::Show { narrow, .. } => narrow,
            Self::Resolve(args) => &args.narrow,
        }
    }
}

/// Decide conflicts
///
/// The chosen value is written as an edit of yours: whoever imports it gets it as the newer one, and is not asked again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss conflicts brand resolve color.primary --take imported
  dss conflicts brand resolve color.primary --value '#0b57d0'
  dss conflicts brand resolve color.primary --field description --take 2
  dss conflicts brand resolve --all --take local
  dss conflicts brand resolve --interactive

Environment:
  DSS_ASSUME_TERMINAL  set to 1, --interactive reads answers that are piped in")]
pub(crate) struct ResolveArgs {
    /// The item's path, name or id
    #[arg(required_unless_present_any = ["all", "interactive"])]
    pub(crate) item: Option<String>,
    /// Decide all conflicts
    #[arg(long, conflicts_with_all = ["item", "value"])]
    pub(crate) all: bool,
    /// The side to take: local, imported, or its number; of a file: ours or theirs
    #[arg(long, value_name = "SIDE", value_parser = parse::side,
          required_unless_present_any = ["value", "interactive"])]
    pub(crate) take: Option<Take>,
    /// Another value: JSON, or as `dss token set` takes it
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, conflicts_with = "take")]
    pub(crate) value: Option<String>,
    /// Show one conflict after the other, and ask
    #[arg(short, long, conflicts_with_all = ["take", "value", "all"])]
    pub(crate) interactive: bool,
    #[command(flatten)]
    pub(crate) narrow: NarrowArgs,
}

/// Which conflicts.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct NarrowArgs {
    /// Only in this token set (of a theme: in this group)
    #[arg(long, value_name = "SET")]
    pub(crate) set: Option<String>,
    /// Only in this field, such as value or description
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    #[command(flatten)]
    pub(crate) skew: super::SkewArgs,
}

impl NarrowArgs {
    /// Whether anything was typed.
    pub(crate) const fn is_given(&self) -> bool {
        let Self { set, field, skew } = self;
        set.is_some() || field.is_some() || skew.is_given()
    }

    /// The conflicts of that item, or of all.
    pub(crate) fn to_filter(&self, item: Option<&str>, skew: SkewOptions) -> ConflictFilter {
        ConflictFilter {
            item: item.map(str::to_owned),
            set: self.set.clone(),
            field: self.field.clone(),
            skew,
        }
    }
}

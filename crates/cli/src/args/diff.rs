//! Comparing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dss_service::model::{Kind, TokenPath};

use super::LimitArgs;
use super::parse;

/// Compare projects, archives, token files or folders of them
///
/// A name of a project means the project; ./name always means a file or folder. Copies of one project are compared by
/// id, so that a rename is one; otherwise, what has no counterpart by id is found by token set and path. Values are
/// compared as they are written: aliases stay aliases, and neither spelling nor the order of members counts. What a
/// side cannot hold is not compared: a token file has no themes. Ends with 1 if something differs.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dss diff brand brand.dss
  dss diff old.tokens.json new.tokens.json
  dss diff brand tokens/ --type color
  dss diff main.dss branch.dss --markdown > comment.md
  dss diff main.dss branch.dss --html -o changes.html
  dss diff brand brand.dss -q || echo it differs

In the text, + is added, - is removed, > is renamed or moved, ~ is changed.")]
pub(crate) struct DiffArgs {
    /// The old side: a project, a .dss archive, a token file, a folder, a resolver document
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The new side
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// Only this token set (may be repeated)
    #[arg(long, value_name = "SET")]
    pub(crate) set: Vec<String>,
    /// Only what is in this group (may be repeated)
    #[arg(long, value_name = "PATH", value_parser = parse::path)]
    pub(crate) folder: Vec<TokenPath>,
    /// Only tokens of this type (may be repeated)
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// Only this kind of thing (may be repeated)
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<KindChoice>,
    /// Print one line with the counts
    #[arg(long, conflicts_with_all = ["markdown", "html"])]
    pub(crate) stat: bool,
    /// Print Markdown that fits a comment on a pull request
    #[arg(long, conflicts_with = "html")]
    pub(crate) markdown: bool,
    /// Rows that the Markdown shows at most
    #[arg(long, value_name = "N", default_value_t = 300, requires = "markdown")]
    pub(crate) max_rows: usize,
    /// Print a page that shows both sides beside each other, in one file
    #[arg(long)]
    pub(crate) html: bool,
    /// Write to this file instead, replacing it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindChoice {
    /// The project's own name and description
    Project,
    /// Token sets
    Set,
    /// Groups of tokens
    Group,
    /// Tokens
    Token,
    /// Layers of the resolution order
    Layer,
    /// Theme groups
    ThemeGroup,
    /// Themes
    Theme,
    /// Components
    Component,
    /// Assets
    Asset,
}

impl From<KindChoice> for Kind {
    fn from(choice: KindChoice) -> Self {
        match choice {
            KindChoice::Project => Self::Project,
            KindChoice::Set => Self::TokenSet,
            KindChoice::Group => Self::Group,
            KindChoice::Token => Self::Token,
            KindChoice::Layer => Self::Layer,
            KindChoice::ThemeGroup => Self::ThemeGroup,
            KindChoice::Theme => Self::Theme,
            KindChoice::Component => Self::Component,
            KindChoice::Asset => Self::Asset,
        }
    }
}

//! What may be typed: types for clap, and nothing that does anything.

mod config;
mod conflicts;
mod diff;
mod fix;
mod git;
mod history;
mod limits;
mod lint;
mod merging;
pub(crate) mod parse;
mod project;
mod resolve;
mod stats;
mod sync;
mod things;
mod token;
mod transfer;
mod upkeep;

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Key, Value};

pub(crate) use self::config::{ConfigArgs, ConfigCommand};
pub(crate) use self::conflicts::{ConflictsArgs, ConflictsCommand, ResolveArgs};
pub(crate) use self::diff::DiffArgs;
pub(crate) use self::fix::FixArgs;
pub(crate) use self::git::{GitArgs, GitCommand, GitScope, MergeDriverArgs};
pub(crate) use self::history::{LogArgs, UndoArgs};
pub(crate) use self::limits::{LimitArgs, Preset};
pub(crate) use self::lint::LintArgs;
pub(crate) use self::merging::{MergeArgs, SkewArgs};
pub(crate) use self::project::{ProjectArgs, ProjectCommand, SetArgs, SetCommand};
pub(crate) use self::resolve::ResolveTokensArgs;
pub(crate) use self::stats::StatsArgs;
pub(crate) use self::sync::{FigmaPullArgs, FigmaPushArgs, PullArgs, PullCommand, PushArgs, PushCommand};
pub(crate) use self::things::{
    AssetArgs, AssetCommand, CompletionsArgs, ComponentArgs, ComponentCommand, ThemeArgs, ThemeCommand,
};
pub(crate) use self::token::{TokenArgs, TokenCommand, TokenListArgs, TokenMoveArgs, TokenSetArgs};
pub(crate) use self::transfer::{
    ConvertArgs, DecisionChoice, ExportArgs, ImportArgs, InputFormat, InspectArgs, VerifyArgs,
};
pub(crate) use self::upkeep::{BackupArgs, CheckArgs, CompactArgs, RestoreArgs};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

/// Moves design systems between stores, people and tools, and never loses an edit
///
/// A project holds token sets, themes, components and assets, each with its history. `dss import` brings in
/// DTCG token files and .dss archives, `dss export` writes them, and whatever was edited apart is merged token by
/// token.
#[derive(Debug, Parser)]
#[command(
    name = "dss",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = "New here? `dss demo` is a guided tour that leaves nothing behind.",
    after_long_help = "\
Examples:
  dss demo
  dss import tokens/brand.resolver.json --project brand
  dss token list brand --type color
  dss export brand -o brand.dss
  dss verify brand.dss

Files:
  dss.toml  settings, in the working folder or above it, and in the folder
            for your own; `dss config show` tells what holds, and why

Exit codes:
  0   done
  1   done, and conflicts are open, `dss diff` found differences, `dss lint`
      or `dss resolve` found errors, or `dss fix` leaves something to do;
      `dss push` was not done, because there is news to pull
  2   the command line makes no sense
  3   the input was refused: damaged, malicious, invalid or over a limit
  4   something named is not there, or is there already
  5   the store, or a server, is busy or failed, or output could not be written
  70  a bug in dss"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct GlobalArgs {
    /// The store's folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "The store's folder [env: DSS_STORE] [default: the system's folder for data]"
    )]
    pub(crate) store: Option<PathBuf>,
    /// Who you are, for histories
    #[arg(
        long = "as",
        global = true,
        value_name = "NAME",
        help = "Who you are, for histories [env: DSS_AUTHOR] [default: your user name]"
    )]
    pub(crate) author: Option<String>,
    /// Print one JSON document, on failure too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing but results that were asked for, and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show all findings
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Show no progress bars
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// When to use colours [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<ColorChoice>,
    /// Limits and safety that go together [default: balanced]
    #[arg(long, global = true, value_name = "PRESET")]
    pub(crate) preset: Option<Preset>,
    /// Log to standard error, as text or JSON
    #[arg(long, global = true, value_name = "FORMAT", hide_short_help = true)]
    pub(crate) log_format: Option<LogFormat>,
    /// How much to log [default: off, or info if there is a --log-format]
    #[arg(long, global = true, value_name = "LEVEL", hide_short_help = true)]
    pub(crate) log_level: Option<LogLevel>,
    /// How long to wait for a project that somebody else writes to [default: the preset's, 5]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = parse::seconds)]
    pub(crate) busy_timeout: Option<u64>,
}

impl GlobalArgs {
    /// What of the settings was typed.
    pub(crate) fn typed(&self) -> [(Key, Option<Value>); 7] {
        let author = self.author.clone().filter(|author| !author.is_empty());
        let store = self.store.clone().filter(|folder| !folder.as_os_str().is_empty());
        [
            (Key::Preset, self.preset.map(Value::Preset)),
            (Key::Store, store.map(Value::Path)),
            (Key::Author, author.map(Value::Text)),
            (Key::Color, self.color.map(Value::Color)),
            (Key::LogFormat, self.log_format.map(Value::LogFormat)),
            (Key::LogLevel, self.log_level.map(Value::LogLevel)),
            (Key::BusyTimeout, self.busy_timeout.map(Value::Millis)),
        ]
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On terminals, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What logs look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for each event
    #[default]
    Text,
    /// A JSON document in a line for each event
    Json,
}

/// How much is logged: each level, and those above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing
    #[default]
    Off,
    /// What failed, and alerts
    Error,
    /// What was refused
    Warn,
    /// Every operation and every conflict
    Info,
    /// The phases of operations
    Debug,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Import(ImportArgs),
    Conflicts(ConflictsArgs),
    Export(ExportArgs),
    Convert(ConvertArgs),
    Pull(PullArgs),
    Push(PushArgs),
    Verify(VerifyArgs),
    Lint(LintArgs),
    Resolve(ResolveTokensArgs),
    Fix(FixArgs),
    Inspect(InspectArgs),
    Diff(DiffArgs),
    Project(ProjectArgs),
    Set(SetArgs),
    Token(TokenArgs),
    Theme(ThemeArgs),
    Component(ComponentArgs),
    Asset(AssetArgs),
    Log(LogArgs),
    Stats(StatsArgs),
    Undo(UndoArgs),
    Check(CheckArgs),
    Compact(CompactArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Git(GitArgs),
    Config(ConfigArgs),
    #[command(hide = true)]
    MergeDriver(MergeDriverArgs),
    Completions(CompletionsArgs),
}

impl Command {
    /// Whether what files and the environment set is for this command, too.
    pub(crate) const fn takes_settings(&self) -> bool {
        !matches!(self, Self::Demo(_) | Self::Completions(_))
    }
}

/// Take a guided tour in a temporary folder
///
/// Imports a small design system, edits it, exports it, and brings it into a second store, showing every command
/// and what it prints. Needs no network, touches no project of yours, and cleans up.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  dss demo\n  dss demo --json")]
pub(crate) struct DemoArgs {}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_shows_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!((10..=80).contains(&about.len()), "{path}: {about}");
            assert!(!about.ends_with('.'), "{path}");
            if command.has_subcommands() {
                command.get_subcommands().for_each(|sub| check(sub, &path));
            }
            let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.contains("Examples:\n  dss "), "{path} has no examples");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{path}: {} has no help", argument.get_id());
            }
        }
        check(&Cli::command(), "");
    }
}

//! How two sides become one.

use clap::{Args, ValueEnum};
use dss_service::merge::Granularity;

use super::{DecisionChoice, parse};
use crate::config::{Key, Value};

/// How an import meets a project that exists.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Merging")]
pub(crate) struct MergeArgs {
    /// Who decides where edits did not know of each other
    #[arg(long, value_name = "WHO")]
    pub(crate) on_conflict: Option<DecisionChoice>,
    /// Show one open conflict after the other, and ask
    #[arg(short, long, conflicts_with_all = ["dry_run", "on_conflict"])]
    pub(crate) interactive: bool,
    /// What counts as a clash
    #[arg(long, value_name = "WHAT", default_value = "register", hide_default_value = true)]
    pub(crate) granularity: GranularityChoice,
    /// Leave this alone: an id, a path (with what is below), or a name (may be repeated)
    #[arg(long, value_name = "ID|PATH")]
    pub(crate) hold: Vec<String>,
    /// Do exactly what the dry run with this token showed, or refuse
    #[arg(long, value_name = "TOKEN")]
    pub(crate) expect: Option<String>,
    /// Allow more to be deleted than is likely [default: 10 items, and a fifth of all]
    #[arg(long)]
    pub(crate) allow_mass_delete: bool,
    #[command(flatten)]
    pub(crate) skew: SkewArgs,
}

/// What counts as a clash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GranularityChoice {
    /// Two different values of one field (the default)
    Register,
    /// Two edits of one item, be it in different fields
    Entity,
}

impl From<GranularityChoice> for Granularity {
    fn from(choice: GranularityChoice) -> Self {
        match choice {
            GranularityChoice::Register => Self::Register,
            GranularityChoice::Entity => Self::Entity,
        }
    }
}

/// From when on clocks are distrusted.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SkewArgs {
    /// Times this close together recommend no side [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds)]
    pub(crate) skew_tolerance: Option<u64>,
    /// Times this far apart, or this far ahead of now or of the export, are clock skew [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds)]
    pub(crate) skew_threshold: Option<u64>,
}

impl SkewArgs {
    /// Whether anything was typed.
    pub(crate) const fn is_given(&self) -> bool {
        self.skew_tolerance.is_some() || self.skew_threshold.is_some()
    }

    /// What was typed.
    pub(crate) fn typed(&self) -> [(Key, Option<Value>); 2] {
        [
            (Key::SkewTolerance, self.skew_tolerance.map(Value::Millis)),
            (Key::SkewThreshold, self.skew_threshold.map(Value::Millis)),
        ]
    }
}

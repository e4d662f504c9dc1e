//! Bounds on an input.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::parse;
use crate::config::{Key, Value};

/// Bounds on what an input may be
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Bounds on the input [default: those of --preset]
    #[arg(long, value_name = "PRESET")]
    pub(crate) limits: Option<Preset>,
    /// Largest file, such as 200MiB [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    pub(crate) max_file_size: Option<u64>,
    /// Most tokens [default: the preset's]
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u64>,
    /// Most components [default: the preset's]
    #[arg(long, value_name = "N")]
    pub(crate) max_components: Option<u64>,
    /// Largest token, group, theme or component [default: 1MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    pub(crate) max_item_size: Option<u64>,
    /// Most entries of an archive [default: the preset's]
    #[arg(long, value_name = "N")]
    pub(crate) max_entries: Option<u64>,
    /// Largest entry of an archive, uncompressed [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    pub(crate) max_entry_size: Option<u64>,
    /// Most bytes of an archive, uncompressed [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    pub(crate) max_total_size: Option<u64>,
    /// Most bytes that one compressed byte may become [default: 200]
    #[arg(long, value_name = "N")]
    pub(crate) max_ratio: Option<u64>,
}

/// Settings that go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Preset {
    /// 50 MiB, 5,000 tokens, 500 components, waits 10 s for others
    Conservative,
    /// 100 MiB, 10,000 tokens, 1,000 components, waits 5 s (the default)
    Balanced,
    /// 500 MiB, 50,000 tokens, 5,000 components, waits 30 s
    Aggressive,
}

impl LimitArgs {
    /// What was typed.
    pub(crate) fn typed(&self) -> [(Key, Option<Value>); 9] {
        [
            (Key::Limits, self.limits.map(Value::Preset)),
            (Key::MaxFileSize, self.max_file_size.map(Value::Bytes)),
            (Key::MaxTokens, self.max_tokens.map(Value::Count)),
            (Key::MaxComponents, self.max_components.map(Value::Count)),
            (Key::MaxItemSize, self.max_item_size.map(Value::Bytes)),
            (Key::MaxEntries, self.max_entries.map(Value::Count)),
            (Key::MaxEntrySize, self.max_entry_size.map(Value::Bytes)),
            (Key::MaxTotalSize, self.max_total_size.map(Value::Bytes)),
            (Key::MaxRatio, self.max_ratio.map(Value::Count)),
        ]
    }
}

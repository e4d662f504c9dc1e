//! Bounds on an input: the options of the command line, which are also the keys of `[limits]` in `dss.toml`.

use clap::{Args, ValueEnum};
use dss_service::model::Limits;
use serde::{Deserialize, Deserializer};

use super::parse;

/// Bounds on what an input may be
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[command(next_help_heading = "Limits")]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LimitArgs {
    /// Bounds on the input [default: balanced]
    #[arg(long, value_name = "PRESET", env = "DSS_LIMITS", hide_env = true)]
    #[serde(rename = "preset")]
    pub(crate) limits: Option<LimitPreset>,
    /// Largest file, such as 200MiB [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size, env = "DSS_MAX_FILE_SIZE", hide_env = true)]
    #[serde(deserialize_with = "size")]
    pub(crate) max_file_size: Option<u64>,
    /// Most tokens [default: the preset's]
    #[arg(long, value_name = "N", env = "DSS_MAX_TOKENS", hide_env = true)]
    pub(crate) max_tokens: Option<u64>,
    /// Most components [default: the preset's]
    #[arg(long, value_name = "N", env = "DSS_MAX_COMPONENTS", hide_env = true)]
    pub(crate) max_components: Option<u64>,
    /// Largest token, group, theme or component [default: 1MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse::size, env = "DSS_MAX_ITEM_SIZE", hide_env = true)]
    #[serde(deserialize_with = "size")]
    pub(crate) max_item_size: Option<u64>,
    /// Most entries of an archive [default: the preset's]
    #[arg(long, value_name = "N", env = "DSS_MAX_ENTRIES", hide_env = true)]
    pub(crate) max_entries: Option<u64>,
    /// Largest entry of an archive, uncompressed [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size, env = "DSS_MAX_ENTRY_SIZE", hide_env = true)]
    #[serde(deserialize_with = "size")]
    pub(crate) max_entry_size: Option<u64>,
    /// Most bytes of an archive, uncompressed [default: the preset's]
    #[arg(long, value_name = "SIZE", value_parser = parse::size, env = "DSS_MAX_TOTAL_SIZE", hide_env = true)]
    #[serde(deserialize_with = "size")]
    pub(crate) max_total_size: Option<u64>,
    /// Most bytes that one compressed byte may become [default: 200]
    #[arg(long, value_name = "N", env = "DSS_MAX_RATIO", hide_env = true)]
    pub(crate) max_ratio: Option<u64>,
    /// Milliseconds to wait for others: `--busy-timeout` is a global option, the key belongs to the limits.
    #[arg(skip)]
    #[serde(deserialize_with = "seconds")]
    pub(crate) busy_timeout: Option<u64>,
}

/// A set of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LimitPreset {
    /// 50 MiB, 5,000 tokens, 500 components, waits 10 s for others
    Conservative,
    /// 100 MiB, 10,000 tokens, 1,000 components, waits 5 s (the default)
    Balanced,
    /// 500 MiB, 50,000 tokens, 5,000 components, waits 30 s
    Aggressive,
}

impl LimitArgs {
    /// These, and where they say nothing, those.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            limits: self.limits.or(other.limits),
            max_file_size: self.max_file_size.or(other.max_file_size),
            max_tokens: self.max_tokens.or(other.max_tokens),
            max_components: self.max_components.or(other.max_components),
            max_item_size: self.max_item_size.or(other.max_item_size),
            max_entries: self.max_entries.or(other.max_entries),
            max_entry_size: self.max_entry_size.or(other.max_entry_size),
            max_total_size: self.max_total_size.or(other.max_total_size),
            max_ratio: self.max_ratio.or(other.max_ratio),
            busy_timeout: self.busy_timeout.or(other.busy_timeout),
        }
    }

    /// The bounds that were asked for.
    pub(crate) fn to_limits(&self) -> Limits {
        let preset = match self.limits {
            Some(LimitPreset::Conservative) => Limits::conservative(),
            None | Some(LimitPreset::Balanced) => Limits::balanced(),
            Some(LimitPreset::Aggressive) => Limits::aggressive(),
        };
        let preset = match self.max_file_size {
            Some(bytes) => preset.with_archive_bytes(bytes),
            None => preset,
        };
        let item_bytes = self.max_item_size.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Limits {
            entries: self.max_entries.unwrap_or(preset.entries),
            entry_bytes: self.max_entry_size.unwrap_or(preset.entry_bytes),
            total_bytes: self.max_total_size.unwrap_or(preset.total_bytes),
            ratio: self.max_ratio.unwrap_or(preset.ratio),
            tokens: self.max_tokens.unwrap_or(preset.tokens),
            components: self.max_components.unwrap_or(preset.components),
            item_bytes: item_bytes.unwrap_or(preset.item_bytes),
            busy_timeout_ms: self.busy_timeout.unwrap_or(preset.busy_timeout_ms),
            ..preset
        }
    }
}

/// A number as TOML has it, or as the command line has it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a whole number, or a text such as \"200MiB\"")]
enum Amount {
    Number(u64),
    Text(String),
}

fn size<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    amount(value, parse::size)
}

fn seconds<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    amount(value, parse::seconds)
}

fn amount<'de, D: Deserializer<'de>>(
    value: D,
    parse: fn(&str) -> Result<u64, String>,
) -> Result<Option<u64>, D::Error> {
    let text = match Amount::deserialize(value)? {
        Amount::Number(number) => number.to_string(),
        Amount::Text(text) => text,
    };
    parse(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_wins_over_the_preset() {
        let args = LimitArgs { max_tokens: Some(7), ..LimitArgs::default() };
        assert_eq!(args.to_limits(), Limits { tokens: 7, ..Limits::balanced() });
        let preset = LimitArgs { limits: Some(LimitPreset::Conservative), ..LimitArgs::default() };
        assert_eq!(args.or(&preset).to_limits(), Limits { tokens: 7, ..Limits::conservative() });
    }

    #[test]
    fn larger_files_may_hold_more() {
        let large = LimitArgs { max_file_size: Some(4 << 30), ..LimitArgs::default() };
        assert_eq!(large.to_limits().total_bytes, 32 << 30);
        let bounded = LimitArgs { max_total_size: Some(1), ..large };
        assert_eq!(bounded.to_limits().total_bytes, 1);
        let small = LimitArgs { max_file_size: Some(1 << 20), ..LimitArgs::default() };
        assert_eq!(small.to_limits().total_bytes, Limits::balanced().total_bytes);
    }
}

//! What settings are set to.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Serialize, Serializer};

use crate::args::{ColorChoice, DecisionChoice, LogFormat, LogLevel, Preset, parse};
use crate::render;

/// What a key's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Preset,
    Path,
    Text,
    Color,
    LogFormat,
    LogLevel,
    Decision,
    Bytes,
    Count,
    /// A count of at least one.
    Positive,
    Percent,
    Seconds,
}

/// What a key is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Preset(Preset),
    Path(PathBuf),
    Text(String),
    Color(ColorChoice),
    LogFormat(LogFormat),
    LogLevel(LogLevel),
    Decision(DecisionChoice),
    Bytes(u64),
    Count(u64),
    Percent(u64),
    /// A time span in milliseconds; people write seconds.
    Millis(u64),
}

impl Kind {
    /// What the text says, in the words of the command line.
    pub(crate) fn of_text(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Preset => choice(text).map(Value::Preset),
            Self::Path => Ok(Value::Path(text.into())),
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Color => choice(text).map(Value::Color),
            Self::LogFormat => choice(text).map(Value::LogFormat),
            Self::LogLevel => choice(text).map(Value::LogLevel),
            Self::Decision => choice(text).map(Value::Decision),
            Self::Bytes => parse::size(text).map(Value::Bytes),
            Self::Count => {
                text.parse().map(Value::Count).map_err(|_| "expected a whole number, such as 5000".to_owned())
            }
            Self::Positive => {
                let number = text.parse().ok().filter(|number| *number > 0);
                number.map(Value::Count).ok_or_else(|| "expected a whole number from 1".to_owned())
            }
            Self::Percent => {
                let percent = text.parse().ok().filter(|percent| *percent <= 100);
                percent.map(Value::Percent).ok_or_else(|| "expected a number from 0 to 100".to_owned())
            }
            Self::Seconds => parse::seconds(text).map(Value::Millis),
        }
    }

    /// The same; a path may be any text of the system.
    pub(crate) fn of_os_text(self, text: &OsStr) -> Result<Value, String> {
        match (self, text.to_str()) {
            (_, Some(text)) => self.of_text(text),
            (Self::Path, None) => Ok(Value::Path(text.into())),
            (_, None) => Err("is not UTF-8 text".to_owned()),
        }
    }

    /// Whether a number needs no quotes in `dss.toml`.
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Bytes | Self::Count | Self::Positive | Self::Percent | Self::Seconds)
    }
}

/// One of several words.
fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false).map_err(|_| {
        let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        format!("expected one of: {}", names.join(", "))
    })
}

/// The word for it.
fn word<T: ValueEnum>(value: &T) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Value {
    /// The number in the smallest unit of its kind.
    pub(crate) const fn number(&self) -> Option<u64> {
        match self {
            Self::Bytes(number) | Self::Count(number) | Self::Percent(number) | Self::Millis(number) => {
                Some(*number)
            }
            _ => None,
        }
    }

    /// For people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Preset(preset) => word(preset),
            Self::Path(path) => path.display().to_string(),
            Self::Text(text) => text.clone(),
            Self::Color(color) => word(color),
            Self::LogFormat(format) => word(format),
            Self::LogLevel(level) => word(level),
            Self::Decision(decision) => word(decision),
            Self::Bytes(bytes) => render::bytes(*bytes),
            Self::Count(count) => render::count(*count),
            Self::Percent(percent) => format!("{percent} %"),
            Self::Millis(ms) => format!("{} s", seconds(*ms)),
        }
    }
}

/// `5`, `0.25`.
fn seconds(ms: u64) -> String {
    let fraction = format!("{:03}", ms.rem_euclid(1000));
    let text = format!("{}.{fraction}", ms.div_euclid(1000));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// As `dss.toml` has it, with numbers in bytes and seconds.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Millis(ms) if ms.rem_euclid(1000) == 0 => serializer.serialize_u64(ms.div_euclid(1000)),
            Self::Millis(ms) => serializer.serialize_str(&seconds(*ms)),
            value => match value.number() {
                Some(number) => serializer.serialize_u64(number),
                None => serializer.serialize_str(&value.shown()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_seconds() {
        for (ms, text) in [(5_000, "5"), (250, "0.25"), (0, "0"), (10_000, "10")] {
            assert_eq!(seconds(ms), text);
            assert_eq!(Kind::Seconds.of_text(text), Ok(Value::Millis(ms)));
        }
        assert_eq!(
            serde_json::to_string(&[Value::Millis(5_000), Value::Millis(250)]).unwrap(),
            r#"[5,"0.25"]"#
        );
    }

    #[test]
    fn words_are_told() {
        let error = Kind::Preset.of_text("big").unwrap_err();
        assert_eq!(error, "expected one of: conservative, balanced, aggressive");
        assert!(Kind::Percent.of_text("101").is_err());
        assert_eq!(Kind::Percent.of_text("100"), Ok(Value::Percent(100)));
    }
}

//! Parsing many values.

use super::parse::{self, Room};
use super::{JsonError, JsonLimits, JsonText};

/// Parses one value after the other as [`JsonText::parse`] does, in memory that it keeps.
///
/// ```
/// use dss_model::{JsonLimits, JsonParser};
/// let mut parser = JsonParser::new(JsonLimits::default());
/// assert_eq!(parser.parse(b"[1, 2]")?.as_str(), "[1,2]");
/// assert!(parser.parse(b"[1, 2").is_err());
/// assert_eq!(parser.parse(b"3")?.as_str(), "3");
/// # Ok::<(), dss_model::JsonError>(())
/// ```
#[derive(Debug)]
pub struct JsonParser {
    limits: JsonLimits,
    room: Room,
    text: String,
}

impl JsonParser {
    /// A parser that refuses whatever `limits` refuse.
    pub fn new(limits: JsonLimits) -> Self {
        Self { limits, room: Room::default(), text: String::new() }
    }

    /// What it refuses.
    pub const fn limits(&self) -> &JsonLimits {
        &self.limits
    }

    /// Parses one value.
    ///
    /// # Errors
    /// As [`JsonText::parse`].
    pub fn parse(&mut self, bytes: &[u8]) -> Result<JsonText, JsonError> {
        let Self { limits, room, text } = self;
        let input = parse::compact(bytes, limits, room, text)?;
        Ok(JsonText::trusted(if text.is_empty() { input } else { text }))
    }
}

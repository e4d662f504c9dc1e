//! Parsing many values.

use super::marks::{Marking, Marks};
use super::parse::{self, Compact, Room};
use super::{JsonError, JsonLimits, JsonRef, JsonText};

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
    marks: Marks,
}

impl JsonParser {
    /// A parser that refuses whatever `limits` refuse.
    pub fn new(limits: JsonLimits) -> Self {
        Self { limits, room: Room::default(), text: String::new(), marks: Marks::default() }
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
        let Self { limits, room, text, .. } = self;
        let input = parse::compact(bytes, limits, room, text)?;
        Ok(JsonText::trusted(if text.is_empty() { input } else { text }))
    }

    /// Parses the object or array that `text` starts with, and returns it where it stands, with its length: nothing is
    /// copied that has no white space in it, and reading it needs no second look for the ends of what is in it.
    ///
    /// `None` if a member of it is an object by a name that `is_child` picks: then it is not read to its end. Names are
    /// given as they are spelled, with their quotes.
    ///
    /// ```
    /// use dss_model::{JsonLimits, JsonParser};
    /// let mut parser = JsonParser::new(JsonLimits::default());
    /// let (value, length) = parser.first(r#"{"a": [1, 2]}, {"a"#, |_| false)?.unwrap();
    /// assert_eq!((value.as_str(), length), (r#"{"a":[1,2]}"#, 13));
    /// assert!(parser.first(r#"{"a": 1, "b": {"c"#, |name| name == r#""b""#)?.is_none());
    /// # Ok::<(), dss_model::JsonError>(())
    /// ```
    ///
    /// # Errors
    /// As [`JsonText::parse`]; where `text` is only a part, another error than `UnexpectedEnd` may come of that, too.
    pub fn first<'a>(
        &'a mut self,
        text: &'a str,
        is_child: impl FnMut(&str) -> bool,
    ) -> Result<Option<(JsonRef<'a>, usize)>, JsonError> {
        let Self { limits, room, text: compact, marks } = self;
        let mut marking = Marking::new(Compact::new(text, compact), marks, is_child);
        let length = parse::read_first(text, limits, room, &mut marking)?;
        if marking.has_child {
            return Ok(None);
        }
        marking.compact.finish(length);
        let value = if compact.is_empty() { text.get(..length).unwrap_or_default() } else { compact };
        Ok(Some((marks.value(value), length)))
    }
}

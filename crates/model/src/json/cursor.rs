//! Reading a value in place.

use std::borrow::Cow;
use std::fmt;

use super::marks::Mark;
use super::swar::{find_backslash, find_quote};
use super::{JsonText, canonical, check};

/// The six kinds of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl JsonKind {
    /// The kind's name, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// A value inside a [`JsonText`]: a slice of it, read without allocating.
#[derive(Clone, Copy)]
pub struct JsonRef<'a> {
    text: &'a str,
    /// Where it and everything in it stands, its own mark first; empty where that was not noted.
    marks: &'a [Mark],
}

impl<'a> JsonRef<'a> {
    /// `null`.
    pub const NULL: Self = Self::trusted("null");

    /// Takes compact text that the parser or a builder made.
    pub(super) const fn trusted(text: &'a str) -> Self {
        Self::marked(text, &[])
    }

    /// The same, and where everything in it stands.
    pub(super) const fn marked(text: &'a str, marks: &'a [Mark]) -> Self {
        Self { text, marks }
    }

    /// Reads in place what was a [`JsonText`] once: one compact, well-formed value. Keys may repeat.
    ///
    /// `None` for anything else, and for what is nested more than 64 deep: [`JsonText::parse`] tells which.
    ///
    /// ```
    /// use dss_model::JsonRef;
    /// assert_eq!(JsonRef::compact(br#"{"a":[1]}"#).map(JsonRef::as_str), Some(r#"{"a":[1]}"#));
    /// assert!(JsonRef::compact(br#"{"a": [1]}"#).is_none());
    /// ```
    pub fn compact(bytes: &'a [u8]) -> Option<Self> {
        check::compact(bytes).map(Self::trusted)
    }

    /// The value's compact text.
    pub const fn as_str(self) -> &'a str {
        self.text
    }

    /// The value as owned text.
    pub fn to_text(self) -> JsonText {
        JsonText::trusted(self.text)
    }

    /// Which kind of value this is.
    pub fn kind(self) -> JsonKind {
        match self.text.as_bytes().first() {
            Some(b'{') => JsonKind::Object,
            Some(b'[') => JsonKind::Array,
            Some(b'"') => JsonKind::String,
            Some(b't' | b'f') => JsonKind::Boolean,
            Some(b'n') | None => JsonKind::Null,
            Some(_) => JsonKind::Number,
        }
    }

    /// The string's characters, if this is a string.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        let is_plain = self.marks.first().is_some_and(|own| !own.has_escapes);
        Some(if is_plain { Cow::Borrowed(inner) } else { unescape(inner) })
    }

    /// The number as spelled, if this is a number.
    pub fn number(self) -> Option<&'a str> {
        (self.kind() == JsonKind::Number).then_some(self.text)
    }

    /// The number's nearest double, if this is a number.
    pub fn f64(self) -> Option<f64> {
        self.number()?.parse().ok()
    }

    /// The number, if this is a whole number in range and spelled as one.
    pub fn u64(self) -> Option<u64> {
        self.number()?.parse().ok()
    }

    /// The boolean, if this is one.
    pub fn boolean(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(self) -> bool {
        self.text == "null"
    }

    /// The object's members in order; nothing if this is no object.
    pub fn members(self) -> Members<'a> {
        Members(self.inside('{', '}'))
    }

    /// The array's elements in order; nothing if this is no array.
    pub fn elements(self) -> Elements<'a> {
        Elements(self.inside('[', ']'))
    }

    /// What stands between these two.
    fn inside(self, first: char, last: char) -> Inside<'a> {
        let inner = self.text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
        match (inner, self.marks) {
            (Some(_), [own, marks @ ..]) => Inside::Marked { text: self.text, start: own.from, marks },
            _ => Inside::Split(inner.unwrap_or_default()),
        }
    }

    /// The object's member of that name.
    pub fn get(self, key: &str) -> Option<Self> {
        self.members().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The spelling that equal values share; see [`JsonText::canonical`].
    pub fn canonical(self) -> String {
        let mut out = String::with_capacity(self.text.len());
        canonical::push(&mut out, self);
        out
    }
}

impl fmt::Debug for JsonRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonRef").field(&self.text).finish()
    }
}

/// What is left of an object's or array's inside.
#[derive(Clone, Debug)]
enum Inside<'a> {
    /// Text that is split where values end.
    Split(&'a str),
    /// Marks of values in a text that starts at `start`.
    Marked { text: &'a str, start: u32, marks: &'a [Mark] },
}

impl<'a> Inside<'a> {
    /// The next member or element: its name, if `has_key`, and the value.
    fn next(&mut self, has_key: bool) -> Option<(Cow<'a, str>, JsonRef<'a>)> {
        match self {
            Self::Split(rest) => {
                let (key, text) = if has_key { split_key(rest)? } else { (Cow::Borrowed(""), *rest) };
                let (value, text) = split_value(text)?;
                *rest = text.strip_prefix(',').unwrap_or_default();
                Some((key, JsonRef::trusted(value)))
            }
            Self::Marked { text, start, marks } => {
                let own = marks.first()?;
                let (inside, others) = marks.split_at_checked(usize::try_from(own.span).ok()?)?;
                *marks = others;
                let at = |offset: u32| usize::try_from(offset.saturating_sub(*start)).ok();
                let from = at(own.from)?;
                let value = JsonRef::marked(text.get(from..at(own.to)?)?, inside);
                if !has_key {
                    return Some((Cow::Borrowed(""), value));
                }
                let key = text.get(at(own.key)?.saturating_add(1)..from.saturating_sub(2))?;
                Some((if own.key_has_escapes { unescape(key) } else { Cow::Borrowed(key) }, value))
            }
        }
    }
}

/// Iterator over an object's members: decoded name and value.
#[derive(Clone, Debug)]
pub struct Members<'a>(Inside<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, JsonRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next(true)
    }
}

/// Iterator over an array's elements.
#[derive(Clone, Debug)]
pub struct Elements<'a>(Inside<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = JsonRef<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next(false).map(|(_, value)| value)
    }
}

/// Splits compact, well-formed text behind the key and the colon that it starts with.
fn split_key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = text.strip_prefix('"')?;
    let end = find_quote(inside.as_bytes())?;
    let (key, rest) = inside.split_at_checked(end)?;
    if let Some(rest) = rest.strip_prefix("\":") {
        return Some((Cow::Borrowed(key), rest));
    }
    let (key, rest) = text.split_at_checked(string_end(text.as_bytes(), 0)?)?;
    Some((JsonRef::trusted(key).string()?, rest.strip_prefix(':')?))
}

/// Splits compact, well-formed text behind its first value.
fn split_value(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let end = match bytes.first()? {
        b'"' => string_end(bytes, 0)?,
        b'{' | b'[' => container_end(bytes)?,
        _ => {
            let end = bytes.iter().position(|byte| matches!(byte, b',' | b':' | b'}' | b']'));
            end.unwrap_or(bytes.len())
        }
    };
    text.split_at_checked(end)
}

/// The offset behind the object or array that `bytes` start with.
fn container_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    let mut depth = 0_u32;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = at.saturating_add(1);
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The offset behind the string that starts at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start.saturating_add(1);
    loop {
        at = at.saturating_add(find_quote(bytes.get(at..)?)?);
        if bytes.get(at)? == &b'"' {
            return Some(at.saturating_add(1));
        }
        at = at.saturating_add(2);
    }
}

/// Decodes the escapes of a string's inside; well-formed by construction.
pub(super) fn unescape(inner: &str) -> Cow<'_, str> {
    if find_backslash(inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escaped.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                rest = push_utf16(&mut out, chars.as_str());
                continue;
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Decodes the code unit (or pair) whose digits start `text`; returns what follows.
fn push_utf16<'a>(out: &mut String, text: &'a str) -> &'a str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let mut units = unit(text).into_iter().collect::<Vec<_>>();
    let mut rest = text.get(4..).unwrap_or_default();
    if units.first().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
        let low = rest.strip_prefix("\\u").unwrap_or_default();
        units.extend(unit(low));
        rest = low.get(4..).unwrap_or_default();
    }
    out.extend(char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER)));
    rest
}

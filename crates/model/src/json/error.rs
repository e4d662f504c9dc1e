//! Why JSON was refused, and where.

use std::fmt;

/// What is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends inside a value, or holds none.
    UnexpectedEnd,
    /// A byte that cannot stand here.
    UnexpectedByte(u8),
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// A backslash followed by something RFC 8259 §7 does not define.
    InvalidEscape,
    /// Half of a UTF-16 surrogate pair, which is no character.
    LoneSurrogate,
    /// A control character written raw inside a string.
    ControlCharacter,
    /// Something that starts like a number and is none.
    InvalidNumber,
    /// A number that no IEEE 754 double can hold, or with too many digits.
    NumberOutOfRange,
    /// More nesting than [`JsonLimits::depth`](super::JsonLimits::depth).
    TooDeep,
    /// A string longer than the limit.
    StringTooLong,
    /// A key longer than the limit.
    KeyTooLong,
    /// More members or elements than the limit.
    TooManyMembers,
    /// The same key twice in one object: one of the two values would be lost.
    DuplicateKey(String),
    /// Something follows the value.
    TrailingData,
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedEnd => f.write_str("the JSON ends too early"),
            Self::UnexpectedByte(byte) => {
                write!(f, "'{}' cannot stand here in JSON", char::from(*byte).escape_debug())
            }
            Self::InvalidUtf8 => f.write_str("the JSON is not UTF-8"),
            Self::InvalidEscape => f.write_str("unknown escape in a JSON string"),
            Self::LoneSurrogate => f.write_str("half of a surrogate pair in a JSON string"),
            Self::ControlCharacter => f.write_str("raw control character in a JSON string"),
            Self::InvalidNumber => f.write_str("malformed JSON number"),
            Self::NumberOutOfRange => f.write_str("JSON number out of range"),
            Self::TooDeep => f.write_str("JSON nested too deeply"),
            Self::StringTooLong => f.write_str("JSON string too long"),
            Self::KeyTooLong => f.write_str("JSON key too long"),
            Self::TooManyMembers => f.write_str("too many members in one JSON object or array"),
            Self::DuplicateKey(key) => write!(f, "duplicate key \"{}\"", key.escape_debug()),
            Self::TrailingData => f.write_str("data after the JSON value"),
        }
    }
}

/// A refused JSON text: what is wrong, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Bytes before the fault.
    pub offset: u64,
    /// Line of the fault, from 1.
    pub line: u64,
    /// Column of the fault in bytes, from 1.
    pub column: u64,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.kind, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

impl JsonError {
    /// The error at `offset` bytes into `input`.
    pub(super) fn at(kind: JsonErrorKind, input: &[u8], offset: usize) -> Self {
        let before = input.get(..offset).unwrap_or(input);
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let line = before.iter().fold(1_u64, |line, &byte| line.saturating_add(u64::from(byte == b'\n')));
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Self {
            kind,
            offset: wide(before.len()),
            line,
            column: wide(before.len().saturating_sub(line_start).saturating_add(1)),
        }
    }

    /// The same error, in a value that starts at `line` of a larger document, `offset` bytes in and
    /// `column` bytes into that line (both from 0).
    #[must_use]
    pub fn shifted(mut self, offset: u64, line: u64, column: u64) -> Self {
        if self.line == 1 {
            self.column = self.column.saturating_add(column);
        }
        self.offset = self.offset.saturating_add(offset);
        self.line = self.line.saturating_add(line);
        self
    }
}

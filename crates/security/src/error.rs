//! Errors: which rule was broken, where, what was found and what was expected.
//!
//! Written by hand instead of with `thiserror`: there is one shape, and the derive would bring six crates into the
//! tree of everybody who only wants to open uploads.

use std::error::Error;
use std::fmt;
use std::io;

use crate::rule::{IO_FAILED, Rule};

/// Longest part of a name that is shown, in characters.
const NAME_SHOWN: usize = 120;

/// One broken rule. `Display` is one line; names in it are escaped and shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Box<Facts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    rule: Rule,
    entry: Option<usize>,
    name: Option<String>,
    found: String,
    expected: String,
}

impl Refusal {
    pub(crate) fn new(rule: Rule, found: impl fmt::Display, expected: impl fmt::Display) -> Self {
        let (found, expected) = (found.to_string(), expected.to_string());
        Self(Box::new(Facts { rule, entry: None, name: None, found, expected }))
    }

    /// Adds where it happened; `name` may be any bytes.
    pub(crate) fn in_entry(mut self, index: usize, name: &[u8]) -> Self {
        self.0.entry = Some(index);
        self.in_name(name)
    }

    pub(crate) fn in_name(mut self, name: &[u8]) -> Self {
        self.0.name = Some(shown(name));
        self
    }

    /// Returns the rule that was broken.
    pub fn rule(&self) -> Rule {
        self.0.rule
    }

    /// Returns the position of the entry in the central directory, from 0.
    pub fn entry_index(&self) -> Option<usize> {
        self.0.entry
    }

    /// Returns the entry's name: escaped, at most 120 characters, safe to print.
    pub fn entry_name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Returns what the archive has.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// Returns what the rule asks for.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.0;
        f.write_str(facts.rule.meaning())?;
        match (facts.entry, &facts.name) {
            (Some(index), Some(name)) => write!(f, " in entry {index} \"{name}\"")?,
            (None, Some(name)) => write!(f, " in \"{name}\"")?,
            _ => {}
        }
        write!(f, ": found {}, expected {} (rule {})", facts.found, facts.expected, facts.rule.id())
    }
}

impl Error for Refusal {}

/// Escapes everything that a terminal or a log could act on, and shortens.
pub(crate) fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name.get(..name.len().min(NAME_SHOWN * 4)).unwrap_or(name));
    let mut out: String = text.chars().take(NAME_SHOWN).flat_map(escape).collect();
    if text.chars().nth(NAME_SHOWN).is_some() || name.len() > NAME_SHOWN * 4 {
        out.push('…');
    }
    out
}

/// `escape_debug` leaves some invisible characters as they are.
fn escape(c: char) -> Box<dyn Iterator<Item = char>> {
    if crate::unicode::is_invisible(c) { Box::new(c.escape_unicode()) } else { Box::new(c.escape_debug()) }
}

macro_rules! error_type {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $type {
            /// The source could not be read.
            Io(io::Error),
            /// A rule was broken.
            Refused(Refusal),
        }

        impl $type {
            /// Returns the stable code, such as `zip_slip`; [`codes`](crate::codes) lists them all.
            pub fn code(&self) -> &'static str {
                self.refusal().map_or(IO_FAILED.code, |refusal| refusal.rule().code())
            }

            /// Returns the id of the broken rule, such as `N6`, or `-`.
            pub fn rule(&self) -> &'static str {
                self.refusal().map_or(IO_FAILED.rule, |refusal| refusal.rule().id())
            }

            /// Returns what to do about it.
            pub fn hint(&self) -> &'static str {
                self.refusal().map_or(IO_FAILED.remedy, |refusal| refusal.rule().remedy())
            }

            /// Returns the broken rule and where, or `None` if the source failed.
            pub fn refusal(&self) -> Option<&Refusal> {
                match self {
                    Self::Io(_) => None,
                    Self::Refused(refusal) => Some(refusal),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Io(_) => f.write_str(IO_FAILED.meaning),
                    Self::Refused(refusal) => refusal.fmt(f),
                }
            }
        }

        impl Error for $type {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                match self {
                    Self::Io(error) => Some(error),
                    Self::Refused(_) => None,
                }
            }
        }

        impl From<io::Error> for $type {
            fn from(error: io::Error) -> Self {
                Self::Io(error)
            }
        }

        impl From<Refusal> for $type {
            fn from(refusal: Refusal) -> Self {
                Self::Refused(refusal)
            }
        }
    };
}

error_type! {
    /// Why an archive was not opened. Nothing was handed out or written.
    OpenError
}

error_type! {
    /// Why an entry could not be read to its end. What was read before must not be used.
    ReadError
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<ReadError> for io::Error {
    /// Wraps a refusal so that `error.get_ref()` can be downcast to [`ReadError`]; passes errors of the source on.
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            refused @ ReadError::Refused(_) => Self::new(io::ErrorKind::InvalidData, refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_shortened() {
        assert_eq!(shown(b"a\x1b[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(shown("x\u{202e}y\u{200b}".as_bytes()), "x\\u{202e}y\\u{200b}");
        assert_eq!(shown(b"caf\x82"), "caf\u{fffd}");
        assert_eq!(shown("é".repeat(200).as_bytes()), format!("{}…", "é".repeat(120)));
        assert_eq!(shown(&vec![b'a'; 65535]).chars().count(), 121);
    }

    #[test]
    fn display_is_one_line_with_all_facts() {
        let refusal = Refusal::new(Rule::DotSegment, "`..`", "a plain segment").in_entry(3, b"../x");
        let error = OpenError::from(refusal);
        let text = error.to_string();
        assert!(text.starts_with("Zip Slip vulnerability detected"), "{text}");
        assert!(
            text.contains("in entry 3 \"../x\": found `..`, expected a plain segment (rule N6)"),
            "{text}"
        );
        assert_eq!((error.code(), error.rule()), ("zip_slip", "N6"));
    }
}

//! What is wrong, how badly, and where.

use std::fmt;

/// The stages of an import, in order (DESIGN.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The container is sane.
    Archive,
    /// The manifest parses, its hash holds, it lists exactly the entries present.
    Manifest,
    /// The version is supported; every item matches its schema.
    Schema,
    /// Names, groups, unique paths and ids, limits; entry hashes hold.
    Structure,
    /// References resolve.
    Referential,
}

impl Stage {
    /// The stage's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Manifest => "manifest",
            Self::Schema => "schema",
            Self::Structure => "structure",
            Self::Referential => "referential",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the item is valid.
    Warning,
    /// The item is invalid. It is kept and marked; fatal only when the caller is strict.
    Error,
}

impl Severity {
    /// The severity's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding about one item of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name for programs, `snake_case`.
    pub code: &'static str,
    /// Where in the pipeline it was found.
    pub stage: Stage,
    /// How bad it is.
    pub severity: Severity,
    /// The file or archive entry at fault; empty if there is none.
    pub file: String,
    /// The token, group, theme or component at fault.
    pub path: String,
    /// Line in the file, from 1, where known.
    pub line: Option<u64>,
    /// What is wrong, for people.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    /// Writes `file:line: severity[code] path: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file.escape_debug())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            f.write_str(" ")?;
        }
        write!(f, "{}[{}]", self.severity.name(), self.code)?;
        if !self.path.is_empty() {
            write!(f, " {}", self.path.escape_debug())?;
        }
        write!(f, ": {}", self.message)
    }
}

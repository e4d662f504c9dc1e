//! A path that is safe to join under any folder on any operating system.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Refusal;
use crate::limits::Limits;
use crate::name_rules;
use crate::policy::Policy;
use crate::rule::Rule;

/// A validated relative path of a file: rules N1 to N8 and the name policies hold.
///
/// Useful without any archive, for example before writing one.
///
/// ```
/// use dss_security::EntryPath;
/// let path: EntryPath = "tokens/color.json".parse()?;
/// assert_eq!(path.segments().collect::<Vec<_>>(), ["tokens", "color.json"]);
/// assert!("../evil".parse::<EntryPath>().is_err());
/// # Ok::<(), dss_security::Refusal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "String", try_from = "String")
)]
pub struct EntryPath(String);

impl EntryPath {
    /// Checks `path` with the default limits and the strict policy.
    ///
    /// # Errors
    ///
    /// The first broken rule; a trailing slash counts as an empty segment.
    pub fn parse(path: &str) -> Result<Self, Refusal> {
        Self::parse_with(path, &Limits::default(), &Policy::strict())
    }

    /// Checks `path` with these limits and this policy.
    ///
    /// # Errors
    ///
    /// The first broken rule; a trailing slash counts as an empty segment.
    pub fn parse_with(path: &str, limits: &Limits, policy: &Policy) -> Result<Self, Refusal> {
        let facts = name_rules::check(path.as_bytes(), limits, policy);
        let facts = facts.map_err(|refusal| refusal.in_name(path.as_bytes()))?;
        if facts.name.ends_with('/') {
            let refusal = Refusal::new(Rule::DotSegment, "a trailing `/`", "the path of a file");
            return Err(refusal.in_name(path.as_bytes()));
        }
        Ok(Self(facts.name.to_owned()))
    }

    /// Takes a name that a scan has accepted.
    pub(crate) fn from_checked(name: &str) -> Self {
        Self(name.strip_suffix('/').unwrap_or(name).to_owned())
    }

    /// Returns the path with `/` between its segments.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the segments, outermost folder first; there is at least one.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Appends the segments to `root`. The result is always below `root`, lexically; links that already exist below
    /// `root` are the caller's matter.
    pub fn join_under(&self, root: &Path) -> PathBuf {
        let mut joined = root.to_path_buf();
        joined.extend(self.segments());
        joined
    }
}

impl FromStr for EntryPath {
    type Err = Refusal;

    fn from_str(path: &str) -> Result<Self, Refusal> {
        Self::parse(path)
    }
}

impl TryFrom<String> for EntryPath {
    type Error = Refusal;

    fn try_from(path: String) -> Result<Self, Refusal> {
        Self::parse(&path)
    }
}

impl From<EntryPath> for String {
    fn from(path: EntryPath) -> Self {
        path.0
    }
}

impl AsRef<str> for EntryPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_below_the_root_only() {
        let path: EntryPath = "a/b.json".parse().unwrap();
        assert_eq!(path.join_under(Path::new("/root")), Path::new("/root").join("a").join("b.json"));
        assert_eq!(path.file_name(), "b.json");
    }

    #[test]
    fn directories_are_not_files() {
        let refusal = "a/".parse::<EntryPath>().unwrap_err();
        assert_eq!(refusal.rule(), Rule::DotSegment);
        assert_eq!(refusal.entry_name(), Some("a/"));
    }
}

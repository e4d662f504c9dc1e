//! Where a token or group stands in its set.

use std::borrow::Cow;
use std::fmt;

/// Names from a set's root to one group or token.
///
/// Spelled with dots between names (`color.brand.primary`), as DTCG aliases are. Names that the
/// format forbids but files contain are kept: inside a name, `~0` stands for `~`, `~1` for `.`, and
/// `~2` is the empty name, so that every sequence of names has exactly one spelling.
///
/// ```
/// use dss_model::TokenPath;
/// let path = TokenPath::from_segments(["size", "1.5"]);
/// assert_eq!(path.as_str(), "size.1~15");
/// assert_eq!(path.segments().collect::<Vec<_>>(), ["size", "1.5"]);
/// assert_eq!(path.parent(), Some(TokenPath::from_segments(["size"])));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenPath(String);

impl TokenPath {
    /// The set's root, which has no name.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The path with these names.
    pub fn from_segments<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut path = Self::root();
        names.into_iter().for_each(|name| path.push(name));
        path
    }

    /// Reads the path's own spelling; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            let escapes = name.split('~').skip(1);
            name == "~2" || (!name.is_empty() && escapes.into_iter().all(|rest| rest.starts_with(['0', '1'])))
        };
        (text.is_empty() || text.split('.').all(is_name)).then(|| Self(text.to_owned()))
    }

    /// Reads the inside of a curly alias (`a.b.c`), where `~` is a plain character.
    pub fn from_alias(text: &str) -> Self {
        if !text.contains('~') && text.split('.').all(|name| !name.is_empty()) {
            return Self(text.to_owned());
        }
        Self::from_segments(text.split('.'))
    }

    /// Adds a name.
    pub fn push(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        if name.is_empty() {
            self.0.push_str("~2");
        } else if name.bytes().any(|byte| matches!(byte, b'~' | b'.')) {
            self.0.push_str(&name.replace('~', "~0").replace('.', "~1"));
        } else {
            self.0.push_str(name);
        }
    }

    /// The path one name further down.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let mut path = String::with_capacity(self.0.len().saturating_add(name.len()).saturating_add(1));
        path.push_str(&self.0);
        let mut path = Self(path);
        path.push(name);
        path
    }

    /// The path one name further up; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('.').map(|(parent, _)| parent.to_owned()).unwrap_or_default()))
    }

    /// The last name; `None` for the root.
    pub fn name(&self) -> Option<Cow<'_, str>> {
        (!self.is_root()).then(|| Self::name_in(&self.0))
    }

    /// The last name of a path that is spelled like that, which need not be a `TokenPath` for it.
    ///
    /// ```
    /// assert_eq!(dss_model::TokenPath::name_in("size.1~15"), "1.5");
    /// ```
    pub fn name_in(path: &str) -> Cow<'_, str> {
        decode(path.rsplit('.').next().unwrap_or_default())
    }

    /// The path one name further up from a path that is spelled like that: the root's from a single name.
    pub fn parent_in(path: &str) -> &str {
        path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// Whether a path that is spelled like that lies below this one, as [`TokenPath::is_below`] has it.
    pub fn is_above(&self, path: &str) -> bool {
        Self::is_below_in(path, self.as_str())
    }

    /// The same for two paths that are spelled like that.
    pub fn is_below_in(path: &str, group: &str) -> bool {
        match path.strip_prefix(group) {
            Some(rest) => rest.starts_with('.') || (group.is_empty() && !rest.is_empty()),
            None => false,
        }
    }

    /// The names from the root on.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        self.0.split('.').filter(|_| !self.is_root()).map(decode)
    }

    /// Whether this path lies below `group` (or, for the root, anywhere but there).
    pub fn is_below(&self, group: &Self) -> bool {
        group.is_above(&self.0)
    }

    /// Whether this is the set's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn decode(segment: &str) -> Cow<'_, str> {
    if segment == "~2" {
        Cow::Borrowed("")
    } else if segment.contains('~') {
        Cow::Owned(segment.replace("~1", ".").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn relatives() {
        let path = TokenPath::from_alias("a.b.$root");
        assert_eq!(path.name().as_deref(), Some("$root"));
        assert_eq!(path.parent().unwrap().as_str(), "a.b");
        assert!(path.is_below(&TokenPath::from_alias("a")));
        assert!(!path.is_below(&path));
        assert!(!TokenPath::from_alias("ab.c").is_below(&TokenPath::from_alias("a")));
        assert!(path.is_below(&TokenPath::root()));
        assert_eq!(TokenPath::root().segments().count(), 0);
        assert_eq!(TokenPath::root().parent(), None);
        assert_eq!(TokenPath::from_alias("a").parent(), Some(TokenPath::root()));
        assert_eq!(TokenPath::parse("a.~"), None);
        assert_eq!(TokenPath::parse("a..b"), None);
    }

    proptest! {
        #[test]
        fn what_is_parsed_is_what_would_be_spelled(text in "[a~.0-2]{0,8}") {
            let names: Vec<_> = TokenPath(text.clone()).segments().map(Cow::into_owned).collect();
            let again = TokenPath::from_segments(names.iter().map(String::as_str));
            let expected = (again.as_str() == text).then_some(again);
            prop_assert_eq!(TokenPath::parse(&text), expected);
        }

        #[test]
        fn every_sequence_of_names_has_one_spelling(names in prop::collection::vec("[a~.0-2$ ]{0,4}", 0..5)) {
            let path = TokenPath::from_segments(names.iter().map(String::as_str));
            prop_assert_eq!(path.segments().collect::<Vec<_>>(), names);
            prop_assert_eq!(TokenPath::parse(path.as_str()), Some(path));
        }
    }
}

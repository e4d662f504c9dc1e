//! Which custom property a token is.

use std::collections::{HashMap, HashSet};

use dss_model::TokenPath;

/// How a format calls its variables.
#[derive(Clone, Copy)]
pub(crate) struct Scheme {
    /// The name of a token of a type, without `--`.
    pub(crate) name: fn(&TokenPath, Option<&str>) -> String,
    /// The name of a part of a typography whose name is given.
    pub(crate) part: fn(&str, &str) -> String,
    /// Whether a typography has a variable for all of it as well.
    pub(crate) has_shorthand: bool,
}

/// The names of a design's variables: one per token or part of one, and none twice.
pub(crate) struct Names {
    scheme: Scheme,
    of: HashMap<TokenPath, HashMap<&'static str, String>>,
    taken: HashSet<String>,
}

/// What the variable for all of a token is called among its parts.
pub(crate) const WHOLE: &str = "";

impl Names {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self { scheme, of: HashMap::new(), taken: HashSet::new() }
    }

    pub(crate) const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The name of a token, or of a part of it; and whether another one had taken the name that it should have had. The
    /// first who asks gets a name.
    pub(crate) fn take(
        &mut self,
        path: &TokenPath,
        kind: Option<&str>,
        part: &'static str,
    ) -> (String, bool) {
        if let Some(known) = self.of.get(path).and_then(|parts| parts.get(part)) {
            return (known.clone(), false);
        }
        let whole = (self.scheme.name)(path, kind);
        let wanted = if part == WHOLE { whole } else { (self.scheme.part)(&whole, part) };
        let mut name = wanted.clone();
        let mut number = 1_u64;
        while !self.taken.insert(name.clone()) {
            number = number.saturating_add(1);
            name = format!("{wanted}-{number}");
        }
        self.of.entry(path.clone()).or_default().insert(part, name.clone());
        let is_changed = name != wanted;
        (name, is_changed)
    }

    /// The name that a token, or a part of it, has.
    pub(crate) fn get(&self, path: &TokenPath, part: &str) -> Option<&str> {
        self.of.get(path)?.get(part).map(String::as_str)
    }
}

/// The names of a path joined by hyphens, `$root` left out. White space, `.` and `/` are hyphens, too.
pub(crate) fn hyphenated(path: &TokenPath) -> String {
    let names = path.segments().filter(|name| name != "$root");
    let names: Vec<String> = names.map(|name| mangled(&name)).filter(|name| !name.is_empty()).collect();
    if names.is_empty() { "_".to_owned() } else { names.join("-") }
}

/// A name with hyphens for what nobody would like to escape.
pub(crate) fn mangled(name: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '/' | '.' | '\0');
    name.split(is_gap).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEME: Scheme = Scheme {
        name: |path, _| hyphenated(path),
        part: |base, part| format!("{base}-{part}"),
        has_shorthand: true,
    };

    #[test]
    fn no_two_tokens_have_one_name() {
        let mut names = Names::new(SCHEME);
        let path = |names: &[&str]| TokenPath::from_segments(names.iter().copied());
        assert_eq!(names.take(&path(&["a", "b c"]), None, WHOLE), ("a-b-c".to_owned(), false));
        assert_eq!(names.take(&path(&["a", "b", "c"]), None, WHOLE), ("a-b-c-2".to_owned(), true));
        assert_eq!(names.take(&path(&["a", "b", "c"]), None, WHOLE), ("a-b-c-2".to_owned(), false));
        assert_eq!(names.take(&path(&["x", "$root"]), None, "y"), ("x-y".to_owned(), false));
        assert_eq!(names.take(&path(&[""]), None, WHOLE), ("_".to_owned(), false));
        assert_eq!(names.get(&path(&["a", "b", "c"]), WHOLE), Some("a-b-c-2"));
    }
}

//! What to compare, and how.

use std::path::PathBuf;

use dss_model::{Kind, Limits, ProjectName, TokenPath};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffSource {
    /// A project of the store, as it is now.
    Project(ProjectName),
    /// A `.dss` archive, a token file, a folder of them, or a resolver document.
    File(PathBuf),
}

impl std::fmt::Display for DiffSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Project(name) => name.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// How to compare. What is named narrows the result: a difference is told if its old or its new side
/// matches all of it.
#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    /// Only these token sets, and what is in them.
    pub sets: Vec<String>,
    /// Only these groups, and what is below them.
    pub folders: Vec<TokenPath>,
    /// Only tokens of these types.
    pub types: Vec<String>,
    /// Only these kinds of things.
    pub kinds: Vec<Kind>,
    /// Bounds on sides that are files.
    pub limits: Limits,
}

/// What the options have to know about something to decide whether it is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) kind: Kind,
    pub(super) set: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) token_type: Option<&'a str>,
}

impl DiffOptions {
    /// Whether something is wanted.
    pub(super) fn wants(&self, subject: Subject<'_>) -> bool {
        let path = || TokenPath::parse(subject.path).unwrap_or_default();
        let has_path = matches!(subject.kind, Kind::Group | Kind::Token);
        let in_folder = |folder: &TokenPath| {
            let path = path();
            path == *folder || path.is_below(folder)
        };
        (self.kinds.is_empty() || self.kinds.contains(&subject.kind))
            && (self.sets.is_empty()
                || subject.set.is_some_and(|set| self.sets.iter().any(|name| name == set)))
            && (self.folders.is_empty() || (has_path && self.folders.iter().any(in_folder)))
            && (self.types.is_empty()
                || (subject.kind == Kind::Token
                    && subject.token_type.is_some_and(|own| self.types.iter().any(|name| name == own))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_narrow_each_other() {
        let color =
            Subject { kind: Kind::Token, set: Some("base"), path: "color.red", token_type: Some("color") };
        let folder = |text: &str| vec![TokenPath::from_alias(text)];
        let all = DiffOptions::default();
        assert!(all.wants(color));
        let sets = DiffOptions { sets: vec!["base".to_owned()], ..all.clone() };
        assert!(sets.wants(color));
        assert!(!sets.wants(Subject { set: Some("dark"), ..color }));
        assert!(!sets.wants(Subject { kind: Kind::Component, set: None, ..color }));
        assert!(DiffOptions { folders: folder("color"), ..sets.clone() }.wants(color));
        assert!(DiffOptions { folders: folder("color.red"), ..sets.clone() }.wants(color));
        assert!(!DiffOptions { folders: folder("colo"), ..sets.clone() }.wants(color));
        let typed = DiffOptions { types: vec!["color".to_owned()], ..sets };
        assert!(typed.wants(color));
        assert!(!typed.wants(Subject { token_type: None, ..color }));
        assert!(!typed.wants(Subject { kind: Kind::Group, ..color }));
        assert!(!DiffOptions { kinds: vec![Kind::Group], ..typed }.wants(color));
    }
}

//! The kinds of entity.

use std::fmt;

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The project itself: name, description, resolver header.
    Project,
    /// One token document; also the root group's own members.
    TokenSet,
    /// A group's own members and its place.
    Group,
    /// A design token.
    Token,
    /// A fixed list of token sets in the resolution order (DTCG resolver `sets`).
    Layer,
    /// A choice of themes in the resolution order (DTCG resolver `modifiers`).
    ThemeGroup,
    /// One choice of a theme group (DTCG resolver `contexts`).
    Theme,
    /// A component.
    Component,
    /// A file: an icon, a font, an image.
    Asset,
}

impl Kind {
    /// Every kind, in the order archives and reports list them.
    pub const ALL: [Self; 9] = [
        Self::Project,
        Self::TokenSet,
        Self::Group,
        Self::Token,
        Self::Layer,
        Self::ThemeGroup,
        Self::Theme,
        Self::Component,
        Self::Asset,
    ];

    /// The kind's name in archives, ids and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::TokenSet => "set",
            Self::Group => "group",
            Self::Token => "token",
            Self::Layer => "layer",
            Self::ThemeGroup => "themeGroup",
            Self::Theme => "theme",
            Self::Component => "component",
            Self::Asset => "asset",
        }
    }

    /// The kind with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

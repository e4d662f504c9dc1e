//! The formats, by name.

use std::fmt;
use std::str::FromStr;

/// A format of token files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// DTCG 2025.10, and the older drafts whose values are strings; with resolver documents.
    Dtcg,
    /// DTCG as every tool reads it: nothing inherited, nothing extended, every type spelled out. Written only.
    DtcgConservative,
    /// Tokens Studio for Figma: one file of sets, or a folder with a file per set.
    TokensStudio,
    /// Style Dictionary 3 and 4: leaves are objects with `value`.
    StyleDictionary,
    /// Figma's REST API: `GET` and `POST /v1/files/:key/variables`.
    Figma,
    /// Figma's own export of variables: a DTCG file per collection and mode.
    FigmaNative,
    /// Penpot's tokens, as JSON.
    Penpot,
    /// CSS custom properties.
    Css,
    /// Tailwind 4: `@theme`. Written only.
    Tailwind,
    /// A flat map from names to resolved values. Written only.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::Dtcg,
        Self::DtcgConservative,
        Self::TokensStudio,
        Self::StyleDictionary,
        Self::Figma,
        Self::FigmaNative,
        Self::Penpot,
        Self::Css,
        Self::Tailwind,
        Self::Json,
    ];

    /// The name that options take, which never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dtcg => "dtcg",
            Self::DtcgConservative => "dtcg-conservative",
            Self::TokensStudio => "tokens-studio",
            Self::StyleDictionary => "style-dictionary",
            Self::Figma => "figma",
            Self::FigmaNative => "figma-native",
            Self::Penpot => "penpot",
            Self::Css => "css",
            Self::Tailwind => "tailwind",
            Self::Json => "json",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dtcg => "DTCG",
            Self::DtcgConservative => "conservative DTCG",
            Self::TokensStudio => "Tokens Studio",
            Self::StyleDictionary => "Style Dictionary",
            Self::Figma => "Figma variables (REST)",
            Self::FigmaNative => "Figma's native export",
            Self::Penpot => "Penpot tokens",
            Self::Css => "CSS custom properties",
            Self::Tailwind => "Tailwind theme",
            Self::Json => "flat JSON map",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

/// A name that is no format's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no format is called so")]
pub struct UnknownFormat;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert_eq!("sass".parse::<Format>(), Err(UnknownFormat));
    }
}

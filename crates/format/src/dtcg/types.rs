//! The thirteen types of DTCG 2025.10 (format module, §8 and §9).

use std::fmt;

/// A token's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenType {
    /// `{colorSpace, components, alpha?, hex?}`
    Color,
    /// `{value, unit: px|rem}`
    Dimension,
    /// A font's name, or several in order of preference.
    FontFamily,
    /// 1 to 1000, or one of the names of OpenType's weights.
    FontWeight,
    /// `{value, unit: ms|s}`
    Duration,
    /// Four numbers: a timing function.
    CubicBezier,
    /// A number.
    Number,
    /// A line's style, by name or as dashes.
    StrokeStyle,
    /// `{color, width, style}`
    Border,
    /// `{duration, delay, timingFunction}`
    Transition,
    /// One shadow, or several.
    Shadow,
    /// Colour stops.
    Gradient,
    /// `{fontFamily, fontSize, fontWeight, letterSpacing, lineHeight}`
    Typography,
}

impl TokenType {
    /// Every type.
    pub const ALL: [Self; 13] = [
        Self::Color,
        Self::Dimension,
        Self::FontFamily,
        Self::FontWeight,
        Self::Duration,
        Self::CubicBezier,
        Self::Number,
        Self::StrokeStyle,
        Self::Border,
        Self::Transition,
        Self::Shadow,
        Self::Gradient,
        Self::Typography,
    ];

    /// The type's name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Color => "color",
            Self::Dimension => "dimension",
            Self::FontFamily => "fontFamily",
            Self::FontWeight => "fontWeight",
            Self::Duration => "duration",
            Self::CubicBezier => "cubicBezier",
            Self::Number => "number",
            Self::StrokeStyle => "strokeStyle",
            Self::Border => "border",
            Self::Transition => "transition",
            Self::Shadow => "shadow",
            Self::Gradient => "gradient",
            Self::Typography => "typography",
        }
    }

    /// The type of that name; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

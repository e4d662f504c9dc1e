//! What belongs where in a value.

use dss_format::dtcg::TokenType;

use crate::json::{Json, Object};
use crate::value::part_kind;

/// What belongs somewhere in a token's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A value of a type.
    Value(TokenType),
    /// The lengths of a stroke's dashes.
    Dashes,
    /// A colour's `components`.
    Components,
    /// What drafts called them.
    Channels,
    /// One of them.
    Component(usize),
    /// A colour's `hex`.
    Hex,
    /// The number of a dimension or duration.
    Measure,
}

impl Place {
    /// What belongs into a value of that type, at those names below it.
    pub(super) fn of(kind: &str, names: &[String]) -> Option<Self> {
        let start = Self::Value(TokenType::from_name(kind)?);
        names.iter().try_fold(start, |place, name| place.inside(name))
    }

    fn inside(self, name: &str) -> Option<Self> {
        let index = name.parse::<usize>().ok();
        match (self, name) {
            (Self::Value(TokenType::Shadow | TokenType::Gradient), _) if index.is_some() => Some(self),
            (Self::Value(TokenType::StrokeStyle), "dashArray") => Some(Self::Dashes),
            (Self::Dashes, _) if index.is_some() => Some(Self::Value(TokenType::Dimension)),
            (Self::Value(TokenType::Color), "components") => Some(Self::Components),
            (Self::Value(TokenType::Color), "channels") => Some(Self::Channels),
            (Self::Value(TokenType::Color), "hex") => Some(Self::Hex),
            (Self::Components | Self::Channels, _) => index.map(Self::Component),
            (Self::Value(TokenType::Dimension | TokenType::Duration), "value") => Some(Self::Measure),
            (Self::Value(kind), name) => {
                Some(Self::Value(TokenType::from_name(part_kind(kind.name(), name)?)?))
            }
            _ => None,
        }
    }
}

/// What is to be known of a colour before its members are looked at.
#[derive(Debug, Default)]
pub(super) struct Color {
    /// It has `channels`, and no `components`.
    pub(super) is_draft: bool,
    has_alpha: bool,
    space: String,
}

impl Color {
    pub(super) fn of(color: &Object) -> Self {
        Self {
            is_draft: color.has("channels") && !color.has("components"),
            has_alpha: color.has("alpha"),
            space: color.string("colorSpace").unwrap_or_default().to_owned(),
        }
    }

    /// Whether a component is a hue of 360°, which is 0°.
    pub(super) fn is_full_turn(&self, index: usize, value: &Json) -> bool {
        let is_hue = matches!((self.space.as_str(), index), ("hsl" | "hwb", 0) | ("lch" | "oklch", 2));
        is_hue && value.f64() == Some(360.0)
    }

    /// Digits in full, and without an alpha that the colour has itself.
    pub(super) fn hex(&self, text: &str) -> Option<String> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let (short, long) = (digits.len() <= 4, digits.len());
        let keeps_all = matches!(long, 3) || (matches!(long, 4 | 8) && self.has_alpha);
        let taken = digits.chars().take(if short { 3 } else { 6 });
        let full: String =
            taken.flat_map(|digit| std::iter::repeat_n(digit, if short { 2 } else { 1 })).collect();
        keeps_all.then(|| format!("#{full}"))
    }
}

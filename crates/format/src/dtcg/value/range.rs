//! What a colour's components may be (color module, §4.2).

use std::fmt;

/// A component's range (color module, §4.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    /// Whether the upper end itself is outside: a hue of 360 is a hue of 0.
    is_hue: bool,
}

impl Range {
    const fn to(low: f64, high: f64) -> Self {
        Self { low, high, is_hue: false }
    }

    pub(super) fn contains(self, number: f64) -> bool {
        number >= self.low && (number < self.high || (number <= self.high && !self.is_hue))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hue {
            write!(f, "{} to below {}", self.low, self.high)
        } else {
            write!(f, "{} to {}", self.low, self.high)
        }
    }
}

/// The ranges of the components of a colour space; `None` if the format has no such space.
pub(super) fn component_ranges(space: &str) -> Option<[Range; 3]> {
    const HUE: Range = Range { low: 0.0, high: 360.0, is_hue: true };
    const UNIT: Range = Range::to(0.0, 1.0);
    const PERCENT: Range = Range::to(0.0, 100.0);
    const ANY: Range = Range::to(f64::NEG_INFINITY, f64::INFINITY);
    const POSITIVE: Range = Range::to(0.0, f64::INFINITY);
    Some(match space {
        "srgb" | "srgb-linear" | "display-p3" | "a98-rgb" | "prophoto-rgb" | "rec2020" | "xyz-d65"
        | "xyz-d50" => [UNIT; 3],
        "hsl" | "hwb" => [HUE, PERCENT, PERCENT],
        "lab" => [PERCENT, ANY, ANY],
        "lch" => [PERCENT, POSITIVE, HUE],
        "oklab" => [UNIT, ANY, ANY],
        "oklch" => [UNIT, POSITIVE, HUE],
        _ => return None,
    })
}

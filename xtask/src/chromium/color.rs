//! Colours as tokens have them and as a browser computes them, to compare both. This is written apart from what it checks.

use std::fmt;

use serde_json::Value;

/// Red, green and blue from 0 to 255, and alpha from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgba {
    channels: [f64; 3],
    alpha: f64,
}

impl Rgba {
    /// A DTCG colour in sRGB or HSL; others are left to the browser's own arithmetic.
    pub(crate) fn of_token(value: &Value) -> Option<Self> {
        let components: Vec<f64> =
            value.get("components")?.as_array()?.iter().map(number).collect::<Option<_>>()?;
        let [one, two, three] = components[..] else { return None };
        let alpha = value.get("alpha").map_or(Some(1.0), Value::as_f64)?;
        let channels = match value.get("colorSpace")?.as_str()? {
            "srgb" => [one, two, three],
            "hsl" => of_hsl(one, two / 100.0, three / 100.0),
            _ => return None,
        };
        Some(Self { channels: channels.map(|channel| channel * 255.0), alpha })
    }

    /// What `getComputedStyle` says: `rgb(…)`, `rgba(…)`, `color(srgb …)`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (function, inner) = text.strip_suffix(')')?.split_once('(')?;
        let (scale, inner) = match function {
            "rgb" | "rgba" => (1.0, inner),
            "color" => (255.0, inner.strip_prefix("srgb ")?),
            _ => return None,
        };
        let parts = inner.split([',', '/', ' ']).filter(|part| !part.is_empty());
        let numbers: Vec<f64> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let (channels, alpha) = match numbers[..] {
            [red, green, blue] => ([red, green, blue], 1.0),
            [red, green, blue, alpha] => ([red, green, blue], alpha),
            _ => return None,
        };
        Some(Self { channels: channels.map(|channel| channel * scale), alpha })
    }

    /// How far apart two colours are in their worst channel, in 255ths. The channels of what cannot be seen do not count.
    pub(crate) fn distance(self, other: Self) -> f64 {
        let alpha = (self.alpha - other.alpha).abs() * 255.0;
        if self.alpha == 0.0 && other.alpha == 0.0 {
            return 0.0;
        }
        let pairs = self.channels.into_iter().zip(other.channels);
        pairs.map(|(a, b)| (a - b).abs()).fold(alpha, f64::max)
    }
}

impl fmt::Display for Rgba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.channels;
        write!(f, "rgba({red:.1}, {green:.1}, {blue:.1}, {})", self.alpha)
    }
}

fn number(value: &Value) -> Option<f64> {
    if value.as_str() == Some("none") { Some(0.0) } else { value.as_f64() }
}

/// CSS Color Level 4, §7.1.
fn of_hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let channel = |n: f64| {
        let k = (n + hue / 30.0).rem_euclid(12.0);
        let a = saturation * lightness.min(1.0 - lightness);
        lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    };
    [channel(0.0), channel(8.0), channel(4.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_saying_a_color_meet() {
        let token = serde_json::json!({"colorSpace": "hsl", "components": [120, 100, 25], "alpha": 0.5});
        let token = Rgba::of_token(&token).unwrap();
        assert!(token.distance(Rgba::parse("rgba(0, 128, 0, 0.5)").unwrap()) <= 1.0);
        assert!(token.distance(Rgba::parse("rgba(0, 120, 0, 0.5)").unwrap()) > 1.0);
        assert!(token.distance(Rgba::parse("color(srgb 0 0.5 0 / 0.5)").unwrap()) <= 1.0);
        assert_eq!(Rgba::parse("red"), None);
    }
}

//! Colours in text: as design tools write them, which is sRGB, and as CSS does.

use color::{ColorSpaceTag, DynamicColor};

use crate::json::{Json, Object};

use super::number::{decimal, number_and_unit};

/// A colour as `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb(…)`, `rgba(…)` or `transparent`.
pub(crate) fn parse_color(text: &str) -> Option<Json> {
    let [red, green, blue, alpha] = match text.strip_prefix('#') {
        Some(digits) => hex(digits)?,
        None if text == "transparent" => [Some(0), Some(0), Some(0), Some(0)],
        None => return function(text),
    };
    let alpha = alpha.filter(|alpha| *alpha < 255).map(of_255);
    Some(srgb([red?, green?, blue?], alpha))
}

/// A colour in any syntax of CSS Color Level 4 that means one colour by itself: in hexadecimal digits, by name, or by one
/// of its functions. What it says in numbers is read to seven digits.
pub(crate) fn parse_css_color(text: &str) -> Option<Json> {
    parse_color(text).or_else(|| {
        let parsed = color::parse_color(text).ok()?;
        match name_of(text) {
            Some([red, green, blue, 255]) => Some(srgb([red, green, blue], None)),
            _ => of_css(&parsed),
        }
    })
}

/// The bytes of a colour that has a name.
fn name_of(text: &str) -> Option<[u8; 4]> {
    let is_name = text.trim().bytes().all(|byte| byte.is_ascii_alphabetic());
    let parsed = is_name.then(|| color::parse_color(text).ok()).flatten()?;
    let rgba = parsed.to_alpha_color::<color::Srgb>().to_rgba8();
    Some([rgba.r, rgba.g, rgba.b, rgba.a])
}

/// The spaces of DTCG (colour module, §4.2), which CSS calls the same.
const SPACES: [(ColorSpaceTag, &str); 14] = [
    (ColorSpaceTag::Srgb, "srgb"),
    (ColorSpaceTag::LinearSrgb, "srgb-linear"),
    (ColorSpaceTag::Hsl, "hsl"),
    (ColorSpaceTag::Hwb, "hwb"),
    (ColorSpaceTag::Lab, "lab"),
    (ColorSpaceTag::Lch, "lch"),
    (ColorSpaceTag::Oklab, "oklab"),
    (ColorSpaceTag::Oklch, "oklch"),
    (ColorSpaceTag::DisplayP3, "display-p3"),
    (ColorSpaceTag::A98Rgb, "a98-rgb"),
    (ColorSpaceTag::ProphotoRgb, "prophoto-rgb"),
    (ColorSpaceTag::Rec2020, "rec2020"),
    (ColorSpaceTag::XyzD65, "xyz-d65"),
    (ColorSpaceTag::XyzD50, "xyz-d50"),
];

fn of_css(parsed: &DynamicColor) -> Option<Json> {
    let (_, space) = SPACES.iter().find(|(tag, _)| *tag == parsed.cs)?;
    let missing = parsed.flags.missing();
    let [one, two, three, alpha] = parsed.components;
    let mut components = Vec::with_capacity(3);
    for (index, component) in [one, two, three].into_iter().enumerate() {
        let is_hue = matches!((*space, index), ("hsl" | "hwb", 0) | ("lch" | "oklch", 2));
        // An angle of a full turn and more is the angle that it comes to; 360 is none in DTCG.
        let turned = component.rem_euclid(360.0);
        let component = match is_hue {
            true if turned < 360.0 => turned,
            true => 0.0,
            false => component,
        };
        components.push(if missing.contains(index) { Json::from("none") } else { of_f32(component)? });
    }
    let mut color = Object::new();
    color.push("colorSpace", *space);
    color.push("components", Json::Array(components));
    if missing.contains(3) {
        return None;
    }
    if alpha < 1.0 {
        color.push("alpha", of_f32(alpha)?);
    }
    Some(Json::Object(color))
}

/// A number in as many digits as tell it from its neighbours.
fn of_f32(number: f32) -> Option<Json> {
    number
        .is_finite()
        .then(|| Json::Number(if number == 0.0 { "0".into() } else { number.to_string().into() }))
}

/// Red, green, blue and, if it says so, alpha of the digits behind `#`, 0 to 255.
fn hex(digits: &str) -> Option<[Option<u8>; 4]> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (width, factor) = match digits.len() {
        3 | 4 => (1_usize, 17_u8),
        6 | 8 => (2, 1),
        _ => return None,
    };
    let channel = |index: usize| {
        let start = index.checked_mul(width)?;
        let digits = digits.get(start..start.checked_add(width)?)?;
        u8::from_str_radix(digits, 16).ok()?.checked_mul(factor)
    };
    Some([channel(0), channel(1), channel(2), channel(3)])
}

/// `rgb(255, 0, 0)`, `rgba(255, 0, 0, 0.5)`, `rgb(255 0 0 / 50%)`; channels in whole numbers.
fn function(text: &str) -> Option<Json> {
    let inner = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?.strip_suffix(')')?;
    let is_separator = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '/');
    let parts: Vec<&str> = inner.split(is_separator).filter(|part| !part.is_empty()).collect();
    let (channels, alpha) = match parts.as_slice() {
        [channels @ .., alpha] if channels.len() == 3 => (channels, Some(*alpha)),
        channels if channels.len() == 3 => (channels, None),
        _ => return None,
    };
    let mut values = [0_u8; 3];
    for (value, channel) in values.iter_mut().zip(channels) {
        *value = channel.parse().ok()?;
    }
    let alpha = match alpha {
        Some(text) => Some(opacity(text)?),
        None => None,
    };
    Some(srgb(values, alpha.filter(|alpha| alpha.f64() != Some(1.0))))
}

/// An alpha as a number, or in percent.
fn opacity(text: &str) -> Option<Json> {
    let number = if text.ends_with('%') { super::ratio(text) } else { decimal(text) }?;
    let (_, unit) = number_and_unit(text)?;
    let is_alpha = number.f64().is_some_and(|alpha| (0.0..=1.0).contains(&alpha));
    (is_alpha && matches!(unit, "" | "%")).then_some(number)
}

/// The DTCG value of an sRGB colour.
fn srgb(channels: [u8; 3], alpha: Option<Json>) -> Json {
    let [red, green, blue] = channels;
    let mut color = Object::new();
    color.push("colorSpace", "srgb");
    color.push("components", Json::Array(channels.into_iter().map(of_255).collect()));
    if let Some(alpha) = alpha {
        color.push("alpha", alpha);
    }
    color.push("hex", format!("#{red:02x}{green:02x}{blue:02x}"));
    Json::Object(color)
}

/// A channel as a number from 0 to 1, in as many digits as tell it from its neighbours.
fn of_255(channel: u8) -> Json {
    let thousandths = format!("{:.4}", f64::from(channel) / 255.0);
    let short = thousandths.trim_end_matches('0').trim_end_matches('.');
    Json::Number(short.into())
}

/// A colour as CSS writes it: in hexadecimal digits where 8 bits a channel say it all.
pub(crate) fn spell_color(color: &Object) -> Option<String> {
    let known = ["colorSpace", "components", "alpha", "hex"];
    if !color.iter().all(|(key, _)| known.contains(&key)) {
        return None;
    }
    let [first, second, third] = color.get("components")?.as_array()? else { return None };
    let alpha = color.get("alpha");
    let space = color.string("colorSpace").filter(|space| SPACES.iter().any(|(_, known)| known == space))?;
    let bytes: Option<Vec<u8>> = [first, second, third].into_iter().map(to_255).collect();
    if let (Some([red, green, blue]), "srgb") = (bytes.as_deref(), space) {
        return match alpha.map(|alpha| (to_255(alpha), alpha.number())) {
            None => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
            Some((Some(alpha), _)) => Some(format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")),
            Some((None, alpha)) => Some(format!("rgba({red}, {green}, {blue}, {})", alpha?)),
        };
    }
    let component = |value: &Json, unit: &str| match value {
        Json::Number(spelled) => Some(format!("{spelled}{unit}")),
        Json::String(none) if none == "none" => Some("none".to_owned()),
        _ => None,
    };
    let (open, units) = match space {
        "hsl" | "hwb" => (format!("{space}("), ["", "%", "%"]),
        "lab" | "lch" => (format!("{space}("), ["%", "", ""]),
        "oklab" | "oklch" => (format!("{space}("), ["", "", ""]),
        _ => (format!("color({space} "), ["", "", ""]),
    };
    let [one, two, three] = units;
    let channels = [component(first, one)?, component(second, two)?, component(third, three)?].join(" ");
    match alpha {
        None => Some(format!("{open}{channels})")),
        Some(alpha) => Some(format!("{open}{channels} / {})", alpha.number()?)),
    }
}

/// The channel in 8 bits, if those say what the number says in four digits.
fn to_255(channel: &Json) -> Option<u8> {
    let value = channel.f64().filter(|value| (0.0..=1.0).contains(value))?;
    (0..=255).find(|byte: &u8| (f64::from(*byte) / 255.0 - value).abs() < 0.00006)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, value: &str, spelled: &str) {
        let color = parse_color(text).unwrap();
        assert_eq!(color.to_text("").unwrap().as_str(), value, "{text}");
        assert_eq!(spell_color(color.as_object().unwrap()).as_deref(), Some(spelled), "{text}");
    }

    #[test]
    fn colors_are_read_and_spelled() {
        check("#ff0000", r##"{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}"##, "#ff0000");
        check("#F00", r##"{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}"##, "#ff0000");
        check(
            "#0c192780",
            r##"{"colorSpace":"srgb","components":[0.0471,0.098,0.1529],"alpha":0.502,"hex":"#0c1927"}"##,
            "#0c192780",
        );
        check(
            "rgba(0,0,0,0.16)",
            r##"{"colorSpace":"srgb","components":[0,0,0],"alpha":0.16,"hex":"#000000"}"##,
            "rgba(0, 0, 0, 0.16)",
        );
    }

    #[test]
    fn other_spaces_are_spelled_as_css_does() {
        let check = |text: &str, spelled: &str| {
            let color = Json::parse(text.as_bytes(), "", 8).unwrap();
            assert_eq!(spell_color(color.as_object().unwrap()).as_deref(), Some(spelled), "{text}");
        };
        check(r#"{"colorSpace":"oklch","components":[0.7,0.1,"none"]}"#, "oklch(0.7 0.1 none)");
        check(r#"{"colorSpace":"hsl","components":[120,50,25],"alpha":0.5}"#, "hsl(120 50% 25% / 0.5)");
        check(r#"{"colorSpace":"display-p3","components":[1,0.5,0]}"#, "color(display-p3 1 0.5 0)");
        check(r#"{"colorSpace":"srgb","components":[0.123,0.5,0]}"#, "color(srgb 0.123 0.5 0)");
    }

    #[test]
    fn css_colors_of_every_syntax_are_read() {
        let check = |text: &str, value: &str| {
            let color = parse_css_color(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(color.to_text("").unwrap().as_str(), value, "{text}");
        };
        check("red", r##"{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}"##);
        check("RebeccaPurple", r##"{"colorSpace":"srgb","components":[0.4,0.2,0.6],"hex":"#663399"}"##);
        check("oklch(62.5% 0.10 29deg)", r#"{"colorSpace":"oklch","components":[0.625,0.1,29]}"#);
        check("hsl(-120 50% 25% / 50%)", r#"{"colorSpace":"hsl","components":[240,50,25],"alpha":0.5}"#);
        check("hsla(1turn, 50%, 25%, 1)", r#"{"colorSpace":"hsl","components":[0,50,25]}"#);
        check("lab(50% none 1.5)", r#"{"colorSpace":"lab","components":[50,"none",1.5]}"#);
        check("color(display-p3 1 0.5 0)", r#"{"colorSpace":"display-p3","components":[1,0.5,0]}"#);
        check("color(xyz 0.1 0.2 0.3)", r#"{"colorSpace":"xyz-d65","components":[0.1,0.2,0.3]}"#);
        check("rgb(10% 20% 30%)", r#"{"colorSpace":"srgb","components":[0.1,0.2,0.3]}"#);
        for text in
            ["currentcolor", "inherit", "color-mix(in srgb, red, blue)", "rgb(from red r g b)", "", "#"]
        {
            assert_eq!(parse_css_color(text), None, "{text}");
        }
    }

    #[test]
    fn a_space_that_is_none_is_no_color() {
        let color = r#"{"colorSpace":"srgb; } body { x","components":[0.1,0.2,0.3]}"#;
        assert_eq!(spell_color(Json::parse(color.as_bytes(), "", 8).unwrap().as_object().unwrap()), None);
    }

    #[test]
    fn every_byte_comes_back() {
        for byte in 0..=255_u8 {
            assert_eq!(to_255(&of_255(byte)), Some(byte));
        }
    }

    #[test]
    fn other_colors_are_left_alone() {
        for text in
            ["#12345", "#ggg", "red", "rgb(1,2)", "rgb(256,0,0)", "rgba({a}, 0.5)", "rgba(0,0,0,2)", "#", ""]
        {
            assert_eq!(parse_color(text), None, "{text}");
        }
    }
}

//! Colours: as DTCG 2025.10 and older drafts write them, for CSS and for screens.
//!
//! Conversions follow CSS Color 4, §17 (sample code) and §10.

use serde_json::Value;

use crate::value::hex_bytes;

/// A colour whose numbers are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Color {
    space: Space,
    /// `None` where a component is `"none"`: it then counts as 0.
    components: [Option<f64>; 3],
    alpha: f64,
}

/// The colour spaces of DTCG 2025.10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Srgb,
    SrgbLinear,
    Hsl,
    Hwb,
    Lab,
    Lch,
    Oklab,
    Oklch,
    DisplayP3,
    A98Rgb,
    ProphotoRgb,
    Rec2020,
    XyzD65,
    XyzD50,
}

impl Space {
    const ALL: [(&'static str, Self); 14] = [
        ("srgb", Self::Srgb),
        ("srgb-linear", Self::SrgbLinear),
        ("hsl", Self::Hsl),
        ("hwb", Self::Hwb),
        ("lab", Self::Lab),
        ("lch", Self::Lch),
        ("oklab", Self::Oklab),
        ("oklch", Self::Oklch),
        ("display-p3", Self::DisplayP3),
        ("a98-rgb", Self::A98Rgb),
        ("prophoto-rgb", Self::ProphotoRgb),
        ("rec2020", Self::Rec2020),
        ("xyz-d65", Self::XyzD65),
        ("xyz-d50", Self::XyzD50),
    ];

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, space)| *space)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, space)| *space == self).map_or("srgb", |(name, _)| name)
    }
}

impl Color {
    /// The colour that a value is; `None` for aliases, and for what is none.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::of_text(text.trim()),
            Value::Object(_) => Self::of_object(value),
            _ => None,
        }
    }

    fn of_object(value: &Value) -> Option<Self> {
        let space = Space::of(value.get("colorSpace")?.as_str()?)?;
        let number = |value: &Value| match value {
            Value::String(text) if text == "none" => Some(None),
            value => Some(Some(value.as_f64().filter(|number| number.is_finite())?)),
        };
        let components = match value.get("components")?.as_array()?.as_slice() {
            [one, two, three] => [number(one)?, number(two)?, number(three)?],
            _ => return None,
        };
        let alpha = match value.get("alpha") {
            None => 1.0,
            Some(alpha) => number(alpha)?.unwrap_or_default().clamp(0.0, 1.0),
        };
        Some(Self { space, components, alpha })
    }

    /// `#rrggbb`, `rgb(…)`, `hsl(…)`: what was written before colours were objects.
    fn of_text(text: &str) -> Option<Self> {
        if let Some([red, green, blue, alpha]) = hex_bytes(text) {
            let share = |byte| f64::from(byte) / 255.0;
            let components = [red, green, blue].map(|byte| Some(share(byte)));
            return Some(Self { space: Space::Srgb, components, alpha: share(alpha) });
        }
        let (function, rest) = text.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        let parts: Vec<&str> =
            inner.split([',', '/', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
        let (parts, alpha) = match parts.as_slice() {
            [one, two, three] => ([*one, *two, *three], 1.0),
            [one, two, three, alpha] => ([*one, *two, *three], number(alpha, 1.0)?),
            _ => return None,
        };
        let (space, components) = match function.trim().to_ascii_lowercase().as_str() {
            "rgb" | "rgba" => (Space::Srgb, [0, 1, 2].map(|at| Some(number(parts.get(at)?, 255.0)? / 255.0))),
            "hsl" | "hsla" => {
                let [hue, saturation, lightness] = parts;
                let hue = hue.strip_suffix("deg").unwrap_or(hue);
                (Space::Hsl, [number(hue, 360.0), number(saturation, 100.0), number(lightness, 100.0)])
            }
            _ => return None,
        };
        components.iter().all(Option::is_some).then(|| Self {
            space,
            components,
            alpha: alpha.clamp(0.0, 1.0),
        })
    }

    fn numbers(self) -> [f64; 3] {
        self.components.map(Option::unwrap_or_default)
    }

    /// How CSS spells it: nothing but what was read as a number gets into it.
    pub(super) fn css(self) -> String {
        let part = |number: Option<f64>| number.map_or_else(|| "none".to_owned(), plain);
        let [one, two, three] = self.components.map(part);
        let alpha = if self.alpha < 1.0 { format!(" / {}", plain(self.alpha)) } else { String::new() };
        let percent = |part: &str| if part == "none" { part.to_owned() } else { format!("{part}%") };
        match self.space {
            Space::Hsl | Space::Hwb => {
                format!("{}({one} {} {}{alpha})", self.space.name(), percent(&two), percent(&three))
            }
            Space::Lab | Space::Lch | Space::Oklab | Space::Oklch => {
                format!("{}({one} {two} {three}{alpha})", self.space.name())
            }
            _ => format!("color({} {one} {two} {three}{alpha})", self.space.name()),
        }
    }

    /// What a screen shows: bytes of sRGB, clipped to what it can show; without alpha.
    pub(super) fn rgb(self) -> [u8; 3] {
        self.srgb().map(byte)
    }

    fn srgb(self) -> [f64; 3] {
        let own @ [one, two, three] = self.numbers();
        let linear = match self.space {
            Space::Srgb => return own,
            Space::Hsl => return hsl(one, two / 100.0, three / 100.0),
            Space::Hwb => return hwb(one, two / 100.0, three / 100.0),
            Space::SrgbLinear => own,
            Space::DisplayP3 => from_d65(multiply(&P3_TO_XYZ, own.map(srgb_to_linear))),
            Space::A98Rgb => from_d65(multiply(&A98_TO_XYZ, own.map(|c| signed_power(c, 563.0 / 256.0)))),
            Space::Rec2020 => from_d65(multiply(&REC2020_TO_XYZ, own.map(rec2020_to_linear))),
            Space::ProphotoRgb => from_d50(multiply(&PROPHOTO_TO_XYZ_D50, own.map(prophoto_to_linear))),
            Space::XyzD65 => from_d65(own),
            Space::XyzD50 => from_d50(own),
            Space::Lab => from_d50(lab_to_xyz(own)),
            Space::Lch => from_d50(lab_to_xyz(polar(own))),
            Space::Oklab => from_d65(oklab_to_xyz(own)),
            Space::Oklch => from_d65(oklab_to_xyz(polar(own))),
        };
        linear.map(linear_to_srgb)
    }
}

/// A CSS number or percentage of `whole`.
fn number(text: &str, whole: f64) -> Option<f64> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0 * whole,
        None => text.parse().ok()?,
    };
    number.is_finite().then_some(number)
}

/// A number as CSS reads it: no exponent, at most six decimals.
pub(super) fn plain(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits, and there is no other conversion"
)]
pub(super) fn byte(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

type Matrix = [[f64; 3]; 3];

const XYZ_TO_SRGB: Matrix = [
    [3.240_969_941_904_522_6, -1.537_383_177_570_094, -0.498_610_760_293_003_4],
    [-0.969_243_636_280_879_6, 1.875_967_501_507_720_2, 0.041_555_057_407_175_59],
    [0.055_630_079_696_993_66, -0.203_976_958_888_976_52, 1.056_971_514_242_878_6],
];
const P3_TO_XYZ: Matrix = [
    [0.486_570_948_648_216_2, 0.265_667_693_169_093_06, 0.198_217_285_234_362_5],
    [0.228_974_564_069_748_8, 0.691_738_521_836_506_4, 0.079_286_914_093_745],
    [0.0, 0.045_113_381_858_902_64, 1.043_944_368_900_976],
];
const A98_TO_XYZ: Matrix = [
    [0.576_669_042_910_130_5, 0.185_558_237_906_546_3, 0.188_228_646_234_994_7],
    [0.297_344_975_250_536_05, 0.627_363_566_255_466_1, 0.075_291_458_493_997_88],
    [0.027_031_361_386_412_34, 0.070_688_852_535_827_23, 0.991_337_536_837_638_8],
];
const REC2020_TO_XYZ: Matrix = [
    [0.636_958_048_301_291_4, 0.144_616_903_586_208_32, 0.168_880_975_164_172_1],
    [0.262_700_212_011_267_1, 0.677_998_071_518_870_8, 0.059_301_716_469_861_96],
    [0.0, 0.028_072_693_049_087_428, 1.060_985_057_710_791],
];
const PROPHOTO_TO_XYZ_D50: Matrix = [
    [0.797_766_644_900_642_3, 0.135_181_297_400_533_08, 0.031_347_734_128_392_2],
    [0.288_074_828_819_401_3, 0.711_835_234_241_873, 0.000_089_936_938_725_64],
    [0.0, 0.0, 0.825_104_602_510_460_2],
];
const D50_TO_D65: Matrix = [
    [0.955_473_421_488_075, -0.023_098_454_948_764_71, 0.063_259_243_200_570_72],
    [-0.028_369_709_333_863_7, 1.009_995_398_081_304_1, 0.021_041_441_191_917_323],
    [0.012_314_014_864_481_998, -0.020_507_649_298_898_964, 1.330_365_926_242_124],
];
const OKLAB_TO_LMS: Matrix = [
    [1.0, 0.396_337_777_376_174_9, 0.215_803_757_309_913_6],
    [1.0, -0.105_561_345_815_658_6, -0.063_854_172_825_813_3],
    [1.0, -0.089_484_177_529_811_9, -1.291_485_548_019_409_2],
];
const LMS_TO_XYZ: Matrix = [
    [1.226_879_875_845_924_3, -0.557_814_994_460_217_1, 0.281_391_045_665_964_7],
    [-0.040_575_745_214_800_8, 1.112_286_803_280_317, -0.071_711_058_065_516_4],
    [-0.076_372_936_674_660_1, -0.421_493_332_402_243_2, 1.586_924_019_836_781_6],
];
const WHITE_D50: [f64; 3] = [0.964_295_676_429_567_7, 1.0, 0.825_104_602_510_460_2];

fn multiply(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    let [x, y, z] = vector;
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

fn from_d65(xyz: [f64; 3]) -> [f64; 3] {
    multiply(&XYZ_TO_SRGB, xyz)
}

fn from_d50(xyz: [f64; 3]) -> [f64; 3] {
    from_d65(multiply(&D50_TO_D65, xyz))
}

fn signed_power(number: f64, exponent: f64) -> f64 {
    number.abs().powf(exponent).copysign(number)
}

fn srgb_to_linear(share: f64) -> f64 {
    if share.abs() <= 0.04045 {
        share / 12.92
    } else {
        ((share.abs() + 0.055) / 1.055).powf(2.4).copysign(share)
    }
}

fn linear_to_srgb(share: f64) -> f64 {
    if share.abs() <= 0.003_130_8 {
        share * 12.92
    } else {
        (1.055 * share.abs().powf(1.0 / 2.4) - 0.055).copysign(share)
    }
}

fn rec2020_to_linear(share: f64) -> f64 {
    const ALPHA: f64 = 1.099_296_826_809_44;
    if share.abs() < 0.018_053_968_510_807 * 4.5 {
        share / 4.5
    } else {
        ((share.abs() + ALPHA - 1.0) / ALPHA).powf(1.0 / 0.45).copysign(share)
    }
}

fn prophoto_to_linear(share: f64) -> f64 {
    if share.abs() <= 16.0 / 512.0 { share / 16.0 } else { signed_power(share, 1.8) }
}

/// From lightness, chroma, hue to lightness and two axes.
fn polar([lightness, chroma, hue]: [f64; 3]) -> [f64; 3] {
    let angle = hue.to_radians();
    [lightness, chroma * angle.cos(), chroma * angle.sin()]
}

fn lab_to_xyz([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    const KAPPA: f64 = 24_389.0 / 27.0;
    const EPSILON: f64 = 216.0 / 24_389.0;
    let y = (lightness + 16.0) / 116.0;
    let cube = |f: f64| if f.powi(3) > EPSILON { f.powi(3) } else { (116.0 * f - 16.0) / KAPPA };
    let luminance = if lightness > KAPPA * EPSILON { y.powi(3) } else { lightness / KAPPA };
    let [white_x, white_y, white_z] = WHITE_D50;
    [cube(y + a / 500.0) * white_x, luminance * white_y, cube(y - b / 200.0) * white_z]
}

fn oklab_to_xyz(oklab: [f64; 3]) -> [f64; 3] {
    multiply(&LMS_TO_XYZ, multiply(&OKLAB_TO_LMS, oklab).map(|share| share.powi(3)))
}

/// CSS Color 4, §7.1.
fn hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    [0.0, 8.0, 4.0].map(|n: f64| {
        let k = (n + hue / 30.0).rem_euclid(12.0);
        let a = saturation * lightness.min(1.0 - lightness);
        lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

/// CSS Color 4, §8.1.
fn hwb(hue: f64, white: f64, black: f64) -> [f64; 3] {
    if white + black >= 1.0 {
        return [white / (white + black); 3];
    }
    hsl(hue, 1.0, 0.5).map(|share| share * (1.0 - white - black) + white)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Option<Color> {
        Color::of(&serde_json::from_str(json).unwrap())
    }

    #[track_caller]
    fn shows(space: &str, components: [f64; 3], expected: [u8; 3]) {
        let [one, two, three] = components;
        let json = format!(r#"{{"colorSpace":"{space}","components":[{one},{two},{three}]}}"#);
        let found = of(&json).unwrap().rgb();
        let is_near = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 1);
        assert!(is_near, "{json}: {found:?}");
    }

    #[test]
    fn every_space_reaches_the_screen() {
        // Rebecca purple and its neighbours, as CSS Color 4 and its tests have them.
        shows("srgb", [0.4, 0.2, 0.6], [102, 51, 153]);
        shows("hsl", [270.0, 50.0, 40.0], [102, 51, 153]);
        shows("hwb", [270.0, 20.0, 40.0], [102, 51, 153]);
        shows("lab", [32.39, 38.43, -47.69], [102, 51, 153]);
        shows("lch", [32.39, 61.25, 308.86], [102, 51, 153]);
        shows("oklab", [0.440_27, 0.088_18, -0.133_86], [102, 51, 153]);
        shows("oklch", [0.440_27, 0.1603, 303.373], [102, 51, 153]);
        shows("srgb-linear", [0.132_868, 0.033_105, 0.318_547], [102, 51, 153]);
        shows("xyz-d65", [0.124_12, 0.074_93, 0.309_3], [102, 51, 153]);
        shows("xyz-d50", [0.116_27, 0.072_61, 0.232_56], [102, 51, 153]);
        // The greens of the wide spaces lie outside of sRGB; their white does not.
        for space in ["display-p3", "a98-rgb", "prophoto-rgb", "rec2020"] {
            shows(space, [1.0, 1.0, 1.0], [255, 255, 255]);
            shows(space, [0.0, 0.0, 0.0], [0, 0, 0]);
            shows(space, [0.0, 1.0, 0.0], [0, 255, 0]);
        }
        shows("display-p3", [0.374_66, 0.210_69, 0.579_48], [102, 51, 153]);
        shows("hwb", [40.0, 80.0, 120.0], [102, 102, 102]);
    }

    #[test]
    fn css_holds_numbers_only() {
        let css = |json: &str| of(json).unwrap().css();
        assert_eq!(
            css(r#"{"colorSpace":"display-p3","components":[1,0.5,"none"],"alpha":0.5}"#),
            "color(display-p3 1 0.5 none / 0.5)"
        );
        assert_eq!(css(r#"{"colorSpace":"oklch","components":[0.7,0.1,200]}"#), "oklch(0.7 0.1 200)");
        assert_eq!(css(r#"{"colorSpace":"hsl","components":[210,50,40]}"#), "hsl(210 50% 40%)");
        assert_eq!(
            css(r#"{"colorSpace":"xyz-d65","components":[1e-9,1e9,-0.0]}"#),
            "color(xyz-d65 0 1000000000 0)"
        );
        for bad in [
            r#""{color.brand}""#,
            r#""red;}</style><script>""#,
            r#""rgb(1,2,url(x))""#,
            r#"{"colorSpace":"srgb);x:(","components":[1,1,1]}"#,
            r#"{"colorSpace":"srgb","components":[1,1]}"#,
            r#"{"colorSpace":"srgb","components":[1,1,"1;"]}"#,
            "7",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn strings_of_older_drafts_are_colours() {
        let rgb = |text: &str| of(&Value::from(text).to_string()).map(Color::rgb);
        assert_eq!(rgb("#f60"), Some([255, 102, 0]));
        assert_eq!(rgb("#ff660080"), Some([255, 102, 0]));
        assert_eq!(rgb("rgb(255, 102, 0)"), Some([255, 102, 0]));
        assert_eq!(rgb("rgba(100% 40% 0% / 50%)"), Some([255, 102, 0]));
        assert_eq!(rgb("hsl(24deg 100% 50%)"), Some([255, 102, 0]));
        assert_eq!(rgb("hsl(24, 100%)"), None);
    }
}

//! One token of a generated file, made from its number alone.

use dss_model::TokenPath;

use super::random::Random;

/// Tokens in each group.
const GROUP_TOKENS: u64 = 16;

const ROOTS: [&str; 8] = ["color", "size", "space", "motion", "font", "elevation", "border", "layout"];
const FAMILIES: [&str; 8] =
    ["brand", "neutral", "accent", "critical", "positive", "surface", "text", "overlay"];
const PARTS: [&str; 6] = ["button", "card", "input", "menu", "dialog", "tooltip"];
const STATES: [&str; 5] = ["rest", "hover", "pressed", "focus", "disabled"];
const WORDS: [&str; 16] = [
    "used",
    "for",
    "the",
    "primary",
    "surface",
    "of",
    "a",
    "card",
    "on",
    "dark",
    "grounds",
    "größer",
    "– see",
    "\\\"Guide\\\"",
    "and",
    "borders",
];

/// A generated token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedToken {
    /// Where it stands.
    pub path: TokenPath,
    /// Its type, as written; `None` for aliases.
    pub token_type: Option<&'static str>,
    /// What it is an alias of.
    pub target: Option<TokenPath>,
    /// The token: compact JSON.
    pub json: String,
}

/// What a token holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Color,
    Alias,
    Dimension,
    Typography,
    Shadow,
    Duration,
}

impl Content {
    fn of(seed: u64, index: u64) -> Self {
        match dice(seed, index).below(100) {
            0..40 => Self::Color,
            40..62 => Self::Alias,
            62..82 => Self::Dimension,
            82..92 => Self::Typography,
            92..97 => Self::Shadow,
            _ => Self::Duration,
        }
    }

    const fn token_type(self) -> Option<&'static str> {
        match self {
            Self::Color => Some("color"),
            Self::Alias => None,
            Self::Dimension => Some("dimension"),
            Self::Typography => Some("typography"),
            Self::Shadow => Some("shadow"),
            Self::Duration => Some("duration"),
        }
    }
}

/// Makes the token with this number; an editor gives it another value, and leaves all else as it is.
pub(super) fn generate(seed: u64, index: u64, editor: Option<u64>) -> GeneratedToken {
    // The first token of a file has nothing to refer to.
    let content = if index == 0 { Content::Color } else { Content::of(seed, index) };
    let mut random = dice(seed, index);
    random.next();
    let mut target = (content == Content::Alias).then(|| path(random.below(index)));
    let mut value = value(content, target.as_ref(), &mut random);
    if let Some(editor) = editor {
        (target, value) =
            edited(content, &value, dice(seed.wrapping_add(editor).wrapping_add(1), index), index);
    }
    let token_type = content.token_type();
    let mut json = String::with_capacity(400);
    json.push('{');
    if let Some(name) = token_type {
        json.push_str(&format!("\"$type\":\"{name}\","));
    }
    json.push_str(&format!("\"$value\":{value}"));
    if random.below(100) < 60 {
        let words: Vec<_> = (0..7_u64.saturating_add(random.below(8))).map(|_| random.pick(&WORDS)).collect();
        json.push_str(&format!(",\"$description\":\"{}\"", words.join(" ")));
    }
    json.push_str(&extensions(index, &mut random));
    json.push('}');
    GeneratedToken { path: path(index), token_type, target, json }
}

/// Another value of the same type; the same one where there is no other, which is so for an alias of the only
/// token before it.
fn edited(content: Content, before: &str, mut random: Random, index: u64) -> (Option<TokenPath>, String) {
    let mut draw = || {
        let target = (content == Content::Alias).then(|| path(random.below(index)));
        let value = value(content, target.as_ref(), &mut random);
        (target, value)
    };
    let first = draw();
    if first.1 == before { draw() } else { first }
}

/// Each token has dice of its own, so that any can be made without the ones before it.
const fn dice(seed: u64, index: u64) -> Random {
    Random::new(seed ^ index.wrapping_mul(0xd134_2543_de82_ef95))
}

fn path(index: u64) -> TokenPath {
    let group = index.checked_div(GROUP_TOKENS).unwrap_or(0);
    let digit = |number: u64, names: &'static [&'static str]| {
        let count = u64::try_from(names.len()).unwrap_or(1);
        let place = number.checked_rem(count).and_then(|place| usize::try_from(place).ok());
        let name = place.and_then(|place| names.get(place)).copied().unwrap_or_default();
        (name, number.checked_div(count).unwrap_or(0))
    };
    let (part, rest) = digit(group, &PARTS);
    let (family, rest) = digit(rest, &FAMILIES);
    let (root, round) = digit(rest, &ROOTS);
    let mut path = TokenPath::root();
    path.push(&if round == 0 { root.to_owned() } else { format!("{root}{round}") });
    path.push(family);
    path.push(part);
    // A group at the third, fourth or fifth level, in turn.
    for level in 0..group.checked_rem(3).unwrap_or(0) {
        path.push(digit(group.saturating_add(level), &STATES).0);
    }
    path.push(&format!(
        "{}",
        index.checked_rem(GROUP_TOKENS).unwrap_or(0).saturating_add(1).saturating_mul(50)
    ));
    path
}

fn value(content: Content, target: Option<&TokenPath>, random: &mut Random) -> String {
    match content {
        Content::Color => color(random),
        Content::Alias => format!("\"{{{}}}\"", target.map(TokenPath::as_str).unwrap_or_default()),
        Content::Dimension => dimension(random),
        Content::Typography => format!(
            "{{\"fontFamily\":[\"{}\",\"sans-serif\"],\"fontSize\":{},\"fontWeight\":{},\
             \"letterSpacing\":{},\"lineHeight\":1.{}}}",
            random.pick(&["Inter", "Roboto", "Source Sans"]),
            dimension(random),
            random.below(9).saturating_add(1).saturating_mul(100),
            dimension(random),
            random.below(9).saturating_add(1),
        ),
        Content::Shadow => format!(
            "{{\"color\":{},\"offsetX\":{},\"offsetY\":{},\"blur\":{},\"spread\":{}}}",
            color(random),
            dimension(random),
            dimension(random),
            dimension(random),
            dimension(random),
        ),
        Content::Duration => format!("{{\"value\":{},\"unit\":\"ms\"}}", random.below(1_000)),
    }
}

fn color(random: &mut Random) -> String {
    let bytes = [random.below(256), random.below(256), random.below(256)];
    // Thousandths: enough digits to look like the real thing.
    let parts = bytes.map(|byte| {
        let thousandths = byte.saturating_mul(1_000).checked_div(255).unwrap_or(0);
        if thousandths == 1_000 { "1".to_owned() } else { format!("0.{thousandths:03}") }
    });
    let [red, green, blue] = bytes;
    format!(
        "{{\"colorSpace\":\"srgb\",\"components\":[{}],\"alpha\":1,\"hex\":\"#{red:02x}{green:02x}{blue:02x}\"}}",
        parts.join(",")
    )
}

fn dimension(random: &mut Random) -> String {
    let unit = random.pick(&["px", "rem"]);
    format!("{{\"value\":{}.{},\"unit\":\"{unit}\"}}", random.below(64), random.below(4).saturating_mul(25))
}

/// What a design tool leaves behind in every token.
fn extensions(index: u64, random: &mut Random) -> String {
    format!(
        ",\"$extensions\":{{\"com.example.studio\":{{\"id\":\"{:016x}{:016x}\",\"revision\":{},\
         \"created\":\"2025-11-24T08:30:00Z\",\"updated\":\"2026-0{}-1{}T0{}:00:00Z\",\"tags\":[\"{}\",\"{}\"]}}}}",
        random.next(),
        random.next(),
        index.checked_rem(100_000).unwrap_or(0),
        random.below(9).saturating_add(1),
        random.below(10),
        random.below(10),
        random.pick(&STATES),
        random.pick(&PARTS),
    )
}

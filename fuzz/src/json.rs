//! The guarded JSON parser: what it accepts must be JSON, mean what everybody else reads in it, and survive being
//! written again.

use dss_model::{JsonErrorKind, JsonKind, JsonLimits, JsonParser, JsonRef, JsonText};
use serde_json::Value;

/// Parses `data` twice, with the default limits and with tiny ones.
///
/// # Panics
/// If an accepted text does not survive a second reading, if its parts do not add up to the whole, or if
/// `serde_json` reads something else in it.
pub fn json(data: &[u8]) {
    let default = check(data, &JsonLimits::default());
    let tight = check(data, &tight());
    assert!(default.is_some() || tight.is_none(), "tighter limits accept more");
    let peer: Result<Value, _> = serde_json::from_slice(data);
    match (default, peer) {
        (Some(text), Ok(value)) => assert!(agree(text.get_ref(), &value), "{text} is read as {value}"),
        (Some(text), Err(error)) => panic!("serde_json refuses {text}: {error}"),
        (None, Ok(value)) => assert!(is_our_rule(data), "only serde_json accepts {value}"),
        (None, Err(_)) => {}
    }
}

/// The limits themselves, reached and passed by one.
pub(crate) fn made() -> Vec<Vec<u8>> {
    let limits = JsonLimits::default();
    let depth = usize::try_from(limits.depth).unwrap_or_default();
    let mut seeds = Vec::new();
    for extra in [0, 1] {
        let levels = depth + extra;
        seeds.push(["[".repeat(levels), "]".repeat(levels)].concat());
        seeds.push(["{\"a\":".repeat(levels), "0".to_owned(), "}".repeat(levels)].concat());
        seeds.push("9".repeat(limits.number_digits + extra));
        seeds.push(format!("{{\"{}\":0}}", "k".repeat(limits.key_bytes + extra)));
    }
    seeds.into_iter().map(String::into_bytes).collect()
}

fn tight() -> JsonLimits {
    let mut limits = JsonLimits::default();
    limits.depth = 4;
    limits.string_bytes = 16;
    limits.key_bytes = 8;
    limits.members = 4;
    limits.number_digits = 8;
    limits
}

fn check(data: &[u8], limits: &JsonLimits) -> Option<JsonText> {
    let text = match JsonText::parse(data, limits) {
        Ok(text) => text,
        Err(error) => {
            assert!(
                error.offset <= u64::try_from(data.len()).unwrap_or(u64::MAX),
                "{error}: offset behind the input"
            );
            assert!(error.line > 0 && error.column > 0, "{error}: lines and columns start at 1");
            return None;
        }
    };
    assert!(text.as_str().len() <= data.len(), "compact text is longer than its source");
    let again = JsonText::parse(text.as_str().as_bytes(), limits).expect("accepted text is accepted again");
    assert_eq!(again.as_str(), text.as_str(), "compact text is compact");

    // The canonical spelling may be longer than the one a limit was checked on: `1e+127` for many digits, and up to
    // 21 digits for `3e20` (RFC 8785, 3.2.2.3).
    let mut wide = JsonLimits::default();
    wide.number_digits = data.len() + 24;
    let canonical = text.canonical();
    let normal = JsonText::parse(canonical.as_bytes(), &wide).expect("canonical text is JSON");
    assert_eq!(normal.canonical(), canonical, "canonical text is canonical");
    assert_eq!(normal, text, "canonical text is the same value");
    assert_eq!(rebuilt(text.get_ref()), text, "a value is the sum of its parts");
    in_place(data, &text, limits);
    Some(text)
}

/// An object or array that is parsed where it stands, with whatever follows, is the same value with the same parts.
fn in_place(data: &[u8], text: &JsonText, limits: &JsonLimits) {
    if !matches!(text.get_ref().kind(), JsonKind::Object | JsonKind::Array) {
        return;
    }
    let input = [data, b",]}"].concat();
    let input = std::str::from_utf8(&input).expect("what was parsed is text");
    let mut parser = JsonParser::new(*limits);
    let first = parser.first(input, |_| false).expect("a value is accepted whatever follows");
    let (value, length) = first.expect("nobody asked for children");
    assert!(data.iter().skip(length).all(u8::is_ascii_whitespace), "the value ends where it ends");
    assert_eq!(value.as_str(), text.as_str(), "the value is compact");
    assert!(same(value, text.get_ref()), "{text} has other parts where it stands");
}

/// Whether both have the same parts, spelled the same.
fn same(a: JsonRef<'_>, b: JsonRef<'_>) -> bool {
    let members = |value: JsonRef<'_>| value.members().count() + value.elements().count();
    a.as_str() == b.as_str()
        && a.string() == b.string()
        && members(a) == members(b)
        && a.members().zip(b.members()).all(|((name, a), (other, b))| name == other && same(a, b))
        && a.elements().zip(b.elements()).all(|(a, b)| same(a, b))
}

/// The value, taken apart with the cursors and put together with the builders.
fn rebuilt(value: JsonRef<'_>) -> JsonText {
    match value.kind() {
        JsonKind::Object => JsonText::object(|object| {
            value.members().for_each(|(key, member)| object.raw(&key, rebuilt(member).get_ref()));
        }),
        JsonKind::Array => JsonText::array(|array| {
            value.elements().for_each(|element| array.raw(rebuilt(element).get_ref()));
        }),
        JsonKind::String => JsonText::string(&value.string().expect("a string has characters")),
        JsonKind::Boolean => JsonText::boolean(value.boolean().expect("a boolean is true or false")),
        JsonKind::Null => JsonText::null(),
        JsonKind::Number => {
            assert!(value.f64().is_some_and(f64::is_finite), "{} is no number", value.as_str());
            value.to_text()
        }
    }
}

fn agree(ours: JsonRef<'_>, theirs: &Value) -> bool {
    match theirs {
        Value::Null => ours.is_null(),
        Value::Bool(value) => ours.boolean() == Some(*value),
        Value::Number(value) => ours.f64() == value.as_f64(),
        Value::String(value) => ours.string().as_deref() == Some(value),
        Value::Array(values) => {
            ours.elements().count() == values.len()
                && ours.elements().zip(values).all(|(ours, theirs)| agree(ours, theirs))
        }
        Value::Object(members) => {
            ours.members().count() == members.len()
                && ours
                    .members()
                    .all(|(key, ours)| members.get(&*key).is_some_and(|theirs| agree(ours, theirs)))
        }
    }
}

/// True if `data` is refused for a rule that RFC 8259 leaves to the reader.
fn is_our_rule(data: &[u8]) -> bool {
    use JsonErrorKind as K;
    let refused = JsonText::parse(data, &JsonLimits::default()).err();
    refused.is_some_and(|error| {
        matches!(
            error.kind,
            K::DuplicateKey(_)
                | K::TooDeep
                | K::StringTooLong
                | K::KeyTooLong
                | K::TooManyMembers
                | K::NumberOutOfRange
        )
    })
}

//! Where JSON values end: enough structure to cut a document into items, no more.
//!
//! What is cut out is parsed afterwards, so that this looks only for ends and leaves every rule to
//! [`JsonText`](dss_model::JsonText).

use dss_model::JsonErrorKind;
use memchr::memchr2;

/// How far an item reaches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// It is this many bytes long.
    Whole(usize),
    /// A child was found: an object under a name, or under `$root`.
    HasChild,
    /// It ends behind the window.
    Unfinished,
}

/// An extent, or what cannot stand where.
pub(crate) type Scan = Result<Extent, (JsonErrorKind, usize)>;

/// Whether an object member of that name is a child (a group or token) and not a property.
pub(crate) fn is_child_name(name: &str) -> bool {
    !name.starts_with('$') || name == "$root"
}

/// Bytes of white space at the start.
pub(crate) fn space(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(bytes.len())
}

/// The extent of the value at the start of `bytes`.
pub(crate) fn value(bytes: &[u8]) -> Scan {
    let mut at = 0_usize;
    let mut depth = 0_u32;
    loop {
        match bytes.get(at) {
            None => return Ok(Extent::Unfinished),
            Some(b'"') => match string_end(bytes, at) {
                Some(end) => at = end,
                None => return Ok(Extent::Unfinished),
            },
            Some(b'{' | b'[') => {
                depth = depth.saturating_add(1);
                at = at.saturating_add(1);
            }
            Some(b'}' | b']') if depth > 0 => {
                depth = depth.saturating_sub(1);
                at = at.saturating_add(1);
            }
            Some(_) if depth > 0 => at = at.saturating_add(1),
            Some(_) => return scalar(bytes, at),
        }
        if depth == 0 {
            return Ok(Extent::Whole(at));
        }
    }
}

/// The extent of the object at the start of `bytes`, unless it has a child.
pub(crate) fn leaf(bytes: &[u8]) -> Scan {
    let mut at = 1_usize;
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            None => return Ok(Extent::Unfinished),
            Some(b'}') => return Ok(Extent::Whole(at.saturating_add(1))),
            Some(b',') => at = at.saturating_add(1),
            Some(b'"') => {
                let key_at = at;
                let Some(key_end) = string_end(bytes, at) else { return Ok(Extent::Unfinished) };
                at = skip_space(bytes, key_end);
                match bytes.get(at) {
                    None => return Ok(Extent::Unfinished),
                    Some(b':') => at = skip_space(bytes, at.saturating_add(1)),
                    Some(&byte) => return Err((JsonErrorKind::UnexpectedByte(byte), at)),
                }
                let is_child = || std::str::from_utf8(bytes.get(key_at..key_end)?).ok().map(is_child_key);
                if bytes.get(at) == Some(&b'{') && is_child().unwrap_or(true) {
                    return Ok(Extent::HasChild);
                }
                match value(bytes.get(at..).unwrap_or_default()) {
                    Ok(Extent::Whole(length)) => at = at.saturating_add(length),
                    Ok(other) => return Ok(other),
                    Err((kind, inner)) => return Err((kind, at.saturating_add(inner))),
                }
            }
            Some(&byte) => return Err((JsonErrorKind::UnexpectedByte(byte), at)),
        }
    }
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    at.saturating_add(space(bytes.get(at..).unwrap_or_default()))
}

/// The same of a name as it is spelled, with its quotes.
pub(crate) fn is_child_key(quoted: &str) -> bool {
    match quoted.as_bytes() {
        [b'"', b'$', rest @ ..] => rest == b"root\"",
        // An escaped `$` is still a `$`: decode before judging.
        [b'"', b'\\', ..] => {
            let limits = dss_model::JsonLimits::default();
            let decoded = dss_model::JsonText::parse(quoted.as_bytes(), &limits).ok();
            decoded.and_then(|text| text.get_ref().string().map(|name| is_child_name(&name))).unwrap_or(true)
        }
        _ => true,
    }
}

/// The offset behind the string that starts at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start.saturating_add(1);
    loop {
        let rest = bytes.get(at..)?;
        let found = at.saturating_add(memchr2(b'"', b'\\', rest)?);
        if bytes.get(found) == Some(&b'"') {
            return Some(found.saturating_add(1));
        }
        at = found.saturating_add(2);
    }
}

/// The extent of a number or literal: up to what cannot be part of one.
fn scalar(bytes: &[u8], at: usize) -> Scan {
    let rest = bytes.get(at..).unwrap_or_default();
    let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    match rest.iter().position(is_end) {
        Some(0) => {
            let byte = rest.first().copied().unwrap_or_default();
            Err((JsonErrorKind::UnexpectedByte(byte), at))
        }
        Some(length) => Ok(Extent::Whole(at.saturating_add(length))),
        None => Ok(Extent::Unfinished),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_ends() {
        assert_eq!(value(b"12, 3"), Ok(Extent::Whole(2)));
        assert_eq!(value(b"12"), Ok(Extent::Unfinished));
        assert_eq!(value(br#""a\"}" ,"#), Ok(Extent::Whole(6)));
        assert_eq!(value(br#"{"a":[1,"]"]}x"#), Ok(Extent::Whole(13)));
        assert_eq!(value(br#"{"a":[1,"]"#), Ok(Extent::Unfinished));
        assert_eq!(value(b"}"), Err((JsonErrorKind::UnexpectedByte(b'}'), 0)));
    }

    #[test]
    fn tells_leaves_from_scopes() {
        let token = br#"{ "$value" : { "x" : {} } , "alpha" : 1 } "#;
        assert_eq!(leaf(token), Ok(Extent::Whole(token.len() - 1)));
        assert_eq!(leaf(br#"{"$type":"color","a":{"#), Ok(Extent::HasChild));
        assert_eq!(leaf(br#"{"$root":{"#), Ok(Extent::HasChild));
        assert_eq!(leaf(br#"{"\u0024value":{}}"#), Ok(Extent::Whole(18)));
        assert_eq!(leaf(br#"{"\u0061":{}}"#), Ok(Extent::HasChild));
        assert_eq!(leaf(br#"{"$value":"x"#), Ok(Extent::Unfinished));
        assert_eq!(leaf(br#"{"$value" 1}"#), Err((JsonErrorKind::UnexpectedByte(b'1'), 10)));
    }
}

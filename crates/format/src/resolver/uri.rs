//! File references in `$ref`: relative URI references (RFC 3986).

/// Percent-decodes a reference; `None` if that is not UTF-8.
pub fn decode(reference: &str) -> Option<String> {
    if !reference.contains('%') {
        return Some(reference.to_owned());
    }
    let mut bytes = Vec::with_capacity(reference.len());
    let mut rest = reference.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped =
            (byte == b'%').then(|| tail.split_at_checked(2)).flatten().and_then(|(digits, after)| {
                let [high, low] = digits else { return None };
                let value = nibble(*high)?.checked_mul(16)?.checked_add(nibble(*low)?)?;
                Some((value, after))
            });
        let (value, after) = escaped.unwrap_or((byte, tail));
        bytes.push(value);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// A hexadecimal digit; `u8::from_str_radix` would also take a sign.
fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Percent-encodes a relative path, so that it is a URI reference.
pub fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for path in ["tokens/base/light.tokens.json", "a b/ü%:?#.json"] {
            assert_eq!(decode(&encode(path)).as_deref(), Some(path));
        }
        assert_eq!(encode("a b"), "a%20b");
        assert_eq!(decode("100%"), Some("100%".to_owned()));
        assert_eq!(decode("%ff"), None);
        assert_eq!(decode("%+f%-1%f").as_deref(), Some("%+f%-1%f"));
    }
}

//! References between tokens (format module, §7).

use dss_model::{JsonRef, TokenPath};

use super::types::TokenType;

/// What a reference stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// The whole value of the token that has it.
    Alias,
    /// A part of its value, which is another token's whole value.
    Part,
    /// Something inside another token's value, by JSON pointer. It may lead back to the same token.
    Pointer,
    /// The group that a group extends.
    Extends,
}

/// A reference from one token or group to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The path of the token or group it names.
    pub target: TokenPath,
    /// What it stands for.
    pub kind: ReferenceKind,
    /// The type its place asks for, where it asks for one and the target's whole value is meant.
    pub expected: Option<TokenType>,
}

/// What a string or `{"$ref": …}` object refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A whole token (or group).
    Whole(TokenPath),
    /// Something inside a token's value.
    Inside(TokenPath),
    /// It looks like a reference and names nothing that could exist.
    Malformed(String),
}

/// Reads `"{a.b}"` or `{"$ref": "#/a/b"}`; `None` if `value` is neither.
pub fn reference(value: JsonRef<'_>) -> Option<Target> {
    // Most values are told apart by how they start; an escape may stand for any character.
    match value.as_str().as_bytes() {
        [b'"', b'{' | b'\\', ..] => curly(&value.string()?),
        [b'{', b'"', b'$' | b'\\', ..] => {
            let mut members = value.members();
            let (name, pointer) = members.next()?;
            if name != "$ref" || members.next().is_some() {
                return None;
            }
            Some(match pointer.string() {
                Some(text) => self::pointer(&text),
                None => Target::Malformed("\"$ref\" is no string".to_owned()),
            })
        }
        _ => None,
    }
}

/// Reads a curly alias; `None` if the text is not one.
pub fn curly(text: &str) -> Option<Target> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    if inner.bytes().any(|byte| matches!(byte, b'{' | b'}')) {
        // `{a} {b}`: interpolation, which DTCG does not have, and so just a string.
        return None;
    }
    if inner.is_empty()
        || inner.starts_with('.')
        || inner.ends_with('.')
        || inner.as_bytes().windows(2).any(|pair| pair == b"..")
    {
        return Some(Target::Malformed(format!("\"{}\" names nothing", text.escape_debug())));
    }
    Some(Target::Whole(TokenPath::from_alias(inner)))
}

/// Reads a JSON pointer in the form of a URI fragment (RFC 6901 §6).
pub fn pointer(text: &str) -> Target {
    let malformed = |why: &str| Target::Malformed(format!("\"{}\" {why}", text.escape_debug()));
    let Some(fragment) = text.strip_prefix('#') else {
        return malformed("points outside this document");
    };
    let Some(names) = fragment.strip_prefix('/') else {
        return malformed("names nothing");
    };
    let mut path = TokenPath::root();
    for name in names.split('/') {
        let Some(decoded) = percent_decode(name) else {
            return malformed("is not percent-encoded UTF-8");
        };
        let name = decoded.replace("~1", "/").replace("~0", "~");
        if name == "$value" {
            let rest = names.split('/').count() > path.segments().count().saturating_add(1);
            return if rest { Target::Inside(path) } else { Target::Whole(path) };
        }
        path.push(&name);
    }
    Target::Whole(path)
}

/// The names that a pointer has behind `$value`, for looking into that value.
pub fn inside(text: &str) -> Option<Vec<String>> {
    let names = text.strip_prefix("#/")?.split('/').skip_while(|name| *name != "$value").skip(1);
    names.map(|name| Some(percent_decode(name)?.replace("~1", "/").replace("~0", "~"))).collect()
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = tail;
            continue;
        }
        let (digits, after) = tail.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use dss_model::JsonText;

    use super::*;

    fn whole(path: &str) -> Target {
        Target::Whole(TokenPath::from_alias(path))
    }

    #[test]
    fn curly_aliases_name_whole_tokens() {
        let read = |text: &str| reference(JsonText::string(text).get_ref());
        assert_eq!(read("{a.b c.$root}"), Some(whole("a.b c.$root")));
        assert_eq!(read("{a} * 2"), None);
        assert_eq!(read("{a}{b}"), None);
        assert_eq!(read("plain"), None);
        assert!(matches!(read("{}"), Some(Target::Malformed(_))));
        assert!(matches!(read("{a..b}"), Some(Target::Malformed(_))));
    }

    #[test]
    fn pointers_name_tokens_or_parts() {
        assert_eq!(pointer("#/a/b"), whole("a.b"));
        assert_eq!(pointer("#/a/$value"), whole("a"));
        assert_eq!(pointer("#/a/$value/components/0"), Target::Inside(TokenPath::from_alias("a")));
        assert_eq!(
            pointer("#/my%20group/a~1b"),
            Target::Whole(TokenPath::from_segments(["my group", "a/b"]))
        );
        assert_eq!(pointer("#/my group/x"), Target::Whole(TokenPath::from_segments(["my group", "x"])));
        for bad in ["", "#", "other.json#/a", "#/a%zz", "#/%ff"] {
            assert!(matches!(pointer(bad), Target::Malformed(_)), "{bad}");
        }
    }
}

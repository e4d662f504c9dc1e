//! Where things stand in a report: bytes that sort as people look for them.

use dss_model::Kind;

/// Ends a name.
const END: u8 = 0;
/// Ends a key. It sorts before whatever stands inside the thing.
const STOP: u8 = 1;
/// Starts a name.
const NAME: u8 = 2;

/// The key of a thing of that kind, which goes by these names, the outermost first. Things of one kind
/// have equal keys when their names are equal, and what stands inside another thing follows it.
pub(super) fn key<'a>(kind: Kind, names: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut key = vec![section(kind)];
    for name in names {
        key.push(NAME);
        for byte in name.bytes() {
            match byte {
                END => key.extend([STOP, 2]),
                STOP => key.extend([STOP, 3]),
                byte => key.push(byte),
            }
        }
        key.push(END);
    }
    key.extend([STOP, code(kind)]);
    key
}

/// The kind whose key that is.
pub(super) fn kind_of(key: &[u8]) -> Option<Kind> {
    let code = usize::from(*key.last()?);
    Kind::ALL.get(code).copied()
}

/// The number of a kind among all.
pub(super) fn code(kind: Kind) -> u8 {
    let place = Kind::ALL.iter().position(|other| *other == kind);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

/// Reports speak of the project first, then of token sets, themes, components, assets.
const fn section(kind: Kind) -> u8 {
    match kind {
        Kind::Project => 0,
        Kind::TokenSet | Kind::Group | Kind::Token => 1,
        Kind::Layer | Kind::ThemeGroup | Kind::Theme => 2,
        Kind::Component => 3,
        Kind::Asset => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_inside_follows() {
        let sorted = [
            key(Kind::Project, ["p"]),
            key(Kind::TokenSet, ["base"]),
            key(Kind::Token, ["base", ""]),
            key(Kind::Group, ["base", "a"]),
            key(Kind::Token, ["base", "a", "z"]),
            key(Kind::Token, ["base", "a\0z"]),
            key(Kind::Token, ["base", "a\u{1}"]),
            key(Kind::Group, ["base", "a-b"]),
            key(Kind::TokenSet, ["base2"]),
            key(Kind::ThemeGroup, ["mode"]),
            key(Kind::Theme, ["mode", "dark"]),
            key(Kind::Component, ["Button"]),
            key(Kind::Asset, ["icon.svg"]),
        ];
        assert!(sorted.is_sorted_by(|a, b| a < b), "{sorted:?}");
        assert_eq!(kind_of(&key(Kind::Theme, ["x"])), Some(Kind::Theme));
        assert_ne!(key(Kind::Token, ["s", "a\0", "b"]), key(Kind::Token, ["s", "a", "\0b"]));
    }
}

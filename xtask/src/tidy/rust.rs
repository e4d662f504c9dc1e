//! The Rust that everything is built with is the lowest one that is promised: so whatever is tested is tested with that.

use super::Source;

/// The files that name it, and what stands around it there.
const PLACES: &[(&str, &str, char)] = &[
    ("Cargo.toml", "rust-version = \"", '"'),
    ("fuzz/Cargo.toml", "rust-version = \"", '"'),
    ("rust-toolchain.toml", "channel = \"", '"'),
    ("Containerfile", "FROM rust:", '-'),
    ("README.md", "\nRust ", ' '),
];

/// Places that name another Rust than the workspace's manifest does.
pub(super) fn differing(sources: &[Source]) -> Vec<String> {
    let named: Vec<(&str, Option<&str>)> =
        PLACES.iter().map(|(file, before, end)| (*file, named(sources, file, before, *end))).collect();
    let promised = named.first().and_then(|(_, version)| *version);
    let others = named.iter().filter(|(_, version)| *version != promised);
    others
        .map(|(file, version)| format!("{file}: Rust {version:?} is not the promised {promised:?}"))
        .collect()
}

/// Major and minor number of the version between two texts.
fn named<'s>(sources: &'s [Source], file: &str, before: &str, end: char) -> Option<&'s str> {
    let text = &sources.iter().find(|source| source.path == file)?.text;
    let (version, _) = text.split_once(before)?.1.split_once(end)?;
    Some(version.strip_suffix(".0").unwrap_or(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(toolchain: &str) -> Vec<Source> {
        let source = |path: &str, text: String| Source { path: path.to_owned(), text };
        vec![
            source("Cargo.toml", "rust-version = \"1.95\"\n".to_owned()),
            source("fuzz/Cargo.toml", "rust-version = \"1.95\"\n".to_owned()),
            source("rust-toolchain.toml", format!("channel = \"{toolchain}\"\n")),
            source("Containerfile", "FROM rust:1.95-slim AS build\n".to_owned()),
            source("README.md", "# DSS\n\nRust 1.95 or newer.\n".to_owned()),
        ]
    }

    #[test]
    fn one_rust_is_promised_and_used() {
        assert!(differing(&sources("1.95.0")).is_empty());
        assert_eq!(differing(&sources("1.96.0")).len(), 1);
        assert_eq!(differing(&sources("1.95.0")[..4]).len(), 1);
    }
}

//! What `cargo tree` prints.

use std::collections::BTreeSet;

/// Names and versions of the crates in a tree printed with `--prefix none`, where each stands once for everything that
/// uses it.
pub(crate) fn crates(printed: &[u8]) -> BTreeSet<(String, String)> {
    let printed = String::from_utf8_lossy(printed);
    let lines = printed.lines().map(|line| line.split_whitespace());
    lines
        .filter_map(|mut words| {
            let (name, version) = (words.next()?, words.next()?);
            Some((name.to_owned(), version.trim_start_matches('v').to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_counts_once() {
        let printed = b"a v1.0.0 (/somewhere)\nb v2.0.0\nc v1.0.0 (proc-macro)\nb v2.0.0 (*)\nb v3.0.0\n\n";
        let crates = crates(printed);
        assert_eq!(crates.len(), 4);
        assert!(crates.contains(&("c".to_owned(), "1.0.0".to_owned())));
    }
}

//! Files as bytes: what is read and what is written.

use dss_format::layout::EntryNames;

/// A file, by its path relative to the folder that was named (or its own name), with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The relative path.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// What reading may cost.
///
/// Foreign documents refer forwards and by ids, so they are held whole, about ten times their size. DTCG is not: it is
/// streamed by `dss-format`, and read here only to be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadLimits {
    /// Bytes of all files together.
    pub bytes: u64,
    /// Files.
    pub files: usize,
    /// Objects and arrays inside each other. Below what DTCG may have, because what is kept goes into `$extensions`.
    pub depth: u32,
    /// Findings, skipped files and notes that are told one by one.
    pub findings: usize,
}

impl Default for ReadLimits {
    /// 64 MiB in 20,000 files, 56 levels, 1,000 findings.
    fn default() -> Self {
        Self { bytes: 64 << 20, files: 20_000, depth: 56, findings: 1_000 }
    }
}

/// Paths of files that are written: inside their folder on every system, whatever sets are called, and different on all
/// of them.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    names: EntryNames,
}

impl Paths {
    /// The path that is wanted, if it stays in its folder and is free; else one like `name`.
    pub(crate) fn take(&mut self, wanted: &str, name: &str, ending: &str) -> String {
        if stays_inside(wanted) && self.names.take(wanted) {
            wanted.to_owned()
        } else {
            self.names.file(name, ending)
        }
    }
}

/// Whether a path is relative, and leads out of its folder on no system.
fn stays_inside(path: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\\' | ':');
    path.chars().all(is_plain)
        && path.split('/').all(|name| !name.is_empty() && !name.starts_with("..") && name != ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_its_folder_or_is_taken_twice() {
        let mut paths = Paths::default();
        assert_eq!(paths.take("a/b c.json", "x", ".json"), "a/b c.json");
        assert_eq!(paths.take("A/B c.json", "x", ".json"), "x.json");
        for outside in ["../a", "/a", "a/../../b", "c:\\a", "a\\..\\b", "", "a//b", "a/./b", "a\u{0}"] {
            let path = paths.take(outside, "safe", ".json");
            assert!(path.starts_with("safe"), "{outside}: {path}");
        }
        assert_eq!(paths.take("", "../../etc/passwd", ".json"), "_.._/_.._/etc/passwd.json");
    }
}

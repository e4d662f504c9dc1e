//! The JSON files of a folder, compared.

use std::collections::BTreeMap;
use std::path::Path;

use dss_service::interop::{File, Json};

use super::Result;

/// JSON files, by path without their endings: a set is called so, whatever its file is.
pub(super) struct Trees {
    files: BTreeMap<String, (String, Vec<u8>)>,
    is_one: bool,
}

impl Trees {
    pub(super) fn load(path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        if path.is_dir() {
            add(path, "", &mut files)?;
        } else {
            files.push(File::new(super::name(path), std::fs::read(path)?));
        }
        Ok(Self::of(&files))
    }

    pub(super) fn of(files: &[File]) -> Self {
        let stem = |path: &str| {
            let endings = [".tokens.json", ".resolver.json", ".json"];
            let ending = endings.iter().find(|ending| path.ends_with(*ending)).copied().unwrap_or_default();
            // There is one resolver document, which is called like the project.
            if ending == ".resolver.json" {
                "resolver".to_owned()
            } else {
                path.trim_end_matches(ending).to_owned()
            }
        };
        let files: BTreeMap<_, _> =
            files.iter().map(|file| (stem(&file.path), (file.path.clone(), file.bytes.clone()))).collect();
        Self { is_one: files.len() == 1, files }
    }

    pub(super) fn files(&self) -> Vec<File> {
        self.files.values().map(|(path, bytes)| File::new(path.clone(), bytes.clone())).collect()
    }

    /// All but those.
    pub(super) fn without(mut self, skipped: &[&str]) -> Self {
        self.files.retain(|_, (path, _)| !skipped.contains(&path.as_str()));
        self.is_one = self.files.len() == 1;
        self
    }

    /// The first file that is not the same there.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let tree = |(path, bytes): &(String, Vec<u8>)| Json::parse(bytes, path, 64).ok();
        let (mine, theirs) = (below_top(&self.files), below_top(&other.files));
        if self.is_one && other.is_one {
            let pair = self.files.values().next().map(tree).zip(other.files.values().next().map(tree));
            return pair.filter(|(a, b)| a != b).map(|_| "the file is not the same".to_owned());
        }
        if !mine.keys().eq(theirs.keys()) {
            let missing = mine.keys().find(|key| !theirs.contains_key(*key));
            let extra = theirs.keys().find(|key| !mine.contains_key(*key));
            return Some(format!("missing {missing:?}, extra {extra:?}"));
        }
        let mut pairs = mine.iter().zip(theirs.values());
        pairs.find(|((_, a), b)| tree(a) != tree(b)).map(|((key, _), _)| format!("{key} is not the same"))
    }
}

/// The files below the folder that all of them stand in.
fn below_top(files: &BTreeMap<String, (String, Vec<u8>)>) -> BTreeMap<&str, &(String, Vec<u8>)> {
    let folder = |key: &str| key.rfind('/').map_or(0, |at| at.saturating_add(1));
    let first = files.keys().next().map_or("", String::as_str);
    let mut top = first.get(..folder(first)).unwrap_or_default();
    while !files.keys().all(|key| key.starts_with(top)) {
        let outer = top.strip_suffix('/').unwrap_or_default();
        top = top.get(..folder(outer)).unwrap_or_default();
    }
    files.iter().map(|(key, file)| (key.strip_prefix(top).unwrap_or(key), file)).collect()
}

fn add(path: &Path, relative: &str, files: &mut Vec<File>) -> Result<()> {
    for child in super::children(path)? {
        let name = super::name(&child);
        let below = if relative.is_empty() { name } else { format!("{relative}/{name}") };
        if child.is_dir() {
            add(&child, &below, files)?;
        } else if child.extension().is_some_and(|ending| ending == "json") {
            files.push(File::new(below, std::fs::read(&child)?));
        }
    }
    Ok(())
}

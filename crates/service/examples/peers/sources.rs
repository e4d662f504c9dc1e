//! What there is in a corpus.

use std::path::{Path, PathBuf};

use super::Result;

/// Folders of several designs that use the same names.
const SEVERAL: [&str; 1] = ["style-dictionary-v3"];

/// The sources: folders of the corpus, or what is in those that are several things; each with a name.
pub(super) fn sources(corpus: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut sources = Vec::new();
    for folder in children(corpus)?.into_iter().filter(|path| path.is_dir()) {
        let name = name(&folder);
        // Those are edits of files, for merging.
        if name.starts_with("merges-") {
            continue;
        }
        let limits = dss_service::model::Limits::aggressive();
        if !SEVERAL.contains(&name.as_str()) && dss_service::screen(&folder, &limits).is_ok() {
            sources.push((name, folder));
            continue;
        }
        for part in children(&folder)? {
            let is_tokens = part.is_dir() || part.extension().is_some_and(|ending| ending == "json");
            if is_tokens && !part.ends_with("assets") {
                sources.push((format!("{name}/{}", self::name(&part)), part));
            }
        }
    }
    Ok(sources)
}

/// The JSON files below a folder.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in children(folder)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    Ok(found)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    let mut children: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>()?;
    children.sort();
    Ok(children)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

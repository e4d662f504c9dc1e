//! Folders of token files.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use dss_format::{FormatError, FormatErrorKind};
use dss_model::{Limits, Stage};

use super::classify::{Class, NO_TOKENS, classify};
use super::{
    Content, ENDINGS, Files, Lines, SetInput, check_files, file_name, is_resolver_name, missing, set_name,
};
use crate::error::ServiceError;
use crate::summary::Skipped;

/// Folders inside folders.
const DEPTH_MAX: usize = 32;

impl Files {
    /// Every token file below a folder, by path; or what its one resolver document names.
    pub(super) fn folder(path: &Path, limits: &Limits) -> Result<Self, ServiceError> {
        let mut found = Found::default();
        list(path, "", 0, &ENDINGS, &mut found)?;
        found.sort();
        let Found { files: found, skipped } = found;
        let is_top_resolver = |relative: &&String| !relative.contains('/') && is_resolver_name(relative);
        let resolvers: Vec<_> = found.iter().filter(is_top_resolver).collect();
        if let [only] = resolvers.as_slice() {
            let mut files = Self::resolver(&path.join(only.as_str()), limits)?;
            let named: HashSet<_> = files.sets.iter().map(|set| set.label.clone()).collect();
            let others = found.iter().filter(|relative| !named.contains(*relative) && relative != only);
            for relative in others {
                files.skip(relative.clone(), "the resolver document does not name it");
            }
            files.kind = "folder";
            files.skipped.splice(0..0, skipped);
            return Ok(files);
        }
        let mut files = Self { kind: "folder", name: folder_name(path), skipped, ..Self::default() };
        for relative in found {
            let file = path.join(&relative);
            match classify(&file, limits).map_err(|error| relabel(error, &relative))? {
                Class::Tokens => files.add(SetInput {
                    name: set_name(&relative),
                    label: relative,
                    references: Vec::new(),
                    content: Content::File(file),
                    lines: Lines::Own,
                })?,
                Class::Resolver => files.skip(relative, "more than one resolver document, or not at the top"),
                Class::Unknown => files.skip(relative, NO_TOKENS),
                Class::Other(reason) => files.skip(relative, reason),
            }
        }
        if files.sets.is_empty() {
            let message = "the folder holds no token files";
            return Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, "", message).into());
        }
        Ok(files)
    }

    fn skip(&mut self, path: String, reason: &str) {
        self.skipped.push(Skipped { path, reason: reason.to_owned() });
    }
}

/// What was found below a folder, by paths relative to it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<String>,
    pub(super) skipped: Vec<Skipped>,
}

impl Found {
    /// Puts both in the order of their paths.
    pub(super) fn sort(&mut self) {
        self.files.sort();
        self.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// Lists the files with one of these endings below `folder`, which stands at `relative` of what is listed. Hidden files
/// are left out; so are links, which may lead anywhere.
pub(super) fn list(
    folder: &Path,
    relative: &str,
    depth: usize,
    endings: &[&str],
    found: &mut Found,
) -> Result<(), ServiceError> {
    for entry in fs::read_dir(folder).map_err(|cause| missing(folder, cause))? {
        let entry = entry.map_err(|cause| missing(folder, cause))?;
        let kind = entry.file_type().map_err(|cause| missing(folder, cause))?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        let path = if relative.is_empty() { shown.to_string() } else { format!("{relative}/{shown}") };
        let is_wanted = endings.iter().any(|ending| shown.ends_with(ending));
        let skip = |reason: &str| Skipped { path: path.clone(), reason: reason.to_owned() };
        if shown.starts_with('.') {
            continue;
        }
        if kind.is_symlink() {
            if is_wanted || entry.path().is_dir() {
                found.skipped.push(skip("a symbolic link: name its target itself to import it"));
            }
        } else if kind.is_dir() {
            if depth < DEPTH_MAX {
                list(&entry.path(), &path, depth.saturating_add(1), endings, found)?;
            } else {
                found.skipped.push(skip("more than 32 folders deep"));
            }
        } else if kind.is_file() && is_wanted {
            if name.to_str().is_none() {
                found.skipped.push(skip("its name is not UTF-8"));
                continue;
            }
            found.files.push(path);
            check_files(found.files.len())?;
        }
    }
    Ok(())
}

fn folder_name(path: &Path) -> String {
    let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    file_name(&absolute)
}

fn relabel(error: ServiceError, label: &str) -> ServiceError {
    match error {
        ServiceError::Format(error) => ServiceError::Format(error.in_entry(label)),
        other => other,
    }
}

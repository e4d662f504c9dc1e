//! Resolver documents, and the files that they name.
//!
//! A document may be a stranger's, and so may everything beside it: what it names is read only if it lies inside the
//! document's folder, whichever way it is named and wherever links lead.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use dss_format::resolver::{self, Source};
use dss_model::{Limits, Severity, Stage};

use super::classify::read_json;
use super::{Content, Files, Lines, SetInput, file_name, missing, set_name};
use crate::error::ServiceError;
use crate::summary::Finding;

impl Files {
    pub(super) fn resolver(path: &Path, limits: &Limits) -> Result<Self, ServiceError> {
        let label = file_name(path);
        let text = dss_interop::keep_spelling(&read_json(path, &label, limits)?);
        let mut resolver = resolver::read(&text, &label)?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let root = fs::canonicalize(folder).map_err(|cause| missing(folder, cause))?;
        let name = resolver.name.clone().unwrap_or_else(|| set_name(&label));
        let files = Self { kind: "resolver", name, ..Self::default() };
        let mut named = Named { files, root, label, at: HashMap::new(), known: HashMap::new() };
        for layer in &mut resolver.layers {
            let at = format!("{}/sources", layer.pointer);
            named.take_sources(&layer.name, &at, &mut layer.sources)?;
        }
        for group in &mut resolver.groups {
            for (theme, sources) in &mut group.themes {
                let at = format!("{}{}", group.pointer, resolver::pointer(&["contexts", theme]));
                named.take_sources(&format!("{}/{theme}", group.name), &at, sources)?;
            }
        }
        let Named { mut files, label, .. } = named;
        files.resolver = Some((resolver, label));
        Ok(files)
    }
}

/// The documents that a resolver document names or holds, as far as it has been read.
struct Named {
    files: Files,
    /// The resolver document's folder, without links.
    root: PathBuf,
    /// What errors call the resolver document.
    label: String,
    /// Positions in [`Files::sets`], by path below `root`.
    at: HashMap<String, usize>,
    /// What became of each spelling that came before.
    known: HashMap<String, Result<(), Refusal>>,
}

/// Why a file that is named is not read.
#[derive(Clone)]
struct Refusal {
    code: &'static str,
    why: String,
}

impl Refusal {
    fn outside(why: &str) -> Self {
        Self { code: "source_outside", why: why.to_owned() }
    }

    fn missing(why: impl Into<String>) -> Self {
        Self { code: "source_missing", why: why.into() }
    }
}

impl Named {
    /// Adds the documents that `sources` names or holds; they stand at the JSON pointer `at`.
    fn take_sources(&mut self, owner: &str, at: &str, sources: &mut [Source]) -> Result<(), ServiceError> {
        let mut inline = 0_u32;
        for (index, source) in sources.iter_mut().enumerate() {
            match source {
                Source::File { path, .. } => {
                    if let Err(refusal) = self.take_file(path)? {
                        self.files.findings.push(Finding {
                            code: refusal.code,
                            stage: Stage::Referential,
                            severity: Severity::Error,
                            file: self.label.clone(),
                            path: format!("{at}/{index}"),
                            line: None,
                            message: format!("\"{}\": {}", path.escape_debug(), refusal.why),
                        });
                    }
                }
                Source::Inline(value) => {
                    inline = inline.saturating_add(1);
                    let name = if inline == 1 { owner.to_owned() } else { format!("{owner}-{inline}") };
                    // No file is called like this: a path that starts with `/` leads out of the folder.
                    let reference = format!("//inline{at}/{index}");
                    let set = SetInput {
                        name,
                        label: self.label.clone(),
                        references: vec![reference.clone()],
                        content: Content::Inline(value.clone()),
                        lines: Lines::None,
                    };
                    self.files.add(set)?;
                    *source = Source::File { path: reference, overrides: None };
                }
                Source::Layer(_) | Source::Other(_) => {}
            }
        }
        Ok(())
    }

    /// Adds the file that the document calls `reference`, once.
    fn take_file(&mut self, reference: &str) -> Result<Result<(), Refusal>, ServiceError> {
        if let Some(known) = self.known.get(reference) {
            return Ok(known.clone());
        }
        let taken = match inside(&self.root, reference) {
            Ok((relative, path)) => {
                let spelled = reference.strip_prefix("./").unwrap_or(reference).to_owned();
                self.add_file(relative, path, spelled)?;
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        self.known.insert(reference.to_owned(), taken.clone());
        Ok(taken)
    }

    fn add_file(&mut self, relative: String, path: PathBuf, spelled: String) -> Result<(), ServiceError> {
        if let Some(set) = self.at.get(&relative).and_then(|at| self.files.sets.get_mut(*at)) {
            set.references.push(spelled);
            return Ok(());
        }
        self.at.insert(relative.clone(), self.files.sets.len());
        self.files.add(SetInput {
            name: set_name(&relative),
            label: relative,
            references: vec![spelled],
            content: Content::File(path),
            lines: Lines::Own,
        })
    }
}

/// The file called `reference` below `root`, which is a path without links: its path relative to `root`, and the file
/// itself, without links.
fn inside(root: &Path, reference: &str) -> Result<(String, PathBuf), Refusal> {
    let relative = normalized(reference)?;
    let path = fs::canonicalize(root.join(&relative)).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Refusal::missing("there is no such file"),
        _ => Refusal::missing(cause.to_string()),
    })?;
    if !path.starts_with(root) {
        return Err(Refusal::outside("a symbolic link leads out of the document's folder"));
    }
    if !path.is_file() {
        return Err(Refusal::missing("it is no file"));
    }
    Ok((relative, path))
}

/// A relative path without `.` and `..` that does not leave its folder.
fn normalized(reference: &str) -> Result<String, Refusal> {
    let mut names: Vec<&str> = Vec::new();
    for component in Path::new(reference).components() {
        match component {
            Component::Normal(name) => names.extend(name.to_str()),
            Component::CurDir => {}
            Component::ParentDir => {
                names.pop().ok_or_else(|| Refusal::outside("\"..\" leaves the document's folder"))?;
            }
            Component::RootDir | Component::Prefix(_) => {
                return Err(Refusal::outside("an absolute path leads out of the document's folder"));
            }
        }
    }
    if names.is_empty() { Err(Refusal::missing("it names no file")) } else { Ok(names.join("/")) }
}

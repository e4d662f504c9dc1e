//! What an import is made from: an archive, a token file, a folder of them, or a resolver document.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use dss_format::dtcg::{DtcgReader, ReadLimits};
use dss_format::resolver::{self, Names, Resolver, Source};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{EntityId, JsonKind, JsonLimits, JsonText, Limits, Stage};

use crate::error::ServiceError;
use crate::summary::{Finding, Skipped};

/// Files of a folder that are looked at.
const FILES_MAX: usize = 20_000;
/// Folders inside folders.
const DEPTH_MAX: usize = 32;
/// Endings of token files, the longest first.
const ENDINGS: [&str; 3] = [".tokens.json", ".tokens", ".json"];

/// An input, looked at but not read yet.
#[derive(Debug)]
pub(crate) enum Input {
    /// A `.dss` archive.
    Archive(PathBuf),
    /// Token files.
    Files(Box<Files>),
}

/// Token files, and the resolver document that orders them.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// `file`, `folder` or `resolver`.
    pub(crate) kind: &'static str,
    /// The name a project made of it gets.
    pub(crate) name: String,
    pub(crate) sets: Vec<SetInput>,
    pub(crate) resolver: Option<(Resolver, String)>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) findings: Vec<Finding>,
}

/// One token document.
#[derive(Debug)]
pub(crate) struct SetInput {
    /// The set's name.
    pub(crate) name: String,
    /// What errors call it.
    pub(crate) label: String,
    /// How the resolver document calls it.
    pub(crate) references: Vec<String>,
    pub(crate) content: Content,
}

/// Where a token document is.
#[derive(Debug)]
pub(crate) enum Content {
    File(PathBuf),
    Inline(JsonText),
}

impl SetInput {
    /// The document's bytes.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send + '_>, ServiceError> {
        match &self.content {
            Content::File(path) => Ok(Box::new(open(path)?)),
            Content::Inline(text) => Ok(Box::new(text.as_str().as_bytes())),
        }
    }

    /// Tells `names` that the resolver's references to this document mean `set`.
    pub(crate) fn register(&self, names: &mut Names, set: EntityId) {
        self.references.iter().for_each(|reference| names.add(reference, set));
    }
}

impl Input {
    /// Finds out what `path` is, by its content.
    pub(crate) fn detect(path: &Path, limits: &Limits) -> Result<Self, ServiceError> {
        let metadata = fs::metadata(path).map_err(|cause| missing(path, cause))?;
        if metadata.is_dir() {
            return Files::folder(path, limits).map(|files| Self::Files(Box::new(files)));
        }
        check_size(metadata.len(), limits)?;
        let mut start = [0_u8; 4];
        let read = read_start(&mut open(path)?, &mut start).map_err(|cause| missing(path, cause))?;
        let start = start.get(..read).unwrap_or_default();
        // `PK` is how every zip starts, the empty one included; a cut or damaged one is still meant to be one.
        let is_named_so = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dss"));
        if start.starts_with(b"PK") || is_named_so {
            return Ok(Self::Archive(path.to_owned()));
        }
        if is_resolver_name(&file_name(path)) {
            return Files::resolver(path, limits).map(|files| Self::Files(Box::new(files)));
        }
        if let Class::Resolver = classify(path, limits)? {
            return Files::resolver(path, limits).map(|files| Self::Files(Box::new(files)));
        }
        Ok(Self::Files(Box::new(Files::file(path))))
    }
}

impl Files {
    fn file(path: &Path) -> Self {
        let label = file_name(path);
        let name = set_name(&label);
        let content = Content::File(path.to_owned());
        let set = SetInput { name: name.clone(), label, references: Vec::new(), content };
        Self { kind: "file", name, sets: vec![set], ..Self::default() }
    }

    /// Every token file below a folder, by path; or what its one resolver document names.
    fn folder(path: &Path, limits: &Limits) -> Result<Self, ServiceError> {
        let mut found = Vec::new();
        list(path, path, 0, &mut found)?;
        found.sort();
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
            return Ok(files);
        }
        let mut files = Self { kind: "folder", name: folder_name(path), ..Self::default() };
        for relative in found {
            let file = path.join(&relative);
            match classify(&file, limits).map_err(|error| relabel(error, &relative))? {
                Class::Tokens => files.sets.push(SetInput {
                    name: set_name(&relative),
                    label: relative,
                    references: Vec::new(),
                    content: Content::File(file),
                }),
                Class::Resolver => files.skip(relative, "more than one resolver document, or not at the top"),
                Class::Other(reason) => files.skip(relative, reason),
            }
        }
        if files.sets.is_empty() {
            let message = "the folder holds no token files";
            return Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, "", message).into());
        }
        Ok(files)
    }

    fn resolver(path: &Path, limits: &Limits) -> Result<Self, ServiceError> {
        let label = file_name(path);
        let text = read_json(path, &label, limits)?;
        let mut resolver = resolver::read(&text, &label)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = resolver.name.clone().unwrap_or_else(|| set_name(&label));
        let mut files = Self { kind: "resolver", name, ..Self::default() };
        for layer in &mut resolver.layers {
            files.take_sources(folder, &layer.name, &mut layer.sources, &label);
        }
        for group in &mut resolver.groups {
            for (theme, sources) in &mut group.themes {
                let path = format!("{}/{theme}", group.name);
                files.take_sources(folder, &path, sources, &label);
            }
        }
        files.resolver = Some((resolver, label));
        Ok(files)
    }

    /// Adds the documents that `sources` names or holds.
    fn take_sources(&mut self, folder: &Path, owner: &str, sources: &mut [Source], label: &str) {
        let mut inline = 0_u32;
        for source in sources {
            match source {
                Source::File { path, .. } => {
                    if let Err(message) = self.take_file(folder, path) {
                        let finding = Finding {
                            code: "source_missing",
                            stage: Stage::Referential,
                            severity: dss_model::Severity::Error,
                            file: label.to_owned(),
                            path: owner.to_owned(),
                            line: None,
                            message,
                        };
                        self.findings.push(finding);
                    }
                }
                Source::Inline(value) => {
                    inline = inline.saturating_add(1);
                    let name = if inline == 1 { owner.to_owned() } else { format!("{owner}-{inline}") };
                    let reference = format!("inline:{name}");
                    self.sets.push(SetInput {
                        name,
                        label: label.to_owned(),
                        references: vec![reference.clone()],
                        content: Content::Inline(value.clone()),
                    });
                    *source = Source::File { path: reference, overrides: None };
                }
                Source::Layer(_) | Source::Other(_) => {}
            }
        }
    }

    /// Adds the file that a resolver document in `folder` calls `reference`, once.
    fn take_file(&mut self, folder: &Path, reference: &str) -> Result<(), String> {
        let relative = normalized(reference)
            .ok_or_else(|| format!("\"{}\" lies outside the document's folder", reference.escape_debug()))?;
        let reference = reference.strip_prefix("./").unwrap_or(reference).to_owned();
        if let Some(set) = self.sets.iter_mut().find(|set| set.label == relative) {
            if !set.references.contains(&reference) {
                set.references.push(reference);
            }
            return Ok(());
        }
        let path = folder.join(&relative);
        if !path.is_file() {
            return Err(format!("there is no file \"{}\"", relative.escape_debug()));
        }
        self.sets.push(SetInput {
            name: set_name(&relative),
            label: relative,
            references: vec![reference],
            content: Content::File(path),
        });
        Ok(())
    }

    fn skip(&mut self, path: String, reason: &str) {
        self.skipped.push(Skipped { path, reason: reason.to_owned() });
    }

    /// Bytes of all documents together.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |set: &SetInput| match &set.content {
            Content::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Content::Inline(text) => u64::try_from(text.as_str().len()).unwrap_or(u64::MAX),
        };
        self.sets.iter().map(size).fold(0, u64::saturating_add)
    }
}

/// What a JSON file turned out to be.
enum Class {
    Tokens,
    Resolver,
    Other(&'static str),
}

/// Reads a file up to its first token.
fn classify(path: &Path, limits: &Limits) -> Result<Class, ServiceError> {
    let mut start = [0_u8; 64];
    let read = read_start(&mut open(path)?, &mut start).map_err(|cause| missing(path, cause))?;
    let first = start.get(..read).unwrap_or_default();
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    if first.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Ok(Class::Other("a JSON array, not a token document"));
    }
    let read_limits = ReadLimits { item_bytes: limits.item_bytes, json: JsonLimits::default() };
    let mut reader = DtcgReader::new(&file_name(path), read_limits);
    // Reading ends early, with an error of our own, at the first token.
    let mut has_token = false;
    let mut nodes = |_: &[dss_format::dtcg::Member], node: dss_format::dtcg::Node| {
        has_token |= node.is_token();
        if has_token { Err(Stop::Token) } else { Ok(()) }
    };
    match reader.read_part(open(path)?, &mut nodes) {
        Ok(()) => {}
        Err(Stop::Token) => return Ok(Class::Tokens),
        Err(Stop::Error(error)) => return Err((*error).into()),
    }
    let mut is_resolver = false;
    let mut has_token = false;
    let last = reader.finish(|_, node| {
        has_token |= node.is_token();
        is_resolver |= node.path.is_root() && node.member("resolutionOrder").is_some();
        Ok::<(), Stop>(())
    });
    if let Err(Stop::Error(error)) = last {
        return Err((*error).into());
    }
    Ok(if has_token {
        Class::Tokens
    } else if is_resolver {
        Class::Resolver
    } else {
        Class::Other("no DTCG tokens in it (no object with \"$value\")")
    })
}

/// Why reading a file for classification ended.
enum Stop {
    Token,
    Error(Box<FormatError>),
}

impl From<FormatError> for Stop {
    fn from(error: FormatError) -> Self {
        Self::Error(Box::new(error))
    }
}

/// Refuses a file that is no token document, for imports of single files.
pub(crate) fn require_tokens(set: &SetInput, limits: &Limits) -> Result<(), ServiceError> {
    let Content::File(path) = &set.content else { return Ok(()) };
    match classify(path, limits)? {
        Class::Other(reason) => {
            Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, &set.label, reason).into())
        }
        Class::Tokens | Class::Resolver => Ok(()),
    }
}

pub(crate) fn check_size(bytes: u64, limits: &Limits) -> Result<(), ServiceError> {
    if bytes > limits.archive_bytes {
        return Err(ServiceError::OverLimit {
            what: "File size",
            code: "file_too_large",
            found: bytes,
            limit: limits.archive_bytes,
        });
    }
    Ok(())
}

fn read_json(path: &Path, label: &str, limits: &Limits) -> Result<JsonText, ServiceError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limits.item_bytes).unwrap_or(u64::MAX).saturating_mul(8);
    open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|cause| missing(path, cause))?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    JsonText::parse(text, &JsonLimits::default())
        .map_err(|error| {
            let kind = FormatErrorKind::Json;
            FormatError::new(kind, Stage::Schema, label, error.kind.to_string()).at_line(Some(error.line))
        })
        .and_then(|text| {
            if text.get_ref().kind() == JsonKind::Object {
                Ok(text)
            } else {
                Err(FormatError::new(
                    FormatErrorKind::NotTokens,
                    Stage::Schema,
                    label,
                    "expected a JSON object",
                ))
            }
        })
        .map_err(ServiceError::from)
}

/// Lists the JSON files below `folder`, relative to `root`. Links and hidden files are left out.
fn list(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>) -> Result<(), ServiceError> {
    for entry in fs::read_dir(folder).map_err(|cause| missing(folder, cause))? {
        let entry = entry.map_err(|cause| missing(folder, cause))?;
        let kind = entry.file_type().map_err(|cause| missing(folder, cause))?;
        let path = entry.path();
        let relative = relative_name(root, &path);
        let name = file_name(&path);
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() && depth < DEPTH_MAX {
            list(root, &path, depth.saturating_add(1), found)?;
        } else if kind.is_file() && ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            found.push(relative);
            if found.len() > FILES_MAX {
                return Err(ServiceError::OverLimit {
                    what: "File count",
                    code: "too_many_files",
                    found: u64::try_from(found.len()).unwrap_or(u64::MAX),
                    limit: u64::try_from(FILES_MAX).unwrap_or(u64::MAX),
                });
            }
        }
    }
    Ok(())
}

/// A relative path without `.` and `..`; `None` if it leaves its folder.
fn normalized(reference: &str) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for component in Path::new(reference).components() {
        match component {
            Component::Normal(name) => names.push(name.to_str()?.to_owned()),
            Component::CurDir => {}
            Component::ParentDir => drop(names.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!names.is_empty()).then(|| names.join("/"))
}

fn relative_name(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let names = relative.components().map(|component| component.as_os_str().to_string_lossy().into_owned());
    names.collect::<Vec<_>>().join("/")
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn folder_name(path: &Path) -> String {
    let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    file_name(&absolute)
}

pub(crate) fn set_name(label: &str) -> String {
    let ending = ENDINGS.iter().find_map(|ending| label.strip_suffix(ending));
    let name = ending.unwrap_or(label);
    name.strip_suffix(".resolver").unwrap_or(name).to_owned()
}

fn is_resolver_name(name: &str) -> bool {
    name.ends_with(".resolver.json")
}

pub(crate) fn open(path: &Path) -> Result<File, ServiceError> {
    File::open(path).map_err(|cause| missing(path, cause))
}

fn missing(path: &Path, cause: io::Error) -> ServiceError {
    match cause.kind() {
        io::ErrorKind::NotFound => ServiceError::NotFound { what: "file", name: path.display().to_string() },
        _ => ServiceError::File { path: path.to_owned(), cause },
    }
}

fn relabel(error: ServiceError, label: &str) -> ServiceError {
    match error {
        ServiceError::Format(error) => ServiceError::Format(error.in_entry(label)),
        other => other,
    }
}

/// Reads up to a buffer's length from the start of a file.
fn read_start(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            read => filled = filled.saturating_add(read),
        }
    }
    Ok(filled)
}

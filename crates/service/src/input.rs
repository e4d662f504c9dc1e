//! What an import is made from: an archive, a token file, a folder of them or a zip of those, or a resolver document.

mod classify;
mod folder;
mod foreign;
mod resolver;
mod zip;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_format::resolver::{Names, Resolver};
use dss_interop::Format;
use dss_model::{EntityId, JsonText, Limits};

use crate::error::ServiceError;
use crate::summary::{Conversion, Finding, Skipped};
use classify::{Class, classify};

pub(crate) use foreign::{load, read_limits};

/// Token documents of one input.
const FILES_MAX: usize = 20_000;
/// Endings of token files, the longest first.
const ENDINGS: [&str; 3] = [".tokens.json", ".tokens", ".json"];
/// The ending of style sheets, which are no token files where there are others beside them.
const STYLE_SHEET: &str = ".css";

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
    /// `file`, `folder` or `resolver`; or the format, if it is another tool's.
    pub(crate) kind: &'static str,
    /// The name a project made of it gets.
    pub(crate) name: String,
    pub(crate) sets: Vec<SetInput>,
    pub(crate) resolver: Option<(Resolver, String)>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) findings: Vec<Finding>,
    /// What became of it, if it is another tool's.
    pub(crate) conversion: Option<Conversion>,
    /// Where they are, if they come out of a zip.
    unpacked: Option<zip::Unpacked>,
    /// The names of `sets`.
    names: HashSet<String>,
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
    pub(crate) lines: Lines,
}

/// Where in a file the items of a token document stand.
#[derive(Debug, Default)]
pub(crate) enum Lines {
    /// In the document's own lines.
    #[default]
    Own,
    /// Nowhere that could be looked up.
    None,
    /// In another tool's file: by path, below that of the set if it is one of several in a file.
    Of(Arc<HashMap<String, u64>>, String),
}

impl Lines {
    /// The line of the item at `path`, which is on the line `own` of the document; 0 if nobody knows.
    pub(crate) fn of(&self, path: &str, own: u64) -> u64 {
        match self {
            Self::Own => own,
            Self::None => 0,
            Self::Of(lines, set) => {
                let inside = lines.get(&format!("{set}.{path}"));
                inside.or_else(|| lines.get(path)).copied().unwrap_or_default()
            }
        }
    }
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
    /// Finds out what `path` is, by its content; or takes it for what the caller says it is.
    pub(crate) fn detect(path: &Path, from: Option<Format>, limits: &Limits) -> Result<Self, ServiceError> {
        let metadata = fs::metadata(path).map_err(|cause| missing(path, cause))?;
        let files = if metadata.is_dir() {
            Files::detect(path, from, limits)?
        } else {
            check_size(metadata.len(), limits)?;
            if !classify::is_archive(path).map_err(|cause| missing(path, cause))? {
                Files::detect(path, from, limits)?
            } else if let Some(unpacked) = zip::unpack(path, limits)? {
                Files::detect(unpacked.top(), from, limits)?.unpacked(unpacked, path)
            } else {
                return Ok(Self::Archive(path.to_owned()));
            }
        };
        Ok(Self::Files(Box::new(files)))
    }
}

impl Files {
    /// What a file or folder is that is no archive.
    fn detect(path: &Path, from: Option<Format>, limits: &Limits) -> Result<Self, ServiceError> {
        match from {
            Some(format) if format != Format::Dtcg => Self::of_format(path, format, limits),
            Some(_) if path.is_dir() => Self::folder(path, limits),
            None if path.is_dir() => Self::other_than(Self::folder(path, limits), path, limits),
            _ => Self::one(path, from, limits),
        }
    }

    /// A file that is no archive.
    fn one(path: &Path, from: Option<Format>, limits: &Limits) -> Result<Self, ServiceError> {
        if is_resolver_name(&file_name(path)) {
            return Self::resolver(path, limits);
        }
        if from.is_none() && file_name(path).ends_with(STYLE_SHEET) {
            let looked = foreign::detect(path, limits)?;
            return looked.map_or_else(|| Ok(Self::file(path)), |looked| Self::foreign(path, looked));
        }
        let class = classify(path, limits)?;
        let foreign = match class {
            _ if from.is_some() => None,
            Class::Resolver | Class::Other(_) => None,
            Class::Tokens => foreign::detect_marked(path, limits)?,
            Class::Unknown => foreign::detect(path, limits)?,
        };
        match (class, foreign) {
            (_, Some(looked)) => Self::foreign(path, looked),
            (Class::Resolver, None) => Self::resolver(path, limits),
            _ => Ok(Self::file(path)),
        }
    }

    fn file(path: &Path) -> Self {
        let label = file_name(path);
        let name = set_name(&label);
        let content = Content::File(path.to_owned());
        let (references, lines) = (Vec::new(), Lines::Own);
        let set = SetInput { name: name.clone(), label, references, content, lines };
        Self { kind: "file", name, sets: vec![set], ..Self::default() }
    }

    /// Refuses more bytes than the limit, and a single file that has no tokens.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), ServiceError> {
        check_size(self.bytes(), limits)?;
        match self.kind {
            "file" => self.sets.iter().try_for_each(|set| classify::require_tokens(set, limits)),
            _ => Ok(()),
        }
    }

    /// Adds a document under a name of its own, as near as possible to the one it has.
    fn add(&mut self, mut set: SetInput) -> Result<(), ServiceError> {
        check_files(self.sets.len().saturating_add(1))?;
        let wanted = set.name.clone();
        // `a.json` and `a.tokens.json` are two sets.
        if self.names.contains(&wanted) {
            set.name.clone_from(&set.label);
        }
        let mut number = 2_u64;
        while !self.names.insert(set.name.clone()) {
            set.name = format!("{wanted}-{number}");
            number = number.saturating_add(1);
        }
        self.sets.push(set);
        Ok(())
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

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(crate) fn set_name(label: &str) -> String {
    let ending = ENDINGS.iter().chain([&STYLE_SHEET]).find_map(|ending| label.strip_suffix(ending));
    let name = ending.unwrap_or(label);
    name.strip_suffix(".resolver").unwrap_or(name).to_owned()
}

/// Refuses more token documents than one input may have.
fn check_files(found: usize) -> Result<(), ServiceError> {
    if found <= FILES_MAX {
        return Ok(());
    }
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Err(ServiceError::OverLimit {
        what: "File count",
        code: "too_many_files",
        found: wide(found),
        limit: wide(FILES_MAX),
    })
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

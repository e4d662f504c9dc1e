//! Other tools' files: found out by their content, and read whole.
//!
//! What looks like DTCG and has nothing in it that only other tools write is streamed, and not looked at any further.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use dss_format::resolver;
use dss_format::{FormatError, FormatErrorKind};
use dss_interop::{
    Bundle, Design, Document, File, Format, InteropError, InteropErrorKind, ReadLimits, Reading,
};
use dss_model::{Limits, Stage, TokenPath};

use super::classify::{NO_TOKENS, is_archive};
use super::folder::{Found, list};
use super::{
    Content, ENDINGS, Files, Lines, STYLE_SHEET, SetInput, check_size, file_name, missing, open, set_name,
    zip,
};
use crate::error::ServiceError;
use crate::summary::{Conversion, Finding, Skipped};

/// What reading other tools' files may cost.
pub(crate) fn read_limits(limits: &Limits) -> ReadLimits {
    let mut bounds = ReadLimits::default();
    bounds.bytes = bounds.bytes.min(limits.archive_bytes);
    bounds
}

/// The files at a path, whole, and those that are none: a file, or what is in a folder.
pub(crate) fn load(path: &Path, limits: &Limits) -> Result<(Vec<File>, Vec<Skipped>), ServiceError> {
    let bounds = read_limits(limits);
    let metadata = fs::metadata(path).map_err(|cause| missing(path, cause))?;
    if !metadata.is_dir() {
        check_size(metadata.len(), limits)?;
        if is_archive(path).map_err(|cause| missing(path, cause))? {
            return match zip::unpack(path, limits)? {
                Some(unpacked) => load(unpacked.top(), limits),
                None => Err(ServiceError::Usage {
                    message: format!("{} is an archive, and only token files are converted", path.display()),
                    hint: "import it, and export the project with --to FORMAT".to_owned(),
                }),
            };
        }
        let mut left = bounds.bytes;
        let bytes = read_whole(path, &mut left)?;
        return Ok((vec![File::new(file_name(path), bytes)], Vec::new()));
    }
    let mut found = Found::default();
    let endings: Vec<&str> = ENDINGS.into_iter().chain([STYLE_SHEET]).collect();
    list(path, "", 0, &endings, &mut found)?;
    found.sort();
    let mut left = bounds.bytes;
    let mut files = Vec::with_capacity(found.files.len());
    for relative in found.files {
        let bytes = read_whole(&path.join(&relative), &mut left)?;
        files.push(File::new(relative, bytes));
    }
    Ok((files, found.skipped))
}

/// Reads a file, and takes its size off what is left.
fn read_whole(path: &Path, left: &mut u64) -> Result<Vec<u8>, ServiceError> {
    let mut bytes = Vec::new();
    let limit = left.saturating_add(1);
    open(path)?.take(limit).read_to_end(&mut bytes).map_err(|cause| missing(path, cause))?;
    let rest = u64::try_from(bytes.len()).ok().and_then(|size| left.checked_sub(size));
    *left = rest.ok_or_else(|| {
        let message = "documents of other tools are read whole, and this is more than that allows";
        InteropError::new(InteropErrorKind::OverLimit, &file_name(path), message)
    })?;
    Ok(bytes)
}

/// Files that were read and looked at.
pub(super) struct Looked {
    bundle: Bundle,
    skipped: Vec<Skipped>,
    format: Format,
}

/// Another tool's files; `None` if these are DTCG.
pub(super) fn detect(path: &Path, limits: &Limits) -> Result<Option<Looked>, ServiceError> {
    let (files, skipped) = load(path, limits)?;
    let bundle = Bundle::new(files, read_limits(limits))?;
    let format = dss_interop::detect(&bundle)?;
    Ok((format != Format::Dtcg).then_some(Looked { bundle, skipped, format }))
}

/// Another tool's file that has DTCG tokens in it, if it is not simply DTCG.
pub(super) fn detect_marked(path: &Path, limits: &Limits) -> Result<Option<Looked>, ServiceError> {
    if !is_marked(path, limits)? {
        return Ok(None);
    }
    match detect(path, limits) {
        Err(error) if error.code() == InteropErrorKind::Unrecognized.code() => Ok(None),
        found => found,
    }
}

/// Whether a file has something in it that only other tools write.
fn is_marked(path: &Path, limits: &Limits) -> Result<bool, ServiceError> {
    let metadata = fs::metadata(path).map_err(|cause| missing(path, cause))?;
    if metadata.len() > read_limits(limits).bytes {
        return Ok(false);
    }
    dss_interop::may_be_foreign(open(path)?).map_err(|cause| missing(path, cause))
}

impl Files {
    /// A folder, of which DTCG was made as far as it goes: what else it may be.
    pub(super) fn other_than(
        dtcg: Result<Self, ServiceError>,
        path: &Path,
        limits: &Limits,
    ) -> Result<Self, ServiceError> {
        let is_suspect = match &dtcg {
            Ok(files) if files.resolver.is_some() => false,
            Ok(files) => {
                files.skipped.iter().any(|skipped| skipped.reason == NO_TOKENS) || files.is_marked(limits)?
            }
            Err(ServiceError::Format(error)) => error.kind() == FormatErrorKind::NotTokens,
            Err(_) => false,
        };
        if !is_suspect {
            return dtcg;
        }
        match (detect(path, limits), dtcg) {
            (Ok(Some(looked)), _) => Self::foreign(path, looked),
            // What is too large to be looked at as a whole is what it looks like.
            (Err(error), Ok(dtcg)) if error.code() == InteropErrorKind::OverLimit.code() => Ok(dtcg),
            (Err(error), _) => Err(error),
            (Ok(None), dtcg) => dtcg,
        }
    }

    fn is_marked(&self, limits: &Limits) -> Result<bool, ServiceError> {
        for set in &self.sets {
            if let Content::File(path) = &set.content
                && is_marked(path, limits)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Files that are another tool's, as the caller says.
    pub(super) fn of_format(path: &Path, format: Format, limits: &Limits) -> Result<Self, ServiceError> {
        let (files, skipped) = load(path, limits)?;
        let bundle = Bundle::new(files, read_limits(limits))?;
        Self::foreign(path, Looked { bundle, skipped, format })
    }

    /// Files of another tool.
    pub(super) fn foreign(path: &Path, looked: Looked) -> Result<Self, ServiceError> {
        let Looked { bundle, skipped, format } = looked;
        let places = Places::of(&bundle);
        let (format, reading) = dss_interop::read(Some(format), bundle)?;
        let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut files = Self::of_reading(&file_name(&absolute), &places, format, reading)?;
        files.skipped.splice(0..0, skipped);
        Ok(files)
    }

    /// What came of another tool's answer that was in no file, and is called so.
    pub(crate) fn of_answer(label: &str, format: Format, reading: Reading) -> Result<Self, ServiceError> {
        Self::of_reading(label, &Places::nowhere(label), format, reading)
    }

    /// What came of another tool's files; `label` is what they are called.
    fn of_reading(
        label: &str,
        places: &Places,
        format: Format,
        reading: Reading,
    ) -> Result<Self, ServiceError> {
        let mut files = Self { kind: format.name(), name: set_name(label), ..Self::default() };
        files.conversion = Some(Conversion::of(format, &reading.report));
        let Reading { design, findings, skipped, .. } = reading;
        files.findings.extend(findings.into_iter().map(Finding::from));
        files.skipped.extend(
            skipped.into_iter().map(|skipped| Skipped { path: skipped.path, reason: skipped.reason }),
        );
        files.take(design, label, places)?;
        if files.sets.is_empty() {
            let message = "there are no tokens in it";
            return Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, "", message).into());
        }
        Ok(files)
    }

    /// A project's state.
    pub(crate) fn of_project(design: Design) -> Result<Self, ServiceError> {
        let name = design.name.clone().unwrap_or_default();
        let mut files = Self { kind: "project", name: name.clone(), ..Self::default() };
        files.take(design, &name, &Places::default())?;
        Ok(files)
    }

    /// Adds a design's sets; `label` is what errors call its resolver document.
    fn take(&mut self, design: Design, label: &str, places: &Places) -> Result<(), ServiceError> {
        for set in design.sets {
            let (label, lines) = places.of_set(&set.name);
            self.add(SetInput {
                name: set.name,
                label,
                references: vec![set.file],
                content: Content::Inline(set.document),
                lines,
            })?;
        }
        if let Some(text) = &design.resolver {
            self.resolver = Some((resolver::read(text, label)?, label.to_owned()));
        }
        Ok(())
    }
}

/// Where the items of another tool's files stand in those.
#[derive(Default)]
struct Places {
    /// The files, by path, with their lines.
    files: Vec<(String, Arc<HashMap<String, u64>>)>,
}

impl Places {
    fn of(bundle: &Bundle) -> Self {
        let files = bundle.documents().iter().filter(|document| document.json().is_some());
        let lines = |document: &Document| Arc::new(dss_interop::lines(document.bytes()));
        Self { files: files.map(|document| (document.path().to_owned(), lines(document))).collect() }
    }

    /// One that has no lines.
    fn nowhere(label: &str) -> Self {
        Self { files: vec![(label.to_owned(), Arc::default())] }
    }

    /// The file that a set is, or the one that all are in: its path, and the lines in it. Of a set that is neither, its
    /// name.
    fn of_set(&self, set: &str) -> (String, Lines) {
        let is_its = |path: &str| {
            let stem = ENDINGS.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
            stem.strip_suffix(set).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let found = match self.files.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|(path, _)| is_its(path)),
        };
        let Some((path, lines)) = found else { return (set.to_owned(), Lines::None) };
        let inside = TokenPath::from_segments([set]).to_string();
        (path.clone(), Lines::Of(Arc::clone(lines), inside))
    }
}

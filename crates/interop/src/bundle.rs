//! Files that were looked at: each parsed once.

use crate::error::{InteropError, InteropErrorKind};
use crate::file::{File, ReadLimits};
use crate::json::{Json, Object};

/// The files of one input, in the order of their paths.
#[derive(Debug)]
pub struct Bundle {
    documents: Vec<Document>,
    /// Why the first of those was refused that mean to be JSON.
    malformed: Option<InteropError>,
    limits: ReadLimits,
}

/// One file.
#[derive(Debug)]
pub struct Document {
    path: String,
    bytes: Vec<u8>,
    json: Option<Json>,
}

impl Document {
    /// Its path, relative to the folder that was named.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its path without its ending (`.tokens.json`, `.tokens`, `.json`, `.css`): the name of the set that it may be.
    pub fn stem(&self) -> &str {
        let endings = [".tokens.json", ".tokens", ".json", ".css"];
        endings.iter().find_map(|ending| self.path.strip_suffix(ending)).unwrap_or(&self.path)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The JSON object that it is, if it is one.
    pub const fn json(&self) -> Option<&Object> {
        match &self.json {
            Some(Json::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The JSON array that it is, if it is one.
    pub fn array(&self) -> Option<&[Json]> {
        self.json.as_ref()?.as_array()
    }
}

impl Bundle {
    /// Parses files.
    ///
    /// # Errors
    /// [`InteropErrorKind::OverLimit`]; [`InteropError::Format`] for a single file whose JSON is malformed. One among
    /// others is told when the others are read. A file that is something else than JSON is no error.
    pub fn new(files: Vec<File>, limits: ReadLimits) -> Result<Self, InteropError> {
        let over = |what: String| Err(InteropError::new(InteropErrorKind::OverLimit, "", what));
        if files.len() > limits.files {
            return over(format!("{} files, the limit is {}", files.len(), limits.files));
        }
        let sizes = files.iter().map(|file| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
        let bytes = sizes.fold(0, u64::saturating_add);
        if bytes > limits.bytes {
            return over(format!("{bytes} bytes to be read at once, the limit is {}", limits.bytes));
        }
        let is_one = files.len() == 1;
        let mut bundle = Self { documents: Vec::with_capacity(files.len()), malformed: None, limits };
        for File { path, bytes } in files {
            let json = if is_json(&path, &bytes) {
                Json::parse(&bytes, &path, limits.depth).map(Some)
            } else {
                Ok(None)
            };
            let json = match json {
                Err(error) if is_one => return Err(error),
                Err(error) => {
                    bundle.malformed.get_or_insert(error);
                    None
                }
                Ok(json) => json,
            };
            bundle.documents.push(Document { path, bytes, json });
        }
        bundle.documents.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(bundle)
    }

    /// Refuses files of which one means to be JSON and is not.
    pub(crate) fn require_well_formed(&mut self) -> Result<(), InteropError> {
        self.malformed.take().map_or(Ok(()), Err)
    }

    /// The files, by path.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The file at that path.
    pub fn at(&self, path: &str) -> Option<&Document> {
        self.documents
            .binary_search_by(|document| document.path.as_str().cmp(path))
            .ok()
            .and_then(|at| self.documents.get(at))
    }

    /// The one file, if it is one.
    pub fn only(&self) -> Option<&Document> {
        match self.documents.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What reading may cost.
    pub const fn limits(&self) -> &ReadLimits {
        &self.limits
    }
}

/// What style sheets end with.
const STYLE_SHEET: &str = ".css";

/// Whether a file means to be a JSON document. A style sheet may begin with a bracket, too.
fn is_json(path: &str, bytes: &[u8]) -> bool {
    if path.ends_with(STYLE_SHEET) {
        return false;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'['))
}

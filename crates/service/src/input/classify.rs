//! What a file is, by what it starts with.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use dss_format::dtcg::{DtcgReader, ReadLimits};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{JsonKind, JsonLimits, JsonText, Limits, Stage};

use super::{Content, SetInput, file_name, missing, open, read_start};
use crate::error::ServiceError;

/// What other formats start with.
const MAGIC: [(&[u8], &str); 16] = [
    (b"\x89PNG", "a PNG image, not a token document"),
    (b"\xff\xd8\xff", "a JPEG image, not a token document"),
    (b"GIF8", "a GIF image, not a token document"),
    (b"RIFF", "a WebP image or another RIFF file, not a token document"),
    (b"%PDF", "a PDF document, not a token document"),
    (b"PK\x03\x04", "a zip archive, not a token document"),
    (b"\x1f\x8b", "a gzip archive, not a token document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, not a token document"),
    (b"Rar!", "a RAR archive, not a token document"),
    (b"SQLite format 3", "an SQLite database, not a token document"),
    (b"\x7fELF", "a program, not a token document"),
    (b"MZ", "a program, not a token document"),
    (b"wOF", "a web font, not a token document"),
    (b"\xff\xfe", "UTF-16 text: save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text: save it as UTF-8"),
    (b"%!PS", "a PostScript document, not a token document"),
];

/// What a file that starts like this seems to be, if it is certainly no JSON object.
fn other_format(start: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(what);
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match text.first() {
        Some(b'[') => Some("a JSON array, not a token document"),
        Some(b'<') => Some("XML or HTML, not a token document"),
        Some(b'{') => None,
        _ if text.contains(&0) => Some("binary data, not a token document"),
        _ => None,
    }
}

/// Whether a file is meant to be an archive, a damaged or hostile one included: it is named so, or starts like a zip, or
/// ends like one. No JSON document does: `PK` and control characters stand in none outside of strings.
pub(super) fn is_archive(path: &Path) -> io::Result<bool> {
    let endings = ["dss", "penpot", "zip"];
    if path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known))) {
        return Ok(true);
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut start = [0_u8; 2];
    if read_start(&mut file, &mut start)? == 2 && start == *b"PK" {
        return Ok(true);
    }
    if !metadata.is_file() {
        return Ok(false);
    }
    // An end record with the longest comment (APPNOTE 4.3.16).
    let tail_bytes = metadata.len().min(22 + 0xFFFF);
    file.seek(SeekFrom::End(tail_bytes.try_into().map_or(0, i64::wrapping_neg)))?;
    let mut tail = Vec::new();
    file.take(tail_bytes).read_to_end(&mut tail)?;
    Ok(tail.windows(4).any(|bytes| bytes == b"PK\x05\x06"))
}

/// What a JSON file turned out to be.
pub(super) enum Class {
    Tokens,
    Resolver,
    /// JSON, or text that may be anything, without DTCG tokens.
    Unknown,
    Other(&'static str),
}

/// Why a file is left out that is JSON.
pub(super) const NO_TOKENS: &str = "no DTCG tokens in it (no object with \"$value\")";

/// Reads a file up to its first token.
pub(super) fn classify(path: &Path, limits: &Limits) -> Result<Class, ServiceError> {
    let mut start = [0_u8; 64];
    let read = read_start(&mut open(path)?, &mut start).map_err(|cause| missing(path, cause))?;
    if let Some(other) = other_format(start.get(..read).unwrap_or_default()) {
        return Ok(Class::Other(other));
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
        Class::Unknown
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
pub(super) fn require_tokens(set: &SetInput, limits: &Limits) -> Result<(), ServiceError> {
    let Content::File(path) = &set.content else { return Ok(()) };
    match classify(path, limits)? {
        Class::Unknown => {
            Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, &set.label, NO_TOKENS).into())
        }
        Class::Other(reason) => {
            Err(FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, &set.label, reason).into())
        }
        Class::Tokens | Class::Resolver => Ok(()),
    }
}

/// Reads a resolver document whole.
pub(super) fn read_json(path: &Path, label: &str, limits: &Limits) -> Result<JsonText, ServiceError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limits.item_bytes).unwrap_or(u64::MAX).saturating_mul(8);
    open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|cause| missing(path, cause))?;
    let error = |kind, stage, message: &str| FormatError::new(kind, stage, label, message);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        let message = format!("the resolver document is larger than {limit} bytes");
        return Err(error(FormatErrorKind::Limit, Stage::Structure, &message).into());
    }
    if let Some(other) = other_format(&bytes) {
        return Err(error(FormatErrorKind::NotTokens, Stage::Schema, other).into());
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = JsonText::parse(text, &JsonLimits::default())
        .map_err(|error| FormatError::malformed(label, error))?;
    if text.get_ref().kind() != JsonKind::Object {
        return Err(error(FormatErrorKind::NotTokens, Stage::Schema, "expected a JSON object").into());
    }
    Ok(text)
}

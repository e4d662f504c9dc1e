//! Which format files are of, by what is in them.

use std::io::{self, Read};

use memchr::memmem;

use crate::bundle::Bundle;
use crate::codec::CODECS;
use crate::error::{InteropError, InteropErrorKind, Tried};
use crate::format::Format;

/// How well files fit a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They are not of it, and why.
    No(String),
    /// They can be read as it by who knows that they are, and why nothing says so.
    Readable(String),
    /// They look like it, as they may like others.
    Possible,
    /// They have what only this format has.
    Certain,
}

impl Fit {
    /// They are not of it.
    pub(crate) fn no(reason: impl Into<String>) -> Self {
        Self::No(reason.into())
    }

    /// They may be of it.
    pub(crate) fn readable(reason: impl Into<String>) -> Self {
        Self::Readable(reason.into())
    }
}

/// The format that files are of.
///
/// # Errors
/// [`InteropErrorKind::Unrecognized`], with why each format did not fit; [`InteropErrorKind::Ambiguous`] if two fit
/// equally well.
pub fn detect(bundle: &Bundle) -> Result<Format, InteropError> {
    let mut certain = Vec::new();
    let mut possible = Vec::new();
    let mut tried = Vec::new();
    for codec in CODECS.iter().filter(|codec| codec.read.is_some()) {
        match (codec.recognize)(bundle) {
            Fit::Certain => certain.push(codec.format),
            Fit::Possible => possible.push(codec.format),
            Fit::No(reason) | Fit::Readable(reason) => tried.push(Tried { format: codec.format, reason }),
        }
    }
    let fits = if certain.is_empty() { possible } else { certain };
    let told = |kind, message: String, tried| {
        let entry = bundle.only().map(|document| document.path().to_owned()).unwrap_or_default();
        Err(InteropError::Told { kind, entry, message, tried })
    };
    match fits.as_slice() {
        [only] => Ok(*only),
        [] => told(InteropErrorKind::Unrecognized, "none of the formats known here".to_owned(), tried),
        several => {
            let names: Vec<&str> = several.iter().map(|format| format.title()).collect();
            let options: Vec<&str> = several.iter().map(|format| format.name()).collect();
            let message = format!(
                "this may be {}, and would mean something else in each: --from {}",
                names.join(" or "),
                options.join(", or --from "),
            );
            told(InteropErrorKind::Ambiguous, message, tried)
        }
    }
}

/// What only documents of other tools have in them, as far as documents have it that look like DTCG.
const MARKERS: [&[u8]; 4] =
    [b"\"$themes\"", b"\"tokenSetOrder\"", b"\"variableCollections\"", b"\"com.figma.modeName\""];

/// Bytes that are searched at once.
const PIECE_BYTES: u64 = 64 << 10;

/// Whether a document that has DTCG tokens may be another tool's all the same, so that it is worth being parsed to find
/// out. Quick, and never wrong in saying no. Memory: 64 KiB, however long the document is.
///
/// # Errors
/// Whatever the source returns.
pub fn may_be_foreign(mut source: impl Read) -> io::Result<bool> {
    let longest = MARKERS.iter().map(|marker| marker.len()).max().unwrap_or_default();
    let mut window = Vec::new();
    loop {
        // A marker may begin in what was searched before.
        let searched = window.len().saturating_sub(longest.saturating_sub(1));
        window.drain(..searched);
        let read = source.by_ref().take(PIECE_BYTES).read_to_end(&mut window)?;
        if MARKERS.iter().any(|marker| memmem::find(&window, marker).is_some()) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_wherever_they_stand() {
        let piece = usize::try_from(PIECE_BYTES).unwrap();
        for marker in MARKERS {
            for at in [0, 1, piece - marker.len(), piece - 1, piece, piece + 1, 3 * piece - 3] {
                let text = [&vec![b' '; at][..], marker, b" "].concat();
                assert!(may_be_foreign(&*text).unwrap(), "{at}");
                assert!(!may_be_foreign(&text[..at + marker.len() - 1]).unwrap(), "{at}");
            }
        }
        assert!(!may_be_foreign(&b""[..]).unwrap());
    }
}

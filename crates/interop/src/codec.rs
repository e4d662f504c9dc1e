//! The formats that are built in: what recognizes, reads and writes each.
//!
//! A new one is a module below `formats` with a constant of type [`Codec`], and a line in [`CODECS`].

use crate::bundle::Bundle;
use crate::design::{Design, Reading, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::{InteropError, InteropErrorKind};
use crate::format::Format;
use crate::formats::{
    conservative, css, dtcg, figma, flat_json, penpot, style_dictionary, tailwind, tokens_studio,
};

pub(crate) type Read = fn(&Bundle) -> Result<Reading, InteropError>;
pub(crate) type Write = fn(&Design, &WriteOptions) -> Result<Written, InteropError>;

/// How a format is recognized, read and written.
pub(crate) struct Codec {
    pub(crate) format: Format,
    /// Whether the files are of this format. Looks at as much as it needs.
    pub(crate) recognize: fn(&Bundle) -> Fit,
    pub(crate) read: Option<Read>,
    pub(crate) write: Option<Write>,
}

/// All of them.
pub(crate) const CODECS: &[Codec] = &[
    dtcg::CODEC,
    conservative::CODEC,
    tokens_studio::CODEC,
    style_dictionary::CODEC,
    figma::CODEC,
    figma::native::CODEC,
    penpot::CODEC,
    css::CODEC,
    tailwind::CODEC,
    flat_json::CODEC,
];

impl Format {
    /// Whether the format can be read.
    pub fn is_read(self) -> bool {
        codec(self).is_some_and(|codec| codec.read.is_some())
    }

    /// Whether the format can be written.
    pub fn is_written(self) -> bool {
        codec(self).is_some_and(|codec| codec.write.is_some())
    }
}

fn codec(format: Format) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.format == format)
}

/// Reads files of a format; without one, of the one that they are found to be of.
///
/// What DTCG has no place for is kept under [`EXTENSION`](crate::EXTENSION), so that [`write()`] in the same format gives
/// the same files again.
///
/// # Errors
/// [`InteropError`]; of the files nothing is taken then.
pub fn read(format: Option<Format>, mut bundle: Bundle) -> Result<(Format, Reading), InteropError> {
    let format = match format {
        Some(format) => format,
        None => crate::detect(&bundle)?,
    };
    let one_way =
        || InteropError::new(InteropErrorKind::OneWay, "", format!("{format} is written, not read"));
    let codec = codec(format).ok_or_else(one_way)?;
    let read = codec.read.ok_or_else(one_way)?;
    if let Fit::No(reason) = (codec.recognize)(&bundle) {
        let message = format!("this is not {format}: {reason}");
        return Err(InteropError::new(InteropErrorKind::NotThisFormat, "", message));
    }
    bundle.require_well_formed()?;
    Ok((format, read(&bundle)?))
}

/// Writes a design in a format.
///
/// What the format has no place for is kept under `$extensions` where it has those, and counted in the report.
///
/// # Errors
/// [`InteropError`].
pub fn write(format: Format, design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let one_way =
        || InteropError::new(InteropErrorKind::OneWay, "", format!("{format} is read, not written"));
    let write = codec(format).and_then(|codec| codec.write).ok_or_else(one_way)?;
    write(design, options)
}

//! What the container's own errors say, below the refusals of the format.

use std::io;

use dss_format::FormatError;

/// What the container's own error says.
pub(super) struct Refused {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) hint: &'static str,
}

/// The container's error that a refusal has as its cause.
pub(super) fn archive_source(error: &FormatError) -> Option<Refused> {
    let source = std::error::Error::source(error)?;
    if let Some(error) = source.downcast_ref::<dss_security::OpenError>() {
        return Some(Refused { code: error.code(), rule: error.rule(), hint: error.hint() });
    }
    let inner = source.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let error = source
        .downcast_ref::<dss_security::ReadError>()
        .or_else(|| inner.and_then(|inner| inner.downcast_ref::<dss_security::ReadError>()))?;
    Some(Refused { code: error.code(), rule: error.rule(), hint: error.hint() })
}

/// Code and hint of the container's own error, which know more than "refused".
pub(super) fn archive_refusal(error: &FormatError) -> Option<(&'static str, &'static str)> {
    archive_source(error).map(|error| (error.code, error.hint))
}

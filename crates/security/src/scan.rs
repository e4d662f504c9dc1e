//! The scan: stages A (framing), B and N (central directory), C (local headers), before any entry is handed out.
//!
//! Order matters: each stage reads only what the one before has bounded, and limits come before allocations.

pub(crate) mod central;
mod duplicates;
mod extra;
pub(crate) mod framing;
pub(crate) mod local;

use crate::entry::EntryInfo;
use crate::error::OpenError;
use crate::limits::LimitWarning;
use crate::policy::OpenOptions;
use crate::source::ReadAt;

/// What a completed scan has proven.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) frame: framing::Frame,
    /// In offset order; their ranges tile `[0, frame.directory_offset)`.
    pub(crate) entries: Vec<EntryInfo>,
    pub(crate) warnings: Vec<LimitWarning>,
}

pub(crate) fn scan<S: ReadAt>(source: &S, options: &OpenOptions) -> Result<Scanned, OpenError> {
    let frame = framing::scan(source, &options.limits)?;
    let central::Directory { mut entries, peaks } = central::scan(source, &frame, options)?;
    duplicates::check(&entries, &options.policy)?;
    local::scan(source, &frame, &mut entries, &options.policy)?;
    let limits = &options.limits;
    let warnings = [
        LimitWarning::near("archive_bytes", frame.archive_bytes, limits.archive_bytes),
        LimitWarning::near("entries", frame.entries, limits.entries),
        LimitWarning::near("entry_bytes", peaks.entry_bytes, limits.entry_bytes),
        LimitWarning::near("total_bytes", peaks.total_bytes, limits.total_bytes),
        LimitWarning::near("ratio", peaks.ratio, limits.ratio),
        LimitWarning::near("name_bytes", peaks.name_bytes, limits.name_bytes),
        LimitWarning::near("segment_bytes", peaks.segment_bytes, limits.segment_bytes),
        LimitWarning::near("depth", peaks.depth, limits.depth),
        LimitWarning::near("comment_bytes", u64::from(frame.comment_bytes), limits.comment_bytes),
    ];
    Ok(Scanned { frame, entries, warnings: warnings.into_iter().flatten().collect() })
}

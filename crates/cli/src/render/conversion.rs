//! What became of things in another format.

use dss_service::{Conversion, ConversionNote, ConvertSummary};

use super::look::{Page, Paint};
use super::text::{bytes, count, duration, escape, plural};

/// What a conversion did.
pub(crate) fn converted(page: &mut Page, summary: &ConvertSummary) {
    let (source, target) = (escape(&summary.source), escape(&summary.target));
    let (from, to) = (summary.read.format, summary.written.format);
    page.painted(Paint::Strong, &format!("Converted {source} ({from}) to {target} ({to})."));
    page.gap();
    let files = u64::try_from(summary.files.len()).unwrap_or(u64::MAX);
    page.facts(&[
        ("holds", format!("{} in {}", plural(summary.tokens, "token"), plural(summary.sets, "set"))),
        ("size", format!("{}, {}", bytes(summary.bytes), plural(files, "file"))),
        ("time", duration(summary.duration_ms)),
    ]);
}

/// Tells what a format has no place for: what is not quite as it was, or all of it.
pub(crate) fn conversion(page: &mut Page, conversion: &Conversion, is_full: bool) {
    for note in conversion.notes.iter().filter(|note| is_full || note.fate != "kept") {
        let ConversionNote { fate, what, count: number, first } = note;
        let (label, paint) = match *fate {
            "lost" => ("warning: ", Some(Paint::Warning)),
            _ => ("note: ", None),
        };
        let first = if first.is_empty() { String::new() } else { format!(", first {}", escape(first)) };
        let text = format!("{fate} in {}: {} {what}{first}", conversion.format, count(*number));
        page.hanging_painted(label, paint, "  ", &text);
    }
}

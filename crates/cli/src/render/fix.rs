//! What `dss fix` changed, or would.

use dss_service::FixReport;

use super::look::{Page, Paint};
use super::text::{escape, plural};

/// Shows a diff per file, or that it was made; and what is left to decide.
pub(crate) fn fixed(page: &mut Page, report: &FixReport) {
    for file in &report.files {
        if !report.written {
            diff(page, &file.diff);
        }
        if !file.advice.is_empty() {
            if !report.written && !file.diff.is_empty() {
                page.gap();
            }
            page.heading(&escape(&file.path));
            for advice in &file.advice {
                let text = format!("{}: {}", escape(&advice.value), escape(&advice.message));
                let place = format!("    {}: {}: ", advice.line, escape(&advice.path));
                page.hanging_painted(&place, Some(Paint::Name), "      ", &text);
            }
        }
        if !(report.written && file.advice.is_empty()) {
            page.gap();
        }
    }
    let values = plural(report.changes, "value");
    match (report.changes, report.written) {
        (0, _) => page.line("Nothing to change."),
        (_, true) => page.line(&format!("Fixed {values}.")),
        (_, false) => page.line(&format!("{values} can be fixed: --write does it.")),
    }
    if report.advice > 0 {
        page.line(&format!("{} to be decided by you: see above.", plural(report.advice, "value")));
    }
}

fn diff(page: &mut Page, text: &str) {
    for line in text.lines() {
        let paint = match line.as_bytes().first() {
            _ if line.starts_with("---") || line.starts_with("+++") => Some(Paint::Strong),
            Some(b'+') => Some(Paint::Good),
            Some(b'-') => Some(Paint::Bad),
            Some(b'@') => Some(Paint::Faint),
            _ => None,
        };
        // Tabs are the file's own, and the diff is one that `patch` takes.
        let line = line.split('\t').map(escape).collect::<Vec<_>>().join("\t");
        match paint {
            Some(paint) => page.painted(paint, &line),
            None => page.line(&line),
        }
    }
}

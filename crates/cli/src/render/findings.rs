//! What is wrong with single items.

use dss_service::model::Severity;
use dss_service::{Finding, Findings, LimitUse, Skipped};

use super::look::{Page, Paint};
use super::text::{self, escape, plural};

/// How many findings of a code are shown, unless all are wanted.
const SHOWN: usize = 3;

/// Shows findings by code.
pub(super) fn findings(page: &mut Page, findings: &Findings) {
    if findings.by_code.is_empty() {
        return;
    }
    page.gap();
    let parts = [(findings.errors, "error"), (findings.warnings, "warning")];
    let parts = parts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| plural(*number, noun));
    let total = parts.collect::<Vec<_>>().join(", ");
    page.heading(&format!("Findings: {}", if total.is_empty() { "none".to_owned() } else { total }));
    for (code, number) in &findings.by_code {
        let items: Vec<&Finding> = findings.items.iter().filter(|item| item.code == *code).collect();
        let is_error = items.iter().any(|item| item.severity == Severity::Error);
        page.gap();
        let code = page.look().paint(if is_error { Paint::Bad } else { Paint::Warning }, &escape(code));
        page.line(&format!("  {code} ({})", text::count(*number)));
        let shown = if page.is_verbose() { items.len() } else { SHOWN.min(items.len()) };
        items.iter().take(shown).for_each(|item| finding(page, item));
        rest(page, *number, shown, items.len());
    }
}

/// What, and below it where.
fn finding(page: &mut Page, finding: &Finding) {
    let message = escape(&finding.message);
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    let file = format!("{}{line}", escape(&finding.file));
    if finding.path.is_empty() {
        page.hanging("    ", "      ", &message);
    } else {
        let path = escape(&finding.path);
        page.hanging_painted(&format!("    {path}: "), Some(Paint::Name), "      ", &message);
    }
    if !finding.file.is_empty() {
        page.painted(Paint::Faint, &format!("      {file}"));
    }
}

fn rest(page: &mut Page, number: u64, shown: usize, known: usize) {
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    let known = u64::try_from(known).unwrap_or(u64::MAX);
    let hidden = number.saturating_sub(shown);
    if hidden == 0 {
        return;
    }
    let why = if known > shown { " (-v shows more)" } else { " (counted only)" };
    page.painted(Paint::Faint, &format!("    … and {} more{why}", text::count(hidden)));
}

/// Says what became of invalid tokens.
pub(super) fn invalid_tokens(page: &mut Page, number: u64, project: Option<&str>) {
    if number == 0 {
        return;
    }
    let (subject, them) = match number {
        1 => ("1 token breaks".to_owned(), "it"),
        _ => (format!("{} tokens break", text::count(number)), "them"),
    };
    page.gap();
    let more = match project {
        None => format!("An import keeps and marks {them}; --strict refuses the file."),
        Some(project) => {
            let was = if number == 1 { "It was" } else { "They were" };
            format!("{was} kept as written and marked: dss token list {} --invalid", quoted(project))
        }
    };
    page.prose("", &format!("{subject} the rules of the format. {more}"));
}

/// A word for a command line, in quotes if it has to be.
pub(super) fn quoted(word: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '+' | ',' | '=');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", escape(word).replace('\'', "'\\''"))
    }
}

/// Warns of limits that are nearly reached.
pub(crate) fn near_limits(page: &mut Page, limits: &[LimitUse]) {
    for limit in limits {
        let (what, option) = match limit.limit {
            "archive_bytes" => ("file size", "--max-file-size"),
            "entries" => ("entries", "--max-entries"),
            "entry_bytes" => ("largest entry", "--max-entry-size"),
            "total_bytes" => ("entries together", "--max-total-size"),
            "ratio" => ("ratio of compression", "--max-ratio"),
            "components" => ("components", "--max-components"),
            "tokens" => ("tokens", "--max-tokens"),
            other => (other, "--limits"),
        };
        let is_size = limit.limit.ends_with("_bytes");
        let shown = |number| if is_size { text::bytes(number) } else { text::count(number) };
        let (used, max) = (shown(limit.used), shown(limit.max));
        let message = format!("{used} of at most {max} are used ({what}); {option} raises the limit");
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
}

/// Warns of input that was left out.
pub(crate) fn skipped(page: &mut Page, skipped: &[Skipped]) {
    let shown = if page.is_verbose() { skipped.len() } else { SHOWN };
    for file in skipped.iter().take(shown) {
        let message = format!("left out {}: {}", escape(&file.path), escape(&file.reason));
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
    let hidden = u64::try_from(skipped.len().saturating_sub(shown)).unwrap_or_default();
    if hidden > 0 {
        let message = format!("left out {} more (-v names them)", plural(hidden, "file"));
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
}

//! Differences as Markdown, for the description of a pull request.

use dss_service::{Change, DiffItem, DiffSummary};

use super::super::text::escape;
use super::condense::Condenser;
use super::{DiffReport, Shown, differences, former_name, label, name_of, order_of, parts, remarks, section};

/// Characters of a value that are shown.
const CHARACTERS_MAX: usize = 160;
/// A comment on GitHub has at most 65,536 characters; the rest is for what is around it.
const LENGTH_MAX: usize = 60_000;
/// Rows of a table that need no folding.
const OPEN_ROWS_MAX: usize = 15;

/// The report as GitHub flavoured Markdown.
#[derive(Debug)]
pub(crate) struct MarkdownDiff {
    condenser: Condenser,
    rows_max: usize,
    rows_count: usize,
    length: usize,
    /// Items that are counted only.
    left_out: u64,
    section: Option<String>,
    rows: Vec<String>,
}

impl MarkdownDiff {
    /// With at most so many rows in all tables together.
    pub(crate) fn new(is_verbose: bool, rows_max: usize) -> Self {
        Self {
            condenser: Condenser::new(is_verbose),
            rows_max,
            rows_count: 0,
            length: 0,
            left_out: 0,
            section: None,
            rows: Vec::new(),
        }
    }

    fn add(&mut self, item: &DiffItem) -> String {
        let own = section(item);
        let mut text = String::new();
        if self.section.as_deref() != Some(own) {
            text = self.end_section();
            self.section = Some(own.to_owned());
        }
        let rows = rows_of(item);
        let length = rows.iter().map(String::len).sum::<usize>();
        let is_full = self.rows_count.saturating_add(rows.len()) > self.rows_max
            || self.length.saturating_add(length) > LENGTH_MAX;
        if is_full || self.left_out > 0 {
            self.left_out = self.left_out.saturating_add(1);
        } else {
            self.rows_count = self.rows_count.saturating_add(rows.len());
            self.length = self.length.saturating_add(length);
            self.rows.extend(rows);
        }
        text
    }

    /// The table of the section that ends here; folded, if it is long.
    fn end_section(&mut self) -> String {
        let rows = std::mem::take(&mut self.rows);
        let Some(name) = self.section.take().filter(|_| !rows.is_empty()) else { return String::new() };
        let table = format!("| | | | old | new |\n| --- | --- | --- | --- | --- |\n{}", rows.concat());
        let text = if rows.len() > OPEN_ROWS_MAX {
            let name = entities(&name);
            format!("\n<details>\n<summary>{name} ({} rows)</summary>\n\n{table}\n</details>\n", rows.len())
        } else {
            format!("\n### {}\n\n{table}", code(&name))
        };
        self.length = self.length.saturating_add(300);
        text
    }
}

/// One row for each field; the name stands in the first.
fn rows_of(item: &DiffItem) -> Vec<String> {
    let mut name = code(&name_of(&item.place));
    if let Some(former) = former_name(item) {
        name = format!("{} → {name}", code(&former));
    }
    let is_alone = matches!(item.change, Change::Added | Change::Removed);
    let token_type = item.new_type.as_ref().or(item.old_type.as_ref()).filter(|_| is_alone);
    if let Some(label) = label(item).or_else(|| token_type.cloned()) {
        name.push_str(&format!(" ({})", entities(&escape(&label))));
    }
    let row = |is_first: bool, field: &str, old: &str, new: &str| {
        let (change, name) = if is_first { (item.change.name(), name.as_str()) } else { ("", "") };
        format!("| {change} | {name} | {field} | {old} | {new} |\n")
    };
    let mut rows = Vec::new();
    if let Some(order) = order_of(item) {
        rows.push(row(true, &entities(&order), "", ""));
    }
    for field in Shown::all(item, CHARACTERS_MAX) {
        let name = if field.is_main() { String::new() } else { code(&escape(field.name)) };
        let side = |text: &Option<String>| text.as_ref().map(|text| code(&escape(text))).unwrap_or_default();
        let mut new = side(&field.new);
        if field.change.follows_rename {
            new.push_str(" (renamed with its target)");
        }
        rows.push(row(rows.is_empty(), &name, &side(&field.old), &new));
    }
    if rows.is_empty() {
        rows.push(row(true, "", "", ""));
    }
    rows
}

/// A code span in a table: nothing in it is markup. GitHub shows a patch beside a colour in one.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // Back ticks would end it, bars the cell, and spaces at its ends are dropped.
    if text.contains(['`', '|', '\\']) || text.trim() != text {
        return format!("<code>{}</code>", entities(text));
    }
    format!("`{text}`")
}

/// Text in which every character that could mean something to Markdown or HTML is spelled out.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | '/' | '(' | ')') {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else if c == '-' && out.is_empty() {
            out.push_str("&#45;");
        } else {
            out.push(c);
        }
    }
    out
}

impl DiffReport for MarkdownDiff {
    fn begin(&mut self, summary: &DiffSummary) -> String {
        let name = |name: &str| code(&escape(name));
        let title =
            format!("## Design tokens: {} → {}\n\n", name(&summary.old.name), name(&summary.new.name));
        let total = summary.total.total();
        let counts = if total == 0 {
            "No differences.".to_owned()
        } else {
            format!("**{}**: {}.", differences(total), parts(&summary.total))
        };
        let remarks = remarks(summary, |name| code(&escape(name)));
        let text = format!("{title}{counts} {}\n", remarks.join(" "));
        self.length = text.len();
        text
    }

    fn item(&mut self, item: DiffItem) -> String {
        let items = self.condenser.take(item);
        items.iter().map(|item| self.add(item)).collect()
    }

    fn end(&mut self, _: &DiffSummary) -> String {
        let last = self.condenser.finish();
        let mut text = last.map(|item| self.add(&item)).unwrap_or_default();
        text.push_str(&self.end_section());
        if self.left_out > 0 {
            text.push_str(&format!("\nAnd {} more, not shown here.\n", differences(self.left_out)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_markup() {
        assert_eq!(code("#ff0066"), "`#ff0066`");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("`x`"), "<code>&#96;x&#96;</code>");
        assert_eq!(code(" x"), "<code> x</code>");
        assert_eq!(code("a\\"), "<code>a&#92;</code>");
        assert_eq!(
            entities("<img src=x>*@me* [a](b)"),
            "&#60;img src&#61;x&#62;&#42;&#64;me&#42; &#91;a&#93;(b)"
        );
    }
}

//! What `dss resolve` found.

use dss_service::{FlatToken, ResolveReport};

use super::findings::findings;
use super::look::{Look, Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{escape, plural};
use super::value::{short, swatch};

/// So many rows decide how wide columns are, so that one long value among thousands does not spoil all.
const ROWS: usize = 1_000;

/// The values, and for which themes they are.
pub(crate) fn resolved(page: &mut Page, report: &ResolveReport) {
    let columns = [Column::left("PATH"), Column::left("TYPE"), Column::flexible("VALUE")];
    let mut table = Table::new(&columns);
    for rows in report.tokens.chunks(ROWS) {
        rows.iter().for_each(|token| table.row(row(token, page.look())));
        page.table(&table);
        table.continue_below(page.look());
    }
    if !report.tokens.is_empty() {
        page.gap();
    }
    let tokens = u64::try_from(report.tokens.len()).unwrap_or(u64::MAX);
    let themes = report.themes.iter().map(|(group, theme)| format!("{}={}", escape(group), escape(theme)));
    let themes: Vec<String> = themes.collect();
    let with = if themes.is_empty() { String::new() } else { format!(", with {}", themes.join(", ")) };
    let look = page.look();
    page.hanging("", "  ", &look.paint(Paint::Faint, &format!("{}{with}", plural(tokens, "token"))));
}

fn row(token: &FlatToken, look: Look) -> [Cell; 3] {
    let token_type = token.token_type.as_deref();
    let is_color = token_type == Some("color");
    let patch = is_color.then(|| swatch(&token.value)).flatten().and_then(|color| look.swatch(color));
    [
        Cell::new(&token.path).painted(Paint::Name),
        Cell::new(token_type.unwrap_or("?")).painted(Paint::Faint),
        Cell::new(&short(&token.value, token_type)).after_swatch(patch),
    ]
}

/// Why tokens are missing.
pub(crate) fn unresolved(page: &mut Page, report: &ResolveReport) {
    findings(page, &report.findings);
}

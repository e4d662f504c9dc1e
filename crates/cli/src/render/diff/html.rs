//! Differences as a page of its own: no script, nothing loaded from anywhere.

use dss_service::{Change, DiffItem, DiffSummary};
use serde_json::value::RawValue;

use super::super::summary::{by_kind, noun};
use super::super::text::{count, escape};
use super::condense::Condenser;
use super::sample::sample;
use super::{DiffReport, Shown, differences, former_name, label, mark, name_of, order_of, remarks, section};

/// Characters of a value that are shown.
const CHARACTERS_MAX: usize = 2_000;
/// How it looks.
const STYLE: &str = include_str!("page.css");

/// The report as a page.
#[derive(Debug)]
pub(crate) struct HtmlDiff {
    condenser: Condenser,
    section: Option<String>,
}

impl HtmlDiff {
    pub(crate) fn new(is_verbose: bool) -> Self {
        Self { condenser: Condenser::new(is_verbose), section: None }
    }

    fn show(&mut self, item: &DiffItem) -> String {
        let mut out = String::new();
        let own = section(item);
        if self.section.as_deref() != Some(own) {
            out.push_str(&self.end_section());
            out.push_str(&format!(
                "<section>\n<h2>{}</h2>\n<table>\n<thead><tr><th><span class=\"aside\">change</span></th>\
                 <th>name</th><th>field</th><th>old</th><th>new</th></tr></thead>\n<tbody>\n",
                html(own)
            ));
            self.section = Some(own.to_owned());
        }
        let fields = Shown::all(item, CHARACTERS_MAX);
        let order = order_of(item);
        let rows = fields.len().saturating_add(usize::from(order.is_some())).max(1);
        let change = item.change.name();
        let mut head = format!(
            "<th scope=\"rowgroup\" rowspan=\"{rows}\" title=\"{change}\"><span class=\"mark\">{}</span>\
             <span class=\"aside\"> {change}</span></th><td rowspan=\"{rows}\">{}</td>",
            mark(item.change),
            title(item)
        );
        let mut row = |cells: &str| {
            out.push_str(&format!("<tr class=\"{change}\">{}{cells}</tr>\n", std::mem::take(&mut head)));
        };
        if let Some(order) = &order {
            row(&format!("<td>order</td><td colspan=\"2\">{}</td>", html(order)));
        }
        for field in &fields {
            row(&cells(item, field));
        }
        if fields.is_empty() && order.is_none() {
            row("<td></td><td></td><td></td>");
        }
        out
    }

    fn end_section(&mut self) -> String {
        match self.section.take() {
            Some(_) => "</tbody>\n</table>\n</section>\n".to_owned(),
            None => String::new(),
        }
    }
}

fn title(item: &DiffItem) -> String {
    let mut name = format!("<code>{}</code>", html(&name_of(&item.place)));
    if let Some(former) = former_name(item) {
        name = format!("<code class=\"was\">{}</code> → {name}", html(&former));
    }
    if let Some(label) = label(item).or_else(|| item.new_type.clone()).or_else(|| item.old_type.clone()) {
        name.push_str(&format!(" <small>{}</small>", html(&label)));
    }
    name
}

fn cells(item: &DiffItem, field: &Shown<'_>) -> String {
    let note = if field.change.follows_rename { "<br><small>renamed with its target</small>" } else { "" };
    let old_type = item.old_type.as_deref().or(item.new_type.as_deref());
    let side = |value: &Option<Box<RawValue>>, text: &Option<String>, token_type: Option<&str>| {
        let Some(text) = text else { return String::new() };
        let look = value.as_ref().filter(|_| field.name == "$value");
        let look = look.and_then(|value| sample(value, token_type)).unwrap_or_default();
        format!("{look}<code>{}</code>", html(text))
    };
    format!(
        "<td>{}{note}</td><td class=\"old\">{}</td><td class=\"new\">{}</td>",
        html(field.name),
        side(&field.change.old, &field.old, old_type),
        side(&field.change.new, &field.new, item.new_type.as_deref())
    )
}

/// Text in which nothing is markup, nothing is invisible, and nothing changes the direction of text.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn totals(summary: &DiffSummary) -> String {
    let changes: Vec<Change> =
        Change::ALL.into_iter().filter(|change| summary.total.of(*change) > 0).collect();
    let mut table = "<table class=\"totals\">\n<thead><tr><td></td>".to_owned();
    changes.iter().for_each(|change| table.push_str(&format!("<th>{}</th>", change.name())));
    table.push_str("</tr></thead>\n<tbody>\n");
    for (kind, counts) in by_kind(&summary.kinds) {
        table.push_str(&format!("<tr><th scope=\"row\">{}</th>", noun(kind, 2)));
        let numbers = changes.iter().map(|change| count(counts.of(*change)));
        numbers.for_each(|number| table.push_str(&format!("<td>{number}</td>")));
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n</table>\n");
    table
}

impl DiffReport for HtmlDiff {
    fn begin(&mut self, summary: &DiffSummary) -> String {
        let (old, new) = (html(&summary.old.name), html(&summary.new.name));
        let counts = match summary.total.total() {
            0 => "<p>No differences.</p>\n".to_owned(),
            total => format!("<p><strong>{}</strong></p>\n{}", differences(total), totals(summary)),
        };
        let remarks = remarks(summary, |name| format!("\"{}\"", escape(name)));
        let remarks: Vec<String> =
            remarks.iter().map(|remark| format!("<p class=\"remark\">{}</p>\n", html(remark))).collect();
        let remarks = remarks.concat();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{old} → {new}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <h1><code>{old}</code> → <code>{new}</code></h1>\n\
             <p class=\"remark\">{} → {}</p>\n{counts}{remarks}",
            summary.old.kind, summary.new.kind
        )
    }

    fn item(&mut self, item: DiffItem) -> String {
        let items = self.condenser.take(item);
        items.iter().map(|item| self.show(item)).collect()
    }

    fn end(&mut self, _: &DiffSummary) -> String {
        let last = self.condenser.finish();
        let mut text = last.map(|item| self.show(&item)).unwrap_or_default();
        text.push_str(&self.end_section());
        text.push_str("</main>\n</body>\n</html>\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(
            html("<a href='x' title=\"y\">&\u{202e}\u{0}"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;\\u{202e}\\u{0}"
        );
    }

    #[test]
    fn the_style_loads_nothing() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}

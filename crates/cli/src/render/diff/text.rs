//! Differences on a terminal.

use dss_service::{Change, DiffItem, DiffSummary};
use serde_json::value::RawValue;

use super::super::look::{Look, Page, Paint};
use super::super::summary::{by_kind, noun};
use super::super::table::{Cell, Column, Table};
use super::super::text::{elide, escape, width};
use super::super::value::swatch;
use super::condense::Condenser;
use super::{DiffReport, Shown, differences, former_name, label, mark, name_of, order_of, remarks, section};

/// Characters of a value that are shown.
const CHARACTERS_MAX: usize = 300;
/// Spaces before a field.
const INDENT: &str = "      ";

/// The report for a terminal.
#[derive(Debug)]
pub(crate) struct TextDiff {
    look: Look,
    is_verbose: bool,
    condenser: Condenser,
    section: Option<String>,
}

impl TextDiff {
    pub(crate) fn new(look: Look, is_verbose: bool) -> Self {
        Self { look, is_verbose, condenser: Condenser::new(is_verbose), section: None }
    }

    fn show(&mut self, item: &DiffItem) -> String {
        let mut page = Page::new(self.look, self.is_verbose);
        let own = section(item);
        if self.section.as_deref() != Some(own) {
            page.gap();
            page.heading(&escape(own));
            self.section = Some(own.to_owned());
        }
        let is_alone = matches!(item.change, Change::Added | Change::Removed);
        let mut fields = Shown::all(item, CHARACTERS_MAX);
        // Of what came or went, what it is there for is enough.
        fields.retain(|field| field.is_main() || !is_alone || self.is_verbose);
        let title = self.title(item);
        let behind = match fields.as_slice() {
            [only] if item.reordered.is_none() => self.one_line(only, width(&title.plain)),
            _ => None,
        };
        if behind.is_some() {
            fields.clear();
        }
        page.line(&format!("{}{}", title.text, behind.unwrap_or_default()));
        if let Some(order) = order_of(item) {
            page.line(&format!("{INDENT}order  {order}"));
        }
        for field in &fields {
            self.field(&mut page, field);
        }
        page.text().to_owned()
    }

    fn title(&self, item: &DiffItem) -> Title {
        let paint = match item.change {
            Change::Added => Paint::Good,
            Change::Removed => Paint::Bad,
            Change::Renamed | Change::Moved => Paint::Name,
            Change::Changed => Paint::Warning,
        };
        let mark = mark(item.change);
        let mut name = name_of(&item.place);
        if let Some(former) = former_name(item) {
            name = format!("{former} → {name}");
        }
        let mut plain = format!("  {mark} {name}");
        let mut text = format!("  {} {name}", self.look.paint(paint, &mark.to_string()));
        let is_alone = matches!(item.change, Change::Added | Change::Removed);
        let token_type = item.new_type.as_ref().or(item.old_type.as_ref()).filter(|_| is_alone);
        if let Some(label) = label(item).or_else(|| token_type.map(|own| escape(own))) {
            plain.push_str(&format!("  {label}"));
            text.push_str(&format!("  {}", self.look.paint(Paint::Faint, &label)));
        }
        Title { plain, text }
    }

    /// A field behind the title, if there is room for it.
    fn one_line(&self, field: &Shown<'_>, used: usize) -> Option<String> {
        let (plain, text) = self.both(field);
        let needed = used.saturating_add(2).saturating_add(width(&plain));
        (field.is_main() && needed <= self.look.width()).then(|| format!("  {text}"))
    }

    /// `old → new`, as it counts and as it is painted.
    fn both(&self, field: &Shown<'_>) -> (String, String) {
        let side = |text: &Option<String>, value: &Option<Box<RawValue>>| {
            let text = text.as_ref().map(|text| escape(text))?;
            let patch = value.as_ref().filter(|_| field.name == "$value").and_then(|value| swatch(value));
            let patch = patch.and_then(|color| self.look.swatch(color));
            let space = if patch.is_some() { "   " } else { "" };
            Some((format!("{space}{text}"), format!("{}{text}", patch.unwrap_or_default())))
        };
        let old = side(&field.old, &field.change.old);
        let new = side(&field.new, &field.change.new);
        let (mut plain, mut text) = match (old, new) {
            (Some((old_plain, old)), Some((new_plain, new))) => {
                (format!("{old_plain} → {new_plain}"), format!("{old} → {new}"))
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => (String::new(), String::new()),
        };
        if field.change.follows_rename {
            let note = "  (renamed with its target)";
            plain.push_str(note);
            text.push_str(&self.look.paint(Paint::Faint, note));
        }
        (plain, text)
    }

    /// A field on lines of its own.
    fn field(&self, page: &mut Page, field: &Shown<'_>) {
        let name = escape(field.name);
        let sign = match (&field.old, &field.new) {
            (None, Some(_)) => "+ ",
            (Some(_), None) => "- ",
            _ => "",
        };
        let (plain, text) = self.both(field);
        let start = format!("{INDENT}{sign}{name}");
        let painted = format!("{INDENT}{sign}{}", self.look.paint(Paint::Faint, &name));
        if width(&start).saturating_add(width(&plain)).saturating_add(2) <= self.look.width() {
            page.line(&format!("{painted}  {text}"));
            return;
        }
        page.line(&painted);
        let room = self.look.width().saturating_sub(width(INDENT)).saturating_sub(4);
        for (sign, paint, text) in [("-", Paint::Bad, &field.old), ("+", Paint::Good, &field.new)] {
            if let Some(text) = text {
                let text = elide_to_lines(&escape(text), room);
                page.line(&format!("{INDENT}  {} {text}", self.look.paint(paint, sign)));
            }
        }
    }
}

/// A line's start: as it counts, and as it is painted.
struct Title {
    plain: String,
    text: String,
}

/// Cuts a value to a line; the end, which says how long a cut value was, stays.
fn elide_to_lines(text: &str, room: usize) -> String {
    match text.rsplit_once("… (") {
        Some((start, end)) if end.ends_with(" characters)") => {
            let end = format!(" ({end}");
            format!("{}{end}", elide(&format!("{start}…"), room.saturating_sub(width(&end))))
        }
        _ => elide(text, room),
    }
}

impl DiffReport for TextDiff {
    fn begin(&mut self, summary: &DiffSummary) -> String {
        let mut page = Page::new(self.look, self.is_verbose);
        let side = |side: &dss_service::DiffSideView| format!("{} ({})", escape(&side.name), side.kind);
        page.prose("", &format!("{} → {}", side(&summary.old), side(&summary.new)));
        for remark in remarks(summary, |name| format!("\"{}\"", escape(name))) {
            let mut faint = Page::new(self.look, self.is_verbose);
            faint.prose("", &remark);
            faint.text().lines().for_each(|line| page.painted(Paint::Faint, line));
        }
        page.text().to_owned()
    }

    fn item(&mut self, item: DiffItem) -> String {
        let items = self.condenser.take(item);
        items.iter().map(|item| self.show(item)).collect()
    }

    fn end(&mut self, summary: &DiffSummary) -> String {
        let last = self.condenser.finish();
        let mut text = last.map(|item| self.show(&item)).unwrap_or_default();
        let mut page = Page::new(self.look, self.is_verbose);
        page.gap();
        if summary.is_empty() {
            page.line("No differences.");
        } else {
            page.table(&totals(summary));
            page.gap();
            page.painted(Paint::Strong, &format!("{}.", differences(summary.total.total())));
        }
        text.push_str(page.text());
        text
    }
}

/// How many of each kind, without columns in which there is nothing.
fn totals(summary: &DiffSummary) -> Table {
    let changes: Vec<Change> =
        Change::ALL.into_iter().filter(|change| summary.total.of(*change) > 0).collect();
    let title = |change: Change| match change {
        Change::Added => "ADDED",
        Change::Removed => "REMOVED",
        Change::Renamed => "RENAMED",
        Change::Moved => "MOVED",
        Change::Changed => "CHANGED",
    };
    let columns = changes.iter().map(|change| Column::right(title(*change)));
    let mut table = Table::new(&std::iter::once(Column::left("ITEMS")).chain(columns).collect::<Vec<_>>());
    for (kind, counts) in by_kind(&summary.kinds) {
        let cells = changes.iter().map(|change| Cell::count(counts.of(*change)));
        table.row(std::iter::once(Cell::new(&noun(kind, 2))).chain(cells));
    }
    table
}

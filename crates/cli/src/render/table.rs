//! Tables that fit the terminal.

use super::look::{Look, Paint};
use super::text;

/// No column gets narrower than that.
const NARROWEST: usize = 8;

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    is_right: bool,
    /// Whether what does not fit may be cut.
    is_flexible: bool,
    /// Whether its start is cut, not its end.
    is_path: bool,
}

impl Column {
    pub(crate) const fn left(title: &'static str) -> Self {
        Self { title, is_right: false, is_flexible: false, is_path: false }
    }

    /// For numbers.
    pub(crate) const fn right(title: &'static str) -> Self {
        Self { title, is_right: true, is_flexible: false, is_path: false }
    }

    /// For text that may be cut.
    pub(crate) const fn flexible(title: &'static str) -> Self {
        Self { title, is_right: false, is_flexible: true, is_path: false }
    }

    /// For paths of files, which are cut at their start.
    pub(crate) const fn path(title: &'static str) -> Self {
        Self { title, is_right: false, is_flexible: true, is_path: true }
    }
}

/// What stands in a row and a column. Its text is safe to print: [`Cell::new`] escapes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    paint: Option<Paint>,
    /// What stands before the text and was made by us, with its width.
    prefix: Option<(String, usize)>,
}

impl Cell {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text::escape(text), paint: None, prefix: None }
    }

    pub(crate) fn count(number: u64) -> Self {
        let paint = (number == 0).then_some(Paint::Faint);
        Self { text: text::count(number), paint, prefix: None }
    }

    #[must_use]
    pub(crate) const fn painted(mut self, paint: Paint) -> Self {
        self.paint = Some(paint);
        self
    }

    /// With something before it that is three columns wide.
    #[must_use]
    pub(crate) fn after_swatch(mut self, swatch: Option<String>) -> Self {
        self.prefix = swatch.map(|swatch| (swatch, 3));
        self
    }

    fn width(&self) -> usize {
        let prefix = self.prefix.as_ref().map_or(0, |(_, width)| *width);
        text::width(&self.text).saturating_add(prefix)
    }
}

/// Rows of cells under titles.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    indent: usize,
    has_titles: bool,
    /// Widths that rows before these had.
    widths: Vec<usize>,
}

impl Table {
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), indent: 2, has_titles: true, widths: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn rows_count(&self) -> usize {
        self.rows.len()
    }

    /// Forgets the rows and keeps the widths, so that more rows can follow below them.
    pub(crate) fn continue_below(&mut self, look: Look) {
        self.widths = self.widths(look);
        self.rows.clear();
        self.has_titles = false;
    }

    pub(crate) fn render(&self, look: Look) -> String {
        let mut out = String::new();
        if self.rows.is_empty() {
            return out;
        }
        let widths = self.widths(look);
        // Columns without any text are left out.
        let shown: Vec<bool> = widths.iter().map(|width| *width > 0).collect();
        if self.has_titles {
            let titles: Vec<Cell> =
                self.columns.iter().map(|column| Cell::new(column.title).painted(Paint::Faint)).collect();
            self.render_row(&mut out, look, &titles, &widths, &shown);
        }
        for row in &self.rows {
            self.render_row(&mut out, look, row, &widths, &shown);
        }
        out
    }

    fn render_row(&self, out: &mut String, look: Look, row: &[Cell], widths: &[usize], shown: &[bool]) {
        let mut line = " ".repeat(self.indent);
        let mut is_first = true;
        let columns = self.columns.iter().zip(row).zip(widths).zip(shown);
        for (((column, cell), width), _) in columns.filter(|(_, is_shown)| **is_shown) {
            if !std::mem::take(&mut is_first) {
                line.push_str("  ");
            }
            let prefix_width = cell.prefix.as_ref().map_or(0, |(_, width)| *width);
            let text = if column.is_path {
                text::elide_start(&cell.text, width.saturating_sub(prefix_width))
            } else if column.is_flexible {
                text::elide(&cell.text, width.saturating_sub(prefix_width))
            } else {
                cell.text.clone()
            };
            let gap = " ".repeat(width.saturating_sub(prefix_width).saturating_sub(text::width(&text)));
            let text = cell.paint.map_or_else(|| text.clone(), |paint| look.paint(paint, &text));
            let prefix = cell.prefix.as_ref().map_or("", |(prefix, _)| prefix);
            if column.is_right {
                line.push_str(&format!("{gap}{prefix}{text}"));
            } else {
                line.push_str(&format!("{prefix}{text}{gap}"));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }

    /// Natural widths, cut down in flexible columns until the table fits; 0 for columns without text.
    fn widths(&self, look: Look) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for (column, index) in self.columns.iter().zip(0_usize..) {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let before = self.widths.get(index).copied().unwrap_or_default();
            let widest = cells.map(Cell::width).max().unwrap_or_default().max(before);
            let title = if self.has_titles { text::width(column.title) } else { 0 };
            widths.push(if widest == 0 { 0 } else { widest.max(title) });
        }
        let gaps = widths.iter().filter(|width| **width > 0).count().saturating_sub(1).saturating_mul(2);
        let room = look.width().saturating_sub(self.indent).saturating_sub(gaps);
        let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
        while excess > 0 {
            let flexible =
                self.columns.iter().zip(widths.iter_mut()).filter(|(column, _)| column.is_flexible);
            let Some(widest) = flexible.map(|(_, width)| width).max_by_key(|width| **width) else { break };
            if *widest <= NARROWEST {
                break;
            }
            *widest = widest.saturating_sub(1);
            excess = excess.saturating_sub(1);
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_and_columns_without_text_disappear() {
        let mut table = Table::new(&[
            Column::left("PATH"),
            Column::right("N"),
            Column::left("NOTE"),
            Column::flexible("VALUE"),
        ]);
        table.row([Cell::new("a.b"), Cell::count(1_234), Cell::default(), Cell::new(&"long ".repeat(40))]);
        table.row([Cell::new("c"), Cell::count(5), Cell::default(), Cell::new("x\u{1b}")]);
        let text = table.render(Look::PLAIN);
        assert!(text.lines().all(|line| text::width(line) <= 80), "{text}");
        let start = "  PATH      N  VALUE\n  a.b   1,234  long long";
        assert!(text.starts_with(start), "{text}");
        assert!(text.ends_with("  c         5  x\\u{1b}\n"), "{text}");
    }

    #[test]
    fn what_may_not_be_cut_is_not() {
        let mut table = Table::new(&[Column::left("PATH")]);
        let path = "p".repeat(100);
        table.row([Cell::new(&path)]);
        assert!(table.render(Look::PLAIN).contains(&path));
    }
}

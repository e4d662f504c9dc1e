//! What the output can do, and a page that knows it.

use super::table::Table;
use super::text;

/// Colours and emphasis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
    Name,
}

impl Paint {
    const fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
            Self::Name => "36",
        }
    }
}

/// What the output can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    has_color: bool,
    has_true_color: bool,
    width: usize,
}

impl Look {
    /// No colours, 80 columns.
    pub(crate) const PLAIN: Self = Self { has_color: false, has_true_color: false, width: 80 };

    /// For an output that is a terminal of that width, if it is one.
    pub(crate) fn new(has_color: bool, terminal_width: Option<u16>) -> Self {
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = columns.or(terminal_width).map_or(Self::PLAIN.width, usize::from);
        let depth = std::env::var("COLORTERM").unwrap_or_default();
        let has_true_color = has_color && matches!(depth.as_str(), "truecolor" | "24bit");
        Self { has_color, has_true_color, width: width.max(40) }
    }

    /// Whether it shows colours.
    pub(crate) const fn has_color(self) -> bool {
        self.has_color
    }

    /// Characters in a line.
    pub(crate) const fn width(self) -> usize {
        self.width
    }

    /// With fewer characters in a line.
    pub(crate) const fn narrowed(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by), ..self }
    }

    /// `text` in that paint.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        if self.has_color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", paint.code())
        } else {
            text.to_owned()
        }
    }

    /// A patch of a colour with a space after it, where the output can show it.
    pub(crate) fn swatch(self, [red, green, blue]: [u8; 3]) -> Option<String> {
        self.has_true_color.then(|| format!("\u{1b}[48;2;{red};{green};{blue}m  \u{1b}[0m "))
    }
}

/// Text for people, built line by line.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    look: Look,
    is_verbose: bool,
}

impl Page {
    pub(crate) const fn new(look: Look, is_verbose: bool) -> Self {
        Self { text: String::new(), look, is_verbose }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) const fn look(&self) -> Look {
        self.look
    }

    pub(crate) const fn is_verbose(&self) -> bool {
        self.is_verbose
    }

    /// A line, as it is.
    pub(crate) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line in one paint.
    pub(crate) fn painted(&mut self, paint: Paint, text: &str) {
        let text = self.look.paint(paint, text);
        self.line(&text);
    }

    /// A heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.painted(Paint::Strong, text);
    }

    /// Prose, broken into lines that start with `indent`.
    pub(crate) fn prose(&mut self, indent: &str, text: &str) {
        self.hanging(indent, indent, text);
    }

    /// Prose whose first line starts differently: `hint: `, say.
    pub(crate) fn hanging(&mut self, first: &str, indent: &str, text: &str) {
        self.hanging_painted(first, None, indent, text);
    }

    /// Like [`Self::hanging`], with the start of the first line in a paint.
    pub(crate) fn hanging_painted(&mut self, first: &str, paint: Option<Paint>, indent: &str, text: &str) {
        let width = self.look.width.min(100);
        let room = |start: &str| width.saturating_sub(text::width(start));
        let lines = text::wrap(text, room(first), room(indent));
        for (line, index) in lines.iter().zip(0_usize..) {
            let start = match (index, paint) {
                (0, Some(paint)) => self.look.paint(paint, first),
                (0, None) => first.to_owned(),
                _ => indent.to_owned(),
            };
            let line = format!("{start}{}", line.replace(text::HOLD, " "));
            self.line(line.trim_end());
        }
    }

    /// What to do next: commands, each with what it is for.
    pub(crate) fn next(&mut self, commands: &[(String, &str)]) {
        let widest = commands.iter().map(|(command, _)| text::width(command)).max().unwrap_or_default();
        self.gap();
        self.line("Next:");
        let fits =
            |purpose: &str| widest.saturating_add(text::width(purpose)).saturating_add(4) <= self.look.width;
        let is_beside = commands.iter().all(|(_, purpose)| fits(purpose));
        for (command, purpose) in commands {
            let gap = " ".repeat(widest.saturating_sub(text::width(command)));
            let command = self.look.paint(Paint::Name, command);
            let purpose = self.look.paint(Paint::Faint, purpose);
            if is_beside {
                self.line(&format!("  {command}{gap}  {purpose}"));
            } else {
                self.line(&format!("  {command}"));
                self.line(&format!("    {purpose}"));
            }
        }
    }

    /// Names and what they are, aligned; empty values are left out.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) {
        let shown = facts.iter().filter(|(_, value)| !value.is_empty());
        let widest = shown.clone().map(|(name, _)| text::width(name)).max().unwrap_or_default();
        let indent = " ".repeat(widest.saturating_add(4));
        for (name, value) in shown {
            let gap = " ".repeat(widest.saturating_sub(text::width(name)));
            self.hanging_painted(&format!("  {name}{gap}  "), Some(Paint::Faint), &indent, value);
        }
    }

    pub(crate) fn table(&mut self, table: &Table) {
        let text = table.render(self.look);
        self.text.push_str(&text);
    }
}

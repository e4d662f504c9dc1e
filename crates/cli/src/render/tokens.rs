//! Tokens, in lists and in full.

use dss_service::TokenView;

use super::findings::quoted;
use super::look::{Look, Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{escape, moment, plural};
use super::value::{short, swatch};

/// So many rows decide how wide columns are; a list may be longer than memory.
const ROWS: usize = 1_000;

/// Shows tokens set by set, as they come.
#[derive(Debug)]
pub(crate) struct TokenLister {
    look: Look,
    set: Option<String>,
    table: Table,
    sets: u64,
    tokens: u64,
    invalid: u64,
    conflicts: u64,
}

impl TokenLister {
    pub(crate) fn new(look: Look) -> Self {
        Self { look, set: None, table: table(), sets: 0, tokens: 0, invalid: 0, conflicts: 0 }
    }

    /// Takes a token; gives what can be printed by now.
    pub(crate) fn token(&mut self, token: &TokenView) -> Option<String> {
        let mut out = String::new();
        if self.set.as_deref() != Some(&token.set) {
            out.push_str(&self.table.render(self.look));
            self.table = table();
            if self.set.is_some() {
                out.push('\n');
            }
            out.push_str(&self.look.paint(Paint::Strong, &escape(&token.set)));
            out.push('\n');
            self.set = Some(token.set.clone());
            self.sets = self.sets.saturating_add(1);
        } else if self.table.rows_count() >= ROWS {
            out.push_str(&self.table.render(self.look));
            self.table.continue_below(self.look);
        }
        self.count(token);
        self.table.row(row(token, self.look));
        (!out.is_empty()).then_some(out)
    }

    fn count(&mut self, token: &TokenView) {
        self.tokens = self.tokens.saturating_add(1);
        self.invalid = self.invalid.saturating_add(u64::from(!token.valid));
        self.conflicts = self.conflicts.saturating_add(u64::from(token.open_conflicts > 0));
    }

    /// What is left to print, and the total.
    pub(crate) fn finish(self, page: &mut Page) {
        if self.tokens == 0 {
            page.line("No tokens.");
            return;
        }
        page.table(&self.table);
        page.gap();
        let mut parts = vec![format!("{} in {}", plural(self.tokens, "token"), plural(self.sets, "set"))];
        if self.invalid > 0 {
            parts.push(format!("{} invalid", self.invalid));
        }
        if self.conflicts > 0 {
            parts.push(format!("{} with open conflicts", self.conflicts));
        }
        page.painted(Paint::Faint, &parts.join(", "));
    }
}

fn table() -> Table {
    Table::new(&[Column::left("PATH"), Column::left("TYPE"), Column::left("NOTE"), Column::flexible("VALUE")])
}

fn row(token: &TokenView, look: Look) -> [Cell; 4] {
    let token_type = token.token_type.as_deref();
    let value = token.value.as_ref().map(|value| Cell::new(&short(value, token_type)));
    let patch = token.value.as_ref().filter(|_| token_type == Some("color")).and_then(|value| swatch(value));
    [
        Cell::new(&token.path).painted(if token.valid { Paint::Name } else { Paint::Bad }),
        Cell::new(token_type.unwrap_or("?")).painted(Paint::Faint),
        note(token),
        value.unwrap_or_default().after_swatch(patch.and_then(|color| look.swatch(color))),
    ]
}

fn note(token: &TokenView) -> Cell {
    if token.open_conflicts > 0 {
        Cell::new("conflict").painted(Paint::Warning)
    } else if !token.valid {
        Cell::new("invalid").painted(Paint::Bad)
    } else if is_deprecated(token) {
        Cell::new("deprecated").painted(Paint::Faint)
    } else {
        Cell::default()
    }
}

fn is_deprecated(token: &TokenView) -> bool {
    token.deprecated.as_ref().is_some_and(|deprecated| deprecated.get() != "false")
}

/// Tokens in full, one for each set that defines the path.
pub(crate) fn tokens_in_full(page: &mut Page, tokens: &[TokenView]) {
    for (token, index) in tokens.iter().zip(0_usize..) {
        if index > 0 {
            page.gap();
        }
        one(page, token);
    }
}

/// One token in full.
fn one(page: &mut Page, token: &TokenView) {
    let path = page.look().paint(Paint::Strong, &escape(&token.path));
    page.line(&format!("{path}  in {}", escape(&token.set)));
    let token_type = token.token_type.as_deref();
    let mut value = token.value.as_ref().map(|value| escape(&short(value, token_type))).unwrap_or_default();
    if let Some(patch) =
        token.value.as_ref().and_then(|value| swatch(value)).and_then(|color| page.look().swatch(color))
    {
        value = format!("{patch}{value}");
    }
    let as_json = token
        .value
        .as_ref()
        .map(|value| escape(value.get()))
        .filter(|json| *json != value && json.trim_matches('"') != value);
    let deprecated = match token.deprecated.as_ref().map(|deprecated| deprecated.get()) {
        None => String::new(),
        Some("true") => "yes".to_owned(),
        Some("false") => "no".to_owned(),
        Some(reason) => escape(&serde_json::from_str::<String>(reason).unwrap_or_else(|_| reason.to_owned())),
    };
    let validity = if token.valid { "" } else { "breaks the rules of the format; kept as it is" };
    let conflicts = match token.open_conflicts {
        0 => String::new(),
        number => format!("{}: set the value to decide", plural(number, "open conflict")),
    };
    let by = if token.updated_by.is_empty() {
        String::new()
    } else {
        format!(" by {}", escape(&token.updated_by))
    };
    let mut facts = vec![
        ("type", escape(token_type.unwrap_or("unknown"))),
        ("value", value),
        ("JSON", as_json.unwrap_or_default()),
        ("description", token.description.as_deref().map(escape).unwrap_or_default()),
        ("deprecated", deprecated),
        ("tags", escape(&token.tags.join(", "))),
        ("invalid", validity.to_owned()),
        ("conflict", conflicts),
    ];
    for (vendor, extension) in &token.extensions {
        facts.push(("extension", format!("{} {}", escape(vendor), escape(extension.get()))));
    }
    facts.push(("changed", format!("{} UTC{by}", moment(&token.updated_at))));
    page.facts(&facts);
}

/// A token that was just written.
pub(crate) fn token(page: &mut Page, project: &str, token: &TokenView) {
    let value = token.value.as_ref().map(|value| short(value, token.token_type.as_deref()));
    let value = value.map(|value| format!(" = {}", escape(&value))).unwrap_or_default();
    let patch = token.value.as_ref().and_then(|value| swatch(value));
    let patch = patch.and_then(|color| page.look().swatch(color)).unwrap_or_default();
    page.line(&format!("{patch}Set {}{value} in set {}.", escape(&token.path), escape(&token.set)));
    if !token.valid {
        let name = quoted(project);
        page.painted(Paint::Warning, "It breaks the rules of the format, and is kept and marked invalid.");
        page.line(&format!("See what the format wants: dss token list {name} --invalid"));
    }
}

//! The log, what one import did, what happened to a token, and an undo.

use dss_service::{
    EntityChange, FieldStep, FieldValue, ImportLog, ImportView, LeftAlone, LogEntry, TokenHistoryEntry,
    UndoSummary,
};
use serde_json::Value;

use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{count, escape, moment, plural};
use super::value::{guess, short};

pub(crate) fn log(page: &mut Page, entries: &[LogEntry]) {
    if entries.is_empty() {
        page.line("Nothing was done yet.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("WHEN (UTC)"),
        Column::left("WHO"),
        Column::left("WHAT"),
        Column::left("PROJECT"),
        Column::left("OUTCOME"),
        Column::flexible("DETAIL"),
    ]);
    for entry in entries {
        let paint = match entry.outcome.as_str() {
            "done" => Paint::Good,
            "cancelled" => Paint::Warning,
            _ => Paint::Bad,
        };
        let detail = match &entry.error_code {
            Some(code) => code.clone(),
            None => detail(&entry.action, entry.detail.get()),
        };
        table.row([
            Cell::new(&moment(&entry.at)),
            Cell::new(&entry.who),
            Cell::new(&entry.action),
            Cell::new(entry.project.as_deref().unwrap_or_default()).painted(Paint::Name),
            Cell::new(&entry.outcome).painted(paint),
            Cell::new(&detail),
        ]);
    }
    page.table(&table);
}

/// What tells most about an operation, in this order.
const DETAILS: [&str; 10] =
    ["message", "source", "target", "path", "name", "set", "group", "theme", "to", "toSet"];

/// `color.brand, set base`: what an operation was about. The first needs no name; an import has a number.
fn detail(action: &str, json: &str) -> String {
    let Ok(Value::Object(members)) = serde_json::from_str(json) else { return String::new() };
    let number = members.get("number").and_then(Value::as_u64).map(|number| format!("#{number}"));
    if action == "undo" {
        let import = members.get("import");
        let undone = import.and_then(|import| import.get("number")).and_then(Value::as_u64);
        let undone = undone.map(|undone| format!("took back #{undone}"));
        return number.into_iter().chain(undone).collect::<Vec<_>>().join(" ");
    }
    let known = DETAILS.iter().filter_map(|name| Some((name, members.get(*name)?.as_str()?)));
    let parts = known.zip(0_u32..).map(|((name, text), index)| match index {
        0 => text.to_owned(),
        _ => format!("{name} {text}"),
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    number.filter(|_| action == "import").into_iter().chain([parts]).collect::<Vec<_>>().join(" ")
}

pub(crate) fn token_history(page: &mut Page, entries: &[TokenHistoryEntry]) {
    if entries.is_empty() {
        page.line("No changes are known.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("WHEN (UTC)"),
        Column::left("BY"),
        Column::left("FROM"),
        Column::left("WHAT"),
        Column::left(""),
        Column::flexible("VALUE"),
    ]);
    for entry in entries {
        let (state, paint) = match (entry.is_open, entry.is_current) {
            (true, _) => ("open", Paint::Warning),
            (false, true) => ("current", Paint::Good),
            (false, false) => ("", Paint::Good),
        };
        let from = match entry.import {
            _ if entry.is_told => "told".to_owned(),
            Some(number) => format!("#{number}"),
            None => String::new(),
        };
        table.row([
            Cell::new(&moment(&entry.at)),
            Cell::new(&entry.by),
            Cell::new(&from),
            Cell::new(&entry.field).painted(Paint::Name),
            Cell::new(state).painted(paint),
            Cell::new(&step(&entry.field, entry.old.as_ref(), entry.new.as_ref())),
        ]);
    }
    page.table(&table);
}

/// What an import did.
pub(crate) fn import_log(page: &mut Page, log: &ImportLog) {
    page.painted(Paint::Strong, &format!("{}.", headline(&log.import)));
    page.gap();
    if log.import.created {
        page.line("It made the project: everything in it was new.");
    } else if log.changed == 0 {
        page.line("It changed nothing.");
    } else {
        entities(page, &log.entities, log.changed);
        page.gap();
        page.line(&format!("{} changed.", plural(log.changed, "item")));
    }
    if !log.decisions.is_empty() {
        page.gap();
        page.line("Conflicts that it brought:");
        for decision in &log.decisions {
            let place = place(decision.set.as_deref(), &decision.path);
            let (field, strategy) = (escape(&decision.field), escape(&decision.strategy));
            page.hanging("  ", "    ", &format!("{} {place}, {field}: {strategy}", escape(decision.kind)));
        }
    }
    if !log.import.created && log.changed > 0 {
        let undo = format!("dss undo {} --import {}", escape(&log.project), log.import.number);
        page.next(&[(undo, "take it back")]);
    }
}

/// What an undo did.
pub(crate) fn undo(page: &mut Page, summary: &UndoSummary) {
    let verb = match (summary.dry_run, summary.changed) {
        (_, 0) => "Nothing to take back of",
        (true, _) => "Would take back",
        (false, _) => "Took back",
    };
    page.painted(Paint::Strong, &format!("{verb} {}.", lower(&headline(&summary.import))));
    if !summary.kinds.is_empty() {
        page.gap();
        let mut table = Table::new(&[
            Column::left("ITEMS"),
            Column::right("RESTORED"),
            Column::right("CHANGED"),
            Column::right("DELETED"),
        ]);
        for (kind, counts) in &summary.kinds {
            let numbers = [counts.restored, counts.changed, counts.deleted].map(Cell::count);
            let kind = dss_service::model::Kind::from_name(kind).map(|kind| super::summary::noun(kind, 2));
            table.row(std::iter::once(Cell::new(&kind.unwrap_or_default())).chain(numbers));
        }
        page.table(&table);
    }
    let told = summary.entities.iter().fold(0_u64, |sum, _| sum.saturating_add(1));
    if told > 0 {
        page.gap();
        entities(page, &summary.entities, summary.changed.max(told));
    }
    left_alone(page, summary);
    if summary.dry_run {
        page.gap();
        page.line("This was a dry run: nothing was changed.");
    } else if let Some(number) = summary.number {
        let undo = format!("dss undo {} --import {number}", escape(&summary.project));
        page.next(&[(undo, "take this back again")]);
    }
}

fn left_alone(page: &mut Page, summary: &UndoSummary) {
    if summary.left == 0 {
        return;
    }
    page.gap();
    page.painted(Paint::Warning, &format!("Left as it is, {}:", plural(summary.left, "time")));
    for LeftAlone { kind, set, path, field, message, .. } in &summary.left_alone {
        let field = field.as_ref().map(|field| format!(", {}", escape(field))).unwrap_or_default();
        let line = format!("{} {}{field}: {}", escape(kind), place(set.as_deref(), path), escape(message));
        page.hanging("  ", "    ", &line);
    }
    more(page, summary.left_alone.len(), summary.left);
}

/// `Import 3, brand.dss, 2026-01-01 12:00:00 by Ada`.
fn headline(import: &ImportView) -> String {
    let what = if import.action == "undo" { "Undo" } else { "Import" };
    let by = if import.by.is_empty() { String::new() } else { format!(" by {}", escape(&import.by)) };
    format!("{what} {}, {}, {}{by}", import.number, escape(&import.source), moment(&import.at))
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn entities(page: &mut Page, entities: &[EntityChange], all: u64) {
    for EntityChange { kind, set, path, change, fields, .. } in entities {
        page.hanging("  ", "    ", &format!("{change} {} {}", escape(kind), place(set.as_deref(), path)));
        if *change == "changed" {
            for FieldStep { field, old, new, others } in fields {
                let mut text = format!("{} {}", escape(field), step(field, old.as_ref(), new.as_ref()));
                for other in others {
                    text.push_str(&format!(", or {}", written(field, Some(other))));
                }
                page.hanging("    ", "      ", &text);
            }
        }
    }
    more(page, entities.len(), all);
}

fn more(page: &mut Page, told: usize, all: u64) {
    let more = all.saturating_sub(u64::try_from(told).unwrap_or(u64::MAX));
    if more > 0 {
        page.line(&format!("  … and {} more", count(more)));
    }
}

fn place(set: Option<&str>, path: &str) -> String {
    let set = set.map(|set| format!(" in {}", escape(set))).unwrap_or_default();
    format!("{}{set}", escape(path))
}

/// `16px → 20px`.
fn step(field: &str, old: Option<&FieldValue>, new: Option<&FieldValue>) -> String {
    let token_type = |value: Option<&FieldValue>| value.and_then(|value| value.token_type.clone());
    // The type is told where it is what changed.
    let is_typed = old.is_some() && new.is_some() && token_type(old) != token_type(new);
    let told = |value: Option<&FieldValue>| {
        let text = written(field, value);
        match token_type(value).filter(|_| is_typed) {
            Some(token_type) => format!("{} {text}", escape(&token_type)),
            None => text,
        }
    };
    match old {
        Some(_) => format!("{} → {}", told(old), told(new)),
        None => told(new),
    }
}

/// What a field holds, in short.
fn written(field: &str, value: Option<&FieldValue>) -> String {
    let Some(FieldValue { value, token_type }) = value else { return "(removed)".to_owned() };
    match value {
        None => "(no value)".to_owned(),
        Some(value) if field == "value" => escape(&short(value, token_type.as_deref().or(guess(value)))),
        Some(value) => {
            let text = serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned());
            escape(&text)
        }
    }
}

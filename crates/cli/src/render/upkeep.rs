//! What looking after a store came to.

use std::collections::BTreeMap;

use dss_service::{BackupSummary, CheckReport, CompactSummary, DamageView, ProjectCheck, RestoreSummary};

use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{bytes, count, duration, escape, plural};

/// Items of one code that are shown, unless all are wanted.
const SHOWN: usize = 10;

/// What a check found.
pub(crate) fn check(page: &mut Page, report: &CheckReport) {
    for project in report.projects.iter().filter(|project| !project.by_code.is_empty()) {
        page.heading(&format!("Project \"{}\"", escape(&project.project)));
        damage(page, &project.damage, &project.by_code, &report.hints);
        page.gap();
    }
    if !report.log.is_empty() {
        page.heading("The log of operations");
        let by_code = report.log.iter().map(|damage| (damage.code, 1)).collect();
        damage(page, &report.log, &by_code, &report.hints);
        page.gap();
    }
    let sum = |of: fn(&ProjectCheck) -> u64| report.projects.iter().map(of).fold(0, u64::saturating_add);
    let projects = plural(sum(|_| 1), "project");
    let looked = format!(
        "{projects} with {} and {} of contents, in {}",
        plural(sum(|project| project.entities), "item"),
        bytes(sum(|project| project.content_bytes)),
        duration(report.duration_ms)
    );
    if report.is_clean {
        page.painted(Paint::Good, &format!("Nothing is damaged: {looked}."));
    } else {
        let damaged = report.projects.iter().filter(|project| !project.by_code.is_empty()).count();
        let damaged = plural(u64::try_from(damaged).unwrap_or(u64::MAX), "project");
        page.painted(Paint::Bad, &format!("{damaged} damaged: {looked}."));
    }
}

fn damage(
    page: &mut Page,
    all: &[DamageView],
    by_code: &BTreeMap<&'static str, u64>,
    hints: &BTreeMap<&'static str, &'static str>,
) {
    for (code, number) in by_code {
        let label = page.look().paint(Paint::Bad, &format!("damage[{code}]"));
        page.line(&format!("  {label} ({})", count(*number)));
        if let Some(hint) = hints.get(code) {
            page.hanging_painted("    hint: ", Some(Paint::Faint), "      ", hint);
        }
        let items: Vec<&DamageView> = all.iter().filter(|damage| damage.code == *code).collect();
        let shown = if page.is_verbose() { items.len() } else { SHOWN.min(items.len()) };
        for item in items.iter().take(shown) {
            let path = if item.path.is_empty() { String::new() } else { format!("{}: ", escape(&item.path)) };
            page.hanging_painted(&format!("    {path}"), Some(Paint::Name), "      ", &escape(&item.message));
        }
        let hidden = number.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
        if hidden > 0 {
            page.painted(Paint::Faint, &format!("    … and {} more", count(hidden)));
        }
    }
}

/// How much room there is now.
pub(crate) fn compact(page: &mut Page, summary: &CompactSummary) {
    let mut table = Table::new(&[Column::left("PROJECT"), Column::right("BEFORE"), Column::right("AFTER")]);
    for file in summary.projects.iter().chain(&summary.log) {
        let name = if file.project.is_empty() { "(log)" } else { &file.project };
        table.row([
            Cell::new(name),
            Cell::new(&bytes(file.bytes_before)),
            Cell::new(&bytes(file.bytes_after)),
        ]);
    }
    page.table(&table);
    page.gap();
    let (before, after) = (bytes(summary.bytes_before), bytes(summary.bytes_after));
    page.line(&format!("{before} before, {after} now, in {}.", duration(summary.duration_ms)));
}

/// What was backed up.
pub(crate) fn backup(page: &mut Page, summary: &BackupSummary) {
    let target = escape(&summary.backup);
    page.painted(Paint::Strong, &format!("Backed up {} to {target}.", projects(summary.projects.len())));
    page.gap();
    let removed: Vec<String> = summary.removed.iter().map(|name| escape(name)).collect();
    page.facts(&[
        ("size", format!("{}, checked", bytes(summary.bytes))),
        ("time", duration(summary.duration_ms)),
        ("kept", if summary.kept > 0 { plural(summary.kept, "backup") } else { String::new() }),
        ("removed", removed.join(", ")),
    ]);
    if let Some(reason) = &summary.unremoved {
        let message = format!("older backups could not be removed: {}", escape(reason));
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
    page.next(&[(format!("dss restore {target}"), "bring it back")]);
}

/// What was brought back.
pub(crate) fn restore(page: &mut Page, summary: &RestoreSummary) {
    let from = escape(&summary.backup);
    page.painted(Paint::Strong, &format!("Restored {} from {from}.", projects(summary.projects.len())));
    page.gap();
    let names = |wanted: bool| -> String {
        let chosen = summary.projects.iter().filter(|project| project.replaced == wanted);
        chosen.map(|project| escape(&project.project)).collect::<Vec<_>>().join(", ")
    };
    page.facts(&[
        ("restored", names(false)),
        ("replaced", names(true)),
        ("as of", format!("{} UTC", super::text::moment(&summary.taken_at))),
        ("time", duration(summary.duration_ms)),
    ]);
    page.gap();
    page.prose("", "Each is a copy of its own now: what is changed in it and in the original can be merged.");
}

fn projects(number: usize) -> String {
    plural(u64::try_from(number).unwrap_or(u64::MAX), "project")
}

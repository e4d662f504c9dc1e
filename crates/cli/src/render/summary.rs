//! What import, export, verify and inspect tell.

use std::collections::BTreeMap;

use dss_service::model::Kind;
use dss_service::{ExportSummary, ImportSummary, Inspection, KindSummary, Skipped, VerifySummary};

use super::conflicts;
use super::findings::{findings, invalid_tokens, quoted};
use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{HOLD, bytes, count, duration, escape, moment, plural};

/// What an import did, before its conflicts are asked about one by one.
pub(crate) fn import_before_asking(page: &mut Page, summary: &ImportSummary) {
    headline(page, summary);
    changes(page, &summary.kinds, summary.created);
    findings(page, &summary.findings);
    page.gap();
}

/// What an import did, or would do.
pub(crate) fn import(page: &mut Page, summary: &ImportSummary) {
    headline(page, summary);
    changes(page, &summary.kinds, summary.created);
    page.gap();
    let spent = duration(summary.duration_ms);
    page.painted(Paint::Faint, &format!("  {} read in {spent}", bytes(summary.bytes)));
    super::sources::delivered(page, summary);
    if let Some(other) = &summary.adopted {
        page.gap();
        let (are, then) = if summary.dry_run { ("would be", "then") } else { ("are", "now") };
        page.prose("", &format!("This project and {other} {are} one from {then} on, in all their copies."));
    }
    findings(page, &summary.findings);
    let project = Some(summary.project.as_str()).filter(|_| !summary.dry_run);
    invalid_tokens(page, summary.invalid_tokens, project);
    merged(page, summary);
    if summary.dry_run {
        if summary.open_conflicts > 0 {
            conflicts::would_be_open(page, summary.open_conflicts);
        }
        dry_run(page, summary);
    } else if summary.open_conflicts > 0 {
        let known = summary.merge.as_ref().map(|merge| merge.conflicts.as_slice()).unwrap_or_default();
        let first = known.iter().find(|item| item.decided.is_none() && item.conflict != "entity");
        conflicts::open(page, &summary.project, summary.open_conflicts, first);
    } else if summary.created {
        if let Some(hint) = &summary.hint {
            page.gap();
            page.prose("", &format!("A new project was made; {}.", escape(hint)));
        }
        let name = quoted(&summary.project);
        page.next(&[
            (format!("dss token list {name}"), "look at the tokens"),
            (
                format!("dss export {name} -o {name}.dss").replace("'.dss", ".dss'"),
                "hand it on as an archive",
            ),
        ]);
    }
}

fn headline(page: &mut Page, summary: &ImportSummary) {
    let (source, project) = (escape(&summary.source), escape(&summary.project));
    // What another tool's files were taken for.
    let format = summary.conversion.as_ref().map(|conversion| format!(" ({})", conversion.format));
    let source = format!("{source}{}", format.unwrap_or_default());
    let touched = |kind: &KindSummary| kind.added > 0 || kind.changed > 0 || kind.deleted > 0;
    let is_news = summary.created || summary.kinds.values().any(touched);
    let text = match (summary.dry_run, summary.created, is_news) {
        (false, true, _) => format!("Imported {source} as the new project \"{project}\"."),
        (false, false, true) => format!("Imported {source} into project \"{project}\"."),
        (true, true, _) => format!("Would import {source} as the new project \"{project}\"."),
        (true, false, true) => format!("Would import {source} into project \"{project}\"."),
        (_, false, false) => format!("Nothing new: project \"{project}\" holds all of {source} already."),
    };
    page.painted(Paint::Strong, &text);
}

/// A table of what happened, without the columns and rows in which nothing did.
fn changes(page: &mut Page, kinds: &BTreeMap<&'static str, KindSummary>, is_new: bool) {
    type Number = fn(&KindSummary) -> u64;
    let all: [(&'static str, Number); 6] = [
        ("READ", |kind| kind.read),
        ("ADDED", |kind| kind.added),
        ("CHANGED", |kind| kind.changed),
        ("UNCHANGED", |kind| kind.unchanged),
        ("DELETED", |kind| kind.deleted),
        ("HELD", |kind| kind.held),
    ];
    let is_touched = |row: &KindSummary| row.added > 0 || row.changed > 0 || row.deleted > 0;
    // There is one project, always: it is worth a row only if something happened to it.
    let is_shown = |kind: Kind, row: &KindSummary| match kind {
        Kind::Project => !is_new && is_touched(row),
        _ => row.read > 0 || is_touched(row),
    };
    let rows: Vec<(Kind, &KindSummary)> = by_kind(kinds).filter(|(kind, row)| is_shown(*kind, row)).collect();
    let columns: Vec<&(&'static str, Number)> = all
        .iter()
        .filter(|(title, of)| matches!(*title, "READ" | "ADDED") || rows.iter().any(|(_, row)| of(row) > 0))
        .collect();
    if rows.is_empty() {
        return;
    }
    let titles = columns.iter().map(|(title, _)| Column::right(title));
    let mut table = Table::new(&std::iter::once(Column::left("ITEMS")).chain(titles).collect::<Vec<_>>());
    for (kind, row) in rows {
        let numbers = columns.iter().map(|(_, of)| Cell::count(of(row)));
        table.row(std::iter::once(Cell::new(&noun(kind, 2))).chain(numbers));
    }
    page.gap();
    page.table(&table);
}

/// What became of both sides, beyond the table.
fn merged(page: &mut Page, summary: &ImportSummary) {
    let Some(merge) = &summary.merge else { return };
    conflicts::of_import(page, &merge.conflicts, merge.new_conflicts);
    let outcomes = [
        (merge.outcomes.auto_merged, "changed on both sides and merged without a clash"),
        (merge.outcomes.stale, "older than what is here and left alone"),
        (merge.outcomes.held, "held"),
        (merge.outcomes.quarantined, "contradictory and left alone"),
    ];
    let outcomes = outcomes.iter().filter(|(number, _)| *number > 0);
    let outcomes: Vec<String> =
        outcomes.map(|(number, what)| format!("{} {what}", plural(*number, "item"))).collect();
    if !outcomes.is_empty() {
        page.gap();
        page.prose("  ", &outcomes.join("; "));
    }
    if merge.decided > 0 {
        page.gap();
        let decided = plural(merge.decided, "conflict");
        let by = merge.conflicts.iter().find_map(|item| item.decided.as_ref());
        let by = by.map_or("by strategy", |decided| decided.strategy);
        page.prose("", &format!("{decided} decided: {by}. What was not taken is in the history (dss log)."));
    }
}

/// A dry run: what it was, and what to type next.
fn dry_run(page: &mut Page, summary: &ImportSummary) {
    if summary.is_mass_deletion {
        page.gap();
        let deleted = summary.kinds.values().map(|kind| kind.deleted).fold(0, u64::saturating_add);
        let message = format!(
            "this would delete {}, which the import refuses unless --allow-mass-delete is given",
            plural(deleted, "item")
        );
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
    page.gap();
    page.prose("", "This was a dry run: nothing was changed. Without --dry-run it is done.");
    if let Some(token) = summary.preview_token.as_ref().filter(|_| !summary.created) {
        page.prose("", &format!("To do exactly this or nothing: --expect {token}"));
    }
}

/// What an export did.
pub(crate) fn export(page: &mut Page, summary: &ExportSummary) {
    let part = if summary.full { "" } else { "a part of " };
    let (project, target) = (escape(&summary.project), escape(&summary.target));
    page.painted(Paint::Strong, &format!("Exported {part}project \"{project}\" to {target}."));
    page.gap();
    let what = if summary.export_hash.is_some() { "entry" } else { "file" };
    let packed = if summary.export_hash.is_some() { " (compressed)" } else { "" };
    page.facts(&[
        ("holds", kinds_line(&summary.kinds, summary.deleted)),
        ("size", format!("{}{packed}, {}", bytes(summary.file_bytes), plural(summary.entries, what))),
        ("time", duration(summary.duration_ms)),
        ("hash", summary.export_hash.clone().unwrap_or_default()),
    ]);
}

/// Warns of what token files cannot hold.
pub(crate) fn left_out(page: &mut Page, skipped: &[Skipped]) {
    for Skipped { path, reason } in skipped {
        let message = format!("{}: {}", escape(path), escape(reason));
        page.hanging_painted("warning: ", Some(Paint::Warning), "  ", &message);
    }
    if !skipped.is_empty() {
        page.line("A .dss archive holds all of it.");
    }
}

/// What a verification found.
pub(crate) fn verification(page: &mut Page, summary: &VerifySummary) {
    let source = escape(&summary.source);
    let is_clean = summary.findings.errors == 0 && summary.findings.warnings == 0;
    let verdict = match (summary.source_kind, is_clean) {
        (_, false) => "can be imported, with findings",
        ("archive", true) => "is whole and valid",
        (_, true) => "is valid",
    };
    let paint = if is_clean { Paint::Good } else { Paint::Warning };
    page.painted(paint, &format!("{source} {verdict}."));
    page.gap();
    page.facts(&[
        ("stages", summary.stages.join(", ")),
        ("holds", kinds_line(&summary.kinds, 0)),
        ("size", format!("{} read in {}", bytes(summary.bytes), duration(summary.duration_ms))),
        ("hash", summary.export_hash.clone().unwrap_or_default()),
    ]);
    findings(page, &summary.findings);
    invalid_tokens(page, summary.invalid_tokens, None);
}

/// What an archive holds.
pub(crate) fn inspection(page: &mut Page, inspection: &Inspection) {
    page.heading(&format!("{}: project \"{}\"", escape(&inspection.source), escape(&inspection.name)));
    page.gap();
    let part = if inspection.kind == "full" { "all of the project" } else { "a part of the project" };
    page.facts(&[
        ("holds", format!("{part}: {}", kinds_line(&inspection.kinds, 0))),
        ("project", escape(&inspection.project_id)),
        ("state of", format!("{} UTC", moment(&inspection.exported_at))),
        ("exported by", inspection.by.as_deref().map(escape).unwrap_or_default()),
        ("written by", format!("{}, schema {}", escape(&inspection.generator), inspection.schema_version)),
        ("size", bytes(inspection.file_bytes)),
        ("hash", escape(&inspection.export_hash)),
    ]);
    page.gap();
    let mut table = Table::new(&[
        Column::path("ENTRY"),
        Column::left("ROLE"),
        Column::right("ITEMS"),
        Column::right("SIZE"),
    ]);
    for entry in &inspection.entries {
        table.row([
            Cell::new(&short_hash(&entry.path)),
            Cell::new(entry.role),
            Cell::count(entry.count),
            Cell::new(&bytes(entry.size)),
        ]);
    }
    page.table(&table);
    if !inspection.replicas.is_empty() {
        page.gap();
        let mut table = Table::new(&[Column::left("COPY OR SOURCE"), Column::right("WRITES UP TO")]);
        let mut replicas: Vec<_> = inspection.replicas.iter().collect();
        replicas.sort_by_key(|replica| std::cmp::Reverse(replica.counter));
        for replica in replicas {
            table.row([Cell::new(&replica.id), Cell::count(replica.counter)]);
        }
        page.table(&table);
    }
    page.gap();
    page.painted(Paint::Faint, "  Read from the manifest alone; `dss verify` checks everything.");
}

/// `assets/3f2a91c0….svg`: nobody reads 64 digits, and they would fill the line.
fn short_hash(path: &str) -> String {
    let short = |path: &str| {
        let (folder, file) = path.rsplit_once('/')?;
        let (hash, ending) = file.split_once('.').unwrap_or((file, ""));
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| format!("{folder}/{}….{ending}", hash.get(..12).unwrap_or_default()))
    };
    short(path).unwrap_or_else(|| path.to_owned())
}

/// `64 tokens in 4 sets, 2 themes, 1 component`
pub(super) fn kinds_line(kinds: &BTreeMap<&'static str, u64>, deleted: u64) -> String {
    let mut parts: Vec<String> = by_kind(kinds)
        .filter(|(kind, number)| **number > 0 && !matches!(kind, Kind::Project | Kind::Group | Kind::Layer))
        .map(|(kind, number)| format!("{} {}", count(*number), noun(kind, *number)).replace(' ', HOLD))
        .collect();
    if deleted > 0 {
        parts.push(format!("{} that were deleted", plural(deleted, "item")).replace(' ', HOLD));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

pub(super) fn by_kind<'a, T>(kinds: &'a BTreeMap<&'static str, T>) -> impl Iterator<Item = (Kind, &'a T)> {
    Kind::ALL.into_iter().filter_map(|kind| Some((kind, kinds.get(kind.name())?)))
}

pub(super) fn noun(kind: Kind, number: u64) -> String {
    let one = match kind {
        Kind::TokenSet => "token set",
        Kind::ThemeGroup => "theme group",
        _ => kind.name(),
    };
    if number == 1 { one.to_owned() } else { format!("{one}s") }
}

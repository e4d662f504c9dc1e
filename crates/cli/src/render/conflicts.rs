//! Conflicts: what two people changed apart, and what to do about it.

use dss_service::merge::Recommendation;
use dss_service::model::Kind;
use dss_service::{ConflictItem, ConflictSide, Resolution, SideOf};
use serde::Serialize;
use serde_json::value::RawValue;

use super::findings::quoted;
use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{count, escape, moment, plural};
use super::things::written;

/// Open conflicts of a project.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConflictList {
    /// The project.
    pub(crate) project: String,
    /// The first ones.
    pub(crate) conflicts: Vec<ConflictItem>,
    /// How many there are.
    pub(crate) open_conflicts: u64,
}

/// One conflict with both sides. Who knows the guide knows these lines.
pub(crate) fn conflict(page: &mut Page, item: &ConflictItem) {
    page.heading(&format!("Conflict in {}:", escape(&item.name)));
    page.prose("  ", &what(item));
    page.hanging("Recommendation: ", "  ", &recommendation(item));
    for warning in &item.warnings {
        page.hanging_painted("  ", Some(Paint::Warning), "  ", &escape(&warning.to_string()));
    }
    // Numbers are only in the way where there are two sides, and everybody knows which is which.
    let is_plain = item.sides.len() == 2 && item.local().is_some() && item.imported().is_some();
    for side in &item.sides {
        page.line(&format!("{}: {} ({})", label(side), short_hash(&side.hash), written_at(side)));
        page.hanging("  ", "    ", &told(item, side, is_plain));
    }
    if item.field != "@life" {
        let base = item.base.as_ref().map(|base| escape(&in_short(&item.field, base)));
        page.hanging_painted(
            "Base: ",
            Some(Paint::Faint),
            "  ",
            &base.unwrap_or_else(|| "unknown".to_owned()),
        );
    }
    if let Some(decided) = &item.decided {
        let taken = decided.side.and_then(|number| item.sides.iter().find(|side| side.number == number));
        let taken = taken.map_or_else(|| "another value".to_owned(), |side| label(side).to_lowercase());
        let fork = if decided.fork.is_some() { "; the other side is a new item" } else { "" };
        page.hanging("Decided: ", "  ", &format!("{taken}, {}{fork}", decided.strategy));
    }
}

/// `value, in set tokens/base`
fn what(item: &ConflictItem) -> String {
    let field = match (item.field.as_str(), item.conflict) {
        ("@life", _) => "deleted by one side, edited by the other".to_owned(),
        (field, "entity") => format!("{}, which both sides should look at", escape(field)),
        (field, _) => escape(field),
    };
    let kind = if item.kind == Kind::Token.name() { String::new() } else { format!(" of the {}", item.kind) };
    let within = if item.kind == Kind::Theme.name() { "group" } else { "set" };
    let within = item.set.as_ref().map(|set| format!(", in {within} {}", escape(set)));
    format!("{field}{kind}{}", within.unwrap_or_default())
}

fn recommendation(item: &ConflictItem) -> String {
    let (advice, warning) = item.safe_recommendation();
    let why = match advice {
        Recommendation::Local | Recommendation::Imported => "the later edit",
        Recommendation::Unknown if warning.is_some() => "no clock to go by",
        Recommendation::Unknown if item.local().is_some() && item.imported().is_some() => {
            "both were written at about the same time"
        }
        Recommendation::Unknown => "nobody here knows whose is which",
    };
    format!("{advice} ({why})")
}

fn label(side: &ConflictSide) -> String {
    match side.side {
        Some(SideOf::Local) => "Local".to_owned(),
        Some(SideOf::Imported) => "Imported".to_owned(),
        Some(SideOf::Both) => "Both".to_owned(),
        None => format!("Side {}", side.number),
    }
}

fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn written_at(side: &ConflictSide) -> String {
    if side.updated_at.is_empty() {
        "never written".to_owned()
    } else {
        format!("updated {} UTC", moment(&side.updated_at))
    }
}

/// `10px, by Ben; shows until somebody decides`
fn told(item: &ConflictItem, side: &ConflictSide, is_plain: bool) -> String {
    let number = if is_plain { String::new() } else { format!("{}: ", side.number) };
    let by =
        if side.updated_by.is_empty() { String::new() } else { format!(", by {}", escape(&side.updated_by)) };
    let shown = if side.shown && item.decided.is_none() { "; shows until somebody decides" } else { "" };
    format!("{number}{}{by}{shown}", escape(&value(&item.field, side)))
}

/// A side's value in short.
fn value(field: &str, side: &ConflictSide) -> String {
    side.value.as_ref().map_or_else(|| "(removed)".to_owned(), |value| in_short(field, value))
}

/// A field's value in short: a list of names as it would be typed.
fn in_short(field: &str, value: &RawValue) -> String {
    if field == "@life" && value.get() == "\"alive\"" {
        return "kept".to_owned();
    }
    match serde_json::from_str::<Vec<String>>(value.get()) {
        Ok(names) if field == "sources" => names.join(", "),
        _ => written(field, value),
    }
}

/// Conflicts that an import brought up or would bring up, and what to do next.
pub(super) fn of_import(page: &mut Page, items: &[ConflictItem], new_conflicts: u64) {
    /// How many are shown, unless all are wanted.
    const SHOWN: usize = 5;
    let new: Vec<&ConflictItem> = items.iter().filter(|item| item.is_new).collect();
    let shown = if page.is_verbose() { new.len() } else { SHOWN };
    for item in new.iter().take(shown) {
        page.gap();
        conflict(page, item);
    }
    let hidden = new_conflicts.saturating_sub(u64::try_from(shown.min(new.len())).unwrap_or(u64::MAX));
    if hidden > 0 {
        page.gap();
        page.painted(Paint::Faint, &format!("… and {} (-v shows more)", plural(hidden, "more conflict")));
    }
}

/// How many are left when nobody is asked any more.
pub(crate) fn left_open(page: &mut Page, project: &str, open: u64) {
    if open == 0 {
        page.painted(Paint::Good, "No conflicts are open.");
        return;
    }
    page.painted(Paint::Warning, &format!("{} still open.", plural(open, "conflict")));
    page.next(&[(format!("dss conflicts {} resolve -i", quoted(project)), "go on with the rest")]);
}

/// How many there would be.
pub(super) fn would_be_open(page: &mut Page, open_conflicts: u64) {
    page.gap();
    page.painted(Paint::Warning, &format!("{} would be open.", plural(open_conflicts, "conflict")));
}

/// How many are open, and what to type next.
pub(super) fn open(page: &mut Page, project: &str, open_conflicts: u64, first: Option<&ConflictItem>) {
    let (verb, each) = if open_conflicts == 1 { ("is", "it") } else { ("are", "each") };
    page.gap();
    page.painted(Paint::Warning, &format!("{} {verb} open.", plural(open_conflicts, "conflict")));
    page.prose(
        "",
        &format!(
            "Two people changed the same thing without knowing of each other. Both values are kept until somebody decides \
             {each}."
        ),
    );
    next(page, project, first);
}

fn next(page: &mut Page, project: &str, first: Option<&ConflictItem>) {
    let project = quoted(project);
    let item = first.map_or_else(|| "ITEM".to_owned(), |item| quoted(&item.name));
    page.next(&[
        (format!("dss conflicts {project} list"), "see what is open"),
        (format!("dss conflicts {project} resolve {item} --take imported"), "decide one"),
        (format!("dss conflicts {project} resolve -i"), "be asked about each"),
    ]);
}

/// `dss conflicts list`
pub(crate) fn conflicts(page: &mut Page, list: &ConflictList) {
    if list.conflicts.is_empty() {
        page.line("No open conflicts.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("ITEM"),
        Column::left("FIELD"),
        Column::flexible("LOCAL"),
        Column::flexible("IMPORTED"),
        Column::flexible("OTHER SIDES"),
    ]);
    for item in &list.conflicts {
        let of = |of| item.sides.iter().find(|side| side.side == Some(of));
        let (local, imported) = (of(SideOf::Local), of(SideOf::Imported));
        let is_told = |side: &&ConflictSide| {
            [local, imported].iter().flatten().any(|known| known.number == side.number)
        };
        let others = item.sides.iter().filter(|side| !is_told(side));
        let others = others.map(|side| format!("{}: {}", side.number, value(&item.field, side)));
        let cell = |side: Option<&ConflictSide>| {
            Cell::new(&side.map(|side| value(&item.field, side)).unwrap_or_default())
        };
        table.row([
            Cell::new(&item.name).painted(Paint::Name),
            Cell::new(if item.field == "@life" { "exists" } else { &item.field }),
            cell(local),
            cell(imported),
            Cell::new(&others.collect::<Vec<_>>().join(", ")),
        ]);
    }
    page.table(&table);
    page.gap();
    let listed = u64::try_from(list.conflicts.len()).unwrap_or(u64::MAX);
    let more = list.open_conflicts.saturating_sub(listed);
    let more = if more > 0 { format!(", {} of them not listed", count(more)) } else { String::new() };
    page.painted(Paint::Warning, &format!("{} open{more}", plural(list.open_conflicts, "conflict")));
    let (project, item) =
        (quoted(&list.project), list.conflicts.first().map(|item| quoted(&item.name)).unwrap_or_default());
    page.next(&[
        (format!("dss conflicts {project} show {item}"), "see both sides, who and when"),
        (format!("dss conflicts {project} resolve {item} --take imported"), "decide it"),
    ]);
}

/// `dss conflicts show`
pub(crate) fn conflicts_in_full(page: &mut Page, list: &ConflictList) {
    for (item, index) in list.conflicts.iter().zip(0_usize..) {
        if index > 0 {
            page.gap();
        }
        conflict(page, item);
    }
    if let Some(first) = list.conflicts.first() {
        let (project, item) = (quoted(&list.project), quoted(&first.name));
        page.next(&[
            (format!("dss conflicts {project} resolve {item} --take local"), "or imported, or a number"),
            (format!("dss conflicts {project} resolve {item} --value VALUE"), "neither, but this"),
        ]);
    }
}

/// `dss conflicts resolve`
pub(crate) fn resolution(page: &mut Page, resolution: &Resolution) {
    let resolved = plural(resolution.resolved, "conflict");
    page.painted(
        Paint::Strong,
        &format!("Resolved {resolved} in project \"{}\".", escape(&resolution.project)),
    );
    for item in resolution.conflicts.iter().take(if page.is_verbose() { usize::MAX } else { 10 }) {
        let decided = item.decided.as_ref();
        let side =
            item.sides.iter().find(|side| Some(side.number) == decided.and_then(|decided| decided.side));
        let written = decided.and_then(|decided| decided.value.as_ref());
        let now = match (side, written) {
            (Some(side), _) => format!("{} ({})", value(&item.field, side), label(side).to_lowercase()),
            (None, Some(written)) => in_short(&item.field, written),
            (None, None) => "(removed)".to_owned(),
        };
        let field = if item.field == "@life" { String::new() } else { format!(" {}", escape(&item.field)) };
        page.hanging("  ", "    ", &format!("{}{field}: {}", escape(&item.name), escape(&now)));
    }
    if resolution.left > 0 {
        page.prose("", &format!("{} have no such side, and stay open.", count(resolution.left)));
    }
    match resolution.open_conflicts {
        0 => page.line("No conflicts are open."),
        open => page.painted(Paint::Warning, &format!("{} still open.", plural(open, "conflict"))),
    }
}

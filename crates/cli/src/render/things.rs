//! Projects, sets, themes, components, assets, the log.

use dss_service::{AssetView, LayerView, LogEntry, ProjectView, RecordView, SetView, TokenHistoryEntry};
use serde_json::Value;
use serde_json::value::RawValue;

use super::findings::quoted;
use super::look::{Page, Paint};
use super::summary::kinds_line;
use super::table::{Cell, Column, Table};
use super::text::{bytes, escape, moment, plural, pretty};
use super::value::short;

pub(crate) fn projects(page: &mut Page, projects: &[ProjectView]) {
    if projects.is_empty() {
        page.line("No projects yet.");
        page.next(&[
            ("dss demo".to_owned(), "see how it works, leaving nothing behind"),
            ("dss import FILE --project NAME".to_owned(), "bring in token files or an archive"),
            ("dss project create NAME".to_owned(), "start an empty project"),
        ]);
        return;
    }
    let mut table = Table::new(&[
        Column::left("PROJECT"),
        Column::right("SETS"),
        Column::right("TOKENS"),
        Column::right("COMPONENTS"),
        Column::right("ASSETS"),
        Column::right("SIZE"),
        Column::left("CHANGED (UTC)"),
    ]);
    for project in projects {
        let number = |kind: &str| Cell::count(project.kinds.get(kind).copied().unwrap_or_default());
        let numbers = ["set", "token", "component", "asset"].map(number);
        let name = Cell::new(&project.name).painted(Paint::Name);
        let changed = Cell::new(moment(&project.updated_at).get(..16).unwrap_or_default());
        table.row([name].into_iter().chain(numbers).chain([Cell::new(&bytes(project.bytes)), changed]));
    }
    page.table(&table);
    for project in projects {
        if let Some(error) = &project.error {
            page.gap();
            page.painted(
                Paint::Bad,
                &format!("  {} cannot be opened: {}", escape(&project.name), escape(error)),
            );
        }
    }
}

pub(crate) fn project(page: &mut Page, project: &ProjectView) {
    page.heading(&escape(&project.name));
    let invalid = match project.invalid_tokens {
        0 => String::new(),
        number => format!("{}: dss token list {} --invalid", plural(number, "token"), quoted(&project.name)),
    };
    let conflicts = match project.open_conflicts {
        0 => String::new(),
        number => format!("{number} open: dss conflicts {} list", quoted(&project.name)),
    };
    page.facts(&[
        ("title", project.title.as_deref().map(escape).unwrap_or_default()),
        ("about", project.description.as_deref().map(escape).unwrap_or_default()),
        ("holds", kinds_line(&project.kinds, 0)),
        ("invalid", invalid),
        ("conflicts", conflicts),
        ("created", format!("{} UTC", moment(&project.created_at))),
        ("changed", format!("{} UTC", moment(&project.updated_at))),
        ("size", bytes(project.bytes)),
        ("identity", escape(&project.project_id)),
        ("error", project.error.as_deref().map(escape).unwrap_or_default()),
    ]);
}

pub(crate) fn sets(page: &mut Page, sets: &[SetView]) {
    if sets.is_empty() {
        page.line("No token sets.");
        return;
    }
    let mut table = Table::new(&[Column::left("SET"), Column::right("TOKENS")]);
    for set in sets {
        table.row([Cell::new(&set.name).painted(Paint::Name), Cell::count(set.tokens)]);
    }
    page.table(&table);
}

pub(crate) fn layers(page: &mut Page, layers: &[LayerView]) {
    if layers.is_empty() {
        page.line("No layers and no themes.");
        return;
    }
    page.line("In this order; what comes later wins:");
    page.gap();
    let mut table = Table::new(&[
        Column::left("LAYER OR GROUP"),
        Column::left("THEME"),
        Column::left(""),
        Column::flexible("MADE OF"),
    ]);
    for layer in layers {
        let name = Cell::new(&layer.name).painted(Paint::Name);
        if layer.kind == "layer" {
            table.row([name, Cell::default(), Cell::default(), Cell::new(&layer.sources.join(", "))]);
            continue;
        }
        for (theme, index) in layer.themes.iter().zip(0_usize..) {
            let is_default = layer.default.as_deref() == Some(&theme.name);
            table.row([
                if index == 0 { name.clone() } else { Cell::default() },
                Cell::new(&theme.name),
                Cell::new(if is_default { "default" } else { "" }).painted(Paint::Faint),
                Cell::new(&theme.sources.join(", ")),
            ]);
        }
        if layer.themes.is_empty() {
            table.row([name, Cell::new("none"), Cell::default(), Cell::default()]);
        }
    }
    page.table(&table);
}

pub(crate) fn components(page: &mut Page, components: &[RecordView]) {
    if components.is_empty() {
        page.line("No components.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("COMPONENT"),
        Column::left("STATUS"),
        Column::right("PROPS"),
        Column::right("VARIANTS"),
        Column::right("SLOTS"),
        Column::flexible("DESCRIPTION"),
    ]);
    for component in components {
        let record: Value = serde_json::from_str(component.record.get()).unwrap_or_default();
        let text = |name: &str| Cell::new(record.get(name).and_then(Value::as_str).unwrap_or_default());
        let number = |name: &str| {
            let members = record.get(name).and_then(Value::as_object).map_or(0, serde_json::Map::len);
            Cell::count(u64::try_from(members).unwrap_or(u64::MAX))
        };
        table.row([
            Cell::new(&component.name).painted(if component.valid { Paint::Name } else { Paint::Bad }),
            text("status"),
            number("props"),
            number("variants"),
            number("slots"),
            text("description"),
        ]);
    }
    page.table(&table);
}

pub(crate) fn component(page: &mut Page, component: &RecordView) {
    page.heading(&escape(&component.name));
    let by = if component.updated_by.is_empty() {
        String::new()
    } else {
        format!(" by {}", escape(&component.updated_by))
    };
    let validity = if component.valid { "" } else { "breaks the rules of the format; kept as it is" };
    page.facts(&[
        ("invalid", validity.to_owned()),
        ("changed", format!("{} UTC{by}", moment(&component.updated_at))),
    ]);
    page.gap();
    pretty(component.record.get()).lines().for_each(|line| page.line(&format!("  {}", escape(line))));
}

pub(crate) fn assets(page: &mut Page, assets: &[AssetView]) {
    if assets.is_empty() {
        page.line("No assets.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("ASSET"),
        Column::left("MEDIA TYPE"),
        Column::right("SIZE"),
        Column::left("SHA-256"),
    ]);
    for asset in assets {
        table.row([
            Cell::new(&asset.path).painted(Paint::Name),
            Cell::new(&asset.media_type),
            Cell::new(&bytes(asset.size)),
            Cell::new(asset.sha256.get(..12).unwrap_or(&asset.sha256)).painted(Paint::Faint),
        ]);
    }
    page.table(&table);
    let total = assets.iter().map(|asset| asset.size).fold(0_u64, u64::saturating_add);
    let number = u64::try_from(assets.len()).unwrap_or(u64::MAX);
    page.gap();
    page.painted(Paint::Faint, &format!("{}, {}", plural(number, "asset"), bytes(total)));
}

pub(crate) fn asset(page: &mut Page, deed: &str, asset: &AssetView) {
    let (path, media_type) = (escape(&asset.path), escape(&asset.media_type));
    page.line(&format!("{deed} {path} ({media_type}, {}).", bytes(asset.size)));
}

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
            None => detail(entry.detail.get()),
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

/// `color.brand, set base`: what an operation was about. The first needs no name.
fn detail(json: &str) -> String {
    let Ok(Value::Object(members)) = serde_json::from_str(json) else { return String::new() };
    let known = DETAILS.iter().filter_map(|name| Some((name, members.get(*name)?.as_str()?)));
    let parts = known.zip(0_u32..).map(|((name, text), index)| match index {
        0 => text.to_owned(),
        _ => format!("{name} {text}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

pub(crate) fn token_history(page: &mut Page, entries: &[TokenHistoryEntry]) {
    if entries.is_empty() {
        page.line("No changes are known.");
        return;
    }
    let mut table = Table::new(&[
        Column::left("WHEN (UTC)"),
        Column::left("BY"),
        Column::left("WHAT"),
        Column::left(""),
        Column::flexible("VALUE"),
    ]);
    for entry in entries {
        let value =
            entry.value.as_ref().map_or_else(|| "(removed)".to_owned(), |value| written(&entry.field, value));
        table.row([
            Cell::new(&moment(&entry.at)),
            Cell::new(&entry.by),
            Cell::new(&entry.field).painted(Paint::Name),
            Cell::new(if entry.is_current { "current" } else { "" }).painted(Paint::Good),
            Cell::new(&value),
        ]);
    }
    page.table(&table);
}

/// What was written to a field, in short. A token's type and value are written together.
pub(super) fn written(field: &str, value: &RawValue) -> String {
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(rename = "$type")]
        token_type: Option<String>,
        #[serde(rename = "$value", borrow)]
        value: &'a RawValue,
    }
    if field == "value"
        && let Ok(Typed { token_type, value }) = serde_json::from_str(value.get())
    {
        let short = short(value, token_type.as_deref().or(guess(value)));
        return token_type.map_or(short.clone(), |token_type| format!("{token_type} {short}"));
    }
    serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// The type of a value that says it by its shape alone.
fn guess(value: &RawValue) -> Option<&'static str> {
    let parsed: Value = serde_json::from_str(value.get()).ok()?;
    if parsed.get("colorSpace").is_some() {
        return Some("color");
    }
    (parsed.get("unit").is_some() && parsed.get("value").is_some()).then_some("dimension")
}

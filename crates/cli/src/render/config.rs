//! Settings, and where they come from.

use std::path::Path;

use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::escape;
use crate::command::config::{Shown, ShownFiles, ShownSetting};
use crate::config::Source;

/// Shows all settings.
pub(crate) fn config(page: &mut Page, shown: &Shown) {
    let mut table = Table::new(&[Column::left("SETTING"), Column::path("VALUE"), Column::left("FROM")]);
    for setting in &shown.settings {
        let from = Cell::new(&from(setting));
        let from = if setting.source == Source::Default { from.painted(Paint::Faint) } else { from };
        table.row([Cell::new(setting.key).painted(Paint::Name), Cell::new(&setting.value.shown()), from]);
    }
    page.table(&table);
    page.gap();
    files(page, &shown.files);
}

fn from(setting: &ShownSetting) -> String {
    match setting.source {
        Source::Default => "default".to_owned(),
        Source::Preset { preset } => format!("preset {}", crate::config::Value::Preset(preset).shown()),
        Source::Raised => "raised with max-file-size".to_owned(),
        Source::User { line } => format!("user dss.toml:{line}"),
        Source::Project { line } => format!("project dss.toml:{line}"),
        Source::Env => setting.env.to_owned(),
        Source::Option => setting.option.unwrap_or_default().to_owned(),
    }
}

/// Shows where settings are read from.
pub(crate) fn files(page: &mut Page, files: &ShownFiles) {
    let shown = |file: &Path| escape(&file.display().to_string());
    let none = || "none in this folder or above it".to_owned();
    let project = files.project.as_deref().map_or_else(none, shown);
    let user = files.user.as_deref().map(|file| {
        let missing = if files.user_exists { "" } else { " (not there)" };
        format!("{}{missing}", shown(file))
    });
    let store = files.store.as_deref().map(shown);
    page.facts(&[
        ("project dss.toml", project),
        ("user dss.toml", user.unwrap_or_default()),
        ("store", store.unwrap_or_default()),
    ]);
}

//! Comparing: every kind of change, between every kind of side.

mod laws;
mod real;
mod sides;
mod themes;
mod tokens;

use std::path::Path;

use dss_service::model::TokenPath;
use dss_service::{
    DiffItem, DiffOptions, DiffSource, DiffSummary, DiffVisitor, ServiceError, TokenChange, diff_files,
};
use dss_testkit::TestResult;

use crate::support::{Fixture, name};

/// Keeps everything that it is told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) items: Vec<DiffItem>,
}

impl DiffVisitor for Told {
    fn item(&mut self, item: DiffItem) -> bool {
        self.items.push(item);
        true
    }
}

impl Told {
    /// Each item on a line, as short as it can be told apart.
    pub(super) fn lines(&self) -> Vec<String> {
        self.items.iter().map(line).collect()
    }
}

fn line(item: &DiffItem) -> String {
    let place = |place: &dss_service::DiffPlace| match &place.set {
        Some(set) => format!("{set}:{}", place.path),
        None => place.path.clone(),
    };
    let mut line = format!("{} {} {}", item.change.name(), item.kind, place(&item.place));
    if let Some(from) = &item.from {
        line.push_str(&format!(" from {}", place(from)));
    }
    if let Some(order) = &item.reordered {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "the start".to_owned());
        line.push_str(&format!(" after {} was {}", name(&order.after), name(&order.was_after)));
    }
    for field in &item.fields {
        let text = |value: &Option<Box<serde_json::value::RawValue>>| {
            value.as_ref().map_or("-".to_owned(), |value| value.get().to_owned())
        };
        line.push_str(&format!(" | {} {} -> {}", field.field, text(&field.old), text(&field.new)));
        if field.follows_rename {
            line.push_str(" (renamed)");
        }
    }
    line
}

pub(super) fn project(project: &str) -> DiffSource {
    DiffSource::Project(name(project))
}

pub(super) fn file(path: &Path) -> DiffSource {
    DiffSource::File(path.to_owned())
}

/// Options that bound nothing that a test makes.
pub(super) fn wide() -> DiffOptions {
    DiffOptions { limits: dss_service::model::Limits::aggressive(), ..DiffOptions::default() }
}

/// Compares, and checks that the counts are those of what was told.
pub(super) fn diff(
    fixture: &Fixture,
    old: &DiffSource,
    new: &DiffSource,
    options: &DiffOptions,
) -> Result<(DiffSummary, Told), ServiceError> {
    let mut told = Told::default();
    let summary = fixture.service.diff(old, new, options, &(), &mut told)?;
    check_counts(&summary, &told);
    Ok((summary, told))
}

fn check_counts(summary: &DiffSummary, told: &Told) {
    assert_eq!(summary.total.total(), u64::try_from(told.items.len()).unwrap_or(0));
    for change in dss_service::Change::ALL {
        let count = told.items.iter().filter(|item| item.change == change).count();
        assert_eq!(summary.total.of(change), u64::try_from(count).unwrap_or(0), "{change:?}");
        let by_kind: u64 = summary.kinds.values().map(|counts| counts.of(change)).sum();
        assert_eq!(by_kind, summary.total.of(change), "{change:?}");
    }
    assert_eq!(summary.is_empty(), told.items.is_empty());
}

/// Compares two texts as token files, without a store.
pub(super) fn texts(fixture: &Fixture, old: &str, new: &str) -> TestResult<(DiffSummary, Vec<String>)> {
    let (old, new) = (fixture.file("old.tokens.json", old)?, fixture.file("new.tokens.json", new)?);
    let mut told = Told::default();
    let summary = diff_files(&old, &new, &wide(), &(), &mut told)?;
    check_counts(&summary, &told);
    Ok((summary, told.lines()))
}

/// A project `p`, and an archive of it as it was before `edit`.
pub(super) fn edited(
    fixture: &Fixture,
    edit: impl FnOnce() -> TestResult,
) -> TestResult<(DiffSummary, Vec<String>)> {
    let before = fixture.export("p", "before.dss")?;
    edit()?;
    let (summary, told) = diff(fixture, &file(&before), &project("p"), &wide())?;
    Ok((summary, told.lines()))
}

pub(super) fn path(text: &str) -> TokenPath {
    TokenPath::from_alias(text)
}

pub(super) fn value(json: &str) -> TokenChange {
    TokenChange { value: Some(json.to_owned()), ..TokenChange::default() }
}

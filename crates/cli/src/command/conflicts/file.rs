//! Conflicts that a merge left in a file.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use dss_service::format::FormatError;
use dss_service::format::three_way::{self, Choice, Conflict};
use dss_service::model::{JsonLimits, JsonText, Limits, TokenPath};
use dss_service::{ServiceError, Take};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::args::{ConflictsCommand, parse};
use crate::command::read_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{Page, Paint, escape, plural};
use crate::session::Session;
use crate::value;

/// What is open in a file, or was decided there.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<Vec<Shown>>,
    open: usize,
    conflicts: Vec<Shown>,
}

/// A conflict in a JSON document; what a side has not is left out.
#[derive(Debug, Serialize)]
struct Shown {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ours: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theirs: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<&'static str>,
}

impl From<&Conflict> for Shown {
    fn from(conflict: &Conflict) -> Self {
        let raw = |json: &Option<JsonText>| {
            json.as_ref().and_then(|json| RawValue::from_string(json.as_str().to_owned()).ok())
        };
        Self {
            path: conflict.path.to_string(),
            ours: raw(&conflict.ours),
            theirs: raw(&conflict.theirs),
            base: raw(&conflict.base),
            deleted: conflict.deleted.map(three_way::Side::name),
        }
    }
}

/// Whether somebody who wrote that means a file: there is one, or it is spelled like one.
pub(super) fn is_meant(target: &str) -> bool {
    let path = Path::new(target);
    let has_ending = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    path.is_file() || has_ending || target.contains(std::path::is_separator)
}

/// Runs the command on a file.
pub(super) fn run(path: &Path, command: &ConflictsCommand, session: &mut Session) -> Result<Exit, Failure> {
    if command.narrow().is_given() {
        let hint = "name a path, and decide what is open there and below it";
        return Err(Failure::usage("--set, --field and --skew-… are for the conflicts of projects", hint));
    }
    let args = match command {
        ConflictsCommand::List { .. } => return list(path, session),
        ConflictsCommand::Show { .. } => {
            let hint = format!("`dss conflicts {}` shows all sides", quoted(&name(path)));
            return Err(Failure::usage("a file's conflicts are shown by listing them", hint));
        }
        ConflictsCommand::Resolve(args) => args,
    };
    let at = match &args.item {
        Some(item) => Some(parse::path(item).map_err(|message| {
            Failure::usage(message, format!("`dss conflicts {}` lists them", quoted(&name(path))))
        })?),
        None => None,
    };
    let choice = match (&args.take, &args.value) {
        (Some(Take::Local), _) => Choosing::Ours,
        (Some(Take::Imported), _) => Choosing::Theirs,
        (None, Some(text)) => Choosing::Value(text),
        _ => {
            let hint = "decide by --take ours, --take theirs or --value VALUE";
            return Err(Failure::usage("that is for the conflicts of projects", hint));
        }
    };
    resolve(path, at.as_ref(), choice, session)
}

/// What conflicts are decided for.
#[derive(Clone, Copy)]
enum Choosing<'a> {
    Ours,
    Theirs,
    Value(&'a str),
}

/// Lists what is open in a file.
fn list(path: &Path, session: &mut Session) -> Result<Exit, Failure> {
    let open = three_way::conflicts(&name(path), &read(path)?).map_err(refused)?;
    let report = Report {
        file: name(path),
        decided: None,
        open: open.len(),
        conflicts: open.iter().map(Shown::from).collect(),
    };
    session.show(&report, |page, report| {
        for conflict in &report.conflicts {
            show(page, conflict);
            page.gap();
        }
        render_open(page, report);
        if let Some(first) = report.conflicts.first() {
            let resolve = format!("dss conflicts {} resolve", quoted(&report.file));
            page.next(&[
                (format!("{resolve} {} --take theirs", quoted(&first.path)), "decide one"),
                (format!("{resolve} --all --take ours"), "keep what the file shows"),
            ]);
        }
    })?;
    Ok(ending(report.open))
}

/// Decides the conflicts at a path and below it, or all of them.
fn resolve(
    path: &Path,
    at: Option<&TokenPath>,
    choice: Choosing<'_>,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let bytes = read(path)?;
    let open = three_way::conflicts(&name(path), &bytes).map_err(refused)?;
    let is_asked =
        |conflict: &&Conflict| at.is_none_or(|at| conflict.path == *at || conflict.path.is_below(at));
    let asked: Vec<&Conflict> = open.iter().filter(is_asked).collect();
    if let (Some(at), []) = (at, asked.as_slice()) {
        let message = format!("no conflict is open at {at} in {}", path.display());
        let hint = format!("`dss conflicts {}` lists them", quoted(&name(path)));
        return Err(Failure::new(Exit::Missing, "not_found", message, hint));
    }
    let choice = match choice {
        Choosing::Ours => Choice::Ours,
        Choosing::Theirs => Choice::Theirs,
        Choosing::Value(text) => Choice::Value(typed(text, &asked)?),
    };
    let resolved = three_way::resolve(&name(path), &bytes, at, &choice).map_err(refused)?;
    if let Some(conflict) = resolved.ambiguous.first() {
        let message = format!("theirs is more than one value at {}: merges left one each", conflict.path);
        return Err(Failure::usage(message, "name the value itself with --value, or take ours"));
    }
    if !resolved.decided.is_empty() {
        write(path, resolved.text.as_bytes()).map_err(|error| Failure::file(path, &error))?;
    }
    let report = Report {
        file: name(path),
        decided: Some(resolved.decided.iter().map(Shown::from).collect()),
        open: resolved.open.len(),
        conflicts: resolved.open.iter().map(Shown::from).collect(),
    };
    session.report(&report, |page, report| {
        let count = report.decided.as_ref().map_or(0, Vec::len);
        page.line(&format!("Decided {}.", plural(wide(count), "conflict")));
        render_open(page, report);
    })?;
    Ok(ending(report.open))
}

/// The value that was typed for one conflict.
fn typed(text: &str, asked: &[&Conflict]) -> Result<JsonText, Failure> {
    let mut paths: Vec<&TokenPath> = asked.iter().map(|conflict| &conflict.path).collect();
    paths.dedup();
    let ([_], Some(conflict)) = (paths.as_slice(), asked.first()) else {
        let message = format!("a value decides one conflict, and this is about {}", paths.len());
        return Err(Failure::usage(message, "name one conflict by its path, or take ours or theirs"));
    };
    let of_unit = |name: &str| conflict.ours.as_ref()?.get_ref().get(name)?.string();
    let kind = of_unit("$type").or_else(|| of_unit("type"));
    let json = value::from_typed(text, kind.as_deref());
    JsonText::parse(json.as_bytes(), &JsonLimits::default())
        .map_err(|error| Failure::usage(error.to_string(), "write the value as JSON"))
}

fn show(page: &mut Page, conflict: &Shown) {
    page.heading(&escape(&conflict.path));
    let side = |value: &Option<Box<RawValue>>| match value {
        Some(json) => escape(json.get()),
        None => "(nothing)".to_owned(),
    };
    let told = |value: &Option<Box<RawValue>>, name: &str| {
        if conflict.deleted == Some(name) { "(deleted)".to_owned() } else { side(value) }
    };
    page.facts(&[
        ("ours", told(&conflict.ours, "ours")),
        ("theirs", told(&conflict.theirs, "theirs")),
        ("base", conflict.base.as_ref().map(|json| escape(json.get())).unwrap_or_default()),
    ]);
}

fn render_open(page: &mut Page, report: &Report) {
    let file = escape(&report.file);
    match report.open {
        0 => page.painted(Paint::Good, &format!("No conflict is open in {file}.")),
        1 => page.painted(Paint::Warning, &format!("1 conflict is open in {file}.")),
        open => page.painted(Paint::Warning, &format!("{open} conflicts are open in {file}.")),
    }
}

fn ending(open: usize) -> Exit {
    if open == 0 { Exit::Done } else { Exit::Open }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return escape(text);
    }
    format!("'{}'", escape(text).replace('\'', r"'\''"))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_input(path, Limits::balanced().archive_bytes)
}

fn refused(error: FormatError) -> Failure {
    Failure::from(ServiceError::Format(error))
}

/// Replaces a file: a crash leaves the old one or the new one, and links and permissions stay.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let target = fs::canonicalize(path)?;
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".dss-{}", std::process::id()));
    let replaced = (|| {
        let mut file = fs::File::create_new(&beside)?;
        file.write_all(bytes)?;
        file.set_permissions(fs::metadata(&target)?.permissions())?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if replaced.is_err() {
        // It may not be there; either way there is nothing more to do about it.
        let _removed = fs::remove_file(&beside);
    }
    replaced
}

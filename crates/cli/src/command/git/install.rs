//! Telling git about the drivers.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use super::attributes;
use crate::args::GitScope;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{Page, Paint, escape};
use crate::session::Session;

/// Files that are token files by their name.
const PATTERN: &str = "*.tokens.json";
const SECTIONS: [&str; 2] = ["merge.dss", "diff.dss"];

/// What was written, or would be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    dry_run: bool,
    config: Vec<Item>,
    attributes_file: String,
    attributes: Vec<Item>,
}

/// One line of configuration.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    /// Whether it was not so already.
    changed: bool,
}

/// Where git keeps what, in this repository or for this user.
struct Place {
    scope: &'static str,
    attributes: PathBuf,
}

impl Place {
    fn find(scope: &GitScope) -> Result<Self, Failure> {
        if scope.global {
            let named = git(&["config", "--global", "--path", "--get", "core.attributesFile"])?;
            let attributes = named.map(PathBuf::from).or_else(user_attributes).ok_or_else(|| {
                Failure::usage("git knows no home for your attributes", "set core.attributesFile")
            })?;
            return Ok(Self { scope: "--global", attributes });
        }
        let top = git(&["rev-parse", "--show-toplevel"])?.filter(|top| !top.is_empty()).ok_or_else(|| {
            Failure::new(
                Exit::Missing,
                "git_failed",
                "this is no working tree of a git repository",
                "run it inside of one, or set up all your repositories with --global",
            )
        })?;
        Ok(Self { scope: "--local", attributes: Path::new(&top).join(".gitattributes") })
    }

    fn config(&self, key: &str) -> Result<Option<String>, Failure> {
        git(&["config", self.scope, "--get", key])
    }

    fn text(&self) -> Result<String, Failure> {
        match fs::read_to_string(&self.attributes) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(|error| Failure::file(&self.attributes, &error)),
        }
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        let folder = self.attributes.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| match text {
            "" => fs::remove_file(&self.attributes),
            text => fs::write(&self.attributes, text),
        });
        written.map_err(|error| Failure::file(&self.attributes, &error))
    }
}

pub(super) fn install(patterns: &[String], scope: &GitScope, session: &mut Session) -> Result<Exit, Failure> {
    let place = Place::find(scope)?;
    let program = program()?;
    let mut config = Vec::new();
    for (key, value) in drivers(&program) {
        let changed = place.config(key)?.as_ref() != Some(&value);
        if changed && !scope.dry_run {
            must(&["config", place.scope, "--replace-all", key, &value])?;
        }
        config.push(Item { name: key.to_owned(), value, changed });
    }
    let text = place.text()?;
    let patterns = std::iter::once(PATTERN).chain(patterns.iter().map(String::as_str));
    let lines: Vec<String> = patterns.map(attributes::line).collect();
    let with = attributes::added(&text, &lines);
    if with != text && !scope.dry_run {
        place.write(&with)?;
    }
    let item =
        |line: String| Item { changed: !attributes::has(&text, &line), name: line, value: String::new() };
    let report = Report {
        dry_run: scope.dry_run,
        config,
        attributes_file: place.attributes.display().to_string(),
        attributes: lines.into_iter().map(item).collect(),
    };
    session.report(&report, |page, report| show(page, report, "+"))?;
    Ok(Exit::Done)
}

pub(super) fn uninstall(scope: &GitScope, session: &mut Session) -> Result<Exit, Failure> {
    let place = Place::find(scope)?;
    let mut config = Vec::new();
    for section in SECTIONS {
        let is_there =
            git(&["config", place.scope, "--get-regexp", &format!("^{}\\.", section.replace('.', "\\."))])?
                .is_some();
        if is_there && !scope.dry_run {
            must(&["config", place.scope, "--remove-section", section])?;
        }
        config.push(Item { name: section.to_owned(), value: String::new(), changed: is_there });
    }
    let text = place.text()?;
    let without = attributes::removed(&text);
    if without != text && !scope.dry_run {
        place.write(&without)?;
    }
    let ours = text.lines().filter(|line| attributes::is_ours(line));
    let report = Report {
        dry_run: scope.dry_run,
        config,
        attributes_file: place.attributes.display().to_string(),
        attributes: ours
            .map(|line| Item { name: line.to_owned(), value: String::new(), changed: true })
            .collect(),
    };
    session.report(&report, |page, report| show(page, report, "-"))?;
    Ok(Exit::Done)
}

fn show(page: &mut Page, report: &Report, sign: &str) {
    let mut list = |title: &str, items: &[Item]| {
        page.heading(title);
        for Item { name, value, changed } in items {
            let text = if value.is_empty() { name.clone() } else { format!("{name} = {value}") };
            let (mark, paint) = if *changed { (sign, Paint::Good) } else { (" ", Paint::Faint) };
            page.painted(paint, &format!("  {mark} {}", escape(&text)));
        }
    };
    list("git configuration", &report.config);
    list(&escape(&report.attributes_file), &report.attributes);
    let is_changed = report.config.iter().chain(&report.attributes).any(|item| item.changed);
    if !is_changed {
        page.line("Nothing to do: it is so already.");
    } else if report.dry_run {
        page.line("This was a dry run: nothing was changed.");
    } else if sign == "+" {
        page.line("Commit the attributes; whoever clones the repository runs `dss git install` once.");
    }
}

/// The drivers. Both do what git would do by itself where this program is gone: a driver that cannot be started would
/// leave files that look merged.
fn drivers(program: &str) -> [(&'static str, String); 3] {
    // In a merge driver, `%` begins a placeholder.
    let escaped = program.replace('%', "%%");
    let merge = format!(
        "if test -x {escaped}; then {escaped} merge-driver %O %A %B %P --marker-size=%L; \
         else git merge-file --marker-size=%L %A %O %B; fi"
    );
    let show = format!(
        "f() {{ if test -x {program}; then {program} git textconv \"$1\"; else cat \"$1\"; fi; }}; f"
    );
    [
        ("merge.dss.name", "DSS: design tokens, token by token".to_owned()),
        ("merge.dss.driver", merge),
        ("diff.dss.textconv", show),
    ]
}

/// This program, as a word of a shell's command line.
fn program() -> Result<String, Failure> {
    let path = env::current_exe().map_err(|error| Failure::file(Path::new("dss"), &error))?;
    // git's shell wants slashes, on Windows too.
    let path = path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    Ok(format!("'{}'", path.replace('\'', r"'\''")))
}

/// Where git looks for a user's attributes if nobody says.
fn user_attributes() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("git").join("attributes"))
}

/// Asks git; `None` if it says no.
fn git(words: &[&str]) -> Result<Option<String>, Failure> {
    let output =
        Command::new("git").args(words).output().map_err(|error| failed(words, &error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned();
    Ok(output.status.success().then_some(text))
}

/// Tells git.
fn must(words: &[&str]) -> Result<(), Failure> {
    let output =
        Command::new("git").args(words).output().map_err(|error| failed(words, &error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(words, String::from_utf8_lossy(&output.stderr).trim()))
}

fn failed(words: &[&str], why: &str) -> Failure {
    let message = format!("git {} failed: {why}", words.first().copied().unwrap_or_default());
    Failure::new(Exit::Store, "git_failed", message, "check that git is installed, and what it says")
}

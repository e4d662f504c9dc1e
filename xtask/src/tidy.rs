//! `cargo xtask tidy`: house rules that no compiler checks.

use std::env;
use std::fs;
use std::path::Path;

use crate::failure::{Failure, none_found};
use crate::workspace::Workspace;

mod modules;
mod rust;
mod size;
mod tasks;

/// A file of the checkout that is text.
#[derive(Debug)]
struct Source {
    /// Relative to the root, `/` between folders.
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.has_ending("rs")
    }

    fn has_ending(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == ending)
    }
}

/// `cargo xtask tidy`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("tidy takes no arguments, not `{argument}`")));
    }
    check(workspace).map(|note| println!("{note}"))
}

/// Checks every file that is or would be in git.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    let files = workspace.files()?;
    let mut sources = Vec::new();
    for path in files.iter().filter(|path| is_ours_to_format(path)) {
        // What is no UTF-8 is data: an icon, a font.
        if let Ok(text) = String::from_utf8(fs::read(workspace.path(path))?) {
            sources.push(Source { path: path.clone(), text });
        }
    }
    let places = places(workspace);
    let mut findings = Vec::new();
    for source in &sources {
        findings.extend(whitespace(source));
        findings.extend(stray_places(source, &places));
        findings.extend(tasks::unknown(source));
    }
    let rust: Vec<&Source> = sources.iter().filter(|source| source.is_rust()).collect();
    findings.extend(rust.iter().filter_map(|source| size::too_long(&source.path, &source.text)));
    findings.extend(modules::forgotten(&rust));
    findings.extend(changelog(&sources));
    findings.extend(rust::differing(&sources));
    findings.extend(clippy_configurations(&sources));
    none_found("thing(s) to tidy", &findings)?;
    Ok(format!("{} files", sources.len()))
}

/// Lock files are cargo's, licences are their authors', and test inputs are as they have to be.
fn is_ours_to_format(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_data =
        folders.split('/').any(|folder| ["seeds", "fixtures", "snapshots", "dict"].contains(&folder));
    !is_data && name != "Cargo.lock" && !name.starts_with("LICENSE")
}

fn whitespace(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut findings = Vec::new();
    for (line, number) in source.text.split('\n').zip(1_u32..) {
        if line.ends_with([' ', '\t', '\r']) {
            findings.push(format!("{path}:{number}: white space at the end of the line"));
        }
    }
    if !source.text.is_empty() && (!source.text.ends_with('\n') || source.text.ends_with("\n\n")) {
        findings.push(format!("{path}: must end with one line feed"));
    }
    findings
}

/// Names of places that mean something on one machine or in one network only. They are put together here so that
/// this file does not contain them.
fn places(workspace: &Workspace) -> Vec<String> {
    let pieces = [
        ["/wo", "rk/main"],
        ["/wo", "rk/shared"],
        ["/wo", "rk/w-"],
        ["/wo", "rk/."],
        ["/ro", "ot/.cargo"],
        ["/ro", "ot/.rustup"],
        ["crates", ".io"],
        ["npmjs", ".org"],
        ["pypi", ".org"],
        ["pythonhosted", ".org"],
        ["debian", ".org"],
    ];
    let mut places: Vec<String> = pieces.iter().map(|pieces| pieces.concat()).collect();
    places.push(workspace.root().to_string_lossy().into_owned());
    // A home such as `/root` alone would also be found in test data about paths that escape.
    places.extend(env::home_dir().map(|home| format!("{}/.", home.display())));
    places
}

fn stray_places(source: &Source, places: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, number) in source.text.lines().zip(1_u32..) {
        if let Some(place) = places.iter().find(|place| line.contains(place.as_str())) {
            findings.push(format!(
                "{}:{number}: names `{place}`, a place of one machine or a registry",
                source.path
            ));
        }
    }
    findings
}

fn changelog(sources: &[Source]) -> Option<String> {
    let changelog = sources.iter().find(|source| source.path == "CHANGELOG.md");
    let has_section = changelog.is_some_and(|file| file.text.lines().any(|line| line == "## [Unreleased]"));
    (!has_section).then(|| "CHANGELOG.md: needs a section `## [Unreleased]`".to_owned())
}

/// A crate's own clippy.toml replaces the root's, so it must repeat all of it.
fn clippy_configurations(sources: &[Source]) -> Vec<String> {
    let settings =
        |text: &str| text.lines().filter(|line| line.contains('=')).map(str::to_owned).collect::<Vec<_>>();
    let root = sources.iter().find(|source| source.path == "clippy.toml").map(|root| settings(&root.text));
    let mut findings = Vec::new();
    for own in sources.iter().filter(|source| source.path.ends_with("/clippy.toml")) {
        let present = settings(&own.text);
        for missing in root.iter().flatten().filter(|setting| !present.contains(setting)) {
            findings.push(format!("{}: must repeat `{missing}` of the root's", own.path));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn white_space_is_found_where_it_is() {
        assert!(whitespace(&source("a.md", "one\n\ntwo\n")).is_empty());
        assert!(whitespace(&source("a.md", "")).is_empty());
        let findings = whitespace(&source("a.md", "one \ntwo"));
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().any(|finding| finding.starts_with("a.md:1:")));
        assert_eq!(whitespace(&source("a.md", "one\r\n\n")).len(), 2);
    }

    #[test]
    fn places_of_this_machine_are_found() -> Result<(), Failure> {
        let workspace = Workspace::find()?;
        let places = places(&workspace);
        let text = format!("fine\nsee {}/README.md\n", workspace.root().display());
        assert_eq!(stray_places(&source("a.md", &text), &places).len(), 1);
        assert!(stray_places(&source("a.md", "../shared and /root/secret\n"), &places).is_empty());
        Ok(())
    }

    #[test]
    fn data_is_left_alone() {
        for path in
            ["fuzz/seeds/json/null", "crates/x/tests/it/snapshots/a.snap", "Cargo.lock", "LICENSE-MIT"]
        {
            assert!(!is_ours_to_format(path), "{path}");
        }
        assert!(is_ours_to_format("crates/x/src/lib.rs"));
    }

    #[test]
    fn the_changelog_has_a_place_for_the_next_change() {
        assert!(changelog(&[source("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")]).is_none());
        assert!(changelog(&[source("CHANGELOG.md", "# Changelog\n")]).is_some());
        assert!(changelog(&[]).is_some());
    }

    #[test]
    fn own_clippy_settings_repeat_the_roots() {
        let root = source("clippy.toml", "# why\na = 1\nb = true\n");
        let own = source("crates/x/clippy.toml", "a = 1\nc = 2\n");
        assert_eq!(clippy_configurations(&[root, own]).len(), 1);
    }

    #[test]
    fn this_workspace_is_tidy() -> Result<(), Failure> {
        check(&Workspace::find()?).map(drop)
    }
}

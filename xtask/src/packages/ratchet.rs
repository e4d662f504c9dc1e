//! How many crates come along with each of ours: a number that may only fall.

use std::collections::BTreeMap;
use std::fs;

use crate::failure::{Failure, none_found};
use crate::run;
use crate::tree;
use crate::workspace::{Member, Workspace};

use super::shelf::{Shelf, folder_of};

const FILE: &str = "xtask/crate-counts.txt";
/// The counts are of one platform wherever they are made.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Prints how many crates a project takes on with each of ours, and compares with what is agreed.
pub(super) fn check(workspace: &Workspace, shelf: &Shelf) -> Result<(), Failure> {
    let counts = counts(workspace, shelf)?;
    let agreed = parse(&workspace.read(FILE)?);
    println!("crates that a project takes on, itself included:");
    for (name, count) in &counts {
        println!("  {name:<16} {count:>4}");
    }
    none_found("count(s) of crates that differ", &differences(&counts, &agreed))
}

/// Writes counts that have fallen; one that has grown is for a person to write down.
pub(super) fn lower(workspace: &Workspace, shelf: &Shelf) -> Result<(), Failure> {
    let counts = counts(workspace, shelf)?;
    let text = workspace.read(FILE)?;
    fs::write(workspace.path(FILE), lowered(&text, &counts))?;
    none_found("count(s) that only a person raises", &differences(&counts, &parse(&workspace.read(FILE)?)))
}

fn counts(workspace: &Workspace, shelf: &Shelf) -> Result<BTreeMap<String, usize>, Failure> {
    let count = |member: &Member| Ok((member.name.clone(), count(workspace, shelf, member)?));
    shelf.members().iter().map(count).collect()
}

/// Crates that are built for a package with its smallest features, procedural macros and build scripts included.
fn count(workspace: &Workspace, shelf: &Shelf, member: &Member) -> Result<usize, Failure> {
    let arguments =
        ["tree", "--quiet", "--no-default-features", "--edges", "normal,build", "--prefix", "none"];
    let mut listing = shelf.cargo(workspace, &folder_of(member), &arguments);
    let printed = run::output(listing.args(["--target", PLATFORM]))?;
    Ok(tree::crates(&printed).len())
}

fn differences(counts: &BTreeMap<String, usize>, agreed: &BTreeMap<String, usize>) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, count) in counts {
        match agreed.get(name) {
            None => findings.push(format!("{FILE}: add `{name} {count}`")),
            Some(agreed) if count > agreed => findings.push(format!(
                "{name}: {count} crates, and {agreed} are agreed on; if it is worth it, raise it in {FILE} and say why"
            )),
            Some(agreed) if count < agreed => findings
                .push(format!("{name}: {count} crates, fewer than {agreed}: cargo xtask packages --write")),
            Some(_) => {}
        }
    }
    findings
}

fn parse(text: &str) -> BTreeMap<String, usize> {
    text.lines().filter_map(entry).map(|(name, count)| (name.to_owned(), count)).collect()
}

/// A line of the file that is no comment.
fn entry(line: &str) -> Option<(&str, usize)> {
    let (name, count) = line.split_once(' ')?;
    Some((name, count.parse().ok()?)).filter(|_| !line.starts_with('#'))
}

fn lowered(text: &str, counts: &BTreeMap<String, usize>) -> String {
    let line = |line: &str| match entry(line) {
        Some((name, agreed)) => {
            format!("{name} {}\n", counts.get(name).map_or(agreed, |count| agreed.min(*count)))
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, usize)]) -> BTreeMap<String, usize> {
        entries.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn more_fewer_and_unknown_are_told() {
        let counts = map(&[("a", 3), ("b", 2), ("c", 1), ("d", 4)]);
        let findings = differences(&counts, &map(&[("a", 2), ("b", 2), ("c", 2)]));
        assert_eq!(findings.len(), 3, "{findings:?}");
        for (finding, word) in findings.iter().zip(["a: 3", "c: 1", "`d 4`"]) {
            assert!(finding.contains(word), "{finding}");
        }
    }

    #[test]
    fn counts_are_lowered_and_never_raised() {
        let text = "# why 1\na 3\nb 2\nz 9\n";
        assert_eq!(lowered(text, &map(&[("a", 2), ("b", 5)])), "# why 1\na 2\nb 2\nz 9\n");
    }
}

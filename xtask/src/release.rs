//! `cargo xtask release`: from a commit on which everything holds to the commit and the tag of a version. Publishing it
//! is for people, or for the workflow that the tag starts (docs/releasing.md).

mod changelog;
mod day;
mod version;

use std::fs;

use crate::failure::Failure;
use crate::workspace::{Member, Workspace};
use crate::{ci, git, run, tools};

use self::version::{Level, Version};

const MANIFEST: &str = "Cargo.toml";
const CHANGELOG: &str = "CHANGELOG.md";
/// What a release changes, and so what its commit holds.
const FILES: [&str; 4] = [MANIFEST, "Cargo.lock", "fuzz/Cargo.lock", CHANGELOG];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    level: Level,
    /// Everything is checked, and nothing changed.
    is_dry: bool,
    /// Leaves out `ci`, which a dry run may.
    skips_ci: bool,
}

/// The files of a release as they will be.
struct Edits {
    version: Version,
    manifest: String,
    changelog: String,
}

/// `cargo xtask release LEVEL [--dry-run [--skip-ci]]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let wanted = wanted(arguments)?;
    step("the tree is as it was committed");
    clean(workspace)?;
    step("the changelog and the version");
    let edits = edits(workspace, wanted.level)?;
    if wanted.skips_ci {
        step("ci: left out");
    } else {
        step("ci");
        ci::pass(workspace)?;
    }
    let members = workspace.published()?;
    step("what has changed since the last release fits the level");
    compare(workspace, &members, &edits.version, wanted.level)?;
    step("every package is built from nothing but what it declares");
    package(workspace, &members)?;
    let commands = commands(&edits.version);
    if wanted.is_dry {
        step(&format!("version {}: would write {} and run", edits.version, FILES.join(", ")));
        commands.iter().for_each(|words| println!("   git {}", words.join(" ")));
        return Ok(());
    }
    step(&format!("version {}", edits.version));
    write(workspace, &edits)?;
    for words in commands {
        git::act(workspace, &words.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    println!("tagged v{}; docs/releasing.md says how it gets to people", edits.version);
    Ok(())
}

fn step(what: &str) {
    println!("== {what}");
}

fn wanted(arguments: &[String]) -> Result<Wanted, Failure> {
    let usage = || Failure::new("release patch|minor|major [--dry-run [--skip-ci]]");
    let (level, flags) = arguments.split_first().ok_or_else(usage)?;
    let has = |flag: &str| flags.iter().any(|word| word == flag);
    let wanted = Wanted {
        level: level.parse().map_err(|()| usage())?,
        is_dry: has("--dry-run"),
        skips_ci: has("--skip-ci"),
    };
    let is_known = flags.iter().all(|flag| ["--dry-run", "--skip-ci"].contains(&flag.as_str()));
    // What is handed out has passed.
    if is_known && (wanted.is_dry || !wanted.skips_ci) { Ok(wanted) } else { Err(usage()) }
}

fn clean(workspace: &Workspace) -> Result<(), Failure> {
    let changes = git::changes(workspace)?;
    if changes.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("only what is committed can be released:\n{changes}")))
}

/// The files as the release will have them, without writing any.
fn edits(workspace: &Workspace, level: Level) -> Result<Edits, Failure> {
    let manifest = workspace.read(MANIFEST)?;
    let now = version::of_workspace(&manifest)?;
    let today = day::today();
    let version = if git::last_release(workspace)?.is_some() {
        let version = now.next(level);
        println!("{now} -> {version}, {today}");
        version
    } else {
        println!("{now}, {today}: the first release, whatever the level");
        now
    };
    let changelog = changelog::released(&workspace.read(CHANGELOG)?, &version.to_string(), &today)?;
    Ok(Edits { version, manifest: version::set(&manifest, now, version)?, changelog })
}

/// Holds the crates' interfaces to those of the last release.
fn compare(
    workspace: &Workspace,
    members: &[Member],
    version: &Version,
    level: Level,
) -> Result<(), Failure> {
    let Some(tag) = git::last_release(workspace)? else {
        println!("nothing has been released yet: there is nothing to compare with");
        return Ok(());
    };
    tools::SEMVER.require(workspace)?;
    let mut compare = run::cargo(workspace, &["semver-checks", "--baseline-rev", &tag]);
    compare.args(["--release-type", version.means(level)]);
    for member in members.iter().filter(|member| member.has_kind("lib")) {
        compare.args(["--package", &member.name]);
    }
    run::check(&mut compare)
}

/// Packages every crate, in the order in which they depend on each other, and builds it from the package.
fn package(workspace: &Workspace, members: &[Member]) -> Result<(), Failure> {
    let mut package = run::cargo(workspace, &["package", "--locked", "--target-dir", "target/packages"]);
    for member in members {
        package.args(["--package", &member.name]);
    }
    run::check(&mut package)
}

fn write(workspace: &Workspace, edits: &Edits) -> Result<(), Failure> {
    fs::write(workspace.path(MANIFEST), &edits.manifest)?;
    fs::write(workspace.path(CHANGELOG), &edits.changelog)?;
    // The lock files follow the manifests; nothing else in them changes.
    for manifest in [MANIFEST, "fuzz/Cargo.toml"] {
        run::check(&mut run::cargo(workspace, &["fetch", "--quiet", "--manifest-path", manifest]))?;
    }
    Ok(())
}

/// The git commands that make the release.
fn commands(version: &Version) -> [Vec<String>; 2] {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let title = format!("release: {version}");
    let mut commit = words(&["commit", "--quiet", "--message", &title, "--"]);
    commit.extend(words(&FILES));
    [commit, words(&["tag", "--annotate", &format!("v{version}"), "--message", &title])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn only_a_dry_run_may_leave_ci_out() -> Result<(), Failure> {
        let dry = Wanted { level: Level::Patch, is_dry: true, skips_ci: true };
        assert_eq!(wanted(&words("patch --dry-run --skip-ci"))?, dry);
        assert_eq!(wanted(&words("major"))?, Wanted { level: Level::Major, is_dry: false, skips_ci: false });
        for wrong in ["", "huge", "minor --skip-ci", "--dry-run", "patch --dry", "patch minor"] {
            assert!(wanted(&words(wrong)).is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn this_workspace_can_be_edited() -> Result<(), Failure> {
        let workspace = Workspace::find()?;
        let manifest = workspace.read(MANIFEST)?;
        let now = version::of_workspace(&manifest)?;
        let next = now.next(Level::Minor);
        let edited = version::set(&manifest, now, next)?;
        assert_eq!(version::of_workspace(&edited)?, next);
        // Back again it is what it was: nothing else was touched.
        assert_eq!(version::set(&edited, next, now)?, manifest);
        Ok(())
    }
}

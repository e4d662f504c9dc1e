//! What is in the program: the crates that are built into it on its platform, and which uses which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::run;
use crate::tree;
use crate::workspace::{Workspace, list, text};

/// The crates of a program, in the order of their names.
pub(super) struct Contents {
    pub(super) crates: Vec<Crate>,
}

/// One of them.
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) licence: String,
    /// Where its files are.
    pub(super) folder: PathBuf,
    /// SHA-256 of what was downloaded; ours is not.
    pub(super) checksum: Option<String>,
    /// The crates that it uses itself, by their references.
    pub(super) uses: BTreeSet<String>,
}

impl Contents {
    /// What a package's program is built from, build scripts and tests left out.
    pub(super) fn of(workspace: &Workspace, package: &str, target: &str) -> Result<Self, Failure> {
        let arguments = ["tree", "--quiet", "--locked", "--package", package, "--edges", "normal"];
        let mut tree = run::cargo(workspace, &arguments);
        let printed = run::output(tree.args(["--prefix", "none", "--target", target]))?;
        let arguments = ["metadata", "--locked", "--format-version=1", "--filter-platform", target];
        let metadata = serde_json::from_slice(&run::output(&mut run::cargo(workspace, &arguments))?)?;
        Ok(Self::from_metadata(&metadata, &tree::crates(&printed), &workspace.read("Cargo.lock")?))
    }

    /// What others have made.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &Crate> {
        self.crates.iter().filter(|one| one.checksum.is_some())
    }

    /// The metadata's graph is that of the whole workspace; these names and versions are what is wanted of it.
    pub(super) fn from_metadata(metadata: &Value, wanted: &BTreeSet<(String, String)>, lock: &str) -> Self {
        let packages: Vec<&Value> = list(metadata, "packages")
            .filter(|package| wanted.contains(&(text(package, "name"), text(package, "version"))))
            .collect();
        let by_id: BTreeMap<String, String> = packages
            .iter()
            .map(|package| {
                (text(package, "id"), reference(&text(package, "name"), &text(package, "version")))
            })
            .collect();
        let mut edges = edges(metadata, &by_id);
        let checksums = checksums(lock);
        let mut crates: Vec<Crate> = packages
            .into_iter()
            .map(|package| Crate {
                name: text(package, "name"),
                version: text(package, "version"),
                // Some still write it as it was done before there were SPDX expressions.
                licence: text(package, "license").replace('/', " OR "),
                folder: Path::new(&text(package, "manifest_path"))
                    .parent()
                    .map_or_else(PathBuf::new, Path::to_path_buf),
                checksum: checksums.get(&(text(package, "name"), text(package, "version"))).cloned(),
                uses: edges.remove(&text(package, "id")).unwrap_or_default(),
            })
            .collect();
        crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Self { crates }
    }
}

impl Crate {
    /// The crate's name in the world.
    pub(super) fn reference(&self) -> String {
        reference(&self.name, &self.version)
    }
}

/// <https://github.com/package-url/purl-spec>, where a plus sign is spelled like this.
fn reference(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// For each package, the wanted ones that it uses itself.
fn edges(metadata: &Value, by_id: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let nodes = metadata.get("resolve").into_iter().flat_map(|resolve| list(resolve, "nodes"));
    let is_normal =
        |used: &&Value| list(used, "dep_kinds").any(|kind| kind.get("kind").is_some_and(Value::is_null));
    nodes
        .map(|node| {
            let used = list(node, "deps").filter(is_normal);
            (text(node, "id"), used.filter_map(|used| by_id.get(&text(used, "pkg")).cloned()).collect())
        })
        .collect()
}

/// The checksums in a lock file, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let packages = lock.split("[[package]]").skip(1);
    packages
        .filter_map(|package| {
            let value = |key: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
                line.map(|value| value.trim_matches('"').to_owned())
            };
            Some(((value("name")?, value("version")?), value("checksum")?))
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A program of two crates, and one that only its tests use.
    pub(in crate::dist) fn example() -> Contents {
        let metadata = json!({
            "packages": [
                { "id": "z", "name": "libsqlite3-sys", "version": "2.0.0", "license": "MIT/Apache-2.0", "manifest_path": "z/Cargo.toml" },
                { "id": "p", "name": "dss-cli", "version": "1.0.0", "license": "MIT OR Apache-2.0", "manifest_path": "p/Cargo.toml" },
                { "id": "t", "name": "tests-only", "version": "1.0.0", "license": "MIT", "manifest_path": "t/Cargo.toml" },
            ],
            "resolve": { "nodes": [
                { "id": "p", "deps": [
                    { "pkg": "z", "dep_kinds": [{ "kind": "dev" }, { "kind": null }] },
                    { "pkg": "t", "dep_kinds": [{ "kind": "dev" }] },
                ] },
                { "id": "z", "deps": [] },
            ] },
        });
        let lock = "[[package]]\nname = \"libsqlite3-sys\"\nversion = \"2.0.0\"\nchecksum = \"ab\"\n\n\
                    [[package]]\nname = \"dss-cli\"\nversion = \"1.0.0\"\n";
        let wanted = tree::crates(b"dss-cli v1.0.0\nlibsqlite3-sys v2.0.0\n");
        Contents::from_metadata(&metadata, &wanted, lock)
    }

    #[test]
    fn names_in_the_world_are_spelled_as_their_rules_say() {
        assert_eq!(reference("toml", "1.2.2+spec-1.1.0"), "pkg:cargo/toml@1.2.2%2Bspec-1.1.0");
    }

    #[test]
    fn only_what_is_built_in_is_there() {
        let contents = example();
        let names: Vec<&str> = contents.crates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["dss-cli", "libsqlite3-sys"]);
        let foreign: Vec<&Crate> = contents.foreign().collect();
        assert_eq!(foreign.len(), 1);
        assert_eq!(foreign[0].licence, "MIT OR Apache-2.0");
        assert_eq!(contents.crates[0].uses, BTreeSet::from([foreign[0].reference()]));
    }
}

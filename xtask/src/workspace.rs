//! The workspace as it is on disk: its root, its members, its files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::{layers, run};

/// A checkout of this repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

/// What `cargo metadata` says about one package of ours.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) directory: PathBuf,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) is_published: bool,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A direct dependency, optional ones and those of single platforms included.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) requirement: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Build,
    Dev,
}

/// A binary, an example, a library … of a package.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: String,
}

impl Workspace {
    /// Looks upwards from the current directory, so that tasks work from every folder of the checkout.
    pub(crate) fn find() -> Result<Self, Failure> {
        let here = env::current_dir()?;
        here.ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file() && folder.join("xtask/Cargo.toml").is_file())
            .map(|folder| Self { root: folder.to_path_buf() })
            .ok_or_else(|| Failure::new("no workspace here: change to a folder of the checkout"))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where test data lies unless `DSS_SHARED` says otherwise.
    pub(crate) fn default_shared(&self) -> PathBuf {
        self.root.parent().unwrap_or(&self.root).join("shared")
    }

    /// A file's text, named relative to the root.
    pub(crate) fn read(&self, relative: &str) -> Result<String, Failure> {
        fs::read_to_string(self.path(relative)).map_err(|error| Failure::new(format!("{relative}: {error}")))
    }

    /// The packages of this workspace, whichever exist today.
    pub(crate) fn members(&self) -> Result<Vec<Member>, Failure> {
        self.members_of("Cargo.toml")
    }

    /// Those of them that others can get, lowest layer first.
    pub(crate) fn published(&self) -> Result<Vec<Member>, Failure> {
        let mut members = self.members()?;
        members.retain(|member| member.is_published);
        members.sort_by_key(|member| layers::height(&member.name));
        Ok(members)
    }

    /// The packages of the workspace at another manifest, such as `fuzz/Cargo.toml`.
    pub(crate) fn members_of(&self, manifest: &str) -> Result<Vec<Member>, Failure> {
        let arguments = ["metadata", "--no-deps", "--format-version=1", "--manifest-path", manifest];
        let printed = run::output(&mut run::cargo(self, &arguments))?;
        let metadata: Value = serde_json::from_slice(&printed)?;
        Ok(list(&metadata, "packages").map(Member::from_metadata).collect())
    }

    /// Every file that is or would be in git, relative to the root, `/` between folders.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let mut git = run::command(self, "git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let printed = String::from_utf8_lossy(&run::output(&mut git)?).into_owned();
        let mut files: Vec<String> = printed
            .split_terminator('\0')
            .filter(|file| self.path(file).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

impl Member {
    fn from_metadata(package: &Value) -> Self {
        let manifest = PathBuf::from(text(package, "manifest_path"));
        Self {
            name: text(package, "name"),
            directory: manifest.parent().unwrap_or(&manifest).to_path_buf(),
            version: text(package, "version"),
            description: text(package, "description"),
            // No list of registries means any of them; an empty one, none.
            is_published: package.get("publish").is_none_or(Value::is_null),
            keywords: texts(package, "keywords"),
            categories: texts(package, "categories"),
            dependencies: list(package, "dependencies").map(Dependency::from_metadata).collect(),
            targets: list(package, "targets").map(Target::from_metadata).collect(),
        }
    }

    pub(crate) fn has_kind(&self, kind: &str) -> bool {
        self.targets.iter().any(|target| target.kind == kind)
    }

    pub(crate) fn has_target(&self, kind: &str, name: &str) -> bool {
        self.targets.iter().any(|target| target.kind == kind && target.name == name)
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Self {
        let kind = match text(dependency, "kind").as_str() {
            "dev" => Kind::Dev,
            "build" => Kind::Build,
            _ => Kind::Normal,
        };
        Self { name: text(dependency, "name"), kind, requirement: text(dependency, "req") }
    }
}

impl Target {
    fn from_metadata(target: &Value) -> Self {
        let kind = list(target, "kind").next().and_then(Value::as_str).unwrap_or_default();
        Self { name: text(target, "name"), kind: kind.to_owned() }
    }
}

pub(crate) fn list<'value>(object: &'value Value, key: &str) -> impl Iterator<Item = &'value Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn texts(object: &Value, key: &str) -> Vec<String> {
    list(object, key).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The empty string stands for a missing or null member; cargo never prints one that matters.
pub(crate) fn text(object: &Value, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

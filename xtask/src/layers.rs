//! `cargo xtask layers`: who may depend on whom. This table is the one source: `deny.toml` repeats it for
//! cargo-deny, and is checked, and rewritten with `--write`, from here.

use std::fmt::Write as _;
use std::fs;

use crate::failure::{Failure, none_found};
use crate::workspace::{Dependency, Kind, Member, Workspace};

/// A crate of ours and the crates of ours it may use.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
}

/// The layers, lowest first. Anything else is a change of the design: make it there, then here.
const LAYERS: &[Layer] = &[
    Layer { name: "dss-model", may_use: &[] },
    Layer { name: "dss-security", may_use: &[] },
    Layer { name: "dss-merge", may_use: &["dss-model"] },
    Layer { name: "dss-format", may_use: &["dss-model", "dss-security"] },
    Layer { name: "dss-interop", may_use: &["dss-model", "dss-format"] },
    Layer { name: "dss-store", may_use: &["dss-model"] },
    Layer {
        name: "dss-service",
        may_use: &["dss-model", "dss-security", "dss-merge", "dss-format", "dss-interop", "dss-store"],
    },
    Layer { name: "dss-cli", may_use: &["dss-service"] },
    Layer { name: TESTKIT, may_use: &["dss-model"] },
    // Beside the layers, not on top: the tasks must build when the crates do not.
    Layer { name: "xtask", may_use: &[] },
];

/// What every crate's tests may use; only the crates it is made of may not, for a package and its own tests
/// would then see two different copies of them.
const TESTKIT: &str = "dss-testkit";

/// A foreign crate that only some of ours may name.
struct Confined {
    names: &'static [&'static str],
    /// Crates of ours that may use it for anything.
    users: &'static [&'static str],
    /// Crates of ours that may use it in tests only.
    test_users: &'static [&'static str],
    /// Foreign crates that bring it along.
    carriers: &'static [&'static str],
    reason: &'static str,
}

const CONFINED: &[Confined] = &[
    Confined {
        names: &["rusqlite", "libsqlite3-sys", "r2d2", "r2d2_sqlite", "rusqlite_migration"],
        users: &["dss-store"],
        test_users: &[],
        carriers: &["rusqlite", "r2d2_sqlite", "rusqlite_migration"],
        reason: "only the store knows that it is SQLite",
    },
    Confined {
        names: &["zip"],
        users: &["dss-format", TESTKIT],
        test_users: &["dss-security", "dss-service", "dss-cli"],
        carriers: &[],
        reason: "archives are written by the format and opened by our own reader",
    },
    Confined {
        names: &["ureq", "rustls", "rustls-native-certs"],
        users: &["dss-cli"],
        test_users: &[],
        carriers: &["ureq"],
        reason: "only the command line speaks to servers",
    },
    Confined {
        names: &["clap", "clap_complete", "clap_mangen"],
        users: &["dss-cli"],
        test_users: &[],
        carriers: &["clap_complete", "clap_mangen", "divan"],
        reason: "only the command line has arguments",
    },
    Confined {
        names: &["tracing-subscriber"],
        users: &["dss-cli"],
        test_users: &["dss-service"],
        carriers: &[],
        reason: "libraries tell; who listens is the program's business",
    },
];

const BEGIN: &str = "# layers: begin (written by `cargo xtask layers --write`)";
const END: &str = "# layers: end";

/// `cargo xtask layers [--write]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => check(workspace).map(|note| println!("{note}")),
        [flag] if flag == "--write" => {
            let deny = workspace.read("deny.toml")?;
            fs::write(workspace.path("deny.toml"), with_section(&deny)?)?;
            check(workspace).map(|note| println!("{note}"))
        }
        _ => Err(Failure::new("layers knows only --write")),
    }
}

/// Checks every member that exists today.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    let members = workspace.members()?;
    let mut findings: Vec<String> = members.iter().flat_map(edges).collect();
    for member in &members {
        findings.extend(manifest(workspace, member)?);
    }
    let deny = workspace.read("deny.toml")?;
    if with_section(&deny)? != deny {
        findings.push("deny.toml disagrees with this table: cargo xtask layers --write".to_owned());
    }
    none_found("breach(es) of the layers", &findings)?;
    Ok(format!("{} crates, all edges allowed", members.len()))
}

/// The dependencies of one member that it may not have.
fn edges(member: &Member) -> Vec<String> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == member.name) else {
        return vec![format!("{}: not in the table of layers (xtask/src/layers.rs)", member.name)];
    };
    member.dependencies.iter().filter_map(|dependency| refused(layer, dependency)).collect()
}

fn refused(layer: &Layer, dependency: &Dependency) -> Option<String> {
    let user = layer.name;
    let used = dependency.name.as_str();
    let in_tests = dependency.kind == Kind::Dev;
    if is_ours(used) {
        let allowed =
            layer.may_use.contains(&used) || (in_tests && used == TESTKIT && may_test_with_kit(user));
        if !allowed {
            return Some(format!("{user} may not use {used}, {}", allowance(layer)));
        }
        // A path alone cannot be published. The test kit never is, and cargo drops it from what is.
        let versioned = used == TESTKIT || dependency.requirement != "*";
        return (!versioned)
            .then(|| format!("{user} -> {used}: no version, write `{used}.workspace = true`"));
    }
    let confined = CONFINED.iter().find(|confined| confined.names.contains(&used))?;
    let allowed = confined.users.contains(&user) || (in_tests && confined.test_users.contains(&user));
    (!allowed).then(|| format!("{user} may not use {used}: {}", confined.reason))
}

fn is_ours(name: &str) -> bool {
    LAYERS.iter().any(|layer| layer.name == name) || name.starts_with("dss-")
}

/// How many layers lie below a crate of ours.
pub(crate) fn height(name: &str) -> usize {
    LAYERS.iter().position(|layer| layer.name == name).unwrap_or(LAYERS.len())
}

fn may_test_with_kit(user: &str) -> bool {
    let below_kit = LAYERS.iter().any(|layer| layer.name == TESTKIT && layer.may_use.contains(&user));
    user != TESTKIT && !below_kit
}

fn allowance(layer: &Layer) -> String {
    if layer.may_use.is_empty() {
        "it uses no crate of ours".to_owned()
    } else {
        format!("only {}", layer.may_use.join(", "))
    }
}

/// What is wrong with a member's manifest and folder.
fn manifest(workspace: &Workspace, member: &Member) -> Result<Vec<String>, Failure> {
    let folder = member.directory.strip_prefix(workspace.root()).unwrap_or(&member.directory);
    let folder = folder.to_string_lossy().replace('\\', "/");
    let text = workspace.read(&format!("{folder}/Cargo.toml"))?;
    let mut findings = manifest_text(&text);
    if member.description.is_empty() {
        findings.push("no description".to_owned());
    }
    if !member.directory.join("README.md").is_file() {
        findings.push("no README.md".to_owned());
    }
    if member.is_published {
        findings.extend(published(member));
    }
    Ok(findings.into_iter().map(|finding| format!("{folder}: {finding}")).collect())
}

/// What a package lacks that those will look for who find it in a registry.
fn published(member: &Member) -> Vec<String> {
    let mut findings = Vec::new();
    for (what, list) in [("keywords", &member.keywords), ("categories", &member.categories)] {
        if list.is_empty() {
            findings.push(format!("no {what}"));
        }
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        if !member.directory.join(licence).is_file() {
            findings.push(format!("no {licence}: link it to the root's"));
        }
    }
    findings
}

fn manifest_text(text: &str) -> Vec<String> {
    let wanted = [("lints", "workspace"), ("package", "license.workspace")];
    let missing = wanted.iter().filter(|(section, key)| !has_true(text, section, key));
    missing.map(|(section, key)| format!("Cargo.toml lacks `{key} = true` in [{section}]")).collect()
}

/// True if `key = true` stands in `[section]`. Our manifests are formatted alike; this is no TOML parser.
fn has_true(text: &str, section: &str, key: &str) -> bool {
    let header = format!("[{section}]");
    let body = text.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    let mut assignments =
        body.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once('='));
    assignments.any(|(name, value)| name.trim() == key && value.trim() == "true")
}

/// `deny.toml` with the table between its markers as it should be.
fn with_section(deny: &str) -> Result<String, Failure> {
    let no_markers = || Failure::new(format!("deny.toml lacks the lines `{BEGIN}` and `{END}`"));
    let (before, rest) = deny.split_once(BEGIN).ok_or_else(no_markers)?;
    let (_, after) = rest.split_once(END).ok_or_else(no_markers)?;
    Ok(format!("{before}{BEGIN}\n{}    {END}{after}", section()))
}

/// One line per confined crate: it is denied but for those that wrap it.
fn section() -> String {
    let mut section = String::new();
    for layer in LAYERS {
        let users = LAYERS.iter().filter(|user| {
            user.may_use.contains(&layer.name) || (layer.name == TESTKIT && may_test_with_kit(user.name))
        });
        let users: Vec<&str> = users.map(|user| user.name).collect();
        if !users.is_empty() {
            line(&mut section, layer.name, &users);
        }
    }
    for confined in CONFINED {
        for name in confined.names {
            let carriers = confined.carriers.iter().filter(|carrier| *carrier != name);
            let users = confined.users.iter().chain(confined.test_users).chain(carriers);
            line(&mut section, name, &users.copied().collect::<Vec<_>>());
        }
    }
    section
}

fn line(section: &mut String, name: &str, wrappers: &[&str]) {
    let wrappers: Vec<String> = wrappers.iter().map(|wrapper| format!("\"{wrapper}\"")).collect();
    let written = writeln!(section, "    {{ crate = \"{name}\", wrappers = [{}] }},", wrappers.join(", "));
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[(&str, Kind)]) -> Member {
        let dependency = |(name, kind): &(&str, Kind)| Dependency {
            name: (*name).to_owned(),
            kind: *kind,
            requirement: "^0.1.0".to_owned(),
        };
        let dependencies = dependencies.iter().map(dependency).collect();
        Member { name: name.to_owned(), dependencies, ..Member::default() }
    }

    #[test]
    fn allowed_edges_pass() {
        let all_below: Vec<_> = LAYERS
            .iter()
            .take(6)
            .map(|layer| (layer.name, Kind::Normal))
            .chain([("serde", Kind::Normal)])
            .collect();
        assert!(edges(&member("dss-service", &all_below)).is_empty());
        let store = [("dss-model", Kind::Normal), ("rusqlite", Kind::Normal), (TESTKIT, Kind::Dev)];
        assert!(edges(&member("dss-store", &store)).is_empty());
        assert!(edges(&member("dss-security", &[("zip", Kind::Dev), (TESTKIT, Kind::Dev)])).is_empty());
    }

    #[test]
    fn edges_upwards_and_sideways_are_findings() {
        for (user, used, kind) in [
            ("dss-model", "dss-security", Kind::Normal),
            ("dss-store", "dss-format", Kind::Normal),
            ("dss-store", "dss-format", Kind::Dev),
            ("dss-merge", "dss-store", Kind::Build),
            ("dss-cli", "dss-model", Kind::Normal),
            ("dss-service", TESTKIT, Kind::Normal),
            ("dss-model", TESTKIT, Kind::Dev),
            ("dss-service", "rusqlite", Kind::Dev),
            ("dss-security", "zip", Kind::Normal),
            ("dss-store", "zip", Kind::Dev),
            ("xtask", "clap", Kind::Normal),
            ("dss-newcomer", "serde", Kind::Normal),
        ] {
            assert_eq!(edges(&member(user, &[(used, kind)])).len(), 1, "{user} -> {used}");
        }
    }

    #[test]
    fn a_path_without_a_version_is_a_finding() {
        let mut format = member("dss-format", &[("dss-model", Kind::Normal)]);
        format.dependencies.iter_mut().for_each(|dependency| "*".clone_into(&mut dependency.requirement));
        assert_eq!(edges(&format).len(), 1);
    }

    #[test]
    fn manifests_inherit_lints_and_licence() {
        let good = "[package]\nlicense.workspace = true\n\n[lints]\nworkspace = true\n";
        assert!(manifest_text(good).is_empty());
        assert_eq!(manifest_text("[package]\n[lints]\n[dependencies]\nworkspace = true\n").len(), 2);
    }

    #[test]
    fn this_workspace_keeps_its_layers() -> Result<(), Failure> {
        check(&Workspace::find()?).map(drop)
    }
}

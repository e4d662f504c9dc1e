//! A project that has nothing but one of our packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::run;
use crate::workspace::{Dependency, Member, Workspace};

use super::example;
use super::shelf::{Shelf, folder_of};

/// Builds and runs what a package is for: the command, if it has one, or else its README's example.
pub(super) fn run(workspace: &Workspace, shelf: &Shelf, member: &Member) -> Result<(), Failure> {
    match member.targets.iter().find(|target| target.kind == "bin") {
        Some(command) => {
            run::check(&mut shelf.cargo(workspace, &folder_of(member), &["build", "--quiet", "--bins"]))?;
            tour(&Shelf::built(workspace, &command.name), &shelf.empty_folder()?)
        }
        None => run_example(workspace, shelf, member),
    }
}

/// The `dss` command must know its version and go on its tour where nothing is set and nothing is there.
pub(crate) fn tour(program: &Path, folder: &Path) -> Result<(), Failure> {
    for word in ["--version", "demo"] {
        let mut command = Command::new(program);
        command.arg(word).current_dir(folder).env_clear();
        // Without it no program starts on Windows.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        run::output(&mut command)?;
    }
    Ok(())
}

fn run_example(workspace: &Workspace, shelf: &Shelf, member: &Member) -> Result<(), Failure> {
    let readme = fs::read_to_string(member.directory.join("README.md"))?;
    let program = example::program(&readme)
        .ok_or_else(|| Failure::new(format!("{}: its README has no example in Rust", member.name)))?;
    let name = format!("alone-{}", member.name);
    shelf.project(workspace, &name, &manifest(&name, member, &program), &program)?;
    run::check(&mut shelf.cargo(workspace, &name, &["run", "--quiet"]))
}

/// The package with its smallest features, and what its example names of the crates that the package itself declares.
fn manifest(name: &str, member: &Member, program: &str) -> String {
    let mut lines =
        vec![format!("{} = {{ version = \"{}\", default-features = false }}\n", member.name, member.version)];
    let named = member.dependencies.iter().filter(|dependency| is_named(dependency, program));
    lines.extend(named.map(|dependency| format!("{} = \"{}\"\n", dependency.name, dependency.requirement)));
    // A test may need more features of a crate than the package itself: cargo lists it twice, and so would we.
    lines.sort();
    lines.dedup();
    let header =
        format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n");
    header + &lines.concat()
}

fn is_named(dependency: &Dependency, program: &str) -> bool {
    program.contains(&format!("{}::", dependency.name.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Kind;

    #[test]
    fn a_project_declares_what_its_program_names() {
        let dependency =
            |name: &str, kind| Dependency { name: name.to_owned(), kind, requirement: "^1".to_owned() };
        let member = Member {
            name: "dss-store".to_owned(),
            version: "0.1.0".to_owned(),
            dependencies: vec![
                dependency("dss-model", Kind::Normal),
                dependency("tempfile", Kind::Dev),
                dependency("proptest", Kind::Dev),
                dependency("dss-model", Kind::Dev),
            ],
            ..Member::default()
        };
        let manifest = manifest("alone", &member, "use dss_model::Dot; tempfile::tempdir();");
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap_or_default();
        let expected = "dss-model = \"^1\"\ndss-store = { version = \"0.1.0\", default-features = false }\ntempfile = \"^1\"\n";
        assert_eq!(dependencies, expected);
    }
}

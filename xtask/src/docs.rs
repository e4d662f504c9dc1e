//! `cargo xtask docs`: pages that are generated from the code, so that they cannot lie.

use std::fs;

use crate::failure::{Failure, none_found};
use crate::run;
use crate::workspace::Workspace;

/// A page, and the example that prints it. An example of the package that owns the facts needs no second copy of
/// them here, and is compiled with the package's own tests.
struct Page {
    file: &'static str,
    package: &'static str,
    example: &'static str,
}

const PAGES: &[Page] = &[Page { file: "docs/errors.md", package: "dss-service", example: "error_list" }];

/// `cargo xtask docs [--write]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => check(workspace).map(|note| println!("{note}")),
        [flag] if flag == "--write" => {
            for (page, text) in printed(workspace)? {
                let file = workspace.path(page.file);
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&file, text)?;
                println!("wrote {}", page.file);
            }
            Ok(())
        }
        _ => Err(Failure::new("docs knows only --write")),
    }
}

/// Checks that every generated page is what its example prints today.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    let pages = printed(workspace)?;
    let stale = pages.iter().filter(|(page, text)| workspace.read(page.file).ok().as_ref() != Some(text));
    let stale: Vec<String> =
        stale.map(|(page, _)| format!("{}: cargo xtask docs --write", page.file)).collect();
    none_found("generated page(s) not current", &stale)?;
    Ok(format!("{} generated pages current", pages.len()))
}

/// Every page whose example exists.
fn printed(workspace: &Workspace) -> Result<Vec<(&'static Page, String)>, Failure> {
    let members = workspace.members()?;
    let exists = |page: &&Page| {
        members.iter().any(|member| member.name == page.package && member.has_target("example", page.example))
    };
    let mut pages = Vec::new();
    for page in PAGES.iter().filter(exists) {
        let arguments =
            ["run", "--quiet", "--all-features", "--package", page.package, "--example", page.example];
        let text = run::output(&mut run::cargo(workspace, &arguments))?;
        let text = String::from_utf8(text)
            .map_err(|_| Failure::new(format!("example {} prints no UTF-8", page.example)))?;
        pages.push((page, text));
    }
    Ok(pages)
}

//! `cargo xtask packages`: each published crate alone, as those see it who get it from a registry. What `cargo package`
//! makes of it is unpacked outside of the workspace; there a project of its own uses it with its smallest features and
//! runs its README's example, and the `dss` command goes on its tour in an empty environment.

mod alone;
mod example;
mod ratchet;
mod shelf;

use crate::failure::Failure;
use crate::workspace::Workspace;

pub(crate) use self::alone::tour;
use self::shelf::Shelf;

/// `cargo xtask packages [--write]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => check(workspace).map(|note| println!("{note}")),
        [flag] if flag == "--write" => {
            let shelf = Shelf::fill(workspace)?;
            ratchet::lower(workspace, &shelf)?;
            shelf.clear()
        }
        _ => Err(Failure::new("packages knows only --write")),
    }
}

/// Packages every published crate, counts what comes along with it, and runs it.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Failure> {
    let shelf = Shelf::fill(workspace)?;
    ratchet::check(workspace, &shelf)?;
    for member in shelf.members() {
        println!("-- {} alone", member.name);
        alone::run(workspace, &shelf, member)?;
    }
    let note = format!("{} packages, each built and run alone", shelf.members().len());
    shelf.clear()?;
    Ok(note)
}

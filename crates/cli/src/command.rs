//! What each command does: arguments to service calls, results to the session.

mod asset;
mod completions;
mod component;
pub(crate) mod config;
mod conflicts;
mod convert;
mod demo;
mod diff;
mod export;
mod fix;
mod git;
mod import;
mod inspect;
mod lint;
mod log;
mod merge_driver;
mod project;
mod pull;
mod push;
mod resolve;
mod set;
mod source;
mod stats;
mod theme;
mod token;
mod undo;
mod upkeep;
mod verify;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use dss_service::model::ProjectName;
use serde::Serialize;

use crate::args::Command;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Runs a command.
pub(crate) fn run(command: &Command, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Command::Demo(_) => demo::run(session),
        Command::Import(args) => import::run(args, session),
        Command::Conflicts(args) => conflicts::run(args, session),
        Command::Export(args) => export::run(args, session),
        Command::Convert(args) => convert::run(args, session),
        Command::Pull(args) => pull::run(&args.command, session),
        Command::Push(args) => push::run(&args.command, session),
        Command::Verify(args) => verify::run(args, session),
        Command::Lint(args) => lint::run(args, session),
        Command::Resolve(args) => resolve::run(args, session),
        Command::Fix(args) => fix::run(args, session),
        Command::Inspect(args) => inspect::run(args, session),
        Command::Diff(args) => diff::run(args, session),
        Command::Project(args) => project::run(&args.command, session),
        Command::Set(args) => set::run(&args.command, session),
        Command::Token(args) => token::run(&args.command, session),
        Command::Theme(args) => theme::run(&args.command, session),
        Command::Component(args) => component::run(&args.command, session),
        Command::Asset(args) => asset::run(&args.command, session),
        Command::Log(args) => log::run(args, session),
        Command::Stats(args) => stats::run(args, session),
        Command::Undo(args) => undo::run(args, session),
        Command::Config(args) => config::run(&args.command, session),
        Command::Check(args) => upkeep::check(args, session),
        Command::Compact(args) => upkeep::compact(args, session),
        Command::Backup(args) => upkeep::backup(args, session),
        Command::Restore(args) => upkeep::restore(args, session),
        Command::Git(args) => git::run(&args.command, session),
        Command::MergeDriver(args) => merge_driver::run(args, session),
        Command::Completions(args) => completions::run(args, session),
    }
}

/// A list in a JSON document: an object, so that more can be said later.
#[derive(Debug, Serialize)]
struct Listed<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    #[serde(flatten)]
    items: T,
}

/// What was removed.
#[derive(Debug, Serialize)]
struct Removed<'a> {
    project: &'a str,
    #[serde(rename = "removed")]
    kind: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<&'a str>,
}

impl Removed<'_> {
    /// Reports it.
    fn report(&self, session: &mut Session) -> Result<Exit, Failure> {
        session.report(self, |page, removed| {
            let name = crate::render::escape(removed.name);
            page.line(&format!("Removed {} {name}; its history is kept.", removed.kind));
        })?;
        Ok(Exit::Done)
    }
}

/// A project that has left no trace in the log is there, or its name is wrong.
fn require_project(project: Option<&ProjectName>, session: &Session) -> Result<(), Failure> {
    if let Some(project) = project {
        session.service()?.project(project)?;
    }
    Ok(())
}

/// Reads a file, or standard input for `-`.
fn read_input(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = bytes_max.saturating_add(1);
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| {
            let length = file.metadata()?.len().min(limit);
            // Where there is not as much memory as the file says, reading it will tell.
            bytes.try_reserve_exact(usize::try_from(length).unwrap_or_default()).ok();
            file.take(limit).read_to_end(&mut bytes)
        })
    };
    read.map_err(|error| Failure::file(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > bytes_max) {
        let message = format!("{} is larger than {}", path.display(), crate::render::bytes(bytes_max));
        return Err(Failure::new(Exit::Refused, "file_too_large", message, "split it into several files"));
    }
    Ok(bytes)
}

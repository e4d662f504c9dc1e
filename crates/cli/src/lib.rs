//! What the program `dss` runs, and what its manual pages and completions are made of: the program and
//! `examples/pages.rs` use it, and nobody else should. Everything that DSS can do is in `dss-service`.

mod app;
mod args;
mod command;
mod config;
mod exit;
mod failure;
mod figma;
mod folders;
mod logs;
mod output;
mod progress;
mod render;
mod session;
mod value;

use std::ffi::OsString;
use std::process::ExitCode;

/// Does what a command line says, program name included, and tells how it ended.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    app::run(words).into()
}

/// The definition of the command line.
pub fn command() -> clap::Command {
    <args::Cli as clap::CommandFactory>::command()
}

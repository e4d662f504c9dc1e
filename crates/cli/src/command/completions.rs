//! `dss completions`

use std::io::Write as _;

use clap::CommandFactory as _;
use serde_json::json;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn run(args: &CompletionsArgs, session: &mut Session) -> Result<Exit, Failure> {
    // Into memory first: clap_complete panics if its output cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dss", &mut script);
    let written = if session.is_json {
        let script = String::from_utf8_lossy(&script);
        session.out.json(&json!({ "shell": args.shell.to_string(), "script": script }))
    } else {
        session.out.write_all(&script)
    };
    written.map_err(|error| Failure::output(&error))?;
    Ok(Exit::Done)
}

//! `dss git`

mod attributes;
mod install;

use std::io::Write as _;
use std::path::Path;

use dss_service::format::three_way;
use dss_service::model::Limits;

use crate::args::GitCommand;
use crate::command::read_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn run(command: &GitCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        GitCommand::Install { patterns, scope } => install::install(patterns, scope, session),
        GitCommand::Uninstall { scope } => install::uninstall(scope, session),
        GitCommand::Textconv { file } => textconv(file, session),
    }
}

fn textconv(path: &Path, session: &mut Session) -> Result<Exit, Failure> {
    let bytes = read_input(path, Limits::balanced().archive_bytes)?;
    let text = three_way::lines(&path.display().to_string(), &bytes);
    // What is no JSON is shown as it is: a diff that fails helps nobody.
    let shown = text.as_ref().map_or(bytes.as_slice(), String::as_bytes);
    if session.is_json {
        let text = String::from_utf8_lossy(shown);
        session.show(&serde_json::json!({ "text": text }), |_, _| {})?;
    } else {
        session.out.write_all(shown).map_err(|error| Failure::output(&error))?;
    }
    Ok(Exit::Done)
}

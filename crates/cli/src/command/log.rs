//! `dss log`

use dss_service::{LogEntry, LogFilter, TokenHistoryEntry};
use serde::Serialize;

use super::Listed;
use crate::args::LogArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

#[derive(Debug, Serialize)]
struct Changes<'a> {
    token: &'a str,
    changes: Vec<TokenHistoryEntry>,
}

#[derive(Debug, Serialize)]
struct Entries {
    entries: Vec<LogEntry>,
}

pub(super) fn run(args: &LogArgs, session: &mut Session) -> Result<Exit, Failure> {
    let service = session.service()?;
    let project = args.project.as_ref().map(dss_service::model::ProjectName::as_str);
    if let (Some(name), Some(path)) = (&args.project, &args.token) {
        let mut changes = service.token_history(name, args.set.as_deref(), path)?;
        changes.truncate(args.limit);
        let list = Listed { project, items: Changes { token: path.as_str(), changes } };
        session.show(&list, |page, list| render::token_history(page, &list.items.changes))?;
        return Ok(Exit::Done);
    }
    let filter = LogFilter { project: project.map(str::to_owned), limit: Some(args.limit) };
    let list = Listed { project, items: Entries { entries: service.log(&filter)? } };
    session.show(&list, |page, list| render::log(page, &list.items.entries))?;
    Ok(Exit::Done)
}

//! `dss log`

use dss_service::format::time;
use dss_service::model::{ProjectName, TokenPath};
use dss_service::{Clock as _, LogEntry, LogFilter, SystemClock, TokenHistoryEntry};
use serde::Serialize;

use super::{Listed, require_project};
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
    let since_ms = args.since.map(|since| since.at_ms(SystemClock.now_ms()));
    match (&args.project, &args.token, args.import) {
        (Some(project), Some(path), _) => token(args, (project, path), since_ms, session)?,
        (Some(project), None, Some(number)) => {
            let log = session.service()?.import_log(project, number, args.limit)?;
            session.show(&log, render::import_log)?;
        }
        _ => operations(args, since_ms, session)?,
    }
    Ok(Exit::Done)
}

fn token(
    args: &LogArgs,
    (project, path): (&ProjectName, &TokenPath),
    since_ms: Option<i64>,
    session: &mut Session,
) -> Result<(), Failure> {
    let mut changes = session.service()?.token_history(project, args.set.as_deref(), path)?;
    changes.retain(|entry| since_ms.is_none_or(|since| time::parse(&entry.at).is_some_and(|at| at >= since)));
    changes.truncate(args.limit);
    if args.reverse {
        // The fields of one write stay in their order.
        let mut writes: Vec<_> =
            changes.chunk_by(|a, b| a.revision == b.revision).map(<[_]>::to_vec).collect();
        writes.reverse();
        changes = writes.concat();
    }
    let list = Listed { project: Some(project.as_str()), items: Changes { token: path.as_str(), changes } };
    session.show(&list, |page, list| render::token_history(page, &list.items.changes))
}

fn operations(args: &LogArgs, since_ms: Option<i64>, session: &mut Session) -> Result<(), Failure> {
    let project = args.project.as_ref().map(ProjectName::as_str);
    let filter = LogFilter { project: project.map(str::to_owned), since_ms, limit: Some(args.limit) };
    // Where there is no store, nothing was done.
    let entries = session.existing_service()?.map(|service| service.log(&filter)).transpose()?;
    let mut entries = entries.unwrap_or_default();
    if entries.is_empty() {
        require_project(args.project.as_ref(), session)?;
    }
    if args.reverse {
        entries.reverse();
    }
    let list = Listed { project, items: Entries { entries } };
    session.show(&list, |page, list| render::log(page, &list.items.entries))
}

//! `dss stats`

use dss_service::{Clock as _, Stats, StatsFilter, SystemClock};

use super::{Listed, require_project};
use crate::args::StatsArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &StatsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let since_ms = args.since.map(|since| since.at_ms(SystemClock.now_ms()));
    let project = args.project.as_ref().map(ToString::to_string);
    let filter = StatsFilter { project: project.clone(), since_ms };
    // Where there is no store, nothing was done.
    let stats = match session.existing_service()? {
        Some(service) => service.stats(&filter)?,
        None => Stats::default(),
    };
    if stats.operations.is_empty() {
        require_project(args.project.as_ref(), session)?;
    }
    session.show(&Listed { project: project.as_deref(), items: stats }, |page, list| {
        render::stats(page, &list.items);
    })?;
    Ok(Exit::Done)
}

//! `dss check`, `dss compact`, `dss backup` and `dss restore`

use dss_service::RestoreOptions;

use crate::args::{BackupArgs, CheckArgs, CompactArgs, RestoreArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn check(args: &CheckArgs, session: &mut Session) -> Result<Exit, Failure> {
    let bar = session.bar();
    let report = session.service()?.check(&args.projects, &bar)?;
    drop(bar);
    session.report(&report, render::check)?;
    Ok(if report.is_clean { Exit::Done } else { Exit::Store })
}

pub(super) fn compact(args: &CompactArgs, session: &mut Session) -> Result<Exit, Failure> {
    let bar = session.bar();
    let summary = session.service()?.compact(&args.projects, &bar)?;
    drop(bar);
    session.report(&summary, render::compact)?;
    Ok(Exit::Done)
}

pub(super) fn backup(args: &BackupArgs, session: &mut Session) -> Result<Exit, Failure> {
    session.add_options(args.typed());
    let options = session.settings.backup();
    let bar = session.bar();
    let summary = session.service()?.back_up(&args.folder, &options, &bar)?;
    drop(bar);
    session.report(&summary, render::backup)?;
    Ok(Exit::Done)
}

pub(super) fn restore(args: &RestoreArgs, session: &mut Session) -> Result<Exit, Failure> {
    if !session.has_store() {
        dss_service::screen_backup(&args.backup)?;
    }
    let options = RestoreOptions { projects: args.projects.clone(), may_replace: args.force };
    let bar = session.bar();
    let summary = session.service_or_new()?.restore(&args.backup, &options, &bar)?;
    drop(bar);
    session.report(&summary, render::restore)?;
    Ok(Exit::Done)
}

//! `dss undo`

use dss_service::UndoOptions;

use crate::args::UndoArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &UndoArgs, session: &mut Session) -> Result<Exit, Failure> {
    let service = session.service()?;
    let options = UndoOptions { import: args.import, dry_run: args.dry_run, ..UndoOptions::default() };
    let bar = session.bar();
    let summary = service.undo(&args.project, &options, &bar)?;
    drop(bar);
    session.report(&summary, render::undo)?;
    Ok(if summary.left > 0 || summary.open_conflicts > 0 { Exit::Open } else { Exit::Done })
}

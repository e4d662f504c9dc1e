//! `dss inspect`

use crate::args::InspectArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &InspectArgs, session: &mut Session) -> Result<Exit, Failure> {
    let inspection = dss_service::inspect(&args.file)?;
    session.show(&inspection, render::inspection)?;
    Ok(Exit::Done)
}

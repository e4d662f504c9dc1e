//! `dss inspect`

use crate::args::InspectArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &InspectArgs, session: &mut Session) -> Result<Exit, Failure> {
    let inspection = dss_service::inspect(&args.file, &session.limits(&args.limits))?;
    session.warn(|page| render::near_limits(page, &inspection.near_limits));
    session.show(&inspection, render::inspection)?;
    Ok(Exit::Done)
}

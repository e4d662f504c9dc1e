//! `dss fix`

use dss_service::{FixOptions, fix};

use crate::args::FixArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &FixArgs, session: &mut Session) -> Result<Exit, Failure> {
    let options = FixOptions { write: args.write, limits: session.limits(&args.limits) };
    let report = fix(&args.source, &options)?;
    session.report(&report, render::fixed)?;
    let is_open = report.advice > 0 || (report.changes > 0 && !args.write);
    Ok(if is_open { Exit::Open } else { Exit::Done })
}

//! `dss convert`

use dss_service::{ConvertOptions, convert};

use crate::args::{ConvertArgs, InputFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &ConvertArgs, session: &mut Session) -> Result<Exit, Failure> {
    if args.from == InputFormat::Dss {
        return Err(Failure::usage(
            "archives are not converted: they hold more than token files do",
            "import it, and export the project with --to FORMAT",
        ));
    }
    let options = ConvertOptions {
        from: args.from.tokens(),
        to: args.to,
        overwrite: args.force,
        limits: session.limits(&args.limits),
    };
    let summary = convert(&args.input, &args.output, &options)?;
    session.report(&summary, render::converted)?;
    session.warn(|page| {
        render::skipped(page, &summary.skipped);
        render::conversion(page, &summary.read, args.report);
        render::conversion(page, &summary.written, args.report);
    });
    Ok(Exit::Done)
}

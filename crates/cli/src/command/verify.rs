//! `dss verify`

use dss_service::VerifyOptions;

use crate::args::VerifyArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &VerifyArgs, session: &mut Session) -> Result<Exit, Failure> {
    let options = VerifyOptions {
        from: args.from.tokens(),
        limits: session.limits(&args.limits),
        is_strict: args.strict,
        is_canonical: args.canonical,
    };
    let bar = session.bar();
    let summary = dss_service::verify(&args.file, &options, &bar)?;
    drop(bar);
    session.warn(|page| render::near_limits(page, &summary.near_limits));
    session.report(&summary, render::verification)?;
    Ok(Exit::Done)
}

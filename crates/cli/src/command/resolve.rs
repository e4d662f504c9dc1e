//! `dss resolve`

use dss_service::{DiffSource, ResolveOptions, ServiceError};

use super::source::source;
use crate::args::ResolveTokensArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &ResolveTokensArgs, session: &mut Session) -> Result<Exit, Failure> {
    let options = ResolveOptions {
        themes: args.themes.clone(),
        from: args.from.tokens(),
        limits: session.limits(&args.limits),
    };
    let service = session.existing_service()?;
    let bar = session.bar();
    let report = match (source(&args.source.to_string_lossy(), service.as_ref())?, &service) {
        (DiffSource::Project(name), Some(service)) => service.resolve_project(&name, &options, &bar)?,
        (DiffSource::File(path), _) => dss_service::resolve(&path, &options, &bar)?,
        _ => return Err(ServiceError::Internal("a project without a store".to_owned()).into()),
    };
    drop(bar);
    session.show(&report, render::resolved)?;
    session.warn(|page| {
        render::skipped(page, &report.skipped);
        render::unresolved(page, &report);
    });
    Ok(if report.findings.errors > 0 { Exit::Open } else { Exit::Done })
}

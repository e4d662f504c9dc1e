//! `dss lint`

use dss_service::{DiffSource, ServiceError};

use super::source::source;
use crate::args::LintArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &LintArgs, session: &mut Session) -> Result<Exit, Failure> {
    let limits = session.limits(&args.limits);
    let service = session.existing_service()?;
    let bar = session.bar();
    let report = match (source(&args.source.to_string_lossy(), service.as_ref())?, &service) {
        (DiffSource::Project(name), Some(service)) => service.lint_project(&name, &limits, &bar)?,
        (DiffSource::File(path), _) => dss_service::lint(&path, args.from.tokens(), &limits, &bar)?,
        _ => return Err(ServiceError::Internal("a project without a store".to_owned()).into()),
    };
    drop(bar);
    if args.sarif {
        session.out.json(&render::sarif(&report, &args.source)).map_err(|error| Failure::output(&error))?;
    } else {
        session.report(&report, render::lint)?;
    }
    let is_wrong = report.errors > 0 || (args.strict && report.warnings > 0);
    Ok(if is_wrong { Exit::Open } else { Exit::Done })
}

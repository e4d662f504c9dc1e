//! `dss import`

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use dss_service::{Allowed, ConflictFilter, ImportOptions, ImportSummary};

use super::conflicts;
use crate::args::{ImportArgs, InputFormat};
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &ImportArgs, session: &mut Session) -> Result<Exit, Failure> {
    check_format(args.from, &args.file)?;
    if args.merge.interactive {
        conflicts::require_somebody(session)?;
    }
    session.add_options(args.typed());
    let merging = session.settings.import(&args.merge);
    let options = ImportOptions {
        project: args.project.clone(),
        from: args.from.tokens(),
        strategy: args.strategy.into(),
        source: args.source.clone(),
        set: args.set.clone(),
        delete_missing: args.delete_missing,
        allow: Allowed { other_project: args.adopt, ..merging.allow },
        is_strict: args.strict,
        time_budget_ms: session.settings.time_budget_ms(),
        ..merging
    };
    if !session.has_store() {
        dss_service::screen(&args.file, &options.limits)?;
    }
    let service = session.service_or_new()?;
    let bar = session.bar();
    let summary = if args.dry_run {
        service.analyze_import(&args.file, &options, &bar)?
    } else {
        service.import_project(&args.file, &options, &bar)?
    };
    drop(bar);
    session.warn(|page| {
        render::skipped(page, &summary.skipped);
        render::near_limits(page, &summary.near_limits);
        if let Some(conversion) = &summary.conversion {
            render::conversion(page, conversion, false);
        }
    });
    if args.merge.interactive {
        return ask(&summary, session);
    }
    session.report(&summary, render::import)?;
    Ok(conflicts::exit(summary.open_conflicts))
}

/// Reports the import without its conflicts, and then asks about each.
fn ask(summary: &ImportSummary, session: &mut Session) -> Result<Exit, Failure> {
    session.report(summary, render::import_before_asking)?;
    let project = summary.project.parse().map_err(|_| Failure::bug("an imported project has no name"))?;
    let open = conflicts::ask(
        &project,
        &ConflictFilter { skew: session.settings.skew(), ..ConflictFilter::default() },
        session,
    )?;
    Ok(conflicts::exit(open))
}

/// Holds the input to the format that the user named.
fn check_format(format: InputFormat, file: &Path) -> Result<(), Failure> {
    let is_archive = || {
        let mut start = [0_u8; 2];
        File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok_and(|()| start == *b"PK")
    };
    // What is not there is told by the import itself.
    let (code, message, hint) = match format {
        InputFormat::Dss if file.exists() && !is_archive() => (
            "not_a_project",
            "is no .dss archive",
            "leave --from out, or name an archive made by `dss export`",
        ),
        InputFormat::Tokens(_) if is_archive() => {
            ("not_tokens", "is an archive, and no token file", "leave --from out, or name a token file")
        }
        _ => return Ok(()),
    };
    let report = Report {
        stage: Some("archive"),
        entry: Some(file.display().to_string()),
        ..Report::new(Exit::Refused, code, format!("{} {message}", file.display()), hint)
    };
    Err(Failure::Told(Box::new(report)))
}

//! `dss export`

use dss_service::{ExportOptions, Selection};

use crate::args::ExportArgs;
use crate::config::{Key, Value};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(args: &ExportArgs, session: &mut Session) -> Result<Exit, Failure> {
    session.add_options([(Key::TimeBudget, args.time_budget.map(Value::Millis))]);
    let options = ExportOptions {
        selection: Selection {
            sets: args.set.clone(),
            tags: args.tag.clone(),
            folders: args.folder.clone(),
            types: args.types.clone(),
            categories: args.category.clone(),
        },
        to: args.to,
        since: args.since.clone(),
        history: args.history,
        exported_at_ms: source_date_epoch()?,
        by: args.by.clone(),
        overwrite: args.force,
        time_budget_ms: session.settings.time_budget_ms(),
    };
    let service = session.service()?;
    let bar = session.bar();
    let summary = service.export_project(&args.project, &args.output, &options, &bar)?;
    drop(bar);
    session.report(&summary, render::export)?;
    session.warn(|page| {
        render::left_out(page, &summary.skipped);
        if let Some(conversion) = &summary.conversion {
            render::conversion(page, conversion, args.report);
        }
    });
    Ok(Exit::Done)
}

/// <https://reproducible-builds.org/specs/source-date-epoch/>: seconds since 1970.
fn source_date_epoch() -> Result<Option<i64>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse::<u32>().ok()).map(i64::from);
    let ms = seconds.and_then(|seconds| seconds.checked_mul(1000));
    ms.map(Some).ok_or_else(|| {
        Failure::usage(
            "SOURCE_DATE_EPOCH is no number of seconds since 1970",
            "set it to a number, such as 1767225600, or unset it",
        )
    })
}

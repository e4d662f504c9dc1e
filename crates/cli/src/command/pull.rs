//! `dss pull`

use dss_service::{FigmaFile, ImportOptions};

use crate::args::{FigmaPullArgs, PullCommand};
use crate::command::conflicts;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figma::Figma;
use crate::render;
use crate::session::Session;

pub(super) fn run(command: &PullCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        PullCommand::Figma(args) => figma(args, session),
    }
}

fn figma(args: &FigmaPullArgs, session: &mut Session) -> Result<Exit, Failure> {
    if args.merge.interactive {
        return Err(Failure::usage(
            "questions are asked by `dss conflicts`",
            "leave --interactive out, and run `dss conflicts PROJECT resolve -i` afterwards",
        ));
    }
    session.add_options(args.typed());
    let options = ImportOptions {
        project: Some(args.figma.project.clone()),
        delete_missing: args.delete_missing,
        ..session.settings.import(&args.merge)
    };
    let answer = Figma::new(args.figma.api.as_deref())?.variables(&args.figma.file)?;
    let service = session.service_or_new()?;
    let bar = session.bar();
    let file = FigmaFile { key: &args.figma.file, answer: &answer };
    let summary = service.pull_figma(file, &options, &bar, args.figma.dry_run)?;
    drop(bar);
    session.warn(|page| {
        render::near_limits(page, &summary.near_limits);
        if let Some(conversion) = &summary.conversion {
            render::conversion(page, conversion, false);
        }
    });
    session.report(&summary, render::import)?;
    Ok(conflicts::exit(summary.open_conflicts))
}

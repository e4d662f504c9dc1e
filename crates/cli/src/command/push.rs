//! `dss push`

use std::fs;

use dss_service::{FigmaFile, FigmaPush, ImportOptions};
use serde::Serialize;

use crate::args::{FigmaPushArgs, PushCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figma::Figma;
use crate::render;
use crate::session::Session;

/// What a push did, or would do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pushed<'a> {
    #[serde(flatten)]
    push: &'a FigmaPush,
    dry_run: bool,
    /// The request, if it was only tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Box<serde_json::value::RawValue>>,
}

pub(super) fn run(command: &PushCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        PushCommand::Figma(args) => figma(args, session),
    }
}

fn figma(args: &FigmaPushArgs, session: &mut Session) -> Result<Exit, Failure> {
    let options = ImportOptions {
        project: Some(args.figma.project.clone()),
        limits: session.limits(&args.limits),
        ..ImportOptions::default()
    };
    let (service, key) = (session.service()?, args.figma.file.as_str());
    let figma = Figma::new(args.figma.api.as_deref())?;
    let answer = figma.variables(key)?;
    let bar = session.bar();
    let file = FigmaFile { key, answer: &answer };
    let what = (args.delete_missing, args.restore);
    let push = service.plan_figma_push(&args.figma.project, file, &options, what, &bar)?;
    drop(bar);
    check(&push)?;
    if let Some(path) = &args.payload {
        fs::write(path, &push.body).map_err(|error| Failure::file(path, &error))?;
    }
    if !args.figma.dry_run && !push.is_nothing() {
        let ids = figma.change(key, &push.body)?;
        let answer = figma.variables(key)?;
        let file = FigmaFile { key, answer: &answer };
        let bar = session.bar();
        service.record_figma_push(&push, &ids, file, &options, &bar)?;
        drop(bar);
    }
    session.warn(|page| render::conversion(page, &push.conversion, false));
    let raw = serde_json::value::RawValue::from_string(push.body.clone()).ok();
    let request = raw.filter(|_| args.figma.dry_run);
    let pushed = Pushed { push: &push, dry_run: args.figma.dry_run, request };
    session.report(&pushed, |page, pushed| render::pushed(page, pushed.push, pushed.dry_run))?;
    Ok(Exit::Done)
}

/// Refuses to write over what is not known here, or not decided.
fn check(push: &FigmaPush) -> Result<(), Failure> {
    let refused = |code, message: String, hint: String| Err(Failure::new(Exit::Open, code, message, hint));
    let FigmaPush { project, file, .. } = push;
    if push.news > 0 {
        let items = push.news_items.iter().take(3).map(|item| render::escape(item));
        let items = items.collect::<Vec<_>>().join(", ");
        let items = if items.is_empty() { items } else { format!(", {items} among them") };
        let message =
            format!("Figma has changed since the last pull: {}{items}", render::plural(push.news, "item"));
        let hint = format!(
            "nothing was sent; bring it in with `dss pull figma {project} --file {file}`, and push again"
        );
        return refused("figma_changed", message, hint);
    }
    if push.gone > 0 {
        let message = format!("{} that are here were deleted in Figma", render::plural(push.gone, "token"));
        let hint = format!(
            "nothing was sent; delete them here with `dss pull figma {project} --file {file} --delete-missing`, or create \
             them again with --restore"
        );
        return refused("figma_changed", message, hint);
    }
    if push.open_conflicts > 0 {
        let message = format!(
            "not all is decided in project \"{project}\": {}",
            render::plural(push.open_conflicts, "open conflict")
        );
        let hint =
            format!("nothing was sent; decide with `dss conflicts {project} resolve -i`, and push again");
        return refused("figma_undecided", message, hint);
    }
    Ok(())
}

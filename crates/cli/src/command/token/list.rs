//! `dss token list`: tokens come one at a time, and leave so.

use std::io::{self, Write as _};

use dss_service::{ProjectService, TokenFilter, TokenView};
use serde_json::{Value, json};

use crate::args::TokenListArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Sink;
use crate::render::{Page, TokenLister};
use crate::session::Session;

pub(super) fn run(args: &TokenListArgs, session: &mut Session) -> Result<Exit, Failure> {
    let filter = TokenFilter {
        set: args.set.clone(),
        below: args.folder.clone(),
        token_type: args.token_type.clone(),
        tag: args.tag.clone(),
        only_invalid: args.invalid,
    };
    let service = session.service()?;
    if session.is_json {
        as_json(&service, args, &filter, session)?;
    } else {
        for_people(&service, args, &filter, session)?;
    }
    Ok(Exit::Done)
}

fn for_people(
    service: &ProjectService,
    args: &TokenListArgs,
    filter: &TokenFilter,
    session: &mut Session,
) -> Result<(), Failure> {
    let mut lister = TokenLister::new(session.out_look);
    let out = &mut session.out;
    let mut written = Ok(());
    service.tokens(&args.project, filter, &mut |token| {
        if let Some(text) = lister.token(&token) {
            written = out.write_all(text.as_bytes());
        }
        written.is_ok() && !out.is_closed()
    })?;
    written.map_err(|error| Failure::output(&error))?;
    let mut page = Page::new(session.out_look, session.is_verbose);
    lister.finish(&mut page);
    session.print(&page)
}

fn write_item(out: &mut Sink, is_first: bool, project: &Value, token: &TokenView) -> io::Result<()> {
    if is_first {
        write!(out, "{{\n  \"project\": {project},\n  \"tokens\": [\n    ")?;
    } else {
        out.write_all(b",\n    ")?;
    }
    serde_json::to_writer(out, token)?;
    Ok(())
}

/// One token a line. The document is begun with the first token, so that an error before it stands alone; an error
/// after it ends the document as its member `error`.
fn as_json(
    service: &ProjectService,
    args: &TokenListArgs,
    filter: &TokenFilter,
    session: &mut Session,
) -> Result<(), Failure> {
    let out = &mut session.out;
    let mut count = 0_u64;
    let mut written = Ok(());
    let project = json!(args.project.as_str());
    let listed = service.tokens(&args.project, filter, &mut |token: TokenView| {
        written = write_item(out, count == 0, &project, &token);
        count = count.saturating_add(1);
        written.is_ok() && !out.is_closed()
    });
    written.map_err(|error| Failure::output(&error))?;
    let ended = match listed.map_err(Failure::from) {
        Err(Failure::Told(report)) if count > 0 => {
            let report_json = json!(&report);
            let ended = writeln!(out, "\n  ],\n  \"error\": {report_json}\n}}");
            ended.map_err(|error| Failure::output(&error))?;
            return Err(Failure::Shown(report));
        }
        Err(failure) => return Err(failure),
        Ok(()) if count == 0 => writeln!(out, "{{\n  \"project\": {project},\n  \"tokens\": []\n}}"),
        Ok(()) => writeln!(out, "\n  ]\n}}"),
    };
    ended.map_err(|error| Failure::output(&error))
}

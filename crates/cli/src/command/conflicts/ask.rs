//! Asking about one open conflict after the other.
//!
//! Each answer is written at once, and what was not answered stays open: whoever stops goes on where they stopped.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};

use dss_service::model::ProjectName;
use dss_service::{ConflictFilter, ConflictItem, ProjectService, SideOf, Take};

use crate::failure::Failure;
use crate::render;
use crate::session::Session;

/// An answer.
enum Answer {
    Take(Take),
    Skip,
    Quit,
}

/// Refuses to ask where nobody is there to answer.
pub(in crate::command) fn require_somebody(session: &Session) -> Result<(), Failure> {
    if session.is_json {
        return Err(Failure::usage(
            "--interactive asks questions, and --json answers none",
            "leave one of them out",
        ));
    }
    if io::stdin().is_terminal() || session.assumes_terminal {
        return Ok(());
    }
    Err(Failure::usage(
        "--interactive needs a terminal, and nobody is there to ask",
        "leave it out: what is in conflict stays open, and `dss conflicts` lists and decides it (DSS_ASSUME_TERMINAL=1 \
         reads answers that are piped in)",
    ))
}

/// Asks about open conflicts until none is left or somebody has had enough; returns how many are open then.
pub(in crate::command) fn ask(
    project: &ProjectName,
    filter: &ConflictFilter,
    session: &mut Session,
) -> Result<u64, Failure> {
    let mut skipped = BTreeSet::new();
    loop {
        // Opened anew each time: nobody else should have to wait for the answer.
        let service = session.service()?;
        let (Some(item), open) = next(&service, project, filter, &skipped)? else {
            return finish(project, session);
        };
        drop(service);
        let mut page = session.page();
        render::conflict(&mut page, &item);
        session.print(&page)?;
        session.flush()?;
        let question = format!("Take {}, [s]kip or [q]uit? ({open} open) ", choices(&item));
        match answer(&item, &question, session)? {
            Answer::Quit => return finish(project, session),
            Answer::Skip => {
                skipped.insert((item.entity, item.field));
            }
            Answer::Take(take) => {
                let one = ConflictFilter {
                    item: Some(item.entity),
                    set: None,
                    field: Some(item.field),
                    skew: filter.skew,
                };
                session.service()?.resolve_conflicts(project, &one, &take)?;
            }
        }
        session.print(&{
            let mut page = session.page();
            page.gap();
            page
        })?;
    }
}

/// The first conflict that was not skipped, and how many the filter lets through.
fn next(
    service: &ProjectService,
    project: &ProjectName,
    filter: &ConflictFilter,
    skipped: &BTreeSet<(String, String)>,
) -> Result<(Option<ConflictItem>, u64), Failure> {
    let mut first = None;
    let mut open = 0_u64;
    service.conflicts(project, filter, &mut |item: ConflictItem| {
        open = open.saturating_add(1);
        if first.is_none() && !skipped.contains(&(item.entity.clone(), item.field.clone())) {
            first = Some(item);
        }
        true
    })?;
    Ok((first, open))
}

fn finish(project: &ProjectName, session: &mut Session) -> Result<u64, Failure> {
    let open = session.service()?.project(project)?.open_conflicts;
    let mut page = session.page();
    render::left_open(&mut page, project.as_str(), open);
    session.print(&page)?;
    Ok(open)
}

/// `[l]ocal, [i]mported`, or the sides' numbers.
fn choices(item: &ConflictItem) -> String {
    let named = [(SideOf::Local, "[l]ocal"), (SideOf::Imported, "[i]mported")];
    let mut parts: Vec<String> =
        named.iter().filter(|(of, _)| item.side(*of).is_some()).map(|(_, name)| (*name).to_owned()).collect();
    if parts.len() < 2 || item.sides.len() > 2 {
        parts.push(format!("a number (1 to {})", item.sides.len()));
    }
    parts.join(", ")
}

/// Asks until the answer makes sense; no answer at all is one to quit.
fn answer(item: &ConflictItem, question: &str, session: &mut Session) -> Result<Answer, Failure> {
    loop {
        let asked = session.err.write_all(question.as_bytes()).and_then(|()| session.err.flush());
        asked.map_err(|error| Failure::output(&error))?;
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map_err(|error| Failure::output(&error))?;
        let word = line.trim().to_lowercase();
        let has = |of| item.side(of).is_some();
        let number = word.parse::<u64>().ok();
        let number = number.filter(|number| item.sides.iter().any(|side| side.number == *number));
        match (word.as_str(), number) {
            _ if read == 0 => return Ok(Answer::Quit),
            ("q" | "quit", _) => return Ok(Answer::Quit),
            ("s" | "skip", _) => return Ok(Answer::Skip),
            ("l" | "local", _) if has(SideOf::Local) => return Ok(Answer::Take(Take::Local)),
            ("i" | "imported", _) if has(SideOf::Imported) => return Ok(Answer::Take(Take::Imported)),
            (_, Some(number)) => return Ok(Answer::Take(Take::Side(number))),
            _ => {}
        }
    }
}

//! `dss conflicts`

mod ask;
mod file;

use dss_service::model::{ProjectName, TokenPath};
use dss_service::{ConflictFilter, ConflictItem, ProjectService, Take};

pub(super) use self::ask::{ask, require_somebody};
use crate::args::{ConflictsArgs, ConflictsCommand, ResolveArgs, parse};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, ConflictList};
use crate::session::Session;
use crate::value;

/// Conflicts that are listed; beyond it, they are counted.
const LISTED: usize = 10_000;

pub(super) fn run(args: &ConflictsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let list = ConflictsCommand::List { narrow: args.narrow.clone() };
    let command = args.command.as_ref().unwrap_or(&list);
    // What narrows down must never be passed over: more would be decided than was meant.
    if args.command.is_some() && args.narrow.is_given() {
        let message = "--set, --field and --skew-… stand before the command that they are for";
        return Err(Failure::usage(message, "write them after `list`, `show` or `resolve`"));
    }
    if file::is_meant(&args.target) {
        return file::run(args.target.as_ref(), command, session);
    }
    let project = &parse::project(&args.target)
        .map_err(|message| Failure::usage(&message, "name a project, or a token file by its path"))?;
    session.add_options(command.narrow().skew.typed());
    let skew = session.settings.skew();
    match command {
        ConflictsCommand::List { narrow } => {
            let list = collect(&session.service()?, project, &narrow.to_filter(None, skew))?;
            session.show(&list, render::conflicts)?;
            Ok(exit(list.open_conflicts))
        }
        ConflictsCommand::Show { item, narrow } => {
            let list = collect(&session.service()?, project, &narrow.to_filter(Some(item), skew))?;
            if list.conflicts.is_empty() {
                return Err(none(project, item));
            }
            session.show(&list, render::conflicts_in_full)?;
            Ok(exit(list.open_conflicts))
        }
        ConflictsCommand::Resolve(args) if args.interactive => {
            require_somebody(session)?;
            let filter = args.narrow.to_filter(args.item.as_deref(), skew);
            let open = ask(project, &filter, session)?;
            Ok(exit(open))
        }
        ConflictsCommand::Resolve(args) => resolve(project, args, session),
    }
}

/// The exit code while that many are open.
pub(super) const fn exit(open: u64) -> Exit {
    if open > 0 { Exit::Open } else { Exit::Done }
}

fn none(project: &ProjectName, item: &str) -> Failure {
    let message = format!("\"{item}\" has no open conflict");
    Failure::new(
        Exit::Missing,
        "not_found",
        message,
        format!("`dss conflicts {project} list` shows what is open"),
    )
}

fn collect(
    service: &ProjectService,
    project: &ProjectName,
    filter: &ConflictFilter,
) -> Result<ConflictList, Failure> {
    let mut list = ConflictList { project: project.to_string(), conflicts: Vec::new(), open_conflicts: 0 };
    service.conflicts(project, filter, &mut |item: ConflictItem| {
        list.open_conflicts = list.open_conflicts.saturating_add(1);
        if list.conflicts.len() < LISTED {
            list.conflicts.push(item);
        }
        true
    })?;
    Ok(list)
}

fn resolve(project: &ProjectName, args: &ResolveArgs, session: &mut Session) -> Result<Exit, Failure> {
    let service = session.service()?;
    let filter = args.narrow.to_filter(args.item.as_deref(), session.settings.skew());
    let take = match (&args.take, &args.value) {
        (Some(take), _) => take.clone(),
        (None, value) => {
            Take::Value(typed(&service, project, &filter, value.as_deref().unwrap_or_default())?)
        }
    };
    let resolution = service.resolve_conflicts(project, &filter, &take)?;
    session.report(&resolution, render::resolution)?;
    Ok(exit(resolution.open_conflicts))
}

/// The JSON of a value that was typed: what is in conflict says how to read it.
fn typed(
    service: &ProjectService,
    project: &ProjectName,
    filter: &ConflictFilter,
    text: &str,
) -> Result<String, Failure> {
    let list = collect(service, project, filter)?;
    let item = filter.item.as_deref().unwrap_or_default();
    let Some(conflict) = list.conflicts.first() else { return Err(none(project, item)) };
    let path =
        TokenPath::parse(&conflict.name).filter(|_| conflict.kind == "token" && conflict.field == "value");
    let tokens = path.map(|path| service.token(project, conflict.set.as_deref(), &path)).transpose()?;
    let token_type = tokens.and_then(|tokens| tokens.into_iter().find_map(|token| token.token_type));
    Ok(value::from_typed(text, token_type.as_deref()))
}

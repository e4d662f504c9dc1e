//! `dss token set` and `mv`

use std::path::Path;

use dss_service::{ProjectService, ServiceError, TokenChange, TokenView};
use serde::Serialize;

use crate::args::{TokenMoveArgs, TokenSetArgs};
use crate::command::read_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, Paint, escape};
use crate::session::Session;
use crate::value;

/// Larger values are refused by every limit anyway.
const VALUE_BYTES_MAX: u64 = 1 << 20;

pub(super) fn set(args: &TokenSetArgs, session: &mut Session) -> Result<Exit, Failure> {
    let service = session.service()?;
    let change = change(args, &service)?;
    let place = &args.place;
    let is_new_set = match &place.set {
        Some(name) => !service.sets(&place.project)?.iter().any(|set| set.name == *name),
        None => false,
    };
    let token = service.set_token(&place.project, place.set.as_deref(), &place.path, &change)?;
    session.report(&token, |page, token| {
        render::token(page, place.project.as_str(), token);
        if is_new_set {
            // A set that nobody meant to create is a typing mistake that is hard to find later.
            page.painted(Paint::Warning, &format!("Set {} is new.", escape(&token.set)));
        }
    })?;
    Ok(Exit::Done)
}

fn change(args: &TokenSetArgs, service: &ProjectService) -> Result<TokenChange, Failure> {
    let removed = |is_removed: bool| is_removed.then_some(None);
    let deprecated = args.deprecated.as_deref().map(|reason| match reason {
        "true" | "false" => reason.to_owned(),
        _ => serde_json::Value::from(reason).to_string(),
    });
    let change = TokenChange {
        value: args.value.as_deref().map(|value| typed(value, args, service)).transpose()?,
        token_type: args.token_type.clone().map(Some).or(removed(args.no_type)),
        description: args.description.clone().map(Some).or(removed(args.no_description)),
        deprecated: deprecated.map(Some).or(removed(args.no_deprecated)),
        add_tags: args.tag.clone(),
        remove_tags: args.untag.clone(),
        allow_invalid: args.allow_invalid,
    };
    let is_empty = change.value.is_none()
        && change.token_type.is_none()
        && change.description.is_none()
        && change.deprecated.is_none()
        && change.add_tags.is_empty()
        && change.remove_tags.is_empty();
    if is_empty {
        return Err(Failure::usage(
            "nothing to set",
            "give a VALUE, or one of --type, --description, --deprecated, --tag, --untag",
        ));
    }
    Ok(change)
}

/// The JSON of what was typed, or came through standard input.
fn typed(text: &str, args: &TokenSetArgs, service: &ProjectService) -> Result<String, Failure> {
    let text = if text == "-" {
        let bytes = read_input(Path::new("-"), VALUE_BYTES_MAX)?;
        let text = String::from_utf8(bytes);
        text.map_err(|_| Failure::usage("standard input is not UTF-8", "pass text"))?.trim_end().to_owned()
    } else {
        text.to_owned()
    };
    let token_type = match &args.token_type {
        Some(token_type) => Some(token_type.clone()),
        None if value::needs_type(&text) => current_type(args, service)?,
        None => None,
    };
    Ok(value::from_typed(&text, token_type.as_deref()))
}

/// The type the token has now, if it is there and its sets agree.
fn current_type(args: &TokenSetArgs, service: &ProjectService) -> Result<Option<String>, Failure> {
    let place = &args.place;
    let tokens: Vec<TokenView> = match service.token(&place.project, place.set.as_deref(), &place.path) {
        Ok(tokens) => tokens,
        Err(ServiceError::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut types = tokens.into_iter().map(|token| token.token_type);
    let first = types.next().flatten();
    Ok(first.filter(|first| types.all(|other| other.as_ref() == Some(first))))
}

pub(super) fn mv(args: &TokenMoveArgs, session: &mut Session) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Moved {
        token: TokenView,
        aliases_to_old_path: u64,
    }
    let service = session.service()?;
    let (set, to_set) = (args.set.as_deref(), args.to_set.as_deref());
    let (token, aliases) = service.move_token(&args.project, set, &args.from, to_set, &args.to)?;
    let moved = Moved { token, aliases_to_old_path: aliases };
    session.report(&moved, |page, moved| {
        let (from, to, set) =
            (escape(args.from.as_str()), escape(&moved.token.path), escape(&moved.token.set));
        page.line(&format!("Moved {from} to {to} in set {set}; its identity and history stay."));
        if moved.aliases_to_old_path > 0 {
            let (subject, verb) = if moved.aliases_to_old_path == 1 {
                ("1 alias".to_owned(), "names")
            } else {
                (render::plural(moved.aliases_to_old_path, "aliases").replace("aliasess", "aliases"), "name")
            };
            let text = format!(
                "{subject} still {verb} {{{}}} and must be changed by hand.",
                escape(args.from.as_str())
            );
            page.painted(Paint::Warning, &text);
        }
    })?;
    Ok(Exit::Done)
}

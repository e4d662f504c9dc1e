//! `dss token`

mod list;
mod write;

use dss_service::TokenView;
use serde::Serialize;

use super::{Listed, Removed};
use crate::args::TokenCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(command: &TokenCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        TokenCommand::List(args) => list::run(args, session),
        TokenCommand::Get { place } => {
            #[derive(Serialize)]
            struct Tokens {
                tokens: Vec<TokenView>,
            }
            let service = session.service()?;
            let items = Tokens { tokens: service.token(&place.project, place.set.as_deref(), &place.path)? };
            let list = Listed { project: Some(place.project.as_str()), items };
            session.show(&list, |page, list| render::tokens_in_full(page, &list.items.tokens))?;
            Ok(Exit::Done)
        }
        TokenCommand::Set(args) => write::set(args, session),
        TokenCommand::Rm { place } => {
            session.service()?.remove_token(&place.project, place.set.as_deref(), &place.path)?;
            let (project, name) = (place.project.as_str(), place.path.as_str());
            Removed { project, kind: "token", name, set: place.set.as_deref() }.report(session)
        }
        TokenCommand::Mv(args) => write::mv(args, session),
    }
}

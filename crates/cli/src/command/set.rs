//! `dss set`

use dss_service::SetView;
use serde::Serialize;

use super::Listed;
use crate::args::SetCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(command: &SetCommand, session: &mut Session) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Sets {
        sets: Vec<SetView>,
    }
    let SetCommand::List { project } = command;
    let items = Sets { sets: session.service()?.sets(project)? };
    let list = Listed { project: Some(project.as_str()), items };
    session.show(&list, |page, list| render::sets(page, &list.items.sets))?;
    Ok(Exit::Done)
}

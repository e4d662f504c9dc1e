//! `dss theme`

use dss_service::LayerView;
use serde::Serialize;

use super::{Listed, Removed};
use crate::args::ThemeCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, escape};
use crate::session::Session;

pub(super) fn run(command: &ThemeCommand, session: &mut Session) -> Result<Exit, Failure> {
    let service = session.service()?;
    match command {
        ThemeCommand::List { project } => {
            #[derive(Serialize)]
            struct Layers {
                layers: Vec<LayerView>,
            }
            let items = Layers { layers: service.layers(project)? };
            let list = Listed { project: Some(project.as_str()), items };
            session.show(&list, |page, list| render::layers(page, &list.items.layers))?;
        }
        ThemeCommand::Set { project, group, theme, sets } => {
            let layer = service.set_theme(project, group, theme, sets)?;
            session.report(&layer, |page, _| {
                let sets = escape(&sets.join(", "));
                page.line(&format!("Theme {} of {} is made of {sets}.", escape(theme), escape(group)));
            })?;
        }
        ThemeCommand::Default { project, group, theme } => {
            let layer = service.set_default_theme(project, group, theme)?;
            session.report(&layer, |page, _| {
                page.line(&format!("Theme {} of {} applies by default.", escape(theme), escape(group)));
            })?;
        }
        ThemeCommand::Rm { project, group, theme } => {
            service.remove_theme(project, group, theme.as_deref())?;
            let (kind, name) = match theme {
                Some(theme) => ("theme", format!("{group}/{theme}")),
                None => ("theme group", group.clone()),
            };
            return Removed { project: project.as_str(), kind, name: &name, set: None }.report(session);
        }
    }
    Ok(Exit::Done)
}

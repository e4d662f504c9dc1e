//! `dss project`

use std::io::{self, IsTerminal as _, Write as _};

use dss_service::ProjectView;
use dss_service::model::ProjectName;
use serde::Serialize;
use serde_json::json;

use super::Listed;
use crate::args::ProjectCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, escape};
use crate::session::Session;

pub(super) fn run(command: &ProjectCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        ProjectCommand::List => {
            #[derive(Serialize)]
            struct Projects {
                projects: Vec<ProjectView>,
            }
            // Where there is no store, there is no project.
            let projects = session.existing_service()?.map(|service| service.projects()).transpose()?;
            let items = Projects { projects: projects.unwrap_or_default() };
            let list = Listed { project: None, items };
            session.show(&list, |page, list| render::projects(page, &list.items.projects))?;
        }
        ProjectCommand::Create { name, description } => {
            let project = session.service_or_new()?.create_project(name, description.as_deref())?;
            session.report(&project, |page, project| {
                page.line(&format!("Created project \"{}\".", escape(&project.name)));
            })?;
        }
        ProjectCommand::Show { name } => {
            let project = session.service()?.project(name)?;
            session.show(&project, render::project)?;
        }
        ProjectCommand::Rename { from, to } => {
            session.service()?.rename_project(from, to)?;
            let deed = json!({ "project": to.as_str(), "renamedFrom": from.as_str() });
            session.report(&deed, |page, _| {
                page.line(&format!("Project \"{from}\" is called \"{to}\" in this store now."));
            })?;
        }
        ProjectCommand::Delete { name, yes } => return delete(name, *yes, session),
    }
    Ok(Exit::Done)
}

fn delete(name: &ProjectName, is_sure: bool, session: &mut Session) -> Result<Exit, Failure> {
    // Asks about what is there, and not whether to delete nothing. The store is closed again before: nobody else
    // should have to wait for the answer.
    let project = session.service()?.project(name)?;
    if !is_sure && !is_confirmed(&project, session)? {
        return Err(Failure::usage("nothing was deleted", "answer `y`, or pass --yes, to delete it"));
    }
    session.service()?.delete_project(name)?;
    let deed = json!({ "project": name.as_str(), "deleted": true });
    session.report(&deed, |page, _| page.line(&format!("Deleted project \"{name}\".")))?;
    Ok(Exit::Done)
}

fn is_confirmed(project: &ProjectView, session: &mut Session) -> Result<bool, Failure> {
    if session.is_json || !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "deleting a project needs a confirmation, and nobody is there to ask",
            "pass --yes",
        ));
    }
    let tokens = project.kinds.get("token").copied().unwrap_or_default();
    let tokens = render::plural(tokens, "token");
    let question = format!(
        "Delete project \"{}\" with {tokens} and its history for good? [y/N] ",
        escape(&project.name)
    );
    let asked = session.err.write_all(question.as_bytes()).and_then(|()| session.err.flush());
    asked.map_err(|error| Failure::output(&error))?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Failure::output(&error))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

//! `dss component`

use std::path::Path;

use dss_service::RecordView;
use dss_service::model::ProjectName;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Listed, Removed, read_input};
use crate::args::ComponentCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, escape};
use crate::session::Session;

/// So much may come in at once.
const FILE_BYTES_MAX: u64 = 100 << 20;

#[derive(Debug, Serialize)]
struct Components {
    components: Vec<RecordView>,
}

pub(super) fn run(command: &ComponentCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        ComponentCommand::List { project } => {
            let items = Components { components: session.service()?.components(project)? };
            let list = Listed { project: Some(project.as_str()), items };
            session.show(&list, |page, list| render::components(page, &list.items.components))?;
        }
        ComponentCommand::Get { project, name } => {
            let component = session.service()?.component(project, name)?;
            session.show(&component, render::component)?;
        }
        ComponentCommand::Set { project, file } => set(project, file, session)?,
        ComponentCommand::Rm { project, name } => {
            session.service()?.remove_component(project, name)?;
            return Removed { project: project.as_str(), kind: "component", name, set: None }.report(session);
        }
    }
    Ok(Exit::Done)
}

fn set(project: &ProjectName, file: &Path, session: &mut Session) -> Result<(), Failure> {
    let bytes = read_input(file, FILE_BYTES_MAX)?;
    let records = records(&bytes).map_err(|error| not_components(file, &error))?;
    let service = session.service()?;
    let records: Vec<&[u8]> = records.iter().map(|record| record.get().as_bytes()).collect();
    let components =
        if records.is_empty() { Vec::new() } else { service.set_components(project, &records)? };
    let list = Listed { project: Some(project.as_str()), items: Components { components } };
    session.report(&list, |page, list| {
        if list.items.components.is_empty() {
            page.line("The list is empty: nothing was changed.");
        }
        for component in &list.items.components {
            page.line(&format!("Set component {}.", escape(&component.name)));
        }
    })
}

/// One component, an array of them, or an object with an array `components`.
fn records(bytes: &[u8]) -> Result<Vec<&RawValue>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct File<'a> {
        #[serde(borrow)]
        components: Option<Vec<&'a RawValue>>,
    }
    let whole: &RawValue = serde_json::from_slice(bytes)?;
    if whole.get().starts_with('[') {
        return serde_json::from_str(whole.get());
    }
    match serde_json::from_str(whole.get()) {
        Ok(File { components: Some(components) }) => Ok(components),
        _ => Ok(vec![whole]),
    }
}

fn not_components(file: &Path, error: &serde_json::Error) -> Failure {
    let message = format!("{}: {error}", file.display());
    let hint = "pass a JSON object like {\"name\": \"Button\"}, or an array of them";
    let report = crate::failure::Report {
        stage: Some("schema"),
        entry: Some(file.display().to_string()),
        line: u64::try_from(error.line()).ok(),
        ..crate::failure::Report::new(Exit::Refused, "json_invalid", message, hint)
    };
    Failure::Told(Box::new(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_in_three_shapes() {
        let count = |text: &str| records(text.as_bytes()).map(|records| records.len());
        assert_eq!(count(r#"{"name":"Button"}"#).unwrap(), 1);
        assert_eq!(count(r#" [{"name":"Button"}, {"name":"Card"}] "#).unwrap(), 2);
        assert_eq!(count(r#"{"components":[{"name":"Button"},{"name":"Card"}]}"#).unwrap(), 2);
        assert_eq!(count("[]").unwrap(), 0);
        assert!(count("{").is_err());
    }
}

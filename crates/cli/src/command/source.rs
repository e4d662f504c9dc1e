//! What a word on the command line names: a project, or a file.

use std::path::PathBuf;

use dss_service::model::ProjectName;
use dss_service::{DiffSource, ProjectService};

use crate::exit::Exit;
use crate::failure::Failure;

/// A project of the store, if there is one of that name; else a file or folder.
pub(super) fn source(text: &str, service: Option<&ProjectService>) -> Result<DiffSource, Failure> {
    let name = text.parse::<ProjectName>().ok();
    if let (Some(name), Some(service)) = (&name, service)
        && service.has_project(name)
    {
        // One that cannot be read is told when it is read.
        return Ok(DiffSource::Project(name.clone()));
    }
    let path = PathBuf::from(text);
    if name.is_some() && !path.exists() {
        let message = format!("\"{}\" is neither a project nor a file", crate::render::escape(text));
        let hint = "`dss project list` shows the projects; files are looked for where you are";
        return Err(Failure::new(Exit::Missing, "not_found", message, hint));
    }
    Ok(DiffSource::File(path))
}

//! Projects as a whole.

use dss_model::{Kind, ProjectName, RegName};
use dss_store::{Columns, NewProject, ProjectInfo, Row, StoreError};
use serde_json::{Value, json};

use super::{Edit, Result, text};
use crate::view::project_view;
use crate::{ProjectService, ProjectView};

impl ProjectService {
    /// Projects by name. One that cannot be opened is listed with the reason.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn projects(&self) -> Result<Vec<ProjectView>> {
        Ok(self.store.projects()?.into_iter().map(|info| self.listed(info)).collect())
    }

    fn listed(&self, info: ProjectInfo) -> ProjectView {
        let ProjectInfo { name, bytes, details } = info;
        let opened = match details {
            Ok(_) => self.opened(&name, bytes),
            Err(error) => Err(error.into()),
        };
        opened.unwrap_or_else(|error| ProjectView {
            name: name.to_string(),
            project_id: String::new(),
            title: None,
            description: None,
            kinds: std::collections::BTreeMap::new(),
            invalid_tokens: 0,
            open_conflicts: 0,
            created_at: String::new(),
            updated_at: String::new(),
            bytes,
            error: Some(error.to_string()),
        })
    }

    fn opened(&self, name: &ProjectName, bytes: u64) -> Result<ProjectView> {
        let tx = self.store.read(name)?;
        project_view(&*tx, name, bytes)
    }

    /// One project.
    ///
    /// # Errors
    /// If it does not exist or cannot be read.
    pub fn project(&self, project: &ProjectName) -> Result<ProjectView> {
        let view = self.opened(project, 0)?;
        let bytes = self.store.projects()?.into_iter().find(|info| info.name == *project);
        Ok(ProjectView { bytes: bytes.map_or(0, |info| info.bytes), ..view })
    }

    /// Whether there is a project of that name, readable or not. Unlike [`ProjectService::project`], this
    /// counts nothing.
    pub fn has_project(&self, project: &ProjectName) -> bool {
        !matches!(self.store.read(project), Err(StoreError::NotFound { .. }))
    }

    /// Creates an empty project.
    ///
    /// # Errors
    /// If one of that name exists; nothing was changed then.
    pub fn create_project(&self, project: &ProjectName, description: Option<&str>) -> Result<ProjectView> {
        let run = || {
            let tx = self.store.create(project, &NewProject::fresh(self.clock.now_ms()))?;
            let mut edit = Edit::over(self, tx);
            let id = edit.tx.header()?.ids.id();
            let mut changes = vec![text(RegName::NAME, project.as_str())];
            changes.extend(description.map(|description| text(RegName::DESCRIPTION, description)));
            let entity = edit.create(id, Kind::Project, changes)?;
            let columns = Columns { path: project.to_string(), valid: true, ..Columns::default() };
            edit.put(&Row { entity, columns, references: Vec::new() })?;
            edit.settle()?;
            edit.commit()?;
            self.project(project)
        };
        self.audited("project.create", Some(project), run, |view| json!({ "projectId": view.project_id }))
    }

    /// Gives a project another name in this store; its title, which all its copies share, stays.
    ///
    /// # Errors
    /// If it does not exist or is in use, or the name is taken; nothing was changed then.
    pub fn rename_project(&self, from: &ProjectName, to: &ProjectName) -> Result<()> {
        let run = || Ok(self.store.rename(from, to)?);
        self.audited("project.rename", Some(from), run, |()| json!({ "to": to.as_str() }))
    }

    /// Deletes a project for good.
    ///
    /// # Errors
    /// If it does not exist or is in use; nothing was changed then.
    pub fn delete_project(&self, project: &ProjectName) -> Result<()> {
        let run = || Ok(self.store.delete(project)?);
        self.audited("project.delete", Some(project), run, |()| Value::Object(serde_json::Map::new()))
    }
}

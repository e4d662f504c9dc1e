//! A store in memory: for tests, and as the proof that the interface knows no database.

mod project;
mod resolve;
mod sources;
mod tx;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dss_model::ProjectName;

use crate::{
    AuditFilter, AuditRecord, NewProject, ProjectDetails, ProjectInfo, ReadTx, Store, StoreError, Visit,
    WriteTx,
};
use project::Project;
use tx::{MemoryRead, MemoryWrite, Target};

/// A store that lives as long as its value. A writer works on a copy of the whole project, which
/// takes the project's place at the commit.
#[derive(Debug)]
pub struct MemoryStore {
    busy_timeout: Duration,
    content: Mutex<Content>,
    /// Somebody has finished writing.
    written: Condvar,
}

#[derive(Debug, Default)]
struct Content {
    projects: BTreeMap<ProjectName, Slot>,
    audit: Vec<AuditRecord>,
}

#[derive(Debug)]
struct Slot {
    project: Arc<Project>,
    is_written: bool,
}

impl MemoryStore {
    /// An empty store whose writers wait for each other that many milliseconds.
    pub fn new(busy_timeout_ms: u64) -> Self {
        Self {
            busy_timeout: Duration::from_millis(busy_timeout_ms),
            content: Mutex::default(),
            written: Condvar::new(),
        }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn project(&self, name: &ProjectName) -> Result<Arc<Project>, StoreError> {
        let content = self.content();
        let slot = content.projects.get(name).ok_or_else(|| not_found(name))?;
        Ok(Arc::clone(&slot.project))
    }

    /// Puts a new project in its place.
    fn publish(&self, name: &ProjectName, project: Project) -> Result<(), StoreError> {
        let mut content = self.content();
        if content.projects.contains_key(name) {
            return Err(StoreError::AlreadyExists { project: name.clone() });
        }
        content.projects.insert(name.clone(), Slot { project: Arc::new(project), is_written: false });
        Ok(())
    }

    /// Ends a change, with the changed project or without.
    fn end_write(&self, name: &ProjectName, project: Option<Project>) {
        if let Some(slot) = self.content().projects.get_mut(name) {
            slot.is_written = false;
            if let Some(project) = project {
                slot.project = Arc::new(project);
            }
        }
        self.written.notify_all();
    }

    /// The content, once nobody writes to that project any more.
    fn when_unwritten(&self, name: &ProjectName) -> Result<MutexGuard<'_, Content>, StoreError> {
        let is_written =
            |content: &mut Content| content.projects.get(name).is_some_and(|slot| slot.is_written);
        let (content, _) = self
            .written
            .wait_timeout_while(self.content(), self.busy_timeout, is_written)
            .unwrap_or_else(PoisonError::into_inner);
        match content.projects.get(name) {
            None => Err(not_found(name)),
            Some(slot) if slot.is_written => {
                let waited_ms = u64::try_from(self.busy_timeout.as_millis()).unwrap_or(u64::MAX);
                Err(StoreError::Locked { path: name.as_str().into(), waited_ms })
            }
            Some(_) => Ok(content),
        }
    }
}

impl Store for MemoryStore {
    fn projects(&self) -> Result<Vec<ProjectInfo>, StoreError> {
        let content = self.content();
        let projects = content.projects.iter().map(|(name, slot)| {
            let details = ProjectDetails { header: slot.project.header(), counts: slot.project.counts() };
            ProjectInfo { name: name.clone(), bytes: 0, details: Ok(details) }
        });
        Ok(projects.collect())
    }

    fn create(&self, name: &ProjectName, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        if self.content().projects.contains_key(name) {
            return Err(StoreError::AlreadyExists { project: name.clone() });
        }
        let target = Target::New { store: self, name: name.clone() };
        Ok(Box::new(MemoryWrite::new(Project::new(project), target)))
    }

    fn scratch(&self, project: &NewProject) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        Ok(Box::new(MemoryWrite::new(Project::new(project), Target::Scratch)))
    }

    fn read(&self, name: &ProjectName) -> Result<Box<dyn ReadTx + '_>, StoreError> {
        Ok(Box::new(MemoryRead::new(self.project(name)?)))
    }

    fn write(&self, name: &ProjectName) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        let mut content = self.when_unwritten(name)?;
        let slot = content.projects.get_mut(name).ok_or_else(|| not_found(name))?;
        slot.is_written = true;
        let project = Project::clone(&slot.project);
        drop(content);
        let target = Target::Existing { store: self, name: name.clone() };
        Ok(Box::new(MemoryWrite::new(project, target)))
    }

    fn rename(&self, from: &ProjectName, to: &ProjectName) -> Result<(), StoreError> {
        let mut content = self.when_unwritten(from)?;
        if content.projects.contains_key(to) {
            return Err(StoreError::AlreadyExists { project: to.clone() });
        }
        if let Some(slot) = content.projects.remove(from) {
            content.projects.insert(to.clone(), slot);
        }
        Ok(())
    }

    fn delete(&self, name: &ProjectName) -> Result<(), StoreError> {
        self.when_unwritten(name)?.projects.remove(name);
        Ok(())
    }

    fn append_audit(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.content().audit.push(record.clone());
        Ok(())
    }

    fn audit(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRecord) -> Visit,
    ) -> Result<(), StoreError> {
        let records = self.content().audit.clone();
        let wanted = |record: &AuditRecord| {
            (filter.project.is_none() || filter.project == record.project)
                && filter.since_ms.is_none_or(|since_ms| record.at_ms >= since_ms)
        };
        for record in records.into_iter().rev().filter(wanted) {
            if each(record).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn not_found(name: &ProjectName) -> StoreError {
    StoreError::NotFound { project: name.clone() }
}

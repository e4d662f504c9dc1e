//! Checking a store: whether everything in it agrees.

mod columns;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use dss_model::ProjectName;
use dss_store::{AuditFilter, Damage, DamageKind, ReadTx, StoreError};
use serde::Serialize;

use crate::operation::{Subject, measure, observed, tell_damage};
use crate::{Observer, ProjectService, ServiceError};

type Result<T> = std::result::Result<T, ServiceError>;

/// Damage that is told in full, for each project; more is counted only.
const ITEMS_MAX: usize = 1_000;

/// What is wrong with a store.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// Whether nothing is.
    pub is_clean: bool,
    /// The projects that were looked at, by name.
    pub projects: Vec<ProjectCheck>,
    /// What is wrong with the store's log of operations.
    pub log: Vec<DamageView>,
    /// What to do about each code that came up.
    pub hints: BTreeMap<&'static str, &'static str>,
    /// How long it took.
    pub duration_ms: u64,
}

/// What is wrong with one project.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectCheck {
    /// Its name.
    pub project: String,
    /// Entities that were looked at, deleted ones among them.
    pub entities: u64,
    /// Contents that were read.
    pub contents: u64,
    /// Bytes of the contents.
    pub content_bytes: u64,
    /// How much damage of each code there is.
    pub by_code: BTreeMap<&'static str, u64>,
    /// The damage, up to 1,000 items.
    pub damage: Vec<DamageView>,
    /// Items beyond those, which are only counted.
    pub untold: u64,
}

/// One piece of damage, as it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DamageView {
    /// A stable name for programs.
    pub code: &'static str,
    /// The entity's id, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The entity's path or name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What contradicts what, for people.
    pub message: String,
}

impl From<Damage> for DamageView {
    fn from(damage: Damage) -> Self {
        let Damage { kind, entity, path, detail } = damage;
        Self { code: kind.code(), entity: entity.map(|id| id.to_string()), path, message: detail }
    }
}

impl ProjectCheck {
    fn add(&mut self, damage: Damage) {
        let count = self.by_code.entry(damage.kind.code()).or_default();
        *count = count.saturating_add(1);
        if self.damage.len() < ITEMS_MAX {
            self.damage.push(damage.into());
        } else {
            self.untold = self.untold.saturating_add(1);
        }
    }
}

impl ProjectService {
    /// Looks for damage: in these projects or, if none is named, in all of the store. Everything is read and compared:
    /// the database itself, every entity's hash and history, contents, and all that is kept to find and sort things. Nothing
    /// is changed, and nobody has to wait.
    ///
    /// # Errors
    /// If a project does not exist or the store cannot be read. Damage is no error but in the report.
    pub fn check(&self, projects: &[ProjectName], observer: &dyn Observer) -> Result<CheckReport> {
        observed(Subject { action: "check", project: None, source: None }, || {
            self.run_check(projects, observer)
        })
    }

    fn run_check(&self, projects: &[ProjectName], observer: &dyn Observer) -> Result<CheckReport> {
        let started = Instant::now();
        let mut report = CheckReport::default();
        for project in &self.named_or_all(projects)? {
            if observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            report.projects.push(self.check_project(project)?);
        }
        if projects.is_empty() {
            report.log = self.check_log()?;
        }
        let found = report.projects.iter().flat_map(|project| project.by_code.keys().copied());
        let codes: Vec<_> = found.chain(report.log.iter().map(|damage| damage.code)).collect();
        let explained = DamageKind::ALL.iter().filter(|kind| codes.contains(&kind.code()));
        report.hints = explained.map(|kind| (kind.code(), kind.remedy())).collect();
        report.is_clean = codes.is_empty();
        for project in &report.projects {
            tell_damage(Some(&project.project), &project.by_code);
        }
        if !report.log.is_empty() {
            let count = u64::try_from(report.log.len()).unwrap_or(u64::MAX);
            tell_damage(None, &BTreeMap::from([(DamageKind::File.code(), count)]));
        }
        let entities = report.projects.iter().map(|project| project.entities).fold(0, u64::saturating_add);
        let bytes = report.projects.iter().map(|project| project.content_bytes).fold(0, u64::saturating_add);
        measure(entities, bytes, 0);
        report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(report)
    }

    fn check_project(&self, project: &ProjectName) -> Result<ProjectCheck> {
        let mut check = ProjectCheck { project: project.to_string(), ..ProjectCheck::default() };
        match self.store.read(project) {
            Ok(tx) => look(&*tx, &mut check)?,
            Err(
                error @ (StoreError::Damaged { .. }
                | StoreError::NewerSchema { .. }
                | StoreError::Database { .. }),
            ) => check.add(Damage::of_project(DamageKind::Unreadable, error.to_string())),
            Err(error) => return Err(error.into()),
        }
        Ok(check)
    }

    fn check_log(&self) -> Result<Vec<DamageView>> {
        match self.store.audit(&AuditFilter::default(), &mut |_| ControlFlow::Continue(())) {
            Err(StoreError::Damaged { detail, .. }) => {
                Ok(vec![Damage::of_project(DamageKind::File, detail).into()])
            }
            other => Ok(other.map(|()| Vec::new())?),
        }
    }
}

/// Looks at one project.
pub(crate) fn look(tx: &dyn ReadTx, check: &mut ProjectCheck) -> Result<()> {
    tx.check(&mut |damage| {
        check.add(damage);
        ControlFlow::Continue(())
    })?;
    // What is damaged may not even be counted; then the damage has been told.
    if let Ok(counts) = tx.counts() {
        let of_kinds = counts.kinds.iter().map(|kind| kind.alive.saturating_add(kind.deleted));
        check.entities = of_kinds.fold(0, u64::saturating_add);
        check.contents = counts.blobs;
        check.content_bytes = counts.blob_bytes;
    }
    // Where states or tables cannot be believed, what is derived from them says nothing more.
    let is_readable = [DamageKind::File, DamageKind::Orphan, DamageKind::State];
    if is_readable.iter().any(|kind| check.by_code.contains_key(kind.code())) {
        return Ok(());
    }
    columns::compare(tx, &mut |damage| check.add(damage))
}

//! Figma files as sources: what is new in one, and what to ask of it.
//!
//! Nothing here speaks to Figma: answers come in, requests go out, and who carries them is the caller's affair. A file is the
//! source `figma:KEY`, so that pulling from it is an import like any other. It is asked for changes only when it says
//! nothing that the project does not know: then whatever differs was changed here.

use std::collections::BTreeMap;

use dss_interop::{Design, FigmaCounts, FigmaRequest, FigmaVariables, Format, Reading, with_figma_ids};
use dss_model::ProjectName;
use dss_store::StoreError;
use serde::Serialize;

use crate::export::design_of;
use crate::input::{Files, read_limits};
use crate::observer::Observer;
use crate::options::ImportOptions;
use crate::service::ProjectService;
use crate::summary::{Conversion, ImportSummary};
use crate::{ConflictFilter, ServiceError};

/// A Figma file, and what it answered to `GET /v1/files/:key/variables/local`.
#[derive(Clone, Copy, Debug)]
pub struct FigmaFile<'a> {
    /// Its key.
    pub key: &'a str,
    /// The answer's body.
    pub answer: &'a [u8],
}

impl FigmaFile<'_> {
    /// What the source is called that the file is.
    pub fn source(&self) -> String {
        format!("figma:{}", self.key)
    }
}

/// What a Figma file is to be asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FigmaPush {
    /// The project's name.
    pub project: String,
    /// The Figma file's key.
    pub file: String,
    /// The body of `POST /v1/files/:key/variables`.
    #[serde(skip)]
    pub body: String,
    /// Collections, modes and variables that it creates.
    pub created: u64,
    /// Collections, modes and variables that it changes.
    pub changed: u64,
    /// Variables that it deletes.
    pub deleted: u64,
    /// Values of variables that it sets.
    pub values: u64,
    /// Variables that the file has and the project has not, by name. They are deleted only if that was asked for.
    pub surplus: Vec<String>,
    /// Items that the file has changed or added since it was pulled: nothing may be asked of it before that is known here.
    pub news: u64,
    /// The first of these items.
    pub news_items: Vec<String>,
    /// Items that the file has had and has no more.
    pub gone: u64,
    /// Conflicts that are open in the project.
    pub open_conflicts: u64,
    /// What Figma has no place for.
    pub conversion: Conversion,
    #[serde(skip)]
    design: Design,
}

impl FigmaPush {
    /// Whether there is nothing to ask for.
    pub const fn is_nothing(&self) -> bool {
        self.created == 0 && self.changed == 0 && self.deleted == 0 && self.values == 0
    }
}

impl ProjectService {
    /// Imports what a Figma file says that is new, as that file's writes; or tries it out. [`ImportOptions::project`] names
    /// the project, which is made if there is none.
    ///
    /// # Errors
    /// [`ServiceError`]; the store is as it was then.
    pub fn pull_figma(
        &self,
        file: FigmaFile<'_>,
        options: &ImportOptions,
        observer: &dyn Observer,
        is_tried_out: bool,
    ) -> Result<ImportSummary, ServiceError> {
        let known = match &options.project {
            Some(project) => self.known(project)?,
            None => None,
        };
        let reading = variables(file, options)?.design(known.as_ref())?;
        self.take_figma(file, reading, options, observer, is_tried_out)
    }

    /// What to ask of a Figma file so that it has what the project has. `deletes` also what it has beyond that; `restores`
    /// what it has had and has no more.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub fn plan_figma_push(
        &self,
        project: &ProjectName,
        file: FigmaFile<'_>,
        options: &ImportOptions,
        (deletes, restores): (bool, bool),
        observer: &dyn Observer,
    ) -> Result<FigmaPush, ServiceError> {
        let options =
            ImportOptions { project: Some(project.clone()), delete_missing: false, ..options.clone() };
        let design = design_of(&*self.store.read(project)?, project)?;
        let there = variables(file, &options)?;
        let reading = there.design(Some(&design))?;
        let news = if reading.design.sets.is_empty() {
            None
        } else {
            Some(self.take_figma(file, reading, &options, observer, true)?)
        };
        let FigmaRequest { body, counts, surplus, report } = there.request(&design, deletes)?;
        let FigmaCounts { created, changed, deleted, values } = counts;
        let gone = news
            .as_ref()
            .and_then(|news| news.delivered.as_ref())
            .map_or(0, |delivered| delivered.missing.kinds.get("token").copied().unwrap_or(0));
        let (count, items) = news.as_ref().map(news_in).unwrap_or_default();
        let mut open_conflicts = 0_u64;
        self.conflicts(project, &ConflictFilter::default(), &mut |_| {
            open_conflicts = open_conflicts.saturating_add(1);
            true
        })?;
        Ok(FigmaPush {
            project: project.to_string(),
            file: file.key.to_owned(),
            body: body.to_text("request")?.as_str().to_owned(),
            created,
            changed,
            deleted,
            values,
            surplus,
            news: count,
            news_items: items,
            gone: if restores { 0 } else { gone },
            open_conflicts,
            conversion: Conversion::of(Format::Figma, &report),
            design,
        })
    }

    /// Remembers what a Figma file has after it was asked: `ids` are those that it gave to what it created, by those that the
    /// request had, and `file` what it answers now.
    ///
    /// # Errors
    /// [`ServiceError`]; Figma has the changes all the same, and the next pull brings what it has.
    pub fn record_figma_push(
        &self,
        push: &FigmaPush,
        ids: &BTreeMap<String, String>,
        file: FigmaFile<'_>,
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<ImportSummary, ServiceError> {
        let known = with_figma_ids(&push.design, ids)?;
        let reading = variables(file, options)?.design(Some(&known))?;
        self.take_figma(file, reading, options, observer, false)
    }

    /// The project as a design, if there is one.
    fn known(&self, project: &ProjectName) -> Result<Option<Design>, ServiceError> {
        match self.store.read(project) {
            Ok(tx) => design_of(&*tx, project).map(Some),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn take_figma(
        &self,
        file: FigmaFile<'_>,
        reading: Reading,
        options: &ImportOptions,
        observer: &dyn Observer,
        is_tried_out: bool,
    ) -> Result<ImportSummary, ServiceError> {
        let source = file.source();
        let files = Files::of_answer(&source, Format::Figma, reading)?;
        let options = ImportOptions { source: Some(source.clone()), ..options.clone() };
        self.import_said(files, &source, &options, observer, is_tried_out)
    }
}

fn variables(file: FigmaFile<'_>, options: &ImportOptions) -> Result<FigmaVariables, ServiceError> {
    Ok(FigmaVariables::parse(file.answer, &file.source(), &read_limits(&options.limits))?)
}

/// How much an import would change, and the first of it.
fn news_in(summary: &ImportSummary) -> (u64, Vec<String>) {
    let changes = summary.kinds.values().map(|kind| kind.added.saturating_add(kind.changed));
    let conflicts = summary.merge.as_ref().map(|merge| merge.conflicts.as_slice()).unwrap_or_default();
    let items = conflicts.iter().map(|conflict| conflict.name.clone()).collect();
    (changes.fold(0, u64::saturating_add), items)
}

//! Merging: an import into a project that exists.

use std::path::Path;

use dss_model::ProjectName;
use dss_store::StoreError;

use crate::observer::Observer;
use crate::options::{ImportOptions, Strategy};
use crate::summary::{ImportSummary, MergeAnalysis, MergeReport, MergeSummary};
use crate::{ProjectService, ServiceError};

impl ProjectService {
    /// Merges an archive, or what a token file says, into a project: an import with [`Strategy::Merge`] that makes
    /// no new project. Whatever `options` say about project and strategy does not count.
    ///
    /// Newer writes win over what they had seen; what neither side had seen is a conflict, both values of which stay
    /// stored unless [`ImportOptions::on_conflict`] decides.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such project; [`ServiceError::PreviewStale`] if
    /// [`ImportOptions::expect`] was made for something else; [`ServiceError::MassDeletion`]; and as
    /// [`ProjectService::import_project`]. The store is as it was then.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    ///
    /// use dss_service::store::MemoryStore;
    /// use dss_service::{ExportOptions, FixedClock, ImportOptions, ProjectService, TokenChange};
    ///
    /// let service = |who: &str| {
    ///     let store = Arc::new(MemoryStore::new(5_000));
    ///     ProjectService::new(store, Arc::new(FixedClock(1_767_225_600_000)), who)
    /// };
    /// let set = |service: &ProjectService, value: &str| {
    ///     let change = TokenChange {
    ///         value: Some(value.to_owned()),
    ///         token_type: Some(Some("number".to_owned())),
    ///         ..TokenChange::default()
    ///     };
    ///     service.set_token(&"brand".parse()?, None, &dss_service::model::TokenPath::from_alias("gap"), &change)?;
    ///     Ok::<(), Box<dyn std::error::Error>>(())
    /// };
    /// let folder = tempfile::tempdir()?;
    /// let (brand, archive) = ("brand".parse()?, folder.path().join("brand.dss"));
    /// let to_file = ExportOptions { overwrite: true, ..ExportOptions::default() };
    ///
    /// let (ada, ben) = (service("Ada"), service("Ben"));
    /// ada.create_project(&brand, None)?;
    /// set(&ada, "4")?;
    /// ada.export_project(&brand, &archive, &to_file, &())?;
    /// ben.import_project(&archive, &ImportOptions::default(), &())?;
    /// set(&ada, "6")?;
    /// set(&ben, "8")?;
    /// ben.export_project(&brand, &archive, &to_file, &())?;
    ///
    /// let preview = ada.analyze_merge(&brand, &archive, &ImportOptions::default(), &())?;
    /// let conflict = &preview.merge.conflicts[0];
    /// assert_eq!((conflict.name.as_str(), conflict.field.as_str()), ("gap", "value"));
    /// assert!(conflict.local().is_some_and(|side| side.updated_by == "Ada"));
    ///
    /// let options = ImportOptions { expect: preview.preview_token().map(str::to_owned), ..ImportOptions::default() };
    /// let merged = ada.merge_project(&brand, &archive, &options, &())?;
    /// assert_eq!((merged.merge.outcomes.conflict, merged.import.open_conflicts), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_project(
        &self,
        project: &ProjectName,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<MergeSummary, ServiceError> {
        self.require(project)?;
        let summary = self.import_project(input, &merging(project, options), observer)?;
        let (import, merge) = parts(summary)?;
        Ok(MergeSummary { import, merge })
    }

    /// What [`ProjectService::merge_project`] would do: the same code, with nothing kept.
    ///
    /// # Errors
    /// As the merge itself.
    pub fn analyze_merge(
        &self,
        project: &ProjectName,
        input: &Path,
        options: &ImportOptions,
        observer: &dyn Observer,
    ) -> Result<MergeAnalysis, ServiceError> {
        self.require(project)?;
        let summary = self.analyze_import(input, &merging(project, options), observer)?;
        let (import, merge) = parts(summary)?;
        Ok(MergeAnalysis { import, merge })
    }

    fn require(&self, project: &ProjectName) -> Result<(), StoreError> {
        self.store.read(project).map(drop)
    }
}

fn merging(project: &ProjectName, options: &ImportOptions) -> ImportOptions {
    ImportOptions { project: Some(project.clone()), strategy: Strategy::Merge, ..options.clone() }
}

fn parts(mut summary: ImportSummary) -> Result<(ImportSummary, MergeReport), ServiceError> {
    let merge = summary.merge.take();
    let merge =
        merge.ok_or_else(|| ServiceError::Internal("the project was deleted meanwhile".to_owned()))?;
    Ok((summary, merge))
}

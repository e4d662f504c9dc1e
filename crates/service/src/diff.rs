//! Comparing two projects: in the store, in archives, in token files.
//!
//! Each side is read once, as it lies, and leaves a sketch of every row (`sketch.rs`). Those are brought together by
//! id, and what is left alone by set and path, if they are not copies of one project; only rows whose sketches differ
//! are looked up and compared. What differs is remembered, as ids in a sorter that may outgrow memory, and looked up
//! again in the order of the report.

mod fields;
mod item;
mod join;
mod key;
mod options;
mod order;
mod rename;
mod report;
mod side;
mod sketch;
mod sorter;
mod twins;

use std::path::Path;

use dss_model::{Kind, Stamp};
use dss_store::{NewProject, StoreError, WriteTx};

use self::join::Found;
use self::twins::{Twins, Which};
use crate::import::{Apart, read_apart};
use crate::observer::{Observer, Phase, Progress};
use crate::operation::{Subject, observed};
use crate::options::ImportOptions;
use crate::{Clock as _, ProjectService, ServiceError, SystemClock};

pub use self::options::{DiffOptions, DiffSource};
pub use self::report::{
    Change, DiffCounts, DiffItem, DiffPlace, DiffSideView, DiffSummary, DiffVisitor, FieldChange, Matching,
    Reordered,
};
pub(crate) use self::side::{Extent, Side};

impl ProjectService {
    /// Compares two sides, each a project of the store or a file, and tells `visitor` what differs.
    ///
    /// Copies of one project are compared by id, so that a rename is one; of others, what has no
    /// counterpart by id gets one by token set and path. Values are compared as they are written:
    /// aliases stay aliases, and neither spelling nor member order count. What a side cannot hold (a
    /// token file has no components) is not compared.
    ///
    /// # Errors
    /// [`ServiceError::OneSide`] if a side is refused, as its import would be, or is not there;
    /// [`ServiceError::NotFound`] if the options name a token set that neither side has.
    pub fn diff(
        &self,
        old: &DiffSource,
        new: &DiffSource,
        options: &DiffOptions,
        observer: &dyn Observer,
        visitor: &mut dyn DiffVisitor,
    ) -> Result<DiffSummary, ServiceError> {
        let subject = Subject { action: "diff", project: None, source: None };
        observed(subject, || self.run_diff(old, new, options, observer, visitor))
    }

    fn run_diff(
        &self,
        old: &DiffSource,
        new: &DiffSource,
        options: &DiffOptions,
        observer: &dyn Observer,
        visitor: &mut dyn DiffVisitor,
    ) -> Result<DiffSummary, ServiceError> {
        let import = ImportOptions { limits: options.limits, ..ImportOptions::default() };
        let side = |source: &DiffSource| match source {
            DiffSource::Project(name) => {
                let tx = self.store.read(name)?;
                let id = tx.header()?.ids.id();
                Side::new(tx, source.to_string(), "project", Some(id), Extent::Everything)
            }
            DiffSource::Past(name, moment) => {
                let now = self.store.read(name)?;
                let id = now.header()?.ids.id();
                let tx = self.earlier(&*now, *moment, &import, observer)?;
                Side::new(tx, source.to_string(), "project", Some(id), Extent::Everything)
            }
            DiffSource::File(path) => {
                let scratch = |header: &NewProject| self.store.scratch(header);
                file_side(path, &import, observer, self.stamp(), scratch)
            }
        };
        let old = side(old).map_err(|error| on_side("old", old, error))?;
        let new = side(new).map_err(|error| on_side("new", new, error))?;
        compare(&old, &new, options, observer, visitor)
    }
}

/// Compares two files without a store; see [`ProjectService::diff`].
///
/// ```
/// use dss_service::{DiffItem, DiffOptions, DiffVisitor, diff_files};
///
/// struct Paths(Vec<String>);
/// impl DiffVisitor for Paths {
///     fn item(&mut self, item: DiffItem) -> bool {
///         self.0.push(format!("{} {}", item.change.name(), item.place.path));
///         true
///     }
/// }
///
/// let folder = tempfile::tempdir()?;
/// let (old, new) = (folder.path().join("old.json"), folder.path().join("new.json"));
/// std::fs::write(&old, r#"{"gap": {"$type": "number", "$value": 1}}"#)?;
/// std::fs::write(&new, r#"{"gap": {"$type": "number", "$value": 2}}"#)?;
/// let mut paths = Paths(Vec::new());
/// let summary = diff_files(&old, &new, &DiffOptions::default(), &(), &mut paths)?;
/// assert_eq!(summary.total.changed, 1);
/// assert_eq!(paths.0, ["changed gap"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`ProjectService::diff`].
pub fn diff_files(
    old: &Path,
    new: &Path,
    options: &DiffOptions,
    observer: &dyn Observer,
    visitor: &mut dyn DiffVisitor,
) -> Result<DiffSummary, ServiceError> {
    let import = ImportOptions { limits: options.limits, ..ImportOptions::default() };
    let side = |which, path: &Path| {
        let stamp = Stamp { wall_ms: SystemClock.now_ms(), ..Stamp::default() };
        let scratch = |header: &NewProject| {
            let tx: Box<dyn WriteTx> = dss_store::scratch(header)?;
            Ok(tx)
        };
        let side = file_side(path, &import, observer, stamp, scratch);
        side.map_err(|error| on_side(which, &DiffSource::File(path.to_owned()), error))
    };
    observed(Subject { action: "diff", project: None, source: None }, || {
        let (old, new) = (side("old", old)?, side("new", new)?);
        compare(&old, &new, options, observer, visitor)
    })
}

fn file_side<'s>(
    path: &Path,
    import: &'s ImportOptions,
    observer: &'s dyn Observer,
    stamp: Stamp,
    scratch: impl FnOnce(&NewProject) -> Result<Box<dyn WriteTx + 's>, StoreError>,
) -> Result<Side<'s>, ServiceError> {
    let Apart { tx, kind, project_id, extent } = read_apart(path, import, observer, stamp, scratch)?;
    Side::new(tx, path.display().to_string(), kind, project_id, extent)
}

fn on_side(side: &'static str, source: &DiffSource, error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Cancelled => ServiceError::Cancelled,
        cause => ServiceError::OneSide { side, name: source.to_string(), cause: Box::new(cause) },
    }
}

/// Compares two sides, whatever they were made from.
pub(crate) fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    options: &DiffOptions,
    observer: &dyn Observer,
    visitor: &mut dyn DiffVisitor,
) -> Result<DiffSummary, ServiceError> {
    let comparison = Comparison::new(old, new, options, observer)?;
    let mut found = Found::default();
    let suspects = comparison.join(&mut found)?;
    comparison.reordered(suspects, &mut found)?;
    comparison.report(found, visitor)
}

/// Two sides, and what is known about them as a whole.
struct Comparison<'c> {
    old: &'c Side<'c>,
    new: &'c Side<'c>,
    /// Whether what has no counterpart by id may get one by path.
    is_by_path: bool,
    twins: Twins,
    /// The kinds of things that both sides can hold.
    kinds: Vec<Kind>,
    /// The names of the only sets that are compared, if a side is a single file.
    only_sets: Option<Vec<String>>,
    options: &'c DiffOptions,
    observer: &'c dyn Observer,
}

impl<'c> Comparison<'c> {
    fn new(
        old: &'c Side<'c>,
        new: &'c Side<'c>,
        options: &'c DiffOptions,
        observer: &'c dyn Observer,
    ) -> Result<Self, ServiceError> {
        let has_set = |name: &String| {
            let mut named = old.named().chain(new.named());
            named.any(|(_, named)| named.kind == Kind::TokenSet && named.name == *name)
        };
        if let Some(name) = options.sets.iter().find(|name| !has_set(name)) {
            return Err(ServiceError::NotFound { what: "token set", name: name.clone() });
        }
        let is_by_path = old.project_id.is_none() || old.project_id != new.project_id;
        let twins = Twins::new(old, new, is_by_path);
        let kinds = Kind::ALL
            .into_iter()
            .filter(|kind| [old, new].iter().all(|side| side.extent.kinds().contains(kind)));
        let mut comparison =
            Self { old, new, is_by_path, twins, kinds: kinds.collect(), only_sets: None, options, observer };
        if [old, new].iter().any(|side| side.extent == Extent::OneSet) {
            let names = [(Which::Old, old), (Which::New, new)].into_iter().flat_map(|(which, side)| {
                let sets = side.named().filter(|(_, named)| named.kind == Kind::TokenSet);
                let wanted = sets.filter(|(id, _)| comparison.has_set(which, *id));
                wanted.map(|(id, _)| comparison.common_name(which, id)).collect::<Vec<_>>()
            });
            let mut names: Vec<String> = names.collect();
            names.sort();
            names.dedup();
            comparison.only_sets = Some(names);
        }
        Ok(comparison)
    }

    const fn side(&self, which: Which) -> &'c Side<'c> {
        match which {
            Which::Old => self.old,
            Which::New => self.new,
        }
    }

    fn check_cancelled(&self) -> Result<(), ServiceError> {
        if self.observer.is_cancelled() { Err(ServiceError::Cancelled) } else { Ok(()) }
    }

    fn progress(&self, done: u64) -> Result<(), ServiceError> {
        self.observer.progress(Progress { phase: Phase::Comparing, done, total: None });
        self.check_cancelled()
    }
}

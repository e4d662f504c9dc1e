//! What a comparison tells. Everything here is [`serde::Serialize`].

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

/// What became of something between the old side and the new one. Of several, the first that
/// applies; [`DiffItem`] says all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Only the new side has it.
    Added,
    /// Only the old side has it.
    Removed,
    /// It has another name.
    Renamed,
    /// It stands in another set or group, or elsewhere among its siblings.
    Moved,
    /// It stands where it stood and says something else.
    Changed,
}

impl Change {
    /// Every change, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Added, Self::Removed, Self::Renamed, Self::Moved, Self::Changed];

    /// The change's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Changed => "changed",
        }
    }
}

/// How many items of each change there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffCounts {
    /// [`Change::Added`]
    pub added: u64,
    /// [`Change::Removed`]
    pub removed: u64,
    /// [`Change::Renamed`]
    pub renamed: u64,
    /// [`Change::Moved`]
    pub moved: u64,
    /// [`Change::Changed`]
    pub changed: u64,
}

impl DiffCounts {
    /// How many items of that change.
    pub const fn of(&self, change: Change) -> u64 {
        match change {
            Change::Added => self.added,
            Change::Removed => self.removed,
            Change::Renamed => self.renamed,
            Change::Moved => self.moved,
            Change::Changed => self.changed,
        }
    }

    /// All items.
    pub fn total(&self) -> u64 {
        Change::ALL.iter().fold(0, |sum, change| sum.saturating_add(self.of(*change)))
    }

    pub(super) fn count(&mut self, change: Change) {
        let counter = match change {
            Change::Added => &mut self.added,
            Change::Removed => &mut self.removed,
            Change::Renamed => &mut self.renamed,
            Change::Moved => &mut self.moved,
            Change::Changed => &mut self.changed,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffSideView {
    /// The project's name, or the file's path as it was given.
    pub name: String,
    /// `project`, `archive`, `file`, `folder` or `resolver`.
    pub kind: &'static str,
    /// The project's identity; token files have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

/// How the things of one side were found on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Matching {
    /// By id: both sides are copies of one project.
    Id,
    /// By id, and what is left by kind, token set and path.
    IdThenPath,
}

/// A comparison as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffSummary {
    /// The old side.
    pub old: DiffSideView,
    /// The new side.
    pub new: DiffSideView,
    /// How things were matched.
    pub matched_by: Matching,
    /// The kinds that both sides can speak of; a token file says nothing about themes, say.
    pub compared: Vec<&'static str>,
    /// The only token sets that were compared, if a side is a single token file; by their new names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_sets: Option<Vec<String>>,
    /// Whether a side is a partial archive: what it lacks is not called removed or added.
    pub partial: bool,
    /// How many differences there are.
    pub total: DiffCounts,
    /// The same for each kind that differs.
    pub kinds: BTreeMap<&'static str, DiffCounts>,
    /// Groups with too many members to tell which of them changed places.
    #[serde(skip_serializing_if = "is_zero")]
    pub order_not_compared: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl DiffSummary {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.total.total() == 0
    }
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffPlace {
    /// The token set it is in, if it is a token or group, by its name on the new side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Its path; the name of what has none; `group/theme` for a theme.
    pub path: String,
}

/// Another place among the same siblings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reordered {
    /// The sibling it stood behind; the first had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_after: Option<String>,
    /// The sibling it stands behind; the first has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One field that differs. Of something that was added or removed, every field it has.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Which: `$value`, `$extensions.com.figma`, `props.size`, `sources`.
    pub field: String,
    /// What the old side says, if it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Box<RawValue>>,
    /// What the new side says, if it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Box<RawValue>>,
    /// The field refers to the same tokens as before, under their new names.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follows_rename: bool,
}

/// One thing that differs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffItem {
    /// What it is: `token`, `group`, `set`, `theme`, …
    pub kind: &'static str,
    /// What became of it.
    pub change: Change,
    /// Its id on the new side, or, if it was removed, on the old one.
    pub id: String,
    /// Its id on the old side, where that differs: they were matched by set and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_id: Option<String>,
    /// Where it stands; where it stood, if it was removed.
    #[serde(flatten)]
    pub place: DiffPlace,
    /// Where it stood, if that was elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DiffPlace>,
    /// How its place among its siblings changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reordered: Option<Reordered>,
    /// The type that a token had, where that is another one than it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_type: Option<String>,
    /// The type of a token.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub new_type: Option<String>,
    /// What it says differently.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// Gets told what differs, one thing at a time: nothing of the project's size is held in memory.
pub trait DiffVisitor {
    /// Told first, with all counts.
    fn begin(&mut self, summary: &DiffSummary) {
        let _ = summary;
    }

    /// Told of everything that differs: the project, then set by set, then themes, components and
    /// assets, each by path. Returns whether to go on.
    fn item(&mut self, item: DiffItem) -> bool;
}

/// Wants the counts only: nothing is shown to it.
impl DiffVisitor for () {
    fn item(&mut self, _: DiffItem) -> bool {
        false
    }
}

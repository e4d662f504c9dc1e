//! Open conflicts as a file keeps them: `$extensions["org.dss"].conflicts` of the object they are about.

use super::shape::{CONFLICTS, EXTENSIONS, VENDOR};
use super::spell::{New, quoted};
use super::tree::{Id, Tree};

/// One of the two who edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The branch that is merged into.
    Ours,
    /// The branch that is merged.
    Theirs,
}

impl Side {
    /// The side's name, in files and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

/// A conflict that is about to be written down.
#[derive(Clone, Debug)]
pub(super) struct Record<'t> {
    /// The member in dispute, from the object that keeps the record; empty: that object itself.
    pub(super) of: Vec<String>,
    /// Who deleted it; the other one's version stands in the file.
    pub(super) deleted: Option<Side>,
    pub(super) base: Option<New<'t>>,
    /// What the file does not show; missing where theirs has no such member.
    pub(super) theirs: Option<New<'t>>,
}

impl<'t> Record<'t> {
    /// The record as it is written.
    pub(super) fn into_new(self) -> New<'t> {
        let mut members = Vec::new();
        if !self.of.is_empty() {
            let names = self.of.iter().map(|name| New::string(name)).collect();
            members.push((quoted("of"), New::Array(names)));
        }
        if let Some(side) = self.deleted {
            members.push((quoted("deleted"), New::string(side.name())));
        }
        members.extend(self.base.map(|base| (quoted("base"), base)));
        members.extend(self.theirs.map(|theirs| (quoted("theirs"), theirs)));
        New::Object(members)
    }
}

/// A conflict that a file keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// As in [`Record::of`].
    pub(super) of: Vec<String>,
    /// What all spellings of it share.
    pub(super) canonical: String,
    pub(super) id: Id,
}

impl Open {
    /// Those that an object keeps. What does not read as a record is kept as one about the object.
    pub(super) fn of(tree: &Tree<'_>, object: Id) -> Vec<Self> {
        let Some(list) = list(tree, object) else { return Vec::new() };
        let read = |id: Id| {
            let names = tree.get(id, "of").into_iter().flat_map(|of| tree.children(of).collect::<Vec<_>>());
            let of = names.filter_map(|name| tree.string(name)).map(std::borrow::Cow::into_owned).collect();
            Self { of, canonical: tree.json(id).canonical(), id }
        };
        tree.children(list).map(read).collect()
    }
}

/// The list of conflicts of an object.
pub(super) fn list(tree: &Tree<'_>, object: Id) -> Option<Id> {
    let own = tree.get(tree.get(object, EXTENSIONS)?, VENDOR)?;
    tree.get(own, CONFLICTS).filter(|list| tree.is_array(*list))
}

/// Whether an object can keep records: whatever it has under these names is what it should be.
pub(super) fn can_hold(tree: &Tree<'_>, object: Id) -> bool {
    let mut at = object;
    for name in [EXTENSIONS, VENDOR] {
        if !tree.is_object(at) {
            return false;
        }
        match tree.get(at, name) {
            Some(inner) => at = inner,
            None => return true,
        }
    }
    tree.is_object(at) && tree.get(at, CONFLICTS).is_none_or(|list| tree.is_array(list))
}

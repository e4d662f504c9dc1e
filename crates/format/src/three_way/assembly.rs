//! The three versions of an object side by side, and the object that is made of them.

use super::merge::{At, Merge};
use super::rewrite::Spot;
use super::same::Place;
use super::shape::elements;
use super::spell::New;
use super::tree::{Id, Members};

/// What becomes of a member.
#[derive(Debug)]
pub(super) enum Out<'t> {
    /// It stands as in ours, with whatever changes inside of it were noted.
    Keep,
    /// It is not there.
    Drop,
    /// It stands with this value.
    Put(New<'t>),
}

impl Out<'_> {
    pub(super) const fn is_there(&self) -> bool {
        !matches!(self, Self::Drop)
    }
}

/// The members of three versions of an object, or the elements of three of a list.
#[derive(Debug)]
pub(super) struct Versions<'t> {
    pub(super) base: Option<Members<'t>>,
    pub(super) ours: Option<Members<'t>>,
    pub(super) theirs: Option<Members<'t>>,
    pub(super) is_object: bool,
}

impl<'t> Versions<'t> {
    /// Objects if ours and theirs are, as far as they are there; lists otherwise.
    pub(super) fn of(merge: &Merge<'t>, at: At) -> Self {
        let (ours, theirs) = (merge.ours_at(at.ours), merge.theirs_at(at.theirs));
        let is_object = [ours, theirs].into_iter().flatten().all(|(tree, id)| tree.is_object(id));
        let read = |place: Option<Place<'t>>| {
            place.and_then(|(tree, id)| match (is_object, tree.is_object(id)) {
                (true, true) => Some(Members::of(tree, id)),
                (false, false) => elements(tree, id),
                _ => None,
            })
        };
        Self { base: read(merge.base_at(at.base)), ours: read(ours), theirs: read(theirs), is_object }
    }

    pub(super) fn at(&self, name: &str) -> At {
        let find = |members: &Option<Members<'_>>| members.as_ref().and_then(|members| members.get(name));
        At { base: find(&self.base), ours: find(&self.ours), theirs: find(&self.theirs) }
    }
}

/// Where in ours a member of theirs comes in: behind the one it stands behind in theirs.
pub(super) struct Spots<'m, 't> {
    members: &'m Versions<'t>,
    /// For each member of ours: the last one of those behind it that only ours has.
    runs: Vec<usize>,
    last: Spot,
}

impl<'m, 't> Spots<'m, 't> {
    pub(super) fn of(members: &'m Versions<'t>) -> Self {
        let ours = members.ours.as_ref().map(Members::items).unwrap_or_default();
        let theirs = members.theirs.as_ref();
        let is_known = |name: &str| theirs.is_some_and(|theirs| theirs.position(name).is_some());
        let mut runs: Vec<usize> = (0..ours.len()).collect();
        for at in (1..ours.len()).rev() {
            if ours.get(at).is_some_and(|(name, _)| !is_known(name)) {
                let end = runs.get(at).copied().unwrap_or(at);
                if let Some(run) = runs.get_mut(at.saturating_sub(1)) {
                    *run = end;
                }
            }
        }
        let has_common = ours.iter().any(|(name, _)| is_known(name));
        Self { members, runs, last: if has_common { Spot::Start } else { Spot::End } }
    }

    /// The spot of the next member of theirs.
    pub(super) fn next(&mut self, name: &str) -> Spot {
        let ours = self.members.ours.as_ref();
        let run = ours.and_then(|ours| ours.position(name)).and_then(|at| self.runs.get(at));
        let end = run.and_then(|end| ours?.items().get(*end));
        if let Some((_, id)) = end {
            self.last = Spot::After(*id);
        }
        self.last
    }
}

/// An object or list, put together from what became of its members.
#[derive(Debug, Default)]
pub(super) struct Assembly<'t> {
    pub(super) kept: Vec<(Id, Out<'t>)>,
    pub(super) added: Vec<(Spot, String, Option<Id>, Out<'t>)>,
}

impl<'t> Assembly<'t> {
    /// Adds what became of a member that may be in ours.
    pub(super) fn put(&mut self, at: At, spot: Spot, name: String, out: Out<'t>) {
        match at.ours {
            Some(id) => self.kept.push((id, out)),
            None => self.added.push((spot, name, at.theirs, out)),
        }
    }

    /// Whether anything is left.
    pub(super) fn is_there(&self) -> bool {
        self.kept.iter().any(|(_, out)| out.is_there()) || self.added.iter().any(|(.., out)| out.is_there())
    }

    /// Notes the changes to ours, or makes a new object or list.
    pub(super) fn finish(self, merge: &mut Merge<'t>, ours: Option<Id>, is_object: bool) -> Out<'t> {
        let rewrite = &mut merge.rewrite;
        for (id, out) in self.kept {
            match out {
                Out::Keep => {}
                Out::Drop => rewrite.remove(id),
                Out::Put(value) => rewrite.replace(id, value),
            }
        }
        let added = self.added.into_iter().filter_map(|(spot, name, _, out)| match out {
            Out::Put(value) => Some((spot, name, value)),
            Out::Keep | Out::Drop => None,
        });
        if let Some(ours) = ours {
            added.for_each(|(spot, name, value)| rewrite.insert(ours, spot, name, value));
            return Out::Keep;
        }
        Out::Put(if is_object {
            New::Object(added.map(|(_, name, value)| (name, value)).collect())
        } else {
            New::Array(added.map(|(_, _, value)| value).collect())
        })
    }
}

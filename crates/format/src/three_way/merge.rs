//! The merge: which of three versions of every member stands in the result.

use std::collections::BTreeSet;

use super::assembly::{Assembly, Out, Spots, Versions};
use super::extension::{self, Renumbering};
use super::own;
use super::record::{self, Open, Record, Side};
use super::rewrite::{Rewrite, Spot};
use super::same::{Place, same_or_missing};
use super::shape::{EXTENSIONS, Shape, VENDOR, is_unit, value_name};
use super::spell::{New, quoted};
use super::tree::{Id, Members, Tree};

/// The three documents.
#[derive(Debug)]
pub(super) struct Documents<'a> {
    pub(super) base: Option<Tree<'a>>,
    pub(super) ours: Tree<'a>,
    pub(super) theirs: Tree<'a>,
    /// The copies that base, ours and theirs name by number.
    pub(super) replicas: [Vec<String>; 3],
    /// How what comes from theirs names copies.
    pub(super) renumbering: Option<Renumbering>,
}

/// One place in each of the three documents.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) base: Option<Id>,
    pub(super) ours: Option<Id>,
    pub(super) theirs: Option<Id>,
}

/// The conflicts of one object: those that its versions keep, and those that are new.
#[derive(Debug, Default)]
pub(super) struct Holder<'t> {
    pub(super) base: Vec<Open>,
    pub(super) ours: Vec<Open>,
    pub(super) theirs: Vec<Open>,
    pub(super) new: Vec<Record<'t>>,
    /// Members about which ours keeps other conflicts than base: deciding one is a change, too.
    decided_here: BTreeSet<Vec<String>>,
    /// The same for theirs.
    decided_there: BTreeSet<Vec<String>>,
}

impl Holder<'_> {
    fn new(base: Vec<Open>, ours: Vec<Open>, theirs: Vec<Open>) -> Self {
        let records = |open: &[Open]| {
            open.iter().map(|open| (open.of.clone(), open.canonical.clone())).collect::<BTreeSet<_>>()
        };
        let decided = |side: &[Open]| {
            let (was, is) = (records(&base), records(side));
            was.symmetric_difference(&is).map(|(of, _)| of.clone()).collect()
        };
        let (decided_here, decided_there) = (decided(&ours), decided(&theirs));
        Self { base, ours, theirs, new: Vec::new(), decided_here, decided_there }
    }
}

/// A merge under way.
#[derive(Debug)]
pub(super) struct Merge<'t> {
    pub(super) documents: &'t Documents<'t>,
    pub(super) rewrite: Rewrite<'t>,
}

/// Merges; `None` if there is a conflict and no object to keep it.
pub(super) fn merge(documents: &Documents<'_>) -> Option<String> {
    let mut merge = Merge { documents, rewrite: Rewrite::new(&documents.ours) };
    let root = Some(Tree::root());
    let at = At { base: documents.base.as_ref().and(root), ours: root, theirs: root };
    let mut outside = Holder::default();
    if let Out::Put(value) = merge.value(at, None, &mut outside) {
        merge.rewrite.replace(Tree::root(), value);
    }
    outside.new.is_empty().then(|| merge.rewrite.apply())
}

impl<'t> Merge<'t> {
    pub(super) fn base_at(&self, id: Option<Id>) -> Option<Place<'t>> {
        self.documents.base.as_ref().zip(id)
    }

    pub(super) fn ours_at(&self, id: Option<Id>) -> Option<Place<'t>> {
        id.map(|id| (&self.documents.ours, id))
    }

    pub(super) fn theirs_at(&self, id: Option<Id>) -> Option<Place<'t>> {
        id.map(|id| (&self.documents.theirs, id))
    }

    pub(super) fn theirs_new(&self, id: Id) -> New<'t> {
        New::From(&self.documents.theirs, id, self.documents.renumbering.as_ref())
    }

    /// Merges the member of that name (the root has none), whose object keeps conflicts in `holder`.
    fn value(&mut self, at: At, name: Option<&str>, holder: &mut Holder<'t>) -> Out<'t> {
        let raw = |place: Option<Place<'t>>| place.map(|(tree, id)| tree.raw(id));
        let (base, ours, theirs) =
            (raw(self.base_at(at.base)), raw(self.ours_at(at.ours)), raw(self.theirs_at(at.theirs)));
        match (base, ours, theirs) {
            (None, Some(_), None) => Out::Keep,
            (None, None, Some(_)) => at.theirs.map_or(Out::Drop, |id| Out::Put(self.theirs_new(id))),
            (_, Some(ours), Some(theirs)) if ours == theirs => Out::Keep,
            _ if !self.is_open(at) => self.whole(at, name.into_iter().map(str::to_owned).collect(), holder),
            (Some(base), Some(_), Some(theirs)) if base == theirs => Out::Keep,
            _ => self.container(at, name, holder),
        }
    }

    /// Whether what is at a place is merged by what is in it.
    fn is_open(&self, at: At) -> bool {
        let shape = |place: Option<Place<'t>>| place.map(|(tree, id)| Shape::of(tree, id));
        match (shape(self.ours_at(at.ours)), shape(self.theirs_at(at.theirs))) {
            (Some(ours), Some(theirs)) => ours == theirs && ours != Shape::Whole,
            // Of a group, every token is deleted for itself; a token is deleted as a whole.
            (Some(one), None) | (None, Some(one)) => {
                one.is_open() && shape(self.base_at(at.base)).is_some_and(|base| base == one)
            }
            (None, None) => false,
        }
    }

    /// Merges what is taken or left as a whole; `of` says what it is, from the object of `holder`.
    pub(super) fn whole(&mut self, at: At, of: Vec<String>, holder: &mut Holder<'t>) -> Out<'t> {
        let (base, ours, theirs) = (self.base_at(at.base), self.ours_at(at.ours), self.theirs_at(at.theirs));
        let as_in_ours = if at.ours.is_some() { Out::Keep } else { Out::Drop };
        if same_or_missing(ours, theirs) {
            return as_in_ours;
        }
        if same_or_missing(base, theirs) && !holder.decided_there.contains(&of) {
            return as_in_ours;
        }
        if same_or_missing(base, ours) && !holder.decided_here.contains(&of) {
            return at.theirs.map_or(Out::Drop, |id| Out::Put(self.theirs_new(id)));
        }
        self.conflict(at, of, holder)
    }

    /// Both changed it, differently. A deletion never wins against an edit.
    fn conflict(&mut self, at: At, of: Vec<String>, holder: &mut Holder<'t>) -> Out<'t> {
        // An object keeps the conflict about itself, where it can.
        let is_item = match of.as_slice() {
            [] => true,
            [name] => !name.starts_with('$') || name == "$root",
            _ => false,
        };
        let keeps = |place: Option<Place<'t>>| {
            place.filter(|(tree, id)| is_item && tree.is_object(*id) && record::can_hold(tree, *id))
        };
        let base = self.base_at(at.base).map(|(tree, id)| New::From(tree, id, None));
        let theirs = at.theirs.map(|id| self.theirs_new(id));
        let whole = |deleted| Record { of: Vec::new(), deleted, base: base.clone(), theirs: None };
        if let Some((_, id)) = keeps(self.ours_at(at.ours)) {
            let deleted = at.theirs.is_none().then_some(Side::Theirs);
            self.annotate(id, Record { theirs, ..whole(deleted) });
            return Out::Keep;
        }
        if at.ours.is_none()
            && let Some((_, id)) = keeps(self.theirs_at(at.theirs))
        {
            return Out::Put(self.annotated(id, whole(Some(Side::Ours))));
        }
        holder.new.push(Record { of, deleted: None, base, theirs });
        if at.ours.is_some() { Out::Keep } else { Out::Drop }
    }

    /// Writes a record into an object of ours.
    fn annotate(&mut self, object: Id, record: Record<'t>) {
        let ours = &self.documents.ours;
        let mut holder = Holder { ours: Open::of(ours, object), new: vec![record], ..Holder::default() };
        let at = At { ours: ours.get(object, EXTENSIONS), ..At::default() };
        match (self.extensions(at, &mut holder, true), at.ours) {
            (Out::Put(value), Some(id)) => self.rewrite.replace(id, value),
            (Out::Put(value), None) => self.rewrite.insert(object, Spot::End, quoted(EXTENSIONS), value),
            _ => {}
        }
    }

    /// An object of theirs with a record in it.
    fn annotated(&mut self, object: Id, record: Record<'t>) -> New<'t> {
        let theirs = &self.documents.theirs;
        let mut holder = Holder { theirs: Open::of(theirs, object), new: vec![record], ..Holder::default() };
        let at = At { theirs: theirs.get(object, EXTENSIONS), ..At::default() };
        let extensions = self.extensions(at, &mut holder, true);
        let others = theirs.children(object).filter(|child| Some(*child) != at.theirs);
        let mut members: Vec<_> =
            others.map(|child| (theirs.raw_key(child).to_owned(), self.theirs_new(child))).collect();
        if let Out::Put(value) = extensions {
            members.push((quoted(EXTENSIONS), value));
        }
        New::Object(members)
    }

    /// Merges an object member by member, or a list element by element.
    fn container(&mut self, at: At, name: Option<&str>, outer: &mut Holder<'t>) -> Out<'t> {
        let members = Versions::of(self, at);
        let mut holder = self.holder(at);
        let unit = self.unit(at, &members, &mut holder);
        let mut result = Assembly::default();
        let mut extensions_spot = Spot::End;
        for (key, id) in members.ours.iter().flat_map(Members::items) {
            if members.is_object && key == EXTENSIONS {
                continue;
            }
            let inner = At { ours: Some(*id), ..members.at(key) };
            let out = match unit.filter(|_| is_unit(key)) {
                Some(side) => self.unit_member(inner, side),
                None => self.value(inner, Some(key), &mut holder),
            };
            result.kept.push((*id, out));
        }
        let mut spots = Spots::of(&members);
        for (key, id) in members.theirs.iter().flat_map(Members::items) {
            let spot = spots.next(key);
            if members.is_object && key == EXTENSIONS {
                extensions_spot = spot;
                continue;
            }
            let inner = At { theirs: Some(*id), ..members.at(key) };
            if inner.ours.is_some() {
                continue;
            }
            let out = match unit.filter(|_| is_unit(key)) {
                Some(side) => self.unit_member(inner, side),
                None => self.value(inner, Some(key), &mut holder),
            };
            result.added.push((spot, self.documents.theirs.raw_key(*id).to_owned(), Some(*id), out));
        }
        let extensions = members.is_object.then(|| members.at(EXTENSIONS));
        let extensions_out = extensions.map(|inner| {
            let holds = [self.ours_at(at.ours), self.theirs_at(at.theirs)];
            let holds = holds.into_iter().flatten().all(|(tree, id)| record::can_hold(tree, id));
            self.extensions(inner, &mut holder, holds)
        });
        // What this object cannot keep, the one around it keeps.
        for mut record in std::mem::take(&mut holder.new) {
            record.of.splice(0..0, name.map(str::to_owned));
            outer.new.push(record);
        }
        if let Some((inner, out)) = extensions.zip(extensions_out) {
            result.put(inner, extensions_spot, quoted(EXTENSIONS), out);
        }
        if at.ours.is_none() || at.theirs.is_none() {
            if !result.is_there() {
                return Out::Drop;
            }
            self.revive_properties(&mut result);
        }
        result.finish(self, at.ours, members.is_object)
    }

    /// A group that was deleted, and lives on because something in it was edited, keeps what it said: its `$type`, for
    /// one, may be what the edited tokens inherit.
    fn revive_properties(&self, result: &mut Assembly<'t>) {
        let is_property = |key: &str| key.starts_with("\"$");
        for (id, out) in &mut result.kept {
            if !out.is_there() && is_property(self.documents.ours.raw_key(*id)) {
                *out = Out::Keep;
            }
        }
        for (_, key, id, out) in &mut result.added {
            if let Some(id) = id.filter(|_| !out.is_there() && is_property(key)) {
                *out = Out::Put(self.theirs_new(id));
            }
        }
    }

    /// The conflicts that the versions of an object keep.
    fn holder(&self, at: At) -> Holder<'t> {
        let read = |place: Option<Place<'t>>| place.map(|(tree, id)| Open::of(tree, id));
        let base = read(self.base_at(at.base)).unwrap_or_default();
        // Who deleted the object decided nothing about what was open in it.
        let or_base = |open: Option<Vec<Open>>| open.unwrap_or_else(|| base.clone());
        let (ours, theirs) = (or_base(read(self.ours_at(at.ours))), or_base(read(self.theirs_at(at.theirs))));
        Holder::new(base, ours, theirs)
    }

    /// Whose value and type a token has; `None` if it is none.
    fn unit(&self, at: At, members: &Versions<'t>, holder: &mut Holder<'t>) -> Option<Side> {
        let (ours, theirs) = (self.ours_at(at.ours)?, self.theirs_at(at.theirs)?);
        let name = value_name(ours.0, ours.1)?;
        value_name(theirs.0, theirs.1)?;
        let of = vec![name.to_owned()];
        let (ours, theirs) = (members.ours.as_ref()?, members.theirs.as_ref()?);
        let same = |a: Unit<'t, '_>, b: Unit<'t, '_>| a.is_same(b);
        let base = Unit(self.documents.base.as_ref(), members.base.as_ref());
        let ours = Unit(Some(&self.documents.ours), Some(ours));
        let theirs = Unit(Some(&self.documents.theirs), Some(theirs));
        let is_ours = same(ours, theirs) || (same(base, theirs) && !holder.decided_there.contains(&of));
        if is_ours {
            return Some(Side::Ours);
        }
        if same(base, ours) && !holder.decided_here.contains(&of) {
            return Some(Side::Theirs);
        }
        holder.new.push(Record { of, deleted: None, base: base.to_new(), theirs: theirs.to_new() });
        Some(Side::Ours)
    }

    fn unit_member(&self, at: At, side: Side) -> Out<'t> {
        let as_in_ours = if at.ours.is_some() { Out::Keep } else { Out::Drop };
        match (side, at.theirs) {
            (Side::Ours, _) => as_in_ours,
            (Side::Theirs, None) => Out::Drop,
            (Side::Theirs, Some(id)) => {
                if same_or_missing(self.ours_at(at.ours), self.theirs_at(at.theirs)) {
                    as_in_ours
                } else {
                    Out::Put(self.theirs_new(id))
                }
            }
        }
    }

    /// Merges `$extensions`, each vendor's for itself; with `holds`, the conflicts of `holder` are written into ours.
    fn extensions(&mut self, at: At, holder: &mut Holder<'t>, holds: bool) -> Out<'t> {
        let members = Versions::of(self, at);
        if !holds || !members.is_object {
            if at.ours.is_none() && at.theirs.is_none() {
                return Out::Drop;
            }
            return self.whole(at, vec![EXTENSIONS.to_owned()], holder);
        }
        let mut result = Assembly::default();
        let ours = members.ours.iter().flat_map(Members::items).map(|(key, id)| (key, true, *id));
        let theirs = members.theirs.iter().flat_map(Members::items).map(|(key, id)| (key, false, *id));
        for (key, is_ours, id) in ours.chain(theirs) {
            let inner = members.at(key);
            if key == VENDOR || (!is_ours && inner.ours.is_some()) {
                continue;
            }
            let out = self.whole(inner, vec![EXTENSIONS.to_owned(), key.clone().into_owned()], holder);
            if is_ours {
                result.kept.push((id, out));
            } else {
                let name = self.documents.theirs.raw_key(id).to_owned();
                result.added.push((Spot::End, name, Some(id), out));
            }
        }
        let inner = members.at(VENDOR);
        let out = own::merge(self, inner, holder);
        result.put(inner, Spot::End, quoted(VENDOR), out);
        let was_empty =
            |members: &Option<Members<'_>>| members.as_ref().is_some_and(|m| m.items().is_empty());
        if !result.is_there() && !was_empty(&members.ours) && !was_empty(&members.theirs) {
            return Out::Drop;
        }
        result.finish(self, at.ours, true)
    }
}

/// A token's value with its type, in one version.
#[derive(Clone, Copy)]
struct Unit<'t, 'm>(Option<&'t Tree<'t>>, Option<&'m Members<'t>>);

impl<'t> Unit<'t, '_> {
    fn members(self) -> impl Iterator<Item = (&'t Tree<'t>, Id)> {
        let items = self.1.into_iter().flat_map(Members::items).filter(|(name, _)| is_unit(name));
        let ids: Vec<_> = items.map(|(_, id)| *id).collect();
        self.0.into_iter().flat_map(move |tree| ids.clone().into_iter().map(move |id| (tree, id)))
    }

    fn is_same(self, other: Self) -> bool {
        let names = |unit: Self| {
            let mut names: Vec<_> = unit.members().map(|(tree, id)| (tree.key(id), (tree, id))).collect();
            names.sort_by(|(a, _), (b, _)| a.cmp(b));
            names
        };
        let (ours, theirs) = (names(self), names(other));
        ours.len() == theirs.len()
            && ours
                .iter()
                .zip(theirs)
                .all(|((a, ours), (b, theirs))| *a == b && same_or_missing(Some(*ours), Some(theirs)))
    }

    fn to_new(self) -> Option<New<'t>> {
        let members: Vec<_> = self
            .members()
            .map(|(tree, id)| (tree.raw_key(id).to_owned(), New::From(tree, id, None)))
            .collect();
        (!members.is_empty()).then_some(New::Object(members))
    }
}

impl<'a> Documents<'a> {
    /// The documents of a merge.
    pub(super) fn new(base: Option<Tree<'a>>, ours: Tree<'a>, theirs: Tree<'a>) -> Self {
        let replicas = [
            base.as_ref().map(extension::replicas).unwrap_or_default(),
            extension::replicas(&ours),
            extension::replicas(&theirs),
        ];
        let [_, here, there] = &replicas;
        let renumbering = Renumbering::between(there, here);
        Self { base, ours, theirs, replicas, renumbering }
    }

    /// The first one: what was read as a whole, and the others may have been compared with.
    pub(super) fn into_first(self) -> Tree<'a> {
        self.base.unwrap_or(self.ours)
    }
}

//! Deciding what is open in a file.

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{JsonText, TokenPath};

use super::list::{self, Conflict, Finder, Kept};
use super::record::{self, Side};
use super::rewrite::{Rewrite, Spot};
use super::shape::is_unit;
use super::spell::{New, quoted};
use super::tree::{Id, Tree};
use crate::error::FormatError;

/// What a conflict is decided for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// What ours says.
    Ours,
    /// What theirs says.
    Theirs,
    /// Something else.
    Value(JsonText),
}

/// What became of a file's conflicts.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The file, with nothing else changed.
    pub text: String,
    /// What was decided.
    pub decided: Vec<Conflict>,
    /// What was asked for and not decided, since theirs is more than one: two merges left a value each.
    pub ambiguous: Vec<Conflict>,
    /// What is open still.
    pub open: Vec<Conflict>,
}

/// Decides the conflicts at a path and below it, or, without one, all of them.
///
/// # Errors
/// As [`conflicts`](super::conflicts).
pub fn resolve(
    name: &str,
    bytes: &[u8],
    path: Option<&TokenPath>,
    choice: &Choice,
) -> Result<Resolved, FormatError> {
    let tree = Tree::parse(name, bytes)?;
    let mut objects = Vec::new();
    list::each(name, &tree, |object, kept| objects.push((object, kept)))?;
    let finder = Finder::new(&tree);
    let rewrite = Rewrite::new(&tree);
    let mut resolver = Resolver { tree: &tree, choice, rewrite, finder, grown: BTreeSet::new() };
    let (mut decided, mut ambiguous) = (Vec::new(), Vec::new());
    for (object, kept) in objects {
        let mut groups: BTreeMap<Vec<String>, Vec<Kept>> = BTreeMap::new();
        for kept in kept {
            let place = &kept.conflict.path;
            if path.is_none_or(|path| place == path || place.is_below(path)) {
                groups.entry(kept.of.clone()).or_default().push(kept);
            }
        }
        let mut done = BTreeSet::new();
        for (of, group) in groups {
            if group.len() > 1 && *choice == Choice::Theirs {
                ambiguous.extend(group.into_iter().map(|kept| kept.conflict));
                continue;
            }
            resolver.decide(object, &of, &group);
            for kept in group {
                done.insert(kept.record);
                decided.push(kept.conflict);
            }
        }
        resolver.clear(object, &done);
    }
    let text = resolver.rewrite.apply();
    let open = list::open(name, &Tree::parse_like(name, text.as_bytes(), &tree)?)?;
    Ok(Resolved { text, decided, ambiguous, open })
}

struct Resolver<'t> {
    tree: &'t Tree<'t>,
    choice: &'t Choice,
    rewrite: Rewrite<'t>,
    finder: Finder<'t>,
    /// Objects that got new members.
    grown: BTreeSet<Id>,
}

impl<'t> Resolver<'t> {
    /// Writes what was decided about one member of an object, or the object itself.
    fn decide(&mut self, object: Id, of: &[String], group: &[Kept]) {
        let Some(kept) = group.first() else { return };
        let deleted = kept.conflict.deleted;
        match (self.choice, deleted) {
            (Choice::Ours, Some(Side::Ours)) | (Choice::Theirs, Some(Side::Theirs)) => {
                self.rewrite.remove(object);
            }
            (Choice::Ours, _) | (Choice::Theirs, Some(Side::Ours)) => {}
            (Choice::Theirs, None) => {
                let theirs = self.tree.get(kept.record, "theirs");
                if kept.unit.is_some() {
                    self.set_unit(object, theirs);
                } else {
                    self.set(object, of, theirs.map(|id| New::From(self.tree, id, None)));
                }
            }
            (Choice::Value(value), _) => {
                let value = New::json(value.get_ref());
                match kept.unit {
                    Some(name) => self.set(object, &[name.to_owned()], Some(value)),
                    None => self.set(object, of, Some(value)),
                }
            }
        }
    }

    /// Gives a token theirs' value and type.
    fn set_unit(&mut self, object: Id, theirs: Option<Id>) {
        let tree = self.tree;
        for child in tree.children(object).filter(|child| is_unit(&tree.key(*child))) {
            if theirs.is_none_or(|theirs| tree.get(theirs, &tree.key(child)).is_none()) {
                self.rewrite.remove(child);
            }
        }
        for member in theirs.into_iter().flat_map(|theirs| tree.children(theirs)) {
            let value = New::From(tree, member, None);
            match tree.get(object, &tree.key(member)) {
                Some(child) => self.rewrite.replace(child, value),
                None => self.rewrite.insert(object, Spot::Start, tree.raw_key(member).to_owned(), value),
            }
        }
    }

    /// Gives what is at a place inside an object another value, or none.
    fn set(&mut self, object: Id, of: &[String], value: Option<New<'t>>) {
        if let Some(id) = self.finder.find(object, of) {
            match value {
                Some(value) => self.rewrite.replace(id, value),
                None => self.rewrite.remove(id),
            }
            return;
        }
        let Some(mut value) = value else { return };
        // The innermost object that is there gets the rest.
        for depth in (0..of.len()).rev() {
            let (outer, inner) = of.split_at(depth);
            let Some(name) = inner.first() else { continue };
            if let Some(id) = self.finder.find(object, outer).filter(|id| self.tree.is_object(*id)) {
                self.grown.insert(id);
                self.rewrite.insert(id, Spot::End, quoted(name), value);
                return;
            }
            value = New::Object(vec![(quoted(name), value)]);
        }
    }

    /// Takes records that are done with out of an object, and what is empty then.
    fn clear(&mut self, object: Id, done: &BTreeSet<Id>) {
        let Some(list) = record::list(self.tree, object) else { return };
        if done.is_empty() {
            return;
        }
        if self.tree.children(list).any(|record| !done.contains(&record)) {
            done.iter().for_each(|record| self.rewrite.remove(*record));
            return;
        }
        let own = self.tree.parent(list);
        let extensions = self.tree.parent(own);
        let mut emptied = list;
        for outer in [own, extensions] {
            let is_alone = self.tree.children(outer).all(|child| child == emptied);
            if !is_alone || self.grown.contains(&outer) {
                break;
            }
            emptied = outer;
        }
        self.rewrite.remove(emptied);
    }
}

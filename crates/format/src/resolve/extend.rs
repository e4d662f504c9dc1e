//! Groups that extend groups (format module, §6.4): what the base has and the group does not is added to it.

use dss_model::TokenPath;

use super::tree::{Item, Tokens};
use crate::error::FormatError;

/// Groups that extend groups that extend groups …
const HOPS_MAX: u32 = 64;
/// Names of a path: what extends itself in a roundabout way could grow for ever.
const DEPTH_MAX: usize = 128;

/// How far the groups below one are done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

impl Tokens {
    /// Adds to every group what it extends.
    pub(super) fn extend_groups(&mut self) -> Result<(), FormatError> {
        if self.items.iter().all(|item| item.base.is_none()) {
            return Ok(());
        }
        let mut states = vec![State::New; self.items.len()];
        self.extend_below(0, &mut states, 0)
    }

    /// Extends a group, and then all groups in it.
    fn extend_below(&mut self, at: usize, states: &mut Vec<State>, hops: u32) -> Result<(), FormatError> {
        if let Some(state) = states.get_mut(at) {
            *state = State::Open;
        }
        self.extend(at, states, hops)?;
        let children = self.items.get(at).map(|item| item.children.clone()).unwrap_or_default();
        for child in children {
            if states.get(child) == Some(&State::New) {
                self.extend_below(child, states, hops)?;
            }
        }
        if let Some(state) = states.get_mut(at) {
            *state = State::Done;
        }
        Ok(())
    }

    fn extend(&mut self, at: usize, states: &mut Vec<State>, hops: u32) -> Result<(), FormatError> {
        let Some(base) = self.items.get_mut(at).and_then(|item| item.base.take()) else { return Ok(()) };
        let Some(target) = self.find_group(&base, states, hops)? else {
            self.problem("reference_dangling", at, format!("there is no group \"{base}\""));
            return Ok(());
        };
        match states.get(target) {
            Some(State::Open) => {
                let message = format!("extending \"{base}\" leads back to this group");
                self.problem("reference_cycle", at, message);
                return Ok(());
            }
            Some(State::New) if hops >= HOPS_MAX => {
                let message = format!("more than {HOPS_MAX} groups extend each other");
                self.problem("reference_too_deep", at, message);
                return Ok(());
            }
            Some(State::New) => self.extend_below(target, states, hops.saturating_add(1))?,
            _ => {}
        }
        self.copy(target, at, states)
    }

    /// The group at `path`, which a group around it may get only by extending another one.
    fn find_group(
        &mut self,
        path: &TokenPath,
        states: &mut Vec<State>,
        hops: u32,
    ) -> Result<Option<usize>, FormatError> {
        if let Some(at) = self.index.get(path) {
            return Ok(Some(*at));
        }
        let mut around = path.parent();
        while let Some(group) = around.filter(|group| !group.is_root()) {
            if let Some(at) = self.index.get(&group).copied() {
                if states.get(at) == Some(&State::New) && hops < HOPS_MAX {
                    self.extend_below(at, states, hops.saturating_add(1))?;
                }
                break;
            }
            around = group.parent();
        }
        Ok(self.index.get(path).copied())
    }

    /// Adds to `to` what `from` has and it does not.
    fn copy(&mut self, from: usize, to: usize, states: &mut Vec<State>) -> Result<(), FormatError> {
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            let Some((group_type, children)) =
                self.items.get(from).map(|item| (item.group_type.clone(), item.children.clone()))
            else {
                continue;
            };
            let Some(target) = self.items.get_mut(to) else { continue };
            target.group_type = target.group_type.take().or(group_type);
            let path = target.path.clone();
            if path.segments().count() >= DEPTH_MAX {
                self.problem("reference_too_deep", to, format!("extending made groups {DEPTH_MAX} deep"));
                continue;
            }
            // `open` is a stack, and children come in their order.
            let mut inner = Vec::with_capacity(children.len());
            for child in children {
                inner.extend(self.copy_child(child, to, &path, states)?);
            }
            open.extend(inner.into_iter().rev());
        }
        Ok(())
    }

    /// Copies one child, unless there is one of that name; what of it is to be copied next.
    fn copy_child(
        &mut self,
        child: usize,
        to: usize,
        path: &TokenPath,
        states: &mut Vec<State>,
    ) -> Result<Option<(usize, usize)>, FormatError> {
        let Some(source) = self.items.get(child) else { return Ok(None) };
        let path = path.child(&source.path.name().unwrap_or_default());
        let (token, place) = (source.token.clone(), source.place.clone());
        if let Some(own) = self.index.get(&path).copied() {
            // A token that is here replaces what the base has there, as a whole.
            let is_group = self.items.get(own).is_some_and(|item| item.token.is_none()) && token.is_none();
            return Ok((is_group && own != child).then_some((child, own)));
        }
        self.count_one(&place.file)?;
        let made = self.make(path, to);
        // What the base itself extends is in it already.
        states.push(State::Done);
        if let Some(item) = self.items.get_mut(made) {
            *item = Item { token, place, ..std::mem::take(item) };
        }
        Ok(Some((child, made)))
    }
}

//! What is noted while an import goes on, to be judged again at its end.

use std::collections::VecDeque;
use std::io;

use dss_format::dtcg;
use dss_model::{Entity, EntityId, Kind, RegName, TokenPath, Value};
use serde::{Deserialize, Serialize};

use crate::tape::Tape;

/// Noted groups that are compared with each further one.
const OPEN_MAX: usize = 1_000;

/// What is to be judged again.
#[derive(Debug, Default)]
pub(in crate::import) struct Again {
    /// Groups below which all tokens are, hardly any of them inside another one.
    pub(super) open: VecDeque<(EntityId, TokenPath)>,
    pub(super) closed: Tape<(String, String)>,
    /// Groups that give other types than before, each.
    pub(super) retyped: Tape<(String, String)>,
    /// Tokens that were merged into a project, whose groups need not be those of the input.
    pub(super) tokens: Tape<Merged>,
    /// Tokens in which something stands now, or none of it any more.
    pub(super) holders: Tape<String>,
    last_holder: Option<EntityId>,
}

/// A token, where it stands, and the type that the groups around it give it there, as was thought.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Merged {
    pub(super) id: String,
    pub(super) set: String,
    pub(super) path: String,
    pub(super) token_type: Option<String>,
}

impl Again {
    pub(in crate::import) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.closed.is_empty()
    }

    /// Notes a token; of many children of it that come one after the other, the first one does.
    pub(in crate::import) fn note_holder(&mut self, id: EntityId) -> io::Result<()> {
        if self.last_holder.replace(id) == Some(id) { Ok(()) } else { self.holders.push(&id.to_string()) }
    }

    /// Notes a token that was put.
    pub(in crate::import) fn note_token(
        &mut self,
        id: EntityId,
        set: EntityId,
        path: &str,
        token_type: Option<&str>,
    ) -> io::Result<()> {
        let (id, set) = (id.to_string(), set.to_string());
        self.tokens.push(&Merged {
            id,
            set,
            path: path.to_owned(),
            token_type: token_type.map(str::to_owned),
        })
    }

    /// Notes a group of a set, or its root.
    pub(in crate::import) fn note(&mut self, set: EntityId, path: TokenPath) -> io::Result<()> {
        let holds = |(outer_set, outer): &(EntityId, TokenPath), (set, path): &(EntityId, TokenPath)| {
            outer_set == set && (outer == path || path.is_below(outer))
        };
        let noted = (set, path);
        if self.open.back().is_some_and(|last| holds(last, &noted)) {
            return Ok(());
        }
        // A document ends its inner groups first: one that holds others comes right after them.
        while self.open.back().is_some_and(|last| holds(&noted, last)) {
            self.open.pop_back();
        }
        if self.open.len() >= OPEN_MAX
            && let Some((set, path)) = self.open.pop_front()
        {
            self.closed.push(&(set.to_string(), path.to_string()))?;
        }
        self.open.push_back(noted);
        Ok(())
    }
}

/// What a living group gives to the tokens below it, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Typing {
    pub(super) set: EntityId,
    pub(super) path: TokenPath,
    said: [Option<Value>; 3],
}

impl Typing {
    pub(super) fn of(group: &Entity) -> Option<Self> {
        let set = match group.kind() {
            Kind::TokenSet => Some(group.id()),
            _ => group.value(&RegName::SET).and_then(Value::entity),
        };
        let said = ["$type", "$extends", "$ref"];
        let said = said.map(|name| group.value(&dtcg::other_register(name)).cloned());
        let path = dtcg::path_of(group).unwrap_or_default();
        set.filter(|_| group.is_alive()).map(|set| Self { set, path, said })
    }

    pub(super) fn gives_nothing(&self) -> bool {
        self.said.iter().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However they come, nothing that was noted is lost, and nothing else is judged.
        #[test]
        fn every_group_is_left_or_in_one_that_is(
            paths in prop::collection::vec((0..2_u8, "[ab](\\.[ab]){0,3}|"), 0..40),
        ) {
            let noted: Vec<_> = paths
                .into_iter()
                .map(|(set, path)| (EntityId::from_bytes([set; 16]), TokenPath::parse(&path).unwrap_or_default()))
                .collect();
            let mut again = Again::default();
            for (set, path) in &noted {
                again.note(*set, path.clone())?;
            }
            let holds = |outer: &(EntityId, TokenPath), inner: &(EntityId, TokenPath)| {
                outer.0 == inner.0 && (outer.1 == inner.1 || inner.1.is_below(&outer.1))
            };
            prop_assert!(again.open.iter().all(|left| noted.contains(left)));
            prop_assert!(noted.iter().all(|noted| again.open.iter().any(|left| holds(left, noted))));
        }
    }
}

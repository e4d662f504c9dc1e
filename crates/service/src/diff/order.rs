//! Which siblings changed places: as few as can explain the new order.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::ControlFlow;

use dss_model::{EntityId, Kind, RegName, TokenPath, Value};
use dss_store::{Row, Scan};

use super::report::Reordered;
use super::sorter::{Sorted, Sorter};
use super::twins::Which;
use super::{Comparison, Found};
use crate::ServiceError;
use crate::import::temporary_file;

/// Siblings that are compared; of more it is only counted that they were not.
const SIBLINGS_MAX: usize = 100_000;

/// A list of siblings, as both sides have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Siblings {
    /// Tokens and groups of a group or, at the root, of a set.
    Members { old_set: EntityId, new_set: EntityId, parent: TokenPath },
    /// The themes of a group.
    Themes { old_group: EntityId, new_group: EntityId },
    /// Everything of a kind that has one order.
    All(Kind),
}

impl Siblings {
    fn encode(&self) -> Vec<u8> {
        let ids = |code: u8, old: &EntityId, new: &EntityId| {
            let mut key = vec![code];
            key.extend(old.to_bytes());
            key.extend(new.to_bytes());
            key
        };
        match self {
            Self::Members { old_set, new_set, parent } => {
                let mut key = ids(0, old_set, new_set);
                key.extend(parent.as_str().as_bytes());
                key
            }
            Self::Themes { old_group, new_group } => ids(1, old_group, new_group),
            Self::All(kind) => [&[2], kind.name().as_bytes()].concat(),
        }
    }

    fn decode(key: &[u8]) -> Option<Self> {
        let (code, rest) = key.split_first()?;
        if *code == 2 {
            return Kind::from_name(std::str::from_utf8(rest).ok()?).map(Self::All);
        }
        let (old, rest) = rest.split_first_chunk::<16>()?;
        let (new, rest) = rest.split_first_chunk::<16>()?;
        let (old, new) = (EntityId::from_bytes(*old), EntityId::from_bytes(*new));
        if *code == 1 {
            return Some(Self::Themes { old_group: old, new_group: new });
        }
        let parent = TokenPath::parse(std::str::from_utf8(rest).ok()?)?;
        Some(Self::Members { old_set: old, new_set: new, parent })
    }
}

/// Lists of siblings that may have another order.
#[derive(Debug, Default)]
pub(super) struct Suspects(Sorter);

impl Suspects {
    pub(super) fn add(&mut self, siblings: &Siblings) -> io::Result<()> {
        self.0.add(siblings.encode(), Vec::new())
    }

    pub(super) fn sorted(self) -> Sorted {
        self.0.sorted()
    }
}

/// One of several siblings.
#[derive(Debug)]
struct Sibling {
    id: EntityId,
    kind: Kind,
    name: String,
}

impl Comparison<'_> {
    /// The list that both rows stand in, if they do and their own places in it differ.
    pub(super) fn suspect(&self, old: &Row, new: &Row) -> Option<Siblings> {
        let order = |row: &Row| row.entity.string(&RegName::ORDER).map(std::borrow::Cow::into_owned);
        if order(old) == order(new) {
            return None;
        }
        let group = |row: &Row| row.entity.value(&RegName::GROUP).and_then(Value::entity);
        match new.entity.kind() {
            Kind::Group | Kind::Token => {
                let (old_set, new_set) = (old.columns.set?, new.columns.set?);
                let parent = |row: &Row| TokenPath::parse(&row.columns.path)?.parent();
                let is_same = self.twins.are_one(Some(old_set), Some(new_set)) && parent(old) == parent(new);
                is_same.then_some(Siblings::Members { old_set, new_set, parent: parent(new)? })
            }
            Kind::Theme => {
                let (old_group, new_group) = (group(old)?, group(new)?);
                let is_same = self.twins.are_one(Some(old_group), Some(new_group));
                is_same.then_some(Siblings::Themes { old_group, new_group })
            }
            Kind::Layer | Kind::ThemeGroup => Some(Siblings::All(Kind::Layer)),
            Kind::TokenSet if self.only_sets.is_some() => None,
            kind @ (Kind::TokenSet | Kind::Component | Kind::Asset) => Some(Siblings::All(kind)),
            _ => None,
        }
    }

    /// Tells of the siblings in these lists that changed places.
    pub(super) fn reordered(&self, mut suspects: Sorted, found: &mut Found) -> Result<(), ServiceError> {
        let mut pass = suspects.pass().map_err(temporary_file)?;
        while let Some(record) = pass.next().map_err(temporary_file)? {
            self.check_cancelled()?;
            let Some(siblings) = Siblings::decode(&record.key) else { continue };
            let olds = self.siblings(Which::Old, &siblings)?;
            let news = self.siblings(Which::New, &siblings)?;
            if olds.len().max(news.len()) > SIBLINGS_MAX {
                found.order_not_compared = found.order_not_compared.saturating_add(1);
                continue;
            }
            self.compare_orders(&olds, &news, found)?;
        }
        Ok(())
    }

    fn compare_orders(
        &self,
        olds: &[Sibling],
        news: &[Sibling],
        found: &mut Found,
    ) -> Result<(), ServiceError> {
        let by_id: HashMap<EntityId, usize> = olds.iter().map(|old| old.id).zip(0..).collect();
        let mut by_name: HashMap<(Kind, &str), usize> = HashMap::new();
        if self.is_by_path {
            let taken: HashSet<EntityId> = news.iter().map(|new| new.id).collect();
            let free = olds.iter().zip(0..).filter(|(old, _)| !taken.contains(&old.id));
            by_name.extend(free.map(|(old, rank)| ((old.kind, old.name.as_str()), rank)));
        }
        // What has another name is told as a rename, wherever it stands.
        let is_same = |rank: &usize, new: &Sibling| olds.get(*rank).is_some_and(|old| old.name == new.name);
        let rank = |new: &Sibling| match by_id.get(&new.id) {
            Some(rank) => Some(*rank).filter(|rank| is_same(rank, new)),
            None => by_name.get(&(new.kind, new.name.as_str())).copied(),
        };
        let common: Vec<(&Sibling, usize)> = news.iter().filter_map(|new| Some((new, rank(new)?))).collect();
        let ranks: Vec<usize> = common.iter().map(|(_, rank)| *rank).collect();
        let stays = longest_increasing(&ranks);
        // Neighbours are named as far as both sides have them.
        let mut by_rank: Vec<(usize, &Sibling)> = common.iter().map(|(new, rank)| (*rank, *new)).collect();
        by_rank.sort_unstable_by_key(|(rank, _)| *rank);
        let was_after: HashMap<usize, &str> = by_rank
            .iter()
            .zip(by_rank.iter().skip(1))
            .filter_map(|((before, _), (rank, _))| Some((*rank, olds.get(*before)?.name.as_str())))
            .collect();
        let mut after: Option<&Sibling> = None;
        for ((new, rank), stays) in common.iter().zip(stays) {
            if let Some(old) = olds.get(*rank).filter(|_| !stays) {
                let reordered = Reordered {
                    was_after: was_after.get(rank).map(|name| (*name).to_owned()),
                    after: after.map(|sibling| sibling.name.clone()),
                };
                self.tell_reordered(old.id, new.id, &reordered, found)?;
            }
            after = Some(new);
        }
        Ok(())
    }

    /// The members of the list on one side, in order; one more than the maximum at most.
    fn siblings(&self, which: Which, siblings: &Siblings) -> Result<Vec<Sibling>, ServiceError> {
        let pick = |old: EntityId, new: EntityId| if which == Which::Old { old } else { new };
        let scan = match siblings {
            Siblings::Members { old_set, new_set, parent } => Scan {
                below: (!parent.is_root()).then(|| parent.clone()),
                ..Scan::kinds(&[Kind::Group, Kind::Token]).in_set(pick(*old_set, *new_set))
            },
            Siblings::Themes { .. } => Scan::kinds(&[Kind::Theme]),
            Siblings::All(Kind::Layer) => Scan::kinds(&[Kind::Layer, Kind::ThemeGroup]),
            Siblings::All(kind) => Scan::kinds(&[*kind]),
        };
        let mut found = Vec::new();
        self.side(which).tx.scan(&scan, &mut |row| {
            let name = match siblings {
                Siblings::Members { parent, .. } => {
                    let path = TokenPath::parse(&row.columns.path).unwrap_or_default();
                    path.name()
                        .filter(|_| path.parent().as_ref() == Some(parent))
                        .map(std::borrow::Cow::into_owned)
                }
                Siblings::Themes { old_group, new_group } => {
                    let group = row.entity.value(&RegName::GROUP).and_then(Value::entity);
                    (group == Some(pick(*old_group, *new_group))).then_some(row.columns.path)
                }
                Siblings::All(_) => Some(row.columns.path),
            };
            let (id, kind) = (row.entity.id(), row.entity.kind());
            found.extend(name.map(|name| Sibling { id, kind, name }));
            if found.len() > SIBLINGS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }
}

/// For each number whether it belongs to a longest increasing subsequence (patience sorting).
fn longest_increasing(numbers: &[usize]) -> Vec<bool> {
    // The place of the smallest number that ends an increasing subsequence of each length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    let number = |place: &usize| numbers.get(*place).copied().unwrap_or(usize::MAX);
    for (place, own) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| number(end) < *own);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; numbers.len()];
    let mut place = ends.last().copied();
    while let Some(at) = place {
        if let Some(flag) = stays.get_mut(at) {
            *flag = true;
        }
        place = before.get(at).copied().flatten();
    }
    stays
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_that_moved_is_one() {
        assert_eq!(longest_increasing(&[]), Vec::<bool>::new());
        assert_eq!(longest_increasing(&[3, 0, 1, 2]), [false, true, true, true]);
        assert_eq!(longest_increasing(&[0, 2, 1, 3]).iter().filter(|stays| !**stays).count(), 1);
    }

    #[test]
    fn lists_are_spelled_in_one_way() {
        let (a, b) = (EntityId::from_bytes([1; 16]), EntityId::from_bytes([2; 16]));
        for siblings in [
            Siblings::Members { old_set: a, new_set: b, parent: TokenPath::from_alias("x.y") },
            Siblings::Members { old_set: a, new_set: a, parent: TokenPath::root() },
            Siblings::Themes { old_group: a, new_group: b },
            Siblings::All(Kind::Component),
        ] {
            assert_eq!(Siblings::decode(&siblings.encode()), Some(siblings));
        }
    }

    proptest! {
        /// What stays is increasing, and going back moves as many.
        #[test]
        fn moves_are_symmetric(numbers in Just((0..40_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let stays = longest_increasing(&numbers);
            let kept: Vec<_> = numbers.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(n, _)| n).collect();
            prop_assert!(kept.is_sorted_by(|a, b| a < b));
            let mut inverse = vec![0; numbers.len()];
            numbers.iter().enumerate().for_each(|(place, number)| inverse[*number] = place);
            let back = longest_increasing(&inverse);
            prop_assert_eq!(kept.len(), back.iter().filter(|stays| **stays).count());
        }
    }
}

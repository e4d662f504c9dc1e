//! Order keys for a sequence of siblings that had keys before, changing as few as possible.

use dss_format::dtcg::SortKey;
use dss_model::{EntityId, OrderKey};

/// One of several siblings, in the order in which they stand now.
#[derive(Clone, Debug)]
pub(super) struct Sibling {
    /// What it is called in the store; nothing for what does not stand in a set.
    pub(super) name: String,
    /// What it is in the store.
    pub(super) id: EntityId,
    /// Its position among all siblings, from 0.
    pub(super) index: u64,
    /// The key it had, if it was there.
    pub(super) before: Option<OrderKey>,
}

/// What the store sorts siblings by.
type Sort = (SortKey, EntityId);

/// The keys that put `siblings` into their order, behind `after`.
///
/// A longest possible run of siblings whose keys are in order already keeps them (ties are broken as
/// the store breaks them: as [`SortKey`] does, and then by id); only the others, moved or new, get keys between. A new one whose position
/// says where it stands gets the key of that position, which files need not spell out.
pub(super) fn keys(siblings: &[Sibling], after: Option<&Sibling>) -> Vec<OrderKey> {
    let sort = |sibling: &Sibling| {
        Some((SortKey::root().child(sibling.before.as_ref()?, &sibling.name), sibling.id))
    };
    let floor = after.and_then(sort);
    let sorts: Vec<Option<Sort>> = siblings
        .iter()
        .map(|sibling| sort(sibling).filter(|key| floor.as_ref().is_none_or(|floor| key > floor)))
        .collect();
    let kept = longest_run(&sorts);
    let mut keys = Vec::with_capacity(siblings.len());
    let mut last: Option<OrderKey> = after.and_then(|sibling| sibling.before.clone());
    let mut next_kept = kept.iter().copied().peekable();
    for (at, sibling) in siblings.iter().enumerate() {
        if next_kept.peek() == Some(&at) {
            next_kept.next();
            last.clone_from(&sibling.before);
            keys.extend(sibling.before.clone());
            continue;
        }
        let next = next_kept.peek().and_then(|at| siblings.get(*at)?.before.as_ref());
        let nth = OrderKey::nth(sibling.index);
        let fits = last.as_ref().is_none_or(|last| *last < nth) && next.is_none_or(|next| nth < *next);
        let key = if fits { nth } else { OrderKey::between(last.as_ref(), next) };
        last = Some(key.clone());
        keys.push(key);
    }
    keys
}

/// The positions of a longest ascending run (patience sorting).
fn longest_run(sorts: &[Option<Sort>]) -> Vec<usize> {
    // The position at which the best run of each length ends, and what comes before each position.
    let mut ends: Vec<(usize, &Sort)> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; sorts.len()];
    for (at, key) in sorts.iter().enumerate() {
        let Some(key) = key else { continue };
        let length = ends.partition_point(|(_, end)| *end < key);
        if let Some(slot) = before.get_mut(at) {
            *slot = length.checked_sub(1).and_then(|shorter| ends.get(shorter)).map(|(end, _)| *end);
        }
        match ends.get_mut(length) {
            Some(end) => *end = (at, key),
            None => ends.push((at, key)),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().map(|(at, _)| *at);
    while let Some(at) = next {
        run.push(at);
        next = before.get(at).copied().flatten();
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(byte: u8) -> EntityId {
        EntityId::from_bytes([byte; 16])
    }

    fn siblings(before: &[Option<u64>]) -> Vec<Sibling> {
        let sibling = |(index, before): (u64, &Option<u64>)| Sibling {
            name: format!("n{index}"),
            id: id(1),
            index,
            before: before.map(OrderKey::nth),
        };
        (0..).zip(before).map(sibling).collect()
    }

    fn changed(before: &[Option<u64>]) -> Vec<usize> {
        let keys = keys(&siblings(before), None);
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
        let changed = keys.iter().zip(before).enumerate();
        changed
            .filter(|(_, (key, before))| Some(*key) != before.map(OrderKey::nth).as_ref())
            .map(|c| c.0)
            .collect()
    }

    #[test]
    fn only_what_moved_gets_a_new_key() {
        assert_eq!(changed(&[Some(0), Some(1), Some(2)]), [0; 0]);
        assert_eq!(changed(&[None, Some(0), Some(1)]), [0], "inserted first");
        assert_eq!(changed(&[Some(0), None, Some(1)]), [1], "inserted between");
        assert_eq!(changed(&[Some(2), Some(0), Some(1)]), [0], "the last one moved to the front");
        assert_eq!(changed(&[Some(1), Some(2), Some(0)]), [2], "the first one moved to the end");
        assert_eq!(changed(&[Some(0), Some(3), Some(7)]), [0; 0], "some went away");
        assert_eq!(changed(&[Some(1), Some(0)]).len(), 1);
    }

    #[test]
    fn a_position_is_a_key_where_it_fits() {
        assert_eq!(keys(&siblings(&[None, None]), None), [OrderKey::nth(0), OrderKey::nth(1)]);
        assert_eq!(keys(&siblings(&[Some(0), Some(1), None]), None)[2], OrderKey::nth(2));
        let after = Sibling { name: "x".to_owned(), id: id(1), index: 9, before: Some(OrderKey::nth(9)) };
        let key = &keys(&siblings(&[Some(3)]), Some(&after))[0];
        assert!(*key > OrderKey::nth(9), "not before what came before");
    }

    #[test]
    fn siblings_that_share_a_key_stay() {
        let mut two = siblings(&[Some(4), Some(4)]);
        two.sort_by_key(|sibling| SortKey::root().child(&OrderKey::nth(4), &sibling.name));
        assert_eq!(keys(&two, None), [OrderKey::nth(4), OrderKey::nth(4)]);
    }

    #[test]
    fn siblings_that_share_key_and_name_stay_in_the_order_of_their_ids() {
        let named =
            |byte| Sibling { name: "n".to_owned(), id: id(byte), index: 0, before: Some(OrderKey::nth(4)) };
        let four = OrderKey::nth(4);
        assert_eq!(keys(&[named(2), named(3)], Some(&named(1))), [four.clone(), four.clone()]);
        let swapped = keys(&[named(3), named(2)], Some(&named(1)));
        assert!(
            swapped.contains(&four) && swapped.iter().any(|key| *key != four),
            "one has moved: {swapped:?}"
        );
    }

    proptest! {
        #[test]
        fn keys_ascend_and_moving_one_changes_one(len in 1..20_usize, from in 0..20_usize, to in 0..20_usize) {
            let mut before: Vec<Option<u64>> = (0..20).take(len).map(Some).collect();
            let moved = before.remove(from.min(len.saturating_sub(1)));
            before.insert(to.min(before.len()), moved);
            prop_assert!(changed(&before).len() <= 1);
        }
    }
}

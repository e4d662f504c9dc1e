//! What every store ought to hold: every write with its explicit past, instead of counters.
//!
//! Nothing here knows how DSS does it. A write has seen some other writes of the same item; a store knows a set of
//! writes; what it shows of a field are the known writes of that field that no other known write of it has seen. If
//! those differ, they are a conflict.

use std::collections::{BTreeMap, BTreeSet};

/// The name of the field that says whether an item exists.
pub(super) const LIFE: &str = "@life";
/// The place among siblings: its values are nobody's business but the implementation's.
pub(super) const ORDER: &str = "order";
/// The value of a field that an item does not have.
pub(super) const NONE: &str = "null";
pub(super) const ALIVE: &str = "\"alive\"";
pub(super) const DELETED: &str = "\"deleted\"";

/// The writes that somebody knows, by item.
pub(super) type Known = BTreeMap<String, BTreeSet<usize>>;
/// The values of an item's fields, as JSON: several for one field are a conflict.
pub(super) type Fields = BTreeMap<String, BTreeSet<String>>;
/// What shows: the items that exist.
pub(super) type View = BTreeMap<String, Fields>;

struct Write {
    values: BTreeMap<String, String>,
    past: BTreeSet<usize>,
}

/// Every write that there ever was.
#[derive(Default)]
pub(super) struct Oracle {
    writes: Vec<Write>,
}

impl Oracle {
    pub(super) fn len(&self) -> usize {
        self.writes.len()
    }

    /// Somebody who knows that much writes to an item. What has that very value is not written; nor is anything,
    /// then, unless the item is new. Returns the write.
    pub(super) fn write<'a>(
        &mut self,
        known: &mut Known,
        item: &str,
        values: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Option<usize> {
        let mut differing: BTreeMap<String, String> = values
            .into_iter()
            .filter(|(field, value)| self.values(known, item, field) != BTreeSet::from([value.clone()]))
            .map(|(field, value)| (field.to_owned(), value))
            .collect();
        if differing.is_empty() {
            return None;
        }
        // Whoever writes to an item wants it to exist, unless the write is its deletion.
        differing.entry(LIFE.to_owned()).or_insert_with(|| ALIVE.to_owned());
        Some(self.add(known, item, differing))
    }

    /// Somebody makes an item, and writes all of these values, those that are none as well.
    pub(super) fn create(&mut self, known: &mut Known, item: &str, values: BTreeMap<String, String>) {
        self.add(known, item, values);
    }

    fn add(&mut self, known: &mut Known, item: &str, values: BTreeMap<String, String>) -> usize {
        let past = known.get(item).cloned().unwrap_or_default();
        self.writes.push(Write { values, past });
        let number = self.writes.len() - 1;
        known.entry(item.to_owned()).or_default().insert(number);
        number
    }

    /// The known writes of a field that no other known write of it has seen.
    pub(super) fn heads(&self, known: &Known, item: &str, field: &str) -> BTreeSet<usize> {
        let of_field: Vec<usize> = known
            .get(item)
            .into_iter()
            .flatten()
            .copied()
            .filter(|number| self.writes[*number].values.contains_key(field))
            .collect();
        let is_superseded =
            |number: &usize| of_field.iter().any(|other| self.writes[*other].past.contains(number));
        of_field.iter().copied().filter(|number| !is_superseded(number)).collect()
    }

    /// What a write says of a field.
    pub(super) fn value(&self, number: usize, field: &str) -> &str {
        self.writes[number].values.get(field).map_or(NONE, String::as_str)
    }

    /// The values of a field: more than one are a conflict.
    pub(super) fn values(&self, known: &Known, item: &str, field: &str) -> BTreeSet<String> {
        let heads = self.heads(known, item, field);
        if heads.is_empty() {
            return BTreeSet::from([NONE.to_owned()]);
        }
        heads.into_iter().map(|number| self.value(number, field).to_owned()).collect()
    }

    pub(super) fn is_alive(&self, known: &Known, item: &str) -> bool {
        self.values(known, item, LIFE).contains(ALIVE)
    }

    /// What each side holds of a field, for whoever has to understand a failure.
    pub(super) fn told(&self, ours: &Known, theirs: &Known, item: &str, field: &str) -> String {
        let side = |known: &Known| -> Vec<(usize, &str)> {
            self.heads(known, item, field)
                .into_iter()
                .map(|number| (number, self.value(number, field)))
                .collect()
        };
        let unseen = ours.get(item).zip(theirs.get(item)).map(|(ours, theirs)| ours - theirs);
        format!(
            "{field} of {item}: {:?} here, {:?} there, which has not seen {unseen:?}",
            side(ours),
            side(theirs)
        )
    }

    /// Whether there are two known writes to an item that have not seen each other.
    pub(super) fn is_concurrent(&self, known: &Known, item: &str) -> bool {
        let writes: Vec<usize> = known.get(item).into_iter().flatten().copied().collect();
        let mut pairs = writes.iter().flat_map(|one| writes.iter().map(move |other| (one, other)));
        let has_seen = |one: usize, other: usize| self.writes[one].past.contains(&other);
        pairs.any(|(one, other)| one < other && !has_seen(*one, *other) && !has_seen(*other, *one))
    }

    /// The fields that anybody ever wrote, among those who are known.
    pub(super) fn fields(&self, known: &Known, item: &str) -> BTreeSet<&str> {
        let writes = known.get(item).into_iter().flatten();
        writes.flat_map(|number| self.writes[*number].values.keys().map(String::as_str)).collect()
    }

    /// What somebody who knows that much sees. Fields without a value are left out.
    pub(super) fn view(&self, known: &Known) -> View {
        let alive = known.keys().filter(|item| self.is_alive(known, item));
        alive
            .map(|item| {
                let fields = self.fields(known, item).into_iter().filter(|field| *field != ORDER);
                let fields = fields.map(|field| (field.to_owned(), self.values(known, item, field)));
                let fields = fields.filter(|(_, values)| *values != BTreeSet::from([NONE.to_owned()]));
                (item.clone(), fields.collect())
            })
            .collect()
    }

    /// The fields of an item that are in conflict because of what one side has that the other has not.
    pub(super) fn new_conflicts(&self, ours: &Known, theirs: &Known, item: &str) -> BTreeSet<String> {
        let (Some(here), Some(there)) = (ours.get(item), theirs.get(item)) else { return BTreeSet::new() };
        let joined = Known::from([(item.to_owned(), here | there)]);
        let differs = |field: &&str| {
            let heads = self.heads(&joined, item, field);
            let only = |side: &BTreeSet<usize>| -> BTreeSet<&str> {
                heads.difference(side).map(|number| self.value(*number, field)).collect()
            };
            let (local, imported) = (only(there), only(here));
            local.iter().any(|value| imported.iter().any(|other| value != other))
        };
        let is_alive = self.is_alive(&joined, item);
        let fields = self.fields(&joined, item).into_iter().filter(|_| is_alive);
        fields.filter(differs).map(str::to_owned).collect()
    }
}

/// Somebody learns what somebody else knows.
pub(super) fn learn(known: &mut Known, other: &Known) {
    for (item, writes) in other {
        known.entry(item.clone()).or_default().extend(writes);
    }
}

/// The first thing that shows otherwise than it ought to.
pub(super) fn difference(expected: &View, shown: &View) -> Option<String> {
    for item in expected.keys().chain(shown.keys()) {
        let (Some(ought), Some(is)) = (expected.get(item), shown.get(item)) else {
            let is_lost = expected.contains_key(item);
            let what = if is_lost { "is lost" } else { "should not exist" };
            return Some(format!("{item} {what}: {:?}", expected.get(item).or_else(|| shown.get(item))));
        };
        if ought != is {
            return Some(format!("{item} ought to show {ought:?}, and shows {is:?}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(oracle: &mut Oracle, known: &mut Known, value: &str) -> usize {
        oracle.write(known, "t", [("value", value.to_owned())]).unwrap_or(usize::MAX)
    }

    fn values(oracle: &Oracle, known: &Known) -> Vec<String> {
        oracle.values(known, "t", "value").into_iter().collect()
    }

    #[test]
    fn whoever_has_seen_a_write_supersedes_it() {
        let (mut oracle, mut a) = (Oracle::default(), Known::new());
        set(&mut oracle, &mut a, "1");
        let mut b = a.clone();
        set(&mut oracle, &mut a, "2");
        learn(&mut b, &a);
        assert_eq!(values(&oracle, &b), ["2"]);
        assert_eq!(oracle.write(&mut b, "t", [("value", "2".to_owned())]), None, "it has that value");
    }

    #[test]
    fn whoever_has_not_is_in_conflict_until_somebody_has_seen_both() {
        let (mut oracle, mut a) = (Oracle::default(), Known::new());
        set(&mut oracle, &mut a, "1");
        let mut b = a.clone();
        set(&mut oracle, &mut a, "2");
        set(&mut oracle, &mut b, "3");
        assert_eq!(oracle.new_conflicts(&a, &b, "t"), BTreeSet::from(["value".to_owned()]));
        learn(&mut b, &a);
        assert_eq!(values(&oracle, &b), ["2", "3"]);
        assert!(oracle.new_conflicts(&a, &b, "t").is_empty(), "one side knows it all");
        set(&mut oracle, &mut b, "4");
        learn(&mut a, &b);
        assert_eq!(values(&oracle, &a), ["4"]);
    }

    #[test]
    fn a_deletion_is_no_match_for_an_edit_that_did_not_know_of_it() {
        let (mut oracle, mut a) = (Oracle::default(), Known::new());
        set(&mut oracle, &mut a, "1");
        let mut b = a.clone();
        oracle.write(&mut a, "t", [(LIFE, DELETED.to_owned())]);
        assert!(oracle.view(&a).is_empty());
        set(&mut oracle, &mut b, "2");
        learn(&mut a, &b);
        assert_eq!(oracle.view(&a)["t"][LIFE].len(), 2);
    }

    #[test]
    fn a_store_that_loses_a_write_or_keeps_a_superseded_one_is_found_out() {
        let (mut oracle, mut a) = (Oracle::default(), Known::new());
        let first = set(&mut oracle, &mut a, "1");
        let mut b = a.clone();
        let second = set(&mut oracle, &mut a, "2");
        let third = set(&mut oracle, &mut b, "3");
        learn(&mut a, &b);
        let ought = oracle.view(&a);
        let with = |writes: &[usize]| {
            let known = Known::from([("t".to_owned(), writes.iter().copied().collect())]);
            difference(&ought, &oracle.view(&known))
        };
        assert_eq!(with(&[first, second, third]), None);
        assert!(with(&[first, second]).is_some_and(|what| what.contains("ought to show")));
        assert!(with(&[first]).is_some());
        assert!(with(&[]).is_some_and(|what| what.contains("is lost")));
        assert!(difference(&View::new(), &ought).is_some_and(|what| what.contains("should not exist")));
    }
}

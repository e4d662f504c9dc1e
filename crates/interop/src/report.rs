//! What became of everything that a format has no place for.

use std::collections::BTreeMap;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is not in the result.
    Lost,
    /// It is in the result as the format can say it, which is not quite the same.
    Changed,
    /// The files do not say it; it was taken to be so.
    Assumed,
    /// It is in `$extensions`, and comes back when the result is written in the format that it came from.
    Kept,
}

impl Fate {
    /// The fate's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Changed => "changed",
            Self::Assumed => "assumed",
            Self::Kept => "kept",
        }
    }
}

/// A count of things of one kind with one fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What became of them.
    pub fate: Fate,
    /// What they are, in the plural, for people ("theme groups", "sizes without a unit, as px").
    pub what: &'static str,
    /// How many.
    pub count: u64,
    /// The first of them: the set and the path in it.
    pub first: String,
}

/// Counts per kind and fate, the worst fate first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    notes: BTreeMap<(Fate, &'static str), (u64, String)>,
}

impl Report {
    /// Counts one thing; `place` is asked for the first of its kind only.
    pub fn note(&mut self, fate: Fate, what: &'static str, place: impl FnOnce() -> String) {
        let entry = self.notes.entry((fate, what)).or_insert_with(|| (0, place()));
        entry.0 = entry.0.saturating_add(1);
    }

    /// The counts.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        let note = |(key, value): (&(Fate, &'static str), &(u64, String))| Note {
            fate: key.0,
            what: key.1,
            count: value.0,
            first: value.1.clone(),
        };
        self.notes.iter().map(note)
    }

    /// How many things had that fate.
    pub fn count(&self, fate: Fate) -> u64 {
        let counts = self.notes.iter().filter(|((of, _), _)| *of == fate).map(|(_, (count, _))| *count);
        counts.fold(0, u64::saturating_add)
    }

    /// Adds what another report counts.
    pub fn add(&mut self, other: Self) {
        for (key, (count, first)) in other.notes {
            let entry = self.notes.entry(key).or_insert((0, first));
            entry.0 = entry.0.saturating_add(count);
        }
    }
}

//! The project's tables of names, held in memory for the length of a transaction: few and small.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use dss_model::{Author, Dot, Entity, EntityId, PlainWrite, Register, ReplicaId};
use rusqlite::{Connection, Result};

use super::codes::{narrow, wide};
use crate::Visit;
use crate::state::Names;

/// Everything that rows refer to by number.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// Replicas (numbers from 0) and authors (numbers from 1).
    pub(super) names: Names,
    replicas: Vec<ReplicaUse>,
    authors: Vec<AuthorUse>,
    pub(super) sets: Numbers<EntityId>,
    pub(super) types: Numbers<String>,
    /// How many entities there are of each kind with these flags.
    tally: BTreeMap<(i64, i64), i64>,
    is_tally_changed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct ReplicaUse {
    /// The highest write that any state has seen.
    highest: u64,
    /// Entities whose state names the replica.
    live: i64,
    changed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct AuthorUse {
    live: i64,
    changed: bool,
}

impl Registry {
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let mut registry = Self::default();
        let mut statement = connection.prepare("SELECT id, highest, live FROM replica ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            registry.names.replica_number(ReplicaId::from_bytes(row.get(0)?));
            let highest = wide(row.get(1)?);
            registry.replicas.push(ReplicaUse { highest, live: row.get(2)?, changed: false });
        }
        let mut statement = connection.prepare("SELECT name, live FROM author ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            registry.names.author_number(&Author::new(row.get_ref(0)?.as_str()?));
            registry.authors.push(AuthorUse { live: row.get(1)?, changed: false });
        }
        let mut statement = connection.prepare("SELECT id FROM set_name ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            registry.sets.number(&EntityId::from_bytes(row.get(0)?));
        }
        registry.sets.saved = registry.sets.names.len();
        let mut statement = connection.prepare("SELECT name FROM type_name ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            registry.types.number(row.get_ref(0)?.as_str()?);
        }
        registry.types.saved = registry.types.names.len();
        let mut statement = connection.prepare("SELECT kind, flags, count FROM tally")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            registry.tally.insert((row.get(0)?, row.get(1)?), row.get(2)?);
        }
        Ok(registry)
    }

    /// Counts a row of that kind with these flags in (`sign` 1) or out (-1).
    pub(super) fn tally(&mut self, kind: i64, flags: i64, sign: i64) {
        let count = self.tally.entry((kind, flags)).or_default();
        *count = count.saturating_add(sign);
        self.is_tally_changed = true;
    }

    /// The rows by kind and flags.
    pub(super) fn tallies(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        self.tally.iter().map(|(&(kind, flags), &count)| (kind, flags, count))
    }

    /// The number of rows.
    pub(super) fn entities(&self) -> i64 {
        self.tally.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Counts an entity's state in (`sign` 1) or out (-1).
    pub(super) fn count(&mut self, entity: &Entity, sign: i64) {
        let mut replicas: Vec<ReplicaId> = entity.seen().iter().map(|dot| dot.replica).collect();
        let mut authors: Vec<&Author> = Vec::with_capacity(2);
        for pair in entity.registers().values().flat_map(Register::pairs) {
            if pair.origin != pair.dot && !replicas.contains(&pair.origin.replica) {
                replicas.push(pair.origin.replica);
            }
            if !authors.contains(&&pair.stamp.author) {
                authors.push(&pair.stamp.author);
            }
        }
        for replica in replicas {
            self.count_replica(replica, entity.seen().get(replica), sign);
        }
        for author in authors {
            self.count_author(author, sign);
        }
    }

    /// The same of what one write made, counted in.
    pub(super) fn count_write(&mut self, write: PlainWrite<'_>) {
        let PlainWrite { dot, origin, author, .. } = write;
        self.count_replica(dot.replica, dot.counter, 1);
        if origin.replica != dot.replica {
            self.count_replica(origin.replica, 0, 1);
        }
        self.count_author(author, 1);
    }

    fn count_replica(&mut self, replica: ReplicaId, highest: u64, sign: i64) {
        let number = self.names.replica_number(replica);
        update(&mut self.replicas, number, |known| {
            known.live = known.live.saturating_add(sign);
            known.highest = known.highest.max(highest);
            known.changed = true;
        });
    }

    fn count_author(&mut self, author: &Author, sign: i64) {
        // Nobody has no number of its own.
        if let Some(index) = self.names.author_number(author).checked_sub(1) {
            update(&mut self.authors, index, |known| {
                known.live = known.live.saturating_add(sign);
                known.changed = true;
            });
        }
    }

    /// The replicas that living states name, by id.
    pub(super) fn live_replicas(&self) -> Vec<(ReplicaId, u64)> {
        let known = self.names.replicas().iter().zip(&self.replicas);
        let mut live: Vec<_> =
            known.filter(|(_, uses)| uses.live > 0).map(|(id, uses)| (*id, uses.highest)).collect();
        live.sort_unstable();
        live
    }

    /// The authors that living states name, by name.
    pub(super) fn live_authors(&self) -> Vec<String> {
        let known = self.names.authors().iter().zip(&self.authors);
        let mut live: Vec<_> =
            known.filter(|(_, uses)| uses.live > 0).map(|(author, _)| author.as_str().to_owned()).collect();
        live.sort_unstable();
        live
    }

    /// The same names, and nothing counted.
    pub(super) fn uncounted(&self) -> Self {
        Self { names: self.names.clone(), ..Self::default() }
    }

    /// Visits where what is counted here is not what `counted` has counted.
    pub(super) fn differences(&self, counted: &Self, each: &mut dyn FnMut(String) -> Visit) {
        let kinds: BTreeSet<_> = self.tally.keys().chain(counted.tally.keys()).collect();
        let tallies = kinds.into_iter().filter_map(|key| {
            let [kept, found] = [self, counted].map(|all| all.tally.get(key).copied().unwrap_or(0));
            let (kind, flags) = key;
            (kept != found).then(|| {
                format!("{found} entities have kind {kind} and flags {flags}, and {kept} are counted")
            })
        });
        let replicas = (0..).zip(self.names.replicas()).filter_map(|(index, id): (usize, _)| {
            let [kept, found] =
                [self, counted].map(|all| all.replicas.get(index).copied().unwrap_or_default());
            // What was forgotten had been seen: the highest write only ever grows.
            (kept.live != found.live || kept.highest < found.highest).then(|| {
                let (kept, found) = ((kept.live, kept.highest), (found.live, found.highest));
                format!(
                    "entities that name replica {id}, and its highest write: {found:?}, and {kept:?} are kept"
                )
            })
        });
        let authors = (0..).zip(self.names.authors()).filter_map(|(index, author): (usize, &Author)| {
            let [kept, found] =
                [self, counted].map(|all| all.authors.get(index).copied().unwrap_or_default().live);
            let name = author.as_str().escape_debug();
            (kept != found)
                .then(|| format!("{found} entities name the author \"{name}\", and {kept} are counted"))
        });
        let mut all = tallies.chain(replicas).chain(authors);
        let _enough = all.try_for_each(each);
    }

    /// Writes what is new or has changed.
    pub(super) fn save(&mut self, connection: &Connection) -> Result<()> {
        if std::mem::take(&mut self.is_tally_changed) {
            let mut statement = connection
                .prepare_cached("INSERT OR REPLACE INTO tally (kind, flags, count) VALUES (?1, ?2, ?3)")?;
            for (kind, flags, count) in self.tallies() {
                statement.execute((kind, flags, count))?;
            }
        }
        // Names that only the history uses have a number and are counted nowhere.
        self.replicas.resize_with(self.names.replicas().len().max(self.replicas.len()), || ReplicaUse {
            changed: true,
            ..ReplicaUse::default()
        });
        self.authors.resize_with(self.names.authors().len().max(self.authors.len()), || AuthorUse {
            changed: true,
            ..AuthorUse::default()
        });
        let mut statement = connection.prepare_cached(
            "INSERT INTO replica (number, id, highest, live) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (number) DO UPDATE SET highest = excluded.highest, live = excluded.live",
        )?;
        for (number, (id, uses)) in (0_i64..).zip(self.names.replicas().iter().zip(&mut self.replicas)) {
            if std::mem::take(&mut uses.changed) {
                statement.execute((number, id.to_bytes(), narrow(uses.highest), uses.live))?;
            }
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO author (number, name, live) VALUES (?1, ?2, ?3)
             ON CONFLICT (number) DO UPDATE SET live = excluded.live",
        )?;
        for (number, (author, uses)) in (1_i64..).zip(self.names.authors().iter().zip(&mut self.authors)) {
            if std::mem::take(&mut uses.changed) {
                statement.execute((number, author.as_str(), uses.live))?;
            }
        }
        let mut statement = connection.prepare_cached("INSERT INTO set_name (number, id) VALUES (?1, ?2)")?;
        for (number, set) in self.sets.unsaved() {
            statement.execute((number, set.to_bytes()))?;
        }
        let mut statement =
            connection.prepare_cached("INSERT INTO type_name (number, name) VALUES (?1, ?2)")?;
        for (number, name) in self.types.unsaved() {
            statement.execute((number, name))?;
        }
        Ok(())
    }

    /// The dot with a replica of that number.
    pub(super) fn dot(&self, replica: i64, counter: i64) -> Option<Dot> {
        let replica = self.names.replica(u64::try_from(replica).ok()?)?;
        Some(Dot { replica, counter: u64::try_from(counter).ok()? })
    }
}

/// Lets `change` at the entry of that number, making it if it is new.
fn update<T: Default>(uses: &mut Vec<T>, number: u64, change: impl FnOnce(&mut T)) {
    let index = usize::try_from(number).unwrap_or(0);
    if uses.len() <= index {
        uses.resize_with(index.saturating_add(1), T::default);
    }
    if let Some(found) = uses.get_mut(index) {
        change(found);
    }
}

/// Names and their numbers, from 1.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    names: Vec<T>,
    by_name: HashMap<T, i64>,
    /// How many of the names are in the file.
    saved: usize,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { names: Vec::new(), by_name: HashMap::new(), saved: 0 }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    /// The name's number; a new one if it was unknown.
    pub(super) fn number<Q>(&mut self, name: &Q) -> i64
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(&number) = self.by_name.get(name) {
            return number;
        }
        self.names.push(name.to_owned());
        let number = i64::try_from(self.names.len()).unwrap_or(i64::MAX);
        self.by_name.insert(name.to_owned(), number);
        number
    }

    /// The name's number, if it has one.
    pub(super) fn known<Q>(&self, name: &Q) -> Option<i64>
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.by_name.get(name).copied()
    }

    /// The name of that number.
    pub(super) fn name(&self, number: i64) -> Option<&T> {
        self.names.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    fn unsaved(&mut self) -> impl Iterator<Item = (i64, &T)> {
        let from = std::mem::replace(&mut self.saved, self.names.len());
        (1_i64..).zip(&self.names).skip(from)
    }
}

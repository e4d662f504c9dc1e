//! The stage `referential` without a store: what it asks about tokens and groups, in sorted runs of a few bytes each.
//!
//! A store answers every question about a project. Whether an archive holds together is fewer questions, and nearly
//! always all of them are answered with yes. So every token leaves a record of its path, and one for each of its
//! references; sorted by path and read side by side, they show in one pass what refers to nothing and to what it must
//! not. What is out of the ordinary beyond that, such as a circle of references, the ledger does not judge: the input is
//! then read into a scratch store, which does, so that nothing is ever told in two ways.

mod chains;
mod records;
mod texts;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;

use dss_model::{EntityId, Kind};
use dss_store::{Columns, Reference, ReferenceFinding, ReferenceKind, Row};

use super::link::SHARED_MAX;
use crate::spill::{IdSpill, Sorted, Spill};
use chains::{Chains, Wanted};
use records::{Alias, Key, Link, Place, Type};
use texts::{Text, Texts};

/// Findings that are put in order in memory.
const FINDINGS_MAX: usize = 10_000;
/// Types that anything states; most of so many are none of the format's.
const TYPES_MAX: usize = 10_000;
/// Types of the tokens at one path, each in a set of its own.
const TYPES_AT_PATH_MAX: usize = 16;

/// What is noted about an archive's entities.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    ids: IdSpill,
    places: Spill<{ Place::BYTES }>,
    links: Spill<{ Link::BYTES }>,
    texts: Texts,
    keys: Keys,
    sets: HashMap<EntityId, u32>,
    types: Types,
    /// Tokens that are invalid by themselves.
    invalid: u64,
    /// Something was noted that only a store can judge.
    is_out_of_ordinary: bool,
}

/// What a ledger looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted<'r> {
    pub(super) id: EntityId,
    pub(super) kind: Kind,
    pub(super) is_alive: bool,
    pub(super) columns: &'r Columns,
    pub(super) references: &'r [Reference],
}

impl<'r> Noted<'r> {
    pub(super) fn of(row: &'r Row) -> Self {
        let Row { entity, columns, references } = row;
        Self { id: entity.id(), kind: entity.kind(), is_alive: entity.is_alive(), columns, references }
    }
}

/// What the ledger says of an archive that it can judge.
#[derive(Debug)]
pub(super) struct Verdict {
    /// What is wrong with references, in the order in which a store tells it.
    pub(super) findings: Vec<ReferenceFinding>,
    /// Invalid tokens, those included whose references are wrong.
    pub(super) invalid: u64,
}

impl Ledger {
    /// Notes what a store would be given.
    pub(super) fn note(&mut self, row: Noted<'_>) -> io::Result<()> {
        let columns = row.columns;
        self.ids.add(row.id)?;
        if !row.is_alive {
            return Ok(());
        }
        let path = self.keys.of(&columns.path);
        let is_token = row.kind == Kind::Token;
        let own_type = self.types.number(columns.token_type.as_deref());
        let aliases = row.references.iter().filter(|link| link.kind == ReferenceKind::Alias).count();
        let is_untyped_alias = aliases > 0 && own_type == Type::NONE;
        // What a group extends may hold what is missing elsewhere.
        let extends = row.references.iter().any(|link| link.kind == ReferenceKind::Extends);
        self.is_out_of_ordinary |= aliases > 1 || extends || self.types.names.len() > TYPES_MAX;
        if is_token || row.kind == Kind::Group {
            let set = columns.set.map_or(0, |set| self.set_number(set));
            let refers = row.references.iter().any(|link| link.kind != ReferenceKind::Pointer);
            self.places.push(Place { path, set, is_token, refers, is_untyped_alias, own_type }.to_bytes())?;
            self.invalid = self.invalid.saturating_add(u64::from(is_token && !columns.valid));
        }
        for reference in row.references {
            let text = self.texts.add(&row, reference)?;
            let (target, kind) = (self.keys.of(&reference.target), reference.kind);
            let expected = self.types.number(reference.expected_type.as_deref());
            self.links
                .push(Link { target, source: path, kind, is_untyped_alias, expected, text }.to_bytes())?;
        }
        Ok(())
    }

    fn set_number(&mut self, set: EntityId) -> u32 {
        let next = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        *self.sets.entry(set).or_insert(next)
    }

    /// What there is to say about everything that was noted; `None` where only a store can tell.
    pub(super) fn verdict(mut self) -> io::Result<Option<Verdict>> {
        if self.is_out_of_ordinary || std::mem::take(&mut self.ids).sorted()?.duplicate()?.is_some() {
            return Ok(None);
        }
        let mut audit = Audit { types: &self.types, chains: Chains::default(), found: Found::default() };
        let mut places = std::mem::take(&mut self.places).sorted()?;
        let mut links = std::mem::take(&mut self.links).sorted()?;
        while let Some(path) = next_path(&places, &links) {
            let Some(there) = There::read(&mut places, path)? else { return Ok(None) };
            while let Some(record) = links.peek().filter(|record| Link::of(record).target == path) {
                links.next().transpose()?;
                audit.take(&Link::of(&record), &there)?;
            }
            if audit.found.is_too_much() {
                return Ok(None);
            }
        }
        let Audit { chains, mut found, .. } = audit;
        let Some(mistaken) = chains.resolve(&self.types)? else { return Ok(None) };
        found.mistaken.extend(mistaken);
        if found.is_too_much() { Ok(None) } else { self.describe(found).map(Some) }
    }

    /// Puts what was found into words, and in the order in which a store tells it.
    fn describe(mut self, found: Found) -> io::Result<Verdict> {
        let mut nowhere = Vec::new();
        for text in found.nowhere {
            nowhere.push(self.texts.get(text)?);
        }
        nowhere.sort_by(|a, b| a.in_order_of_kinds().cmp(&b.in_order_of_kinds()));
        nowhere.dedup_by(|a, b| a.in_order_of_kinds() == b.in_order_of_kinds());
        let mut mistaken = Vec::new();
        for (text, found) in found.mistaken {
            mistaken.push((self.texts.get(text)?, self.types.name(found)));
        }
        mistaken.sort_by(|(a, _), (b, _)| a.in_order_of_types().cmp(&b.in_order_of_types()));
        mistaken.dedup_by(|(a, _), (b, _)| a.in_order_of_types() == b.in_order_of_types());
        let texts = nowhere.iter().chain(mistaken.iter().map(|(text, _)| text));
        let mut marked: Vec<EntityId> =
            texts.filter(|text| text.is_valid_token).map(|text| text.id).collect();
        marked.sort_unstable();
        marked.dedup();
        let marked = u64::try_from(marked.len()).unwrap_or(u64::MAX);
        let nowhere = nowhere.into_iter().map(Text::dangling);
        let mistaken = mistaken.into_iter().map(|(text, found)| text.mistaken(found));
        Ok(Verdict {
            findings: nowhere.chain(mistaken).collect(),
            invalid: self.invalid.saturating_add(marked),
        })
    }
}

/// The references that are wrong, by where their texts are.
#[derive(Debug, Default)]
struct Found {
    nowhere: Vec<u64>,
    /// With the type that was found.
    mistaken: Vec<(u64, Type)>,
}

impl Found {
    fn is_too_much(&self) -> bool {
        self.nowhere.len().saturating_add(self.mistaken.len()) > FINDINGS_MAX
    }
}

/// Looks at references, path by path.
struct Audit<'a> {
    types: &'a Types,
    chains: Chains,
    found: Found,
}

impl Audit<'_> {
    /// Takes a reference to what is there.
    fn take(&mut self, link: &Link, there: &There) -> io::Result<()> {
        let Link { source, target, expected, text, .. } = *link;
        if there.tokens == 0 {
            self.found.nowhere.push(text);
        }
        if link.kind == ReferenceKind::Alias && link.is_untyped_alias {
            let known = match there.types.as_slice() {
                [] => Type::NONE,
                [one] => *one,
                _ => Type::MIXED,
            };
            self.chains.alias(&Alias { source, target, known, goes_on: there.has_untyped_alias })?;
        }
        if there.tokens == 0 || !matches!(link.kind, ReferenceKind::Alias | ReferenceKind::Part) {
            return Ok(());
        }
        if there.refers {
            self.chains.edge(source, target)?;
        }
        if expected == Type::NONE || there.has_typeless || there.types.contains(&expected) {
            return Ok(());
        }
        let lowest = there.types.iter().copied().min_by_key(|number| self.types.name(*number));
        match lowest {
            _ if there.has_untyped_alias => {
                self.chains.wanted(&Wanted { target, text, expected, lowest: lowest.unwrap_or(Type::NONE) })
            }
            Some(lowest) => {
                self.found.mistaken.push((text, lowest));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// What stands at one path, in all sets.
#[derive(Debug, Default)]
struct There {
    tokens: u32,
    /// One of the tokens refers further.
    refers: bool,
    /// One of the tokens has its type from what it is an alias of.
    has_untyped_alias: bool,
    /// One of the tokens has no type, and gets none.
    has_typeless: bool,
    /// The types that tokens have by themselves.
    types: Vec<Type>,
}

impl There {
    /// Reads all that stands at that path; `None` if it is more than anybody wants to hear of.
    fn read(places: &mut Sorted<{ Place::BYTES }>, path: Key) -> io::Result<Option<Self>> {
        let mut there = Self::default();
        let (mut set, mut in_set) = (None, 0_u32);
        while let Some(place) = places.peek().map(|record| Place::of(&record)).filter(|at| at.path == path) {
            places.next().transpose()?;
            in_set = if set == Some(place.set) { in_set.saturating_add(1) } else { 1 };
            set = Some(place.set);
            if in_set > SHARED_MAX || there.types.len() > TYPES_AT_PATH_MAX {
                return Ok(None);
            }
            if !place.is_token {
                continue;
            }
            there.tokens = there.tokens.saturating_add(1);
            there.refers |= place.refers;
            there.has_untyped_alias |= place.is_untyped_alias;
            if place.own_type != Type::NONE && !there.types.contains(&place.own_type) {
                there.types.push(place.own_type);
            }
            there.has_typeless |= place.own_type == Type::NONE && !place.is_untyped_alias;
        }
        Ok(Some(there))
    }
}

/// The next path where something stands or that something refers to.
fn next_path(places: &Sorted<{ Place::BYTES }>, links: &Sorted<{ Link::BYTES }>) -> Option<Key> {
    let place = places.peek().map(|record| Place::of(&record).path);
    let link = links.peek().map(|record| Link::of(&record).target);
    place.into_iter().chain(link).min()
}

/// What stands for a path: nobody who does not know the seeds can find two paths with one key, and by chance it happens
/// in one of 10^24 archives of ten million tokens.
#[derive(Debug, Default)]
struct Keys(RandomState);

impl Keys {
    /// What the hasher says of the path, and of the path with something behind it.
    fn of(&self, path: &str) -> Key {
        let mut hasher = self.0.build_hasher();
        hasher.write(path.as_bytes());
        let first = u128::from(hasher.finish());
        hasher.write_u8(0xff);
        (first << 64 | u128::from(hasher.finish())).to_be_bytes()
    }
}

/// Types that were stated, by number.
#[derive(Debug, Default)]
struct Types {
    names: Vec<String>,
    numbers: HashMap<String, Type>,
}

impl Types {
    fn number(&mut self, name: Option<&str>) -> Type {
        let Some(name) = name else { return Type::NONE };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        let number = Type::nth(self.names.len());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn name(&self, number: Type) -> &str {
        number.place().and_then(|place| self.names.get(place)).map_or("", String::as_str)
    }
}

//! Entities: everything that is exchanged and merged (MERGE.md §1, §2).

mod plain;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::{ContentHash, Dot, EntityId, JsonText, Kind, Seen};

pub use plain::{Plain, PlainValue, PlainWrite};

/// Whether an entity exists. Deletion is a write, so that it can be merged and taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It exists.
    Alive,
    /// It was deleted; its other registers are kept.
    Deleted,
}

/// What a register holds.
///
/// Equality is that of values, not of spelling: see [`JsonText`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: the field was removed.
    Absent,
    /// A JSON value as written.
    Json(JsonText),
    /// Another entity.
    Ref(EntityId),
    /// Content that is stored beside the entities.
    Blob(ContentHash),
    /// The value of the register [`RegName::LIFE`], and of no other.
    Life(Life),
}

impl Value {
    /// The JSON value, if this is one.
    pub const fn json(&self) -> Option<&JsonText> {
        match self {
            Self::Json(text) => Some(text),
            _ => None,
        }
    }

    /// The entity referred to, if this is a reference.
    pub const fn entity(&self) -> Option<EntityId> {
        match self {
            Self::Ref(id) => Some(*id),
            _ => None,
        }
    }
}

/// Name of a register: a field, or fields that only make sense together.
///
/// Members of maps have registers of their own, named `map/member` (`ext/com.figma`, `tag/legacy`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegName(Cow<'static, str>);

impl RegName {
    /// Whether the entity exists; every entity has it, and every write rewrites it.
    pub const LIFE: Self = Self(Cow::Borrowed("@life"));
    /// Name of a project, set, layer, theme group, theme, component or asset.
    pub const NAME: Self = Self(Cow::Borrowed("name"));
    /// Place in a set: a [`TokenPath`](crate::TokenPath), as a JSON string.
    pub const PATH: Self = Self(Cow::Borrowed("path"));
    /// The set a token or group belongs to.
    pub const SET: Self = Self(Cow::Borrowed("set"));
    /// Place among siblings: an [`OrderKey`](crate::OrderKey), as a JSON string.
    pub const ORDER: Self = Self(Cow::Borrowed("order"));
    /// A token's `$type` and `$value` (or `$ref`), which only make sense together.
    pub const VALUE: Self = Self(Cow::Borrowed("value"));
    /// `$description`, or a component's description.
    pub const DESCRIPTION: Self = Self(Cow::Borrowed("description"));
    /// `$deprecated`.
    pub const DEPRECATED: Self = Self(Cow::Borrowed("deprecated"));
    /// Spelling order of an object's members, where it is not the usual one.
    pub const LAYOUT: Self = Self(Cow::Borrowed("layout"));
    /// The theme group a theme belongs to.
    pub const GROUP: Self = Self(Cow::Borrowed("group"));
    /// Token sets and layers that a layer or theme is made of, in order.
    pub const SOURCES: Self = Self(Cow::Borrowed("sources"));
    /// An asset's content.
    pub const CONTENT: Self = Self(Cow::Borrowed("content"));

    /// The name, if it is one: 1 to 4,096 bytes without control characters.
    pub fn new(name: &str) -> Option<Self> {
        let known = [
            Self::LIFE,
            Self::NAME,
            Self::PATH,
            Self::SET,
            Self::ORDER,
            Self::VALUE,
            Self::DESCRIPTION,
            Self::DEPRECATED,
            Self::LAYOUT,
            Self::GROUP,
            Self::SOURCES,
            Self::CONTENT,
        ];
        if let Some(known) = known.into_iter().find(|known| known.as_str() == name) {
            return Some(known);
        }
        Self::is_name(name).then(|| Self(Cow::Owned(name.to_owned())))
    }

    /// Whether this is a name: see [`RegName::new`].
    pub(crate) fn is_name(name: &str) -> bool {
        let is_printed = |name: &str| name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        (1..=4_096).contains(&name.len()) && (is_printed(name) || !name.contains(char::is_control))
    }

    /// The name of `member` in the map `map`: `map/member`. Control characters in the member's name
    /// are written `%XX`, `%` as `%25`.
    pub fn member(map: &str, member: &str) -> Self {
        let mut name = String::with_capacity(map.len().saturating_add(member.len()).saturating_add(1));
        name.push_str(map);
        name.push('/');
        if member.bytes().all(|byte| matches!(byte, b' '..=b'~' if byte != b'%')) {
            name.push_str(member);
            return Self(Cow::Owned(name));
        }
        for character in member.chars() {
            if character == '%' || character.is_control() {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    name.push_str(&format!("%{byte:02X}"));
                }
            } else {
                name.push(character);
            }
        }
        Self(Cow::Owned(name))
    }

    /// If this is a member of the map `map`, the member's name.
    pub fn member_of(&self, map: &str) -> Option<Cow<'_, str>> {
        let member = self.as_str().strip_prefix(map)?.strip_prefix('/')?;
        if member.contains('%') {
            Some(Cow::Owned(percent_decode(member)))
        } else {
            Some(Cow::Borrowed(member))
        }
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        if let Some((Ok(byte), tail)) =
            escaped.split_at_checked(2).map(|(hex, tail)| (u8::from_str_radix(hex, 16), tail))
        {
            bytes.push(byte);
            rest = tail;
        } else {
            bytes.push(b'%');
            rest = escaped;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Who wrote, for people: a name, or nobody in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author(Option<Arc<str>>);

impl Author {
    /// The author of that name; an empty name is nobody.
    pub fn new(name: &str) -> Self {
        Self((!name.is_empty()).then(|| Arc::from(name)))
    }

    /// The name, empty for nobody.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// When and by whom a write was made: for people, never for causality (MERGE.md §8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock of the writer: milliseconds since 1970-01-01 UTC.
    pub wall_ms: i64,
    /// Who wrote.
    pub author: Author,
}

/// One write of a register that no known write supersedes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Which write.
    pub dot: Dot,
    /// What it wrote.
    pub value: Value,
    /// When and by whom.
    pub stamp: Stamp,
    /// The person's write that first had this value. Equal to `dot`, except on copies that a bulk
    /// decision made (MERGE.md §4).
    pub origin: Dot,
}

impl Pair {
    /// A person's write.
    pub const fn written(dot: Dot, value: Value, stamp: Stamp) -> Self {
        Self { dot, value, stamp, origin: dot }
    }
}

/// A register's live writes, by dot; never empty. More than one value is an open conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register(Vec<Pair>);

impl Register {
    /// A register with one write.
    pub fn single(pair: Pair) -> Self {
        Self(vec![pair])
    }

    /// A register with these writes, sorted by dot; `None` if there are none or a dot stands twice.
    pub fn new(mut pairs: Vec<Pair>) -> Option<Self> {
        pairs.sort_by_key(|pair| pair.dot);
        let unique = pairs.windows(2).all(|pair| matches!(pair, [a, b] if a.dot != b.dot));
        (unique && !pairs.is_empty()).then_some(Self(pairs))
    }

    /// The live writes, by dot.
    pub fn pairs(&self) -> &[Pair] {
        &self.0
    }

    /// The default view of the register (MERGE.md §5): alive beats deleted, else the write with the
    /// highest origin, then dot. The same on every copy.
    pub fn shown(&self) -> Option<&Pair> {
        let rank = |pair: &Pair| (pair.value == Value::Life(Life::Alive), pair.origin, pair.dot);
        self.0.iter().max_by_key(|pair| rank(pair))
    }

    /// Whether live writes disagree.
    pub fn is_conflict(&self) -> bool {
        match self.0.as_slice() {
            [first, rest @ ..] => rest.iter().any(|pair| pair.value != first.value),
            [] => false,
        }
    }
}

/// A state that no sequence of writes can reach (MERGE.md §10, `BadArchive`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityError {
    /// What contradicts what.
    pub reason: String,
}

impl fmt::Display for EntityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "impossible revision state: {}", self.reason)
    }
}

impl std::error::Error for EntityError {}

/// One mergeable record: its registers and the writes it has seen.
///
/// The only door is [`Entity::new`], which refuses states that no sequence of writes can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    id: EntityId,
    kind: Kind,
    seen: Seen,
    registers: BTreeMap<RegName, Register>,
}

impl Entity {
    /// Puts an entity together.
    ///
    /// # Errors
    /// [`EntityError`] if there is no `@life`, a life value stands elsewhere (or something else in
    /// its place), a live write is not covered by `seen`, or a counter is 0 or too large.
    pub fn new(
        id: EntityId,
        kind: Kind,
        seen: Seen,
        registers: BTreeMap<RegName, Register>,
    ) -> Result<Self, EntityError> {
        let error = |reason: String| Err(EntityError { reason });
        if !registers.contains_key(&RegName::LIFE) {
            return error("no @life register".to_owned());
        }
        if seen.iter().any(|dot| !(1..=Dot::COUNTER_MAX).contains(&dot.counter)) {
            return error("counter out of range".to_owned());
        }
        for (name, register) in &registers {
            for pair in register.pairs() {
                if !seen.covers(pair.dot) || pair.dot.counter == 0 {
                    return error(format!("write {} of \"{name}\" is not covered by seen", pair.dot));
                }
                if matches!(pair.value, Value::Life(_)) != (*name == RegName::LIFE) {
                    return error(format!("\"{name}\" holds a value of another kind"));
                }
            }
        }
        Ok(Self { id, kind, seen, registers })
    }

    /// The same state under another identity.
    #[must_use]
    pub fn with_id(self, id: EntityId) -> Self {
        Self { id, ..self }
    }

    /// The entity's identity.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The writes of this entity that are known.
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Its registers, by name.
    pub const fn registers(&self) -> &BTreeMap<RegName, Register> {
        &self.registers
    }

    /// The register of that name.
    pub fn register(&self, name: &RegName) -> Option<&Register> {
        self.registers.get(name)
    }

    /// The value that the register shows; `None` if it has none or was removed.
    pub fn value(&self, name: &RegName) -> Option<&Value> {
        let value = &self.registers.get(name)?.shown()?.value;
        (*value != Value::Absent).then_some(value)
    }

    /// The JSON value that the register shows.
    pub fn json(&self, name: &RegName) -> Option<&JsonText> {
        self.value(name)?.json()
    }

    /// The string that the register shows, if it shows one.
    pub fn string(&self, name: &RegName) -> Option<Cow<'_, str>> {
        self.json(name)?.get_ref().string()
    }

    /// The members of the map `map` that show a value, by register name.
    pub fn members<'a>(&'a self, map: &'a str) -> impl Iterator<Item = (Cow<'a, str>, &'a Value)> + 'a {
        let from = RegName(Cow::Owned(format!("{map}/")));
        self.registers
            .range(from..)
            .map_while(move |(name, register)| name.member_of(map).map(|member| (member, register)))
            .filter_map(|(member, register)| Some((member, &register.shown()?.value)))
            .filter(|(_, value)| **value != Value::Absent)
    }

    /// Whether it exists in the default view.
    pub fn is_alive(&self) -> bool {
        self.value(&RegName::LIFE) == Some(&Value::Life(Life::Alive))
    }

    /// How many registers have an open conflict.
    pub fn open_conflicts(&self) -> usize {
        self.registers.values().filter(|register| register.is_conflict()).count()
    }

    /// The newest live write, for "updated at" and "by".
    pub fn newest(&self) -> Option<&Pair> {
        self.registers.values().flat_map(Register::pairs).max_by_key(|pair| (pair.stamp.wall_ms, pair.dot))
    }

    /// Takes the entity apart.
    pub fn into_parts(self) -> (EntityId, Kind, Seen, BTreeMap<RegName, Register>) {
        (self.id, self.kind, self.seen, self.registers)
    }
}

#[cfg(test)]
mod tests;

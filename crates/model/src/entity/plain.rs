//! Entities that one write made, read where they lie.

use super::{Author, Entity, Life, Pair, RegName, Value};
use crate::{ContentHash, Dot, EntityId, JsonRef, Kind};

/// The text of [`RegName::LIFE`].
const LIFE: &str = "@life";

/// An entity that one write made, all of it, and that has seen nothing else.
///
/// Most of any project is made of these. This one borrows what it says, so that whoever only passes
/// an entity on need not take it apart; what else there is to know about it is in [`Entity`].
#[derive(Clone, Debug)]
pub struct Plain<'a> {
    id: EntityId,
    kind: Kind,
    write: PlainWrite<'a>,
    registers: Vec<(&'a str, PlainValue<'a>)>,
}

/// Which write made a [`Plain`] entity, when and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainWrite<'a> {
    /// Which write.
    pub dot: Dot,
    /// The person's write that first had these values.
    pub origin: Dot,
    /// Wall clock of the writer: milliseconds since 1970-01-01 UTC.
    pub wall_ms: i64,
    /// Who wrote.
    pub author: &'a Author,
}

/// What a register of a [`Plain`] entity holds: a [`Value`], borrowed.
#[derive(Clone, Copy, Debug)]
pub enum PlainValue<'a> {
    /// Nothing: the field was removed.
    Absent,
    /// A JSON value as written.
    Json(JsonRef<'a>),
    /// The JSON string that holds this text, spelled as [`JsonText::string`](crate::JsonText::string) does.
    Text(&'a str),
    /// Another entity.
    Ref(EntityId),
    /// Content that is stored beside the entities.
    Blob(ContentHash),
    /// Whether the entity exists.
    Life(Life),
}

impl<'a> Plain<'a> {
    /// Puts one together; `None` if no single write could have made it, or if the registers do not
    /// come by name.
    pub fn new(
        id: EntityId,
        kind: Kind,
        write: PlainWrite<'a>,
        registers: Vec<(&'a str, PlainValue<'a>)>,
    ) -> Option<Self> {
        let (mut before, mut has_life) = ("", false);
        for (name, value) in &registers {
            let is_life = *name == LIFE;
            let is_of_kind = matches!(value, PlainValue::Life(_)) == is_life;
            if !is_of_kind || *name <= before || !RegName::is_name(name) {
                return None;
            }
            before = *name;
            has_life |= is_life;
        }
        let has_counter = (1..=Dot::COUNTER_MAX).contains(&write.dot.counter);
        (has_life && has_counter).then_some(Self { id, kind, write, registers })
    }

    /// The entity, if one write made it.
    pub fn of(entity: &'a Entity) -> Option<Self> {
        let (_, life) = entity.registers().first_key_value()?;
        let [main] = life.pairs() else { return None };
        if !entity.seen().iter().eq([main.dot]) {
            return None;
        }
        let registers = entity.registers().iter().map(|(name, register)| match register.pairs() {
            [pair] if pair.dot == main.dot && pair.origin == main.origin && pair.stamp == main.stamp => {
                Some((name.as_str(), PlainValue::from(&pair.value)))
            }
            _ => None,
        });
        let registers = registers.collect::<Option<_>>()?;
        Some(Self { id: entity.id(), kind: entity.kind(), write: main.into(), registers })
    }

    /// The entity's identity.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The write that made it.
    pub const fn write(&self) -> PlainWrite<'a> {
        self.write
    }

    /// Its registers, by name.
    pub fn registers(&self) -> &[(&'a str, PlainValue<'a>)] {
        &self.registers
    }

    /// Whether it exists.
    pub fn is_alive(&self) -> bool {
        self.registers.iter().any(|(_, value)| matches!(value, PlainValue::Life(Life::Alive)))
    }
}

impl<'a> From<&'a Pair> for PlainWrite<'a> {
    fn from(pair: &'a Pair) -> Self {
        let Pair { dot, origin, stamp, .. } = pair;
        Self { dot: *dot, origin: *origin, wall_ms: stamp.wall_ms, author: &stamp.author }
    }
}

impl<'a> From<&'a Value> for PlainValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Absent => Self::Absent,
            Value::Json(text) => Self::Json(text.get_ref()),
            Value::Ref(id) => Self::Ref(*id),
            Value::Blob(hash) => Self::Blob(*hash),
            Value::Life(life) => Self::Life(*life),
        }
    }
}

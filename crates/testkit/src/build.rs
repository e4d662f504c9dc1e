//! Entities in few words.

use std::collections::BTreeMap;

use dss_model::{
    Author, ContentHash, Dot, Entity, EntityId, JsonLimits, JsonText, Kind, Life, Pair, RegName, Register,
    ReplicaId, Seen, Stamp, TokenPath, Value,
};

/// The replica whose id is that byte, repeated.
pub const fn replica(number: u8) -> ReplicaId {
    ReplicaId::from_bytes([number; 16])
}

/// JSON as written in a test.
///
/// # Panics
/// If it is none.
#[expect(clippy::expect_used, reason = "a wrong fixture has to fail its test")]
pub fn json(text: &str) -> JsonText {
    JsonText::parse(text.as_bytes(), &JsonLimits::default()).expect("the fixture is JSON")
}

/// A token of that set, spelled as an alias spells it (`color.brand`).
pub fn token(set: &str, path: &str) -> EntityBuilder {
    member(Kind::Token, set, path)
}

/// A group of that set.
pub fn group(set: &str, path: &str) -> EntityBuilder {
    member(Kind::Group, set, path)
}

/// A token set.
pub fn set(name: &str) -> EntityBuilder {
    entity(Kind::TokenSet, name)
}

/// A theme.
pub fn theme(name: &str) -> EntityBuilder {
    entity(Kind::Theme, name)
}

/// A component.
pub fn component(name: &str) -> EntityBuilder {
    entity(Kind::Component, name)
}

/// Anything that has a name; its id is derived from kind and name.
pub fn entity(kind: Kind, name: &str) -> EntityBuilder {
    let id = EntityId::derived(kind, name, &TokenPath::root());
    EntityBuilder::new(id, kind).string(RegName::NAME, name)
}

fn member(kind: Kind, set: &str, path: &str) -> EntityBuilder {
    let path = TokenPath::from_alias(path);
    let set_id = EntityId::derived(Kind::TokenSet, set, &TokenPath::root());
    EntityBuilder::new(EntityId::derived(kind, set, &path), kind)
        .write(RegName::SET, Value::Ref(set_id))
        .string(RegName::PATH, path.as_str())
}

/// Builds an entity write by write, as MERGE.md §2 says: every write rewrites `@life` and supersedes
/// what is known of the registers it touches.
///
/// It starts alive, written by replica 1 as its write 1, at time 0, by nobody.
#[derive(Clone, Debug)]
pub struct EntityBuilder {
    id: EntityId,
    kind: Kind,
    seen: Seen,
    registers: BTreeMap<RegName, Vec<Pair>>,
    dot: Dot,
    stamp: Stamp,
}

impl EntityBuilder {
    /// Nothing but alive.
    pub fn new(id: EntityId, kind: Kind) -> Self {
        let dot = Dot { counter: 1, replica: replica(1) };
        let builder = Self {
            id,
            kind,
            seen: [dot].into_iter().collect(),
            registers: BTreeMap::new(),
            dot,
            stamp: Stamp::default(),
        };
        builder.write(RegName::LIFE, Value::Life(Life::Alive))
    }

    /// With another id.
    #[must_use]
    pub const fn id(mut self, id: EntityId) -> Self {
        self.id = id;
        self
    }

    /// Makes everything written so far a write of that replica, with that counter.
    #[must_use]
    pub fn written_by(mut self, replica: ReplicaId, counter: u64) -> Self {
        self.dot = Dot { counter, replica };
        self.seen = [self.dot].into_iter().collect();
        for pair in self.registers.values_mut().flatten() {
            *pair = Pair::written(self.dot, pair.value.clone(), pair.stamp.clone());
        }
        self
    }

    /// Makes everything written so far be written at that time and by that person.
    #[must_use]
    pub fn stamped(mut self, wall_ms: i64, author: &str) -> Self {
        self.stamp = Stamp { wall_ms, author: Author::new(author) };
        for pair in self.registers.values_mut().flatten() {
            pair.stamp = self.stamp.clone();
        }
        self
    }

    /// What follows is a later write, of that replica, with that counter, at that time.
    #[must_use]
    pub fn then(mut self, replica: ReplicaId, counter: u64, wall_ms: i64) -> Self {
        self.dot = Dot { counter, replica };
        self.stamp.wall_ms = wall_ms;
        self.seen.add(self.dot);
        let life = self.registers.get(&RegName::LIFE).and_then(|pairs| pairs.last());
        let life = life.map_or(Value::Life(Life::Alive), |pair| pair.value.clone());
        self.write(RegName::LIFE, life)
    }

    /// Writes a register.
    #[must_use]
    pub fn write(mut self, name: RegName, value: Value) -> Self {
        self.registers.insert(name, vec![Pair::written(self.dot, value, self.stamp.clone())]);
        self
    }

    /// Writes JSON to a register.
    #[must_use]
    pub fn json(self, name: RegName, text: &str) -> Self {
        self.write(name, Value::Json(json(text)))
    }

    /// Writes a string to a register.
    #[must_use]
    pub fn string(self, name: RegName, text: &str) -> Self {
        self.write(name, Value::Json(JsonText::string(text)))
    }

    /// Writes a token's type and value: `{"$type": …, "$value": …}`.
    #[must_use]
    pub fn value(self, text: &str) -> Self {
        self.json(RegName::VALUE, text)
    }

    /// Writes a description.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        self.string(RegName::DESCRIPTION, text)
    }

    /// Writes an asset's content.
    #[must_use]
    pub fn content(self, hash: ContentHash) -> Self {
        self.write(RegName::CONTENT, Value::Blob(hash))
    }

    /// Deletes it.
    #[must_use]
    pub fn deleted(self) -> Self {
        self.write(RegName::LIFE, Value::Life(Life::Deleted))
    }

    /// Adds a write that nobody else had seen, and that had seen nothing of the register.
    #[must_use]
    pub fn concurrent(mut self, name: RegName, replica: ReplicaId, counter: u64, value: Value) -> Self {
        let dot = Dot { counter, replica };
        self.seen.add(dot);
        let life = Pair::written(dot, Value::Life(Life::Alive), self.stamp.clone());
        let pair = Pair::written(dot, value, self.stamp.clone());
        if name != RegName::LIFE {
            self.registers.entry(RegName::LIFE).or_default().push(life);
        }
        self.registers.entry(name).or_default().push(pair);
        self
    }

    /// The entity.
    ///
    /// # Panics
    /// If no sequence of writes can reach it.
    #[expect(clippy::expect_used, reason = "a wrong fixture has to fail its test")]
    pub fn build(self) -> Entity {
        let registers = self.registers.into_iter().map(|(name, pairs)| {
            (name, Register::new(pairs).expect("the fixture's writes have names of their own"))
        });
        Entity::new(self.id, self.kind, self.seen, registers.collect()).expect("the fixture is reachable")
    }
}

//! The vectors' names (`A`, `t1`, `A!e23316f2`) as ids, and back.
//!
//! Names that stand in the input become ids that sort as the names do, because dots compare by
//! replica. Names that only the expectation has (derived pseudo replicas) are learned from the result.

use std::collections::{BTreeMap, BTreeSet};

use dss_merge::fork_id;
use dss_model::{
    Dot, Entity, EntityId, JsonText, Kind, Life, Pair, RegName, Register, ReplicaId, Seen, Stamp, Value,
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(crate) struct Names {
    replicas: BTreeMap<String, ReplicaId>,
    entities: BTreeMap<String, EntityId>,
}

fn bytes(index: usize) -> [u8; 16] {
    let mut bytes = [0xee; 16];
    bytes[..8].copy_from_slice(&u64::try_from(index).unwrap().to_be_bytes());
    bytes
}

impl Names {
    pub(crate) fn of(vector: &Json) -> Self {
        let (mut replicas, mut entities) = (BTreeSet::new(), BTreeSet::new());
        let inputs = ["local", "replicas", "steps", "history"].map(|key| &vector[key]);
        for input in inputs {
            collect(input, &mut replicas, &mut entities);
        }
        // Forks are created under the ids that the model expects.
        collect(&vector["expect"], &mut BTreeSet::new(), &mut entities);
        let replicas = replicas.into_iter().enumerate();
        let entities = entities.into_iter().enumerate();
        Self {
            replicas: replicas.map(|(at, name)| (name, ReplicaId::from_bytes(bytes(at + 1)))).collect(),
            entities: entities.map(|(at, name)| (name, EntityId::from_bytes(bytes(at + 1)))).collect(),
        }
    }

    pub(crate) fn replica(&self, name: &str) -> ReplicaId {
        self.replicas[name]
    }

    pub(crate) fn entity(&self, name: &str) -> EntityId {
        self.entities[name]
    }

    fn replica_name(&self, id: ReplicaId) -> String {
        let found = self.replicas.iter().find(|(_, known)| **known == id);
        found.map_or_else(|| format!("?{id}"), |(name, _)| name.clone())
    }

    pub(crate) fn entity_name(&self, id: EntityId) -> String {
        let found = self.entities.iter().find(|(_, known)| **known == id);
        found.map_or_else(|| format!("?{id}"), |(name, _)| name.clone())
    }

    pub(crate) fn dot(&self, text: &str) -> Dot {
        let (replica, counter) = text.rsplit_once(':').unwrap();
        Dot { counter: counter.parse().unwrap(), replica: self.replica(replica) }
    }

    pub(crate) fn dot_name(&self, dot: Dot) -> String {
        format!("{}:{}", self.replica_name(dot.replica), dot.counter)
    }

    pub(crate) fn value(&self, register: &str, value: &Json) -> Value {
        match value.as_str() {
            Some("alive") if register == "@life" => Value::Life(Life::Alive),
            Some("deleted") if register == "@life" => Value::Life(Life::Deleted),
            Some(text) => match text.strip_prefix("ref:") {
                Some(target) => Value::Ref(self.entity(target)),
                None => Value::Json(JsonText::string(text)),
            },
            None => Value::Absent,
        }
    }

    pub(crate) fn value_json(&self, value: &Value) -> Json {
        match value {
            Value::Absent => Json::Null,
            Value::Json(text) => json!(text.get_ref().string().unwrap()),
            Value::Ref(id) => json!(format!("ref:{}", self.entity_name(*id))),
            Value::Life(Life::Alive) => json!("alive"),
            Value::Life(Life::Deleted) => json!("deleted"),
            Value::Blob(_) => panic!("no blobs in vectors"),
        }
    }

    pub(crate) fn parse(&self, entity: &Json) -> Entity {
        let seen: Seen = members(&entity["seen"])
            .iter()
            .map(|(name, counter)| Dot { counter: counter.as_u64().unwrap(), replica: self.replica(name) })
            .collect();
        let registers = members(&entity["regs"]).iter().map(|(name, pairs)| {
            let pairs = pairs.as_array().unwrap().iter().map(|pair| self.pair(name, pair)).collect();
            (RegName::new(name).unwrap(), Register::new(pairs).unwrap())
        });
        let id = self.entity(entity["id"].as_str().unwrap());
        Entity::new(id, Kind::Token, seen, registers.collect()).unwrap()
    }

    fn pair(&self, register: &str, pair: &Json) -> Pair {
        let dot = self.dot(pair["dot"].as_str().unwrap());
        Pair {
            dot,
            value: self.value(register, &pair["val"]),
            stamp: stamp(pair["wall"].as_i64().unwrap()),
            origin: pair["origin"].as_str().map_or(dot, |origin| self.dot(origin)),
        }
    }

    pub(crate) fn entity_json(&self, entity: &Entity) -> Json {
        let seen = entity.seen().iter().map(|dot| (self.replica_name(dot.replica), json!(dot.counter)));
        let registers = entity.registers().iter().map(|(name, register)| {
            let pairs = register.pairs().iter().map(|pair| self.pair_json(pair)).collect();
            (name.to_string(), Json::Array(pairs))
        });
        let (seen, registers): (Map<_, _>, Map<_, _>) = (seen.collect(), registers.collect());
        json!({"id": self.entity_name(entity.id()), "seen": seen, "regs": registers})
    }

    fn pair_json(&self, pair: &Pair) -> Json {
        let mut json = json!({
            "dot": self.dot_name(pair.dot),
            "val": self.value_json(&pair.value),
            "wall": pair.stamp.wall_ms,
        });
        if pair.origin != pair.dot {
            json["origin"] = json!(self.dot_name(pair.origin));
        }
        json
    }

    /// Learns which derived replica the model's name stands for: the one that wrote the same value.
    pub(crate) fn learn(&mut self, expected: &Json, entity: &Entity) {
        for (name, pairs) in members(&expected["regs"]) {
            for pair in pairs.as_array().unwrap() {
                let (replica, _) = pair["dot"].as_str().unwrap().rsplit_once(':').unwrap();
                let known: BTreeSet<ReplicaId> = self.replicas.values().copied().collect();
                let value = self.value(name, &pair["val"]);
                let register = entity.register(&RegName::new(name).unwrap());
                let mut pairs = register.map_or(&[][..], Register::pairs).iter();
                let found = pairs.find(|pair| pair.value == value && !known.contains(&pair.dot.replica));
                if let (false, Some(pair)) = (self.replicas.contains_key(replica), found) {
                    self.replicas.insert(replica.to_owned(), pair.dot.replica);
                }
            }
        }
    }

    /// The id that the model gives to a fork; checks the crate's own on the way.
    pub(crate) fn fork(&self, of: EntityId, fork: &dss_merge::Fork) -> EntityId {
        assert_eq!(fork.id, fork_id(of, &fork.losing));
        let origins = fork.losing.iter();
        let origins = origins.map(|dot| format!("{}.{}", dot.counter, self.replica_name(dot.replica)));
        let name = format!("merge-fork:{}:{}", self.entity_name(of), origins.collect::<Vec<_>>().join(","));
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string();
        *self.entities.get(&id).unwrap_or_else(|| panic!("the model makes no fork {name}"))
    }
}

pub(crate) fn stamp(wall_ms: i64) -> Stamp {
    Stamp { wall_ms, ..Stamp::default() }
}

pub(crate) fn members(object: &Json) -> &Map<String, Json> {
    object.as_object().unwrap()
}

/// Collects the names of replicas and entities.
fn collect(json: &Json, replicas: &mut BTreeSet<String>, entities: &mut BTreeSet<String>) {
    match json {
        Json::Array(elements) => elements.iter().for_each(|element| collect(element, replicas, entities)),
        Json::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("seen", Json::Object(seen)) => replicas.extend(seen.keys().cloned()),
                    ("rid" | "exporter", Json::String(name)) => {
                        replicas.insert(name.clone());
                    }
                    ("dot" | "origin", Json::String(dot)) => {
                        replicas.insert(dot.rsplit_once(':').unwrap().0.to_owned());
                    }
                    ("id" | "entity" | "target", Json::String(name)) => {
                        entities.insert(name.clone());
                    }
                    _ => collect(value, replicas, entities),
                }
            }
        }
        Json::String(text) => entities.extend(text.strip_prefix("ref:").map(ToOwned::to_owned)),
        _ => {}
    }
}

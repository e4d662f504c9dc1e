use std::collections::BTreeMap;

use dss_model::{
    Dot, Entity, EntityId, JsonLimits, JsonText, Kind, Life, Pair, Register, ReplicaId, Seen, Stamp,
};

use super::*;

fn entity(members: u32) -> Entity {
    let replica = ReplicaId::from_bytes([1; 16]);
    let dot = |counter| Dot { counter, replica };
    let pair = |counter, value| Register::single(Pair::written(dot(counter), value, Stamp::default()));
    let mut registers: BTreeMap<RegName, Register> =
        [(RegName::LIFE, pair(1, Value::Life(Life::Alive)))].into();
    for n in 0..members {
        // Every second one was written later, so that it is listed.
        let counter = 1 + u64::from(n % 2);
        let value = Value::Json(JsonText::integer(n.into()));
        registers.insert(RegName::member("x", &format!("m{n}")), pair(counter, value));
    }
    let seen: Seen = [dot(2)].into_iter().collect();
    Entity::new(EntityId::from_bytes([2; 16]), Kind::Token, seen, registers).unwrap()
}

/// So many registers that comparing each with each would take many minutes.
#[test]
fn one_entity_may_have_very_many_registers() {
    let entity = entity(200_000);
    let body: Body = entity
        .registers()
        .iter()
        .map(|(name, register)| (name.clone(), register.shown().unwrap().value.clone()))
        .collect();
    let replicas = Replicas::new([ReplicaId::from_bytes([1; 16])]);
    let text = JsonText::object(|out| encode(out, &entity, &body, &replicas, None));
    let limits = JsonLimits::default();
    let text = JsonText::parse(text.as_str().as_bytes(), &limits).unwrap();
    let extension = Extension::new(text.get_ref()).unwrap();
    let again = Revision::new(extension, &replicas, None).unwrap().entity(Kind::Token, body).unwrap();
    assert!(again == entity);
}

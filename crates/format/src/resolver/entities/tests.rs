use dss_model::{Dot, JsonLimits, ReplicaId, Stamp};

use super::*;

fn parse(text: &str) -> JsonText {
    JsonText::parse(text.as_bytes(), &JsonLimits::default()).unwrap()
}

/// The entities that a document stands for, written by one copy.
fn entities(document: &str) -> Vec<Entity> {
    let resolver = super::super::read(&parse(document), "r.json").unwrap();
    let replica = ReplicaId::from_bytes([1; 16]);
    let mut all = Vec::new();
    for (stated, counter) in bodies(&resolver, &Names::new()).into_iter().zip(1_u64..) {
        let dot = Dot { counter, replica };
        let registers = stated.body.into_iter().map(|(name, value)| {
            (name, dss_model::Register::single(dss_model::Pair::written(dot, value, Stamp::default())))
        });
        let seen = [dot].into_iter().collect();
        all.push(Entity::new(stated.derived, stated.kind, seen, registers.collect()).unwrap());
    }
    all
}

fn project() -> Entity {
    let replica = ReplicaId::from_bytes([1; 16]);
    let dot = Dot { counter: 1, replica };
    let life = dss_model::Pair::written(dot, Value::Life(Life::Alive), Stamp::default());
    let registers = [(RegName::LIFE, dss_model::Register::single(life))];
    let id = EntityId::derived(Kind::Project, "", &TokenPath::root());
    Entity::new(id, Kind::Project, [dot].into_iter().collect(), registers.into()).unwrap()
}

/// What is read from the document that shows these entities.
fn again(entities: &[Entity]) -> Vec<Entity> {
    let text = super::super::write(&view(&project(), entities, &Names::new()));
    let resolver = super::super::read(&parse(text.as_str()), "r.json").unwrap();
    let mut all: Vec<_> = bodies(&resolver, &Names::new())
        .iter()
        .map(|stated| decode(stated).unwrap().expect("a revision"))
        .collect();
    all.sort_by_key(Entity::id);
    all
}

#[track_caller]
fn assert_kept(mut entities: Vec<Entity>) {
    entities.sort_by_key(Entity::id);
    let read = again(&entities);
    assert_eq!(read.len(), entities.len());
    assert!(read == entities, "{read:#?}\n{entities:#?}");
}

#[test]
fn dots_in_the_names_of_groups_and_themes_are_no_borders() {
    assert_kept(entities(
        r#"{"version": "2025.10", "modifiers": {
            "a.b": {"contexts": {"c": [], "d": []}}, "a": {"contexts": {"b.c": [], "b.d": []}}},
            "resolutionOrder": []}"#,
    ));
}

#[test]
fn a_layer_and_a_group_may_share_a_name() {
    assert_kept(entities(
        r##"{"version": "2025.10", "sets": {"a": {"sources": []}},
            "modifiers": {"a": {"contexts": {"a": [{"$ref": "#/sets/a"}], "b": []}}},
            "resolutionOrder": [{"$ref": "#/sets/a"}, {"$ref": "#/modifiers/a"}]}"##,
    ));
}

#[test]
fn names_that_are_shared_are_told_apart_even_from_those_that_tell_apart() {
    let named = |names: &[&str]| {
        let sets: Vec<_> = names.iter().map(|name| format!(r#""{name}": {{"sources": []}}"#)).collect();
        entities(&format!(
            r#"{{"version": "2025.10", "sets": {{{}}}, "resolutionOrder": []}}"#,
            sets.join(",")
        ))
    };
    let [first, second] = named(&["x", "y"]).try_into().unwrap();
    let renamed = |entity: &Entity, name: &str| {
        let mut registers = entity.registers().clone();
        let pair = registers[&RegName::NAME].pairs()[0].clone();
        let pair = dss_model::Pair { value: Value::Json(JsonText::string(name)), ..pair };
        registers.insert(RegName::NAME, dss_model::Register::single(pair));
        Entity::new(entity.id(), entity.kind(), entity.seen().clone(), registers).unwrap()
    };
    let twin = renamed(&second, "x");
    let third = &named(&["z"])[0];
    let rival = renamed(third, &format!("x~{}", twin.id().max(first.id())));
    assert_kept(vec![first, twin, rival]);
}

#[test]
fn very_many_themes_are_read_and_written() {
    let count = 10_000;
    let contexts: Vec<_> = (0..count).map(|n| format!(r#""t{n}": []"#)).collect();
    let groups: Vec<_> =
        (0..count).map(|n| format!(r#""g{n}": {{"contexts": {{"a": [], "b": []}}}}"#)).collect();
    let document = format!(
        r#"{{"version": "2025.10", "modifiers": {{"many": {{"contexts": {{{}}}}}, {}}}, "resolutionOrder": []}}"#,
        contexts.join(","),
        groups.join(",")
    );
    let entities = entities(&document);
    assert_eq!(again(&entities).len(), entities.len());
}

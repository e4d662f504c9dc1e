use super::*;
use crate::ReplicaId;

fn dot(counter: u64) -> Dot {
    Dot { counter, replica: ReplicaId::from_bytes([1; 16]) }
}

fn pair(counter: u64, value: Value) -> Pair {
    Pair::written(dot(counter), value, Stamp::default())
}

fn entity(seen: u64, registers: &[(RegName, Vec<Pair>)]) -> Result<Entity, EntityError> {
    let registers =
        registers.iter().map(|(name, pairs)| (name.clone(), Register::new(pairs.clone()).unwrap()));
    Entity::new(
        EntityId::from_bytes([9; 16]),
        Kind::Token,
        [dot(seen)].into_iter().collect(),
        registers.collect(),
    )
}

#[test]
fn only_reachable_states_are_entities() {
    let alive = (RegName::LIFE, vec![pair(1, Value::Life(Life::Alive))]);
    let name = |counter| (RegName::NAME, vec![pair(counter, Value::Json(JsonText::string("x")))]);
    assert!(entity(1, &[alive.clone(), name(1)]).is_ok());
    assert!(entity(1, &[name(1)]).is_err());
    assert!(entity(1, &[alive.clone(), name(2)]).is_err());
    assert!(entity(1, &[alive.clone(), (RegName::NAME, vec![pair(1, Value::Life(Life::Alive))])]).is_err());
    assert!(entity(1, &[(RegName::LIFE, vec![pair(1, Value::Absent)])]).is_err());
    assert!(entity(0, &[(RegName::LIFE, vec![pair(0, Value::Life(Life::Alive))])]).is_err());
    assert_eq!(Register::new(Vec::new()), None);
    assert_eq!(Register::new(vec![pair(1, Value::Absent), pair(1, Value::Absent)]), None);
}

#[test]
fn the_view_is_one_value_per_register() {
    let text = |text: &str| Value::Json(JsonText::string(text));
    let entity = entity(
        5,
        &[
            (RegName::LIFE, vec![pair(2, Value::Life(Life::Alive)), pair(5, Value::Life(Life::Deleted))]),
            (RegName::NAME, vec![pair(2, text("old")), pair(3, text("new"))]),
            (RegName::DESCRIPTION, vec![pair(4, Value::Absent)]),
            (RegName::member("tag", "b%\n"), vec![pair(4, text("x"))]),
            (RegName::member("tag", "a"), vec![pair(4, Value::Absent)]),
        ],
    )
    .unwrap();
    assert!(entity.is_alive(), "an edit made beside a deletion keeps the entity");
    assert_eq!(entity.string(&RegName::NAME).as_deref(), Some("new"));
    assert_eq!(entity.value(&RegName::DESCRIPTION), None);
    assert_eq!(entity.open_conflicts(), 2);
    let tags: Vec<_> = entity.members("tag").map(|(member, _)| member.into_owned()).collect();
    assert_eq!(tags, ["b%\n"]);
}

#[test]
fn register_names() {
    assert_eq!(RegName::new("value"), Some(RegName::VALUE));
    assert_eq!(RegName::new(""), None);
    assert_eq!(RegName::new("a\u{7}"), None);
    assert_eq!(RegName::member("ext", "a\nb%").as_str(), "ext/a%0Ab%25");
    assert_eq!(RegName::member("ext", "a\nb%").member_of("ext").as_deref(), Some("a\nb%"));
    assert_eq!(RegName::member("ext", "a").member_of("tag"), None);
}

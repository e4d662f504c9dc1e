use std::collections::BTreeMap;

use dss_model::{Dot, Pair, Register, ReplicaId, Seen, Stamp};

use super::*;

fn entity(registers: impl IntoIterator<Item = (RegName, JsonText)>) -> Entity {
    let dot = Dot { counter: 1, replica: ReplicaId::from_bytes([1; 16]) };
    let register = |value| Register::single(Pair::written(dot, value, Stamp::default()));
    let mut all: BTreeMap<RegName, Register> =
        registers.into_iter().map(|(name, value)| (name, register(Value::Json(value)))).collect();
    all.insert(RegName::LIFE, register(Value::Life(Life::Alive)));
    let seen: Seen = [dot].into_iter().collect();
    Entity::new(EntityId::from_bytes([2; 16]), Kind::Token, seen, all).unwrap()
}

/// So many members that comparing each with each would take many minutes.
#[test]
fn a_layout_may_name_very_many_members() {
    let names: Vec<String> = (0..60_000).map(|n| format!("m{n}")).collect();
    let layout = JsonText::array(|list| {
        names.iter().rev().for_each(|name| list.string(name));
        names.iter().rev().for_each(|name| list.string(&vendor_item(name)));
    });
    let others = names.iter().map(|name| (other_register(name), JsonText::integer(1)));
    let vendors = names.iter().map(|name| (extension_register(name), JsonText::integer(2)));
    let members = members_of(&entity(others.chain(vendors).chain([(RegName::LAYOUT, layout)])));
    assert_eq!(members.len(), 60_001);
    assert_eq!(members[0].name, "m59999");
    let extensions = &members[60_000];
    assert_eq!(extensions.name, EXTENSIONS);
    assert_eq!(extensions.value.get_ref().members().next().unwrap().0, "m59999");
}

#[test]
fn what_registers_say_twice_is_a_member_once() {
    let json = |text: &str| JsonText::parse(text.as_bytes(), &dss_model::JsonLimits::default()).unwrap();
    let members = members_of(&entity([
        (RegName::VALUE, json(r#"{"$value":1,"$description":"in the value","$extensions":{}}"#)),
        (RegName::DESCRIPTION, json("\"real\"")),
        (other_register("$description"), json("\"other\"")),
        (other_register("$value"), json("2")),
        (other_register(EXTENSIONS), json("3")),
        (extension_register(VENDOR), json(r#"{"id":"x"}"#)),
        (extension_register("com.example"), json("4")),
    ]));
    let mut names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["$description", EXTENSIONS, "$value"]);
}

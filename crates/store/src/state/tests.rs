use dss_model::{Entity, JsonText, Plain, PlainValue, Register, Value};
use dss_testkit::{json_text, reachable_entity, token};
use proptest::prelude::*;

use super::*;

/// What the row of such an entity holds beside the state.
fn context_of(entity: &Entity) -> (String, Option<EntityId>) {
    let path = entity.string(&RegName::PATH).or_else(|| entity.string(&RegName::NAME)).unwrap_or_default();
    (path.into_owned(), entity.value(&RegName::SET).and_then(Value::entity))
}

fn encoded(entity: &Entity, names: &mut Names) -> Vec<u8> {
    let (path, set) = context_of(entity);
    let mut out = vec![1, 2, 3];
    encode(entity, Context { id: entity.id(), kind: entity.kind(), path: &path, set }, names, &mut out);
    out
}

fn decoded(entity: &Entity, bytes: &[u8], names: &Names) -> Result<Entity, decode::Damage> {
    let (path, set) = context_of(entity);
    decode(bytes, Context { id: entity.id(), kind: entity.kind(), path: &path, set }, names)
}

/// How values are spelled, which equality does not see.
fn spelling(entity: &Entity) -> Vec<String> {
    let pairs = entity.registers().values().flat_map(Register::pairs);
    pairs.filter_map(|pair| pair.value.json()).map(|text| text.as_str().to_owned()).collect()
}

/// An entity of which one write is left.
fn written_once() -> impl Strategy<Value = Entity> {
    reachable_entity().prop_map(|entity| {
        let (id, kind, _, registers) = entity.into_parts();
        let main = registers.values().flat_map(Register::pairs).next().unwrap().clone();
        let registers = registers.into_iter().map(|(name, register)| {
            let shown = register.shown().unwrap();
            let pair = dss_model::Pair { value: shown.value.clone(), ..main.clone() };
            (name, Register::single(pair))
        });
        Entity::new(id, kind, [main.dot].into_iter().collect(), registers.collect()).unwrap()
    })
}

/// What a plain entity says, whichever way it was found out.
fn told(plain: &Plain<'_>) -> String {
    let values = plain.registers().iter().map(|(name, value)| match value {
        PlainValue::Text(text) => (*name, JsonText::string(text).to_string()),
        PlainValue::Json(text) => (*name, text.as_str().to_owned()),
        other => (*name, format!("{other:?}")),
    });
    format!("{} {} {:?} {:?}", plain.id(), plain.kind(), plain.write(), values.collect::<Vec<_>>())
}

proptest! {
    /// Read in place, a state says what it says when it is taken apart.
    #[test]
    fn what_one_write_made_is_read_in_place(entity in prop_oneof![reachable_entity(), written_once()]) {
        let mut names = Names::default();
        let state = encoded(&entity, &mut names);
        let (path, set) = context_of(&entity);
        let context = Context { id: entity.id(), kind: entity.kind(), path: &path, set };
        let found = plain(&state, context, &names);
        let expected = Plain::of(&entity);
        prop_assert_eq!(found.as_ref().map(told), expected.as_ref().map(told));
        let mut cut = state.as_slice();
        while cut.split_off_last().is_some() {
            prop_assert!(plain(cut, context, &names).is_none());
        }
    }

    #[test]
    fn what_one_write_made_is_written_like_anything(entity in written_once()) {
        let (mut names, mut apart) = (Names::default(), Names::default());
        let (path, set) = context_of(&entity);
        let context = Context { id: entity.id(), kind: entity.kind(), path: &path, set };
        let plain = Plain::of(&entity).unwrap();
        let (mut registers, mut state) = (Vec::new(), vec![1, 2, 3]);
        encode_registers(&plain, context, &mut registers);
        encode_plain(plain.write(), &registers, &mut apart, &mut state);
        prop_assert_eq!(state, encoded(&entity, &mut names));
        prop_assert_eq!(names.replicas(), apart.replicas());
        prop_assert_eq!(names.authors(), apart.authors());
    }

    #[test]
    fn states_come_back(entities in prop::collection::vec(reachable_entity(), 1..4)) {
        let mut names = Names::default();
        let states: Vec<_> = entities.iter().map(|entity| encoded(entity, &mut names)).collect();
        for (entity, state) in entities.iter().zip(&states) {
            let back = decoded(entity, state, &names).unwrap();
            prop_assert_eq!(&back, entity);
            prop_assert_eq!(spelling(&back), spelling(entity));
            prop_assert_eq!(&encoded(&back, &mut names), state, "equal states have equal bytes");
        }
    }

    #[test]
    fn values_come_back(text in json_text()) {
        let value = Value::Json(text);
        prop_assert_eq!(decode_value(&encode_value(&value)), Ok(value));
    }

    #[test]
    fn damage_is_an_error_or_another_state(
        entity in reachable_entity(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut names = Names::default();
        let mut state = encoded(&entity, &mut names);
        let at = at.index(state.len());
        if cut {
            state.truncate(at);
            prop_assert!(decoded(&entity, &state, &names).is_err());
        } else {
            state[at] = byte;
            // Most damage is noticed here; the hash beside the state notices all of it.
            decoded(&entity, &state, &names).ok();
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut names = Names::default();
        names.replica_number(dss_testkit::replica(1));
        let context = Context { id: EntityId::from_bytes([1; 16]), kind: Kind::Token, path: "a", set: None };
        decode(&bytes, context, &names).ok();
        decode_value(&bytes).ok();
    }
}

#[test]
fn one_stamp_costs_a_few_bytes_beyond_the_values() {
    let value = r##"{"$type":"color","$value":"#ff0000"}"##;
    let entity = token("base/light", "color.brand.primary")
        .value(value)
        .description("Red")
        .stamped(1_700_000_000_000, "Ada")
        .written_by(dss_testkit::replica(3), 70_000)
        .build();
    let mut names = Names::default();
    let state = encoded(&entity, &mut names);
    // Header, stamp of 12, count, five register heads, two lengths; path and set take no space.
    let overhead = state.len() - value.len() - "\"Red\"".len();
    assert!(overhead <= 22, "{overhead} bytes");
}

#[test]
fn the_hash_covers_what_the_state_leaves_out() {
    let context = Context { id: EntityId::from_bytes([1; 16]), kind: Kind::Token, path: "a", set: None };
    let other = Context { path: "b", ..context };
    assert_ne!(hash(b"state", context), hash(b"state", other));
    assert_ne!(hash(b"state", context), hash(b"State", context));
}

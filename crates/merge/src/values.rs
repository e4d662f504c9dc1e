//! Sets of values: what "equal" and "different" mean when registers are compared.

use std::collections::BTreeSet;

use dss_model::{Life, Pair, Register, Value};

/// One text per value: two values are equal exactly if their texts are.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Absent => "absent".to_owned(),
        Value::Json(json) => format!("json:{}", json.canonical()),
        Value::Ref(id) => format!("ref:{id}"),
        Value::Blob(hash) => format!("blob:{hash}"),
        Value::Life(Life::Alive) => "life:alive".to_owned(),
        Value::Life(Life::Deleted) => "life:deleted".to_owned(),
    }
}

/// The values of `pairs`, each once, in the order in which they come.
pub(crate) fn distinct<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let fresh = pairs.into_iter().filter(|pair| known.insert(text(&pair.value)));
    fresh.map(|pair| pair.value.clone()).collect()
}

/// The live writes of a register that may not exist.
pub(crate) fn pairs_of(register: Option<&Register>) -> &[Pair] {
    register.map_or(&[], Register::pairs)
}

/// Whether the values of two registers are the same set.
pub(crate) fn same(a: &[Pair], b: &[Pair]) -> bool {
    keys(a) == keys(b)
}

/// Whether `pairs` hold the value `value` and no other.
pub(crate) fn only(pairs: &[Pair], value: &Value) -> bool {
    !pairs.is_empty() && pairs.iter().all(|pair| pair.value == *value)
}

fn keys(pairs: &[Pair]) -> BTreeSet<String> {
    pairs.iter().map(|pair| text(&pair.value)).collect()
}

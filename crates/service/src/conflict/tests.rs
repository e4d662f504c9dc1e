use dss_model::{ReplicaId, Stamp};
use dss_testkit::token;

use super::*;

fn pair(counter: u64, wall_ms: i64, value: &str) -> Pair {
    let dot = dss_model::Dot { counter, replica: ReplicaId::from_bytes([7; 16]) };
    Pair::written(dot, Value::Json(JsonText::string(value)), Stamp { wall_ms, ..Stamp::default() })
}

#[test]
fn equal_values_are_one_candidate_of_both_sides() {
    let mut candidates = Candidates::default();
    for (pair, of) in [
        (pair(1, 5, "a"), SideOf::Local),
        (pair(2, 9, "a"), SideOf::Imported),
        (pair(3, 1, "b"), SideOf::Imported),
    ] {
        candidates.add(&pair.value, Some(&pair), Some(of));
    }
    candidates.sort();
    let found: Vec<_> =
        candidates.0.iter().map(|candidate| (candidate.of, candidate.pair.as_ref())).collect();
    let newest = [pair(2, 9, "a"), pair(3, 1, "b")];
    assert_eq!(found, [(Some(SideOf::Both), Some(&newest[0])), (Some(SideOf::Imported), Some(&newest[1]))]);
    assert_eq!(candidates.number_of(&newest[1].value), Some(2));
}

#[test]
fn content_is_what_shows() {
    let one = token("base", "a").description("one");
    let written_again = one.clone().then(ReplicaId::from_bytes([2; 16]), 2, 5).description("one");
    let hash = content_hash(&one.clone().build(), None);
    assert_eq!(hash, content_hash(&written_again.build(), None), "revisions do not count");
    let two = Value::Json(JsonText::string("two"));
    let other = content_hash(&one.clone().description("two").build(), None);
    assert_eq!(content_hash(&one.build(), Some((&RegName::DESCRIPTION, &two))), other);
    assert_ne!(hash, other);
}

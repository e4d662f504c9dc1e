//! What a merge does with every token of an archive.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to report")]

use divan::{Bencher, black_box};
use dss_merge::{Clock, Granularity, create, join, plan, write};
use dss_model::{Entity, EntityId, JsonText, Kind, RegName, ReplicaId, Stamp, Value};

fn main() {
    divan::main();
}

/// What the other copy brings.
#[derive(Clone, Copy, Debug)]
enum Other {
    Same,
    Newer,
    Conflicting,
}

const OTHERS: [Other; 3] = [Other::Same, Other::Newer, Other::Conflicting];

/// A token here and there.
fn sides(other: Other) -> (Entity, Entity) {
    let text = |text: &str| Value::Json(JsonText::string(text));
    let stamp = Stamp::default();
    let mut clocks = [1, 2].map(|id| Clock::new(ReplicaId::from_bytes([id; 16]), 0));
    let [here, there] = &mut clocks;
    let fields = [
        (RegName::PATH, text("color.brand.primary")),
        (RegName::VALUE, text("#0055ff")),
        (RegName::DESCRIPTION, text("Links")),
    ];
    let id = EntityId::from_bytes([9; 16]);
    let token = create(id, Kind::Token, here.tick().expect("a tick"), fields, &stamp).expect("a token");
    there.observe_entity(&token);
    let edit = |clock: &mut Clock, value: &str| {
        let dot = clock.tick().expect("a tick");
        write(&token, dot, [(RegName::VALUE, text(value))], &stamp).expect("a write").expect("a change")
    };
    match other {
        Other::Same => (token.clone(), token),
        Other::Newer => (token.clone(), edit(there, "#0000ff")),
        Other::Conflicting => (edit(here, "#ff0000"), edit(there, "#0000ff")),
    }
}

#[divan::bench(args = OTHERS)]
fn joined(bencher: Bencher<'_, '_>, other: Other) {
    let (local, imported) = sides(other);
    bencher.bench(|| join(black_box(&local), black_box(&imported)));
}

#[divan::bench(args = OTHERS)]
fn planned(bencher: Bencher<'_, '_>, other: Other) {
    let (local, imported) = sides(other);
    bencher.bench(|| plan(Some(black_box(&local)), black_box(&imported), Granularity::Register));
}

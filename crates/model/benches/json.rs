//! What every token goes through, whatever becomes of it: being read, and being spelled as equal values share it.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to report")]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use dss_model::{JsonLimits, JsonText};

/// A token as design tools leave it, and one with everything that the canonical spelling has to change.
const TOKENS: &[&str] = &[
    r##"{"$type":"color","$value":{"colorSpace":"srgb","components":[0.043,0.341,0.815],"alpha":1,"hex":"#0b57d0"},"$description":"used for the primary surface of a card","$extensions":{"com.example.studio":{"id":"5f0c1d2e3a4b5c6d7e8f90a1b2c3d4e5","revision":12,"tags":["hover","card"]}}}"##,
    r#"{"z":1.50e2,"a":"größer – \u00e9\n","m":[0.1000,1E3,-0.0],"b":{"y":null,"x":true}}"#,
];

fn main() {
    divan::main();
}

#[divan::bench(args = TOKENS)]
fn parse(bencher: Bencher<'_, '_>, token: &str) {
    let limits = JsonLimits::default();
    bencher
        .counter(BytesCount::of_str(token))
        .bench(|| JsonText::parse(black_box(token).as_bytes(), &limits));
}

#[divan::bench(args = TOKENS)]
fn canonical(bencher: Bencher<'_, '_>, token: &str) {
    let token = JsonText::parse(token.as_bytes(), &JsonLimits::default()).expect("it is JSON");
    bencher.counter(BytesCount::of_str(token.as_str())).bench(|| black_box(&token).canonical());
}

//! Cutting a token document into nodes, and checking them: 10,000 tokens, 3.4 MB.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to report")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use dss_format::FormatError;
use dss_format::dtcg::{self, DtcgReader, Node, ReadLimits};
use dss_testkit::TokenFile;

const TOKENS: u64 = 10_000;

fn main() {
    divan::main();
}

fn document() -> Vec<u8> {
    let mut text = Vec::new();
    TokenFile { tokens: TOKENS, seed: 1 }.write_to(&mut text).expect("memory takes it");
    text
}

fn read(document: &[u8], mut take: impl FnMut(Node)) -> Result<(), FormatError> {
    let mut reader = DtcgReader::new("tokens", ReadLimits::default());
    reader.read_part(document, |_, node| {
        take(node);
        Ok::<(), FormatError>(())
    })
}

#[divan::bench]
fn split(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_slice(&document))
        .counter(ItemsCount::new(TOKENS))
        .bench(|| read(black_box(&document), |node| drop(black_box(node))));
}

#[divan::bench]
fn split_and_check(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_slice(&document))
        .counter(ItemsCount::new(TOKENS))
        .bench(|| read(black_box(&document), |node| drop(black_box(dtcg::check(&node)))));
}

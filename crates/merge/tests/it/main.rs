//! Public behaviour, in one binary.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failing test harness is a failing test"
)]

mod behaviour;
mod differential;
mod identity;
mod importer;
mod laws;
mod mutants;
mod names;
mod oracle;
mod report;
mod vector;
mod vectors;
mod world;

//! Everything that the crate promises, from outside.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests build broken archives by hand, and fail by panicking"
)]

mod api;
mod canonical;
mod central;
mod corpus;
mod cost;
mod data;
mod framing;
mod local;
mod lying;
mod mutants;
mod properties;

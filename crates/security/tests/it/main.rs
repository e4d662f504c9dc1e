//! Everything that the crate promises, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests build broken archives by hand, and fail by panicking"
)]

mod corpus;

//! The crate from outside.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod merges;

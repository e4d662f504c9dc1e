//! The `dss` command from outside: what it prints, in people's words and in JSON, and how it ends.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod bad_input;
mod conflicts;
mod demo;
mod docs;
mod edit;
mod example;
mod exit_codes;
mod golden;
mod help;
mod history;
mod json;
mod look;
mod pipes;
mod support;

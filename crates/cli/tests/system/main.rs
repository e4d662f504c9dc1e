//! The whole system, as its users have it: through the `dss` binary, in stores of their own.
//!
//! What lies below the binary has tests in its own crate; what is printed, in `tests/it`. Here is what is promised of
//! the whole: bad input changes nothing, real input travels unchanged, and neither a kill, nor a full disk, nor
//! somebody else at work leaves anything half done.
#![expect(clippy::indexing_slicing, reason = "a member that a JSON value does not have is null")]
#![expect(clippy::arithmetic_side_effects, reason = "a test's own small numbers")]

mod alone_kill;
mod backup;
mod canonical;
mod full_disk;
mod hostile;
mod journey;
mod pack;
mod replace;
mod simulation;
mod stages;
mod support;
mod together;

//! Public behaviour, in one test binary.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own making")]

mod contract;
mod support;

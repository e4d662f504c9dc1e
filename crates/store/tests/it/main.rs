//! Public behaviour, in one test binary.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "numbers and lists of the tests' own making: what does not fit has to fail"
)]

mod check;
mod contention;
mod contract;
mod copy;
mod crash;
mod damage;
mod identity;
mod process;
mod support;

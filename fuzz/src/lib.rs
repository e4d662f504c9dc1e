//! What the fuzz targets do: one function of bytes per target, which returns if all is well and panics if not.
//!
//! libFuzzer drives these functions through the programs in `fuzz_targets/`; `cargo test` drives them on any
//! toolchain through `tests/replay.rs`. `README.md` tells how to add one.

mod json;
mod mutate;
mod replay;
mod three_way;

pub use json::json;
pub use mutate::Mutator;
pub use replay::{read_files, replay};
pub use three_way::three_way;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the binary, and of the folders in `seeds/`, `corpus/` and `artifacts/`.
    pub name: &'static str,
    /// Panics if its input breaks a promise.
    pub run: fn(&[u8]),
    /// Seeds that are better made than kept as files: because they are large, or another crate can build them.
    pub made: fn() -> Vec<Vec<u8>>,
}

/// Every target there is.
pub const TARGETS: &[Target] = &[
    Target { name: "json", run: json, made: json::made },
    Target { name: "three_way", run: three_way, made: three_way::made },
];

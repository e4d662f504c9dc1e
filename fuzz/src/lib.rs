//! What the fuzz targets do: one function of bytes per target, which returns if all is well and panics if not.
//!
//! libFuzzer drives these functions through the programs in `fuzz_targets/`; `cargo test` drives them on any
//! toolchain through `tests/replay.rs`. `README.md` tells how to add one.

mod dtcg_decode;
mod json;
mod json_stream;
mod manifest;
mod mutate;
mod name_rules;
mod open_verified;
mod replay;
mod roundtrip;
mod scan;
mod zips;

pub use dtcg_decode::dtcg_decode;
pub use json::json;
pub use json_stream::json_stream;
pub use manifest::manifest;
pub use mutate::Mutator;
pub use name_rules::name_rules;
pub use open_verified::open_verified;
pub use replay::{read_files, replay};
pub use roundtrip::roundtrip;
pub use scan::scan;

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
    Target { name: "scan", run: scan, made: scan::made },
    Target { name: "open_verified", run: open_verified, made: open_verified::made },
    Target { name: "name_rules", run: name_rules, made: name_rules::made },
    Target { name: "manifest", run: manifest, made: manifest::made },
    Target { name: "roundtrip", run: roundtrip, made: roundtrip::made },
    Target { name: "json", run: json, made: json::made },
    Target { name: "json_stream", run: json_stream, made: json_stream::made },
    Target { name: "dtcg_decode", run: dtcg_decode, made: dtcg_decode::made },
];

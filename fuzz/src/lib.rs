//! What the fuzz targets do: one function of bytes per target, which returns if all is well and panics if not.
//!
//! libFuzzer drives these functions through the programs in `fuzz_targets/`; `cargo test` drives them on any
//! toolchain through `tests/replay.rs`. `README.md` tells how to add one.

mod differential;
mod dtcg_decode;
mod heap;
mod import;
mod interop;
mod json;
mod json_stream;
mod lying;
mod manifest;
mod mutate;
mod name_rules;
mod open_verify;
mod replay;
mod resolver;
mod revision;
mod roundtrip;
mod scan;
mod structured;
mod three_way;
mod zips;

pub use differential::differential;
pub use dtcg_decode::dtcg_decode;
pub use import::import;
pub use interop::interop;
pub use json::json;
pub use json_stream::json_stream;
pub use manifest::manifest;
pub use mutate::Mutator;
pub use name_rules::name_rules;
pub use open_verify::open_verify;
pub use replay::{read_files, replay};
pub use resolver::resolver;
pub use revision::revision;
pub use roundtrip::roundtrip;
pub use scan::scan;
pub use structured::structured;
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
    /// Folders of other people's files that make good seeds, below `data` in the folder `DSS_SHARED`, where there is one.
    pub shared: &'static [&'static str],
}

/// Every target there is.
pub const TARGETS: &[Target] = &[
    Target { name: "scan", run: scan, made: scan::made, shared: &["zips"] },
    Target { name: "open_verify", run: open_verify, made: open_verify::made, shared: &["zips"] },
    Target { name: "structured", run: structured, made: structured::made, shared: &[] },
    Target { name: "differential", run: differential, made: differential::made, shared: &["zips"] },
    Target { name: "name_rules", run: name_rules, made: name_rules::made, shared: &[] },
    Target { name: "roundtrip", run: roundtrip, made: roundtrip::made, shared: &[] },
    Target { name: "json", run: json, made: json::made, shared: &["json"] },
    Target { name: "json_stream", run: json_stream, made: json_stream::made, shared: &["json", "tokens"] },
    Target { name: "dtcg_decode", run: dtcg_decode, made: dtcg_decode::made, shared: &["json", "tokens"] },
    Target { name: "resolver", run: resolver, made: resolver::made, shared: &["tokens"] },
    Target { name: "revision", run: revision, made: revision::made, shared: &[] },
    Target { name: "manifest", run: manifest, made: manifest::made, shared: &["json"] },
    Target { name: "import", run: import, made: import::made, shared: &["zips", "tokens"] },
    Target { name: "interop", run: interop, made: interop::made, shared: &["tokens"] },
    Target { name: "three_way", run: three_way, made: three_way::made, shared: &["tokens"] },
];

//! The fuzz targets on any toolchain: every known input, and some thousands of variations of them.

use std::env;
use std::io;
use std::path::Path;

use dss_fuzz::{Mutator, TARGETS, replay};

/// Per target; `DSS_FUZZ_MUTATIONS` sets another number.
const MUTATIONS: u64 = 4_000;

/// What is larger is replayed only.
const VARIED_BYTES_MAX: usize = 4 << 10;

#[test]
fn every_target_has_a_program_and_seeds() -> io::Result<()> {
    let manifest = include_str!("../Cargo.toml");
    for target in TARGETS {
        let source = format!("fuzz_targets/{}.rs", target.name);
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&source).is_file(), "no {source}");
        assert!(manifest.contains(&format!("path = \"{source}\"")), "no [[bin]] for {source} in Cargo.toml");
        assert!(!target.inputs()?.is_empty(), "no seeds for {}", target.name);
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len(), "a [[bin]] is not in TARGETS");
    Ok(())
}

#[test]
fn known_inputs_hold() -> io::Result<()> {
    for target in TARGETS {
        for (name, data) in target.inputs()? {
            replay(target, &name, &data);
        }
    }
    Ok(())
}

#[test]
fn variations_of_known_inputs_hold() -> io::Result<()> {
    let wanted = env::var("DSS_FUZZ_MUTATIONS").ok().and_then(|number| number.parse().ok());
    for target in TARGETS {
        let mut seeds: Vec<Vec<u8>> = target.inputs()?.into_iter().map(|(_, data)| data).collect();
        seeds.retain(|data| data.len() <= VARIED_BYTES_MAX);
        let mut mutator = Mutator::new(0x0d55);
        for number in 0..wanted.unwrap_or(MUTATIONS) {
            replay(target, &format!("variation {number}"), &mutator.vary(&seeds));
        }
    }
    Ok(())
}

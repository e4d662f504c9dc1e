//! See `dss_fuzz::import`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dss_fuzz::import(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    dss_fuzz::read_files(dss_fuzz::import)
}

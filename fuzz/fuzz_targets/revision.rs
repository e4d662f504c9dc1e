//! See `dss_fuzz::revision`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dss_fuzz::revision(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    dss_fuzz::read_files(dss_fuzz::revision)
}

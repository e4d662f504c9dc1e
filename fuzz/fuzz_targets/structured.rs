//! See `dss_fuzz::structured`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dss_fuzz::structured(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    dss_fuzz::read_files(dss_fuzz::structured)
}

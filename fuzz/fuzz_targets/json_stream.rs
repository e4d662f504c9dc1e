//! See `dss_fuzz::json_stream`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dss_fuzz::json_stream(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    dss_fuzz::read_files(dss_fuzz::json_stream)
}
